//! A run is called off after each of its records, over real stores, with messages that arrive as late as they
//! can.

use std::{
    cell::RefCell,
    collections::BTreeSet,
    path::{Path, PathBuf},
    sync::atomic::AtomicBool,
    time::Duration,
};

use jiff::Timestamp;
use keyroll::{
    backend::{
        bench::Backends,
        clock::{Clock, WallClock},
        keystore::Entry,
        notifier::{Notice, Notifier, NotifierError},
        observe::observe,
        receiver::Judgement,
    },
    check::{self, Checked},
    cli::of_run::part::{Part, goes_over},
    journal::{
        Host, HostError,
        sqlite::{Pinned, SqliteHost, Store},
    },
    plan::given::Given,
    proof::verdict::{BUDGET, Proven, Verdict, prove},
    rest::{
        standing::standing,
        way::{Run, Way, proved, way},
    },
    run::{
        bind::bind,
        casting::Casting,
        courier::Courier,
        error::RunError,
        opening,
        runner::{Ending, Parts, Runner},
        sandbox::{Props, Sandbox},
        site::Site,
    },
    source::Source,
    synthesis::Bounds,
    transition::{
        command::Command,
        event::{Actor, Bound, Event, Record},
        next::Verdict as Taken,
        state::State,
    },
    world::material::KeyType,
};

use super::super::runs::plan;

struct Nobody;

impl std::fmt::Debug for Nobody {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Nobody")
    }
}

impl Notifier for Nobody {
    fn send(&mut self, _notice: &Notice) -> Result<(), NotifierError> {
        Ok(())
    }
}

/// The plan for two keys, and the old pair is destroyed at its end.
fn destroying() -> String {
    let step = "step report_retired by receiver_admin {\n  after retire_old\n  inform tenant_admin\n}\n\n\
                step destroy_old by tenant_admin {\n  after report_retired\n  destroy old in tenant\n}\n\n\
                step tell_destroyed by tenant_admin {\n  after destroy_old\n  inform receiver_admin\n}\n\npromise";
    plan("two-keys.renewal").replacen("promise", step, 1)
}

fn prove_whole(text: &str) -> Box<Proven> {
    let checked = check::read(&Source::new("plan.renewal", text), &Given::default()).unwrap();
    let start = checked.plan().start.clone();
    match prove(checked, &start, BUDGET) {
        Verdict::Proven(proven) => proven,
        other => panic!("{other:?}"),
    }
}

/// A journal that takes down so many records more.
#[derive(Debug)]
struct Limited<'a> {
    host: &'a mut SqliteHost,
    left: usize,
}

impl Host for Limited<'_> {
    fn run(&self) -> &str {
        self.host.run()
    }
    fn state(&self) -> &State {
        self.host.state()
    }
    fn refresh(&mut self, checked: &Checked) -> Result<bool, HostError> {
        self.host.refresh(checked)
    }
    fn submit(&mut self, checked: &Checked, record: &Record) -> Result<Taken, HostError> {
        if self.left == 0 {
            return Err(HostError::Busy(PathBuf::new()));
        }
        let verdict = self.host.submit(checked, record)?;
        self.left -= usize::from(matches!(verdict, Taken::Applied(_)));
        Ok(verdict)
    }
    fn outbox(&self) -> Result<Vec<Command>, HostError> {
        self.host.outbox()
    }
    fn settle(&mut self, command: &Command) -> Result<(), HostError> {
        self.host.settle(command)
    }
    fn records(&self) -> Result<Vec<Record>, HostError> {
        self.host.records()
    }
}

/// A world with a run in it, and messages that go through it.
struct Stage<'a> {
    folder: &'a Path,
    site: Site,
    courier: RefCell<Courier>,
}

impl<'a> Stage<'a> {
    fn of(folder: &'a Path, text: &str) -> Self {
        let proven = prove_whole(text);
        let checked = proven.checked();
        let props = Props { key_type: KeyType::EcP256, start: WallClock.now(), pause: Duration::ZERO };
        let sandbox = Sandbox::build(checked.plan(), folder, &props).unwrap();
        let site = sandbox.site().clone();
        let flow = checked.plan().flow("orders").unwrap();
        let courier = RefCell::new(Courier::over(checked.plan(), flow, &site, folder).unwrap());
        Self { folder, site, courier }
    }

    fn enter(&self, checked: &Checked) -> SqliteHost {
        let plan = checked.plan();
        let pinned = Pinned {
            run: "called-off-20261130-0badcafe".to_owned(),
            started: WallClock.now(),
            plan_name: plan.name.clone(),
            plan_file: "plan.renewal".to_owned(),
            plan_text: plan.source.text.clone(),
            plan_files: plan.files.clone(),
            plan: plan.digest(),
            site: self.site.digest(),
            parameters: Default::default(),
            finished: false,
        };
        let mut store = self.store();
        store.enter(checked, &pinned).unwrap();
        drop(store);
        self.attach(checked, &pinned.run)
    }

