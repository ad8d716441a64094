//! A plan text without steps that begins where a run stands and ends how it was at the start.

use crate::{
    plan::{Plan, given::Given, written_out::WrittenOut},
    source::{Source, Span},
    syntax::{
        NAME_LIMIT, format, parse, quoted,
        tree::{Block, Item, Line, Phrase, SyntaxTree, Term, Trivia},
    },
    world::state::World,
};

/// Says how things are, how they are to be and what is promised on the way, where each row of a table, each plan within
/// and each of its own words is written out; nothing where that cannot be said by lines of their own: of facts, and of flows that
/// are repointed.
#[must_use]
pub fn declared(plan: &Plan, given: &Given, is: &World, to_be: &World) -> Option<String> {
    // With what a flow signs that was repointed is not one of its lines.
    if plan.landscape.repointed().next().is_some() {
        return None;
    }
    let WrittenOut { tree, .. } = plan.written_out(given).ok()?;
    let land = &plan.landscape;
    let mut items = Vec::new();
    for mut line in tree.items {
        line.comment = None;
        line.before.retain(|trivia| matches!(trivia, Trivia::Blank));
        match &mut line.node {
            Item::Plan(head) => {
                let name: String = head.name.value.chars().take(NAME_LIMIT - 5).collect();
                let title = format!("The way back of {}", plan.name);
                head.name.value = format!("{name}-back");
                head.title = Some(crate::source::Spanned::new(title, Span::default()));
                head.source = None;
            }
            Item::Keystore(owned) => {
                let store = land.stores.find(|store| store.name == owned.name.value)?;
                let held = land.places.iter().filter(|(_, place)| place.store == store);
                let lines = held.filter_map(|(id, place)| {
                    let key = &land.keys[is.places[id]?];
                    Some(format!("alias {} is {key}", alias(place.alias.as_str())))
                });
                let is_state = |words: &str| {
                    words.starts_with("alias ") && words.contains(" is ") && !words.contains(" is also ")
                };
                said(&mut owned.body, is_state, lines);
            }
            Item::Receiver(owned) => {
                let receiver = land.acceptors.find(|row| row.name == owned.name.value)?;
                let lines = is.accepted[receiver].iter().map(|key| format!("accepts {}", land.keys[key]));
                let is_state =
                    |words: &str| words.starts_with("accepts ") && !words.starts_with("accepts at most");
                said(&mut owned.body, is_state, lines);
            }
            Item::Flow(owned) => {
                let flow = land.channels.find(|row| row.name == owned.name.value)?;
                let word = if is.running[flow] { "deployed" } else { "undeployed" };
                said(&mut owned.body, |words| matches!(words, "deployed" | "undeployed"), [word.to_owned()]);
            }
            Item::Promise(words) if !is_kept_on_the_way(plan, words.span()) => continue,
            Item::Param(_)
            | Item::Role(_)
            | Item::Group(_)
            | Item::Key(_)
            | Item::Window(_)
            | Item::Waive(_)
            | Item::Typed(_)
            | Item::Promise(_) => {}
            Item::Step(_) | Item::Finally(_) | Item::Expect(_) | Item::Issued(_) | Item::Ask(_) => continue,
            Item::Inner(_)
            | Item::Fact(_)
            | Item::Table(_)
            | Item::ForEach(_)
            | Item::Vocabulary(_)
            | Item::Use(_)
            | Item::Kind(_)
            | Item::Say(_)
            | Item::Thing(_) => return None,
        }
        items.push(line);
    }
    let mut text = format(&SyntaxTree { version: tree.version, items, trailing: Vec::new() });
    text.push('\n');
    for line in ends(plan, to_be) {
        text.push_str(&format!("finally {line}\n"));
    }
    let (tree, findings) = parse(&Source::new("", text));
    findings.is_empty().then(|| format(&tree))
}

/// What is to be so at the end, a sentence each.
fn ends(plan: &Plan, to_be: &World) -> Vec<String> {
    let land = &plan.landscape;
    let held = to_be.places.iter().filter_map(|(place, key)| {
        let row = &land.places[place];
        let store = &land.stores[row.store].name;
        key.map(|key| format!("{store}[{}] is {}", alias(row.alias.as_str()), land.keys[key]))
    });
    let accepted = land.acceptors.iter().flat_map(|(receiver, row)| {
        let keys: Vec<&String> = to_be.accepted[receiver].iter().map(|key| &land.keys[key]).collect();
        let only = if keys.len() == 1 { "only " } else { "" };
        keys.into_iter().map(move |key| format!("{} accepts {only}{key}", row.name)).collect::<Vec<_>>()
    });
    let runs = land.channels.iter().map(|(flow, row)| {
        format!("{} {}", row.name, if to_be.running[flow] { "deployed" } else { "undeployed" })
    });
    held.chain(accepted).chain(runs).collect()
}

/// Whether a promise is one that holds at every moment of the way too. How long an interruption may last, and
/// what the course of a plan is like, is said of a plan from its start on.
fn is_kept_on_the_way(plan: &Plan, at: Span) -> bool {
    let limits = plan.limits.iter().map(|limit| limit.span);
    !limits.chain(plan.courses.iter().map(|course| course.span)).any(|span| span == at)
}

/// The promises that are not asked of the way, in the words of the plan.
#[must_use]
pub fn not_asked(plan: &Plan) -> Vec<String> {
    let spans = plan.limits.iter().map(|limit| limit.span).chain(plan.courses.iter().map(|one| one.span));
    let words = |span: Span| plan.source.text.get(span.start..span.end);
    spans.filter_map(words).map(|words| words.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

fn alias(alias: &str) -> String {
    quoted(&alias.replace('$', "$$"))
}

/// Takes the lines out of a block that say how it is at the start, and says others.
fn said(block: &mut Block<Phrase>, is_state: impl Fn(&str) -> bool, lines: impl IntoIterator<Item = String>) {
    block.trailing.clear();
    block.lines.retain(|line| !is_state(&words(&line.node)));
    for line in &mut block.lines {
        line.before.clear();
        line.comment = None;
    }
    block.lines.extend(lines.into_iter().filter_map(|line| phrase(&line)));
}

/// One line of a block, read.
fn phrase(words: &str) -> Option<Line<Phrase>> {
    let (tree, _) =
        parse(&Source::new("", format!("keyroll 1\nplan p\nkeystore k of r {{\n  {words}\n}}\n")));
    tree.items.into_iter().find_map(|line| match line.node {
        Item::Keystore(owned) => owned.body.lines.into_iter().next(),
        _ => None,
    })
}

/// The words of a line, for whoever asks what it is about.
fn words(phrase: &Phrase) -> String {
    let word = |term: &Term| match term {
        Term::Word(word) => word.value.clone(),
        _ => "_".to_owned(),
    };
    phrase.terms.iter().map(word).collect::<Vec<_>>().join(" ")
}
