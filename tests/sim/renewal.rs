//! One renewal from its first step to its end, by a program that is cut off and called again.

use std::{
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    path::Path,
    sync::atomic::AtomicBool,
};

use jiff::SignedDuration;
use keyroll::{
    check::Checked,
    journal::{Host as _, chain::replay, memory::MemoryHost},
    proof::verdict::Proven,
    run::{
        casting::Casting,
        error::RunError,
        runner::{Ending, Parts, Runner},
        site::Site,
        wait::Wait,
    },
    transition::{
        event::{Event, Record},
        pause::{interrupted, whole},
    },
    world::material::Certificate,
};

use crate::{
    calling_off::{Off, call_off},
    dice::Dice,
    disk::Disk,
    habits::Habits,
    journal::{Journal, Kept},
    partner, people,
    scene::{Case, Reach, backends, site, world},
    stores::{Network, Shown},
    told::Told,
    world::{Cut, Shared},
};

/// So often the program is called at most before a renewal counts as stuck.
const CALLS: u64 = 20_000;

/// One renewal under way.
struct Renewal<'a> {
    case: &'a Case,
    site: Site,
    reach: Reach,
    habits: Habits,
    /// The plan of the way back, once it was called off.
    way_back: Option<Box<Proven>>,
    journal: Journal,
    told: Told,
}

/// Carries a renewal out; gives what came of it.
///
/// # Errors
/// What is not as promised, in words.
pub(crate) fn renewal(case: &Case, seed: u64) -> Result<Told, String> {
    let mut dice = Dice::of(seed);
    let habits = Habits::of(&mut dice);
    let (site, reach) = site(&mut dice, case.checked(), case.capacity);
    let (world, old) = world(dice, case, reach, habits.lies);
    let begun = world.now;
    let kept = match habits.disk {
        true => Kept::File(Box::new(Disk::new(case.checked(), site.digest(), begun))),
        false => Kept::Memory(Box::new(MemoryHost::new(case.checked()))),
    };
    let world = Shared::of(world);
    let casting = Casting::of(case.checked().plan(), &site);
    let journal = Journal::of(kept, world.clone(), casting, habits.busy);
    let told = Told::default();
    let mut renewal = Renewal { case, site, reach, habits, way_back: None, journal, told };
    loop {
        renewal.told.calls += 1;
        if renewal.told.calls > CALLS {
            return Err(format!("it does not end: {:?}", renewal.journal.kept.host().state()));
        }
        let waits = match renewal.call()? {
            Called::Done => break,
            Called::Waiting(waits) => waits,
            Called::TooLate => {
                renewal.told.too_late = 1;
                break;
            }
            Called::Again => Vec::new(),
        };
        // Every other seed has people who take their time.
        if renewal.between(&waits, seed.is_multiple_of(2))? {
            break;
        }
        if let Some(wrong) = world.look().wrong.first() {
            return Err(wrong.clone());
        }
    }
    world.look().pass(case.transit() + SignedDuration::from_hours(1));
    partner::makes_good(renewal.journal.kept.host(), renewal.checked(), &world);
    let Renewal { told, journal, way_back, .. } = &mut renewal;
    let seen = world.look();
    told.time = seen.now.duration_since(begun);
    (told.failures, told.messages, told.blamed) = (seen.failed, seen.arrived, seen.blamed);
    told.meanwhile = journal.meanwhile;
    if told.too_late + told.over > 0 {
        // On its way back it may be too late for the window as well: then the flow goes on with the new pair.
        let is_still = match way_back {
            Some(_) => seen.trusted.iter().eq(seen.store.get(&seen.alias)),
            None => seen.trusted == [old],
        };
        let is_well = is_still && seen.deployed && seen.wrong.is_empty();
        return if is_well { Ok(*told) } else { Err(format!("over, and changed: {seen:?}")) };
    }
    drop(seen);
    renewal.end(&old).map(|()| renewal.told)
}

enum Called {
    Done,
    Waiting(Vec<Wait>),
    /// It was cut off, or stopped.
    Again,
    TooLate,
}

