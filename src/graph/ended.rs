//! What a role knows when a plan is at its end and all messages to it have arrived.

use crate::{
    condition::Asks,
    plan::Plan,
    world::{
        id::{RoleId, StepId},
        landscape::{Fact, Value},
    },
};

use super::{knowledge::Knowledge, order::Order, writers::Writers};

/// Why a role does not know at the end that something is so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// This step makes it so, and no message that the role gets tells of it.
    Untold(StepId),
    /// No step is the last to make it so.
    Unsettled,
    /// It is about messages under way, of which nobody is told.
    Traffic,
}

/// The end of a plan.
#[derive(Debug)]
pub struct Ending<'a> {
    plan: &'a Plan,
    order: &'a Order,
    knowledge: &'a Knowledge,
    writers: Writers,
}

impl<'a> Ending<'a> {
    /// The end of a plan.
    #[must_use]
    pub fn of(plan: &'a Plan, order: &'a Order, knowledge: &'a Knowledge) -> Self {
        Self { plan, order, knowledge, writers: Writers::of(plan, order) }
    }

    /// Whether a role knows at the end, when all messages to it have arrived, that something is so.
    ///
    /// # Errors
    /// The first thing that it does not know, and why.
    pub fn knows_at_the_end(&self, role: RoleId, asks: &Asks) -> Result<(), Unknown> {
        match asks {
            Asks::Facts(facts) => {
                let owner = |fact: Fact| self.plan.landscape.owner(fact);
                let mut foreign = facts.iter().filter(|(fact, _)| owner(*fact) != Some(role));
                foreign.try_for_each(|(fact, value)| self.knows(role, *fact, *value))
            }
            Asks::Open(window) => {
                let agrees = |step: &StepId| self.plan.proposal(*step).is_some_and(|(w, _)| w == *window);
                let agreements = || self.plan.steps.ids().filter(agrees);
                let first = agreements().next().ok_or(Unknown::Unsettled)?;
                if agreements().any(|step| self.learns(role, step)) {
                    Ok(())
                } else {
                    Err(Unknown::Untold(first))
                }
            }
            Asks::Drained(..) => Err(Unknown::Traffic),
        }
    }

    fn learns(&self, role: RoleId, step: StepId) -> bool {
        self.plan.steps[step].role.value == role
            || self.plan.proposal(step).is_some_and(|(_, other)| other == role)
            || self.knowledge.messages_about(self.plan, role, step).next().is_some()
    }

    /// Whether a role learns of a step after which a fact keeps a value to the end, whatever the order.
    fn knows(&self, role: RoleId, fact: Fact, value: Value) -> Result<(), Unknown> {
        let writers = self.writers.all(fact);
        if writers.is_empty() && self.plan.start.value(&self.plan.landscape, fact) == value {
            return Ok(());
        }
        let others = || writers.iter().rev().filter(|(_, written)| *written != Some(value));
        let is_last = |step: StepId| others().all(|(other, _)| self.order.is_before(*other, step));
        let same = writers.iter().rev().filter(|(_, written)| *written == Some(value)).map(|(step, _)| *step);
        let mut why = Unknown::Unsettled;
        for step in same.filter(|step| is_last(*step)) {
            if self.learns(role, step) {
                return Ok(());
            }
            why = Unknown::Untold(step);
        }
        Err(why)
    }
}
