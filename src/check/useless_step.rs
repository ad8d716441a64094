//! A step of which nothing comes.

use std::{
    cell::{Cell, LazyCell},
    collections::{BTreeMap, BTreeSet},
};

use miette::{Diagnostic, SourceSpan};
use thiserror::Error;

use crate::{
    action::SpeechKind,
    condition::Asks,
    explanation::Explanation,
    plan::{Plan, Step},
    source::{Finding, Span, shown},
    world::{
        effect::Effect,
        id::{KeyId, StepId, WindowId},
        landscape::{Fact, Value},
    },
};

use super::Subject;

/// Nothing comes of the step.
#[derive(Debug, Diagnostic, Error)]
#[error("nothing comes of `{step}`: {why}")]
#[diagnostic(severity(Advice), code(keyroll::useless_step))]
struct UselessStep {
    step: String,
    why: String,
    #[help]
    help: String,
    #[label("{label}")]
    at: SourceSpan,
    label: &'static str,
}

/// Finds keys that are made and that nothing uses, acts that are asked for or allowed and that nobody does then,
/// and windows that are agreed and that nothing keeps to.
#[must_use]
pub fn find(subject: &Subject<'_>) -> Vec<Finding> {
    let plan = subject.plan;
    // Each looks through the whole plan, and most plans need but one of them.
    let keys = LazyCell::new(|| used_keys(plan));
    let windows = LazyCell::new(|| kept_windows(plan));
    let followers = LazyCell::new(|| Followers::of(subject));
    let one = |(id, step): (StepId, &Step)| {
        let name = || shown(&step.name.value);
        let (why, help, label) = match step.speech.as_ref().map(|speech| speech.kind) {
            Some(SpeechKind::Request | SpeechKind::Permission) if !followers.has(id) => {
                let role = step.speech.as_ref().and_then(|speech| speech.to.first());
                let role = role.map(|role| shown(&plan.landscape.roles[*role])).unwrap_or_default();
                let why = "nobody who is asked does something after it".to_owned();
                let help = format!("let a step of `{role}` come after `{}`, or leave it out", name());
                (why, help, "spoken to nobody who acts")
            }
            Some(SpeechKind::Proposal(window)) if !windows.contains(&window) => {
                let window = shown(&plan.landscape.windows[window].name);
                let why = format!("nothing waits for `{window}`, and no promise speaks of it");
                let help = format!("keep to it, as in `needs {window} open`, or leave the step out");
                (why, help, "agreed for nothing")
            }
            None => {
                let key = step.action.value.makes().filter(|key| !keys.contains(key))?;
                let key = shown(&plan.landscape.keys[key]);
                let why = format!("no other step, need or end speaks of `{key}`");
                let help = format!("use it, as in `exchange ... for {key}`, or leave the step out");
                (why, help, "made for nothing")
            }
            _ => return None,
        };
        Some(finding((name(), why, help), step.action.span, label))
    };
    plan.steps.iter().filter_map(one).collect()
}

fn finding((step, why, help): (String, String, String), at: Span, label: &'static str) -> Finding {
    Box::new(UselessStep { step, why, help, at: at.into(), label })
}

/// How many steps are searched for whether somebody does something after them; a plan that has more of them
/// gets no advice about the rest.
const SEARCHED: usize = 1000;

/// Finds who acts after an act of speech.
struct Followers<'a> {
    subject: &'a Subject<'a>,
    /// The steps that come right after a step.
    next: BTreeMap<StepId, Vec<StepId>>,
    /// How many may still be searched for.
    left: Cell<usize>,
}

impl<'a> Followers<'a> {
    fn of(subject: &'a Subject<'a>) -> Self {
        let mut next: BTreeMap<StepId, Vec<StepId>> = BTreeMap::new();
        for (id, step) in subject.plan.steps.iter() {
            for before in &step.after {
                if subject.plan.steps[before.value].speech.is_some() {
                    next.entry(before.value).or_default().push(id);
                }
            }
        }
        Self { subject, next, left: Cell::new(SEARCHED) }
    }