impl Renewal<'_> {
    fn proven(&self) -> &Proven {
        self.way_back.as_deref().unwrap_or(&self.case.proven)
    }

    fn checked(&self) -> &Checked {
        self.proven().checked()
    }

    /// One call of the program, which may be cut off anywhere.
    fn call(&mut self) -> Result<Called, String> {
        let Self { case, site, reach, habits, way_back, journal, told } = self;
        let proven = way_back.as_deref().unwrap_or(&case.proven);
        let checked = proven.checked();
        journal.opens(checked);
        let (world, stop) = (journal.world.clone(), AtomicBool::new(false));
        let follow = {
            let mut world = world.look();
            world.skew = match habits.leaps && journal.state().started && world.dice.chance(6) {
                true => leap(&mut world.dice),
                false => SignedDuration::ZERO,
            };
            let cut = world.dice.chance(40).then(|| world.dice.below(60));
            world.fuse = cut;
            // Whoever stays while it waits for a person stays until it is cut off.
            cut.is_some() && world.dice.chance(30)
        };
        if let Kept::File(disk) = &journal.kept
            && world.look().dice.chance(20)
        {
            if !disk.refuses_a_second(checked) {
                return Err("two programs are at work on one journal".to_owned());
            }
            told.refused += 1;
        }
        let (failed, skew, is_false) = {
            let world = world.look();
            (world.failed, world.skew, world.is_false())
        };
        told.leaps += u64::from(!skew.is_zero());
        let before = journal.kept.host().records().unwrap().len();
        let paused = whole(checked.plan(), journal.state(), world.look().shown()).map(|pause| pause.until);
        let clock = Shown(world.clone());
        let run = || {
            let parts = Parts {
                host: &mut *journal,
                backends: backends(&world, *reach),
                site,
                folder: Path::new("."),
                clock: &clock,
                notifier: &mut Network(world.clone()),
                stop: &stop,
            };
            Runner::over_site(proven, parts).run(site.digest(), follow, &mut |_| {})
        };
        let ended = catch_unwind(AssertUnwindSafe(run));
        {
            let mut world = world.look();
            (world.fuse, world.skew) = (None, SignedDuration::ZERO);
        }
        // What was not durable goes with the program.
        match (&mut journal.kept, &ended) {
            (Kept::File(disk), Err(_)) => told.torn += u64::from(disk.comes_back(checked, &world)?),
            (Kept::Memory(host), Err(_)) => host.lose(),
            _ => {}
        }
        journal.opens(checked);
        let records = journal.kept.host().records().unwrap();
        let rests = |record: &Record| {
            let is_of_the_site =
                matches!(record.event, Event::Begun { .. } | Event::Opened { .. } | Event::Drained { .. });
            is_of_the_site && paused.is_some_and(|until| record.at < until)
        };
        if let Some(record) = records.iter().skip(before).find(|record| rests(record))
            && interrupted(checked.plan(), &journal.state().world).is_none()
        {
            return Err(format!("it stands still, and: {record:?}"));
        }
        if skew.is_positive() && !matches!(ended, Ok(Err(RunError::Clock(_)))) {
            return Err(format!("the clock is {skew:?} ahead, and is believed"));
        }
        match ended {
            Ok(Ok(Ending::Done)) => Ok(Called::Done),
            Ok(Ok(Ending::Waiting(waits))) => Ok(Called::Waiting(waits)),
            Ok(Ok(Ending::Moved(_) | Ending::Broken(..))) if is_false => {
                told.stopped += 1;
                partner::makes_good(journal.kept.host(), checked, &world);
                Ok(Called::Again)
            }
            Ok(Ok(other)) => Err(format!("{other:?}")),
            Ok(Err(RunError::TooLate { .. })) => Ok(Called::TooLate),
            Ok(Err(RunError::Clock(_))) if !skew.is_zero() => Ok(Called::Again),
            Ok(Err(_)) if world.look().failed > failed => Ok(Called::Again),
            Ok(Err(error)) => Err(error.to_string()),
            Err(dead) if dead.is::<Cut>() => {
                told.cuts += 1;
                Ok(Called::Again)
            }
            Err(fault) => resume_unwind(fault),
        }
    }

    /// What happens until the program is called again; says whether the run is over.
    fn between(&mut self, waits: &[Wait], is_slow: bool) -> Result<bool, String> {
        let world = self.journal.world.clone();
        let pause = {
            let mut world = world.look();
            // Mostly a timer calls it; now and then nobody does, for days.
            match world.dice.below(20) {
                0 => SignedDuration::from_hours(i64::try_from(world.dice.below(200)).unwrap()),
                1..=9 if is_slow => SignedDuration::from_mins(i64::try_from(world.dice.below(600)).unwrap()),
                _ => SignedDuration::from_mins(10),
            }
        };
        world.look().pass(pause);
        let at = world.look().shown();
        let Self { case, reach, habits, way_back, journal, told, .. } = self;
        let checked = way_back.as_deref().unwrap_or(&case.proven).checked();
        if world.look().is_found_out {
            world.look().is_found_out = false;
            partner::makes_good(journal.kept.host(), checked, &world);
        }
        if world.look().dice.chance(30) {
            people::nonsense(journal.kept.host_mut(), &world, checked, at)?;
        }
        if habits.pauses && world.look().dice.chance(10) {
            told.pauses += u64::from(people::pause(journal.kept.host_mut(), &world, checked, at));
        }
        // Somebody may have done it after the program looked.
        let open = journal.asked(checked, at);
        let is_open =
            |wait: &&Wait| open.iter().any(|one| (one.step, &one.cause) == (wait.step, &wait.cause));
        let asked: Vec<&Wait> = waits.iter().filter(is_open).collect();
        let acts = world.look().dice.chance(60);
        let wait = world.look().dice.one(&asked).copied();
        if let Some(wait) = wait.filter(|_| acts) {
            people::act(journal.kept.host_mut(), &world, checked, wait, at);
        } else if acts {
            people::propose_again(journal.kept.host_mut(), checked, at);
        }
        if habits.lies && reach.partner && reach.flow {
            partner::lies(journal, checked, at);
        }
        let is_time = habits.calls_off && way_back.is_none() && !habits.disk && told.over + told.forward == 0;
        if is_time && world.look().dice.chance(6) {
            return self.calls_off();
        }
        Ok(false)
    }

    /// Somebody calls it off; says whether that was all.
    fn calls_off(&mut self) -> Result<bool, String> {
        let Self { case, site, reach, journal, told, way_back, .. } = self;
        let state = journal.kept.host().state();
        if !state.started || state.is_finished() {
            return Ok(false);
        }
        let (world, checked) = (journal.world.clone(), case.proven.checked());
        let faults = std::mem::take(&mut world.look().faults);
        let off = call_off(checked, journal, site, &backends(&world, *reach));
        world.look().faults = faults;
        match off
            .map_err(|why| format!("{why}: {:?}", journal.kept.host().records().unwrap().split_off(1)))?
        {
            Off::Over => {
                told.over += 1;
                return Ok(true);
            }
            Off::Back(proven) => {
                told.back += 1;
                *way_back = Some(proven);
            }
            Off::Forward => told.forward += 1,
        }
        Ok(false)
    }

    /// Whether the world is as it should be at the end.
    fn end(&self, old: &Certificate) -> Result<(), String> {
        let world = self.journal.world.look();
        let is = |what: &str, is_so: bool| if is_so { Ok(()) } else { Err(format!("{what}: {world:?}")) };
        let held = world.store.get(&world.alias);
        if self.way_back.is_some() {
            is("the alias names the old pair again", held == Some(old))?;
            is("the receiver accepts the old one only", world.trusted == [old.clone()])?;
            is("one pair was made at most", world.made <= 1)?;
        } else {
            is("the alias names the new pair", held.is_some_and(|held| held != old))?;
            is("the receiver accepts the new one only", world.trusted.iter().eq(held))?;
            is("one pair was made", world.made == 1)?;
            is("messages arrived", world.arrived > 0)?;
        }
        is("the flow runs", world.deployed)?;
        is("nothing was rejected", world.wrong.is_empty())?;
        let (state, records) =
            (self.journal.kept.host().state(), self.journal.kept.host().records().unwrap());
        is("the records lead to it", replay(self.checked(), &records) == *state)?;
        // Only people can be late, and it is on record when they were; unless a clock that was behind hid it. Of a way
        // back it is not asked how long an interruption lasts.
        let windows = &self.case.checked().plan().landscape.windows;
        let allowed = windows.rows().filter_map(|window| window.at_most);
        let allowed = allowed.map(|most| SignedDuration::try_from(most).unwrap()).sum::<SignedDuration>();
        let is_asked = self.told.leaps == 0 && self.way_back.is_none();
        if world.still <= allowed || !state.broken.is_empty() || !is_asked {
            return Ok(());
        }
        let course: Vec<_> = records.iter().skip(1).map(|record| (record.at, &record.event)).collect();
        Err(format!("a flow that stood still for {:?} is not on record: {course:?}", world.still))
    }
}

/// By how much a clock is wrong: by years, either way.
fn leap(dice: &mut Dice) -> SignedDuration {
    let years = i64::try_from(3 + dice.below(30)).unwrap();
    let time = SignedDuration::from_hours(24 * 365 * years);
    if dice.chance(50) { time } else { -time }
}
