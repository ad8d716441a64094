//! A state as it is stored and shown: by names, readable without the code that wrote it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    check::Checked,
    world::{
        id::{Id, KeyId, KeySet},
        state::WindowState,
    },
};

use super::{
    compared::Substituted,
    pause::Pause,
    state::{Opening, Progress, State},
    waived::Waived,
};

/// A state by names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Snapshot {
    /// Whether the run has begun.
    pub started: bool,
    /// Which key lies at which place; places that hold none are left out.
    pub places: BTreeMap<String, String>,
    /// Which keys each receiver accepts.
    pub accepted: BTreeMap<String, BTreeSet<String>>,
    /// Which flows are deployed.
    pub deployed: BTreeSet<String>,
    /// Which facts of the plan's own are set.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub set: BTreeSet<String>,
    /// Which keys messages are signed with that may be under way.
    pub under_way: BTreeMap<String, BTreeSet<String>>,
    /// How far each window is agreed, and when it opens and closes.
    pub windows: BTreeMap<String, (Agreed, Option<Opening>)>,
    /// Which messages between roles were received: step and role.
    pub received: BTreeSet<(String, String)>,
    /// Where each step stands.
    pub steps: BTreeMap<String, Progress>,
    /// The certificates that are pinned, as PEM.
    pub certificates: BTreeMap<String, String>,
    /// From when on a flow signs nothing with a key any more: flow, key, time.
    pub stopped: Vec<(String, String, Timestamp)>,
    /// What was seen to break a promise.
    pub broken: Vec<String>,
    /// The time of the last event.
    pub now: Timestamp,
    /// Whether the run has left its plan.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub left: bool,
    /// Until when it stands still, and for whom.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pauses: Vec<Pause>,
    /// The partners that it goes on without.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waived: Vec<Waived>,
    /// The certificates that are other ones than the run knows, and that nobody has seen to yet.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub substituted: Vec<Substituted>,
}

/// How far a window is agreed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Agreed {
    /// Nobody has spoken of it.
    No,
    /// One side has proposed it.
    Proposed,
    /// Both agree.
    Yes,
    /// It has begun.
    Open,
}

impl Snapshot {
    /// Takes a state down.
    #[must_use]
    pub fn of(checked: &Checked, state: &State) -> Self {
        let plan = checked.plan();
        let land = &plan.landscape;
        let key = |key: KeyId| land.keys[key].clone();
        let keys = |set: &KeySet| set.iter().map(key).collect::<BTreeSet<_>>();
        let place = |(id, held): (_, &Option<KeyId>)| held.map(|k| (land.place_name(id), key(k)));
        let agreed = |window| match window {
            WindowState::Unagreed => Agreed::No,
            WindowState::Proposed => Agreed::Proposed,
            WindowState::Agreed => Agreed::Yes,
            WindowState::Open => Agreed::Open,
        };
        let heard = plan.deliveries.iter().filter(|(id, _)| state.world.is_heard(*id));
        Self {
            started: state.started,
            places: state.world.places.iter().filter_map(place).collect(),
            accepted: land
                .acceptors
                .iter()
                .map(|(id, a)| (a.name.clone(), keys(&state.world.accepted[id])))
                .collect(),
            deployed: land
                .channels
                .iter()
                .filter(|(id, _)| state.world.running[*id])
                .map(|(_, c)| c.name.clone())
                .collect(),
            set: land
                .own_facts
                .iter()
                .filter(|(id, _)| state.world.set[*id])
                .map(|(_, own)| own.name.clone())
                .collect(),
            under_way: land
                .channels
                .iter()
                .map(|(id, c)| (c.name.clone(), keys(&state.world.under_way[id])))
                .collect(),
            windows: land
                .windows
                .iter()
                .map(|(id, w)| (w.name.clone(), (agreed(state.world.windows[id]), state.windows[id])))
                .collect(),
            received: heard
                .map(|(_, d)| (plan.steps[d.step].name.value.clone(), land.roles[d.to].clone()))
                .collect(),
            steps: plan
                .steps
                .iter()
                .map(|(id, step)| (step.name.value.clone(), state.steps[id].clone()))
                .collect(),
            certificates: state.certificates.iter().map(|(k, pem)| (key(*k), pem.clone())).collect(),
            stopped: state
                .stopped
                .iter()
                .map(|((c, k), at)| (land.channels[*c].name.clone(), key(*k), *at))
                .collect(),
            broken: state.broken.clone(),
            now: state.now,
            left: state.left,
            pauses: state.pauses.clone(),
            waived: state.waived.clone(),
            substituted: state.substituted.clone(),
        }
    }

    /// Makes the state again; nothing when the plan has no such names.
    #[must_use]
    pub fn restore(&self, checked: &Checked) -> Option<State> {
        let plan = checked.plan();
        let land = &plan.landscape;
        let mut state = State::new(checked);
        let key = |name: &String| plan.key(name);
        let keys = |names: &BTreeSet<String>| names.iter().map(key).collect::<Option<KeySet>>();
        let stamps =
            |names: &BTreeSet<String>| names.iter().map(|name| plan.stamp(name)).collect::<Option<KeySet>>();
        state.started = self.started;
        for id in land.places.ids() {
            state.world.places[id] = match self.places.get(&land.place_name(id)) {
                Some(name) => Some(key(name)?),
                None => None,
            };
        }
        for (id, acceptor) in land.acceptors.iter() {
            state.world.accepted[id] = keys(self.accepted.get(&acceptor.name)?)?;
        }
        for (id, channel) in land.channels.iter() {
            state.world.running[id] = self.deployed.contains(&channel.name);
            state.world.under_way[id] = stamps(self.under_way.get(&channel.name)?)?;
        }
        for (id, own) in land.own_facts.iter() {
            state.world.set[id] = self.set.contains(&own.name);
        }
        for (id, window) in land.windows.iter() {
            let (agreed, opening) = self.windows.get(&window.name)?;
            state.windows[id] = *opening;
            state.world.windows[id] = match agreed {
                Agreed::No => WindowState::Unagreed,
                Agreed::Proposed => WindowState::Proposed,
                Agreed::Yes => WindowState::Agreed,
                Agreed::Open => WindowState::Open,
            };
        }
        for (id, step) in plan.steps.iter() {
            state.steps[id] = self.steps.get(&step.name.value)?.clone();
            let done = matches!(state.steps[id].status, super::state::Status::Done(_));
            state.world.done.set(id.index(), done);
        }
        for (id, delivery) in plan.deliveries.iter() {
            let name = plan.steps[delivery.step].name.value.clone();
            let heard = self.received.contains(&(name, land.roles[delivery.to].clone()));
            state.world.heard.set(id.index(), heard);
        }
        for (name, pem) in &self.certificates {
            state.certificates.insert(key(name)?, pem.clone());
        }
        for (flow, name, at) in &self.stopped {
            let channel = plan.flow(flow)?;
            state.stopped.insert((channel, plan.stamp(name)?), *at);
        }
        state.broken.clone_from(&self.broken);
        state.now = self.now;
        state.left = self.left;
        state.pauses.clone_from(&self.pauses);
        state.waived.clone_from(&self.waived);
        state.substituted.clone_from(&self.substituted);
        Some(state)
    }
}
