//! One moment in words.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    plan::Plan,
    proof::rules::Move,
    source::shown,
    world::{
        id::{RoleId, StepId},
        state::World,
    },
};

use super::{
    Moment,
    change::{changes, under_way},
};

/// What kind of thing happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A role does its step, or proposes, where the step is an agreement.
    Act,
    /// The other side agrees to a proposal.
    Answer,
    /// A message between roles is received.
    Receipt,
    /// An agreed window begins.
    WindowBegins,
    /// A flow signs a message, which is under way from then on.
    MessageSent,
    /// The last message that is signed with the key arrives.
    MessageArrives,
    /// An attempt of a step that was given up takes effect after all, though the step is done.
    LateEffect,
}

impl Kind {
    /// The kind of a move.
    #[must_use]
    pub const fn of(step: Move) -> Self {
        match step {
            Move::Act(_) => Self::Act,
            Move::Answer(_) => Self::Answer,
            Move::Receive(_) => Self::Receipt,
            Move::Open(_) => Self::WindowBegins,
            Move::Send(..) => Self::MessageSent,
            Move::Arrive(..) => Self::MessageArrives,
            Move::Late(_) => Self::LateEffect,
        }
    }
}

impl Moment {
    /// What a move does between two worlds.
    pub(super) fn of(plan: &Plan, step: Move, (before, after): (&World, &World)) -> Self {
        let landscape = &plan.landscape;
        let role = |id: StepId| shown(&landscape.roles[plan.steps[id].role.value]);
        let name = |id: StepId| shown(&plan.steps[id].name.value);
        let (text, at) = match step {
            Move::Act(id) => (
                format!("{}: {} ({})", role(id), shown(&plan.sentence(id)), name(id)),
                plan.steps[id].action.span,
            ),
            Move::Late(id) => (
                format!("an attempt of {} that was given up takes effect after all", name(id)),
                plan.steps[id].action.span,
            ),
            Move::Answer(id) => {
                let other = plan.proposal(id).map_or_else(String::new, |(_, r)| shown(&landscape.roles[r]));
                (format!("{other}: agrees ({})", name(id)), plan.steps[id].action.span)
            }
            Move::Receive(id) => {
                let delivery = plan.deliveries[id];
                let to = shown(&landscape.roles[delivery.to]);
                let (from, step) = (role(delivery.step), name(delivery.step));
                (format!("{to}: receives word from {from} ({step})"), plan.steps[delivery.step].action.span)
            }
            Move::Open(window) => (
                format!("the window {} begins", shown(&landscape.windows[window].name)),
                plan.declared.windows[window],
            ),
            Move::Send(flow, key) | Move::Arrive(flow, key) => {
                let (flow_name, key) = (shown(&landscape.channels[flow].name), shown(&landscape.keys[key]));
                let text = match Kind::of(step) {
                    Kind::MessageSent => {
                        format!("{flow_name}: a message is signed with {key} and is under way")
                    }
                    _ => format!("{flow_name}: the last message signed with {key} arrives"),
                };
                (text, plan.declared.transits[flow])
            }
        };
        Self { step, text, at, changes: changes(plan, before, after), under_way: under_way(landscape, after) }
    }

    /// The role that acts, answers or receives.
    #[must_use]
    pub fn role(&self, plan: &Plan) -> Option<RoleId> {
        match self.step {
            Move::Act(id) => Some(plan.steps[id].role.value),
            Move::Answer(id) => plan.proposal(id).map(|(_, other)| other),
            Move::Receive(message) => Some(plan.deliveries[message].to),
            Move::Open(_) | Move::Send(..) | Move::Arrive(..) | Move::Late(_) => None,
        }
    }
}
