//! `keyroll run --all`: every run of a journal that is under way, several at once.
//!
//! They write at one desk: what they have to say at the same time costs one commit.

use std::{
    collections::{BTreeMap, VecDeque},
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError, atomic::Ordering},
    thread,
    time::Duration,
};

use jiff::Timestamp;

use crate::{
    backend::clock::{Clock, WallClock},
    check::Checked,
    cli::{
        at_site::{AtSite, failed, shown_path},
        exit::Exit,
        of_run::go_on::go_on,
        screen::Screen,
        stop,
        trusted::trusted,
    },
    journal::{Host, desk::Desk, sqlite::Store},
    proof::verdict::Proven,
    run::{error::RunError, notices::postman::Postman, runner::Ending, site::Site},
    source::shown,
    world::{material::Fingerprint, state::World},
};

use super::{Arguments, bell::Bell, surveys::Surveys};

/// What runs that are carried on side by side share.
#[derive(Debug)]
pub(in crate::cli) struct Beside {
    /// Where they write.
    pub(in crate::cli) desk: Desk,
    /// The runs that were under way when it was looked.
    pub(in crate::cli) alive: Vec<String>,
    /// What was proved, by the plan and where it begins.
    proven: Mutex<BTreeMap<Fingerprint, (World, Arc<Proven>)>>,
    /// How each run was left.
    rests: Mutex<BTreeMap<String, Rest>>,
}

/// How a run was left that goes on later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Rest {
    /// When something comes of itself, where that is known.
    until: Option<Timestamp>,
    /// How many records there were.
    records: i64,
}

fn open<T>(held: &Mutex<T>) -> MutexGuard<'_, T> {
    held.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Beside {
    /// The proof of a plan from where a run begins, if another run had it made.
    pub(in crate::cli) fn proven(&self, checked: &Checked, start: &World) -> Option<Arc<Proven>> {
        let proven = open(&self.proven);
        let (from, proven) = proven.get(&checked.plan().digest())?;
        (from == start).then(|| Arc::clone(proven))
    }

    /// Keeps a proof for the others.
    pub(in crate::cli) fn keep(&self, start: World, proven: &Arc<Proven>) {
        open(&self.proven).insert(proven.checked().plan().digest(), (start, Arc::clone(proven)));
    }

    /// A run was carried on as far as it goes.
    pub(in crate::cli) fn rests(&self, host: &dyn Host, ending: &Result<Ending, RunError>) {
        let now = WallClock.now();
        let until = match ending {
            // What is overdue comes when somebody acts.
            Ok(Ending::Waiting(waits)) => {
                waits.iter().filter_map(|wait| wait.until).filter(|until| *until > now).min()
            }
            _ => None,
        };
        let records = host.records().map_or(0, |records| records.len());
        let rest = Rest { until, records: i64::try_from(records).unwrap_or(i64::MAX) };
        open(&self.rests).insert(host.run().to_owned(), rest);
    }

    /// The runs that are to be carried on: what came to their records since they were left, or a time has come, or
    /// nobody has looked at them yet.
    fn due(&self, runs: &BTreeMap<String, i64>, now: Timestamp) -> Queue {
        let rests = open(&self.rests);
        let is_due = |run: &String, records: i64| {
            rests
                .get(run)
                .is_none_or(|rest| rest.records != records || rest.until.is_some_and(|until| until <= now))
        };
        runs.iter()
            .filter(|(run, records)| is_due(run, **records))
            .map(|(run, n)| (run.clone(), *n))
            .collect()
    }

    /// When the next time comes.
    fn next(&self) -> Option<Timestamp> {
        open(&self.rests).values().filter_map(|rest| rest.until).min()
    }
}

/// Runs that are to be carried on, each with how many records it has.
type Queue = VecDeque<(String, i64)>;

