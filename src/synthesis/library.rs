//! The library: every act by which the roles of a scenario can change something.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    action::exchange::backup_alias,
    condition::Asks,
    name::Alias,
    world::{
        effect::Effect,
        id::{KeyId, PlaceId, RoleId, StoreId},
        landscape::{Fact, Landscape, Value},
        state::World,
    },
};

use super::{scenario::Scenario, spelling::Spelling};

/// One act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Act {
    /// Who may do it: the owner of what it changes; nobody alone for an agreement.
    pub(super) role: Option<RoleId>,
    /// What it changes.
    pub(super) effect: Effect,
}

/// The acts of a scenario.
#[derive(Debug)]
pub(super) struct Library {
    /// What there is, with the aliases at which new pairs wait and old ones are kept.
    pub(super) landscape: Landscape,
    /// How things are at the start.
    pub(super) start: World,
    /// The acts, in the order of the declarations.
    pub(super) acts: Vec<Act>,
    /// How aliases are written.
    pub(super) spelling: Spelling,
    /// The keys whose certificates there are from the start.
    pub(super) known: BTreeSet<KeyId>,
}

impl Library {
    /// Every act of the vocabulary on what the scenario declares, by the role that owns it. A pair is
    /// destroyed by none of them: nothing that the scenario can want needs it.
    pub(super) fn of(scenario: &Scenario) -> Self {
        let plan = &scenario.plan;
        let mut library = Self {
            landscape: plan.landscape.clone(),
            start: plan.start.clone(),
            acts: Vec::new(),
            spelling: Spelling::of(scenario),
            known: BTreeSet::new(),
        };
        let accepted = plan.start.accepted.rows().flat_map(|keys| keys.iter());
        library.known = plan.start.places.rows().copied().flatten().chain(accepted).collect();
        let staged = library.creations(scenario);
        library.exchanges(scenario, &staged);
        library.acceptors();
        for flow in library.landscape.channels.ids() {
            library.add(Effect::Stop(flow));
            library.add(Effect::Start(flow));
        }
        if library.landscape.roles.len() > 1 {
            for window in library.landscape.windows.ids() {
                library.acts.push(Act { role: None, effect: Effect::Agree(window) });
            }
        }
        library.begin(&plan.start);
        library
    }

    /// The start, with room for the new aliases and a message of each flow under way.
    fn begin(&mut self, start: &World) {
        let mut world = World::empty(&self.landscape, 0, 0);
        for (place, key) in start.places.iter() {
            world.places[place] = *key;
        }
        world.accepted = start.accepted.clone();
        world.running = start.running.clone();
        world.send_everywhere(&self.landscape);
        self.start = world;
    }

    fn add(&mut self, effect: Effect) {
        let owner = effect.writes().first().and_then(|(fact, _)| self.landscape.owner(*fact));
        self.acts.push(Act { role: owner, effect });
    }

    /// The aliases that flows sign with or that the end speaks of.
    fn targets(scenario: &Scenario) -> BTreeSet<PlaceId> {
        let plan = &scenario.plan;
        let mut targets: BTreeSet<PlaceId> = plan.landscape.channels.rows().map(|flow| flow.stamps).collect();
        for last in &plan.finals {
            if let Asks::Facts(facts) = last.value.asks() {
                targets.extend(facts.iter().filter_map(|(fact, value)| match (fact, value) {
                    (Fact::Place(place), Value::Key(Some(_))) => Some(*place),
                    _ => None,
                }));
            }
        }
        targets
    }

    /// Keys that lie nowhere yet are created beside the aliases that could name them.
    fn creations(&mut self, scenario: &Scenario) -> BTreeMap<(StoreId, KeyId), PlaceId> {
        let lies = |key: KeyId| scenario.plan.start.places.rows().any(|held| *held == Some(key));
        let fresh: Vec<KeyId> = self.landscape.keys.ids().filter(|key| !lies(*key)).collect();
        let mut staged = BTreeMap::new();
        for target in Self::targets(scenario) {
            let store = self.landscape.places[target].store;
            for key in &fresh {
                if staged.contains_key(&(store, *key)) {
                    continue;
                }
                let Some(place) = self.staging(target, *key, fresh.len() > 1) else { continue };
                staged.insert((store, *key), place);
                self.add(Effect::Put { place, key: *key });
            }
        }
        staged
    }

