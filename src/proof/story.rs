//! What happened, moment by moment, as people tell it.

use crate::{
    plan::Plan,
    source::{Span, shown},
    world::id::StepId,
};

use super::rules::Move;

/// One moment of a story.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    /// What happens, as a sentence fragment.
    pub text: String,
    /// The line of the plan that allows it.
    pub at: Span,
}

/// A walk from the start to a fault.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Story {
    /// The moments in order.
    pub moments: Vec<Moment>,
}

impl Story {
    /// The story of some moves.
    #[must_use]
    pub fn of(plan: &Plan, moves: &[Move]) -> Self {
        Self { moments: moves.iter().map(|step| moment(plan, step)).collect() }
    }
}

fn moment(plan: &Plan, step: &Move) -> Moment {
    let landscape = &plan.landscape;
    let role = |id: StepId| shown(&landscape.roles[plan.steps[id].role.value]);
    let name = |id: StepId| shown(&plan.steps[id].name.value);
    match *step {
        Move::Act(id) => Moment {
            text: format!("{}: {} ({})", role(id), shown(&plan.sentence(id)), name(id)),
            at: plan.steps[id].action.span,
        },
        Move::Answer(id) => {
            let other = plan.proposal(id).map_or_else(String::new, |(_, r)| shown(&landscape.roles[r]));
            Moment { text: format!("{other}: agrees ({})", name(id)), at: plan.steps[id].action.span }
        }
        Move::Receive(id) => {
            let delivery = plan.deliveries[id];
            Moment {
                text: format!(
                    "{}: receives word from {} ({})",
                    shown(&landscape.roles[delivery.to]),
                    role(delivery.step),
                    name(delivery.step)
                ),
                at: plan.steps[delivery.step].action.span,
            }
        }
        Move::Open(window) => Moment {
            text: format!("the window {} begins", shown(&landscape.windows[window].name)),
            at: plan.declared.windows[window],
        },
        Move::Send(flow, key) => Moment {
            text: format!(
                "{}: a message is signed with {} and is under way",
                shown(&landscape.channels[flow].name),
                shown(&landscape.keys[key])
            ),
            at: plan.declared.transits[flow],
        },
        Move::Arrive(flow, key) => Moment {
            text: format!(
                "{}: the last message signed with {} arrives",
                shown(&landscape.channels[flow].name),
                shown(&landscape.keys[key])
            ),
            at: plan.declared.transits[flow],
        },
    }
}
