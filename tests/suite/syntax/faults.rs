//! Faults of one sentence each, and the place that the finding points at.

use keyroll::page::page;
use keyroll::source::{Refusal, Source};
use keyroll::syntax::parse;

fn read(text: &str) -> Refusal {
    let source = Source::new("p", text);
    let (_, findings) = parse(&source);
    Refusal::new(source, findings)
}

/// One fault each: the finding, and the text that it points at.
#[test]
fn faults_are_told_apart() {
    for (plan, code, at) in [
        ("step\n", "missing_name", ""),
        ("step # soon\n", "missing_name", ""),
        ("plan \"x\"\n", "missing_name", "\"x\""),
        ("step s by {\n}\n", "missing_name", "{"),
        ("step s by r {\n  after\n}\n", "missing_name", ""),
        ("step s by r {\n  after a,\n}\n", "missing_name", ""),
        ("step 1st by r {\n}\n", "malformed_name", "1st"),
        ("step s by r {\n  create über\n}\n", "malformed_name", "über"),
        ("role a.b\n", "malformed_name", "a.b"),
        ("step s by r\n  inform r\n}\n", "unexpected_text", ""),
        ("param a\nkey b\n", "unexpected_text", ""),
        ("key old key new\n", "unexpected_text", "key"),
        ("key old }\n", "unexpected_text", "}"),
        ("window w at most 1.5h\n", "unexpected_text", "1.5h"),
        ("window w at most 30m1h\n", "unexpected_text", "30m1h"),
        ("role r “title”\n", "unexpected_text", "“title”"),
        ("step s by r {\n  needs {\n  }\n}\n", "unexpected_text", "{"),
        ("finally tenant[$a is new\n", "unexpected_text", "is"),
        ("step s by r {\n  inform r\n", "unclosed_block", "{"),
        ("step s by r { # {\n  inform \"}\"\nkey k\n", "unclosed_block", "{"),
        ("{\n}\n", "stray_brace", "{"),
        ("\"title\"\n", "unknown_item", "\"title\""),
        ("\"title\n", "unclosed_text", "\"title"),
        ("plan p\n  \"title\n", "unclosed_text", "\"title"),
        ("step s by r {\n  create x as \"y\n}\n", "unclosed_text", "\"y"),
        ("finally t[\"x] is new\n", "unclosed_text", "\"x] is new"),
        ("role r \"\\u{110000}\"\n", "unknown_escape", "\\u{110000}"),
        ("role r \"\\u{}\"\n", "unknown_escape", "\\u"),
        ("Role r\n", "unknown_item", "Role"),
        ("rôle r\n", "unknown_item", "rôle"),
        ("= x\n", "unknown_item", "="),
        ("promise x 18446744073709551616\n", "number_too_large", "18446744073709551616"),
    ] {
        let refusal = read(&format!("keyroll 1\n{plan}"));
        assert_eq!(refusal.codes().collect::<Vec<_>>(), [code], "{plan}\n{}", page(&refusal, false, 80));
        let label = refusal.findings[0].labels().unwrap().next().unwrap();
        let pointed = &refusal.source.text[label.offset()..label.offset() + label.len()];
        assert_eq!(pointed, at, "{plan}");
    }
}

/// What follows a fault is read, and its own faults are told.
#[test]
fn reading_goes_on_behind_a_fault() {
    for (plan, codes) in [
        ("step s by r {\n  x\nstep t by r {\n  x\n", &["unclosed_block", "unclosed_block"][..]),
        ("  step s by r {\n    x\n  key\n", &["unclosed_block", "missing_name"]),
        ("setp s by r {\n  x\n}\nrol r\n", &["unknown_item", "unknown_item"]),
        ("step s by r {\n  needs {\n  }\n  x\n}\nkey\n", &["unexpected_text", "missing_name"]),
        ("step s by r {\n  needs \"x\n}\nanything\n", &["unclosed_text", "unknown_item"]),
        ("key\nkey\nkey\n", &["missing_name", "missing_name", "missing_name"]),
        ("plan 1x\n  \"title\"\n  source \"s\"\nkey\n", &["malformed_name", "missing_name"]),
        ("junk\nmore junk\n  and more\nkey k\n", &["unknown_item"]),
        ("param p\n  = step\nkey\n", &["unexpected_text", "missing_name"]),
    ] {
        let refusal = read(&format!("keyroll 1\n{plan}"));
        assert_eq!(refusal.codes().collect::<Vec<_>>(), codes, "{plan}\n{}", page(&refusal, false, 80));
    }
}

