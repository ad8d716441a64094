//! Windows in a run: a stop is begun only while there is time enough for it, and one that lasts
//! longer than its window breaks its promise.

use std::{collections::BTreeSet, time::Duration};

use jiff::{SignedDuration, Timestamp};

use crate::{
    check::Checked,
    condition::Asks,
    duration::{
        gate::Gates,
        rest::{begun_by, rest_at},
    },
    plan::Plan,
    source::shown,
    syntax::spelt,
    transition::state::State,
    world::{
        effect::Effect,
        id::{ChannelId, StepId, WindowId},
        state::WindowState,
    },
};

use super::{error::RunError, runner::Runner, time::in_utc};

/// Why a step that needs an open window, or stops a flow that is to stand still only in one, must not
/// begin any more, if that is so: less of the window is left than the declared worst case from this
/// step to the one that starts the flow again. Where that is not bounded, the messages under way that
/// a later step waits for are all that can be told to take time.
#[must_use]
pub fn too_late(
    checked: &Checked,
    gates: &Gates<'_>,
    state: &State,
    step: StepId,
    now: Timestamp,
) -> Option<String> {
    let plan = checked.plan();
    let begun = begun_by(gates, step);
    let mut windows: BTreeSet<WindowId> = begun.iter().flat_map(|(_, windows)| windows).copied().collect();
    windows.extend(plan.steps[step].needs.iter().filter_map(|need| match need.value.asks() {
        Asks::Open(window) => Some(window),
        Asks::Facts(_) | Asks::Drained(..) => None,
    }));
    for window in windows {
        let Some(closes) = state.windows[window].and_then(|opening| opening.closes) else { continue };
        let drains = stopped(plan, step).map(|flow| drain(plan, flow)).max().unwrap_or_default();
        let starts = begun.iter().filter_map(|(one, _)| one.start);
        let ended = |step: StepId| state.steps[step].ended;
        let declared = starts.filter_map(|start| rest_at(gates, (&state.world, now), &ended, [start]).ok());
        let least = declared.map(|worst| worst.time).fold(drains, Duration::max);
        let left = closes.duration_since(now);
        if left < SignedDuration::try_from(least).unwrap_or(SignedDuration::MAX) || left.is_negative() {
            let name = shown(&plan.landscape.windows[window].name);
            let needs = if least > drains { "may need" } else { "needs at least" };
            return Some(format!(
                "the window {name} ends at {}, and this {needs} {} of it",
                in_utc(closes),
                spelt(least)
            ));
        }
    }
    None
}

impl Runner<'_> {
    /// Why it is too late for a step. What an attempt that failed has stopped all the same is brought to its end,
    /// and not left standing.
    pub(super) fn too_late(&self, step: StepId, now: Timestamp) -> Result<Option<String>, RunError> {
        if self.state().steps[step].attempts > 0 && self.unseen(step)?.is_empty() {
            return Ok(None);
        }
        let gates = self.gates.get_or_init(|| Gates::of(self.checked.plan(), self.checked.order()));
        Ok(too_late(self.checked, gates, self.state(), step, now))
    }
}

fn stopped(plan: &Plan, step: StepId) -> impl Iterator<Item = ChannelId> {
    let effects = plan.steps[step].action.value.effects();
    effects.into_iter().filter_map(|effect| match effect {
        Effect::Stop(flow) => Some(flow),
        _ => None,
    })
}

/// How long some step of the plan may wait for the messages of a flow that are under way.
fn drain(plan: &Plan, flow: ChannelId) -> Duration {
    let needs = plan.steps.rows().flat_map(|step| &step.needs);
    let waits =
        needs.map(|need| need.value.asks()).any(|asks| matches!(asks, Asks::Drained(f, _) if f == flow));
    if waits { plan.landscape.transit(flow) } else { Duration::ZERO }
}

/// The promises that are broken because a flow is down longer than its window lasts.
#[must_use]
pub fn overrun(checked: &Checked, state: &State, now: Timestamp) -> Vec<String> {
    let plan = checked.plan();
    let land = &plan.landscape;
    let mut found = Vec::new();
    for promise in &plan.promises {
        let (flow, _) = promise.value.hazard();
        let Some(window) = promise.value.window() else { continue };
        let closes = state.windows[window].and_then(|opening| opening.closes);
        let open = state.world.windows[window] == WindowState::Open;
        if let Some(closes) = closes.filter(|closes| open && now > *closes)
            && (state.world.stamp(land, flow).is_none() || stood_still(plan, state, flow, closes))
        {
            found.push(format!("{}: the window ended at {}", promise.value.sentence(land), in_utc(closes)));
        }
    }
    found
}

/// Whether a flow stood still at a moment: a person may have started it since, while nobody looked.
fn stood_still(plan: &Plan, state: &State, flow: ChannelId, at: Timestamp) -> bool {
    let done = plan.steps.iter().filter_map(|(id, step)| {
        let ended = state.steps[id].ended.filter(|ended| *ended <= at && state.world.is_done(id))?;
        let runs = step.action.value.effects().into_iter().find_map(|effect| match effect {
            Effect::Start(started) if started == flow => Some(true),
            Effect::Stop(stopped) if stopped == flow => Some(false),
            _ => None,
        });
        Some((ended, runs?))
    });
    done.max_by_key(|(ended, _)| *ended).is_some_and(|(_, runs)| !runs)
}
