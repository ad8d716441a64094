//! A sandbox, a run in it, and what is to be seen when it is over.
#![cfg(test)]

use std::{
    collections::{BTreeMap, BTreeSet},
    ffi::OsStr,
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Command, ExitStatus, Stdio},
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use keyroll::{
    backend::{
        clock::{Clock, WallClock},
        notifier::{Notice, Notifier, NotifierError},
    },
    check::{self, Checked},
    journal::{
        Host, HostError,
        sqlite::{Pinned, SqliteHost, Store},
    },
    plan::given::Given,
    proof::verdict::{BUDGET, Proven, Verdict, prove},
    run::{
        bind::bind,
        runner::{Ending, Parts, Runner},
        sandbox::{Props, Sandbox},
        site::{Length, Site},
    },
    source::Source,
    transition::{
        event::{Event, Record},
        snapshot::Snapshot,
    },
    world::material::{Certificate, KeyType},
};
use serde_json::Value;

use super::{
    called_off,
    points::{Cut, Points},
};

/// Says to a child at which point it dies, and in which folder it works.
pub(crate) const POINT: &str = "KEYROLL_TEST_POINT";
const FOLDER: &str = "KEYROLL_TEST_FOLDER";
/// Says to it that the run was called off.
const BACK: &str = "KEYROLL_TEST_BACK";

/// The run that every sandbox is made with.
const RUN: &str = "cut";

#[derive(Debug)]
struct Nobody;

impl Notifier for Nobody {
    fn send(&mut self, _notice: &Notice) -> Result<(), NotifierError> {
        Ok(())
    }
}

/// Builds a sandbox for a plan, with a run entered in its journal.
pub(crate) fn build(folder: &Path, plan: &str, pause: Duration) {
    let source = Source::new("plan.renewal", plan);
    let parameters = BTreeMap::from([("delivery".to_owned(), "1s".to_owned())]);
    let checked = check::read(&source, &Given::parameters(parameters.clone())).unwrap();
    let props = Props { key_type: KeyType::EcP256, start: WallClock.now(), pause };
    let sandbox = Sandbox::build(checked.plan(), folder, &props).unwrap();
    let mut site = sandbox.site().clone();
    site.parameters = parameters;
    site.roles.values_mut().for_each(|role| role.pause = Some(Length(pause)));
    fs::write(folder.join("site.toml"), toml::to_string(&site).unwrap()).unwrap();
}

/// The plan and the site of a sandbox.
pub(crate) fn read(folder: &Path) -> (Box<Proven>, Site) {
    let file = |name: &str| fs::read_to_string(folder.join(name)).unwrap();
    let site = Site::read(&Source::new("site.toml", file("site.toml"))).unwrap();
    let source = Source::new("plan.renewal", file("plan.renewal"));
    let checked = check::read(&source, &Given::parameters(site.parameters.clone())).unwrap();
    let start = checked.plan().start.clone();
    match prove(checked, &start, BUDGET) {
        Verdict::Proven(proven) => (proven, site),
        other => panic!("the plan is not proved: {other:?}"),
    }
}

/// Enters the run.
pub(crate) fn enter(folder: &Path) {
    let (proven, site) = read(folder);
    let plan = proven.checked().plan();
    let pinned = Pinned {
        run: RUN.to_owned(),
        started: WallClock.now(),
        plan_name: plan.name.clone(),
        plan_file: "plan.renewal".to_owned(),
        plan_text: plan.source.text.clone(),
        plan_files: plan.files.clone(),
        plan: plan.digest(),
        site: site.digest(),
        parameters: site.parameters.clone(),
        finished: false,
    };
    Store::open(&folder.join("keyroll.db")).unwrap().enter(proven.checked(), &pinned).unwrap();
}

/// Runs the plan as far as it goes.
pub(crate) fn run(folder: &Path, points: &Points) -> Ending {
    run_until(folder, points, |_| false)
}

/// The same, until something is taken down.
pub(crate) fn run_until(folder: &Path, points: &Points, is_last: impl Fn(&Event) -> bool) -> Ending {
    let (proven, site) = read(folder);
    goes((&proven, &site), folder, (RUN, points), is_last)
}

/// Runs a plan as far as it goes.
pub(crate) fn goes(
    (proven, site): (&Proven, &Site),
    folder: &Path,
    (run, points): (&str, &Points),
    is_last: impl Fn(&Event) -> bool,
) -> Ending {
    let checked = proven.checked();
    let (host, stop) = (attach(folder, checked, run), AtomicBool::new(false));
    let parts = Parts {
        host: &mut Cut(host, points.clone()),
        backends: points.around(bind(checked.plan(), site, folder).unwrap()),
        site,
        folder,
        clock: &WallClock,
        notifier: &mut Nobody,
        stop: &stop,
    };
    let mut watch = |record: &Record| {
        if is_last(&record.event) {
            stop.store(true, Ordering::Relaxed);
        }
    };
    Runner::over_site(proven, parts).run(site.digest(), false, &mut watch).unwrap()
}

/// Takes up a run. A child that is just being started by another thread holds every lock of this
/// process until its own program begins.
fn attach(folder: &Path, checked: &Checked, run: &str) -> SqliteHost {
    for _ in 0..1_000 {
        let store = Store::open(&folder.join("keyroll.db")).unwrap();
        match store.attach(checked, run, true) {
            Err(HostError::Busy(_)) => std::thread::sleep(Duration::from_millis(5)),
            taken => return taken.unwrap(),
        }
    }
    panic!("somebody else is at work on {}", folder.display());
}

