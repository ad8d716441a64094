//! Passwords: where they may come from, and how a person is asked for one.

use std::{
    io::Write,
    process::{Command, Stdio},
};

use super::{PASSWORD, Shelf};
use crate::runs::Said;

/// The program on a terminal, with keys typed once it asks.
fn typed(shelf: &Shelf, line: &str, keys: &[&str]) -> Said {
    let command = format!("{} {line}", env!("CARGO_BIN_EXE_keyroll"));
    let mut script = shelf.program("script");
    script.args(["--quiet", "--return", "--echo", "never", "--command", &command, "/dev/null"]);
    let mut child =
        script.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("these tests need `script`");
    let mut stdin = child.stdin.take().unwrap();
    for key in keys {
        std::thread::sleep(std::time::Duration::from_millis(1_500));
        // A program that ended does not listen any more.
        let _closed = stdin.write_all(key.as_bytes());
    }
    drop(stdin);
    Said::of(child.wait_with_output().unwrap())
}

#[test]
fn a_person_is_asked_and_what_they_type_is_not_shown() {
    let shelf = Shelf::with(&["live"]);
    let said = typed(&shelf, "keystore list a.p12", &[&format!("wrong\u{15}{PASSWORD}x\u{7f}\r")]).ends(0);
    assert!(said.out.contains("password of a.p12: ") && said.out.contains("CN=live"), "{}", said.out);
    assert!(!said.out.contains("canary") && !said.out.contains("wrong"), "{}", said.out);
    typed(&shelf, "keystore list a.p12 --password -", &["not this\r"]).ends(5);
    typed(&shelf, "keystore list a.p12", &["\u{3}"]).ends(130);
    // A password for a new keystore is asked for twice.
    let create = "keystore create b.p12 --new-store --alias live --subject CN=live";
    typed(&shelf, create, &["one\r", "two\r"]).ends(2);
    assert!(!shelf.path("b.p12").exists());
    typed(&shelf, create, &[&format!("{PASSWORD}\r"), &format!("{PASSWORD}\r")]).ends(0);
    shelf.keystore(&["list", "b.p12"]).ends(0);
}

#[test]
fn a_password_comes_from_where_it_is_named_and_never_from_the_command() {
    let shelf = Shelf::with(&["live"]);
    shelf.write("password", format!("{PASSWORD}\n"));
    let list = |source: &str| shelf.keyroll(&["keystore", "list", "a.p12", "--password", source]);
    list("file:password").ends(0);
    let with_credentials = |name: &str| {
        let mut command = shelf.program(env!("CARGO_BIN_EXE_keyroll"));
        command.args(["keystore", "list", "a.p12", "--password", &format!("credential:{name}")]);
        Said::of(command.env("CREDENTIALS_DIRECTORY", shelf.folder()).output().unwrap())
    };
    with_credentials("password").ends(0);
    with_credentials("none").ends(2);
    let line = format!(
        "{} keystore list a.p12 --password fd:7 7<password && {0} keystore list a.p12 --password fd:9 9<<END\n{PASSWORD}\nEND\n",
        env!("CARGO_BIN_EXE_keyroll")
    );
    let shell = Command::new("sh").args(["-c", &line]).current_dir(shelf.folder()).output().unwrap();
    assert!(shell.status.success(), "{shell:?}");
    for source in
        [PASSWORD, "fd:x", "fd:77", "file:none", "env:NO_SUCH_VARIABLE", "credential:../password", "env:"]
    {
        let said = list(source).ends(2);
        assert!(!format!("{said:?}").contains("canary"), "{said:?}");
    }
    // Without a terminal nobody is asked.
    for words in [&["keystore", "list", "a.p12"][..], &["keystore", "list", "a.p12", "--password", "-"]] {
        let said = shelf.keyroll(words).ends(2);
        assert!(said.err.starts_with("there is no terminal to ask for the password of "), "{}", said.err);
    }
}
