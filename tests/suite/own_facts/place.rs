//! Runs of a plan with a fact: by hand, by a file, by a program.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use super::PLAN;
use crate::{
    commands::{example, trust},
    runs::{Place, Said},
};

/// The program in a folder.
pub(super) fn keyroll(folder: &Path, line: &str) -> Said {
    let mut command = Command::new(env!("CARGO_BIN_EXE_keyroll"));
    command.args(line.split(' ')).current_dir(folder).env("TZ", "UTC").env_remove("NO_COLOR");
    Said::of(command.output().unwrap())
}

/// How a sandbox binds the fact.
const BY_FILE: &str = "[facts.change]\nbackend = \"file\"\npath = \"change-fact\"\n";

/// The plan at a site that binds its fact so.
fn bound(binding: &str) -> Place {
    let place = Place::of(PLAN);
    place.edit("site.toml", BY_FILE, binding);
    place
}

const WITH_A_PROGRAM: &str =
    "[facts.change]\nbackend = \"command\"\ntimeout = \"5m\"\ncommand = [\"sh\", \"front.sh\", \"state\"]\n";

/// At a site where a program keeps the fact, behind this script.
fn behind(script: &str) -> Place {
    let place = bound(WITH_A_PROGRAM);
    fs::copy(example("tokens.sh"), place.folder.join("tokens.sh")).unwrap();
    place.write("front.sh", script);
    trust(&place.folder);
    place
}

#[test]
fn a_person_of_the_board_approves() {
    let place = bound("[facts.change]\nbackend = \"manual\"\n");
    place.keyroll("dry-run plan.renewal").ends(0).says("waits for   approve");
    let said = place.run().ends(3).says("approve (set change)");
    assert!(!said.out.contains("trust_both"), "{}", said.out);
    place.keyroll("inbox --as board").ends(0).says("approve");
    place.keyroll("why trust_both").ends(0);
    place.keyroll("confirm approve --as operator").ends(2);
    place.keyroll("confirm trust_both --as operator").ends(2);
    assert_eq!(
        fs::read_dir(place.folder.join("partner-trust")).unwrap().count(),
        1,
        "nothing is trusted yet"
    );
    place.keyroll("confirm approve --as board --person Ann").ends(0);
    place.run().ends(0);
    assert_eq!(fs::read_dir(place.folder.join("partner-trust")).unwrap().count(), 2);
    let status = place.keyroll("status").ends(0).out;
    assert!(status.contains("approve") && status.contains("done"), "{status}");
}

#[test]
fn a_file_keeps_the_fact_and_what_somebody_else_does_to_it_stops_the_run() {
    let place = Place::of(PLAN);
    assert!(!place.folder.join("change-fact").exists(), "without a file it is clear");
    place.played_by_a_person("board");
    place.run().ends(3).says("waits for board");
    place.keyroll("confirm ask --as board").ends(0);
    place.run().ends(3).says("approved");
    assert_eq!(place.read("change-fact"), "set\n");
    // Somebody takes the approval back, behind the back of the run.
    place.write("change-fact", "clear\n");
    let said = place.run().ends(6).says("the world is not as recorded");
    for words in ["change", "recorded is set", "seen is clear"] {
        assert!(said.err.contains(words), "{words}: {}", said.err);
    }
    place.write("change-fact", "perhaps\n");
    let said = place.run().ends(6);
    assert!(said.err.contains("seen is not known"), "{}", said.err);
    place.write("change-fact", "set\n");
    place.keyroll("confirm approved --as board").ends(0);
    place.run().ends(0);
}

#[test]
fn a_run_begins_where_the_plan_starts() {
    for (text, seen) in [("set\n", "seen is set"), ("perhaps\n", "seen is not known")] {
        let place = Place::of(PLAN);
        place.write("change-fact", text);
        let said = place.keyroll("dry-run plan.renewal").ends(6);
        let words = format!("{}{}", said.out, said.err);
        assert!(words.contains("change") && words.contains("clear"), "{words}");
        let said = place.run().ends(6);
        assert!(said.err.contains(seen), "{}", said.err);
        place.write("change-fact", "clear\n");
        place.run().ends(0);
        assert_eq!(place.read("change-fact"), "set\n");
    }
}

