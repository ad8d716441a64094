//! Every finding of the reader earns the page beside its plan.

use std::path::{Path, PathBuf};

use insta::{assert_snapshot, with_settings};
use keyroll::page::page;
use keyroll::source::{Refusal, Source, is_hostile, shown};
use keyroll::syntax::{self, EXPLANATIONS};

/// Findings whose plans are too large to lie in a folder; they are made here.
const MADE: [&str; 2] = ["file_too_large", "too_many_faults"];

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name)
}

/// Reads a plan under a name without folders, so that no page depends on the machine.
fn refusal(path: &Path) -> Refusal {
    let bytes = std::fs::read(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    refused(path.file_name().unwrap().to_str().unwrap(), bytes)
}

fn refused(name: &str, bytes: Vec<u8>) -> Refusal {
    match syntax::read(name, bytes) {
        Err(refusal) => refusal,
        Ok(source) => {
            let (_, findings) = syntax::parse(&source);
            Refusal::new(source, findings)
        }
    }
}

fn made(code: &str) -> Refusal {
    let bytes = match code {
        "file_too_large" => vec![b'#'; 16 * 1024 * 1024 + 1],
        "too_many_faults" => format!("keyroll 1\n{}", "step\n".repeat(1001)).into_bytes(),
        _ => panic!("nothing makes a plan for `{code}`"),
    };
    let mut refusal = refused(&format!("{code}.renewal"), bytes);
    refusal.findings.retain(|f| f.code().is_some_and(|c| c.to_string().ends_with(code)));
    refusal
}

#[test]
fn every_finding_of_the_reader_earns_the_page_beside_its_plan() {
    with_settings!({ snapshot_path => "../../golden/refused", prepend_module_to_snapshot => false, omit_expression => true }, {
        for code in EXPLANATIONS.iter().map(|e| e.code) {
            let refusal = if MADE.contains(&code) {
                made(code)
            } else {
                refusal(&folder("refused").join(format!("{code}.renewal")))
            };
            assert!(refusal.has_code(code), "`{code}` was refused for another reason");
            assert_eq!(refusal.findings.len(), 1, "`{code}` brings others along");
            assert_snapshot!(code, page(&refusal, false, 100));
        }
    });
}

#[test]
fn three_faults_give_three_findings_and_no_cascade() {
    let refusal = refusal(&folder("recovered").join("three-faults.renewal"));
    assert_eq!(refusal.codes().collect::<Vec<_>>(), ["unclosed_text", "unknown_item", "unexpected_text"]);
    with_settings!({ snapshot_path => "../../golden/recovered", prepend_module_to_snapshot => false, omit_expression => true }, {
        assert_snapshot!("three-faults", page(&refusal, false, 100));
    });
}

/// The brace behind sentences that are said for each row is no second fault.
#[test]
fn a_fault_of_for_each_gives_one_finding() {
    for (name, code) in [("each-open", "unclosed_block"), ("each-fault", "unexpected_text")] {
        let refusal = refusal(&folder("recovered").join(format!("{name}.renewal")));
        assert_eq!(refusal.codes().collect::<Vec<_>>(), [code], "{name}");
        with_settings!({ snapshot_path => "../../golden/recovered", prepend_module_to_snapshot => false, omit_expression => true }, {
            assert_snapshot!(name, page(&refusal, false, 100));
        });
    }
}

#[test]
fn what_can_be_read_beside_a_fault_is_read() {
    let bytes = std::fs::read(folder("recovered").join("three-faults.renewal")).unwrap();
    let sound = std::fs::read(folder("parsed").join("two-keys.renewal")).unwrap();
    let tree = |bytes| syntax::parse(&syntax::read("p", bytes).unwrap()).0;
    assert_eq!(tree(bytes).items.len(), tree(sound).items.len() - 3);
}

#[test]
fn plans_that_are_written_well_format_to_themselves() {
    for name in ["two-keys", "one-key"] {
        let bytes = std::fs::read(folder("parsed").join(format!("{name}.renewal"))).unwrap();
        let source = syntax::read(name, bytes).unwrap();
        let (tree, findings) = syntax::parse(&source);
        let refusal = Refusal::new(source, findings);
        assert!(refusal.findings.is_empty(), "{}", page(&refusal, false, 100));
        assert_eq!(syntax::format(&tree), refusal.source.text, "{name}");
    }
}

#[test]
fn every_explanation_has_a_code_of_its_own_and_fits_a_terminal() {
    for pair in EXPLANATIONS.windows(2) {
        assert!(pair[0].code < pair[1].code, "{} and {}", pair[0].code, pair[1].code);
    }
    for explanation in EXPLANATIONS {
        assert!(explanation.text.lines().all(|l| l.chars().count() <= 104), "{}", explanation.code);
        assert!(explanation.text.ends_with('\n') && !explanation.title.ends_with('.'));
    }
}

/// The example under a heading of an explanation, as a plan.
fn example(text: &str, heading: &str) -> Option<String> {
    let (_, rest) = text.split_once(&format!("\n{heading}:\n"))?;
    let lines = rest.lines().take_while(|l| l.is_empty() || l.starts_with("  "));
    Some(lines.map(|l| l.strip_prefix("  ").unwrap_or(l)).map(|l| format!("{l}\n")).collect())
}

#[test]
fn explanations_show_what_is_wrong_and_what_is_right() {
    let mut shown = 0;
    for explanation in EXPLANATIONS {
        let (Some(wrong), Some(right)) =
            (example(explanation.text, "Wrong"), example(explanation.text, "Right"))
        else {
            continue;
        };
        // Only what is said about the header needs no header in front.
        let head = if explanation.text.contains("keyroll 1") { "" } else { "keyroll 1\n" };
        let codes = |plan: String| refused("p", plan.into_bytes()).codes().collect::<Vec<_>>();
        assert_eq!(codes(format!("{head}{wrong}"))[0], explanation.code);
        assert_eq!(codes(format!("{head}{right}")), Vec::<String>::new(), "{}", explanation.code);
        shown += 1;
    }
    assert!(shown >= 15, "only {shown} explanations show an example");
}

/// A finding that points nowhere sensible and says hostile things.
#[derive(Debug, miette::Diagnostic, thiserror::Error)]
#[error("odd \u{1b}[31m words")]
#[diagnostic(code(keyroll::odd), severity(advice), help("two\nlines \u{202e}"))]
struct Odd {
    #[label("lost \r")]
    at: miette::SourceSpan,
    #[label]
    also: Option<miette::SourceSpan>,
}

#[test]
fn odd_places_and_words_are_drawn_all_the_same() {
    for (text, at, also) in [
        ("", (0, 0), None),
        ("", (7, usize::MAX), Some((usize::MAX, usize::MAX))),
        ("é", (1, 0), Some((1, 1))),
        ("a\nb\nc", (0, 5), Some((2, 0))),
        ("a\r\nb", (1, 1), Some((2, 1))),
        (&"ä\n".repeat(5000)[..], (3, 12_000), Some((14_000, 2))),
        (&"ö".repeat(50_000), (1, 99_999), Some((60_001, 2))),
    ] {
        let odd = Odd { at: at.into(), also: also.map(Into::into) };
        let page =
            page(&Refusal { source: Source::new("p\n", text), findings: vec![Box::new(odd)] }, false, 0);
        assert!(page.contains("odd \\u{1b}[31m words") && page.contains("lost"), "{page}");
        assert!(!page.chars().any(|c| is_hostile(c) || c == '\r') && page.len() < 5000, "{page}");
        assert_eq!(page.lines().last(), Some("1 advice"));
    }
}

#[test]
fn a_page_draws_a_hundred_findings_and_counts_the_rest() {
    let plan = format!("keyroll 1\n{}", "key\n".repeat(250));
    let page = page(&refused("p", plan.into_bytes()), false, 80);
    assert_eq!(page.matches("keyroll::missing_name").count(), 100);
    assert_eq!(page.lines().last(), Some("250 errors (the first 100 are drawn)"));
}

#[test]
fn no_hostile_character_reaches_the_page() {
    let plan = "keyroll 1\nrole a\u{1b}[31m \u{202e}\"x\"\rz\nkey \u{e0041}\u{7f}\nsetp\u{200b} b\n";
    let refusal = refused("p\u{202e}.renewal", plan.into());
    assert_eq!(refusal.findings.len(), 3, "one a line");
    let page = page(&refusal, false, 80);
    let hostile: Vec<char> = page.chars().filter(|c| is_hostile(*c) || *c == '\r').collect();
    assert!(hostile.is_empty(), "{}", shown(&page));
}

#[test]
fn a_byte_order_mark_is_skipped_and_one_inside_is_refused() {
    let sound = syntax::read("p", "\u{feff}keyroll 1\nkey old\n".into()).unwrap();
    assert!(syntax::parse(&sound).1.is_empty());
    let inside = refused("p", "keyroll 1\nkey \u{feff}old\n".into());
    assert_eq!(inside.codes().collect::<Vec<_>>(), ["hostile_character"]);
}

/// A page in colours differs from one without by the colours only.
#[test]
fn colours_are_given_only_when_asked_for() {
    let refusal = Refusal::new(Source::new("p", ""), syntax::parse(&Source::new("p", "")).1);
    assert!(page(&refusal, true, 80).contains("\u{1b}["));
    assert!(!page(&refusal, false, 80).contains('\u{1b}'));
}

/// The end of a text is a place too, whatever stands before it.
#[test]
fn the_end_of_a_text_can_be_pointed_at() {
    for (text, label) in [
        ("", "the text ends here"),
        ("keyroll 1\nstep s by r {\n  inform r\n", "still open here"),
        ("keyroll 1\nstep s by r {\n  inform r", "still open here"),
        ("keyroll 1\nstep s by r {\r\n", "still open here"),
    ] {
        let page = page(&refused("p", text.into()), false, 80);
        assert!(page.contains(label), "{page}");
    }
}
