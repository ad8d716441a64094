//! What is said when something breaks is said in words of keyroll's own, and before it is too late.

use std::fs;

use keyroll::{run::site::Site, source::Source};
use rusqlite::Connection;

use super::{Place, Said};

/// A place with a journal in which a run waits.
fn waiting() -> Place {
    let place = Place::two_keys();
    place.played_by_a_person("receiver_admin");
    place.run().ends(3);
    place
}

fn sql(place: &Place, change: &str) {
    let journal = Connection::open(place.folder.join("keyroll.db")).unwrap();
    journal.execute_batch(&format!("PRAGMA foreign_keys = OFF; {change}")).unwrap();
}

const ALL: [&str; 5] =
    ["status", "why", "inbox --as receiver_admin", "run plan.renewal", "dry-run plan.renewal"];

/// Each command refuses the journal with these words, and with none of a library's.
#[track_caller]
fn told(place: &Place, lines: &[&str], words: &str) {
    for line in lines {
        let said = place.keyroll(line).ends(5);
        assert!(said.err.contains(words), "{line}: {}", said.err);
        let lower = said.err.to_lowercase();
        for raw in
            ["sqlite", "malformed", "disk image", "not a database", "no such", "table:", "code", "keyroll::"]
        {
            assert!(!lower.contains(raw), "{line}: {raw}: {}", said.err);
        }
    }
}

#[test]
fn a_damaged_journal_is_told_in_our_words() {
    let place = waiting();
    sql(&place, "DROP TABLE outbox; DROP TABLE record");
    told(&place, &ALL, "it was changed from outside: its tables are not those of a journal");
    place.write("keyroll.db", "no database at all, but long enough to have been taken for one".repeat(40));
    fs::remove_file(place.folder.join("keyroll.db-wal")).ok();
    told(&place, &ALL, "this file is no journal, or its beginning was damaged");

    let place = waiting();
    sql(&place, "PRAGMA wal_checkpoint(TRUNCATE)");
    let whole = fs::read(place.folder.join("keyroll.db")).unwrap();
    let mut damaged = whole.clone();
    damaged[4096..].fill(0x41);
    place.write("keyroll.db", damaged);
    told(&place, &ALL, "it is damaged: go on with a copy from before");
    place.write("keyroll.db", whole);
    place.keyroll("status").ends(0);
}

/// Whatever was altered in the stored plan, nobody is sent to look for a mistake in their own.
#[test]
fn an_altered_plan_in_the_journal_is_told_as_that() {
    let lines =
        ["status", "why", "inbox --as receiver_admin", "confirm provide_certificate --as receiver_admin"];
    for (change, words) in [
        (
            "plan_text = replace(plan_text, 'keyroll 1', 'keyroll one')",
            "is not accepted any more: it was changed",
        ),
        (
            "plan_text = replace(plan_text, 'exchange', 'exchagne')",
            "is not accepted any more: it was changed",
        ),
        ("plan_text = plan_text || '# more'", "was changed from outside"),
        ("parameters = '{\"delivery\":\"soon\"}'", "is not accepted any more: it was changed"),
        ("parameters = 'soon'", "was changed from outside"),
    ] {
        let place = waiting();
        sql(&place, &format!("UPDATE run SET {change}"));
        told(&place, &lines, words);
    }
}

/// A rehearsal whose report has no place is not held.
#[test]
fn a_report_that_cannot_be_written_is_noticed_first() {
    let place = Place::two_keys();
    place.write("file", "");
    let before = place.files();
    for report in ["no/such/report.html", ".", "file/report.html"] {
        let line =
            format!("rehearse plan.renewal --messages 20 --key-type ec-p256 --format json --report {report}");
        let said = place.keyroll(&line).ends(5).says("cannot write the report");
        assert!(!said.out.contains("keyroll/event/1"), "{}", said.out);
        assert_eq!(place.files(), before, "{report}");
    }
    // In the folder that the rehearsal makes, the report has its place.
    let quick = "--messages 20 --rate 50 --key-type ec-p256";
    place.keyroll(&format!("rehearse plan.renewal {quick} --keep ./out --report out/mine.html")).ends(0);
    let page = place.read("out/mine.html");
    assert!(page.contains("<svg"));
    // Each time says its zone.
    let footer = page.split("<footer>").nth(1).unwrap();
    let times = footer.split("From ").nth(1).unwrap().split('.').next().unwrap();
    assert_eq!(times.matches(" UTC").count(), 2, "{footer}");
}

