//! Steps: their order, their needs, their act.

use miette::{Diagnostic, SourceSpan};
use thiserror::Error;

use crate::{
    action::{Action, SpeechKind, VOCABULARY, usage::Arguments},
    condition::{CONDITIONS, Condition},
    explanation::Explanation,
    source::{Finding, Span, Spanned, shown},
    syntax::tree::{Phrase, StepDecl, StepLine},
    world::id::{DeliveryId, RoleId, StepId, Table, WindowId},
};

use super::{
    Plan, Step, date, deadline, declare::said_twice, extra::Extra, phrase::no_room_for_backup,
    resolve::Draft, takes, waits,
};

/// A step that names an unknown step.
#[derive(Debug, Diagnostic, Error)]
#[error("there is no step `{name}`")]
#[diagnostic(code(keyroll::unknown_step))]
struct UnknownStep {
    name: String,
    #[help]
    help: String,
    #[label("not declared")]
    at: SourceSpan,
}

/// A step that does nothing.
#[derive(Debug, Diagnostic, Error)]
#[error("the step `{step}` does nothing")]
#[diagnostic(code(keyroll::no_act), help("say what it does, as in `inform tenant_admin`"))]
struct NoAct {
    step: String,
    #[label("this step")]
    at: SourceSpan,
}

/// A step with two acts.
#[derive(Debug, Diagnostic, Error)]
#[error("the step `{step}` does two things")]
#[diagnostic(
    code(keyroll::second_act),
    help("make the second one a step of its own, with its own `after`: a run may be cut off between them")
)]
struct SecondAct {
    step: String,
    #[label("a second act")]
    at: SourceSpan,
    #[label("the first")]
    first: SourceSpan,
}

/// A message to oneself.
#[derive(Debug, Diagnostic, Error)]
#[error("`{role}` speaks to itself")]
#[diagnostic(
    code(keyroll::message_to_itself),
    help("name another role, or leave the step out: a role knows what it did itself")
)]
struct MessageToItself {
    role: String,
    #[label("the same role")]
    at: SourceSpan,
}

/// Reads one step. `role` is missing when its name has a finding already.
pub fn read(draft: &mut Draft, decl: &StepDecl, role: Option<RoleId>) -> Option<Step> {
    let mut after = Vec::new();
    let mut needs = Vec::new();
    let mut action: Option<Spanned<Box<dyn Action>>> = None;
    let mut extra = Extra::default();
    let mut unread = false;
    for line in &decl.body.lines {
        match &line.node {
            StepLine::After(names) => {
                after.reserve_exact(names.len());
                for name in names {
                    match step_named(draft, name) {
                        Ok(step) => after.push(Spanned::new(step, name.span)),
                        Err(finding) => draft.findings.push(finding),
                    }
                }
            }
            // No table is left where names are resolved, and no condition on an answer.
            StepLine::AfterEach(_) | StepLine::OnlyIf(_) => {}
            StepLine::Needs(phrase) => {
                needs.reserve_exact(1);
                needs.extend(condition(draft, phrase));
            }
            StepLine::Takes(line) => extra.takes = takes::read(draft, line, extra.takes).or(extra.takes),
            StepLine::Waits(line) => extra.waits.extend(waits::read(draft, line, &extra.waits)),
            StepLine::NotBefore(written) => match (date::read(draft, written), extra.not_before) {
                (Some(date), Some(first)) => {
                    let (what, first): (_, date::Date) =
                        ("the date before which the step does not begin", first);
                    draft.findings.push(said_twice(what.to_owned(), date.span, first.span));
                }
                (found, first) => extra.not_before = first.or(found),
            },
            StepLine::NotAfter(written) => match (deadline::read(draft, written), extra.not_after) {
                (Some(date), Some(first)) => {
                    let (what, first): (_, deadline::Deadline) = ("until when the step has to begin", first);
                    draft.findings.push(said_twice(what.to_owned(), date.span, first.span));
                }
                (found, first) => extra.not_after = first.or(found),
            },
            StepLine::MayComeLate(line) => {
                once(draft, &mut extra.comes_late, line.span, "that the step may come late")
            }
            StepLine::TwoPeople(line) => {
                once(draft, &mut extra.two_people, line.span, "that two people do the step")
            }
            StepLine::Act(phrase) => {
                if let Some(first) = &action {
                    draft.findings.push(Box::new(SecondAct {
                        step: shown(&decl.name.value),
                        at: phrase.span().into(),
                        first: first.span.into(),
                    }));
                    continue;
                }
                action = act(draft, phrase);
                unread |= action.is_none();
            }
        }
    }
    if action.is_none() && !unread {
        let (step, at) = (shown(&decl.name.value), decl.name.span.into());
        draft.findings.push(Box::new(NoAct { step, at }));
    }
    let action = action?;
    let speech = action.value.speech();
    if let Some(role) = role.filter(|role| speech.as_ref().is_some_and(|s| s.to.contains(role))) {
        let role = shown(&draft.landscape.roles[role]);
        draft.findings.push(Box::new(MessageToItself { role, at: action.span.into() }));
    }
    for one in &extra.waits {
        if !after.iter().any(|before| before.value == one.after) {
            after.push(Spanned::new(one.after, one.named));
        }
    }
    let title = decl.title.as_ref().map(|t| t.value.clone());
    let role = Spanned::new(role.unwrap_or_else(|| crate::world::id::Id::at(0)), decl.role.span);
    let (name, extra) = (decl.name.clone(), extra.kept());
    Some(Step { name, title, role, after, needs, action, speech, extra })
}

