//! Prose becomes a draft: the right steps, a mark at every doubt, and nothing that nobody said.

#![cfg(test)]

mod bad;
mod stock;
mod variants;

use std::collections::BTreeSet;

use keyroll::{
    check,
    import::{DOUBT, Draft, draft},
    plan::given::Given,
    source::Source,
    syntax::{
        format, parse,
        tree::{Item, Phrase, StepLine, SyntaxTree, Term},
    },
};

/// The draft of a text, looked at from all sides.
#[track_caller]
pub(crate) fn drafted(text: &str, section: Option<&str>) -> Draft {
    let source = Source::new("steps.md", text);
    let drafted = draft(&source, section).unwrap_or_else(|finding| panic!("{section:?}: {finding}"));
    sound(&drafted);
    drafted
}

/// What holds of every draft, whatever the prose.
#[track_caller]
pub(crate) fn sound(drafted: &Draft) {
    let text = &drafted.text;
    let tree = tree(text);
    assert_eq!(&format(&tree), text, "a draft is in canonical form");
    for item in &tree.items {
        assert!(
            !matches!(item.node, Item::Promise(_) | Item::Finally(_) | Item::Waive(_) | Item::Expect(_)),
            "{text}"
        );
    }
    let named = codes(text);
    if let Err(refusal) = check::read(&Source::new("draft", text.as_str()), &Given::default()) {
        let found: BTreeSet<String> = refusal.error_codes().into_iter().collect();
        assert!(found.is_subset(&named), "no doubt names {:?}\n{text}", found.difference(&named));
    }
    let lines: Vec<&str> = text.lines().collect();
    for doubt in &drafted.doubts {
        assert_eq!(lines[doubt.line - 1].trim_start(), format!("{DOUBT}{}", doubt.text));
    }
    let marks = lines.iter().filter(|line| line.trim_start().starts_with(DOUBT)).count();
    assert_eq!(marks, drafted.doubts.len());
    let steps = steps(&tree);
    assert_eq!(steps.len(), drafted.steps);
    assert_eq!(steps.iter().filter(|(_, verb)| verb != "?").count(), drafted.understood);
    // What is not understood is marked where it stands.
    for part in text.split("\n\n").filter(|part| part.contains("\nstep ") || part.starts_with("step ")) {
        let acts = part
            .lines()
            .any(|line| line.starts_with("  ") && !line.starts_with("  #") && !line.starts_with("  after"));
        assert!(acts != part.contains("(no_act)"), "{part}");
    }
    assert!(!waits(&tree), "a draft waits for nothing that is under way\n{text}");
}

/// The tree of a draft.
#[track_caller]
pub(crate) fn tree(text: &str) -> SyntaxTree {
    let (tree, findings) = parse(&Source::new("draft", text));
    assert!(findings.is_empty(), "{}\n{text}", findings.iter().map(ToString::to_string).collect::<String>());
    tree
}

/// The codes that doubts name.
fn codes(text: &str) -> BTreeSet<String> {
    let doubts = text.lines().filter(|line| line.trim_start().starts_with(DOUBT));
    let inner = doubts.filter_map(|line| Some(line.rsplit_once('(')?.1.split_once(')')?.0.to_owned()));
    inner.filter(|code| code.chars().all(|c| c.is_ascii_lowercase() || c == '_')).collect()
}

/// The names of the steps with their verbs; `?` where there is none.
pub(crate) fn steps(tree: &SyntaxTree) -> Vec<(String, String)> {
    let first = |phrase: &Phrase| match phrase.terms.first() {
        Some(Term::Word(word)) => word.value.clone(),
        other => panic!("{other:?}"),
    };
    let mut found = Vec::new();
    for item in &tree.items {
        let Item::Step(step) = &item.node else { continue };
        let mut acts = step.body.lines.iter().filter_map(|line| match &line.node {
            StepLine::Act(phrase) => Some(first(phrase)),
            _ => None,
        });
        found.push((step.name.value.clone(), acts.next_back().unwrap_or_else(|| "?".to_owned())));
    }
    found
}

/// The titles of the roles.
pub(crate) fn roles(tree: &SyntaxTree) -> BTreeSet<String> {
    let title = |item: &Item| match item {
        Item::Role(role) => role.title.as_ref().map(|title| title.value.clone()),
        _ => None,
    };
    tree.items.iter().filter_map(|item| title(&item.node)).collect()
}

/// Whether a step has a line `needs`, or a flow a time that was not said: a draft writes no `needs` at all.
fn waits(tree: &SyntaxTree) -> bool {
    tree.items.iter().any(|item| match &item.node {
        Item::Step(step) => step.body.lines.iter().any(|line| matches!(line.node, StepLine::Needs(_))),
        _ => false,
    })
}

/// The text of a step, with what stands right above it.
fn step_text<'t>(text: &'t str, name: &str) -> &'t str {
    let head = format!("step {name} by ");
    text.split("\n\n").find(|part| part.contains(&head)).unwrap()
}

/// Whether a draft says how long a message may be under way.
pub(crate) fn delivers(tree: &SyntaxTree) -> bool {
    let says =
        |phrase: &Phrase| matches!(phrase.terms.first(), Some(Term::Word(word)) if word.value == "delivers");
    tree.items.iter().any(|item| match &item.node {
        Item::Flow(flow) => flow.body.lines.iter().any(|line| says(&line.node)),
        _ => false,
    })
}
