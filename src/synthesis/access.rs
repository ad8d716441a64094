//! What an act relies on in a world, and what it changes.

use std::collections::BTreeSet;

use crate::{
    invariant::{Hazard, stated::Literal},
    plan::{Plan, judged::Judged},
    world::{
        effect::Effect,
        id::{AcceptorId, ChannelId, KeyId, OwnFactId, RoleId, WindowId},
        landscape::Fact,
        state::World,
    },
};

use super::{library::Library, scenario::Scenario};

/// A condition that a step waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Need {
    /// No message of the flow that is stamped with the key is under way.
    Drained(ChannelId, KeyId),
    /// The window has begun.
    Open(WindowId),
    /// The receiver accepts the key.
    Accepts(AcceptorId, KeyId),
    /// The flow does not run.
    Undeployed(ChannelId),
    /// The fact of the plan's own is set, or clear.
    Own(OwnFactId, bool),
}

/// What an act relies on and what it changes.
#[derive(Clone, Debug, Default)]
pub(super) struct Access {
    /// Facts that must stay as they are until it is done.
    pub(super) reads: BTreeSet<Fact>,
    /// Facts that it changes.
    pub(super) writes: BTreeSet<Fact>,
    /// What it waits for.
    pub(super) needs: Vec<Need>,
    /// The key whose certificate it takes.
    pub(super) certificate: Option<KeyId>,
}

/// Finds out what acts rely on.
#[derive(Debug)]
pub(super) struct Accesses<'a> {
    plan: &'a Plan,
    library: &'a Library,
    judged: Vec<Judged<'a>>,
}

impl<'a> Accesses<'a> {
    pub(super) fn of(scenario: &'a Scenario, library: &'a Library) -> Self {
        Self { plan: &scenario.plan, library, judged: scenario.plan.judged() }
    }

    /// What an act of a role relies on; nothing where the role has not heard what it would have to rely
    /// on. `knows` says whether it has heard how a fact was last made.
    pub(super) fn access(
        &self,
        (role, effect): (RoleId, &Effect),
        world: &World,
        knows: impl Fn(Fact) -> bool,
    ) -> Option<Access> {
        let land = &self.library.landscape;
        let mine = |fact: Fact| land.owner(fact) == Some(role);
        let knows = |fact: Fact| mine(fact) || knows(fact);
        let mut access = Access::default();
        access.writes.extend(effect.writes().into_iter().map(|(fact, _)| fact));
        access.writes.extend(effect.displaces());
        match *effect {
            Effect::Exchange { place, staged, key, .. } => {
                access.reads.extend(access.writes.clone());
                let has_gap = land.stores[land.places[place].store].has_gap;
                for (flow, row) in land.channels.iter() {
                    if row.stamps == staged || (row.stamps == place && has_gap) {
                        Self::stands_still(&mut access, flow, world, &knows)?;
                    } else if row.stamps == place {
                        self.signs(&mut access, (flow, key), world, &knows)?;
                    }
                }
            }
            Effect::Remove { place, .. } => {
                access.reads.extend(access.writes.clone());
                for (flow, _) in land.channels.iter().filter(|(_, row)| row.stamps == place) {
                    Self::stands_still(&mut access, flow, world, &knows)?;
                }
            }
            Effect::Start(flow) => {
                let place = Fact::Place(land.channels[flow].stamps);
                access.reads.insert(place);
                let key = world.places[land.channels[flow].stamps]?;
                if !knows(place) {
                    return None;
                }
                self.accepted(&mut access, (flow, key), world, &knows)?;
            }
            Effect::Stop(flow) => access.needs.extend(self.windows(flow).map(Need::Open)),
            Effect::Accept { acceptor, key } => {
                access.certificate = Some(key);
                access.reads.extend(self.all_of(acceptor));
            }
            Effect::Retire { acceptor, key } => self.silent(&mut access, (acceptor, key), world, &knows)?,
            Effect::Replace { acceptor, old, new } => {
                access.certificate = Some(new);
                access.reads.extend(self.all_of(acceptor));
                self.silent(&mut access, (acceptor, old), world, &knows)?;
            }
            // That a window is agreed is no fact that anybody owns, but promises may speak of it.
            Effect::Agree(_) => access.writes.clear(),
            // No search takes it: what it looks for has no flow that is repointed.
            Effect::Repoint { .. } => return None,
            Effect::Put { .. } | Effect::Try { .. } | Effect::Propose(_) => {}
            Effect::Set(_) | Effect::Clear(_) => {}
        }
        self.stated(&mut access, effect, world, &knows)?;
        access.needs.retain(|need| match need {
            Need::Accepts(acceptor, key) => !mine(Fact::Accepts(*acceptor, *key)),
            Need::Undeployed(flow) => !mine(Fact::Running(*flow)),
            Need::Own(own, _) => !mine(Fact::Own(*own)),
            Need::Drained(..) | Need::Open(_) => true,
        });
        access.needs.sort();
        access.needs.dedup();
        Some(access)
    }

