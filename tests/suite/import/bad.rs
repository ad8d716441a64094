//! Prose that is none, too much of it, and prose that wants to break out.

use std::{
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use insta::{assert_snapshot, with_settings};
use keyroll::{
    import::draft,
    page::page,
    source::{Refusal, Source, is_hostile},
};
use proptest::prelude::*;

use super::{drafted, sound};

/// The page of what is refused.
fn refused(text: &str, section: Option<&str>) -> (String, String) {
    let source = Source::new("steps.md", text);
    let finding = draft(&source, section).unwrap_err();
    let refusal = Refusal::new(source, vec![finding]);
    (refusal.codes().collect::<String>(), page(&refusal, false, 100))
}

#[test]
fn every_finding_about_prose_earns_its_page() {
    let many: String = (1..=10_001).map(|n| format!("{n}. Ann team: stops the flow.\n")).collect();
    let two = "# One\n1. Ann team: stops it.\n\n# Two\n1. Ann team: starts it.\n";
    with_settings!({
        snapshot_path => "../../golden/prose",
        prepend_module_to_snapshot => false,
        omit_expression => true,
    }, {
        for (name, text, section) in [
            ("no_numbered_step", "Create a new key pair.\nThen stop.\n", None),
            ("too_many_numbered_steps", &many, None),
            ("which_procedure", two, None),
        ] {
            let (code, page) = refused(text, section);
            assert_eq!(code, name);
            assert_snapshot!(name, page);
        }
    });
    let (code, page) = refused(two, Some("Three"));
    assert!(
        code == "which_procedure" && page.contains("says `Three`") && page.contains("`One`, `Two`"),
        "{page}"
    );
    assert_eq!(drafted(two, Some("two")).steps, 1);
    assert_eq!(refused("", None).0, "no_numbered_step");
    assert_eq!(refused("\n \n", None).0, "no_numbered_step");
}

/// What the program says of a file that is no text, and of nothing.
#[test]
fn bytes_that_are_no_text_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes, exit, said) in [
        ("binary", &b"1. \xff\xfe\x00\n"[..], 1, "not_utf8"),
        ("empty", b"", 1, "no_numbered_step"),
        ("mark", b"\xef\xbb\xbf1. Ann team: stops the flow.\r\n", 0, "1 step, 1 with a verb"),
    ] {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        let mut keyroll = Command::new(env!("CARGO_BIN_EXE_keyroll"));
        let output = keyroll.arg("import").arg(&path).stdin(Stdio::null()).output().unwrap();
        assert_eq!(output.status.code(), Some(exit), "{name}");
        assert!(String::from_utf8(output.stderr).unwrap().contains(said), "{name}");
    }
    let missing =
        Command::new(env!("CARGO_BIN_EXE_keyroll")).args(["import", "no/such.md"]).output().unwrap();
    assert_eq!(missing.status.code(), Some(2));
}

const HOSTILE: &[&str] = &[
    "\u{202e}gnp.\u{2066}evil\u{200b}\u{feff}",
    "\u{0}\u{1b}]0;owned\u{7}\u{85}\u{2028}",
    "\"} step evil by admin { retire old at partner",
    "$alias $nothing \\u{202e} \\ \\q",
    "# DOUBT: none",
    "promise messages never rejected",
    "|||||",
    "((((",
    "[[]]",
    ":::",
    "“quotes” 'and' `ticks`",
    "日本語の管理者",
    "İstanbul ẞtraße administrator",
    "of by at source",
    "1.1.1.1.1.1",
];

#[test]
fn nothing_in_prose_breaks_out() {
    for hostile in HOSTILE {
        for text in [
            format!("1. {hostile}: creates a new key pair.\n2. {hostile} {hostile}\n"),
            format!(
                "# {hostile}\n\n1. {hostile} administrator: informs the {hostile} administrator that {hostile}.\n"
            ),
            format!(
                "1. Ann team: creates a key pair with the alias \"{hostile}\".\n   {hostile}\n\n{hostile}\n"
            ),
            format!("| 1 | {hostile} | {hostile} |\n| 2 | Ann team | stops the {hostile} |\n"),
        ] {
            let draft = drafted(&text, None);
            let steers = |c: char| is_hostile(c) || c == '\r';
            assert!(!draft.text.contains(steers), "{hostile:?}: {}", draft.text);
            assert!(draft.doubts.iter().all(|doubt| !doubt.text.contains(steers)));
            assert_eq!(draft.text.matches("\nstep ").count(), draft.steps, "{}", draft.text);
        }
    }
}

