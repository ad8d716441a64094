//! Plays a rehearsal: the runner on one side, traffic on the other, one clock for both.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};

use crate::{
    backend::{
        clock::{Clock, CompressedClock},
        notifier::{Notice, Notifier, NotifierError},
    },
    check::Checked,
    evidence::{
        collect::{collect, promises},
        timeline::{Kind, PlanFacts, Timeline, Verdict},
    },
    journal::{
        Host, HostError,
        sqlite::{Pinned, Store, run_id},
    },
    plan::given::Given,
    run::{
        bind::{BindError, bind},
        error::RunError,
        origin::Origin,
        runner::{Ending, Parts, Runner},
        sandbox::{Props, Sandbox, SandboxError},
        traffic::{Pace, Traffic, TrafficError},
    },
    transition::event::Record,
    world::material::KeyType,
};

use super::{
    super::{screen::Screen, stop},
    book::Book,
    progress::Progress,
    schedule::Schedule,
};

/// How often the moving line is drawn.
const LOOK: Duration = Duration::from_millis(25);

/// What a rehearsal is held with.
#[derive(Clone, Copy, Debug)]
pub struct Stage<'a> {
    /// The sandbox's folder.
    pub folder: &'a Path,
    /// Whether copies of the messages are kept there.
    pub copies: bool,
    /// Messages a second.
    pub rate: u32,
    /// At least so many messages.
    pub messages: u64,
    /// The kind of the keys.
    pub key_type: KeyType,
    /// Whether records go to standard output as JSON lines.
    pub lines: bool,
    /// What the sandbox is to be the likeness of.
    pub origin: Option<&'a Origin>,
}

/// A rehearsal that was held.
#[derive(Debug)]
pub struct Played {
    /// What happened.
    pub timeline: Timeline,
    /// Why it did not come to its end.
    pub failed: Option<PlayError>,
}

