//! The undo limit: the sending of the report that licenses a partner's destructive act.
//!
//! A partner who ends the trust in a key waits for the word that nothing is signed with it any more. Up
//! to that word the key can be taken into use again. From then on the partner may act at any moment, so
//! going back needs the partner's acknowledgement first.

use std::collections::{BTreeMap, BTreeSet};

use super::abort::Removals;
use crate::{
    action::SpeechKind,
    duration::gate::Gates,
    graph::{knowledge::Knowledge, order::Order},
    plan::Plan,
    world::{
        effect::Effect,
        id::{AcceptorId, ChannelId, KeyId, StepId},
    },
};

/// The undo limit of one destructive act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UndoLimit {
    /// The reports, of which the last one to be sent is the limit; mostly one.
    pub reports: Vec<StepId>,
    /// The act that they license.
    pub act: StepId,
}

/// So many steps are looked at in one plan.
const LOOKS: usize = 5_000_000;

/// The undo limits of a plan, in the order of its steps; nothing where there is too much to follow.
#[must_use]
pub fn undo_limits(plan: &Plan, order: &Order, knowledge: &Knowledge) -> Option<Vec<UndoLimit>> {
    let mut flows: BTreeMap<AcceptorId, Vec<ChannelId>> = BTreeMap::new();
    for (flow, channel) in plan.landscape.channels.iter() {
        flows.entry(channel.acceptor).or_default().push(flow);
    }
    let removers = removers(plan, order);
    let mut search = Search { plan, order, knowledge, gates: Gates::of(plan, order), looks: 0 };
    let mut found = Vec::new();
    for act in order.sequence() {
        let mut reports: BTreeSet<StepId> = BTreeSet::new();
        for effect in plan.steps[*act].action.value.effects() {
            let Some((acceptor, key)) = ends_trust(plan, &effect) else { continue };
            let mut told: BTreeSet<StepId> = BTreeSet::new();
            for flow in flows.get(&acceptor).into_iter().flatten() {
                told.extend(search.licensing(*act, *flow, key)?);
            }
            // A pair that may be gone before the word of it cannot be taken into use again up to then.
            let mut gone = removers.get(&key).into_iter().flatten();
            if gone.all(|remover| told.iter().all(|report| order.is_before(*report, *remover))) {
                reports.append(&mut told);
            }
        }
        if !reports.is_empty() {
            let last = |one: &StepId| !reports.iter().any(|other| order.is_before(*one, *other));
            let reports = reports.iter().copied().filter(last).collect();
            found.push(UndoLimit { reports, act: *act });
        }
    }
    Some(found)
}

/// The key whose trust an effect ends, where it is accepted at the start.
fn ends_trust(plan: &Plan, effect: &Effect) -> Option<(AcceptorId, KeyId)> {
    let (acceptor, key) = match *effect {
        Effect::Retire { acceptor, key } => (acceptor, key),
        Effect::Replace { acceptor, old, new } if old != new => (acceptor, old),
        _ => return None,
    };
    plan.start.accepted[acceptor].contains(key).then_some((acceptor, key))
}

/// The steps that remove a pair, of each key.
fn removers(plan: &Plan, order: &Order) -> BTreeMap<KeyId, Vec<StepId>> {
    let removals = Removals::of(plan, order);
    let mut found: BTreeMap<KeyId, Vec<StepId>> = BTreeMap::new();
    for step in plan.steps.ids() {
        for (_, key) in removals.by(step) {
            found.entry(key).or_default().push(step);
        }
    }
    found
}

struct Search<'a> {
    plan: &'a Plan,
    order: &'a Order,
    knowledge: &'a Knowledge,
    gates: Gates<'a>,
    looks: usize,
}

impl Search<'_> {
    /// The reports before an act that tell its role of the step after which the flow signs nothing with
    /// the key any more; none where the role did that itself, or nothing ends it before.
    fn licensing(&mut self, act: StepId, flow: ChannelId, key: KeyId) -> Option<Vec<StepId>> {
        let role = self.plan.steps[act].role.value;
        let stop = self.gates.stopped(act, flow, key);
        let Some(stop) = stop.filter(|stop| self.plan.steps[*stop].role.value != role) else {
            return Some(Vec::new());
        };
        let mut found = Vec::new();
        let mut seen = BTreeSet::from([act]);
        let mut open = vec![act];
        while let Some(step) = open.pop() {
            for before in self.plan.steps[step].after.iter().map(|before| before.value) {
                self.looks += 1;
                if self.looks > LOOKS {
                    return None;
                }
                if !self.order.is_before(stop, before) || !seen.insert(before) {
                    continue;
                }
                let speech = self.plan.steps[before].speech.as_ref();
                let tells = speech.is_some_and(|s| s.kind == SpeechKind::Report && s.to.contains(&role));
                if tells && self.knowledge.knows(before, stop) {
                    found.push(before);
                } else {
                    open.push(before);
                }
            }
        }
        Some(found)
    }
}
