//! What a plan with one row has and changes, by names: numbers differ from plan to plan.

use std::{collections::BTreeMap, fmt};

use crate::{
    check::Checked,
    plan::Plan,
    source::{Span, shown},
    world::{
        effect::Effect,
        id::{KeyId, PlaceId, RoleId, StepId},
    },
};

/// Something that a plan names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Thing {
    Fact(String),
    Flow(String),
    Key(String),
    Keystore(String),
    /// An alias of a keystore, in small letters.
    Place(String, String),
    Receiver(String),
    Role(String),
    Step(String),
    Window(String),
}

impl fmt::Display for Thing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fact(name) => write!(f, "the fact `{}`", shown(name)),
            Self::Flow(name) => write!(f, "the flow `{}`", shown(name)),
            Self::Key(name) => write!(f, "the key `{}`", shown(name)),
            Self::Keystore(name) => write!(f, "the keystore `{}`", shown(name)),
            Self::Place(store, alias) => write!(f, "`{}[\"{}\"]`", shown(store), shown(alias)),
            Self::Receiver(name) => write!(f, "the receiver `{}`", shown(name)),
            Self::Role(name) => write!(f, "the role `{}`", shown(name)),
            Self::Step(name) => write!(f, "the step `{}`", shown(name)),
            Self::Window(name) => write!(f, "the window `{}`", shown(name)),
        }
    }
}

impl Thing {
    /// The name that is declared; an alias is none.
    pub(super) fn declared(&self) -> Option<&str> {
        match self {
            Self::Place(..) => None,
            Self::Fact(name)
            | Self::Flow(name)
            | Self::Key(name)
            | Self::Keystore(name)
            | Self::Receiver(name)
            | Self::Role(name)
            | Self::Step(name)
            | Self::Window(name) => Some(name),
        }
    }
}

/// One change that a step makes.
#[derive(Clone, Debug, Default)]
pub(super) struct Change {
    /// Any of these being of the row alone makes the change one of the row.
    pub(super) of: Vec<Thing>,
    /// What else it has to do with.
    pub(super) with: Vec<Thing>,
}

/// A plan, with names for its numbers.
#[derive(Clone, Copy)]
pub(super) struct Shape<'a>(pub(super) &'a Plan);

