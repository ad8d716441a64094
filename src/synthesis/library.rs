//! The library: every act by which the roles of a scenario can change something.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    action::{exchange, restore},
    name::Alias,
    world::{
        effect::{Applied, Effect, Misfit},
        id::{KeyId, PlaceId, RoleId, StoreId},
        landscape::{Fact, Landscape},
        state::World,
    },
};

use super::{
    any,
    scenario::Scenario,
    spelling::Spelling,
    tried::{self, kept_of},
};

/// One act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Act {
    /// Who may do it: the owner of what it changes; nobody alone for an agreement.
    pub(super) role: Option<RoleId>,
    /// What it changes.
    pub(super) effect: Effect,
}

/// Which acts a library holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reach {
    /// In keystores, what a renewal does: pairs are created where they are wanted or beside it, and aliases
    /// that somebody asks for are exchanged.
    Usual,
    /// In keystores, every act on the aliases that there are then.
    Wide,
    /// In keystores, every act on whatever alias, and some that no plan can do: where none of these
    /// leads, nothing does.
    Any,
}

/// The acts of a scenario.
#[derive(Debug)]
pub(super) struct Library {
    /// Which acts these are.
    pub(super) reach: Reach,
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
    /// The keys of which two pairs lie in a keystore from the start.
    doubled: BTreeSet<KeyId>,
    /// Where a key is that lies under none of the aliases that are told apart: it was destroyed, or it
    /// lies under some other one.
    pub(super) aside: BTreeMap<(StoreId, KeyId), PlaceId>,
    /// The exchanges that take another one back: of which alias, from where, and where what lies there goes.
    pub(super) restored: BTreeSet<(PlaceId, PlaceId, PlaceId)>,
}

impl Library {
    /// The acts of the vocabulary on what the scenario declares, each by the role that owns it; those on
    /// keystores as far as the reach goes.
    pub(super) fn of(scenario: &Scenario, reach: Reach) -> Self {
        let plan = &scenario.plan;
        let mut library = Self {
            reach,
            landscape: plan.landscape.clone(),
            start: plan.start.clone(),
            acts: Vec::new(),
            spelling: Spelling::of(scenario),
            known: BTreeSet::new(),
            doubled: BTreeSet::new(),
            aside: BTreeMap::new(),
            restored: BTreeSet::new(),
        };
        let accepted = plan.start.accepted.rows().flat_map(|keys| keys.iter());
        library.known = plan.start.places.rows().copied().flatten().chain(accepted).collect();
        let held = || plan.start.places.rows().copied().flatten();
        library.doubled = held().filter(|key| held().filter(|other| other == key).count() > 1).collect();
        let apart = match reach {
            Reach::Any => any::keystores(&mut library, scenario),
            Reach::Usual | Reach::Wide => tried::keystores(&mut library, scenario),
        };
        library.acceptors();
        for flow in library.landscape.channels.ids() {
            // One that stands still, and of which the end does not speak, stays as it is.
            let wanted = plan.start.running[flow] || scenario.wants(Fact::Running(flow)).is_some();
            if wanted || reach != Reach::Usual {
                library.add(Effect::Stop(flow));
                library.add(Effect::Start(flow));
            }
        }
        for own in scenario.facts_spoken_of() {
            library.add(Effect::Set(own));
            library.add(Effect::Clear(own));
        }
        if library.landscape.roles.len() > 1 {
            for window in library.landscape.windows.ids() {
                library.acts.push(Act { role: None, effect: Effect::Agree(window) });
            }
        }
        library.begin(&plan.start, &apart);
        library
    }

