//! Who could want to hear what from whom.

use std::collections::BTreeSet;

use crate::{
    plan::Plan,
    world::{
        id::{Id, RoleId, WindowId},
        landscape::{Channel, Fact},
    },
};

use super::{
    library::{Act, Library},
    mind::{Mind, Tokens},
    search::is_stop,
    worlds::{Outcome, Worlds},
};

/// Which messages are worth sending.
#[derive(Debug)]
pub(super) struct Speech {
    /// What a message from one role is to tell another one, by their numbers.
    wanted: Vec<Vec<Box<[u64]>>>,
    /// Whether one message may reach several roles.
    several: bool,
}

impl Speech {
    pub(super) fn of(library: &Library, worlds: &Worlds, tokens: &Tokens, several: bool) -> Self {
        Self { wanted: wanted(library, worlds, tokens, several), several }
    }

    /// Whether a report from one role would tell another anything that it could want to hear.
    pub(super) fn is_news(&self, mind: &Mind, from: RoleId, to: RoleId) -> bool {
        let wanted = self.wanted.get(from.index()).and_then(|row| row.get(to.index()));
        wanted.is_some_and(|wanted| mind.would_tell(from, to, wanted))
    }

    /// To whom a message may go, of those whom it would tell something.
    pub(super) fn groups(&self, roles: Vec<RoleId>) -> Vec<Vec<RoleId>> {
        let mut groups: Vec<Vec<RoleId>> = roles.iter().map(|role| vec![*role]).collect();
        if !self.several || roles.len() < 2 {
            return groups;
        }
        if roles.len() > 6 {
            groups.push(roles);
            return groups;
        }
        for subset in 1_u32..1 << roles.len() {
            if subset.count_ones() > 1 {
                let is_in = |(at, _): &(usize, &RoleId)| subset >> at & 1 == 1;
                groups.push(roles.iter().enumerate().filter(is_in).map(|(_, role)| *role).collect());
            }
        }
        groups
    }
}

/// With whom a role agrees on a window: whoever stops a flow in it with whoever hears nothing
/// meanwhile; anybody where that is one and the same, or nobody.
pub(super) fn partners(plan: &Plan, window: WindowId, role: RoleId) -> BTreeSet<RoleId> {
    let land = &plan.landscape;
    let promised = plan.promises.iter().map(|promise| &promise.value);
    let flows = promised.filter(|one| one.window() == Some(window)).map(|one| one.hazard().0);
    let flows: Vec<&Channel> = flows.map(|flow| &land.channels[flow]).collect();
    let owners: BTreeSet<RoleId> = flows.iter().map(|flow| flow.owner).collect();
    let mut partners: BTreeSet<RoleId> =
        flows.iter().map(|flow| land.acceptors[flow.acceptor].owner).collect();
    if partners.union(&owners).count() < 2 {
        partners = land.roles.ids().collect();
    } else if !owners.contains(&role) {
        partners.clear();
    }
    partners.remove(&role);
    partners
}

/// What each role could want to hear from each other one. Where a message may reach several roles,
/// nobody has to pass on what he was told himself: whoever told him could have told the others too.
fn wanted(library: &Library, worlds: &Worlds, tokens: &Tokens, several: bool) -> Vec<Vec<Box<[u64]>>> {
    let land = &library.landscape;
    let everything = || Box::from(tokens.conveyed(true));
    if !several {
        return land.roles.ids().map(|_| land.roles.ids().map(|_| everything()).collect()).collect();
    }
    let is_possible =
        |act: &usize| worlds.outcomes(*act).any(|(_, outcome)| matches!(outcome, Outcome::To(..)));
    let possible = (0..library.acts.len()).filter(is_possible).filter_map(|act| library.acts.get(act));
    let possible: Vec<&Act> = possible.collect();
    let changes = |fact: Fact| {
        possible.iter().any(|act| act.effect.writes().iter().any(|(written, _)| *written == fact))
    };
    let stops = |role: RoleId| possible.iter().any(|act| act.role == Some(role) && is_stop(&act.effect));
    let pair = |from: RoleId, to: RoleId| {
        let mut news: Vec<usize> = Vec::new();
        for fact in tokens.facts().filter(|fact| changes(*fact)) {
            if land.owner(fact) == Some(from) {
                news.extend(tokens.made(fact));
            }
            if land.owner(fact) == Some(to) {
                news.extend(tokens.relied(fact, from));
            }
        }
        if stops(to) {
            news.push(tokens.last(from));
        }
        news.extend(land.windows.ids().map(|window| tokens.agreed(window)));
        tokens.mask(&news)
    };
    land.roles.ids().map(|from| land.roles.ids().map(|to| pair(from, to)).collect()).collect()
}
