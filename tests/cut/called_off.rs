//! A run that was called off: killed at each point of its way back; and the command that calls it off, killed at the calls
//! by which it writes. The world and the record end as if nothing had been cut.
#![cfg(test)]

use std::{
    fs,
    os::unix::process::ExitStatusExt,
    path::Path,
    process::{Command, Stdio},
    sync::Mutex,
    time::Duration,
};

use keyroll::{
    check,
    journal::{Host as _, sqlite::Store},
    plan::given::Given,
    proof::verdict::{BUDGET, Proven, Verdict, prove},
    run::{runner::Ending, site::Site},
    source::Source,
    transition::event::Event,
};

use super::{
    points::Points,
    scene::{Seen, build, copy, cut, enter, goes, look_at, read, run_until},
    uncut::{different, plan},
};

/// The calls at which the command is killed: at each one, or at every so many of them.
const CALLS: [(&str, usize); 3] = [("pwrite64", 4), ("fsync", 2), ("unlink", 1)];

/// What a run goes by that was called off: the plan of its way back, proved from where it stood.
fn way_back(folder: &Path) -> (Box<Proven>, Site, String) {
    let store = Store::open(&folder.join("keyroll.db")).unwrap();
    let pinned = store.runs().unwrap().remove(0);
    let source = Source::new(pinned.plan_file.clone(), pinned.plan_text.clone());
    let checked = check::read(&source, &Given::kept(&pinned.parameters)).unwrap();
    let host = store.attach(&checked, &pinned.run, false).unwrap();
    let Event::Continued { standing, .. } = host.records().unwrap().remove(0).event else {
        panic!("{} was not called off", pinned.run)
    };
    let start = standing.restore(&checked).unwrap().world;
    let Verdict::Proven(proven) = prove(checked, &start, BUDGET) else { panic!("{}", source.text) };
    (proven, read(folder).1, pinned.run)
}

/// Goes back as far as it can.
pub(crate) fn goes_back(folder: &Path, points: &Points) -> Ending {
    let (proven, site, run) = way_back(folder);
    goes((&proven, &site), folder, (&run, points), |_| false)
}

fn seen(folder: &Path) -> Seen {
    let (proven, site, run) = way_back(folder);
    look_at(folder, (proven.checked(), &site), &run)
}

/// Calls the run off; with a point it is killed there. Says whether it came to its end.
fn calls_off(folder: &Path, point: Option<(&str, usize)>) -> bool {
    let mut command = Command::new("strace");
    command.args(["-f", "-qq", "-o", "/dev/null"]);
    match point {
        Some((call, number)) => {
            command.args(["-e", &format!("trace={call}")]);
            command.args(["-e", &format!("inject={call}:signal=KILL:when={number}")])
        }
        None => command.args(["-e", "trace=none"]),
    };
    command.arg(env!("CARGO_BIN_EXE_keyroll")).args([
        "abort",
        "cut",
        "--as",
        "tenant_admin",
        "--person",
        "Ada",
    ]);
    command.args(["--because", "enough", "--yes", "--site", "site.toml"]).current_dir(folder);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let status = command.status().expect("this test needs `strace`");
    assert!(status.success() || status.code().is_none(), "{point:?}: {status}");
    status.success()
}

pub(crate) fn killed_on_the_way_back() {
    for name in ["two-keys.renewal", "one-key.renewal"] {
        let scratch = tempfile::tempdir().unwrap();
        let first = scratch.path().join("first");
        build(&first, &plan(name), Duration::ZERO);
        enter(&first);
        let is_exchanged =
            |event: &Event| matches!(event, Event::Ended { step, .. } if step == "exchange_key");
        assert_eq!(run_until(&first, &Points::default(), is_exchanged), Ending::Interrupted);
        let begun = scratch.path().join("begun");
        copy(&first, &begun);
        assert!(calls_off(&begun, None));
        let (back, points) = (scratch.path().join("back"), Points::default());
        copy(&begun, &back);
        assert_eq!(goes_back(&back, &points), Ending::Done);
        let expected = seen(&back);
        let passed = points.passed();
        let numbers = different(&passed, |_| true);
        assert!(numbers.len() > 15, "{name}: {passed:?}");
        each(&numbers, |number| {
            let folder = scratch.path().join(format!("point-{number}"));
            copy(&begun, &folder);
            let status = cut(&folder, *number, true);
            assert_eq!(status.signal(), Some(9), "{name}, {number}");
            assert_eq!(goes_back(&folder, &Points::default()), Ending::Done, "{name}, {number}");
            assert_eq!(seen(&folder), expected, "{name}, point {number}, {}", passed[*number - 1]);
            fs::remove_dir_all(&folder).unwrap();
        });
        println!("  {name}: killed at {} of {} points of its way back", numbers.len(), passed.len());
        each(&CALLS, |(call, every)| {
            let mut kills = 0;
            for at in (1..).step_by(*every) {
                let folder = scratch.path().join(format!("{call}-{at}"));
                copy(&first, &folder);
                let done = calls_off(&folder, Some((call, at)));
                let run = Store::open(&folder.join("keyroll.db")).unwrap().runs().unwrap().remove(0).run;
                assert!(run == "cut" || run == "cut.2", "{run}");
                assert!(!done || run == "cut.2", "{call} {at}: it came to its end, and did nothing");
                if run == "cut" {
                    assert!(calls_off(&folder, None), "{call} {at}: it cannot be called off any more");
                }
                assert_eq!(goes_back(&folder, &Points::default()), Ending::Done, "{call} {at}");
                assert_eq!(seen(&folder), expected, "{name}, {call} {at}");
                fs::remove_dir_all(&folder).unwrap();
                if done {
                    break;
                }
                kills += 1;
            }
            println!("  {name}: called off and killed at {kills} of its calls of {call}");
            assert!(kills > 0, "{call}");
        });
    }
}

/// Does something for each of several, as many at once as there are processors.
pub(crate) fn each<T: Sync>(of: &[T], does: impl Fn(&T) + Sync) {
    let next = Mutex::new(of.iter());
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(|| {
                loop {
                    let Some(one) = next.lock().unwrap().next() else { return };
                    does(one);
                }
            });
        }
    });
}
