//! What is said of keystores, receivers, flows, windows and facts, and the world that the plan starts from.

use std::{collections::BTreeMap, time::Duration};

use miette::{Diagnostic, LabeledSpan, SourceSpan};
use thiserror::Error;

use crate::{
    action::usage::{Argument, Arguments},
    explanation::Explanation,
    source::{Finding, Span, shown},
    syntax::tree::{FactDecl, Item, Owned, Phrase, WindowDecl},
    world::{
        id::{AcceptorId, ChannelId, KeyId, OwnFactId, PlaceId, RoleId, Table, WindowId},
        landscape::{Acceptor, OwnFact, Store, Window},
        named::Named,
    },
};

use super::{
    duplicate, flow,
    key_kind::KeyKinds,
    lines::{KEYSTORE_LINES, RECEIVER_LINES},
    other_use::OtherUse,
    resolve::Draft,
    scope::Thing,
    table::{Extent, Sentences},
};

/// A sentence that was said before.
#[derive(Debug, Diagnostic, Error)]
#[error("{what} is said twice")]
#[diagnostic(code(keyroll::said_twice), help("keep one of the two"))]
struct SaidTwice {
    what: String,
    #[label("again")]
    at: SourceSpan,
    #[label("first")]
    first: SourceSpan,
}

/// A receiver that accepts more from the start than it can hold.
#[derive(Debug, Diagnostic, Error)]
#[error("`{receiver}` accepts {found} {keys} and can hold {capacity}")]
#[diagnostic(
    code(keyroll::capacity_exceeded),
    help("raise `accepts at most`, or let it accept fewer keys from the start")
)]
struct CapacityExceeded {
    receiver: String,
    found: usize,
    keys: &'static str,
    capacity: usize,
    #[label("at most {capacity}")]
    at: SourceSpan,
    #[label(collection)]
    extra: Vec<LabeledSpan>,
}

/// Declares a keystore and the aliases that are in use.
pub fn keystore(draft: &mut Draft, decl: &Owned<Phrase>, owner: RoleId) -> Head {
    let store = draft.landscape.stores.push(Store { name: decl.name.value.clone(), owner, has_gap: false });
    let finding = duplicate::declare(&mut draft.scope, &decl.name, Thing::Keystore(store));
    draft.findings.extend(finding);
    Head::Keystore
}

/// Declares a receiver.
pub fn receiver(draft: &mut Draft, decl: &Owned<Phrase>, owner: RoleId) -> Head {
    let receiver = draft.landscape.acceptors.push(Acceptor {
        name: decl.name.value.clone(),
        owner,
        capacity: None,
        named: Named::default(),
    });
    draft.declared.receivers.push(decl.name.span);
    let finding = duplicate::declare(&mut draft.scope, &decl.name, Thing::Receiver(receiver));
    draft.findings.extend(finding);
    Head::Receiver(receiver)
}

/// Declares a window.
pub fn window(draft: &mut Draft, decl: &WindowDecl) {
    let window = draft.landscape.windows.push(Window { name: decl.name.value.clone(), at_most: None });
    draft.declared.windows.push(decl.name.span);
    let finding = duplicate::declare(&mut draft.scope, &decl.name, Thing::Window(window));
    draft.findings.extend(finding);
    let Some(term) = &decl.at_most else { return };
    let phrase = Phrase { terms: vec![term.clone()] };
    match draft.read("a duration", &["<duration>"], &phrase) {
        Some((_, arguments)) => {
            if let Some(Argument::Duration(time)) = arguments.first() {
                draft.landscape.windows[window].at_most = Some(*time);
            }
        }
        None => draft.landscape.windows[window].at_most = Some(Duration::ZERO),
    }
}

/// Declares a fact of the plan's own.
pub fn fact(draft: &mut Draft, decl: &FactDecl, owner: RoleId) {
    let title = decl.title.as_ref().map(|title| title.value.clone());
    let fact = draft.landscape.own_facts.push(OwnFact { name: decl.name.value.clone(), owner, title });
    draft.declared.facts.push(decl.name.span);
    draft.start.set.push(decl.set.is_some());
    let finding = duplicate::declare(&mut draft.scope, &decl.name, Thing::Fact(fact));
    draft.findings.extend(finding);
}

/// Where things are declared.
#[derive(Debug, Default)]
pub struct Declared {
    /// Receivers.
    pub receivers: Table<AcceptorId, Span>,
    /// What receivers can hold, where it is said.
    pub capacities: BTreeMap<AcceptorId, Span>,
    /// Flows.
    pub flows: Table<ChannelId, Span>,
    /// How long a flow's messages may be under way.
    pub transits: Table<ChannelId, Span>,
    /// How long a flow's runtime may keep a key, where it is said.
    pub caches: BTreeMap<ChannelId, Span>,
    /// Keys.
    pub keys: Table<KeyId, Span>,
    /// Who issues the certificate of a key, each time that it is said.
    pub issuers: BTreeMap<KeyId, Vec<(RoleId, Span)>>,
    /// What kinds of pairs keys are, and which may be weak.
    pub kinds: KeyKinds,
    /// Roles.
    pub roles: Table<RoleId, Span>,
    /// Windows.
    pub windows: Table<WindowId, Span>,
    /// Facts of the plan's own.
    pub facts: Table<OwnFactId, Span>,
    /// Parameters.
    pub parameters: Vec<Span>,
    /// The head of the plan.
    pub head: Span,
}

/// What has something inside its braces, which is read once every name is declared.
#[derive(Clone, Copy, Debug)]
pub enum Head {
    /// A keystore: `alias $alias is old`
    Keystore,
    /// A receiver: `accepts old`, `accepts at most 2`
    Receiver(AcceptorId),
    /// A flow and its role: `signs xml with tenant[$alias]`, ...
    Flow(RoleId),
}

