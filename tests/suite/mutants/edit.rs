//! Small changes to the tree of a plan.

use keyroll::{
    source::{Source, Span, Spanned},
    syntax::{
        parse,
        tree::{Item, Line, Phrase, StepDecl, StepLine, SyntaxTree, Term},
    },
};

pub(super) fn tree(text: &str) -> SyntaxTree {
    let (tree, findings) = parse(&Source::new("plan", text));
    assert!(findings.is_empty(), "{findings:?} in\n{text}");
    tree
}

/// A row of words.
pub(super) fn phrase(words: &str) -> Phrase {
    let tree = tree(&format!("keyroll 1\nfinally {words}\n"));
    match tree.items.into_iter().next().map(|item| item.node) {
        Some(Item::Finally(phrase)) => phrase,
        other => panic!("{other:?}"),
    }
}

pub(super) fn word(text: &str) -> Spanned<String> {
    Spanned::new(text.to_owned(), Span::default())
}

pub(super) fn line<T>(node: T) -> Line<T> {
    Line { before: Vec::new(), node, comment: None, span: Spanned::new((), Span::default()) }
}

/// The words of a phrase in a row, without their quotes.
pub(super) fn words(phrase: &Phrase) -> String {
    let written = |term: &Term| match term {
        Term::Word(w) | Term::Date(w) => w.value.clone(),
        Term::Text(t) => format!("\"{}\"", t.value),
        Term::Param(p) => format!("${}", p.value),
        Term::Place(p) => match &*p.value.alias {
            Term::Param(a) => format!("{}[${}]", p.value.store.value, a.value),
            Term::Text(a) => format!("{}[\"{}\"]", p.value.store.value, a.value),
            other => panic!("{other:?} is no alias"),
        },
        Term::Number(n) => n.value.to_string(),
        Term::Duration(d) => format!("{}s", d.value.as_secs()),
        Term::Comma(_) => ",".to_owned(),
    };
    phrase.terms.iter().map(written).collect::<Vec<_>>().join(" ")
}

pub(super) fn steps(tree: &SyntaxTree) -> impl Iterator<Item = &StepDecl> {
    tree.items.iter().filter_map(|item| match &item.node {
        Item::Step(step) => Some(step),
        _ => None,
    })
}

pub(super) fn names(tree: &SyntaxTree) -> Vec<String> {
    steps(tree).map(|step| step.name.value.clone()).collect()
}

pub(super) fn step<'t>(tree: &'t SyntaxTree, name: &str) -> &'t StepDecl {
    steps(tree).find(|step| step.name.value == name).unwrap_or_else(|| panic!("no step {name}"))
}

pub(super) fn step_mut<'t>(tree: &'t mut SyntaxTree, name: &str) -> &'t mut StepDecl {
    let found = tree.items.iter_mut().find_map(|item| match &mut item.node {
        Item::Step(step) if step.name.value == name => Some(step),
        _ => None,
    });
    found.unwrap_or_else(|| panic!("no step {name}"))
}

pub(super) fn act(step: &StepDecl) -> String {
    let act = step.body.lines.iter().find_map(|line| match &line.node {
        StepLine::Act(phrase) => Some(words(phrase)),
        _ => None,
    });
    act.expect("each step has an act")
}

pub(super) fn set_act(tree: &mut SyntaxTree, name: &str, words: &str) {
    for line in &mut step_mut(tree, name).body.lines {
        if matches!(line.node, StepLine::Act(_)) {
            line.node = StepLine::Act(phrase(words));
        }
    }
}

pub(super) fn needs(step: &StepDecl) -> Vec<String> {
    let needs = step.body.lines.iter().filter_map(|line| match &line.node {
        StepLine::Needs(phrase) => Some(words(phrase)),
        _ => None,
    });
    needs.collect()
}

pub(super) fn drop_need(tree: &mut SyntaxTree, name: &str, need: &str) {
    let lines = &mut step_mut(tree, name).body.lines;
    lines.retain(|line| !matches!(&line.node, StepLine::Needs(phrase) if words(phrase) == need));
}

pub(super) fn add_need(tree: &mut SyntaxTree, name: &str, need: &str) {
    let lines = &mut step_mut(tree, name).body.lines;
    let at = lines.len() - 1;
    lines.insert(at, line(StepLine::Needs(phrase(need))));
}

pub(super) fn after(step: &StepDecl) -> Vec<String> {
    let names = step.body.lines.iter().filter_map(|line| match &line.node {
        StepLine::After(names) => Some(names.iter().map(|n| n.value.clone())),
        _ => None,
    });
    names.flatten().collect()
}

pub(super) fn set_after(tree: &mut SyntaxTree, name: &str, after: &[String]) {
    let lines = &mut step_mut(tree, name).body.lines;
    lines.retain(|line| !matches!(line.node, StepLine::After(_)));
    if !after.is_empty() {
        lines.insert(0, line(StepLine::After(after.iter().map(|n| word(n)).collect())));
    }
}

/// Removes a step; those that came after it come after nothing, or after what it came after.
pub(super) fn drop_step(tree: &mut SyntaxTree, name: &str, bridged: bool) {
    let instead = if bridged { after(step(tree, name)) } else { Vec::new() };
    tree.items.retain(|item| !matches!(&item.node, Item::Step(step) if step.name.value == name));
    for other in names(tree) {
        let was = after(step(tree, &other));
        if was.iter().any(|n| n == name) {
            let mut now: Vec<String> = was.into_iter().filter(|n| n != name).collect();
            now.extend(instead.iter().filter(|n| !was_in(&now, n)).cloned().collect::<Vec<_>>());
            set_after(tree, &other, &now);
        }
    }
}

fn was_in(names: &[String], name: &str) -> bool {
    names.iter().any(|n| n == name)
}

/// Changes the lines of the receiver and of the flow.
pub(super) fn said(tree: &mut SyntaxTree, of: &str, was: &str, now: &str) {
    for item in &mut tree.items {
        let (Item::Keystore(owned) | Item::Receiver(owned) | Item::Flow(owned)) = &mut item.node else {
            continue;
        };
        if owned.name.value != of {
            continue;
        }
        let line = owned.body.lines.iter_mut().find(|line| words(&line.node) == was);
        line.unwrap_or_else(|| panic!("{of} does not say {was}")).node = phrase(now);
        return;
    }
    panic!("there is no {of}");
}

/// The promises and conditions of the end, by their place among the items.
pub(super) fn promised(tree: &SyntaxTree) -> Vec<(usize, String)> {
    let all = tree.items.iter().enumerate().filter_map(|(at, item)| match &item.node {
        Item::Promise(phrase) | Item::Finally(phrase) => Some((at, words(phrase))),
        _ => None,
    });
    all.collect()
}

pub(super) fn set_promised(tree: &mut SyntaxTree, at: usize, now: &str) {
    match &mut tree.items[at].node {
        Item::Promise(words) | Item::Finally(words) => *words = phrase(now),
        other => panic!("{other:?} is no promise"),
    }
}