    /// A flow does not run: its alias names no key afterwards, or meanwhile.
    fn stands_still(
        access: &mut Access,
        flow: ChannelId,
        world: &World,
        knows: &impl Fn(Fact) -> bool,
    ) -> Option<()> {
        let runs = Fact::Running(flow);
        if world.running[flow] || !knows(runs) {
            return None;
        }
        access.reads.insert(runs);
        access.needs.push(Need::Undeployed(flow));
        Some(())
    }

    /// A flow signs with the key afterwards, or does not run.
    fn signs(
        &self,
        access: &mut Access,
        (flow, key): (ChannelId, KeyId),
        world: &World,
        knows: &impl Fn(Fact) -> bool,
    ) -> Option<()> {
        if Self::stands_still(access, flow, world, knows).is_some() {
            return Some(());
        }
        self.accepted(access, (flow, key), world, knows)
    }

    /// The receiver of a flow accepts the key.
    fn accepted(
        &self,
        access: &mut Access,
        (flow, key): (ChannelId, KeyId),
        world: &World,
        knows: &impl Fn(Fact) -> bool,
    ) -> Option<()> {
        if self.may_reject(flow) {
            return Some(());
        }
        let acceptor = self.library.landscape.channels[flow].acceptor;
        let fact = Fact::Accepts(acceptor, key);
        if !world.accepted[acceptor].contains(key) || !knows(fact) {
            return None;
        }
        access.reads.insert(fact);
        access.needs.push(Need::Accepts(acceptor, key));
        Some(())
    }

    /// No flow to the receiver signs with the key any more, and no such message is under way.
    fn silent(
        &self,
        access: &mut Access,
        (acceptor, key): (AcceptorId, KeyId),
        world: &World,
        knows: &impl Fn(Fact) -> bool,
    ) -> Option<()> {
        let land = &self.library.landscape;
        for (flow, row) in land.channels.iter().filter(|(_, row)| row.acceptor == acceptor) {
            if self.may_reject(flow) {
                continue;
            }
            let (place, runs) = (Fact::Place(row.stamps), Fact::Running(flow));
            if world.places[row.stamps] != Some(key) && knows(place) {
                access.reads.insert(place);
            } else if !world.running[flow] && knows(runs) {
                access.reads.insert(runs);
            } else {
                return None;
            }
            if world.under_way[flow].contains(key) {
                access.needs.push(Need::Drained(flow, key));
            }
        }
        Some(())
    }

    /// What the plan states of the facts that change is known to stay true. Where a fact of the plan's own
    /// is what keeps it true, the step waits for that in words.
    fn stated(
        &self,
        access: &mut Access,
        effect: &Effect,
        world: &World,
        knows: &impl Fn(Fact) -> bool,
    ) -> Option<()> {
        let land = &self.library.landscape;
        let (writes, displaced) = (effect.writes(), effect.displaces());
        let touches = |fact: Fact| displaced == Some(fact) || writes.iter().any(|(one, _)| *one == fact);
        let makes = |literal: &Literal| {
            let (fact, value, is) = literal.says();
            displaced == Some(fact) || writes.iter().any(|(one, to)| *one == fact && (*to == value) == is)
        };
        let is_so = |literal: &Literal| {
            let (fact, value, is) = literal.says();
            (world.value(land, fact) == value) == is
        };
        for said in self.plan.statements.iter().map(|said| &said.value) {
            // What has been so stays so: only what must not come first can break a `before`.
            let (relies, keepers) = match said.beginning() {
                Some(beginning) if said.occasion().iter().any(makes) => {
                    let facts: BTreeSet<Fact> = beginning.iter().filter_map(|one| one.fact()).collect();
                    (facts, beginning.into_iter().filter(|one| is_so(one)).collect())
                }
                None if said.breaches().iter().flatten().any(|one| touches(one.says().0)) => {
                    let threats = said.breaches().into_iter().filter(|all| all.iter().any(makes));
                    let others = threats.flatten().filter(|one| !makes(one) && !is_so(one));
                    (said.facts().collect(), others.map(Literal::opposite).collect::<Vec<Literal>>())
                }
                Some(_) | None => continue,
            };
            if !relies.iter().all(|fact| touches(*fact) || knows(*fact)) {
                return None;
            }
            access.needs.extend(keepers.into_iter().filter_map(|one| match one.fact()? {
                fact @ Fact::Own(own) if !touches(fact) => Some(Need::Own(own, world.set[own])),
                _ => None,
            }));
            access.reads.extend(relies);
        }
        Some(())
    }

    /// Whether the author accepts that messages of the flow are rejected.
    fn may_reject(&self, flow: ChannelId) -> bool {
        !self.judged.iter().any(|one| one.hazard() == (flow, Hazard::Rejected))
    }

    /// The windows in which alone a flow may be interrupted.
    fn windows(&self, flow: ChannelId) -> impl Iterator<Item = WindowId> + '_ {
        let of_flow = move |one: &&Judged<'_>| one.hazard() == (flow, Hazard::Interrupted);
        self.judged.iter().filter(of_flow).filter_map(|one| one.window())
    }

    fn all_of(&self, acceptor: AcceptorId) -> impl Iterator<Item = Fact> + use<'_> {
        self.library.landscape.keys.ids().map(move |key| Fact::Accepts(acceptor, key))
    }
}