    /// A free alias beside another one.
    fn staging(&mut self, target: PlaceId, key: KeyId, several: bool) -> Option<PlaceId> {
        let place = self.landscape.places[target].clone();
        let suffix = if several { format!("-{}", self.landscape.keys[key]) } else { "-next".to_owned() };
        let numbered = (2..100).map(|number| format!("{suffix}-{number}"));
        for suffix in std::iter::once(suffix.clone()).chain(numbered) {
            let alias = Alias::new(format!("{}{suffix}", place.alias)).ok()?;
            let taken = |other: &crate::world::landscape::Place| {
                other.store == place.store && other.alias.same_entry(&alias)
            };
            if self.landscape.places.rows().any(taken) {
                continue;
            }
            let staged = self.landscape.place(place.store, &alias);
            self.spelling.beside(&self.landscape, (target, staged), &suffix);
            return Some(staged);
        }
        None
    }

    fn exchanges(&mut self, scenario: &Scenario, staged: &BTreeMap<(StoreId, KeyId), PlaceId>) {
        let start = &scenario.plan.start;
        for place in Self::targets(scenario) {
            let row = self.landscape.places[place].clone();
            let Some(alias) = backup_alias(&row.alias) else { continue };
            for key in self.landscape.keys.ids() {
                let lies = |(other, held): &(PlaceId, &Option<KeyId>)| {
                    **held == Some(key) && *other != place && self.landscape.places[*other].store == row.store
                };
                let declared = start.places.iter().find(lies).map(|(other, _)| other);
                let Some(from) = staged.get(&(row.store, key)).copied().or(declared) else { continue };
                let backup = self.landscape.place(row.store, &alias);
                self.add(Effect::Exchange { place, staged: from, key, backup });
            }
        }
    }

    fn acceptors(&mut self) {
        for acceptor in self.landscape.acceptors.ids() {
            for key in self.landscape.keys.ids() {
                self.add(Effect::Accept { acceptor, key });
                self.add(Effect::Retire { acceptor, key });
                for old in self.landscape.keys.ids().filter(|old| *old != key) {
                    self.add(Effect::Replace { acceptor, old, new: key });
                }
            }
        }
    }

    /// The verbs of the library, in the order of the alphabet.
    pub(super) fn verbs(&self) -> Vec<&'static str> {
        let verbs: BTreeSet<&'static str> = self.acts.iter().map(|act| verb(&act.effect)).collect();
        verbs.into_iter().collect()
    }

    /// An act as it is written.
    pub(super) fn sentence(&self, effect: &Effect) -> String {
        let land = &self.landscape;
        let verb = verb(effect);
        match *effect {
            Effect::Put { place, key } => {
                let store = &land.stores[land.places[place].store].name;
                format!("{verb} {} in {store} as {}", land.keys[key], self.spelling.alias(land, place))
            }
            Effect::Exchange { place, key, .. } => {
                format!("{verb} {} for {}", self.spelling.place(land, place), land.keys[key])
            }
            Effect::Accept { acceptor, key } | Effect::Retire { acceptor, key } => {
                format!("{verb} {} at {}", land.keys[key], land.acceptors[acceptor].name)
            }
            Effect::Replace { acceptor, old, new } => {
                let name = &land.acceptors[acceptor].name;
                format!("{verb} {} by {} at {name}", land.keys[old], land.keys[new])
            }
            Effect::Start(flow) | Effect::Stop(flow) => format!("{verb} {}", land.channels[flow].name),
            Effect::Agree(window) | Effect::Propose(window) => {
                format!("{verb} {}", land.windows[window].name)
            }
            Effect::Remove { place, key } => {
                format!("{verb} {} in {}", land.keys[key], land.stores[land.places[place].store].name)
            }
        }
    }
}

/// The verb by which a step does this.
pub(super) const fn verb(effect: &Effect) -> &'static str {
    match effect {
        Effect::Put { .. } => crate::action::create::VERB.keyword,
        Effect::Exchange { .. } => crate::action::exchange::VERB.keyword,
        Effect::Remove { .. } => crate::action::destroy::VERB.keyword,
        Effect::Accept { .. } => crate::action::accept::VERB.keyword,
        Effect::Retire { .. } => crate::action::retire::VERB.keyword,
        Effect::Replace { .. } => crate::action::replace::VERB.keyword,
        Effect::Start(_) => crate::action::deploy::VERB.keyword,
        Effect::Stop(_) => crate::action::undeploy::VERB.keyword,
        Effect::Propose(_) | Effect::Agree(_) => crate::action::agree::VERB.keyword,
    }
}
