//! One move of a story, done by the runner: what is commanded beside it waits for its own moment.

use crate::{
    proof::rules::Move,
    transition::{
        command::Command,
        event::{Actor, Event},
    },
    world::id::{DeliveryId, StepId, WindowId},
};

use super::{
    error::RunError,
    runner::{Runner, Watch},
};

impl Runner<'_> {
    /// Does one thing that a story tells of: an act, an answer, the receipt of a message, the beginning
    /// of a window. Messages of flows are no part of a run.
    ///
    /// # Errors
    /// When a backend refuses the act, or the run does not take it down.
    pub fn enact(&mut self, step: Move, watch: Watch<'_>) -> Result<(), RunError> {
        self.refresh()?;
        self.take_down_drains()?;
        let done = match step {
            Move::Act(step) => self.enact_step(step, watch),
            Move::Answer(step) => self.enact_answer(step),
            Move::Receive(message) => self.enact_receipt(message),
            Move::Open(window) => self.enact_opening(window),
            Move::Late(step) => self.enact_late(step),
            Move::Send(..) | Move::Arrive(..) => Ok(()),
        };
        // A moment that went wrong is taken down too.
        let kept = self.keep(watch);
        done.and(kept.map(drop))
    }

    /// Performs the act of a step that is done once more, as an attempt would that was given up. Nothing of
    /// it comes to the record.
    fn enact_late(&mut self, step: StepId) -> Result<(), RunError> {
        let done = self.act_on_backends(step).and_then(|_| self.not_to_be_seen(step));
        if let Err(cause) = done {
            let plan = self.checked.plan();
            let row = &plan.steps[step];
            let (name, role) = (row.name.value.clone(), plan.landscape.roles[row.role.value].clone());
            let attempt = self.state().steps[step].attempts;
            return Err(RunError::Step { step: name, role, attempt, cause, at: row.action.span });
        }
        let mut world = self.actual().clone();
        for effect in self.checked.plan().steps[step].action.value.effects() {
            // What does not fit was not to be seen.
            let _changed = effect.apply(&self.checked.plan().landscape, &mut world);
        }
        self.unrecorded = Some(world);
        Ok(())
    }

    fn enact_step(&mut self, step: StepId, watch: Watch<'_>) -> Result<(), RunError> {
        let now = self.parts.clock.now();
        self.stand_in_for_late(step, now)?;
        self.agree(step)?;
        let plan = self.checked.plan();
        let row = &plan.steps[step];
        let name = row.name.value.clone();
        if row.speech.is_some() {
            let by = self.site_as(plan.landscape.roles[row.role.value].clone());
            let certificates = self.handed_over(step, now)?;
            self.submit(Event::Confirmed { step: name, by, opens: None, certificates })?;
            if row.action.value.certifies().is_some() {
                self.learn();
            }
            return Ok(());
        }
        let attempt = self.state().steps[step].attempts + 1;
        self.submit(Event::Begun { step: name.clone(), attempt })?;
        self.keep(watch)?;
        self.perform(&name, attempt)?;
        self.parts.host.settle(&Command::Perform { step: name, attempt })?;
        Ok(())
    }

    fn enact_answer(&mut self, step: StepId) -> Result<(), RunError> {
        let plan = self.checked.plan();
        let Some((_, other)) = plan.proposal(step) else { return Ok(()) };
        let role = plan.landscape.roles[other].clone();
        let (name, attempt) = (plan.steps[step].name.value.clone(), self.state().steps[step].attempts);
        let by = self.site_as(role.clone());
        self.submit(Event::Answered { step: name.clone(), by, yes: true, because: None })?;
        self.parts.host.settle(&Command::Ask { step: name, role, attempt })?;
        Ok(())
    }

    fn enact_receipt(&mut self, message: DeliveryId) -> Result<(), RunError> {
        let plan = self.checked.plan();
        let delivery = plan.deliveries[message];
        let role = plan.landscape.roles[delivery.to].clone();
        let step = plan.steps[delivery.step].name.value.clone();
        let by = self.site_as(role.clone());
        self.submit(Event::Received { step: step.clone(), by })?;
        self.parts.host.settle(&Command::Tell { step, role })?;
        Ok(())
    }

    fn enact_opening(&mut self, window: WindowId) -> Result<(), RunError> {
        let window = self.checked.plan().landscape.windows[window].name.clone();
        self.submit(Event::Opened { window })?;
        Ok(())
    }

    /// A role whose acts the site does by itself, as in every sandbox.
    const fn site_as(&self, role: String) -> Actor {
        Actor { role, person: None, automatic: true }
    }
}
