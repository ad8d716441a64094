//! What happened, moment by moment, as people tell it.

use crate::{
    check::Checked,
    plan::Plan,
    source::{Span, shown},
    world::{id::StepId, state::World},
};

use super::{
    ending::ending,
    rules::{Fault, Move},
};

/// One moment of a story.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Moment {
    /// What happens, as a sentence fragment.
    pub text: String,
    /// The line of the plan that allows it.
    pub at: Span,
}

/// A walk from the start to a fault.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Story {
    /// The moments in order, one for each move.
    pub moments: Vec<Moment>,
    /// What is wrong then: the message that is rejected, the step that does not fit.
    pub ending: Moment,
}

impl Story {
    /// The story of some moves that lead to a fault, which shows in `world`.
    #[must_use]
    pub fn of(checked: &Checked, moves: &[Move], world: &World, fault: Fault) -> Self {
        let moments = moves.iter().map(|step| moment(checked.plan(), step)).collect();
        Self { moments, ending: ending(checked, world, fault) }
    }

    /// The moments and the ending.
    pub fn lines(&self) -> impl Iterator<Item = &Moment> {
        self.moments.iter().chain(std::iter::once(&self.ending))
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
