//! Repairs: each is small, is proved by both judges, and changes nothing else.

#![cfg(test)]

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
};

use keyroll::{
    plan::given::Given,
    proof::verdict::{Verdict, prove},
    repair::{Attempts, Repaired, repair},
    source::Source,
    syntax::{format, parse},
};

use super::{
    random_plans::{counted, generated::plan},
    reference::{Compared, compare, read},
};

const TWO_KEYS: &str = include_str!("../../plans/xml-signature/two-keys.renewal");
const ONE_KEY: &str = include_str!("../../plans/xml-signature/one-key.renewal");

/// Moments that the second judge looks at for a repaired plan.
const ENOUGH: usize = 3_000;

fn mended(text: &str, bytes: usize, pairs: bool) -> Option<Repaired> {
    let source = Source::new("plan", text);
    let about = read(text).map(|checked| {
        let start = checked.plan().start.clone();
        match prove(checked, &start, ENOUGH) {
            Verdict::Refuted(refuted) => refuted.about,
            _ => Vec::new(),
        }
    });
    let attempts = Attempts { bytes, states: 500, until: None, pairs };
    repair(&source, &Given::default(), &about.unwrap_or_default(), attempts, |_| {})
}

/// Both judges prove what comes of a repair.
fn is_sound(repaired: &Repaired) {
    let told = compare(&repaired.text, ENOUGH);
    let sound = matches!(told, Compared::Proved(_) | Compared::TooMany);
    assert!(sound, "{told:?} after {}\n{}", repaired.edit.sentence, repaired.text);
}

#[test]
fn a_plan_without_its_drain_is_repaired_by_the_line_that_it_lacks() {
    let drain = "  needs orders drained of old\n";
    for plan in [TWO_KEYS, ONE_KEY] {
        assert_eq!(plan.matches(drain).count(), 1);
        let repaired = mended(&plan.replace(drain, ""), 1 << 24, false).unwrap();
        assert_eq!(repaired.text, plan, "{}", repaired.edit.sentence);
        assert_eq!(repaired.edit.lines, 1);
    }
}

/// Each line of a step that is missing, one at a time.
#[test]
fn what_is_missing_from_a_stock_plan_is_found_again() {
    let (mut refused, mut repaired) = (0, 0);
    for plan in [TWO_KEYS, ONE_KEY] {
        let lines: Vec<&str> = plan.lines().collect();
        for (number, line) in lines.iter().enumerate() {
            if !(line.starts_with("  after") || line.starts_with("  needs")) {
                continue;
            }
            let mut left = lines.clone();
            left.remove(number);
            let text = format!("{}\n", left.join("\n"));
            if matches!(compare(&text, ENOUGH), Compared::Proved(_) | Compared::TooMany) {
                continue;
            }
            refused += 1;
            // Two lines lack two things at once, for which the command takes longer than a test may.
            let Some(found) = mended(&text, 1 << 20, true) else {
                println!("not soon without `{line}` in line {}", number + 1);
                continue;
            };
            repaired += 1;
            is_sound(&found);
            assert!(found.edit.lines <= 8, "{}", found.edit.sentence);
            is_canonical(&found.text);
        }
    }
    println!("stock plans with a line less: {refused} refused, {repaired} repaired");
    assert!(refused >= 15 && repaired + 2 >= refused, "{repaired} of {refused}");
}

fn is_canonical(text: &str) {
    let (tree, findings) = parse(&Source::new("plan", text));
    assert!(findings.is_empty(), "{findings:?}");
    assert_eq!(format(&tree), text, "it is written as `fmt` writes it");
}

/// Plans that nobody had in mind, with a line less: whatever is called a repair is proved by both
/// judges.
#[test]
fn repairs_of_random_plans_are_proved_by_both_judges() {
    let counts = counted(70_000..71_000, |seed| {
        let whole = plan(seed);
        let is_proved = |text: &str| matches!(compare(text, 300), Compared::Proved(_));
        let lines: Vec<&str> = whole.lines().collect();
        let could_go = |line: &&str| line.starts_with("  after") || line.starts_with("  needs");
        let some = lines.iter().filter(|line| could_go(line)).count();
        if some == 0 || !is_proved(&whole) {
            return None;
        }
        let gone = usize::try_from(seed).unwrap() % some;
        let (mut number, mut text) = (0, String::new());
        for line in &lines {
            let is_it = could_go(line) && number == gone;
            number += usize::from(could_go(line));
            if !is_it {
                text.push_str(line);
                text.push('\n');
            }
        }
        if is_proved(&text) {
            return Some("needless");
        }
        Some(match mended(&text, 200 * text.len(), false) {
            None => "left",
            Some(repaired) => {
                is_sound(&repaired);
                "repaired"
            }
        })
    });
    println!("random plans with a line less: {counts:?}");
    assert!(
        counts["repaired"] > 20 && counts["repaired"] > counts.get("left").copied().unwrap_or(0),
        "{counts:?}"
    );
}