    /// Takes up a run. A child that another test is just starting holds every lock of this process until its own
    /// program begins.
    fn attach(&self, checked: &Checked, run: &str) -> SqliteHost {
        for _ in 0..1_000 {
            match self.store().attach(checked, run, true) {
                Err(HostError::Busy(_)) => std::thread::sleep(Duration::from_millis(5)),
                taken => return taken.unwrap(),
            }
        }
        panic!("somebody else is at work on {}", self.folder.display());
    }

    fn store(&self) -> Store {
        Store::open(&self.folder.join("keyroll.db")).unwrap()
    }

    fn backends(&self, checked: &Checked) -> Backends {
        bind(checked.plan(), &self.site, self.folder).unwrap()
    }

    /// What lies under the alias that is kept.
    fn live(&self, checked: &Checked) -> Entry {
        let backends = self.backends(checked);
        let store = backends.keystores.rows().next().unwrap().backend().unwrap();
        let alias = keyroll::name::Alias::new("orders-signer").unwrap();
        store.entry(&alias).unwrap().unwrap()
    }

    fn accepted(&self, checked: &Checked) -> BTreeSet<String> {
        let backends = self.backends(checked);
        let receiver = backends.receivers.rows().next().unwrap().backend().unwrap();
        receiver.accepted().unwrap().iter().map(|one| one.fingerprint().to_string()).collect()
    }

    /// Signs a message that stays under way.
    fn post(&self) {
        self.courier.borrow_mut().post(WallClock.now(), Duration::ZERO).unwrap();
    }

    /// Lets everything arrive: nothing may be rejected.
    fn deliver(&self, about: &str) -> usize {
        let judged = self.courier.borrow_mut().deliver(Timestamp::MAX).unwrap();
        for (_, judgement) in &judged {
            assert!(matches!(judgement, Judgement::Accepted(_)), "{about}: {judgement:?}");
        }
        judged.len()
    }

    /// Runs until the plan is done, until it waits, or until nothing more is taken down than so many records:
    /// then what is begun takes effect, and nobody writes it down.
    fn run(&self, proven: &Proven, host: &mut SqliteHost, most: usize) -> Ending {
        let checked = proven.checked();
        let mut host = Limited { host, left: most };
        let parts = Parts {
            host: &mut host,
            backends: self.backends(checked),
            site: &self.site,
            folder: self.folder,
            clock: &WallClock,
            notifier: &mut Nobody,
            stop: &AtomicBool::new(false),
        };
        let mut watch = |_: &Record| self.post();
        match Runner::over_site(proven, parts).run(self.site.digest(), false, &mut watch) {
            Err(RunError::Host(HostError::Busy(_))) => Ending::Interrupted,
            ending => ending.unwrap(),
        }
    }

    /// Runs to the end; what is waited for arrives when nothing else is left to be done.
    fn run_to_its_end(&self, proven: &Proven, host: &mut SqliteHost, about: &str) {
        for _ in 0..20 {
            match self.run(proven, host, usize::MAX) {
                Ending::Done => return,
                Ending::Waiting(_) => assert!(self.deliver(about) > 0, "{about}: nothing is under way"),
                other => panic!("{about}: {other:?}"),
            }
        }
        panic!("{about}: it does not come to its end");
    }
}

/// How a run that was called off went on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Went {
    Nowhere,
    Back,
    BackAfterStop,
    Forward,
}