/// Does it.
///
/// # Errors
/// The exit; what is wrong has been said.
pub(super) fn all(arguments: &Arguments, screen: &mut Screen) -> Result<Exit, Exit> {
    let path = arguments.at.journal();
    if !path.exists() {
        let journal = shown_path(&path);
        screen.talk(format_args!("there is no journal {journal}: nothing was run here"));
        return Err(Exit::Usage);
    }
    let (mut site, text) = arguments.at.read(screen)?;
    trusted(&arguments.at, (&site, &text), screen)?;
    let fail = |error, screen: &mut Screen| failed(&error, screen);
    let store = Store::open(&path).map_err(|e| fail(e, screen))?;
    // As long as they are carried on, nobody else carries on a run of this journal.
    let _alone = store.alone().map_err(|e| fail(e, screen))?;
    let mut runs = store.under_way().map_err(|e| fail(e, screen))?;
    if arguments.follow || !runs.is_empty() {
        arguments.at.ask((&mut site, &text), screen)?;
    }
    let mut beside = Beside {
        desk: Desk::at(&path).map_err(|e| fail(e, screen))?,
        alive: Vec::new(),
        proven: Mutex::default(),
        rests: Mutex::default(),
    };
    let bell = if arguments.follow { Some(Bell::at(&path).map_err(|e| fail(e, screen))?) } else { None };
    let (mut exits, mut asked) = (BTreeMap::new(), Surveys::default());
    loop {
        let call = (arguments, (&site, &text));
        if asked.carry_on(call, &store, (&mut exits, screen)).map_err(|e| fail(e, screen))? {
            runs = store.under_way().map_err(|e| fail(e, screen))?;
        }
        let due = beside.due(&runs, WallClock.now());
        // Those that waited and are over by now were brought to their end by a person.
        exits.retain(|run, exit| *exit != Exit::Waiting || runs.contains_key(run));
        if !due.is_empty() {
            beside.alive = runs.keys().cloned().collect();
            round(arguments, &beside, due, (&mut exits, screen));
            deliver(&site, &arguments.at, &path, screen);
        } else if let Some(bell) = bell.as_ref().filter(|_| !runs.is_empty() || asked.are_open()) {
            let mut next = beside.next();
            if asked.are_open() {
                // Who is asked is told again each day, until there is an answer.
                deliver(&site, &arguments.at, &path, screen);
                next = next.into_iter().chain(asked.next(WallClock.now())).min();
            }
            let until = next.map(|next| next.duration_since(WallClock.now()));
            bell.wait(until.map(|until| Duration::try_from(until).unwrap_or_default()));
        } else {
            deliver(&site, &arguments.at, &path, screen);
            return Ok(asked.and(worst(exits.into_values())));
        }
        if stop::flag().load(Ordering::Relaxed) {
            return Ok(stop::exit());
        }
        if bell.is_none() {
            return Ok(asked.and(worst(exits.into_values())));
        }
        // The bell rings as soon as something is written, and what is written can be read when it is durable.
        store.settled().map_err(|e| fail(e, screen))?;
        runs = store.under_way().map_err(|e| fail(e, screen))?;
    }
}

/// Goes on with each of these runs, so many at once, and takes down how each ended.
fn round(
    arguments: &Arguments,
    beside: &Beside,
    runs: Queue,
    (exits, screen): (&mut BTreeMap<String, Exit>, &Screen),
) {
    let at_once = usize::from(arguments.at_once.get()).min(runs.len());
    let (runs, ended) = (Mutex::new(runs), Mutex::new(exits));
    let next = || open(&runs).pop_front();
    thread::scope(|scope| {
        for _ in 0..at_once {
            scope.spawn(|| {
                while let Some((run, records)) = next().filter(|_| !stop::flag().load(Ordering::Relaxed)) {
                    // Of what fails before it is carried on nothing comes to the record.
                    open(&beside.rests).insert(run.clone(), Rest { until: None, records });
                    let mut screen = screen.beside(&run);
                    let exit = match go_on(arguments, Some(&run), Some(beside), &mut screen) {
                        Ok(exit) | Err(exit) => exit,
                    };
                    let exit = screen.finish(exit);
                    open(&ended).insert(run, exit);
                }
            });
        }
    });
}

/// Delivers what the runs have to tell people.
fn deliver(site: &Site, at: &AtSite, path: &Path, screen: &mut Screen) {
    if site.notices.is_empty() || stop::flag().load(Ordering::Relaxed) {
        return;
    }
    let done = Store::open(path)
        .and_then(|store| Postman::new(site, &at.folder(), store).round(WallClock.now(), stop::flag()));
    if let Err(error) = done {
        screen.talk(format_args!("notices wait for the next call: {}", shown(&error.to_string())));
    }
}

/// How all of them ended: as the one for which most is to be done.
pub(super) fn worst(exits: impl Iterator<Item = Exit>) -> Exit {
    let weight = |exit: &Exit| match exit {
        Exit::Done => 0,
        Exit::Waiting => 1,
        other => 2 + *other as u8,
    };
    exits.max_by_key(weight).unwrap_or(Exit::Done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_end_as_the_worst_of_them() {
        assert_eq!(worst([].into_iter()), Exit::Done);
        assert_eq!(worst([Exit::Done, Exit::Waiting, Exit::Done].into_iter()), Exit::Waiting);
        assert_eq!(worst([Exit::Refused, Exit::Waiting].into_iter()), Exit::Refused);
        assert_eq!(worst([Exit::Broken, Exit::Stale, Exit::Done].into_iter()), Exit::Stale);
    }
}
