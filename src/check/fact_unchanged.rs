//! A fact of the plan's own that is asked for, and that no step changes.

use std::collections::BTreeSet;

use miette::{Diagnostic, SourceSpan};
use thiserror::Error;

use crate::{
    condition::Asks,
    explanation::Explanation,
    plan::Plan,
    source::{Finding, shown},
    world::{id::OwnFactId, landscape::Fact},
};

use super::Subject;

/// No step changes it.
#[derive(Debug, Diagnostic, Error)]
#[error("no step changes `{fact}`: it is {word} from the first moment to the last")]
#[diagnostic(
    severity(Advice),
    code(keyroll::fact_unchanged),
    help("add a step of `{owner}` that does `{verb} {fact}`, or take the fact out")
)]
struct FactUnchanged {
    fact: String,
    word: &'static str,
    verb: &'static str,
    owner: String,
    #[label("declared here")]
    at: SourceSpan,
}

/// Finds facts that some sentence asks for and no step sets or clears.
#[must_use]
pub fn find(subject: &Subject<'_>) -> Vec<Finding> {
    let plan = subject.plan;
    let (asked, changed) = (asked(plan), changed(plan));
    let still = plan.landscape.own_facts.iter().filter(|(id, _)| asked.contains(id) && !changed.contains(id));
    let finding = |(id, row): (OwnFactId, &crate::world::landscape::OwnFact)| -> Finding {
        let (word, verb) = if plan.start.set[id] { ("set", "clear") } else { ("clear", "set") };
        Box::new(FactUnchanged {
            fact: shown(&row.name),
            word,
            verb,
            owner: shown(&plan.landscape.roles[row.owner]),
            at: plan.declared.facts[id].into(),
        })
    };
    still.map(finding).collect()
}

/// The facts of the plan's own that some step changes.
pub(super) fn changed(plan: &Plan) -> BTreeSet<OwnFactId> {
    let effects = plan.steps.rows().flat_map(|step| step.action.value.effects());
    effects.flat_map(|effect| effect.writes()).filter_map(|(fact, _)| own(fact)).collect()
}

/// Those that a need, an end or a promise asks for.
pub(super) fn asked(plan: &Plan) -> BTreeSet<OwnFactId> {
    let facts = plan.conditions().filter_map(|condition| match condition.asks() {
        Asks::Facts(facts) => Some(facts),
        Asks::Drained(..) | Asks::Open(_) => None,
    });
    facts.flatten().filter_map(|(fact, _)| own(fact)).collect()
}

const fn own(fact: Fact) -> Option<OwnFactId> {
    match fact {
        Fact::Own(own) => Some(own),
        _ => None,
    }
}

/// What `explain` says.
pub const EXPLANATION: Explanation = Explanation {
    code: "fact_unchanged",
    title: "advice: a fact that is asked for, and that no step changes",
    text: "\
A need, an end or a promise asks for the fact, and it is the whole time as it is at the start.
Where it is to become so, the step that does it is missing:

  fact change of board \"The change board approved the change\"

  step approve by board {
    set change
  }

A step that needs what never becomes so is never begun, and such a plan is refused. A need of what
is so from the start asks for nothing that could fail; a run still looks whether it is so when it
begins.
",
};
