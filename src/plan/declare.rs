//! What is said of keystores, receivers, flows and windows, and the world that the plan starts from.

use std::{collections::BTreeMap, time::Duration};

use miette::{Diagnostic, LabeledSpan, SourceSpan};
use thiserror::Error;

use crate::{
    action::usage::{Argument, Arguments, Slot},
    explanation::Explanation,
    source::{Finding, Span, Spanned, shown},
    syntax::tree::{Owned, Phrase, WindowDecl},
    world::{
        id::{AcceptorId, ChannelId, KeyId, PlaceId, RoleId, Table, WindowId},
        landscape::{Acceptor, Channel, Stamp, Store, Transit, Window},
        named::Named,
    },
};

use super::{
    duplicate,
    lines::{FLOW_LINES, KEYSTORE_LINES, RECEIVER_LINES},
    phrase::Reader,
    resolve::Draft,
    scope::Thing,
};

/// A flow that lacks a sentence.
#[derive(Debug, Diagnostic, Error)]
#[error("the flow `{flow}` does not say {what}")]
#[diagnostic(code(keyroll::incomplete_flow))]
struct IncompleteFlow {
    flow: String,
    what: &'static str,
    #[help]
    help: String,
    #[label("this flow")]
    at: SourceSpan,
}

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
pub fn keystore(draft: &mut Draft, decl: &Owned<Phrase>, owner: RoleId) {
    let store = draft.landscape.stores.push(Store { name: decl.name.value.clone(), owner, has_gap: false });
    let finding = duplicate::declare(&mut draft.scope, &decl.name, Thing::Keystore(store));
    draft.findings.extend(finding);
    draft.bodies.push(Body::Keystore(decl.clone()));
}

/// Declares a receiver.
pub fn receiver(draft: &mut Draft, decl: &Owned<Phrase>, owner: RoleId) {
    let receiver = draft.landscape.acceptors.push(Acceptor {
        name: decl.name.value.clone(),
        owner,
        capacity: None,
        named: Named::default(),
    });
    draft.declared.receivers.push(decl.name.span);
    let finding = duplicate::declare(&mut draft.scope, &decl.name, Thing::Receiver(receiver));
    draft.findings.extend(finding);
    draft.bodies.push(Body::Receiver(decl.clone(), receiver));
}

/// Declares a flow.
pub fn flow(draft: &mut Draft, decl: &Owned<Phrase>, owner: RoleId) {
    // Until its body is read, a flow points at the first alias and receiver of the plan.
    draft.bodies.push(Body::Flow(decl.clone(), owner));
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
    /// Roles.
    pub roles: Table<RoleId, Span>,
    /// Windows.
    pub windows: Table<WindowId, Span>,
    /// Parameters.
    pub parameters: Vec<Span>,
    /// The head of the plan.
    pub head: Span,
}

/// What is said inside the braces; read once every name is declared.
#[derive(Debug)]
pub enum Body {
    /// `alias $alias is old`
    Keystore(Owned<Phrase>),
    /// `accepts old`, `accepts at most 2`
    Receiver(Owned<Phrase>, AcceptorId),
    /// `signs xml with tenant[$alias]`, ...
    Flow(Owned<Phrase>, RoleId),
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
}

