//! Reads `promise`: what holds of a flow, or of facts, at every moment; or of the course of the plan.

use miette::{Diagnostic, SourceSpan};
use thiserror::Error;

use crate::{
    action::usage::Arguments,
    explanation::Explanation,
    invariant::{
        INVARIANTS, Invariant,
        course::{COURSES, Course},
        limited::Limited,
        promises,
        stated::{STATEMENTS, Stated},
    },
    source::{Span, Spanned, shown},
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

/// What a plan promises, as far as it is read.
#[derive(Debug, Default)]
pub(super) struct Promises {
    /// Of its flows.
    pub(super) of_flows: Vec<Spanned<Box<dyn Invariant>>>,
    /// How long flows may be interrupted.
    pub(super) limits: Vec<Spanned<Limited>>,
    /// Of its facts.
    pub(super) statements: Vec<Spanned<Stated>>,
    /// Of its course.
    pub(super) courses: Vec<Spanned<Course>>,
}

impl Promises {
    /// Reads one more.
    pub(super) fn add(&mut self, draft: &mut Draft, phrase: &Phrase) {
        let usages: Vec<&'static str> = promises().map(|(usage, _)| usage).collect();
        let Some((row, arguments)) = draft.read("a promise", &usages, phrase) else { return };
        let (mut arguments, at) = (Arguments::new(arguments), phrase.span());
        let (of_facts, of_course) = (INVARIANTS.len(), INVARIANTS.len() + STATEMENTS.len());
        if let Some(form) = row.checked_sub(of_course).and_then(|row| COURSES.get(row)) {
            self.courses.push(Spanned::new(form.course, at));
        } else if let Some(form) = row.checked_sub(of_facts).and_then(|row| STATEMENTS.get(row)) {
            let stated = form.read(&mut arguments, &draft.landscape);
            self.statements.extend(stated.and_then(|stated| sayable(draft, stated, at)));
        } else if let Some(promise) = INVARIANTS.get(row).and_then(|form| (form.read)(&mut arguments)) {
            match promise.limit() {
                Some(limit) => self.limits.push(Spanned::new(limit, at)),
                None => self.of_flows.push(Spanned::new(promise, at)),
            }
        }
    }
}

/// A statement, unless it is one of what nobody can look up or keep.
fn sayable(draft: &mut Draft, stated: Stated, at: Span) -> Option<Spanned<Stated>> {
    if stated.speaks_of_traffic() {
        draft.findings.push(Box::new(PromiseOfTraffic { at: at.into() }));
        return None;
    }
    if let Some(store) = stated.needs_no_gap(&draft.landscape) {
        draft.findings.push(Box::new(PromiseOfGap { store: shown(store), at: at.into() }));
        return None;
    }
    Some(Spanned::new(stated, at))
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