/// A limit on the size of files ends no command: its sandbox, with keys in it, is taken away.
#[test]
fn a_limit_on_files_leaves_no_sandbox() {
    let place = Place::two_keys();
    fs::create_dir(place.folder.join("tmp")).unwrap();
    for blocks in [1, 8, 64] {
        let shell =
            format!("ulimit -f {blocks}; exec \"$0\" rehearse plan.renewal --messages 20 --key-type ec-p256");
        let mut command = std::process::Command::new("sh");
        command.args(["-c", &shell, env!("CARGO_BIN_EXE_keyroll")]).current_dir(&place.folder);
        let said = Said::of(command.env("TMPDIR", place.folder.join("tmp")).output().unwrap()).ends(5);
        assert!(
            said.err.contains("cannot be held") || said.err.contains("did not come to its end"),
            "{}",
            said.err
        );
        let left: Vec<_> = fs::read_dir(place.folder.join("tmp")).unwrap().collect();
        assert!(left.is_empty(), "{left:?}: {}", said.err);
    }
}

/// What a rehearsal was given it leaves in the site beside the plan: the other verbs go on there.
#[test]
fn a_kept_rehearsal_knows_the_values_that_it_was_given() {
    let place = Place::two_keys();
    let quick = "--messages 20 --rate 50 --key-type ec-p256";
    place
        .keyroll(&format!("rehearse plan.renewal {quick} --set alias=other --set delivery=25h --keep out"))
        .ends(0);
    assert!(place.read("out/site.toml").contains("[parameters]\nalias = \"other\"\ndelivery = \"25h\"\n"));
    let status = place.keyroll("status --site out/site.toml").ends(0);
    assert!(status.out.contains(", done"), "{}", status.out);
    place.keyroll("run out/plan.renewal --site out/site.toml").ends(0).says("is done already");
    place.keyroll("rehearse plan.renewal --set alias=other --keep staged --stage --key-type ec-p256").ends(0);
    place.keyroll("dry-run staged/plan.renewal --site staged/site.toml").ends(0).says("tenant[\"other\"]");
    // A likeness is told of in the summary, too.
    let line = "rehearse staged/plan.renewal --site staged/site.toml";
    let said = place.keyroll(&format!("{line} {quick} --format json --report likeness.html")).ends(0);
    let summary: serde_json::Value = serde_json::from_str(said.out.lines().last().unwrap()).unwrap();
    assert!(!summary["rebuilt"].as_array().unwrap().is_empty(), "{summary}");
    // Without values nothing is written of them.
    place.keyroll("rehearse plan.renewal --keep plain --stage --key-type ec-p256").ends(0);
    assert!(!place.read("plain/site.toml").contains("alias ="));
}

/// Sites with every kind of mistake: the words of the libraries that read them never come through.
#[test]
fn a_site_is_refused_in_our_words() {
    for (site, words) in [
        ("site = 1\nsite = 1", "a name is given twice"),
        ("site = 1\n[flows.a", "this is not TOML"),
        ("site = 1\nroles = 7", "a value is of the wrong kind"),
        ("site = \"1\"", "a value is of the wrong kind"),
        ("site = -1", "a value is of the wrong kind"),
        ("site = 99999999999999999999", "this is not TOML"),
        ("site = 2", "knows no site of version 2"),
        ("[roles.a]\nautomatic = true", "`site` is missing"),
        ("site = 1\n[roles.a]\nautomatic = 1", "a value is of the wrong kind"),
        ("site = 1\n[roles.a]\nautomatc = true", "nothing is called `automatc` here"),
        ("site = 1\n[flows.a]\nbackend = \"x\"", "`x` cannot stand here"),
        ("site = 1\n[flows.a]\nbackend = 3", "a value is of the wrong kind"),
        ("site = 1\n[flows.a]\npath = \"x\"", "`backend` is missing"),
        ("site = 1\n[flows.a]\nbackend = \"local\"", "`path` is missing"),
        (
            "site = 1\n[receivers.a]\nbackend = \"directory\"\npath = \"t\"\ncapacity = 1.5",
            "of the wrong kind",
        ),
        ("site = 1\n[keys.a]\ndays = 2026-11-25", "a value is of the wrong kind"),
        ("site = 1\n[keystores.a]\nbackend = \"manual\"\npath = \"p\"", "nothing is called `path` here"),
    ] {
        let said = Site::read(&Source::new("site.toml", site)).unwrap_err();
        let page = format!("{said} {}", said.help().unwrap());
        assert!(page.contains(words), "{site}: {page}");
        for raw in
            ["expected", "invalid", "variant", "field", "struct", "enum", "usize", "u32", "map", "sequence"]
        {
            assert!(!page.contains(raw), "{site}: {raw}: {page}");
        }
    }
}
