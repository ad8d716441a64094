//! A run that stands still until a moment, because somebody has it so: nothing is begun, no window opens, and what is
//! asked of people may wait. What they have done all the same they still confirm.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    check::Checked,
    condition::Asks,
    plan::{Plan, date::in_utc},
    source::shown,
    world::{
        effect::Effect,
        id::{ChannelId, RoleId, StepId, WindowId},
        state::{WindowState, World},
    },
};

use super::{
    event::Actor,
    state::{State, Status},
    why::Why,
};

/// Until when a run stands still, or what concerns one role of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Pause {
    /// The first moment at which it goes on.
    pub until: Timestamp,
    /// The role whose steps alone stand still, and what is said to it; without one all stand still.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// Who has it so.
    pub by: Actor,
    /// Why.
    pub because: String,
}

impl Pause {
    /// Who has it so and why, as in `paused by Dana (tenant_admin): the partner moves house`.
    #[must_use]
    pub fn reason(&self) -> String {
        let who = match &self.by.person {
            Some(person) => format!("{} ({})", shown(person), shown(&self.by.role)),
            None => shown(&self.by.role),
        };
        let whom = self.role.as_ref().map_or_else(String::new, |role| format!(" for {}", shown(role)));
        format!("paused{whom} by {who}: {}", shown(&self.because))
    }
}

/// The flow that stands still and is started by a step that is still to come, if there is one: what was begun is
/// brought to its end.
#[must_use]
pub fn interrupted(plan: &Plan, world: &World) -> Option<ChannelId> {
    let open = plan.steps.iter().filter(|(step, _)| !world.is_done(*step));
    let mut effects = open.flat_map(|(_, row)| row.action.value.effects());
    effects.find_map(|effect| match effect {
        Effect::Start(flow) if !world.running[flow] => Some(flow),
        _ => None,
    })
}

/// The pause under which a step is not begun at a moment, if there is one; of several that which ends last.
#[must_use]
pub fn pause<'a>(plan: &Plan, state: &'a State, step: StepId, now: Timestamp) -> Option<&'a Pause> {
    let concerns = |pause: &&Pause| match &pause.role {
        None => true,
        Some(name) => plan.landscape.roles.find(|role| role == name).is_some_and(|role| of(plan, step, role)),
    };
    last(plan, state, now, concerns)
}

/// The pause under which nothing at all is done at a moment.
#[must_use]
pub fn whole<'a>(plan: &Plan, state: &'a State, now: Timestamp) -> Option<&'a Pause> {
    last(plan, state, now, |pause| pause.role.is_none())
}

/// The pause under which a role does nothing at a moment.
#[must_use]
pub fn of_role<'a>(plan: &Plan, state: &'a State, role: &str, now: Timestamp) -> Option<&'a Pause> {
    last(plan, state, now, |pause| pause.role.as_ref().is_none_or(|other| other == role))
}

fn last<'a>(
    plan: &Plan,
    state: &'a State,
    now: Timestamp,
    concerns: impl Fn(&&Pause) -> bool,
) -> Option<&'a Pause> {
    let now = now.max(state.now);
    let open = state.pauses.iter().filter(|pause| now < pause.until);
    let last = open.filter(concerns).max_by_key(|pause| pause.until);
    // An interruption that a person has begun meanwhile is not prolonged.
    last.filter(|_| interrupted(plan, &state.world).is_none())
}

/// Whether a step is of a role, or speaks to it.
fn of(plan: &Plan, step: StepId, role: RoleId) -> bool {
    plan.steps[step].role.value == role
        || plan.deliveries_of(step).any(|(_, to)| to == role)
        || plan.proposal(step).is_some_and(|(_, to)| to == role)
}

/// Whether a step may begin as far as pauses go.
pub(super) fn goes_on(checked: &Checked, state: &State, step: StepId) -> Result<(), Why> {
    let plan = checked.plan();
    pause(plan, state, step, state.now).map_or(Ok(()), |pause| {
        Err(Why::Paused { step: plan.steps[step].name.value.clone(), until: in_utc(pause.until) })
    })
}

/// Lets a run stand still; `false` where it does so already.
pub(super) fn paused(checked: &Checked, state: &mut State, pause: Pause) -> Result<bool, Why> {
    let plan = checked.plan();
    if let Some(role) = &pause.role
        && plan.landscape.roles.find(|other| other == role).is_none()
    {
        return Err(Why::Unknown(role.clone()));
    }
    if state.pauses.contains(&pause) {
        return Ok(false);
    }
    if let Some(why) = against(plan, state, pause.until) {
        return Err(Why::NoPause(why));
    }
    state.pauses.retain(|other| other.role != pause.role);
    state.pauses.push(pause);
    Ok(true)
}

/// Lets go on what stands still for a role, or all of it.
pub(super) fn resumed(checked: &Checked, state: &mut State, role: Option<&str>) -> Result<(), Why> {
    if let Some(role) = role
        && checked.plan().landscape.roles.find(|other| other == role).is_none()
    {
        return Err(Why::Unknown(role.to_owned()));
    }
    state.pauses.retain(|pause| role.is_some() && pause.role.as_deref() != role);
    Ok(())
}

/// What speaks against a run that stands still until then, as far as its record tells.
fn against(plan: &Plan, state: &State, until: Timestamp) -> Option<String> {
    if until <= state.now {
        return Some(format!("{} has passed", in_utc(until)));
    }
    if state.is_finished() {
        return Some("it is done".to_owned());
    }
    let begun = plan.steps.iter().find(|(step, _)| state.steps[*step].status == Status::Begun);
    if let Some((_, row)) = begun {
        let name = shown(&row.name.value);
        return Some(format!(
            "`{name}` was begun and has no outcome yet: `keyroll run` brings it to its end first"
        ));
    }
    if let Some(flow) = interrupted(plan, &state.world) {
        let flow = shown(&plan.landscape.channels[flow].name);
        return Some(format!(
            "{flow} stands still until a later step starts it, and no interruption is prolonged"
        ));
    }
    for (window, row) in plan.landscape.windows.iter() {
        let name = shown(&row.name);
        let needed = is_needed(plan, state, window);
        match (state.world.windows[window], state.windows[window]) {
            (WindowState::Open, _) if needed => {
                return Some(format!("the window {name} is open, and steps that need it are still to come"));
            }
            (WindowState::Agreed | WindowState::Proposed, Some(opening))
                if needed && opening.opens < until =>
            {
                return Some(format!(
                    "the window {name} opens at {}: pause until then at the latest, or agree another one first",
                    in_utc(opening.opens)
                ));
            }
            _ => {}
        }
    }
    None
}

/// Whether a step that is still to come needs a window open, or stops a flow that stands still only in it.
fn is_needed(plan: &Plan, state: &State, window: WindowId) -> bool {
    let stops = |flow: ChannelId| {
        let promises = plan.promises.iter().map(|promise| &promise.value);
        promises.filter(|p| p.hazard().0 == flow).any(|promise| promise.window() == Some(window))
    };
    let mut open = plan.steps.iter().filter(|(step, _)| !state.world.is_done(*step));
    open.any(|(_, row)| {
        row.needs.iter().any(|need| matches!(need.value.asks(), Asks::Open(other) if other == window))
            || row
                .action
                .value
                .effects()
                .iter()
                .any(|effect| matches!(effect, Effect::Stop(flow) if stops(*flow)))
    })
}
