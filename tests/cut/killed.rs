//! The program itself, killed at random moments a hundred times during one run, now and then on a disk that is full or
//! while its clock is ten years ahead or behind.
#![cfg(test)]

use std::{
    collections::{BTreeMap, BTreeSet},
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
pub(super) fn standing(folder: &Path) -> Option<(String, usize, usize, usize)> {
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

/// Sets the clock of a program: by ten years, as a library that comes before the one of the system.
const CLOCK: &str = "#define _GNU_SOURCE\n#include <dlfcn.h>\n#include <stdlib.h>\n#include <time.h>\n\
    int clock_gettime(clockid_t id, struct timespec *at) {\n\
      int (*real)(clockid_t, struct timespec *) = dlsym(RTLD_NEXT, \"clock_gettime\");\n\
      int done = real(id, at);\n\
      if (id == CLOCK_REALTIME) at->tv_sec += atol(getenv(\"CLOCK_OFF\"));\n\
      return done;\n}\n";

/// What else is wrong while the program is at work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Beside {
    Nothing,
    /// No file grows beyond so many blocks of 512 bytes.
    Full(u64),
    Ahead,
    Behind,
}

/// Builds the library that sets the clock.
fn clock(scratch: &Path) {
    fs::write(scratch.join("clock.c"), CLOCK).unwrap();
    let mut cc = Command::new("cc");
    cc.args(["-shared", "-fPIC", "-o", "clock.so", "clock.c", "-ldl"]).current_dir(scratch);
    assert!(cc.status().expect("this test needs `cc`").success());
}

impl Beside {
    /// The program with it.
    fn program(self, folder: &Path) -> Command {
        let program = program(folder);
        let off = match self {
            Self::Nothing => return program,
            Self::Full(blocks) => {
                let mut shell = Command::new("sh");
                shell.args(["-c", &format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"")]);
                shell.arg(program.get_program()).args(program.get_args());
                shell.stdout(Stdio::null()).stderr(Stdio::null());
                return shell;
            }
            Self::Ahead => "315532800",
            Self::Behind => "-315532800",
        };
        let mut program = program;
        program.env("LD_PRELOAD", folder.with_file_name("clock.so")).env("CLOCK_OFF", off);
        program
    }
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
    clock(scratch.path());
    let mut endings: BTreeMap<(Beside, Option<i32>), usize> = BTreeMap::new();
    while kills < KILLS {
        // Kills keep pace with the run: when it is ahead, or at its last step, it does not come to it.
        let ahead = done * KILLS > kills * steps || done + 1 >= steps;
        let longest = if ahead && done > 0 { 8 } else { 400 };
        // No clock can be told to leap before there is a record.
        let beside = match (kills, below(&mut random, 20)) {
            (60, _) | (_, 2) if done > 0 => Beside::Ahead,
            (70, _) => Beside::Full(0),
            (80, _) | (_, 3 | 4) if done > 0 => Beside::Behind,
            (_, 0 | 1) => Beside::Full(below(&mut random, 80)),
            _ => Beside::Nothing,
        };
        let mut child = beside.program(&folder).spawn().unwrap();
        // A full disk and a clock that is not believed are as a backend that fails.
        let ended = if matches!(beside, Beside::Ahead | Beside::Full(0)) {
            let ended = child.wait().unwrap().code();
            assert_eq!(ended, Some(5), "{beside:?} after {kills} kills (seed {seed})");
            ended
        } else {
            std::thread::sleep(Duration::from_millis(below(&mut random, longest)));
            child.try_wait().unwrap().and_then(|status| status.code())
        };
        let may_end = matches!(beside, Beside::Full(_) | Beside::Ahead) && ended == Some(5);
        assert!(ended.is_none() || may_end, "{beside:?}: {ended:?} after {kills} kills (seed {seed})");
        let kind = if matches!(beside, Beside::Full(_)) { Beside::Full(0) } else { beside };
        *endings.entry((kind, ended)).or_default() += 1;
        child.kill().unwrap();
        child.wait().unwrap();
        kills += 1;
        if let Some((_, records, now_done, of)) = standing(&folder) {
            met.insert(records);
            (done, steps) = (now_done, of);
        }
    }
    println!("  {kills} kills of a living process, at {} places of the journal (seed {seed})", met.len());
    println!("  {endings:?}");
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