/// Waits for the change of the fact, once, before or after it is made, and tells that it is there.
const WAITING: &str = "IFS= read -r line\nread -r when <armed || :\n\
    case $when-$line in *-*'\"act\":\"bring_to\"'*)\nif [ -n \"$when\" ]; then\n: >armed\n\
    if [ \"$when\" = after ]; then printf '%s\\n' \"$line\" | sh tokens.sh \"$@\" >/dev/null; fi\n\
    : >reached\nsleep 8\nexit 1\nfi\nesac\n\
    printf '%s\\n' \"$line\" | exec sh tokens.sh \"$@\"\n";

#[test]
fn a_run_that_is_killed_beside_the_program_goes_on_where_it_was() {
    for when in ["before", "after"] {
        let place = behind(WAITING);
        place.write("armed", format!("{when}\n"));
        let mut run = place.program(&["run", "plan.renewal"]);
        let mut child = run.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let begun = Instant::now();
        while !place.folder.join("reached").exists() {
            assert_eq!(child.try_wait().unwrap(), None, "{when}: it ended by itself");
            assert!(begun.elapsed() < Duration::from_secs(120), "{when}: nobody asks");
            std::thread::sleep(Duration::from_millis(5));
        }
        let is = if when == "after" { "set\n" } else { "" };
        assert_eq!(fs::read_to_string(place.folder.join("state/fact-change")).unwrap_or_default(), is);
        child.kill().unwrap();
        child.wait().unwrap();
        place.run().ends(0);
        assert_eq!(place.read("state/fact-change"), "set\n");
        assert_eq!(fs::read_dir(place.folder.join("partner-trust")).unwrap().count(), 2);
    }
}

/// A program that reads the state of a ticket, and cannot approve it.
const TICKET: &str = "IFS= read -r line\n\
    case $line in\n*'\"act\":\"state\"'*) if [ -e approved ]; then s='\"set\"'; else s='\"clear\"'; fi\n\
    if [ -e away ]; then s=null; fi\nprintf '{\"ok\":{\"state\":%s}}\\n' \"$s\" ;;\n\
    *) if [ -e approved ]; then echo '{\"ok\":{\"outcome\":\"already_so\"}}'\n\
    elif [ -e liar ]; then echo '{\"ok\":{\"outcome\":\"changed\"}}'\n\
    else echo '{\"error\":{\"code\":\"failed\",\"message\":\"not approved yet\"}}'; fi ;;\nesac\n";

#[test]
fn a_program_that_only_sees_the_approval_is_asked_again() {
    let place = behind(TICKET);
    place.edit("site.toml", "command = [", "keep_output = true\ncommand = [");
    trust(&place.folder);
    let said = place.run().ends(5);
    assert!(said.err.contains("not approved yet"), "{}", said.err);
    // What claims more than was done is not believed, and neither is what cannot tell.
    place.write("liar", "");
    let said = place.run().ends(5);
    assert!(said.err.contains("afterwards change is clear, not set"), "{}", said.err);
    place.write("away", "");
    let said = place.run().ends(5);
    assert!(said.err.contains("afterwards change is not known, not set"), "{}", said.err);
    fs::remove_file(place.folder.join("liar")).unwrap();
    fs::remove_file(place.folder.join("away")).unwrap();
    place.run().ends(5);
    place.write("approved", "");
    place.run().ends(0);
    assert_eq!(fs::read_dir(place.folder.join("partner-trust")).unwrap().count(), 2);
}