/// Whether a sentence has something inside its braces that is said of a thing.
pub const fn has_body(item: &Item) -> bool {
    matches!(item, Item::Keystore(_) | Item::Receiver(_) | Item::Flow(_))
}

/// Where things are at the start.
#[derive(Debug, Default)]
pub struct Start {
    /// What lies where.
    pub places: Vec<(PlaceId, KeyId, Span)>,
    /// Where it is said first what lies there.
    pub said: BTreeMap<PlaceId, Span>,
    /// Which receivers accept what.
    pub accepted: Vec<(AcceptorId, KeyId)>,
    /// Which flows run: by number of the flow.
    pub running: Vec<bool>,
    /// Which facts of the plan's own are set.
    pub set: Table<OwnFactId, bool>,
}

/// Reads what is said of all things, whose heads these are.
pub fn bodies(draft: &mut Draft, said: &mut Sentences<'_>, heads: Vec<Head>) {
    let mut heads = heads.into_iter();
    said.each(Extent::Whole, has_body, |item| match (item, heads.next()) {
        (Item::Keystore(decl), _) => keystore_body(draft, decl),
        (Item::Receiver(decl), Some(Head::Receiver(receiver))) => receiver_body(draft, decl, receiver),
        (Item::Flow(decl), Some(Head::Flow(owner))) => flow::body(draft, decl, owner),
        _ => {}
    });
}

fn keystore_body(draft: &mut Draft, decl: &Owned<Phrase>) {
    let Some(Thing::Keystore(store)) = draft.scope.declared(&decl.name.value) else { return };
    for line in &decl.body.lines {
        let Some((row, arguments)) = draft.read("a keystore's line", &KEYSTORE_LINES, &line.node) else {
            continue;
        };
        if row == 1 {
            if std::mem::replace(&mut draft.landscape.stores[store].has_gap, true) {
                let (what, at) = ("how it exchanges".to_owned(), line.node.span());
                draft.findings.push(said_twice(what, at, decl.name.span));
            }
            continue;
        }
        let mut arguments = Arguments::new(arguments);
        if row == 2 {
            if let (Some(alias), Some(by)) = (arguments.alias(), arguments.text()) {
                let place = draft.landscape.place(store, &alias);
                draft.used_by(OtherUse { place, by, span: line.node.span() });
            }
            continue;
        }
        if let (Some(alias), Some(key)) = (arguments.alias(), arguments.key()) {
            let place = draft.landscape.place(store, &alias);
            let span = line.node.span();
            let first = *draft.start.said.entry(place).or_insert(span);
            if first != span {
                let place = &draft.landscape.places[place];
                let what = format!("what lies under the alias `{}`", shown(place.alias.as_str()));
                draft.findings.push(said_twice(what, span, first));
            }
            draft.start.places.push((place, key, span));
        }
    }
}

fn receiver_body(draft: &mut Draft, decl: &Owned<Phrase>, receiver: AcceptorId) {
    let mut limit: Option<Span> = None;
    let mut accepted: Vec<(KeyId, Span)> = Vec::new();
    for line in &decl.body.lines {
        match draft.read("a receiver's line", &RECEIVER_LINES, &line.node) {
            Some((0, arguments)) => {
                let Some(key) = Arguments::new(arguments).key() else { continue };
                let span = line.node.span();
                if let Some((_, first)) = accepted.iter().find(|(k, _)| *k == key) {
                    let key = shown(&draft.landscape.keys[key]);
                    let what = format!("that `{}` accepts `{key}`", shown(&decl.name.value));
                    draft.findings.push(said_twice(what, span, *first));
                    continue;
                }
                accepted.push((key, span));
                draft.start.accepted.push((receiver, key));
            }
            Some((_, arguments)) => {
                if let Some(Argument::Number(most)) = arguments.first() {
                    let most = usize::try_from(*most).unwrap_or(usize::MAX);
                    draft.landscape.acceptors[receiver].capacity = Some(most);
                }
                let span = line.node.span();
                if let Some(first) = limit.replace(span) {
                    let what = format!("how many keys `{}` can hold", shown(&decl.name.value));
                    draft.findings.push(said_twice(what, span, first));
                }
            }
            None => {}
        }
    }
    let found = accepted.len();
    let capacity = draft.landscape.acceptors[receiver].capacity;
    if let Some(at) = limit {
        draft.declared.capacities.insert(receiver, at);
    }
    if let (Some(capacity), Some(at)) = (capacity.filter(|most| found > *most), limit) {
        let extra = accepted.iter().skip(capacity);
        let extra = extra.map(|(_, at)| LabeledSpan::new_with_span(Some("one too many".to_owned()), *at));
        draft.findings.push(Box::new(CapacityExceeded {
            receiver: shown(&decl.name.value),
            found,
            keys: if found == 1 { "key" } else { "keys" },
            capacity,
            at: at.into(),
            extra: extra.collect(),
        }));
    }
}

pub(super) fn said_twice(what: String, at: Span, first: Span) -> Finding {
    Box::new(SaidTwice { what, at: at.into(), first: first.into() })
}

/// What `explain` says.
pub const EXPLANATIONS: &[Explanation] = &[
    Explanation {
        code: "said_twice",
        title: "one thing is said twice",
        text: "Each alias, limit and property is said once, so that no two lines can contradict each other.\n\
               Two aliases that differ only in case are one entry of a keystore.",
    },
    Explanation {
        code: "capacity_exceeded",
        title: "a receiver accepts more than it can hold",
        text: "`accepts at most N` is what the receiver can hold. The keys that it accepts from the start\n\
               count.",
    },
];
