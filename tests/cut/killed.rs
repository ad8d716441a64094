//! The program itself, killed at random moments a hundred times during one run.
#![cfg(test)]

use std::{
    collections::BTreeSet,
    fs,
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use keyroll::{
    journal::{Host, sqlite::Store},
    run::runner::Ending,
    transition::state::Status,
};

use super::{
    points::Points,
    scene::{build, enter, look, read, run},
    uncut::plan,
};

const KILLS: usize = 100;

/// Where the run stands: its id, how many records there are, and how many steps are done of all.
fn standing(folder: &Path) -> Option<(String, usize, usize, usize)> {
    let path = folder.join("keyroll.db");
    let store = path.exists().then(|| Store::open(&path).unwrap())?;
    let run = store.runs().unwrap().first()?.run.clone();
    let (proven, _) = read(folder);
    let host = store.attach(proven.checked(), &run, false).unwrap();
    let steps = &host.state().steps;
    let done = steps.rows().filter(|step| matches!(step.status, Status::Done(_))).count();
    Some((run, host.records().unwrap().len(), done, steps.len()))
}

fn program(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_keyroll"));
    command.arg("run").arg(folder.join("plan.renewal")).arg("--site").arg(folder.join("site.toml"));
    command.arg("--follow").stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// A number below another, of a generator whose seed is printed.
fn below(state: &mut u64, limit: u64) -> u64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*state >> 33) % limit
}

pub(crate) fn killed_a_hundred_times() {
    let scratch = tempfile::tempdir().unwrap();
    let (folder, other) = (scratch.path().join("killed"), scratch.path().join("uncut"));
    build(&folder, &plan("two-keys.renewal"), Duration::from_secs(1));
    build(&other, &plan("two-keys.renewal"), Duration::ZERO);
    enter(&other);
    assert_eq!(run(&other, &Points::default()), Ending::Done);

    let seed = u64::from(std::process::id());
    let mut random = seed;
    let (mut kills, mut done, mut steps) = (0, 0, 2);
    let mut met = BTreeSet::new();
    while kills < KILLS {
        // Kills keep pace with the run: when it is ahead, or at its last step, it does not come to it.
        let ahead = done * KILLS > kills * steps || done + 1 >= steps;
        let longest = if ahead && done > 0 { 8 } else { 400 };
        let mut child = program(&folder).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(below(&mut random, longest)));
        assert_eq!(child.try_wait().unwrap(), None, "it ended by itself after {kills} kills (seed {seed})");
        child.kill().unwrap();
        child.wait().unwrap();
        kills += 1;
        if let Some((_, records, now_done, of)) = standing(&folder) {
            met.insert(records);
            (done, steps) = (now_done, of);
        }
    }
    println!("  {kills} kills of a living process, at {} places of the journal (seed {seed})", met.len());
    assert!(met.len() > 3, "the kills met the run at {met:?} only");
    let status = program(&folder).status().unwrap();
    assert!(status.success(), "{status} (seed {seed})");
    let (run, ..) = standing(&folder).unwrap();
    let seen = look(&folder, &run);
    assert_eq!(seen, look(&other, "cut"), "seed {seed}");
    let again = program(&folder).status().unwrap();
    assert!(again.success());
    assert_eq!(look(&folder, &run), seen);
    fs::remove_dir_all(scratch).unwrap();
}
