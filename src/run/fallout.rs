//! Partners with whom a step went wrong, while the run goes on with the others.

use std::fmt;

use crate::{source::shown, transition::state::Status, world::id::StepId};

use super::{
    error::RunError,
    pace::{Pace, Queue},
    runner::Runner,
    wait::Wait,
};

/// What went wrong with partners of a run.
#[derive(Clone, Debug)]
pub struct Fallout {
    /// Each step that failed or was declined.
    pub failures: Vec<Failure>,
    /// Whether there are so many that no further partner is begun.
    pub is_stopped: bool,
    /// What the run waits for beside.
    pub waits: Vec<Wait>,
}

/// A step that failed or was declined.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The step.
    pub id: StepId,
    /// Its name.
    pub step: String,
    /// Its role.
    pub role: String,
    /// Whether its role said no.
    pub is_declined: bool,
    /// How often it was tried.
    pub attempts: u32,
    /// Why.
    pub cause: String,
}

impl fmt::Display for Fallout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, failure) in self.failures.iter().enumerate() {
            let Failure { step, role, is_declined, attempts, cause, .. } = failure;
            let (step, role, cause) = (shown(step), shown(role), shown(cause));
            let gap = if number > 0 { "; " } else { "" };
            if *is_declined {
                write!(f, "{gap}step `{step}` of {role} was declined: {cause}")?;
            } else {
                write!(f, "{gap}step `{step}` of {role} failed (attempt {attempts}): {cause}")?;
            }
        }
        if self.is_stopped {
            f.write_str("; so no further partner is begun")?;
        }
        f.write_str(": put it right and run again")?;
        if let Some(declined) = self.failures.iter().find(|failure| failure.is_declined) {
            let (step, role) = (shown(&declined.step), shown(&declined.role));
            write!(f, "; keyroll retry {step} --as {role} asks again")?;
        }
        Ok(())
    }
}

impl Runner<'_> {
    /// Whether the run goes on with other partners after an error. A step that failed is not tried again in the
    /// same call.
    pub(super) fn goes_on_after(&mut self, error: RunError) -> Result<bool, RunError> {
        let RunError::Step { step, attempt, .. } = &error else { return Err(error) };
        let is_of_a_partner = |pace: &Pace, step: StepId| pace.partner(step).is_some();
        let pace = self.casting.pace().filter(|pace| pace.stop_after().is_some());
        let spared =
            self.checked.plan().step(step).filter(|id| pace.is_some_and(|pace| is_of_a_partner(pace, *id)));
        let Some(id) = spared else { return Err(error) };
        self.spared.insert(id, *attempt);
        let queue = self.queue();
        if queue.is_stopped {
            return Err(RunError::Partners(Box::new(self.gathered(&queue, Vec::new()))));
        }
        Ok(true)
    }

    /// Whether a step failed in this call, and nobody has said since that it is to be tried again.
    pub(super) fn is_spared(&self, step: StepId) -> bool {
        let progress = &self.state().steps[step];
        progress.status == Status::Failed
            && progress.cause.is_some()
            && self.spared.get(&step) == Some(&progress.attempts)
    }

    /// What went wrong, where the call ends with that: no further partner is begun, or it would wait for others and
    /// does not stay, or for nobody.
    pub(super) fn fallout(&self, waits: &[Wait], follow: bool) -> Option<Fallout> {
        self.casting.pace()?.stop_after()?;
        let queue = self.queue();
        let has_failed = self.spared.keys().any(|step| self.is_spared(*step));
        (queue.is_stopped || has_failed && (!follow || waits.is_empty()))
            .then(|| self.gathered(&queue, waits.to_vec()))
    }

    /// Whose turn it is.
    pub(super) fn queue(&self) -> Queue {
        Queue::of(self.checked, &self.casting, self.state(), self.now())
    }

    fn gathered(&self, queue: &Queue, waits: Vec<Wait>) -> Fallout {
        let plan = self.checked.plan();
        let is_wrong = |step: &StepId| {
            let of_partner = self.casting.pace().is_some_and(|pace| pace.partner(*step).is_some());
            of_partner && matches!(self.state().steps[*step].status, Status::Failed | Status::Declined)
        };
        let failure = |id: StepId| {
            let (row, progress) = (&plan.steps[id], &self.state().steps[id]);
            Failure {
                id,
                step: row.name.value.clone(),
                role: plan.landscape.roles[row.role.value].clone(),
                is_declined: progress.status == Status::Declined,
                attempts: progress.attempts,
                cause: progress.cause.clone().unwrap_or_else(|| "it is to be tried again".to_owned()),
            }
        };
        let failures = plan.steps.ids().filter(is_wrong).map(failure).collect();
        Fallout { failures, is_stopped: queue.is_stopped, waits }
    }
}
