//! A run that stays while it waits: it sleeps, hears of acts and times, and comes to a good end.

use std::cell::Cell;
use std::process::{Child, Stdio};
use std::sync::{
    Mutex,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use keyroll::{
    backend::{
        clock::{Clock, WallClock},
        notifier::{Notice, Notifier, NotifierError},
    },
    check::{self, Checked},
    journal::{Host, HostError, memory::MemoryHost},
    plan::given::Given,
    proof::verdict::{BUDGET, Proven, Verdict, prove},
    run::{
        bind::bind,
        runner::{Ending, Parts, Runner},
        site::Site,
    },
    source::Source,
    transition::{command::Command, event::Record, next, state::State},
};

use crate::runs::{Place, plan};

/// Starts a run that stays, and waits until it holds the journal.
fn following(place: &Place, more: &[&str]) -> Child {
    let mut words = vec!["run", "plan.renewal", "--follow"];
    words.extend(more);
    loop {
        let child = place.program(&words).stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
        let mut child = child.unwrap();
        // Whoever asks may be the first to have it.
        loop {
            if place.run().exit == 5 {
                return child;
            }
            if child.try_wait().unwrap().is_some() {
                break;
            }
        }
    }
}

/// Ends it as the system does.
pub(super) fn end(child: &mut Child) {
    let sent = std::process::Command::new("kill").args(["-TERM", &child.id().to_string()]).status();
    assert!(sent.unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(143));
}

fn ended(child: Child) -> (Option<i32>, String) {
    let output = child.wait_with_output().unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

#[test]
fn the_system_ends_it_and_it_goes_on_from_there() {
    for (signal, exit) in [("-TERM", 143), ("-INT", 130), ("-HUP", 130)] {
        let place = Place::two_keys();
        place.played_by_a_person("receiver_admin");
        place.run().ends(3);
        let before = place.keyroll("status --format json").ends(0).out;
        let child = following(&place, &["--format", "json"]);
        // Another runner is refused, and changes nothing.
        place.run().ends(5).says("another keyroll is at work");
        let sent = std::process::Command::new("kill").args([signal, &child.id().to_string()]).status();
        assert!(sent.unwrap().success());
        let (code, out) = ended(child);
        assert_eq!(code, Some(exit), "{signal}");
        assert!(out.lines().last().unwrap().contains("\"outcome\":\"interrupted\""), "{out}");
        assert_eq!(place.keyroll("status --format json").ends(0).out, before, "{signal}");
        place.run().ends(3);
        place.keyroll("confirm provide_certificate --as receiver_admin").ends(0);
        place.run().ends(3);
        place.keyroll("confirm confirm_trust --as receiver_admin").ends(0);
        place.run().ends(3);
        place.keyroll("confirm announce_exchange --as receiver_admin").ends(0);
        place.run().ends(0);
    }
}

/// Killed while it sleeps, it leaves nothing behind that keeps the next one out.
#[test]
fn one_that_was_killed_is_followed_by_the_next() {
    let place = Place::two_keys();
    place.played_by_a_person("receiver_admin");
    place.run().ends(3);
    let mut child = following(&place, &[]);
    child.kill().unwrap();
    child.wait().unwrap();
    place.run().ends(3);
    let child = following(&place, &[]);
    for act in ["provide_certificate", "confirm_trust", "announce_exchange"] {
        // It has to come so far first.
        while !place.keyroll(&format!("confirm {act} --as receiver_admin")).out.contains("taken down") {}
    }
    assert_eq!(ended(child).0, Some(0));
    place.keyroll("status").ends(0).says("done");
}

#[test]
fn it_stays_or_it_does_not() {
    let place = Place::two_keys();
    place.played_by_a_person("receiver_admin");
    place.keyroll("run plan.renewal --follow --until-waiting").ends(2).says("cannot be used with");
    place.keyroll("run plan.renewal --until-waiting").ends(3).says("waits for receiver_admin");
}

/// A clock that goes on by what is slept, and notes each sleep.
#[derive(Debug)]
struct Asleep<'a> {
    now: Mutex<Timestamp>,
    naps: Mutex<Vec<Duration>>,
    /// How many naps are let pass before somebody asks to stop.
    most: usize,
    /// The machine sleeps for so long in the nap of this number.
    jump: Option<(usize, SignedDuration)>,
    stop: &'a AtomicBool,
}

impl Clock for Asleep<'_> {
    fn now(&self) -> Timestamp {
        *self.now.lock().unwrap()
    }

    fn sleep(&self, duration: Duration) {
        let mut naps = self.naps.lock().unwrap();
        naps.push(duration);
        let mut now = self.now.lock().unwrap();
        *now = now.checked_add(duration).unwrap();
        if let Some((at, length)) = self.jump.filter(|(at, _)| *at == naps.len()) {
            assert_eq!(naps.len(), at);
            *now = now.checked_add(length).unwrap();
        }
        if naps.len() >= self.most {
            self.stop.store(true, Ordering::Relaxed);
        }
    }
}