impl Shape<'_> {
    pub(super) fn step(self, step: StepId) -> Thing {
        Thing::Step(self.0.steps[step].name.value.clone())
    }

    fn key(self, key: KeyId) -> Thing {
        Thing::Key(self.0.landscape.keys[key].clone())
    }

    fn role(self, role: RoleId) -> String {
        self.0.landscape.roles[role].clone()
    }

    fn keystore(self, place: PlaceId) -> Thing {
        let land = &self.0.landscape;
        Thing::Keystore(land.stores[land.places[place].store].name.clone())
    }

    fn place(self, place: PlaceId) -> Thing {
        let land = &self.0.landscape;
        let row = &land.places[place];
        match row.of {
            Some(flow) => Thing::Flow(land.channels[flow].name.clone()),
            None => Thing::Place(land.stores[row.store].name.clone(), row.alias.folded()),
        }
    }

    /// What a step changes: of several effects one after the other.
    pub(super) fn changes(self, step: StepId) -> Vec<Change> {
        let (plan, land) = (self.0, &self.0.landscape);
        let of = |of: Vec<Thing>, with: Vec<Thing>| Change { of, with };
        let action = &plan.steps[step].action.value;
        let mut changes: Vec<Change> = Vec::new();
        for effect in action.effects() {
            match effect {
                // A key lies in one keystore of the plan, at one place.
                Effect::Put { place, key } => {
                    changes.extend([
                        of(vec![self.place(place)], Vec::new()),
                        of(vec![self.key(key)], Vec::new()),
                    ]);
                }
                Effect::Exchange { place, staged, key, backup } => {
                    let places = [place, staged, backup].map(|place| of(vec![self.place(place)], Vec::new()));
                    changes.extend(places);
                    // Which place it is, all exchanges of the keystore tell together.
                    changes.push(of(vec![self.key(key), self.keystore(place)], Vec::new()));
                }
                Effect::Remove { place, key } => {
                    changes.push(of(vec![self.place(place)], Vec::new()));
                    changes.push(of(vec![self.key(key), self.keystore(place)], Vec::new()));
                }
                Effect::Accept { acceptor, key } | Effect::Retire { acceptor, key } => {
                    let receiver = Thing::Receiver(land.acceptors[acceptor].name.clone());
                    changes.push(of(vec![receiver], vec![self.key(key)]));
                }
                Effect::Replace { acceptor, old, new } => {
                    let receiver = Thing::Receiver(land.acceptors[acceptor].name.clone());
                    changes.push(of(vec![receiver], vec![self.key(old), self.key(new)]));
                }
                Effect::Repoint { own, alias, key } => {
                    changes.push(of(vec![self.place(own)], vec![self.place(alias), self.key(key)]));
                }
                Effect::Start(flow) | Effect::Stop(flow) => {
                    changes.push(of(vec![Thing::Flow(land.channels[flow].name.clone())], Vec::new()));
                }
                Effect::Try { channel, key } => {
                    let flow = Thing::Flow(land.channels[channel].name.clone());
                    changes.push(Change { of: Vec::new(), with: vec![flow, self.key(key)] });
                }
                Effect::Propose(window) | Effect::Agree(window) => {
                    changes.push(of(vec![Thing::Window(land.windows[window].name.clone())], Vec::new()));
                }
                Effect::Set(fact) | Effect::Clear(fact) => {
                    changes.push(of(vec![Thing::Fact(land.own_facts[fact].name.clone())], Vec::new()));
                }
            }
        }
        if let Some((window, _)) = plan.proposal(step) {
            changes.push(of(vec![Thing::Window(land.windows[window].name.clone())], Vec::new()));
        }
        let made = action.makes().into_iter().chain(action.certifies().map(|certifying| certifying.key()));
        changes.extend(made.map(|key| of(vec![self.key(key)], Vec::new())));
        changes
    }

    /// What there is, each with how it is at the start and where it is declared. Things that are not the same in
    /// two plans are told differently.
    pub(super) fn things(self) -> BTreeMap<Thing, (String, Span)> {
        let (plan, land) = (self.0, &self.0.landscape);
        let (declared, start) = (&plan.declared, &plan.start);
        let mut things: BTreeMap<Thing, (String, Span)> = BTreeMap::new();
        for (role, name) in land.roles.iter() {
            things.insert(Thing::Role(name.clone()), (String::new(), declared.roles[role]));
        }
        for key in land.own_keys() {
            let issuer = plan.issuer(key).map(|role| self.role(role));
            things.insert(self.key(key), (format!("{issuer:?}"), declared.keys[key]));
        }
        for store in land.stores.rows() {
            let told = format!("{} {}", self.role(store.owner), store.has_gap);
            things.insert(Thing::Keystore(store.name.clone()), (told, declared.head));
        }
        for (place, row) in land.places.iter().filter(|(_, row)| row.of.is_none()) {
            let key = start.places[place].map(|key| &land.keys[key]);
            let thing = Thing::Place(land.stores[row.store].name.clone(), row.alias.folded());
            things.insert(thing, (format!("{key:?}"), declared.head));
        }
        for (id, row) in land.acceptors.iter() {
            let mut keys: Vec<&String> = start.accepted[id].iter().map(|key| &land.keys[key]).collect();
            keys.sort();
            let told = format!("{} {:?} {keys:?}", self.role(row.owner), row.capacity);
            things.insert(Thing::Receiver(row.name.clone()), (told, declared.receivers[id]));
        }
        for (id, row) in land.channels.iter() {
            let beside = row.beside.map(|place| self.place(place));
            let (owner, receiver) = (self.role(row.owner), &land.acceptors[row.acceptor].name);
            let (place, runs) = (self.place(row.alias), start.running[id]);
            let told = format!(
                "{owner} {receiver} {:?} {place} {beside:?} {:?} {:?} {runs}",
                row.stamp, row.transit, row.cache
            );
            things.insert(Thing::Flow(row.name.clone()), (told, declared.flows[id]));
        }
        for (id, row) in land.windows.iter() {
            things.insert(
                Thing::Window(row.name.clone()),
                (format!("{:?}", row.at_most), declared.windows[id]),
            );
        }
        for (id, row) in land.own_facts.iter() {
            let is = start.value(land, crate::world::landscape::Fact::Own(id));
            let told = format!("{} {is:?}", self.role(row.owner));
            things.insert(Thing::Fact(row.name.clone()), (told, declared.facts[id]));
        }
        for (id, row) in plan.steps.iter() {
            let changes: Vec<Vec<Thing>> = self.changes(id).into_iter().map(|change| change.of).collect();
            let extra = row.extra();
            let (takes, from) =
                (extra.takes.map(|takes| (takes.least, takes.most)), extra.not_before.map(|date| date.at));
            let told = format!("{} {takes:?} {from:?} {changes:?}", self.role(row.role.value));
            things.insert(self.step(id), (told, row.name.span));
        }
        things
    }
}

/// The things of a checked plan.
pub(super) fn shape(checked: &Checked) -> Shape<'_> {
    Shape(checked.plan())
}
