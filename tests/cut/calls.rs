//! The program itself over a whole run of each stock plan, killed with -9 at the calls by which it writes, moves or makes
//! a file durable, and with a disk that is full from such a call on: by default at some of them, and at every one where
//! that is asked for.
//!
//! ```sh
//! KEYROLL_EVERY_CALL=1 cargo test --test cut killed_at_calls_that_write
//! ```
#![cfg(test)]

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use keyroll::run::runner::Ending;

use super::{
    called_off::each,
    killed::standing,
    points::Points,
    scene::{Seen, build, copy, enter, look, run},
    uncut::plan,
};

/// The calls, what becomes of them, and of how many one is taken: it is killed there; from there on the disk is full; a
/// device fails.
const CALLS: [(&str, &str, usize); 11] = [
    ("pwrite64", KILL, 61),
    ("fsync", KILL, 9),
    ("write", KILL, 5),
    ("rename", KILL, 1),
    ("renameat2", KILL, 1),
    ("unlink", KILL, 3),
    ("fchmod", KILL, 3),
    ("mkdir", KILL, 1),
    ("pwrite64", "error=ENOSPC:when=", 47),
    ("write", "error=ENOSPC:when=", 4),
    ("fsync", "error=EIO:when=", 17),
];

const KILL: &str = "signal=KILL:when=";

/// Runs the plan, under strace where something happens to one of its calls. Says whether it came to its end.
fn runs(folder: &Path, happens: Option<(&str, String)>) -> bool {
    let mut command = match &happens {
        Some((call, what)) => {
            let mut strace = Command::new("strace");
            strace.args(["-f", "-qq", "-o", "/dev/null", "-e", &format!("trace={call}")]);
            strace.args(["-e", &format!("inject={call}:{what}"), env!("CARGO_BIN_EXE_keyroll")]);
            strace
        }
        None => Command::new(env!("CARGO_BIN_EXE_keyroll")),
    };
    command.args(["run", "plan.renewal", "--quiet"]).current_dir(folder);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let status = command.status().expect("this test needs `strace`");
    // Killed, it has no code; whatever else failed is said.
    assert!(matches!(status.code(), None | Some(0 | 5)), "{happens:?}: {status}");
    status.success()
}

pub(crate) fn killed_at_calls_that_write() {
    let is_every = std::env::var_os("KEYROLL_EVERY_CALL").is_some();
    for name in ["two-keys.renewal", "one-key.renewal"] {
        let scratch = tempfile::tempdir().unwrap();
        let (first, uncut) = (scratch.path().join("first"), scratch.path().join("uncut"));
        build(&first, &plan(name), Duration::ZERO);
        copy(&first, &uncut);
        enter(&uncut);
        assert_eq!(run(&uncut, &Points::default()), Ending::Done);
        let (expected, kills) = (look(&uncut, "cut"), AtomicUsize::new(0));
        each(&CALLS, |(call, what, every)| {
            let every = if is_every { 1 } else { *every };
            // A disk that is full stays so.
            let more = if what.contains("ENOSPC") { "+" } else { "" };
            for at in (1..).step_by(every) {
                let about = format!("{name}, {call} {what}{at}{more}");
                let folder = scratch.path().join(format!("{call}-{}-{at}", what.len()));
                copy(&first, &folder);
                let done = runs(&folder, Some((call, format!("{what}{at}{more}"))));
                judge(&folder, &expected, &about);
                fs::remove_dir_all(&folder).unwrap();
                if done {
                    break;
                }
                kills.fetch_add(1, Ordering::Relaxed);
            }
        });
        let kills = kills.into_inner();
        println!("  {name}: killed at {kills} calls");
        assert!(kills > 15, "{name}: {kills}");
    }
}

/// Whoever comes next brings it to the same end, and after that there is nothing to do.
fn judge(folder: &Path, expected: &Seen, about: &str) {
    assert!(runs(folder, None), "{about}: it does not come to its end");
    let (run, ..) = standing(folder).unwrap();
    let seen = look(folder, &run);
    assert_eq!(seen, *expected, "{about}");
}