/// All that was there is there still, whatever a step looks like.
#[test]
fn an_edit_fits_into_any_layout_and_loses_nothing() {
    let drain = "  needs orders drained of old\n";
    let bare = TWO_KEYS.replace(drain, "");
    let retire = "  after announce_exchange\n  retire old at partner\n";
    assert!(bare.contains(retire));
    for (name, other) in [
        ("a comment behind", "  after announce_exchange # told\n  retire old at partner # gone\n"),
        ("comments between", "  # first\n  after announce_exchange\n\n  # then\n  retire old at partner\n"),
        ("other blanks", "\tafter   announce_exchange\n\t  retire old at partner\n"),
        ("a comment at the end", "  after announce_exchange\n  retire old at partner\n  # over\n"),
    ] {
        let text = bare.replace(retire, other);
        let repaired = mended(&text, 1 << 24, false).unwrap_or_else(|| panic!("{name}"));
        is_sound(&repaired);
        let mut left = repaired.text.lines();
        assert!(text.lines().all(|line| left.any(|other| other == line)), "{name}:\n{}", repaired.text);
        assert_eq!(repaired.text.lines().count(), text.lines().count() + 1, "{name}");
    }
    let first = bare.replace("  after announce_exchange\n  retire old", "  retire old");
    let head = first.find("step retire_old").unwrap();
    let joined = first[head..].replacen("{\n  retire old at partner\n}", "{ retire old at partner }", 1);
    let text = format!("{}{joined}", &first[..head]);
    is_sound(&mended(&text, 1 << 26, true).expect("a step on one line"));
    let windows = bare.replace('\n', "\r\n");
    let repaired = mended(&windows, 1 << 24, false).expect("a text with other line ends");
    assert_eq!(repaired.text, TWO_KEYS.replace('\n', "\r\n"));
}

#[test]
fn what_nothing_small_repairs_is_left() {
    let hopeless = format!("{TWO_KEYS}promise never orders deployed\n");
    assert_eq!(mended(&hopeless, 1 << 22, true), None);
    assert_eq!(mended("keyroll 1\nplan p\nstep s by nobody {\n  inform nobody\n}\n", 1 << 20, true), None);
    assert_eq!(mended("", 1 << 20, true), None);
    let bare = TWO_KEYS.replace("  needs orders drained of old\n", "");
    assert_eq!(mended(&bare, 1, false), None, "nothing may be tried");
}

/// A report that nobody makes is inserted, and what is asked of the end is kept.
#[test]
fn a_report_that_is_missing_at_the_end_is_added() {
    let asked = format!("{TWO_KEYS}finally partner accepts only new known to tenant_admin\n");
    let repaired = mended(&asked, 1 << 24, false).unwrap();
    is_sound(&repaired);
    let step = "step report_retire_old by receiver_admin {\n  after retire_old\n  inform tenant_admin\n}\n";
    assert!(repaired.text.contains(step), "{}", repaired.text);
}

fn keyroll(arguments: &[&str], folder: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_keyroll")).args(arguments).current_dir(folder).output().unwrap()
}

fn folder() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let plan = folder.path().join("p.renewal");
    std::fs::write(&plan, TWO_KEYS.replace("  needs orders drained of old\n", "")).unwrap();
    (folder, plan)
}

/// What stands in front of the text for programs that write so stays there.
#[test]
fn a_byte_order_mark_stays() {
    let (folder, plan) = folder();
    let before = std::fs::read_to_string(&plan).unwrap();
    std::fs::write(&plan, format!("\u{FEFF}{before}")).unwrap();
    assert_eq!(keyroll(&["repair", "--apply", "p.renewal"], folder.path()).status.code(), Some(0));
    assert_eq!(std::fs::read_to_string(&plan).unwrap(), format!("\u{FEFF}{TWO_KEYS}"));
}

#[test]
fn the_command_shows_the_edit_and_writes_it_when_asked() {
    let (folder, plan) = folder();
    let before = std::fs::read_to_string(&plan).unwrap();
    let said = keyroll(&["repair", "p.renewal"], folder.path());
    let text = String::from_utf8(said.stdout).unwrap();
    assert_eq!(said.status.code(), Some(0), "{text}");
    assert!(text.contains("\n+  needs orders drained of old\n"), "{text}");
    assert!(String::from_utf8_lossy(&said.stderr).contains("keyroll::undrained"));
    assert_eq!(std::fs::read_to_string(&plan).unwrap(), before, "nothing is written unasked");
    assert_eq!(keyroll(&["prove", "p.renewal"], folder.path()).status.code(), Some(1));
    assert_eq!(keyroll(&["repair", "--apply", "p.renewal"], folder.path()).status.code(), Some(0));
    assert_eq!(std::fs::read_to_string(&plan).unwrap(), TWO_KEYS);
    assert_eq!(keyroll(&["prove", "p.renewal"], folder.path()).status.code(), Some(0));
    let again = keyroll(&["repair", "--apply", "p.renewal"], folder.path());
    assert_eq!(again.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&again.stdout).contains("proved as it is"));
    for (arguments, exit) in [
        (&["repair", "--apply", "-"][..], 2),
        (&["repair", "missing.renewal"], 2),
        (&["repair", "--set", "alias=", "p.renewal"], 1),
    ] {
        assert_eq!(keyroll(arguments, folder.path()).status.code(), Some(exit), "{arguments:?}");
    }
}

#[test]
fn machines_are_told_the_same() {
    let (folder, plan) = folder();
    let told = |arguments: &[&str]| -> serde_json::Value {
        let said = keyroll(arguments, folder.path());
        serde_json::from_slice(&said.stdout).unwrap_or_else(|_| panic!("{said:?}"))
    };
    let told = told(&["repair", "--format", "json", "p.renewal"]);
    assert_eq!((told["outcome"].as_str(), told["applied"].as_bool()), (Some("repaired"), Some(false)));
    let [change] = told["changes"].as_array().unwrap().as_slice() else { panic!("{told}") };
    let before = std::fs::read_to_string(&plan).unwrap();
    let at = usize::try_from(change["at"]["start"].as_u64().unwrap()).unwrap();
    let edited = format!("{}{}{}", &before[..at], change["text"].as_str().unwrap(), &before[at..]);
    assert_eq!(edited, TWO_KEYS);
    assert_eq!(told["findings"][0]["code"], "keyroll::undrained");
}