#[test]
fn a_site_binds_each_fact_and_nothing_else() {
    for (from, to, code) in [
        (BY_FILE, "", "unbound"),
        ("[facts.change]", "[facts.chance]", "bound_to_nothing"),
        ("backend = \"file\"\npath = \"change-fact\"\n", "backend = \"file\"\n", "bad_site"),
        ("backend = \"file\"\npath = \"change-fact\"\n", "backend = \"local\"\n", "bad_site"),
        (
            "backend = \"file\"\npath = \"change-fact\"\n",
            "backend = \"command\"\ncommand = []\n",
            "bad_command",
        ),
    ] {
        let place = Place::of(PLAN);
        place.edit("site.toml", from, to);
        let said = place.keyroll("dry-run plan.renewal").ends(1);
        assert!(said.err.contains(&format!("keyroll::{code}")), "{code}: {}", said.err);
    }
}

#[test]
fn it_is_rehearsed_told_on_pages_and_made_anew_under_other_names() {
    let place = Place::of(PLAN);
    place.keyroll("rehearse plan.renewal --messages 40 --rate 50").ends(0).says("All 7 steps are done.");
    place.keyroll("rehearse plan.renewal --site site.toml --messages 40 --rate 50").ends(0);
    let said = place.keyroll("runbook plan.renewal").ends(0);
    assert!(
        said.out.contains("See to it that this is so: The change board approved the change"),
        "{}",
        said.out
    );
    place.keyroll("graph plan.renewal --format mermaid").ends(0).says("set change");
    let said = place.keyroll("fmt --check plan.renewal").ends(0);
    assert!(said.err.is_empty(), "{}", said.err);
    // A story of a plan that breaks its promise says since when the fact is so.
    place.write(
        "hasty.renewal",
        PLAN.replace("  after approved\n  needs change set\n", "  after create_key\n"),
    );
    let said = place.keyroll("prove hasty.renewal").ends(1);
    assert!(said.out.contains("change is clear from the start on"), "{}", said.out);
    place.keyroll("prove hasty.renewal --story hasty.json").ends(1);
    let said = place.keyroll("rehearse hasty.renewal --story hasty.json").ends(4);
    assert!(!said.err.contains("panicked"), "{}", said.err);
    place.keyroll("repair hasty.renewal").ends(0).says("let `trust_both` come after `approved`");
}

#[test]
fn a_fact_has_a_file_of_its_own() {
    let place = Place::of(PLAN);
    let site = place.read("site.toml");
    let refused = |to: &str, says: &str| {
        place.edit("site.toml", BY_FILE, &format!("[facts.change]\nbackend = \"file\"\npath = \"{to}\"\n"));
        for line in ["dry-run plan.renewal", "run plan.renewal"] {
            let said = place.keyroll(line).ends(1);
            assert!(
                said.err.contains("keyroll::bad_binding") && said.err.contains(says),
                "{to}: {}",
                said.err
            );
        }
        place.write("site.toml", &site);
    };
    fs::create_dir(place.folder.join("facts")).unwrap();
    for none in ["", ".", "..", "facts", "facts/", "new/"] {
        refused(none, "`change` is kept in a file, and");
    }
    refused("tenant.p12", "`change` would be kept in the file of the keystore `tenant`");
    refused("./facts/../tenant.p12", "`change` would be kept in the file of the keystore `tenant`");
    std::os::unix::fs::symlink("tenant.p12", place.folder.join("other.p12")).unwrap();
    refused("other.p12", "`change` would be kept in the file of the keystore `tenant`");
    assert!(!place.folder.join("keyroll.db").exists(), "no run has begun");
    place.keyroll("dry-run plan.renewal").ends(0);
}

#[test]
fn an_approval_is_of_what_was_told_and_of_who_could_tell() {
    let place = Place::of(PLAN);
    place.keyroll("dry-run plan.renewal --save approval.json").ends(0);
    place.write("change-fact", "perhaps");
    let stale = place.keyroll("run plan.renewal --approved approval.json").ends(6);
    assert!(stale.err.contains("the world: approved is"), "{}", stale.err);
    place.write("change-fact", "clear\n");
    place.keyroll("run plan.renewal --approved approval.json").ends(0);
}
