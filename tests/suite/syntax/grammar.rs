//! The grammar in prose is true: every example is parsed, every rule is told of.

use keyroll::page::page;
use keyroll::source::{Refusal, Source};
use keyroll::syntax::parse;

const PROSE: &str = include_str!("../../../grammar/GRAMMAR.md");
const RULES: [&str; 2] =
    [include_str!("../../../grammar/tokens.pest"), include_str!("../../../grammar/plan.pest")];

/// An example is a whole file, or a fragment that its fence names: `item`, `fact`, `line`, `phrase`.
fn whole(kind: &str, example: &str) -> String {
    match kind {
        "" => example.to_owned(),
        "item" => format!("keyroll 1\n{example}"),
        "fact" => format!("keyroll 1\nflow f of r {{\n{example}}}\n"),
        "line" => format!("keyroll 1\nstep s by r {{\n{example}}}\n"),
        "phrase" => {
            example.lines().map(|line| format!("promise {line}\n")).fold("keyroll 1\n".into(), |a, b| a + &b)
        }
        _ => panic!("an example of the kind `{kind}`"),
    }
}

fn examples() -> Vec<(String, String)> {
    let mut all = Vec::new();
    let mut open: Option<(String, String)> = None;
    for line in PROSE.lines() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(fence)) => {
                let kind = fence.strip_prefix("renewal").unwrap_or_else(|| panic!("a fence of `{fence}`"));
                open = Some((kind.trim().to_owned(), String::new()));
            }
            (Some(_), Some(_)) => all.extend(open.take()),
            (Some((_, text)), None) => {
                text.push_str(line);
                text.push('\n');
            }
            (None, None) => {}
        }
    }
    all
}

fn refusal(text: String) -> Refusal {
    let source = Source::new("GRAMMAR.md", text);
    let (_, findings) = parse(&source);
    Refusal::new(source, findings)
}

#[test]
fn every_example_of_the_grammar_is_parsed() {
    let examples = examples();
    assert!(examples.len() > 15, "only {} examples were found", examples.len());
    for (kind, example) in examples {
        let refusal = refusal(whole(&kind, &example));
        assert!(refusal.findings.is_empty(), "{}", page(&refusal, false, 100));
    }
}

/// An example that is broken would be seen: without its last character none of the blocks is one.
#[test]
fn a_broken_example_is_seen() {
    for (kind, example) in examples().iter().filter(|(_, e)| e.ends_with("}\n")) {
        let broken = example.trim_end().strip_suffix('}').unwrap();
        assert!(!refusal(whole(kind, broken)).findings.is_empty(), "{example}");
    }
}

#[test]
fn every_rule_of_the_grammar_is_told_of() {
    let rules: Vec<&str> = RULES
        .iter()
        .flat_map(|file| file.lines())
        .filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase()))
        .filter_map(|line| line.split_once('=').map(|(name, _)| name.trim()))
        .collect();
    assert!(rules.len() > 60, "only {} rules were found", rules.len());
    let silent: Vec<&&str> = rules.iter().filter(|rule| !PROSE.contains(&format!("`{rule}`"))).collect();
    assert!(silent.is_empty(), "GRAMMAR.md does not name {silent:?}");
}
