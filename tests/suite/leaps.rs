//! Clocks that leap by years, either way, in the middle of a run: no time comes that has not, and nothing is made that
//! has ended already.

#![cfg(test)]

use std::sync::{Mutex, atomic::AtomicBool};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use keyroll::{
    backend::clock::Clock,
    journal::{Host, memory::MemoryHost},
    proof::verdict::Proven,
    run::{
        bind::bind,
        error::RunError,
        runner::{Ending, Parts, Runner},
        site::Site,
    },
    transition::{
        event::{Actor, Drain, Event, Record},
        next::{Verdict, Why},
    },
    world::material::Certificate,
};

use crate::{
    observed::by_hand,
    runs::{
        Place,
        faults::{Nobody, read},
        plan,
    },
};

const YEARS: SignedDuration = SignedDuration::from_hours(24 * 3_653);

/// A clock that is so far off.
#[derive(Debug)]
struct Swinging(Mutex<SignedDuration>);

impl Swinging {
    fn set(&self, off: SignedDuration) {
        *self.0.lock().unwrap() = off;
    }
}

impl Clock for Swinging {
    fn now(&self) -> Timestamp {
        Timestamp::now() + *self.0.lock().unwrap()
    }
    fn sleep(&self, duration: Duration) {
        std::thread::sleep(duration);
    }
}

struct Run {
    place: Place,
    proven: Box<Proven>,
    site: Site,
    host: MemoryHost,
    clock: Swinging,
}

impl Run {
    fn of(text: &str, edit: impl FnOnce(&Place)) -> Self {
        let place = Place::of(text);
        edit(&place);
        let (proven, site) = read(&place.folder);
        let host = MemoryHost::new(proven.checked());
        Self { place, proven, site, host, clock: Swinging(Mutex::new(SignedDuration::ZERO)) }
    }

    fn goes_on(&mut self, off: SignedDuration) -> Result<Ending, RunError> {
        self.clock.set(off);
        let backends = bind(self.proven.checked().plan(), &self.site, &self.place.folder).unwrap();
        let parts = Parts {
            host: &mut self.host,
            backends,
            site: &self.site,
            folder: &self.place.folder,
            clock: &self.clock,
            notifier: &mut Nobody,
            stop: &AtomicBool::new(false),
        };
        Runner::over_site(&self.proven, parts).run(self.site.digest(), false, &mut |_| {})
    }

    fn records(&self) -> Vec<Record> {
        self.host.records().unwrap()
    }

    fn submits(&mut self, event: Event, off: SignedDuration) -> Verdict {
        let record = Record { at: Timestamp::now() + off, event };
        self.host.submit(self.proven.checked(), &record).unwrap()
    }
}

fn by(role: &str) -> Actor {
    Actor { role: role.to_owned(), person: Some("Ada".to_owned()), automatic: false }
}

/// Nobody can look into the flow: what is under way is waited for, a day.
fn unseen(place: &Place) {
    by_hand(place, "flows.orders");
}

#[test]
fn ten_years_forward_let_no_time_pass() {
    let mut run = Run::of(&plan("two-keys.renewal"), unseen);
    let Ok(Ending::Waiting(waits)) = run.goes_on(SignedDuration::ZERO) else { panic!("it waits") };
    assert!(waits.iter().any(|wait| wait.until.is_some()), "{waits:?}");
    let (records, files) = (run.records(), run.place.files());
    let Err(RunError::Clock(why)) = run.goes_on(YEARS) else { panic!("it is not believed") };
    assert!(why.contains("the last record of the run is of") && why.contains("keyroll resume"), "{why}");
    assert_eq!((run.records(), run.place.files()), (records.clone(), files));
    // Nor is what somebody says by such a clock.
    let step = "retire_old".to_owned();
    let confirmed = Event::Declined { step, by: by("receiver_admin"), because: "x".to_owned() };
    assert!(matches!(run.submits(confirmed, YEARS), Verdict::Refused(Why::Leap { .. })));
    let drained = Event::Drained { flow: "orders".to_owned(), key: "old".to_owned(), how: Drain::Waited };
    assert!(matches!(run.submits(drained, YEARS), Verdict::Refused(Why::Leap { .. })));
    // Set right, it waits as before, and for no longer.
    let Ok(Ending::Waiting(_)) = run.goes_on(SignedDuration::ZERO) else { panic!("it waits again") };
    assert_eq!(run.records(), records);
    assert_eq!(run.goes_on(SignedDuration::from_hours(25)).unwrap(), Ending::Done);
    let drains = run
        .records()
        .into_iter()
        .filter(|record| matches!(record.event, Event::Drained { how: Drain::Waited, .. }));
    assert_eq!(drains.count(), 1);
}

/// Who has not looked for years says so, and the run goes on.
#[test]
fn somebody_may_say_that_the_clock_is_right() {
    let mut run = Run::of(&plan("two-keys.renewal"), unseen);
    run.goes_on(SignedDuration::ZERO).unwrap();
    assert!(matches!(run.goes_on(YEARS), Err(RunError::Clock(_))));
    let resumed =
        Event::Resumed { role: None, by: by("tenant_admin"), because: "the clock is right".to_owned() };
    assert!(matches!(run.submits(resumed, YEARS), Verdict::Applied(_)));
    assert_eq!(run.goes_on(YEARS).unwrap(), Ending::Done);
}