/// The child: it runs until it is killed.
pub(crate) fn child(point: &OsStr) {
    let number = point.to_str().unwrap().parse().unwrap();
    let folder = PathBuf::from(std::env::var_os(FOLDER).unwrap());
    let points = Points::until(number);
    match std::env::var_os(BACK) {
        Some(_) => called_off::goes_back(&folder, &points),
        None => run(&folder, &points),
    };
}

/// Starts a child that dies at this point: of the run, or of its way back.
pub(crate) fn cut(folder: &Path, number: usize, is_back: bool) -> ExitStatus {
    let mut child = Command::new(std::env::current_exe().unwrap());
    if is_back {
        child.env(BACK, "");
    }
    child.env(POINT, number.to_string()).env(FOLDER, folder);
    child.stdout(Stdio::null()).status().unwrap()
}

/// Copies a folder with its modes.
pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    fs::set_permissions(to, fs::Permissions::from_mode(0o700)).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let to = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &to);
        } else {
            fs::copy(&path, &to).unwrap();
        }
    }
}

/// Everything that is to be the same however often a run was cut off.
#[derive(Debug, PartialEq)]
pub(crate) struct Seen {
    /// What each alias names.
    entries: BTreeMap<String, String>,
    /// What the receiver accepts.
    accepted: BTreeSet<String>,
    /// What the switch of each flow says.
    flows: Vec<String>,
    /// Where the run stands, without times.
    state: Value,
    /// How often each step was brought to its end.
    ended: BTreeMap<String, usize>,
    /// Every file, with its mode.
    files: BTreeSet<String>,
}

/// Looks at a sandbox whose run is over. That its records follow from each other is seen when it
/// is opened.
pub(crate) fn look(folder: &Path, run: &str) -> Seen {
    let (proven, site) = read(folder);
    look_at(folder, (proven.checked(), &site), run)
}

/// The same of a run that goes by another plan.
pub(crate) fn look_at(folder: &Path, (checked, site): (&Checked, &Site), run: &str) -> Seen {
    let backends = bind(checked.plan(), site, folder).unwrap();
    let host = attach(folder, checked, run);
    assert_eq!(host.outbox().unwrap(), []);
    let snapshot = Snapshot::of(checked, host.state());
    let names: BTreeMap<_, _> = snapshot
        .certificates
        .iter()
        .map(|(name, pem)| (Certificate::from_pem(pem.as_bytes()).unwrap().fingerprint(), name.clone()))
        .collect();
    let named =
        |certificate: &Certificate| names.get(&certificate.fingerprint()).cloned().unwrap_or_default();
    let mut entries = BTreeMap::new();
    for store in backends.keystores.rows().filter_map(|bound| bound.backend()) {
        for entry in store.entries().unwrap() {
            entries.insert(entry.alias.to_string(), entry.certificate().map(named).unwrap_or_default());
        }
    }
    let receivers = backends.receivers.rows().filter_map(|bound| bound.backend());
    let accepted = receivers.flat_map(|receiver| receiver.accepted().unwrap()).map(|c| named(&c)).collect();
    let flows = backends.flows.rows().filter_map(|bound| bound.backend());
    let flows =
        flows.map(|flow| format!("{:?} {:?}", flow.state().unwrap(), flow.repointed().unwrap())).collect();
    let mut ended = BTreeMap::new();
    for record in host.records().unwrap() {
        let (step, over) = match record.event {
            Event::Ended { step, .. } | Event::Answered { step, .. } => (step, true),
            Event::Confirmed { step, .. } => {
                let proposed = checked.plan().proposal(checked.plan().step(&step).unwrap()).is_some();
                (step, !proposed)
            }
            _ => continue,
        };
        *ended.entry(step).or_default() += usize::from(over);
    }
    let mut state = serde_json::to_value(&snapshot).unwrap();
    timeless(&mut state);
    drop(host);
    let mut files = BTreeSet::new();
    list(folder, folder, &mut files);
    for (fingerprint, name) in &names {
        files = files.into_iter().map(|file| file.replace(&fingerprint.to_string()[..8], name)).collect();
    }
    Seen { entries, accepted, flows, state, ended, files }
}

/// Takes out of a state what may differ: times, attempts, certificates, and whether the last
/// attempt of a step did it or found it done by the one before.
fn timeless(state: &mut Value) {
    let object = state.as_object_mut().unwrap();
    for word in ["certificates", "stopped", "now"] {
        object.remove(word).unwrap();
    }
    for window in object["windows"].as_object_mut().unwrap().values_mut() {
        window.as_array_mut().unwrap().truncate(1);
    }
    for step in object["steps"].as_object_mut().unwrap().values_mut() {
        let step = step.as_object_mut().unwrap();
        assert!(step["status"]["done"].is_string(), "{step:?}");
        step.retain(|word, _| word == "cause");
    }
}

fn list(root: &Path, folder: &Path, files: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let mode = path.symlink_metadata().unwrap().permissions().mode() & 0o777;
        files.insert(format!("{mode:o} {}", path.strip_prefix(root).unwrap().display()));
        if path.is_dir() {
            list(root, &path, files);
        }
    }
}
