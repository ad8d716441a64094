//! What happened, moment by moment, as people tell it: who did what, what it changed, what is under
//! way then, and why the last moment is a fault.
//!
//! A story can be written down ([`form`]) and is believed again only when the rules lead the same
//! way ([`replay`]).

mod because;
pub mod change;
pub mod form;
mod moment;
pub mod refused;
pub mod replay;

use crate::{
    check::Checked,
    plan::Plan,
    source::Span,
    world::{
        id::{ChannelId, KeyId, StepId},
        state::World,
    },
};

use super::{
    ending::{Line, ending},
    rules::{Fault, Move, Rules},
};

pub use because::Because;
pub use change::Change;
pub use moment::Kind;

/// One moment of a story.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    /// What happens, as the rules know it.
    pub step: Move,
    /// What happens, as a sentence fragment.
    pub text: String,
    /// The line of the plan that allows it.
    pub at: Span,
    /// What it changes.
    pub changes: Vec<Change>,
    /// What is under way after it: messages of which flow, signed with which key.
    pub under_way: Vec<(ChannelId, KeyId)>,
}

/// What is wrong at the end of a story.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    /// The fault.
    pub fault: Fault,
    /// What is wrong, as a sentence fragment.
    pub text: String,
    /// The line of the plan that forbids it.
    pub at: Span,
    /// Why it is so, each with the moment that made it so: when the message was signed, since when its
    /// key is not accepted, which part of a condition does not hold.
    pub because: Vec<Because>,
}

/// A walk from a start to a fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Story {
    /// The moments in order, one for each move.
    pub moments: Vec<Moment>,
    /// What is wrong then: the message that is rejected, the step that does not fit.
    pub ending: Ending,
}

impl Story {
    /// The story of some moves from a start that lead to a fault, which shows in `world`.
    #[must_use]
    pub fn of(checked: &Checked, start: &World, moves: &[Move], (world, fault): (&World, Fault)) -> Self {
        let plan = checked.plan();
        let rules = Rules::of(checked);
        let mut now = start.clone();
        let mut moments: Vec<Moment> = Vec::new();
        for step in moves {
            // A step that ends the story does not take place.
            let after = rules.after(&now, *step).and_then(Result::ok);
            let after = after.unwrap_or_else(|| rules.shows(&now, *step));
            moments.push(Moment::of(plan, *step, (&now, &after)));
            now = after;
        }
        let because = because::because(checked, &moments, (world, fault));
        let Line { text, at } = ending(checked, world, fault);
        Self { moments, ending: Ending { fault, text, at, because } }
    }

    /// What happens and what is wrong then, line by line.
    pub fn lines(&self) -> impl Iterator<Item = Line> + '_ {
        let told = self.moments.iter().map(|moment| Line { text: moment.text.clone(), at: moment.at });
        told.chain(std::iter::once(Line { text: self.ending.text.clone(), at: self.ending.at }))
    }

    /// The moves.
    #[must_use]
    pub fn moves(&self) -> Vec<Move> {
        self.moments.iter().map(|moment| moment.step).collect()
    }

    /// The number of the moment at which the fault shows, from one: a message that is rejected
    /// arrives, or is sent, after the last move; whatever else is wrong is so with it.
    #[must_use]
    pub const fn last(&self) -> usize {
        self.moments.len() + 1
    }
}

/// The step that a move is about.
#[must_use]
pub fn step_of(plan: &Plan, step: Move) -> Option<StepId> {
    match step {
        Move::Act(id) | Move::Answer(id) | Move::Late(id) => Some(id),
        Move::Receive(message) => Some(plan.deliveries[message].step),
        Move::Open(_) | Move::Send(..) | Move::Arrive(..) => None,
    }
}