#[test]
fn ten_years_back_let_nothing_come_either() {
    let mut run = Run::of(&plan("two-keys.renewal"), unseen);
    run.goes_on(SignedDuration::ZERO).unwrap();
    let records = run.records();
    let Ok(Ending::Waiting(waits)) = run.goes_on(-YEARS) else { panic!("it waits") };
    assert!(waits.iter().any(|wait| wait.until.is_some_and(|until| until > Timestamp::now())), "{waits:?}");
    assert_eq!(run.records(), records);
    assert_eq!(run.goes_on(SignedDuration::from_hours(25)).unwrap(), Ending::Done);
}

/// A pair that is made while the clock is behind is valid from the last record on, not ten years ago.
#[test]
fn what_is_made_while_the_clock_is_behind_is_valid_now() {
    let text = plan("two-keys.renewal").replace(
        "step create_key by tenant_admin \"Create the new key pair\" {\n",
        "step ask by receiver_admin {\n  inform tenant_admin\n}\n\nstep create_key by tenant_admin \"Create the new key pair\" {\n  after ask\n",
    );
    assert!(text.contains("after ask"), "{text}");
    let mut run = Run::of(&text, |place| place.played_by_a_person("receiver_admin"));
    run.goes_on(SignedDuration::ZERO).unwrap();
    let step = "ask".to_owned();
    let asked =
        Event::Confirmed { step, by: by("receiver_admin"), opens: None, certificates: Default::default() };
    assert!(matches!(run.submits(asked, SignedDuration::ZERO), Verdict::Applied(_)));
    let last = run.host.state().now;
    run.goes_on(-YEARS).unwrap();
    let made = run.records().into_iter().find_map(|record| match record.event {
        Event::Ended { step, certificates, .. } if step == "create_key" => Some((record.at, certificates)),
        _ => None,
    });
    let (at, certificates) = made.expect("the pair is made");
    let new = Certificate::from_pem(certificates["new"].as_bytes()).unwrap();
    assert!(new.not_after() > Timestamp::now() && new.not_before() <= Timestamp::now(), "{new:?}");
    assert!(at >= last, "no record is earlier than the one before");
}

/// The declared time would begin to count ten years ago, or from the last record on, and be over at once when the
/// clock is right again, with messages under way.
#[test]
fn no_time_begins_to_count_while_the_clock_is_behind() {
    let waiting = |edit: &dyn Fn(&Place)| {
        let mut run = Run::of(&plan("two-keys.renewal"), |place| {
            place.played_by_a_person("receiver_admin");
            edit(place);
        });
        run.goes_on(SignedDuration::ZERO).unwrap();
        let heard = Event::Received { step: "provide_certificate".to_owned(), by: by("receiver_admin") };
        assert!(matches!(run.submits(heard, SignedDuration::ZERO), Verdict::Applied(_)));
        run.goes_on(SignedDuration::ZERO).unwrap();
        let (step, certificates) = ("confirm_trust".to_owned(), Default::default());
        let told = Event::Confirmed { step, by: by("receiver_admin"), opens: None, certificates };
        assert!(matches!(run.submits(told, SignedDuration::ZERO), Verdict::Applied(_)));
        run
    };
    let ended = |run: &Run| {
        run.records().iter().any(|r| matches!(&r.event, Event::Ended { step, .. } if step == "exchange_key"))
    };
    // Nobody looks into the flow.
    let mut run = waiting(&unseen);
    let files = run.place.files();
    let Err(RunError::Clock(why)) = run.goes_on(-YEARS) else { panic!("it is not counted by") };
    assert!(why.contains("`exchange_key` is not begun") && why.contains("set the clock right"), "{why}");
    assert_eq!((ended(&run), run.place.files()), (false, files));
    let Ok(Ending::Waiting(_)) = run.goes_on(SignedDuration::ZERO) else { panic!("it goes on") };
    assert!(ended(&run));
    // Where somebody looks, no time is counted by.
    let mut run = waiting(&|_| {});
    run.goes_on(-YEARS).unwrap();
    assert!(ended(&run));
}

/// A runner that was not running when its window was says so, and stops nothing.
#[test]
fn a_window_that_was_missed_is_over() {
    let mut run =
        Run::of(&plan("one-key.renewal"), |place| place.played_by_a_person("integration_developer"));
    run.goes_on(SignedDuration::ZERO).unwrap();
    // The window is agreed and open at once; the developer's turn comes when it is over.
    let step = "request_undeploy".to_owned();
    let heard = Event::Received { step, by: by("integration_developer") };
    assert!(matches!(run.submits(heard, SignedDuration::ZERO), Verdict::Applied(_)));
    let flow = run.place.read("orders-flow/flow.json");
    let error = run.goes_on(SignedDuration::from_hours(48)).unwrap_err();
    assert!(matches!(&error, RunError::TooLate { step, .. } if step == "undeploy"), "{error}");
    assert!(error.to_string().contains("the window downtime ends at"), "{error}");
    assert_eq!(run.place.read("orders-flow/flow.json"), flow);
    // Called in time it goes on.
    run.goes_on(SignedDuration::from_mins(5)).unwrap();
    assert!(run.place.read("orders-flow/flow.json").contains("undeployed"));
}