/// Reads all bodies.
pub fn bodies(draft: &mut Draft) {
    for body in std::mem::take(&mut draft.bodies) {
        match body {
            Body::Keystore(decl) => keystore_body(draft, &decl),
            Body::Receiver(decl, receiver) => receiver_body(draft, &decl, receiver),
            Body::Flow(decl, owner) => flow_body(draft, &decl, owner),
        }
    }
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

/// What the lines of a flow speak of.
const FLOW_SUBJECTS: [&str; 5] = [
    "what the flow signs or stamps with",
    "where the flow sends",
    "how long a message may be under way",
    "whether the flow runs at the start",
    "how long the flow may keep a key",
];

fn flow_body(draft: &mut Draft, decl: &Owned<Phrase>, owner: RoleId) {
    let (mut stamps, mut acceptor, mut transit, mut running) = (None, None, None, None);
    let mut cache = None;
    let mut said: [Option<Span>; 5] = [None; 5];
    let mut unread = false;
    for line in &decl.body.lines {
        let Some((row, arguments)) = draft.read("a flow's line", &FLOW_LINES, &line.node) else {
            unread = true;
            continue;
        };
        let mut arguments = Arguments::new(arguments);
        let span = line.node.span();
        let subject = match row {
            0 | 7 => {
                let stamp = if row == 0 { Stamp::XmlSignature } else { Stamp::Other };
                stamps = arguments.place().map(|place| (place, stamp));
                0
            }
            1 => {
                acceptor = arguments.receiver();
                1
            }
            2 | 3 => {
                transit = Some((duration_of(row, &mut arguments), span));
                2
            }
            4 | 5 => {
                running = Some(row == 4);
                3
            }
            _ => {
                cache = Some((arguments.duration().unwrap_or_default(), span));
                4
            }
        };
        if let Some(first) = said.get_mut(subject).and_then(|place| place.replace(span)) {
            let what = FLOW_SUBJECTS.get(subject).copied().unwrap_or("this");
            draft.findings.push(said_twice(what.to_owned(), span, first));
        }
    }
    let missing = [
        (stamps.is_none(), "what it signs or stamps with", "signs xml with tenant[$alias]"),
        (acceptor.is_none(), "where it sends", "sends to partner"),
        (transit.is_none(), "how long a message may be under way", "delivers within 24h"),
        (running.is_none(), "whether it runs at the start", "deployed"),
    ];
    // A line that could not be read has its finding already; it may be the missing one.
    for (_, what, example) in missing.into_iter().filter(|(missing, ..)| *missing && !unread) {
        draft.findings.push(Box::new(IncompleteFlow {
            flow: shown(&decl.name.value),
            what,
            help: format!("add a line such as `{example}`"),
            at: decl.name.span.into(),
        }));
    }
    let (Some((stamps, stamp)), Some(acceptor), Some((transit, transit_at))) = (stamps, acceptor, transit)
    else {
        draft.lost.insert(decl.name.value.clone());
        return;
    };
    let name = decl.name.value.clone();
    let kept = cache.map(|(time, _)| time).unwrap_or_default();
    let (transit, transit_at) = match cache {
        Some((time, at)) if !time.is_zero() && transit == Transit::Immediately => {
            // What is late then is the lookup of the key.
            (transit.with_moments(), at)
        }
        _ => (transit, transit_at),
    };
    let channel = Channel { name, owner, stamp, stamps, acceptor, transit, cache: kept };
    let flow = draft.landscape.channels.push(channel);
    draft.declared.caches.extend(cache.map(|(_, at)| (flow, at)));
    draft.declared.flows.push(decl.name.span);
    draft.declared.transits.push(transit_at);
    draft.start.running.push(running.unwrap_or(false));
    let finding = duplicate::declare(&mut draft.scope, &decl.name, Thing::Flow(flow));
    draft.findings.extend(finding);
}

fn duration_of(row: usize, arguments: &mut Arguments) -> Transit {
    if row == 3 {
        return Transit::Immediately;
    }
    Transit::Within(arguments.duration().unwrap_or_default())
}

pub(super) fn said_twice(what: String, at: Span, first: Span) -> Finding {
    Box::new(SaidTwice { what, at: at.into(), first: first.into() })
}

/// The role that owns a declared thing.
pub fn owner(reader: &Reader<'_>, name: &Spanned<String>) -> Result<RoleId, Finding> {
    match reader.thing(Slot::Role, name)? {
        Argument::Roles(roles) => Ok(roles.first().copied().unwrap_or_else(|| crate::world::id::Id::at(0))),
        _ => Ok(crate::world::id::Id::at(0)),
    }
}

/// What `explain` says.
pub const EXPLANATIONS: &[Explanation] = &[
    Explanation {
        code: "incomplete_flow",
        title: "a flow that lacks a sentence",
        text: "\
A flow says what it signs with, where it sends, how long a message may be under way and whether it
runs at the start. The time under way is what the proof needs most: a message that was signed with
the old key may arrive so much later.

Right:
  flow orders of tenant_admin {
    signs xml with tenant[$alias]
    sends to partner
    delivers within 24h
    deployed
  }
",
    },
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
