//! What a run sees of the world: where it is not as recorded, whether a step took effect, what is still under way.

use crate::{
    backend::{
        deployer::InFlight,
        observe::{Observation, observe},
    },
    condition::Asks,
    transition::event::{Drain, Event},
    world::{
        effect::Effect,
        id::{ChannelId, KeyId, StepId},
        landscape::Fact,
        state::World,
    },
};

use super::{
    difference::{Difference, differences, within},
    error::RunError,
    promised::{Broken, broken},
    runner::{Ending, Runner},
};

impl Runner<'_> {
    pub(super) fn look(&self) -> Result<Observation, RunError> {
        let plan = self.checked.plan();
        observe(&plan.landscape, &self.parts.backends, &self.material, &self.state().world)
            .map_err(RunError::Observe)
    }

    /// The differences between the world and the record, if there are any.
    pub(super) fn moved(&self) -> Result<Option<Vec<Difference>>, RunError> {
        let found = differences(self.checked.plan(), self.state(), &self.look()?);
        Ok(Some(found).filter(|found| !found.is_empty()))
    }

    /// How the run ends because the world is not as recorded, if it is not; promises that are broken there are
    /// taken down.
    pub(super) fn astray(&mut self) -> Result<Option<Ending>, RunError> {
        let seen = self.look()?;
        let found = differences(self.checked.plan(), self.state(), &seen);
        if found.is_empty() {
            return Ok(None);
        }
        let broken = broken(self.checked, self.state(), &seen);
        for what in broken.iter().map(Broken::sentence) {
            if !self.state().broken.contains(&what) {
                self.submit(Event::Broken { what })?;
            }
        }
        Ok(Some(if broken.is_empty() { Ending::Moved(found) } else { Ending::Broken(broken, found) }))
    }

    /// What is not as it should be after a step was performed, in words.
    pub(super) fn not_to_be_seen(&self, step: StepId) -> Result<(), String> {
        let unseen = self.unseen(step).map_err(|error| error.to_string())?;
        let told: Vec<String> = unseen
            .iter()
            .map(|d| format!("afterwards {} is {}, not {}", d.what, d.seen, d.recorded))
            .collect();
        if told.is_empty() { Ok(()) } else { Err(told.join("; ")) }
    }

    /// The world as the record has it, and where a story has let an attempt take effect of which no record
    /// can know, as it is.
    pub(super) fn actual(&self) -> &World {
        self.unrecorded.as_ref().unwrap_or(&self.state().world)
    }

    /// What of a step's effect is not to be seen after it was performed. What else has moved is looked at
    /// before the next step.
    pub(super) fn unseen(&self, step: StepId) -> Result<Vec<Difference>, RunError> {
        let plan = self.checked.plan();
        let mut expected = self.actual().clone();
        let effects = plan.steps[step].action.value.effects();
        let written = effects.iter().flat_map(|effect| effect.writes()).map(|(fact, _)| fact);
        let facts: Vec<Fact> = written.chain(effects.iter().filter_map(Effect::displaces)).collect();
        for effect in effects {
            // What does not fit is said by `next` when the outcome is submitted.
            if effect.apply(&plan.landscape, &mut expected).is_err() {
                break;
            }
        }
        Ok(within(plan, &expected, &self.look()?, &facts))
    }

    /// Looks for messages under way where some step waits for the last of them.
    pub(super) fn take_down_drains(&mut self) -> Result<bool, RunError> {
        let mut moved = false;
        for (flow, key) in self.awaited() {
            let Some(how) = self.drained(flow, key)? else { continue };
            let land = &self.checked.plan().landscape;
            let (flow, key) = (land.channels[flow].name.clone(), land.keys[key].clone());
            moved |= self.submit(Event::Drained { flow, key, how })?;
        }
        Ok(moved)
    }

    fn awaited(&self) -> Vec<(ChannelId, KeyId)> {
        let plan = self.checked.plan();
        let land = &plan.landscape;
        let state = self.state();
        let open = plan.steps.iter().filter(|(id, _)| !state.world.is_done(*id));
        let drains = open.flat_map(|(_, step)| &step.needs).filter_map(|need| match need.value.asks() {
            Asks::Drained(flow, key) => Some((flow, key)),
            _ => None,
        });
        drains
            .filter(|(flow, key)| {
                state.world.under_way[*flow].contains(*key) && state.world.stamp(land, *flow) != Some(*key)
            })
            .collect()
    }

    fn drained(&self, flow: ChannelId, key: KeyId) -> Result<Option<Drain>, RunError> {
        if let (Some(backend), Some(certificate)) =
            (self.parts.backends.flows[flow].backend(), self.material.certificate(key))
        {
            let seen = backend.in_flight(&certificate.fingerprint());
            match seen.map_err(|e| RunError::Observe(e.into()))? {
                InFlight::Seen(0) if !self.state().may_keep(flow, key, self.now()) => {
                    return Ok(Some(Drain::Seen));
                }
                // It may count messages that carry the key beside another one, and these need not arrive.
                InFlight::Seen(_) if !backend.tells_apart() && self.is_doubled(flow) => {}
                InFlight::Seen(_) => return Ok(None),
                InFlight::Unknown => {}
            }
        }
        let due = self.state().drained_by(&self.checked.plan().landscape, flow, key);
        Ok(due.filter(|due| self.now() >= *due).map(|_| Drain::Waited))
    }
}