    /// Whether a role that a step speaks to does something that comes after it.
    fn has(&self, id: StepId) -> bool {
        let steps = &self.subject.plan.steps;
        let Some(speech) = &steps[id].speech else { return true };
        let is_addressed = |other: StepId| speech.to.contains(&steps[other].role.value);
        if self.next.get(&id).is_some_and(|next| next.iter().any(|other| is_addressed(*other))) {
            return true;
        }
        let Some(left) = self.left.get().checked_sub(1) else { return true };
        self.left.set(left);
        steps.ids().any(|other| is_addressed(other) && self.subject.order.is_before(id, other))
    }
}

/// The keys of which more is said than that a step makes them; all of them where no step does more than that
/// with any: such a plan is a part of something.
fn used_keys(plan: &Plan) -> BTreeSet<KeyId> {
    let mut moves = false;
    let mut found: BTreeSet<KeyId> = plan.places_in_use().map(|(_, key)| key).collect();
    found.extend(plan.start.accepted.rows().flat_map(|set| set.iter()));
    for step in plan.steps.rows() {
        let action = &step.action.value;
        found.extend(action.uses_public_half());
        found.extend(action.certifies().map(|certifying| certifying.key()));
        if let Some(SpeechKind::Provision(key)) = step.speech.as_ref().map(|speech| speech.kind) {
            found.insert(key);
        }
        for effect in action.effects() {
            match effect {
                Effect::Put { key, .. } | Effect::Accept { key, .. } if action.makes() == Some(key) => {}
                effect => {
                    let keys = keys_of(effect);
                    moves |= !keys.is_empty();
                    found.extend(keys);
                }
            }
        }
    }
    found.extend(plan.conditions().flat_map(|condition| asked(&condition.asks())));
    if moves { found } else { plan.landscape.own_keys().collect() }
}

/// The keys that an effect moves.
fn keys_of(effect: Effect) -> Vec<KeyId> {
    match effect {
        Effect::Put { key, .. }
        | Effect::Exchange { key, .. }
        | Effect::Remove { key, .. }
        | Effect::Repoint { key, .. }
        | Effect::Accept { key, .. }
        | Effect::Retire { key, .. }
        | Effect::Try { key, .. } => vec![key],
        Effect::Replace { old, new, .. } => vec![old, new],
        Effect::Start(_) | Effect::Stop(_) | Effect::Propose(_) | Effect::Agree(_) => Vec::new(),
        Effect::Set(_) | Effect::Clear(_) => Vec::new(),
    }
}

/// The keys of which a condition speaks.
fn asked(asks: &Asks) -> Vec<KeyId> {
    match asks {
        Asks::Facts(facts) => facts.iter().filter_map(|(fact, value)| of_fact(*fact, *value)).collect(),
        Asks::Drained(_, key) => vec![*key],
        Asks::Open(_) => Vec::new(),
    }
}

const fn of_fact(fact: Fact, value: Value) -> Option<KeyId> {
    match (fact, value) {
        (Fact::Accepts(_, key), _) | (Fact::Place(_), Value::Key(Some(key))) => Some(key),
        _ => None,
    }
}

/// The windows that a step waits for, or of which a promise speaks.
fn kept_windows(plan: &Plan) -> BTreeSet<WindowId> {
    let open = plan.conditions().filter_map(|condition| match condition.asks() {
        Asks::Open(window) => Some(window),
        _ => None,
    });
    open.chain(plan.promises.iter().filter_map(|promise| promise.value.window())).collect()
}

/// What `explain` says.
pub const EXPLANATION: Explanation = Explanation {
    code: "useless_step",
    title: "advice: nothing comes of a step",
    text: "\
A key that is made, and of which no other step, need or end speaks. A request or a permission after
which nobody who is spoken to does anything. A window that is agreed, and to which nothing keeps.
The plan is as safe without the step; perhaps another one was forgotten.

Wrong:
  step ask by tenant_admin {
    request developer to undeploy orders
  }

Right:
  step ask by tenant_admin {
    request developer to undeploy orders
  }
  step undeploy by developer {
    after ask
    undeploy orders
  }
",
};
