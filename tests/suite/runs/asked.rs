//! Passwords that a site has asked for: at a terminal, and nowhere else.

use std::{
    fs,
    io::{Read as _, Write as _},
    path::Path,
    process::{Command, Stdio},
};

use keyroll::{run::site::Site, source::Source};
use serde_json::Value;

use super::{
    Place, Said,
    canaries::{Canaries, betrays},
    gather,
};
use crate::{
    commands::{example, trust},
    own_facts::PLAN,
};

const QUESTION: &str = "password of ";

/// A place at which nobody wrote the password down; and the password.
fn asking(place: Place) -> (Place, String) {
    let password = place.read("password").trim_end().to_owned();
    fs::remove_file(place.folder.join("password")).unwrap();
    place.edit("site.toml", "\"file:password\"", "\"ask\"");
    (place, password)
}

/// How often somebody was asked.
fn questions(text: &str) -> usize {
    text.lines().filter(|line| line.starts_with(QUESTION)).count()
}

/// The program on a terminal; each answer is typed when the question for it is there.
fn typed(folder: &Path, line: &str, answers: &[&str]) -> Said {
    let command = format!("{} {line}", env!("CARGO_BIN_EXE_keyroll"));
    let mut script = Command::new("script");
    script.args(["--quiet", "--return", "--echo", "never", "--command", &command, "/dev/null"]);
    script.current_dir(folder).env("TZ", "UTC").stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = script.spawn().expect("these tests need `script`");
    let mut keys = child.stdin.take().unwrap();
    let mut screen = child.stdout.take().unwrap();
    let (mut shown, mut piece, mut asked) = (Vec::new(), [0; 4096], 0);
    loop {
        let read = screen.read(&mut piece).unwrap();
        if read == 0 {
            break;
        }
        shown.extend(&piece[..read]);
        let text = String::from_utf8_lossy(&shown).into_owned();
        // A question ends with the line on which nothing is echoed.
        while questions(&text) > asked && text.ends_with(": ") {
            let answer = answers.get(asked).copied().unwrap_or("\u{3}");
            keys.write_all(format!("{answer}\r").as_bytes()).unwrap();
            asked += 1;
        }
    }
    drop(keys);
    let exit = child.wait().unwrap().code().unwrap();
    assert_eq!(asked, answers.len(), "{}", String::from_utf8_lossy(&shown));
    Said { exit, out: String::from_utf8(shown).unwrap(), err: String::new() }
}

fn holds(folder: &Path, secret: &Canaries) -> Vec<String> {
    let mut files = std::collections::BTreeMap::new();
    gather(folder, &mut files);
    let held = files.iter().filter(|(_, (bytes, _))| betrays(bytes, secret).is_some());
    held.map(|(path, _)| path.display().to_string()).collect()
}

#[test]
fn whoever_starts_a_command_is_asked_once_and_what_is_typed_is_nowhere() {
    let (place, password) = asking(Place::two_keys());
    let site = Site::read(&Source::new("site.toml", place.read("site.toml"))).unwrap();
    assert!(place.read("site.toml").contains("password = \"ask\""));
    place.played_by_a_person("receiver_admin");
    let digest = keyroll_digest(&place);
    let mut said = Vec::new();
    for (line, exit) in [
        ("dry-run plan.renewal --save approval.json", 0),
        ("watch plan.renewal plan.renewal", 0),
        ("run plan.renewal --approved approval.json", 3),
        ("abort --as tenant_admin", 0),
        ("run --all", 3),
        ("run plan.renewal --until-waiting", 3),
    ] {
        let one = typed(&place.folder, line, &[&password]).ends(exit);
        assert_eq!(questions(&one.out), 1, "{line}: {}", one.out);
        said.push(one);
    }
    // Nobody is asked for what needs no keystore.
    for line in ["status", "inbox --as receiver_admin", "confirm provide_certificate --as receiver_admin"] {
        said.push(place.keyroll(line).ends(0));
    }
    said.push(typed(&place.folder, "run", &[&password]).ends(3));
    let secret: Canaries = vec![("password", password.as_bytes().to_vec())];
    for one in &said {
        assert_eq!(betrays(format!("{one:?}").as_bytes(), &secret), None, "{}", one.out);
    }
    assert_eq!(holds(&place.folder, &secret), Vec::<String>::new());
    assert_eq!(keyroll_digest(&place), digest, "what was typed is no part of the site");
    assert!(site.digest().to_string().len() == 64);
    // It is the test that can see.
    place.write("left", &password);
    assert_eq!(holds(&place.folder, &secret).len(), 1);
}

/// The digest of the site, as `site show` tells it.
fn keyroll_digest(place: &Place) -> String {
    let shown: Value = serde_json::from_str(&place.keyroll("site show --format json").ends(0).out).unwrap();
    shown["site_digest"].as_str().unwrap().to_owned()
}