#[test]
fn faults_of_the_header_are_told_apart() {
    for (plan, codes) in [
        ("", &["empty_plan"][..]),
        (" \n\t# x", &["empty_plan"]),
        ("keyroll\nkey k\n", &["unknown_version"]),
        ("keyroll 1.0\nkey k\n", &["unknown_version"]),
        ("keyroll one\nkey\n", &["unknown_version", "missing_name"]),
        ("keyroll 2\nkey\n", &["unknown_version"]),
        ("keyroll 01\nkey k\n", &[]),
        ("keyrol 1\nkey k\n", &["missing_header"]),
        ("key k\n", &["missing_header"]),
        ("key k\nkeyroll 1\n", &["misplaced_header"]),
        ("keyroll 1 1\nkey k\n", &["text_after_header"]),
        ("key\u{200b}roll 1\nkey k\n", &["hostile_character"]),
    ] {
        let refusal = read(plan);
        assert_eq!(refusal.codes().collect::<Vec<_>>(), codes, "{plan}");
    }
}

/// What could follow is named in full.
#[test]
fn what_could_follow_is_named() {
    for (plan, expected) in [
        ("promise \n", "a name or a place like `store[$alias]`"),
        ("step s by r {\n  needs\n}\n", "a name or a place like `store[$alias]`"),
        // A word that begins a sentence may be that of a kind too; what is told is about the sentence.
        ("group everybody\n", "`is`"),
        (
            "flow f of r { x y ! }\n",
            "a text in quotes, a parameter like `$name`, a number, a duration like `4h`, `}`, `,` or the end of the line",
        ),
        (
            "step s by r {\n  a { b\n}\n",
            "a text in quotes, a parameter like `$name`, a number, a duration like `4h`, `}`, `,` or the end of the line",
        ),
        (
            "step s by r {\n  !\n}\n",
            "a verb, `}`, `after`, `needs`, `takes`, `only if`, `may come late`, `two people`, `waits`, `not before` or `not after`",
        ),
    ] {
        let told = read(&format!("keyroll 1\n{plan}")).findings[0].to_string();
        assert!(told.contains(&format!("expected {expected}, found")), "{plan}: {told}");
    }
}

/// Sentences are read many at once: where one stands among them changes nothing.
#[test]
fn a_sentence_is_read_alike_wherever_it_stands() {
    let sentences = "param a :\nkey\nrole r # one\n\n# two\nparam b : text =\nrole\nkey k\nkey k k\n}\n\
        param c : text\n  = \"x\" # three\nstep s by r {\n  after a, b\n  create k in t[\"a]\n}\nstep t by r { }\n\
        plan p\n  \"title\"\n  source \"somewhere\"\nplan q\nsource\nflow f of r {\n  x\nkey l\nbogus\nkey m\n";
    let told = |before: usize, end: &str| {
        let head = (0..before).map(|n| format!("role r{n}\n")).collect::<String>();
        let text = format!("keyroll 1\n{head}{sentences}").replace('\n', end);
        let (tree, findings) = parse(&Source::new("p", text.as_str()));
        let start = "keyroll 1\n".replace('\n', end).len() + head.replace('\n', end).len();
        let mut places: Vec<_> = findings
            .iter()
            .map(|finding| {
                let at = finding.labels().unwrap().next().unwrap();
                (at.offset() - start, at.len(), finding.code().unwrap().to_string(), finding.to_string())
            })
            .collect();
        places.sort();
        (places, tree.items.len() - before)
    };
    for end in ["\n", "\r\n"] {
        let (findings, items) = told(70, end);
        assert!(findings.len() > 6 && items > 6, "{findings:?}");
        for before in 1..140 {
            assert_eq!(told(before, end), (findings.clone(), items), "behind {before}");
        }
    }
}
