//! Quiet, verbose, coloured, and in which zone.

use std::path::Path;

use super::{keyroll, said};
use crate::runs::{Place, Said};

const PLAN: &str = "plans/xml-signature/two-keys.renewal";

#[test]
fn versions_are_told() {
    let (exit, short, _) = said(&mut keyroll(&["-V"]));
    assert_eq!((exit, short), (0, format!("keyroll {}\n", env!("CARGO_PKG_VERSION"))));
    let (exit, long, _) = said(&mut keyroll(&["--version"]));
    assert_eq!(exit, 0);
    assert!(long.starts_with(&format!("keyroll {}\n", env!("CARGO_PKG_VERSION"))), "{long}");
    for line in [
        "openssl   OpenSSL 3.",
        "sqlite    3.",
        "language  keyroll 1",
        "site      1",
        "journal   7",
        "json      keyroll/*/1",
    ] {
        assert!(long.contains(line), "{line}: {long}");
    }
}

#[test]
fn quiet_says_results_and_errors_only() {
    let (exit, out, err) = said(&mut keyroll(&["check", "--quiet", PLAN]));
    assert_eq!((exit, err.as_str()), (0, ""), "advice is neither");
    assert!(out.ends_with("no errors\n"), "{out}");
    let (exit, _, err) = said(&mut keyroll(&["-q", "check", "no-such.renewal"]));
    assert!(exit == 2 && err.contains("cannot read no-such.renewal"), "{err}");
    let refused = "tests/golden/refused/unknown_name.renewal";
    let (exit, _, err) = said(&mut keyroll(&["check", refused, "-q"]));
    assert!(exit == 1 && err.contains("keyroll::unknown_name"), "{err}");
    let place = Place::two_keys();
    place.played_by_a_person("receiver_admin");
    let run = place.keyroll("run plan.renewal --quiet").ends(3);
    assert!(run.err.is_empty() && run.out.starts_with("waits for receiver_admin"), "{run:?}");
    let place = Place::one_key();
    let run = place.keyroll("--quiet run plan.renewal").ends(0);
    assert!(run.err.is_empty() && run.out.contains(": done ("), "{run:?}");
    assert_eq!(place.keyroll("-q run plan.renewal").ends(0).err, "");
    let said = place.keyroll("-q rehearse plan.renewal --messages 20 --rate 50 --key-type ec-p256").ends(0);
    assert!(said.err.is_empty() && said.out.contains("report: report.html"), "{said:?}");
    for words in [["-q", "-v", "check"], ["-v", "check", "-q"]] {
        let (exit, out, err) = self::said(keyroll(&words).arg(PLAN));
        assert!(exit == 2 && out.is_empty() && err.contains("cannot be used together"), "{err}");
    }
}

#[test]
fn verbose_says_what_is_read_and_no_secret() {
    let place = Place::two_keys();
    let secret = place.read("password");
    let Said { out, err, .. } = place.keyroll("run plan.renewal --verbose").ends(0);
    let folder = place.folder.canonicalize().unwrap();
    for words in [
        "keyroll: keyroll 0.".to_owned(),
        "OpenSSL 3.".to_owned(),
        format!("keyroll: read the plan {}/plan.renewal, ", folder.display()),
        format!("keyroll: read the site {}/site.toml", folder.display()),
        format!("keyroll: the journal {}/keyroll.db", folder.display()),
        " ms, exit 0".to_owned(),
    ] {
        assert!(err.contains(&words), "{words}:\n{err}");
    }
    assert!(!secret.trim().is_empty() && !err.contains(secret.trim()) && !out.contains(secret.trim()));
    assert!(!err.contains("PRIVATE KEY"));
    let json = place.keyroll("status -v --format json").ends(0);
    serde_json::from_str::<serde_json::Value>(&json.out).expect("talk stays out of the result");
}

