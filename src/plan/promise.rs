//! Reads `promise`: what holds of a flow, or of facts, at every moment.

use miette::{Diagnostic, SourceSpan};
use thiserror::Error;

use crate::{
    action::usage::Arguments,
    explanation::Explanation,
    invariant::{
        INVARIANTS, Invariant,
        limited::Limited,
        stated::{STATEMENTS, Stated},
    },
    source::shown,
    syntax::tree::Phrase,
};

use super::resolve::Draft;

/// A statement about messages under way.
#[derive(Debug, Diagnostic, Error)]
#[error("a promise over facts cannot speak of messages under way")]
#[diagnostic(
    code(keyroll::promise_of_traffic),
    help(
        "write `needs ... drained of ...` in the step that must wait, or `promise FLOW never rejected` for \
         what may happen to messages"
    )
)]
struct PromiseOfTraffic {
    #[label("promised here")]
    at: SourceSpan,
}

/// A statement of what an alias always names, where an exchange leaves it without a key.
#[derive(Debug, Diagnostic, Error)]
#[error("an alias in `{store}` cannot always name a key: its exchanges leave a gap")]
#[diagnostic(
    code(keyroll::promise_of_gap),
    help("promise with `never ... is ...` what it must not name, or take `exchanges with a gap` out")
)]
struct PromiseOfGap {
    store: String,
    #[label("promised here")]
    at: SourceSpan,
}

/// What a plan promises.
pub(super) enum Promised {
    /// Something of a flow.
    OfFlow(Box<dyn Invariant>),
    /// How long a flow may be interrupted.
    Limited(Limited),
    /// Something of its facts.
    Stated(Stated),
}

/// Reads a promise.
pub(super) fn read(draft: &mut Draft, phrase: &Phrase) -> Option<Promised> {
    let of_flows = INVARIANTS.iter().map(|form| form.usage);
    let usages: Vec<&'static str> = of_flows.chain(STATEMENTS.iter().map(|form| form.usage)).collect();
    let (row, arguments) = draft.read("a promise", &usages, phrase)?;
    let mut arguments = Arguments::new(arguments);
    if let Some(form) = INVARIANTS.get(row) {
        let promise = (form.read)(&mut arguments)?;
        return Some(promise.limit().map_or(Promised::OfFlow(promise), Promised::Limited));
    }
    let form = STATEMENTS.get(row - INVARIANTS.len())?;
    let stated = form.read(&mut arguments, &draft.landscape)?;
    if stated.speaks_of_traffic() {
        draft.findings.push(Box::new(PromiseOfTraffic { at: phrase.span().into() }));
        return None;
    }
    if let Some(store) = stated.needs_no_gap(&draft.landscape) {
        draft.findings.push(Box::new(PromiseOfGap { store: shown(store), at: phrase.span().into() }));
        return None;
    }
    Some(Promised::Stated(stated))
}

/// What `explain` says.
pub(super) const EXPLANATIONS: &[Explanation] = &[
    Explanation {
        code: "promise_of_traffic",
        title: "a promise over facts that speaks of messages under way",
        text: "`promise always ...` and `promise never ...` speak of what keystores hold, what receivers accept,\n\
           which flows run and which windows have begun: of what can be looked up. Whether a message is under\n\
           way is nobody's to look up. What may happen to messages is promised with `FLOW never rejected`, and\n\
           a step waits for them with `needs FLOW drained of KEY`.",
    },
    Explanation {
        code: "promise_of_gap",
        title: "a promise that an alias always names a key where an exchange leaves a gap",
        text: "A keystore that `exchanges with a gap` takes the old pair away from an alias before it puts the new\n\
           one there. In between the alias names no key, so `promise always KEYSTORE[ALIAS] is KEY` cannot be\n\
           kept. Promise with `never` what the alias must not name.",
    },
];
