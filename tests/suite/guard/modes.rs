//! What is made is nobody else's from its first moment: seen by watching how it is made.

use std::{fs, process::Command};

use rustix::process::geteuid;

use crate::runs::Place;

/// The number that a call says last before its end: a mode, in octal.
fn mode(call: &str) -> u32 {
    let inside = call.rsplit_once(") ").unwrap().0.trim_end_matches(')');
    let last = inside.rsplit([',', '(']).next().unwrap().trim();
    u32::from_str_radix(last, 8).unwrap_or_else(|_| panic!("no mode: {call}"))
}

#[test]
fn what_is_made_is_private_from_its_first_moment() {
    let place = Place::two_keys();
    let scratch = tempfile::tempdir().unwrap();
    let log = scratch.path().join("calls");
    let calls = "trace=umask,open,openat,creat,mkdir,mkdirat,mknod,chmod,fchmod,fchmodat";
    let mut line: Vec<&str> =
        if geteuid().is_root() { Vec::new() } else { vec!["unshare", "--map-root-user"] };
    line.extend([
        "sh",
        "-c",
        "umask 000 && exec \"$@\"",
        "sh",
        "strace",
        "-f",
        "-qq",
        "-s",
        "4096",
        "-e",
        calls,
        "-o",
    ]);
    let mut command = Command::new(line[0]);
    command.args(&line[1..]).arg(&log).arg(env!("CARGO_BIN_EXE_keyroll")).args(["run", "plan.renewal"]);
    let output = command.current_dir(&place.folder).env("OPENSSL_CONF", "/dev/null").output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let text = fs::read_to_string(&log).unwrap();
    let (mut umask, mut made, mut changed) = (0, 0, 0);
    for line in text.lines().filter(|line| !line.contains(" = -1 ")) {
        let call = line.split_once('(').unwrap().0.rsplit(' ').next().unwrap();
        match call {
            "umask" => umask = mode(line),
            "chmod" | "fchmod" | "fchmodat" => {
                changed += 1;
                let flags = line.split(", 0").nth(1).unwrap();
                let digits: String = flags.chars().take_while(char::is_ascii_digit).collect();
                assert_eq!(u32::from_str_radix(&digits, 8).unwrap() & 0o077, 0, "{line}");
            }
            _ if call.starts_with("open") && !line.contains("O_CREAT") => {}
            _ => {
                made += 1;
                assert_eq!(mode(line) & !umask & 0o077, 0, "under the umask {umask:o}: {line}");
            }
        }
    }
    assert!(text.contains("keyroll.db-wal") && made > 10 && changed > 0, "{made} {changed}\n{text}");
    assert_eq!(umask, 0o077);
}
