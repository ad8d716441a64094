//! Nothing is read from a home folder: what keyroll knows it is told on the command line, by the site, and by the
//! variables that are listed.

use std::fs;
use std::path::Path;
use std::process::Command;

use rustix::process::geteuid;

use crate::runs::Place;

/// What a command opens, asks for or makes below a folder, by its system calls.
fn below(canary: &Path, place: &Place, program: &str, words: &[&str]) -> (Vec<String>, Option<i32>) {
    let scratch = tempfile::tempdir().unwrap();
    let log = scratch.path().join("calls");
    // Only root of some kind may look into a process that lets nobody look into it.
    let mut line: Vec<&str> =
        if geteuid().is_root() { Vec::new() } else { vec!["unshare", "--map-root-user"] };
    line.extend(["strace", "-f", "-y", "-qq", "-s", "4096", "-e", "trace=%file", "-o"]);
    let mut command = Command::new(line[0]);
    command.args(&line[1..]).arg(&log).arg(program).args(words).current_dir(&place.folder);
    command.env("HOME", canary);
    for name in ["XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR"] {
        command.env(name, canary.join(name));
    }
    command.env("XDG_CONFIG_DIRS", canary.join("etc")).env("XDG_DATA_DIRS", canary.join("share"));
    let output = command.output().unwrap_or_else(|error| panic!("these tests need `strace`: {error}"));
    let calls = fs::read_to_string(&log).unwrap_or_else(|_| panic!("{output:?}"));
    assert!(calls.contains("execve("), "{calls}");
    let canary = canary.display().to_string();
    // The first call names the program and its arguments; a command is not told its home there.
    let found = calls.lines().filter(|call| call.contains(&canary)).map(str::to_owned).collect();
    (found, output.status.code())
}

#[test]
fn nothing_below_a_home_folder_is_opened() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path().canonicalize().unwrap();
    for name in
        [".config/keyroll/config.toml", ".keyroll.toml", ".keyrollrc", "XDG_CONFIG_HOME/keyroll/site.toml"]
    {
        let path = home.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "site = 7\n").unwrap();
    }
    let place = Place::two_keys();
    place.played_by_a_person("receiver_admin");
    place.write("order.xml", "<order/>");
    for (line, exit) in [
        ("check plan.renewal", 0),
        ("prove plan.renewal", 0),
        ("explain undrained", 0),
        ("rehearse plan.renewal --messages 20 --rate 20 --key-type ec-p256", 0),
        ("site check plan.renewal", 0),
        ("dry-run plan.renewal", 0),
        ("watch plan.renewal --within 0", 0),
        ("run plan.renewal --metrics keyroll.prom", 3),
        ("status -v", 0),
        ("inbox --as receiver_admin", 0),
        ("confirm provide_certificate --as receiver_admin", 0),
        ("keystore list tenant.p12 --password file:password", 0),
        (
            "sign order.xml --keystore tenant.p12 --alias orders-signer --password file:password --output s.xml",
            0,
        ),
        ("new --list", 0),
        ("completions bash", 0),
    ] {
        let words: Vec<&str> = line.split(' ').collect();
        let (found, ended) = below(&home, &place, env!("CARGO_BIN_EXE_keyroll"), &words);
        assert_eq!((found, ended), (Vec::new(), Some(exit)), "{line}");
    }
    // The watch sees one that does.
    let (found, _) =
        below(&home, &place, "/bin/sh", &["-c", "cat ~/.keyrollrc; test -e \"$XDG_CONFIG_HOME/x\""]);
    assert!(found.len() >= 2, "{found:?}");
}
