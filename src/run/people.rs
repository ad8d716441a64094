//! Steps behind which two people stand, in a run.

use jiff::Timestamp;

use crate::{
    transition::{
        event::{Actor, Event},
        people::lacking,
        ready::Blocker,
        unsettled::barred_at,
    },
    world::id::StepId,
};

use super::{error::RunError, runner::Runner};

/// Who confirms in a sandbox what two people do.
const STAND_INS: [&str; 2] = ["the first person", "the second person"];

impl Runner<'_> {
    /// Whether a step waits for people to confirm it. In a sandbox they do so when it is begun.
    pub(super) fn waits_for_people(&self, step: StepId) -> bool {
        !self.is_everybody && lacking(self.checked, self.state(), step) > 0
    }

    /// Lets the people of a sandbox begin a step whose deadline has passed: its clock is none to be kept to.
    pub(super) fn stand_in_for_late(&mut self, step: StepId, now: Timestamp) -> Result<(), RunError> {
        let plan = self.checked.plan();
        let row = &plan.steps[step];
        let is_late = || matches!(barred_at(self.checked, self.state(), step, now)[..], [Blocker::Late(_)]);
        if self.is_everybody && row.extra().not_after.is_some() && is_late() {
            let role = plan.landscape.roles[row.role.value].clone();
            let by = Actor { role, person: None, automatic: true };
            let (step, because) = (row.name.value.clone(), "a trial keeps to no date".to_owned());
            self.submit(Event::Extended { step, by, because })?;
        }
        Ok(())
    }

    /// Lets the people of a sandbox confirm a step that is about to be begun.
    pub(super) fn agree(&mut self, step: StepId) -> Result<(), RunError> {
        let plan = self.checked.plan();
        for person in STAND_INS.into_iter().take(lacking(self.checked, self.state(), step)) {
            let row = &plan.steps[step];
            let role = plan.landscape.roles[row.role.value].clone();
            let by = Actor { role, person: Some(person.to_owned()), automatic: true };
            self.submit(Event::Agreed { step: row.name.value.clone(), by })?;
        }
        Ok(())
    }
}
