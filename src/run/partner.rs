//! Who coordinates a plan, who its partners are, and whose a step is.

use std::collections::BTreeSet;

use crate::{
    plan::Plan,
    world::{
        effect::Effect,
        id::{AcceptorId, ChannelId, Id, RoleId, StepId, Table},
    },
};

/// The role that speaks to most others; of several the one with most steps, and of those the one that is
/// declared first.
#[must_use]
pub fn coordinator(plan: &Plan) -> RoleId {
    let mut spoken: Table<RoleId, BTreeSet<RoleId>> = Table::like(&plan.landscape.roles, BTreeSet::new());
    let mut steps: Table<RoleId, usize> = Table::like(&plan.landscape.roles, 0);
    for step in plan.steps.rows() {
        steps[step.role.value] += 1;
        spoken[step.role.value].extend(step.speech.iter().flat_map(|speech| speech.to.iter().copied()));
    }
    let ids = plan.landscape.roles.ids().rev();
    ids.max_by_key(|role| (spoken[*role].len(), steps[*role])).unwrap_or_else(|| Id::at(0))
}

/// The partners of a plan, in the order in which it declares them: each role but the coordinator's that owns a
/// receiver or a flow.
#[must_use]
pub fn partners(plan: &Plan) -> BTreeSet<RoleId> {
    let land = &plan.landscape;
    let owners = land.acceptors.rows().map(|row| row.owner).chain(land.channels.rows().map(|row| row.owner));
    let coordinator = coordinator(plan);
    owners.filter(|role| *role != coordinator).collect()
}

/// The partner whose each step is: that of its role, or the only one that it speaks to or whose receivers and
/// flows it changes. A step that concerns several partners is of none.
#[must_use]
pub fn whose(plan: &Plan, partners: &BTreeSet<RoleId>) -> Table<StepId, Option<RoleId>> {
    let of = |step: StepId| {
        let row = &plan.steps[step];
        if partners.contains(&row.role.value) {
            return Some(row.role.value);
        }
        let spoken = row.speech.iter().flat_map(|speech| speech.to.iter().copied());
        let touched = row.action.value.effects();
        let touched = touched.iter().flat_map(|effect| concerned(plan, effect));
        let mut all: BTreeSet<RoleId> = spoken.chain(touched).collect();
        all.retain(|role| partners.contains(role));
        all.first().copied().filter(|_| all.len() == 1)
    };
    plan.steps.ids().map(of).collect()
}

/// The roles whose receivers and flows a change concerns.
fn concerned(plan: &Plan, effect: &Effect) -> Vec<RoleId> {
    let land = &plan.landscape;
    let receiver = |acceptor: AcceptorId| vec![land.acceptors[acceptor].owner];
    let flow = |channel: ChannelId| {
        let row = &land.channels[channel];
        vec![land.acceptors[row.acceptor].owner, row.owner]
    };
    match effect {
        Effect::Accept { acceptor, .. }
        | Effect::Retire { acceptor, .. }
        | Effect::Replace { acceptor, .. } => receiver(*acceptor),
        Effect::Try { channel, .. } | Effect::Start(channel) | Effect::Stop(channel) => flow(*channel),
        Effect::Exchange { place, .. } => {
            let reached = land.channels.iter().filter(|(_, row)| row.aliases().any(|own| own == *place));
            reached.flat_map(|(channel, _)| flow(channel)).collect()
        }
        Effect::Repoint { own, .. } => {
            let repointed = land.channels.iter().filter(|(_, row)| row.stamps == *own);
            repointed.flat_map(|(channel, _)| flow(channel)).collect()
        }
        Effect::Set(fact) | Effect::Clear(fact) => vec![land.own_facts[*fact].owner],
        Effect::Put { .. } | Effect::Remove { .. } | Effect::Propose(_) | Effect::Agree(_) => Vec::new(),
    }
}