/// Why a rehearsal could not be held, or not to its end.
#[derive(Debug, thiserror::Error)]
pub enum PlayError {
    /// The sandbox.
    #[error(transparent)]
    Sandbox(#[from] SandboxError),
    /// The journal.
    #[error(transparent)]
    Host(#[from] HostError),
    /// The backends.
    #[error(transparent)]
    Bind(#[from] BindError),
    /// The run.
    #[error(transparent)]
    Run(#[from] RunError),
    /// The traffic.
    #[error(transparent)]
    Traffic(#[from] TrafficError),
    /// A folder for the copies.
    #[error("cannot make a folder for the messages: {0}")]
    Copies(std::io::Error),
    /// The sandbox moved under the run.
    #[error("the sandbox is not as recorded: {0}")]
    Moved(String),
}

/// In a sandbox every role is played by the site: nobody is to be told.
#[derive(Debug)]
pub(super) struct Nobody;

impl Notifier for Nobody {
    fn send(&mut self, _notice: &Notice) -> Result<(), NotifierError> {
        Ok(())
    }
}

/// Holds a rehearsal.
///
/// # Errors
/// When it could not begin. What goes wrong later is in the result.
pub fn play(
    checked: &Checked,
    stage: &Stage<'_>,
    verdict: Verdict,
    screen: &mut Screen,
) -> Result<Played, PlayError> {
    let plan = checked.plan();
    let wall = Instant::now();
    let schedule = Schedule::of(checked, crate::backend::clock::WallClock.now());
    let props = Props { key_type: stage.key_type, start: schedule.start, pause: schedule.pause };
    let sandbox = match stage.origin {
        Some(origin) => Sandbox::rebuild(plan, stage.folder, &props, origin)?,
        None => Sandbox::build(plan, stage.folder, &props)?,
    };
    for note in sandbox.notes() {
        screen.talk(format_args!("rebuilt: {note}"));
    }
    let copies = stage.copies.then(|| stage.folder.join("messages"));
    if let Some(copies) = &copies {
        use std::os::unix::fs::DirBuilderExt;
        std::fs::DirBuilder::new().mode(0o700).create(copies).map_err(PlayError::Copies)?;
    }
    let mut host = journal(checked, &sandbox, schedule.start)?;
    screen.about(host.run());
    let mut traffic = Vec::new();
    for flow in plan.landscape.channels.ids() {
        traffic.push(Traffic::over(plan, flow, sandbox.site(), sandbox.folder())?);
    }
    let facts = PlanFacts {
        name: plan.name.clone(),
        title: plan.title.clone().unwrap_or_default(),
        document: plan.document.clone(),
    };
    let mut timeline = Timeline::new(host.run(), Kind::Rehearsal, facts, schedule.start);
    timeline.verdict = verdict;
    timeline.rebuilt = sandbox.notes().to_vec();
    timeline.compression = schedule.factor;
    let book = Book::new(timeline);
    for (key, certificate) in sandbox.certificates() {
        book.name(&plan.landscape.keys[*key], &certificate.pem());
    }
    let hall = Hall {
        checked,
        stage,
        sandbox: &sandbox,
        schedule: &schedule,
        book: &book,
        clock: &CompressedClock::new(schedule.start, schedule.factor),
        progress: &Progress::new(
            schedule.start,
            screen.is_live(),
            !stage.lines && !screen.is_quiet(),
            screen.log(),
        ),
        copies,
        enough: AtomicBool::new(false),
        sent: AtomicU64::new(0),
    };
    let failed = hall.hold(&mut host, &mut traffic, screen).err();
    hall.progress.finish();
    let ended = hall.clock.now();
    let records = host.records()?;
    let mut timeline = book.close();
    collect(&mut timeline, checked, &records, host.state());
    timeline.promises = promises(checked, &timeline, &records);
    timeline.ended = ended;
    timeline.wall = wall.elapsed();
    Ok(Played { timeline, failed })
}

/// The journal of a sandbox.
///
/// # Errors
/// When it cannot be written.
pub(super) fn journal(
    checked: &Checked,
    sandbox: &Sandbox,
    started: Timestamp,
) -> Result<impl Host + use<>, PlayError> {
    let plan = checked.plan();
    let mut store = Store::open(&sandbox.folder().join("keyroll.db"))?;
    let pinned = Pinned {
        run: run_id(&plan.name, started),
        started,
        plan_name: plan.name.clone(),
        plan_file: plan.source.name.clone(),
        plan_text: plan.source.text.clone(),
        plan_files: plan.files.clone(),
        plan: plan.digest(),
        site: sandbox.site().digest(),
        parameters: Given::parameters(sandbox.site().parameters.clone()).to_keep(plan),
        finished: false,
    };
    store.enter(checked, &pinned)?;
    Ok(store.attach(checked, &pinned.run, true)?)
}

/// Where a rehearsal is held.
struct Hall<'a> {
    checked: &'a Checked,
    stage: &'a Stage<'a>,
    sandbox: &'a Sandbox,
    schedule: &'a Schedule,
    book: &'a Book,
    clock: &'a CompressedClock,
    progress: &'a Progress,
    copies: Option<PathBuf>,
    enough: AtomicBool,
    sent: AtomicU64,
}

impl Hall<'_> {
    fn hold(
        &self,
        host: &mut dyn Host,
        traffic: &mut [Traffic],
        screen: &mut Screen,
    ) -> Result<(), PlayError> {
        let halt = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let senders: Vec<_> = traffic
                .iter_mut()
                .map(|traffic| {
                    scope.spawn(|| {
                        let pace = Pace {
                            rate: self.stage.rate,
                            enough: &self.enough,
                            stop: &halt,
                            sent: &self.sent,
                            copies: self.copies.clone(),
                        };
                        traffic.run(self.clock, &pace, &mut |sighting| self.book.see(sighting))
                    })
                })
                .collect();
            let alive = || senders.iter().all(|sender| !sender.is_finished());
            let done = self.run(host, screen, &alive);
            if done.is_err() || stop::flag().load(Ordering::Relaxed) {
                halt.store(true, Ordering::Relaxed);
            }
            self.enough.store(true, Ordering::Relaxed);
            while senders.iter().any(|sender| !sender.is_finished()) {
                if stop::flag().load(Ordering::Relaxed) {
                    halt.store(true, Ordering::Relaxed);
                }
                self.show();
                std::thread::sleep(LOOK);
            }
            for sender in senders {
                match sender.join() {
                    Ok(sent) => sent?,
                    Err(panic) => std::panic::resume_unwind(panic),
                }
            }
            done
        })
    }

    /// The plan itself, with traffic for a while before and after.
    fn run(
        &self,
        host: &mut dyn Host,
        screen: &mut Screen,
        alive: &dyn Fn() -> bool,
    ) -> Result<(), PlayError> {
        self.wait(alive, self.schedule.start, 0);
        let backends = bind(self.checked.plan(), self.sandbox.site(), self.sandbox.folder())?;
        let parts = Parts {
            host,
            backends,
            site: self.sandbox.site(),
            folder: self.sandbox.folder(),
            clock: self.clock,
            notifier: &mut Nobody,
            stop: stop::flag(),
        };
        let mut runner = Runner::in_sandbox(self.sandbox, self.checked, parts);
        let mut watch = |record: &Record| {
            self.book.record(record);
            self.progress.record(self.checked, record);
            self.show();
            if self.stage.lines {
                screen.document(record);
            }
        };
        let ending = runner.run(self.sandbox.site().digest(), true, &mut watch)?;
        if let Ending::Moved(differences) | Ending::Broken(_, differences) = ending {
            let text: Vec<String> = differences
                .iter()
                .map(|d| format!("{} is {}, and {} is recorded", d.what, d.seen, d.recorded))
                .collect();
            return Err(PlayError::Moved(text.join("; ")));
        }
        self.wait(alive, self.clock.now(), self.stage.messages);
        Ok(())
    }

    /// Lets the margin pass from a moment on, and so many messages be sent.
    fn wait(&self, alive: &dyn Fn() -> bool, from: Timestamp, messages: u64) {
        let margin = SignedDuration::try_from(self.schedule.margin).unwrap_or(SignedDuration::ZERO);
        let until = from.saturating_add(margin).unwrap_or(from);
        while alive()
            && !stop::flag().load(Ordering::Relaxed)
            && (self.clock.now() < until || self.sent.load(Ordering::Relaxed) < messages)
        {
            self.show();
            std::thread::sleep(LOOK);
        }
    }

    fn show(&self) {
        let (accepted, rejected) = self.book.judged();
        self.progress.messages(self.sent.load(Ordering::Relaxed), accepted, rejected);
    }
}