    /// The start, with room for the new aliases and a message of each flow under way. Keys that lie under
    /// an alias that is not told apart lie aside.
    fn begin(&mut self, start: &World, apart: &BTreeSet<PlaceId>) {
        let mut world = World::empty(&self.landscape, 0, 0);
        for (place, key) in start.places.iter() {
            let store = self.landscape.places[place].store;
            let aside = key.and_then(|key| self.aside.get(&(store, key))).copied();
            let place = aside.filter(|_| !apart.contains(&place)).unwrap_or(place);
            world.places[place] = world.places[place].or(*key);
        }
        world.accepted = start.accepted.clone();
        world.running = start.running.clone();
        // Where a run stands messages may be under way, and windows may be agreed.
        world.under_way = start.under_way.clone();
        world.windows = start.windows.clone();
        world.set = start.set.clone();
        world.send_everywhere(&self.landscape);
        self.start = world;
    }

    pub(super) fn add(&mut self, effect: Effect) {
        let owner = effect.writes().first().and_then(|(fact, _)| self.landscape.owner(*fact));
        self.acts.push(Act { role: owner, effect });
    }

    /// Makes room for a key that lies aside.
    pub(super) fn lay_aside(&mut self, store: StoreId, key: KeyId) -> Option<PlaceId> {
        if let Some(known) = self.aside.get(&(store, key)) {
            return Some(*known);
        }
        let place = self.free_alias(store, &format!("aside {}", self.landscape.keys[key]))?;
        self.aside.insert((store, key), place);
        Some(place)
    }

    /// An alias of a keystore at which nothing lies and of which nobody speaks: this one, or with a number
    /// behind it.
    pub(super) fn free_alias(&mut self, store: StoreId, wish: &str) -> Option<PlaceId> {
        let numbered = (2..).map(|number| format!("{wish}-{number}"));
        for text in std::iter::once(wish.to_owned()).chain(numbered) {
            let alias = Alias::new(text).ok()?;
            if self.landscape.entry(store, &alias).is_none() {
                return Some(self.landscape.place(store, &alias));
            }
        }
        None
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

    /// Whether a place stands for all the aliases that are not told apart, or for none any more.
    pub(super) fn is_aside(&self, place: PlaceId) -> bool {
        self.aside.values().any(|aside| *aside == place)
    }

    /// Changes a world by an act, or says why it cannot be changed so.
    pub(super) fn apply(&self, effect: &Effect, world: &mut World) -> Result<Applied, Misfit> {
        let aside = |place: PlaceId, key: KeyId| self.aside.get(&(self.landscape.places[place].store, key));
        match *effect {
            Effect::Remove { place, key } => {
                let applied = effect.apply(&self.landscape, world)?;
                if let (Applied::Changed, Some(aside)) = (applied, aside(place, key)) {
                    world.places[*aside] = Some(key);
                }
                Ok(applied)
            }
            Effect::Exchange { place, staged, key, backup } if self.reach == Reach::Any => {
                let old = world.places[place].ok_or(Misfit::Nothing(place))?;
                if old == key {
                    return Ok(Applied::AlreadySo);
                }
                if world.places[staged] != Some(key) {
                    return Err(Misfit::NotThere(staged, key));
                }
                let kept = if self.is_aside(backup) { aside(place, old).copied() } else { None };
                if let (None, Some(found)) = (kept, world.places[backup]) {
                    return Err(Misfit::Occupied(backup, found));
                }
                // A second pair of it may lie under another alias that is not told apart.
                if !self.is_aside(staged) || !self.doubled.contains(&key) {
                    world.places[staged] = None;
                }
                world.places[place] = Some(key);
                world.places[kept.unwrap_or(backup)] = Some(old);
                Ok(Applied::Changed)
            }
            _ => effect.apply(&self.landscape, world),
        }
    }

    /// By keystore, the aliases that are told apart.
    pub(super) fn aliases(&self) -> Vec<String> {
        let places = self.landscape.places.ids().filter(|place| !self.is_aside(*place));
        places.map(|place| self.spelling.place(&self.landscape, place)).collect()
    }

    /// How many acts there are, as they are written.
    pub(super) fn count(&self) -> usize {
        self.acts.iter().map(|act| self.sentence(&act.effect)).collect::<BTreeSet<_>>().len()
    }

    /// The verbs of the library, in the order of the alphabet.
    pub(super) fn verbs(&self) -> Vec<&'static str> {
        let verbs: BTreeSet<&'static str> = self.acts.iter().map(|act| self.verb(&act.effect)).collect();
        verbs.into_iter().collect()
    }

