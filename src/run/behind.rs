//! A clock that is behind the last record lets no time begin to count: it would count from too early a moment, and be
//! over while messages are under way still.

use jiff::SignedDuration;

use crate::{
    backend::deployer::InFlight,
    condition::Asks,
    plan::date::in_utc,
    source::shown,
    world::id::{ChannelId, KeyId, StepId},
};

use super::{error::RunError, runner::Runner};

/// So far ahead the clock may have been by which another machine took something down.
const APART: SignedDuration = SignedDuration::from_hours(1);

impl Runner<'_> {
    /// Makes sure that the clock is not behind where a time counts from a step on and nobody looks when it is over.
    ///
    /// # Errors
    /// [`RunError::Clock`] where it is; nothing was changed.
    pub(super) fn is_not_behind(&self, step: StepId) -> Result<(), RunError> {
        let (clock, last) = (self.parts.clock.now(), self.state().now);
        let is_behind = clock.checked_add(APART).is_ok_and(|latest| latest < last);
        if !is_behind || !self.is_counted_from(step)? {
            return Ok(());
        }
        let name = shown(&self.checked.plan().steps[step].name.value);
        Err(RunError::Clock(format!(
            "the clock says {}, and the last record of the run is of {}: `{name}` is not begun, for a time counts from it \
             on, which would be over too early; set the clock right",
            in_utc(clock),
            in_utc(last)
        )))
    }

    /// Whether a step that is still to come waits for a time after this one.
    fn is_counted_from(&self, step: StepId) -> Result<bool, RunError> {
        let plan = self.checked.plan();
        let (land, world) = (&plan.landscape, &self.state().world);
        let open = || plan.steps.iter().filter(|(other, _)| !world.is_done(*other)).map(|(_, row)| row);
        if open().any(|row| row.extra().waits.iter().any(|waits| waits.after == step)) {
            return Ok(true);
        }
        let mut after = world.clone();
        for effect in plan.steps[step].action.value.effects() {
            // What does not fit is said by `next`.
            if effect.apply(land, &mut after).is_err() {
                break;
            }
        }
        for flow in land.channels.ids() {
            let was = world.stamp(land, flow).filter(|was| after.stamp(land, flow) != Some(*was));
            let Some(key) = was else { continue };
            let drains = Asks::Drained(flow, key);
            let is_needed = open().flat_map(|row| &row.needs).any(|need| need.value.asks() == drains);
            if is_needed && !self.is_looked_at(flow, key)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether somebody can tell what is under way of a flow that is signed with a key.
    fn is_looked_at(&self, flow: ChannelId, key: KeyId) -> Result<bool, RunError> {
        let backend = self.parts.backends.flows[flow].backend();
        let (Some(backend), Some(certificate)) = (backend, self.material.certificate(key)) else {
            return Ok(false);
        };
        let seen = backend.in_flight(&certificate.fingerprint());
        let is_seen = seen.map_err(|e| RunError::Observe(e.into()))? != InFlight::Unknown;
        Ok(is_seen && (backend.tells_apart() || !self.is_doubled(flow)))
    }
}
