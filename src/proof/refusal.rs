//! The page of a refused plan: which promise breaks, on the author's lines.

use miette::{Diagnostic, LabeledSpan};
use thiserror::Error;

use crate::{
    check::Checked,
    explanation::Explanation,
    invariant::Breach,
    plan::Plan,
    source::{Finding, shown},
    transition::ready::{Blocker, blockers},
    world::{
        effect::{Effect, Misfit},
        id::{ChannelId, KeyId, StepId},
        state::World,
    },
};

use super::{
    rules::{Fault, Move},
    story::Story,
};

macro_rules! refusals {
    ($($(#[$doc:meta])* $name:ident: $code:ident, $message:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Diagnostic, Error)]
        #[error($message, what = self.what)]
        #[diagnostic(code(keyroll::$code))]
        struct $name {
            what: String,
            #[help]
            help: String,
            #[label(collection)]
            labels: Vec<LabeledSpan>,
        }
    )*};
}

refusals! {
    /// A message arrives after the trust in its key ended.
    Undrained: undrained, "{what}";
    /// A message is signed with a key that is not accepted yet.
    TrustGap: trust_gap, "{what}";
    /// A flow is down where it must not be.
    Interrupted: interrupted, "{what}";
    /// A flow runs and its alias names nothing.
    AliasLost: alias_lost, "{what}";
    /// A receiver would hold too much.
    OverCapacity: over_capacity, "{what}";
    /// A step finds another world than it needs.
    StepMisfit: step_misfit, "{what}";
    /// A step begins on a belief that is false.
    StaleBelief: stale_belief, "{what}";
    /// The plan ends, and what it is for is not so.
    GoalMissed: goal_missed, "{what}";
    /// The plan cannot finish.
    CannotFinish: cannot_finish, "{what}";
}

/// Makes the page for a fault. `world` is the moment at which it shows.
#[must_use]
pub fn refusal(checked: &Checked, world: &World, fault: Fault, moves: &[Move], story: &Story) -> Finding {
    let plan = checked.plan();
    let labels = labels(story);
    match fault {
        Fault::Breach(Breach::Rejected(flow, key)) => rejected(plan, world, flow, key, moves, labels),
        Fault::Breach(Breach::Interrupted(flow)) => {
            let flow = shown(&plan.landscape.channels[flow].name);
            let what = format!("`{flow}` is interrupted where it must not be");
            let help = format!(
                "let the stop come after the window is agreed and begun (`needs ... open`), or promise less of `{flow}`"
            );
            Box::new(Interrupted { what, help, labels })
        }
        Fault::Breach(Breach::Unresolved(flow)) => {
            let channel = &plan.landscape.channels[flow];
            let place = shown(&plan.landscape.place_name(channel.stamps));
            let what = format!("`{}` runs while {place} names no key", shown(&channel.name));
            let help = "exchange the alias in one act, or undeploy the flow first".to_owned();
            Box::new(AliasLost { what, help, labels })
        }
        Fault::Misfit(step, misfit) => misfits(plan, step, misfit, labels),
        Fault::Stale(step, need) => {
            let row = &plan.steps[step];
            let need = row.needs.get(need).map(|n| n.value.sentence(&plan.landscape)).unwrap_or_default();
            let what =
                format!("`{}` is done in the belief that {}, which is false", name(plan, step), shown(&need));
            let help = "let the step that changes it come after this one, or report it first".to_owned();
            Box::new(StaleBelief { what, help, labels })
        }
        Fault::Goal(number) => {
            let goal = plan.finals.get(number);
            let sentence = goal.map(|g| g.value.sentence(&plan.landscape)).unwrap_or_default();
            let what = format!("every step is done, and it is not so that {}", shown(&sentence));
            let mut labels = labels;
            if let Some(goal) = goal {
                labels.push(label("promised for the end", goal.span));
            }
            let help = "add the step that makes it so, or take the sentence out".to_owned();
            Box::new(GoalMissed { what, help, labels })
        }
        Fault::Stuck => stuck(checked, world, labels),
    }
}

fn rejected(
    plan: &Plan,
    world: &World,
    flow: ChannelId,
    key: KeyId,
    moves: &[Move],
    labels: Vec<LabeledSpan>,
) -> Finding {
    let receiver = plan.landscape.channels[flow].acceptor;
    let (flow_name, key_name) =
        (shown(&plan.landscape.channels[flow].name), shown(&plan.landscape.keys[key]));
    let receiver_name = shown(&plan.landscape.acceptors[receiver].name);
    let what =
        format!("`{receiver_name}` rejects a message of `{flow_name}` that is signed with `{key_name}`");
    let ends_trust = |step: &&Move| match step {
        Move::Act(id) => plan.steps[*id].action.value.effects().iter().any(|effect| match effect {
            Effect::Retire { acceptor, key: k } => *acceptor == receiver && *k == key,
            Effect::Replace { acceptor, old, .. } => *acceptor == receiver && *old == key,
            _ => false,
        }),
        _ => false,
    };
    let still_signed = world.stamp(&plan.landscape, flow) == Some(key);
    match moves.iter().rev().find(ends_trust) {
        Some(Move::Act(step)) if !still_signed => {
            let step = name(plan, *step);
            let help = format!(
                "let `{step}` wait until no such message is under way: `needs {flow_name} drained of {key_name}`"
            );
            Box::new(Undrained { what, help, labels })
        }
        Some(Move::Act(step)) => {
            let step = name(plan, *step);
            let help = format!(
                "`{flow_name}` still signs with `{key_name}`: let `{step}` come after the exchange or after the flow is undeployed"
            );
            Box::new(TrustGap { what, help, labels })
        }
        _ => {
            let help = format!(
                "sign with `{key_name}` only after `{receiver_name}` accepts it: `needs {receiver_name} accepts {key_name}`, or undeploy `{flow_name}` until then"
            );
            Box::new(TrustGap { what, help, labels })
        }
    }
}

fn misfits(plan: &Plan, step: StepId, misfit: Misfit, mut labels: Vec<LabeledSpan>) -> Finding {
    let landscape = &plan.landscape;
    let step_name = name(plan, step);
    let place_name = |place| shown(&landscape.place_name(place));
    let key_name = |key: KeyId| shown(&landscape.keys[key]);
    match misfit {
        Misfit::Full(receiver, key) => {
            let row = &landscape.acceptors[receiver];
            let most = row.capacity.unwrap_or_default();
            let receiver_at = plan.declared.receivers[receiver];
            labels.push(label(&format!("holds at most {most}"), receiver_at));
            let receiver = shown(&row.name);
            let what =
                format!("`{receiver}` cannot accept `{}` beside what it accepts already", key_name(key));
            let help = format!(
                "two ways out: `replace old by {} at {receiver}` inside a window in which the flow is undeployed; or sign with both keys at the producer for a while",
                key_name(key)
            );
            Box::new(OverCapacity { what, help, labels })
        }
        Misfit::NotThere(place, key) => Box::new(StepMisfit {
            what: format!("`{step_name}` finds no `{}` at {}", key_name(key), place_name(place)),
            help: format!("let `{step_name}` come after the step that creates `{}`", key_name(key)),
            labels,
        }),
        Misfit::Nothing(place) => Box::new(StepMisfit {
            what: format!("`{step_name}` finds nothing at {}", place_name(place)),
            help: "say in the keystore which key the alias names at the start".to_owned(),
            labels,
        }),
        Misfit::Occupied(place, key) => Box::new(StepMisfit {
            what: format!("`{step_name}` finds {} occupied by `{}`", place_name(place), key_name(key)),
            help: "choose another alias, or remove what lies there first".to_owned(),
            labels,
        }),
        Misfit::NoProposal(window) => Box::new(StepMisfit {
            what: format!("nobody proposed the window `{}`", shown(&landscape.windows[window].name)),
            help: "let one role do `agree ... with ...`".to_owned(),
            labels,
        }),
    }
}

fn stuck(checked: &Checked, world: &World, mut labels: Vec<LabeledSpan>) -> Finding {
    let plan = checked.plan();
    let waiting = plan.steps.ids().find_map(|step| {
        let row = &plan.steps[step];
        let why = match blockers(checked, world, step).into_iter().next()? {
            Blocker::Unmet(need) | Blocker::Unknown(need) | Blocker::Stale(need) => {
                let need = row.needs.get(need)?;
                (format!("it needs that {}", shown(&need.value.sentence(&plan.landscape))), need.span)
            }
            Blocker::Unheard(before, messages) if messages.iter().all(|m| world.is_heard(*m)) => {
                (format!("nobody tells its role of `{}`", name(plan, before)), row.name.span)
            }
            _ => return None,
        };
        Some((step, why))
    });
    let (what, help) = match waiting {
        Some((step, (why, at))) => {
            labels.push(label("this is waited for, and never comes", at));
            let role = shown(&plan.landscape.roles[plan.steps[step].role.value]);
            (
                format!("the plan cannot finish: {role} never begins `{}`", name(plan, step)),
                format!("{why}, and from here it never is so"),
            )
        }
        None => ("the plan cannot finish from here".to_owned(), "add the step that is missing".to_owned()),
    };
    Box::new(CannotFinish { what, help, labels })
}

/// The moments as labels: each number at the line that allows it; one label a line.
fn labels(story: &Story) -> Vec<LabeledSpan> {
    let mut places: Vec<(crate::source::Span, Vec<String>)> = Vec::new();
    for (number, moment) in story.moments.iter().enumerate() {
        let number = (number + 1).to_string();
        match places.iter_mut().find(|(at, _)| *at == moment.at) {
            Some((_, numbers)) => numbers.push(number),
            None => places.push((moment.at, vec![number])),
        }
    }
    let text = |numbers: Vec<String>| format!("moment {}", numbers.join(", "));
    places.into_iter().map(|(at, numbers)| label(&text(numbers), at)).collect()
}

fn label(text: &str, at: crate::source::Span) -> LabeledSpan {
    LabeledSpan::new_with_span(Some(text.to_owned()), at)
}

fn name(plan: &Plan, step: StepId) -> String {
    shown(&plan.steps[step].name.value)
}

/// What `explain` says.
pub const EXPLANATIONS: &[Explanation] = &[
    Explanation {
        code: "undrained",
        title: "a message arrives after the trust in its key ended",
        text: "A message that was signed with the old key may be under way for its whole transit time. If the\n\
               receiver stops accepting the old key before the last one arrived, that message is rejected.\n\n\
               Let the step wait:  needs orders drained of old\n\n\
               A drain counts from the moment at which signing with the key stopped, so the role must have been\n\
               told of that step. Where a message is judged in the moment in which it is sent, write\n\
               `delivers immediately` in the flow.",
    },
    Explanation {
        code: "trust_gap",
        title: "a key signs while the receiver does not accept it",
        text: "Either signing moved to the new key before the receiver accepted it, or the receiver ended the\n\
               trust in a key that is still in use.\n\n\
               right:  step exchange_key by tenant_admin {\n          after confirm_trust\n          \
               needs partner accepts new\n          exchange tenant[$alias] for new\n        }",
    },
    Explanation {
        code: "interrupted",
        title: "a flow is down where it must not be",
        text: "The plan promises that the flow is never interrupted, or only inside a window. A stop inside a\n\
               window needs that it is open:\n\n  step undeploy by integration_developer {\n    needs downtime open\n    undeploy orders\n  }",
    },
    Explanation {
        code: "alias_lost",
        title: "a flow runs while its alias names no key",
        text: "While a flow is deployed, the alias that it signs with names a key at every moment.",
    },
    Explanation {
        code: "over_capacity",
        title: "a receiver would hold more keys than it can",
        text: "`accepts at most 1` means that old and new cannot lie beside each other. There are two ways\n\
               out. Replace the key inside a window: undeploy, drain, `replace old by new`, deploy. Or overlap\n\
               at the producer: sign with both keys for a while.",
    },
    Explanation {
        code: "step_misfit",
        title: "a step finds another world than it needs",
        text: "In some order that the plan allows, the step comes too early or too late: an exchange before the\n\
               key is created, or under an alias that holds something else. Add the `after` that is missing.",
    },
    Explanation {
        code: "stale_belief",
        title: "a role acts on a belief that is false",
        text: "The role was told that something is so, and at the moment at which it acts it is not so any\n\
               more. Order the two steps, or report the change first.",
    },
    Explanation {
        code: "goal_missed",
        title: "the plan ends and what it is for is not so",
        text: "`finally ...` says what holds when every step is done. In the story every step is done and it\n\
               does not hold.",
    },
    Explanation {
        code: "cannot_finish",
        title: "the plan cannot finish",
        text: "From some moment that the plan allows, the last step can never be done, however long one waits:\n\
               a need that never holds, or a role that is never told.",
    },
];