#[test]
fn five_thousand_steps_are_drafted() {
    let roles = ["Tenant administrator", "Receiver administrator", "Integration developer"];
    let acts = [
        "creates a key pair",
        "informs the tenant administrator",
        "contemplates",
        "sends the certificate to the receiver administrator",
    ];
    let text: String = (1..=5_000).map(|n| format!("{n}. {}: {}.\n", roles[n % 3], acts[n % 4])).collect();
    let draft = drafted(&text, None);
    assert_eq!((draft.steps, draft.roles), (5_000, 3));
    // One role that is never told anything, and one that is told all.
    let text: String = (1..=3_000).map(|n| format!("{n}. Ann team: informs the bob team.\n")).collect();
    assert_eq!(drafted(&format!("{text}3001. Bob team: stops the flow.\n"), None).steps, 3_001);
}

fn seconds(text: &str, section: Option<&str>) -> (Duration, bool) {
    let source = Source::new("steps.md", text);
    let began = Instant::now();
    let drafted = draft(&source, section);
    (began.elapsed(), drafted.is_ok())
}

/// Ten times the text takes ten times as long, and not a hundred times.
#[test]
fn time_grows_with_the_text_alone() {
    let much = |bytes: usize, line: &str| line.repeat(bytes / line.len());
    for (name, head, line) in [
        ("notes", "1. Ann team: stops the flow.\n", "And a note that says nothing of it.\n"),
        ("notes apart", "1. Ann team: stops the flow.\n", "\nThe ann team informs nobody; it waits.\n"),
        ("one line", "1. Ann team: stops the flow", " and then and then, it stops and starts"),
        ("headings", "1. Ann team: stops the flow.\n", "# a\n## b\n### c\n\nd\n"),
        ("procedures", "", "# a\n1. Ann team: stops the flow.\n2. It starts.\n"),
        ("numbers", "1. Ann team: stops the flow.\n", "  1. Ann team: stops the flow.\n"),
        ("brackets", "1. Ann team: stops ", "([{"),
        ("rows", "| 1 | Ann team | stops |\n", "|||||||||\n"),
        ("no steps", "", "The ann team stops the flow. "),
    ] {
        let (one, _) = seconds(&format!("{head}{}", much(150_000, line)), None);
        let (ten, _) = seconds(&format!("{head}{}", much(1_500_000, line)), None);
        println!("{name}: {one:?} for 150 kB, {ten:?} for 1.5 MB");
        assert!(ten < one * 40 + Duration::from_secs(2), "{name}: {one:?}, {ten:?}");
    }
}

#[test]
fn ten_megabytes_of_prose_are_read() {
    let step = "Tenant administrator: creates a new key pair and tells the receiver administrator.\n\nA note on it.\n";
    let mut text: String = (1..=500).map(|n| format!("{n}. {step}")).collect();
    text +=
        &"\nAnd much that says nothing of a step, in words of many kinds, again and again.\n".repeat(120_000);
    assert!(text.len() > 9_000_000);
    let (time, is_drafted) = seconds(&text, None);
    println!("{} bytes: {time:?}", text.len());
    assert!(is_drafted && time < Duration::from_secs(240), "{time:?}");
}

fn line() -> impl Strategy<Value = String> {
    let words = [
        "1.",
        "2)",
        "Step 3:",
        "4.1",
        "a)",
        "#",
        "##",
        "|",
        "Tenant administrator",
        "the receiver administrator",
        "Ann team",
        ":",
        "creates",
        "sends",
        "informs",
        "exchange",
        "remove",
        "stop",
        "deploys",
        "asks",
        "to",
        "that",
        "may",
        "and",
        "then",
        "a new key pair",
        "the old certificate",
        "both",
        "the flow",
        ".",
        ",",
        ";",
        "after",
        "once",
        "if",
        "wait",
        "24 hours",
        "downtime",
        "\"",
        "$x",
        "{",
        "}",
        "\t",
        "  ",
        "\u{202e}",
        "é",
        "-",
        "**",
        "(",
        ")",
        "by",
        "is",
        "created",
    ];
    prop::collection::vec(prop::sample::select(words.to_vec()), 0..14).prop_map(|words| words.join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn whatever_is_numbered_becomes_a_sound_draft(lines in prop::collection::vec(line(), 0..14)) {
        let text = lines.join("\n");
        if let Ok(draft) = draft(&Source::new("steps.md", text), None) {
            sound(&draft);
        }
    }
}