    /// An act as it is written.
    pub(super) fn sentence(&self, effect: &Effect) -> String {
        let land = &self.landscape;
        let verb = self.verb(effect);
        match *effect {
            Effect::Put { place, key } => {
                let store = &land.stores[land.places[place].store].name;
                if self.is_aside(place) {
                    return format!("{verb} {} in {store} as another alias", land.keys[key]);
                }
                format!("{verb} {} in {store} as {}", land.keys[key], self.spelling.alias(land, place))
            }
            Effect::Exchange { place, key, .. } => {
                let word = if self.is_restoring(effect) { "to" } else { "for" };
                format!("{verb} {} {word} {}", self.spelling.place(land, place), land.keys[key])
            }
            Effect::Accept { acceptor, key } | Effect::Retire { acceptor, key } => {
                format!("{verb} {} at {}", land.keys[key], land.acceptors[acceptor].name)
            }
            Effect::Replace { acceptor, old, new } => {
                let name = &land.acceptors[acceptor].name;
                format!("{verb} {} by {} at {name}", land.keys[old], land.keys[new])
            }
            Effect::Repoint { own, alias, .. } => {
                let flow = land.places[own].of.map_or("", |flow| land.channels[flow].name.as_str());
                format!("{verb} {flow} to {}", self.spelling.place(land, alias))
            }
            Effect::Start(flow) | Effect::Stop(flow) => format!("{verb} {}", land.channels[flow].name),
            Effect::Try { channel, key } => {
                format!("{verb} {} with {}", land.channels[channel].name, land.keys[key])
            }
            Effect::Set(own) | Effect::Clear(own) => format!("{verb} {}", land.own_facts[own].name),
            Effect::Agree(window) | Effect::Propose(window) => {
                format!("{verb} {}", land.windows[window].name)
            }
            Effect::Remove { place, key } => {
                let (store, key) = (&land.stores[land.places[place].store].name, &land.keys[key]);
                if self.reach == Reach::Any && kept_of(&land.places[place].alias).is_none() {
                    return format!("{} another alias of {store} for {key}", exchange::VERB.keyword);
                }
                format!("{verb} {key} in {store}")
            }
        }
    }
}

impl Library {
    /// Whether an exchange takes another one back: what is kept beside its alias comes there again.
    pub(super) fn is_restoring(&self, effect: &Effect) -> bool {
        let Effect::Exchange { place, staged, backup, .. } = *effect else { return false };
        self.restored.contains(&(place, staged, backup))
    }

    /// The verb by which a step does this.
    pub(super) fn verb(&self, effect: &Effect) -> &'static str {
        if self.is_restoring(effect) { restore::VERB.keyword } else { verb(effect) }
    }
}

const fn verb(effect: &Effect) -> &'static str {
    match effect {
        Effect::Put { .. } => crate::action::create::VERB.keyword,
        Effect::Exchange { .. } => crate::action::exchange::VERB.keyword,
        Effect::Remove { .. } => crate::action::destroy::VERB.keyword,
        Effect::Accept { .. } => crate::action::accept::VERB.keyword,
        Effect::Retire { .. } => crate::action::retire::VERB.keyword,
        Effect::Replace { .. } => crate::action::replace::VERB.keyword,
        Effect::Repoint { .. } => crate::action::repoint::VERB.keyword,
        Effect::Start(_) => crate::action::deploy::VERB.keyword,
        Effect::Stop(_) => crate::action::undeploy::VERB.keyword,
        Effect::Try { .. } => crate::action::test::VERB.keyword,
        Effect::Set(_) => crate::action::set::VERB.keyword,
        Effect::Clear(_) => crate::action::clear::VERB.keyword,
        Effect::Propose(_) | Effect::Agree(_) => crate::action::agree::VERB.keyword,
    }
}