/// Keeps where a line stands that is said once.
fn once(draft: &mut Draft, kept: &mut Option<Span>, at: Span, what: &str) {
    match *kept {
        None => *kept = Some(at),
        Some(first) => draft.findings.push(said_twice(what.to_owned(), at, first)),
    }
}

/// The step with a name.
///
/// # Errors
/// A finding where there is none.
pub(super) fn step_named(draft: &Draft, name: &Spanned<String>) -> Result<StepId, Finding> {
    draft.scope.step(&name.value).ok_or_else(|| -> Finding {
        let help = draft.scope.did_you_mean(&name.value, "step");
        help.give(|help| Box::new(UnknownStep { name: shown(&name.value), help, at: name.span.into() }))
    })
}

fn act(draft: &mut Draft, phrase: &Phrase) -> Option<Spanned<Box<dyn Action>>> {
    if draft.speaks_of_lost(phrase) {
        return None;
    }
    let read = draft.reader().read_act(phrase);
    let (row, arguments) = draft.keep(read)?;
    let mut arguments = Arguments::new(arguments);
    let action = VOCABULARY.get(row).and_then(|verb| (verb.read)(&mut arguments, &mut draft.landscape));
    if action.is_none() {
        draft.findings.push(no_room_for_backup(phrase.span()));
    }
    Some(Spanned::new(action?, phrase.span()))
}

/// Reads a condition.
pub fn condition(draft: &mut Draft, phrase: &Phrase) -> Option<Spanned<Box<dyn Condition>>> {
    let usages: Vec<&'static str> = CONDITIONS.iter().map(|form| form.usage).collect();
    let (row, arguments) = draft.read("a condition", &usages, phrase)?;
    let mut arguments = Arguments::new(arguments);
    let condition = CONDITIONS.get(row).and_then(|form| (form.read)(&mut arguments, &draft.landscape))?;
    Some(Spanned::new(condition, phrase.span()))
}

/// One message from a step to one role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// The step that sends it.
    pub step: StepId,
    /// Who receives it.
    pub to: RoleId,
}

impl Plan {
    /// The window that a step proposes, if it does.
    #[must_use]
    pub fn proposal(&self, step: StepId) -> Option<(WindowId, RoleId)> {
        let speech = self.steps[step].speech.as_ref()?;
        match speech.kind {
            SpeechKind::Proposal(window) => speech.to.first().map(|role| (window, *role)),
            _ => None,
        }
    }

    /// What a step does, as the author would write it.
    #[must_use]
    pub fn sentence(&self, step: StepId) -> String {
        self.steps[step].action.value.sentence(&self.landscape)
    }

    /// The messages that a step sends.
    pub fn deliveries_of(&self, step: StepId) -> impl Iterator<Item = (DeliveryId, RoleId)> + '_ {
        // They lie in the order of their steps.
        let first = self.deliveries.partition_point(|delivery| delivery.step < step);
        let mine = self.deliveries.from(first).take_while(move |(_, delivery)| delivery.step == step);
        mine.map(|(id, delivery)| (id, delivery.to))
    }
}

/// The messages of all steps.
#[must_use]
pub fn deliveries(steps: &Table<StepId, Step>) -> Vec<Delivery> {
    let speaking = steps.iter().filter_map(|(id, step)| step.speech.as_ref().map(|speech| (id, speech)));
    speaking
        .filter(|(_, speech)| !matches!(speech.kind, crate::action::SpeechKind::Proposal(_)))
        .flat_map(|(step, speech)| speech.to.iter().map(move |to| Delivery { step, to: *to }))
        .collect()
}

/// What `explain` says.
pub const EXPLANATIONS: &[Explanation] = &[
    Explanation {
        code: "unknown_step",
        title: "`after` names a step that does not exist",
        text: "`after` names steps of this plan; the order of the text does not matter.",
    },
    Explanation {
        code: "no_act",
        title: "a step does nothing",
        text: "\
A step is one act of one role, beside its `after` and its `needs`.

Right:
  step confirm_trust by receiver_admin {
    after trust_both
    inform tenant_admin
  }
",
    },
    Explanation {
        code: "second_act",
        title: "a step does two things",
        text: "\
A run can be cut off between any two acts. Each act is therefore a step of its own, so that the
proof looks at the moment between them.

Right:
  step create_key by tenant_admin {
    create new in tenant as \"orders-signer-next\"
  }
  step provide_certificate by tenant_admin {
    after create_key
    provide new to receiver_admin
  }
",
    },
    Explanation {
        code: "message_to_itself",
        title: "a role speaks to itself",
        text: "Reports, requests, permissions and agreements go to another role.",
    },
];