/// Calls a run off when so many records are taken down; nothing where the plan is done before.
fn called_off_after(text: &str, most: usize) -> Option<Went> {
    let about = format!("after {most} records");
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("stage");
    let stage = Stage::of(&folder, text);
    let proven = prove_whole(text);
    let checked = proven.checked();
    let mut host = stage.enter(checked);
    let (before, accepted) = (stage.live(checked), stage.accepted(checked));
    stage.post();
    while host.records().unwrap().len() < most {
        let more = most - host.records().unwrap().len();
        match stage.run(&proven, &mut host, more) {
            Ending::Done => return None,
            Ending::Interrupted => {}
            Ending::Waiting(_) => assert!(stage.deliver(&about) > 0),
            Ending::Moved(found) | Ending::Broken(_, found) => panic!("{about}: {found:?}"),
            Ending::Substituted(found) => panic!("{about}: {found:?}"),
        }
    }
    if host.state().is_finished() {
        return None;
    }
    let given = Given::default();
    let casting = Casting::of(checked.plan(), &stage.site);
    let (now, backends) = (WallClock.now(), stage.backends(checked));
    let material = opening::material(checked, &stage.site, host.state(), now);
    let seen = observe(&checked.plan().landscape, &backends, &material, &host.state().world).unwrap();
    let standing = standing(checked, (host.state(), now), (&seen, &backends), &BTreeSet::new())
        .unwrap_or_else(|unclear| panic!("{about}: {unclear:?}"));
    let by = checked.plan().landscape.roles.find(|role| role == "tenant_admin").unwrap();
    let state: State = host.state().clone();
    let run = Run { checked, given: &given, state: &state, standing: &standing, casting: &casting, by };
    let bounds = Bounds { moments: 1_000_000, several: true };
    let went = match way(run, bounds, BUDGET, &|_| true) {
        Way::Nothing(_) => Went::Nowhere,
        Way::Back(back) => {
            let by =
                Actor { role: "tenant_admin".to_owned(), person: Some("Ada".to_owned()), automatic: false };
            let pinned = stage.store().runs().unwrap().remove(0);
            let parameters = back.parameters.clone();
            let part = Part { proven: &back.proven, state: &back.state, parameters, bound: Bound::Back };
            let because = "a test".to_owned();
            let taken = goes_over((checked, &mut host), (&pinned, &stage.site), part, (by, because)).unwrap();
            assert_eq!(taken, Taken::Applied(Vec::new()), "{about}");
            drop(host);
            // The next part is what the journal speaks of from now on, by the same name of the run.
            let runs = stage.store().runs().unwrap();
            assert_eq!(runs.len(), 1, "{about}");
            assert_eq!(runs[0].run, "called-off-20261130-0badcafe.2");
            let source = Source::new(runs[0].plan_file.clone(), runs[0].plan_text.clone());
            let again = check::read(&source, &Given::kept(&runs[0].parameters)).unwrap();
            assert_eq!(again.plan().digest(), runs[0].plan);
            let mut host = stage.attach(&again, &runs[0].run);
            assert_eq!(host.state().world, back.state.world, "{about}");
            let first = host.records().unwrap().remove(0).event;
            assert!(
                matches!(first, Event::Continued { ref from, .. } if from == "called-off-20261130-0badcafe")
            );
            let proven = proved(again, &back.state.world, BUDGET).unwrap();
            stage.run_to_its_end(&proven, &mut host, &about);
            assert!(host.state().is_finished() && host.state().broken.is_empty(), "{about}");
            if back.told.is_empty() { Went::Back } else { Went::BackAfterStop }
        }
        Way::Forward(forward) => {
            drop(host);
            let run = stage.store().runs().unwrap().remove(0).run;
            let mut host = stage.attach(checked, &run);
            assert_eq!(forward.proven.checked().plan().digest(), checked.plan().digest());
            stage.run_to_its_end(&proven, &mut host, &about);
            assert!(host.state().is_finished(), "{about}");
            Went::Forward
        }
        Way::None { back, forward } => panic!("{about}: {back}; {forward}"),
    };
    stage.post();
    stage.deliver(&about);
    let (after, accepts) = (stage.live(checked), stage.accepted(checked));
    if went == Went::Forward {
        assert_ne!(after, before, "{about}");
    } else {
        assert_eq!((after, accepts), (before, accepted), "{about}");
    }
    Some(went)
}

/// Calls a run of a plan off at each of its moments, and says how it went on, in order and each kind once.
pub(super) fn everywhere(text: &str) -> Vec<Went> {
    let mut found: Vec<Went> = Vec::new();
    let mut moments = 0;
    while let Some(went) = called_off_after(text, moments + 1) {
        moments += 1;
        if found.last() != Some(&went) {
            found.push(went);
        }
    }
    println!("{moments} moments: {found:?}");
    assert!(moments >= 15, "{moments}");
    found
}

#[test]
fn two_keys_are_called_off_at_every_moment() {
    let found = everywhere(&plan("two-keys.renewal"));
    assert!(found.starts_with(&[Went::Nowhere, Went::Back]), "{found:?}");
    // From the word on that the key is exchanged the partner may retire the old one at any moment.
    assert!(found.contains(&Went::BackAfterStop) && !found.contains(&Went::Forward), "{found:?}");
}

#[test]
fn one_key_is_called_off_at_every_moment() {
    let found = everywhere(&plan("one-key.renewal"));
    assert!(found.starts_with(&[Went::Nowhere, Went::Back]), "{found:?}");
    assert!(found.contains(&Went::BackAfterStop) && !found.contains(&Went::Forward), "{found:?}");
}

#[test]
fn beyond_the_point_of_no_return_the_way_leads_forward() {
    let found = everywhere(&destroying());
    assert_eq!(found.last(), Some(&Went::Forward), "{found:?}");
    assert!(found.contains(&Went::BackAfterStop), "{found:?}");
}
