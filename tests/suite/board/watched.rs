//! `status --watch`: on a terminal the lanes are drawn in place, elsewhere a block is printed for each change.

use std::{
    io::{BufRead, BufReader, Read, Write},
    process::{Child, ChildStdout, Command, Stdio},
};

use crate::{runs::Place, survey};

/// A place in which a run waits for the partner.
fn waiting() -> Place {
    let place = Place::two_keys();
    place.played_by_a_person("receiver_admin");
    place.run().ends(3);
    place
}

/// What the command prints, while it goes on.
struct Watched {
    child: Child,
    out: BufReader<ChildStdout>,
}

impl Watched {
    fn begin(place: &Place, words: &[&str]) -> Self {
        let mut command = place.program(words);
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        Self { child, out }
    }

    /// The lines up to the first that holds these words.
    fn until(&mut self, words: &str) -> String {
        let mut text = String::new();
        while !text.lines().last().is_some_and(|line| line.contains(words)) {
            assert_ne!(self.out.read_line(&mut text).unwrap(), 0, "{words} was not said:\n{text}");
        }
        text
    }

    fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([format!("-{name}"), self.child.id().to_string()]).status();
        assert!(sent.unwrap().success());
    }

    fn ends(mut self, exit: i32) -> String {
        let mut rest = String::new();
        self.out.read_to_string(&mut rest).unwrap();
        assert_eq!(self.child.wait().unwrap().code(), Some(exit), "{rest}");
        rest
    }
}

#[test]
fn elsewhere_a_block_is_printed_for_each_change() {
    let place = waiting();
    let mut watched = Watched::begin(&place, &["status", "--watch"]);
    let first = watched.until("slack ");
    assert!(
        first.contains("tenant_admin  2 of 4 done") && first.contains("receiver_admin  0 of 3 done"),
        "{first}"
    );
    assert!(first.contains("  message    provide_certificate  waits for receiver_admin since"), "{first}");
    place.keyroll("confirm provide_certificate --as receiver_admin --person Pia").ends(0);
    place.run().ends(3);
    let second = watched.until("receiver_admin  1 of 3 done");
    assert!(second.contains("under way"), "{second}");
    let third = watched.until("confirm_trust");
    assert!(third.contains("waiting") && third.contains("waits for receiver_admin since"), "{third}");
    watched.signal("INT");
    watched.ends(130);

    // For machines a document is a line, and the end of the run is the end of the watch.
    let mut watched = Watched::begin(&place, &["status", "--watch", "--format", "json"]);
    let first = watched.until("keyroll/status/1");
    serde_json::from_str::<serde_json::Value>(&first).unwrap();
    watched.signal("TERM");
    let rest = watched.ends(130);
    assert!(rest.lines().all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok()), "{rest}");
    place.keyroll("status --watch --run nobody").ends(2).says("holds no run nobody");
}

#[test]
fn a_run_that_is_over_ends_the_watch() {
    let place = Place::two_keys();
    place.run().ends(0);
    let said = place.keyroll("status --watch").ends(0);
    assert!(said.out.contains("tenant_admin  4 of 4 done") && said.out.contains(": done, "), "{}", said.out);
    assert!(!said.out.contains('\u{1b}'));
}

/// The program on a terminal that `script` (bsdutils) makes; keys are typed once these words stand there.
fn on_a_terminal(place: &Place, shown: &str, key: &str, exit: i32) -> String {
    let watch = format!("{} status --watch", env!("CARGO_BIN_EXE_keyroll"));
    let command = format!("stty rows 40 cols 90; stty -g >before; {watch}; e=$?; stty -g >after; exit $e");
    let mut script = Command::new("script");
    script.args(["--quiet", "--return", "--flush", "--command", &command, "/dev/null"]);
    script.current_dir(&place.folder).env("TERM", "xterm").env("TZ", "UTC").env("SHELL", "/bin/sh");
    let mut child =
        script.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("these tests need `script`");
    let (mut stdin, mut stdout) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    let (mut text, mut byte) = (Vec::new(), [0]);
    while !String::from_utf8_lossy(&text).contains(shown) {
        assert_eq!(stdout.read(&mut byte).unwrap(), 1, "{}", String::from_utf8_lossy(&text));
        text.push(byte[0]);
    }
    stdin.write_all(key.as_bytes()).unwrap();
    stdout.read_to_end(&mut text).unwrap();
    let text = String::from_utf8(text).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(exit), "{text}");
    text
}

#[test]
fn on_a_terminal_the_lanes_are_drawn_in_place_and_it_is_restored() {
    let place = waiting();
    for key in ["q", "\u{3}"] {
        let text = on_a_terminal(&place, "q ends", key, 130);
        let (open, close) = ("\u{1b}[?1049h", "\u{1b}[?1049l");
        let (drawn, rest) = text.split_once(open).unwrap().1.split_once(close).unwrap();
        assert!(drawn.contains("receiver_admin  0 of 3 done"), "{drawn}");
        assert!(drawn.lines().all(|line| line.chars().count() < 120), "{drawn}");
        // What was shown last stays, and the terminal is as it was.
        assert!(rest.contains("receiver_admin  0 of 3 done") && !rest.contains("q ends"), "{rest}");
        assert_eq!(place.read("before"), place.read("after"));
    }
}

#[test]
fn what_is_asked_before_a_run_is_watched_until_it_begins() {
    let place = survey::place("  answers within 14d\n");
    place.run().ends(3);
    let mut watched = Watched::begin(&place, &["status", "--watch"]);
    watched.until("waits for receiver_admin until");
    place.keyroll(&format!("answer {} holds_two=yes --as receiver_admin", survey::PLAN)).ends(0);
    watched.until("holds_two is yes: answered");
    place.run().ends(3);
    watched.until("create_key");
    watched.signal("INT");
    watched.ends(130);
    // It is ended as ever, whether the run has begun or not.
    let other = survey::place("  answers within 14d\n");
    other.run().ends(3);
    let mut watched = Watched::begin(&other, &["status", "--watch", "--format", "json"]);
    watched.until("keyroll/status/1");
    watched.signal("INT");
    watched.ends(130);
}
