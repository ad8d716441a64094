//! Whoever is to know the end learns of it.

use crate::{
    action::SpeechKind,
    condition::Asks,
    world::id::{RoleId, StepId},
};

use super::History;

impl History<'_> {
    /// Whether a role knows at the end, when all messages to it have arrived, that something is so.
    pub(super) fn is_known(&self, role: RoleId, asks: &Asks) -> bool {
        let plan = self.checked.plan();
        match asks {
            Asks::Facts(facts) => {
                let mut foreign = facts.iter().filter(|(fact, _)| plan.landscape.owner(*fact) != Some(role));
                foreign.all(|(fact, value)| {
                    let terms = self.when(*fact, |_| true);
                    // From each of these on it stays so.
                    let mut kept = terms.iter().rev().take_while(|term| term.value == *value);
                    let is_untouched = matches!(terms.as_slice(), [only] if only.value == *value);
                    is_untouched || kept.any(|term| term.from.is_some_and(|step| self.learns(role, step)))
                })
            }
            Asks::Open(window) => {
                let agrees = |step: &StepId| plan.proposal(*step).is_some_and(|(w, _)| w == *window);
                plan.steps.ids().find(agrees).is_some_and(|step| self.learns(role, step))
            }
            // Nobody is told of it.
            Asks::Drained(..) => false,
        }
    }

    /// Whether a role does a step, takes part in it, or gets a message that tells of it.
    fn learns(&self, role: RoleId, of: StepId) -> bool {
        let plan = self.checked.plan();
        let is_report = |step: StepId| {
            plan.steps[step].speech.as_ref().is_some_and(|said| said.kind == SpeechKind::Report)
        };
        let own = plan.steps[of].role.value == role;
        let party = plan.proposal(of).is_some_and(|(_, other)| other == role);
        let mut messages = plan.deliveries.rows().rev().filter(|delivery| delivery.to == role);
        let tells = |message: StepId| message == of || (is_report(message) && self.hears(message, of, false));
        own || party || messages.any(|delivery| tells(delivery.step))
    }
}
