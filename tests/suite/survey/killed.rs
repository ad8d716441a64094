//! Killed with -9 at each call by which something is written: while it is asked, answered, and begun.

use std::{
    path::Path,
    process::{Command, Stdio},
};

use super::{PLAN, count, told};
use crate::runs::Place;

/// Does it under strace, and is killed at the so-manieth write. Says whether it came to its end before.
fn killed(folder: &Path, words: &str, at: usize) -> bool {
    let mut strace = Command::new("strace");
    strace.args(["-f", "-qq", "-o", "/dev/null", "-e", "trace=pwrite64", "-e"]);
    strace.arg(format!("inject=pwrite64:signal=KILL:when={at}")).arg(env!("CARGO_BIN_EXE_keyroll"));
    strace.args(words.split(' ')).current_dir(folder);
    let status = strace.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    let status = status.expect("this test needs `strace`");
    assert!(matches!(status.code(), None | Some(0 | 3)), "{words} {at}: {status}");
    status.code().is_some()
}

/// Another place with the same files.
fn copied(place: &Place, to: &Path) {
    let done = Command::new("cp").args(["-r", "."]).arg(to).current_dir(&place.folder).status().unwrap();
    assert!(done.success());
}

/// Kills a command at each of its writes, each time in a place of its own, and looks at what is left of it.
fn at_each_write(place: &Place, words: &str, judge: impl Fn(&Place)) {
    let mut kills = 0;
    let mut ended = false;
    while !ended {
        kills += 1;
        assert!(kills < 300, "{words} has no end");
        let other = Place::two_keys();
        std::fs::remove_dir_all(&other.folder).unwrap();
        std::fs::create_dir(&other.folder).unwrap();
        copied(place, &other.folder);
        ended = killed(&other.folder, words, kills);
        judge(&other);
    }
    assert!(kills > 3, "{words}: {kills}");
}

#[test]
fn killed_at_each_write_nothing_is_half_asked_answered_or_begun() {
    let place = told();
    // The journal is there; what is asked was called off.
    place.run().ends(3);
    place.keyroll("abort --as tenant_admin --person Ada --because later --yes").ends(0);
    let open = "survey WHERE stage = 'open'";
    at_each_write(&place, "run plan.renewal", |place| {
        let (surveys, all) = (count(place, open), count(place, "question"));
        assert_eq!(all, 1 + surveys, "a survey is there with its questions, or not at all");
        assert_eq!(count(place, "notice WHERE open"), surveys, "and with what is told of it");
        place.run().ends(3).says("to answer holds_two");
        assert_eq!((count(place, open), count(place, "notice WHERE open"), count(place, "run")), (1, 1, 0));
    });
    place.run().ends(3);
    let answer = format!("answer {PLAN} holds_two=yes --as receiver_admin");
    at_each_write(&place, &answer, |place| {
        let answers = count(place, "answer");
        assert_eq!(count(place, "notice WHERE open"), 1 - answers, "who has answered is asked no more");
        place.keyroll(&answer).ends(0);
        assert_eq!(count(place, "answer"), 1);
        place.run().ends(3).says("create_key");
    });
    place.keyroll(&answer).ends(0);
    at_each_write(&place, "run plan.renewal", |place| {
        assert_eq!(count(place, "run"), count(place, "survey WHERE stage = 'begun'"));
        place.run().ends(3).says("create_key");
        assert_eq!((count(place, "run"), count(place, open)), (1, 0));
        place.keyroll("status").ends(0).says("trust_both");
    });
}