#[test]
fn colours_are_drawn_where_they_are_wanted() {
    let refused = "tests/golden/refused/unknown_name.renewal";
    let coloured = |words: &[&str], env: &[(&str, &str)]| {
        let (_, out, err) = said(keyroll(words).envs(env.iter().copied()));
        assert!(!out.contains('\u{1b}'), "results are plain");
        err.contains('\u{1b}')
    };
    let check = ["check", refused];
    assert!(!coloured(&check, &[]), "no terminal");
    assert!(coloured(&["check", refused, "--color", "always"], &[]));
    assert!(coloured(&["--color=always", "check", refused], &[("NO_COLOR", "1")]), "what is asked for wins");
    assert!(!coloured(&["check", refused, "--color=never"], &[("CLICOLOR_FORCE", "1")]));
    assert!(coloured(&check, &[("CLICOLOR_FORCE", "1"), ("TERM", "xterm")]));
    assert!(!coloured(&check, &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "0")]), "any value that is not empty");
    assert!(coloured(&check, &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "")]), "an empty one says nothing");
    // Complaints about the arguments as well.
    assert!(coloured(&["--color", "always", "chekc"], &[]));
    assert!(!coloured(&["--color", "never", "chekc"], &[("CLICOLOR_FORCE", "1")]));
    let (exit, _, err) = said(&mut keyroll(&["check", refused, "--color", "blue"]));
    assert!(exit == 2 && err.contains("auto, always, never"), "{err}");
}

#[test]
fn times_are_shown_in_the_zone_of_the_machine() {
    let place = Place::two_keys();
    place.played_by_a_person("receiver_admin");
    place.run().ends(3);
    let began = |zone: &str| {
        let output = place.program(&["status"]).env("TZ", zone).output().unwrap();
        assert!(output.status.success(), "{zone}");
        String::from_utf8(output.stdout)
            .unwrap()
            .lines()
            .next()
            .unwrap()
            .split("begun ")
            .nth(1)
            .unwrap()
            .to_owned()
    };
    let utc = began("UTC");
    assert!(utc.ends_with(" UTC"), "{utc}");
    let india = began("Asia/Kolkata");
    assert!(india.ends_with(" +05:30"), "{india}");
    assert_eq!(began("Nowhere/Atlantis"), utc, "undetermined");
    let read = |text: &str| {
        text.replacen(' ', "T", 1).replace(" UTC", "Z").replace(' ', "").parse::<jiff::Timestamp>()
    };
    assert_eq!(read(&utc).unwrap(), read(&india).unwrap());
    for zone in ["UTC", "Asia/Kolkata"] {
        let output = place.program(&["status", "--format", "json"]).env("TZ", zone).output().unwrap();
        let status: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let started = status["started"].as_str().unwrap();
        assert!(started.ends_with('Z') && started.parse::<jiff::Timestamp>().is_ok(), "{started}");
        assert!(status["waiting"][0]["since"].as_str().unwrap().ends_with('Z'));
    }
    // A time that is written needs its zone.
    for (time, help) in
        [("2026-12-01T20:00", "a time needs its zone"), ("tomorrow", "write it as 2026-12-01T20:00:00Z")]
    {
        place.keyroll(&format!("confirm propose --as ops --opens {time}")).ends(2).says(help);
    }
}

/// What is misspelt is met with what is near.
#[test]
fn near_names_are_offered() {
    for (words, help) in [
        (&["chekc"][..], "'check'"),
        (&["schema", "statsu"], "did you mean `status`?"),
        (&["schema", "zzz"], "`keyroll schema` lists all"),
        (&["man", "zzz"], "`keyroll --help` lists all verbs"),
        (&["check", "--format", "jsn", PLAN], "'json'"),
        (&["check", "--qiet", PLAN], "'--quiet'"),
        (&["completions", "bsh"], "'bash'"),
    ] {
        let (exit, out, err) = said(&mut keyroll(words));
        assert!(exit == 2 && out.is_empty() && err.contains(help), "{words:?}: {err}");
    }
    assert!(Path::new(env!("CARGO_MANIFEST_DIR")).join(PLAN).is_file());
}