/// A journal that counts how often the run looks around and how often it asks for acts.
#[derive(Debug)]
struct Counted {
    host: MemoryHost,
    turns: Cell<usize>,
    asked: AtomicUsize,
}

impl Host for Counted {
    fn run(&self) -> &str {
        self.host.run()
    }
    fn state(&self) -> &State {
        self.host.state()
    }
    fn refresh(&mut self, checked: &Checked) -> Result<bool, HostError> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        self.host.refresh(checked)
    }
    fn submit(&mut self, checked: &Checked, record: &Record) -> Result<next::Verdict, HostError> {
        self.host.submit(checked, record)
    }
    fn outbox(&self) -> Result<Vec<Command>, HostError> {
        self.turns.set(self.turns.get() + 1);
        self.host.outbox()
    }
    fn settle(&mut self, command: &Command) -> Result<(), HostError> {
        self.host.settle(command)
    }
    fn records(&self) -> Result<Vec<Record>, HostError> {
        self.host.records()
    }
}

#[derive(Debug)]
struct Nobody;

impl Notifier for Nobody {
    fn send(&mut self, _: &Notice) -> Result<(), NotifierError> {
        Ok(())
    }
}

/// A run that follows on such a clock: how it ended, the naps, and how often it looked around while it slept.
fn slept(
    place: &Place,
    (most, jump): (usize, Option<(usize, SignedDuration)>),
) -> (Ending, Vec<Duration>, usize, Timestamp) {
    let site = Site::read(&Source::new("site.toml", place.read("site.toml"))).unwrap();
    let checked = check::read(&Source::new("plan.renewal", place.read("plan.renewal")), &Given::default());
    let checked = checked.unwrap();
    let start = checked.plan().start.clone();
    let proven: Box<Proven> = match prove(checked, &start, BUDGET) {
        Verdict::Proven(proven) => proven,
        other => panic!("{other:?}"),
    };
    let stop = AtomicBool::new(false);
    let clock = Asleep { now: Mutex::new(WallClock.now()), naps: Mutex::default(), most, jump, stop: &stop };
    let mut host =
        Counted { host: MemoryHost::new(proven.checked()), turns: Cell::new(0), asked: AtomicUsize::new(0) };
    // What it can do at once it does at once.
    let mut go = |follow| {
        let parts = Parts {
            host: &mut host,
            backends: bind(proven.checked().plan(), &site, &place.folder).unwrap(),
            site: &site,
            folder: &place.folder,
            clock: &clock,
            notifier: &mut Nobody,
            stop: &stop,
        };
        Runner::over_site(&proven, parts).run(site.digest(), follow, &mut |_| {}).unwrap()
    };
    assert!(matches!(go(false), Ending::Waiting(_)));
    assert_eq!(clock.naps.lock().unwrap().len(), 0, "who does not follow does not sleep");
    let ending = go(true);
    let turns = host.turns.get();
    let asked = host.asked.load(Ordering::Relaxed);
    let naps = clock.naps.lock().unwrap().clone();
    assert!(asked >= naps.len(), "after each nap it asks whether somebody acted: {asked}");
    (ending, naps, turns, clock.now())
}

/// Somebody is waited for: it asks the journal once a second and looks at the world twice a minute, and does nothing
/// else.
#[test]
fn it_sleeps_and_is_no_busy_loop() {
    let place = Place::two_keys();
    place.played_by_a_person("receiver_admin");
    let (ending, naps, turns, _) = slept(&place, (600, None));
    assert_eq!(ending, Ending::Interrupted);
    assert_eq!(naps, vec![Duration::from_secs(1); 600]);
    // The first run, and one look for each half minute; the turns of the beginning beside.
    assert!(turns <= 600 / 30 + 30, "{turns} turns in ten minutes");
}

/// The two-key plan with a wait before the exchange.
fn late(wait: &str) -> Place {
    let text = plan("two-keys.renewal");
    let text =
        text.replace("  exchange tenant", &format!("  waits {wait} after create_key\n  exchange tenant"));
    Place::of(&text)
}

#[test]
fn a_time_that_comes_ends_the_sleep_and_never_early() {
    let place = late("10m");
    let began = WallClock.now();
    let (ending, naps, turns, ended) = slept(&place, (100_000, None));
    assert_eq!(ending, Ending::Done);
    assert!(ended.duration_since(began) >= SignedDuration::from_mins(10), "{ended}");
    // Near the time it looks more often; never all the while.
    assert!(
        turns < 200 && naps.iter().all(|nap| !nap.is_zero() && *nap <= Duration::from_secs(1)),
        "{turns}"
    );
}

/// The machine was asleep, or its clock was set on: the run sees what time it is when it wakes.
#[test]
fn a_long_wait_looks_at_the_clock_when_it_wakes() {
    let place = late("20d");
    let (ending, naps, ..) = slept(&place, (100_000, Some((45, SignedDuration::from_hours(24 * 21)))));
    assert_eq!(ending, Ending::Done);
    assert!(naps.len() < 200, "{} naps after all", naps.len());
}