#[test]
fn no_program_that_is_started_is_told_what_was_typed() {
    let place = Place::of(PLAN);
    place.edit(
        "site.toml",
        "[facts.change]\nbackend = \"file\"\npath = \"change-fact\"\n",
        "[facts.change]\nbackend = \"command\"\ncommand = [\"sh\", \"front.sh\", \"state\"]\n",
    );
    fs::copy(example("tokens.sh"), place.folder.join("tokens.sh")).unwrap();
    // Its own environment and arguments, and those of whatever started it, as far as it may look.
    place.write(
        "front.sh",
        "cat /proc/self/environ /proc/self/cmdline /proc/$PPID/environ /proc/$PPID/cmdline >>given 2>/dev/null\n\
         exec sh tokens.sh \"$@\"\n",
    );
    let (place, password) = asking(place);
    trust(&place.folder);
    typed(&place.folder, "run plan.renewal", &[&password]).ends(0);
    assert!(fs::read(place.folder.join("given")).unwrap().len() > 100);
    let secret: Canaries = vec![("password", password.into_bytes())];
    assert_eq!(holds(&place.folder, &secret), Vec::<String>::new());
}

#[test]
fn a_wrong_password_may_be_typed_twice_and_no_more() {
    let (place, password) = asking(Place::two_keys());
    let said = typed(&place.folder, "run plan.renewal", &["salt", "pepper", &password]).ends(0);
    assert_eq!(said.out.matches("that is not the password of").count(), 2, "{}", said.out);
    let (place, _) = asking(Place::two_keys());
    let before = place.files();
    let said = typed(&place.folder, "run plan.renewal", &["salt", "pepper", "sugar"]).ends(5);
    assert!(said.out.contains("after 3 tries; nothing was done"), "{}", said.out);
    for word in ["salt", "pepper", "sugar"] {
        assert!(!said.out.contains(word), "{}", said.out);
    }
    assert_eq!(place.files(), before);
    assert!(!place.folder.join("keyroll.db").exists());
    // Broken off.
    typed(&place.folder, "run plan.renewal", &["\u{3}"]).ends(130);
    assert!(!place.folder.join("keyroll.db").exists());
}

/// Without a terminal it is said before anything is done, whatever the run would do.
#[test]
fn without_a_terminal_nothing_is_begun() {
    let (place, password) = asking(Place::two_keys());
    let before = place.files();
    for line in [
        "run plan.renewal",
        "run plan.renewal --follow",
        "run plan.renewal --until-waiting",
        "dry-run plan.renewal",
        "watch plan.renewal",
        "rehearse plan.renewal --site site.toml",
    ] {
        let said = place.keyroll(line).ends(5);
        for words in ["keyroll::asks_for_password", "there is no terminal", "credential:NAME", "site.toml:"] {
            assert!(said.err.contains(words), "{line}: {}", said.err);
        }
    }
    assert_eq!(place.files(), before);
    assert!(!place.folder.join("keyroll.db").exists(), "no run was entered");
    // One that was begun at a terminal goes on at one only.
    place.played_by_a_person("receiver_admin");
    typed(&place.folder, "run plan.renewal", &[&password]).ends(3);
    let records = place.keyroll("status --format json").ends(0).out;
    for line in ["run", "run --follow", "run --all", "run --all --follow", "abort --as tenant_admin"] {
        place.keyroll(line).ends(5).says("keyroll::asks_for_password");
    }
    let found: Value =
        serde_json::from_str(place.keyroll("run --format json").ends(5).out.lines().last().unwrap()).unwrap();
    assert_eq!(found["schema"], "keyroll/findings/1");
    assert_eq!(place.keyroll("status --format json").ends(0).out, records);
}

/// A run that is done needs nothing more.
#[test]
fn a_run_that_is_over_asks_nobody() {
    let (place, password) = asking(Place::two_keys());
    typed(&place.folder, "run plan.renewal", &[&password]).ends(0);
    place.run().ends(0).says("is done already");
    place.keyroll("run").ends(0).says("is over");
    place.keyroll("run --all").ends(0);
    place.keyroll("run plan.renewal --again").ends(5);
}

#[test]
fn a_site_check_tells_that_somebody_is_asked() {
    let (place, password) = asking(Place::two_keys());
    let grade = |line: &str, exit: i32| {
        let found: Value =
            serde_json::from_str(&place.keyroll(&format!("{line} --format json")).ends(exit).out).unwrap();
        let rows = found["bindings"].as_array().unwrap().clone();
        let row = rows.iter().find(|row| row["table"] == "keystores").unwrap();
        (row["grade"].as_str().unwrap().to_owned(), row["codes"].clone())
    };
    let codes = serde_json::json!(["asks_for_password"]);
    assert_eq!(grade("site check plan.renewal", 0), ("advice".to_owned(), codes.clone()));
    assert_eq!(grade("site check plan.renewal --unattended", 1), ("refused".to_owned(), codes.clone()));
    // At a terminal it looks further.
    let said = typed(&place.folder, "site check plan.renewal", &[&password]).ends(0);
    assert!(said.out.contains("1 entry"), "{}", said.out);
    typed(&place.folder, "site check plan.renewal --unattended", &[]).ends(1);
    // Whoever is handed a credential is started by a service manager.
    let site = place.read("site.toml");
    let channel = "\n[notices.mail]\nkind = \"smtp\"\nhost = \"127.0.0.1\"\ntls = \"none-on-loopback\"\n\
                   user = \"keyroll\"\npassword = \"credential:mail\"\nfrom = \"keyroll@example.org\"\n";
    place.write("site.toml", format!("{site}{channel}"));
    let said = place.keyroll("site check plan.renewal").ends(1);
    assert!(said.err.contains("a service manager hands over another one"), "{}", said.err);
}
