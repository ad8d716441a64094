//! One moment in plain sets, what changes it, and what is true in it.

use std::collections::{BTreeMap, BTreeSet};

use keyroll::{
    condition::Asks,
    plan::Plan,
    world::{
        effect::Effect,
        id::{AcceptorId, ChannelId, KeyId, OwnFactId, PlaceId, RoleId, StepId, WindowId},
        landscape::{Fact, Transit, Value},
        state::{WindowState, World},
    },
};

/// The keys that one message carries: one, or two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Carried {
    smaller: KeyId,
    greater: KeyId,
}

impl Carried {
    /// What a message carries that gets whatever of these is there.
    pub(crate) fn of(found: impl IntoIterator<Item = KeyId>) -> Option<Self> {
        let keys: BTreeSet<KeyId> = found.into_iter().collect();
        assert!(keys.len() < 3, "a message carries one key or two");
        Some(Self { smaller: *keys.first()?, greater: *keys.last()? })
    }

    fn has(self, key: KeyId) -> bool {
        self.smaller == key || self.greater == key
    }

    /// Whether it carries this key and no other.
    fn is_only(self, key: KeyId) -> bool {
        self.smaller == key && self.greater == key
    }
}

/// What is so at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Moment {
    pub(super) holds: BTreeMap<PlaceId, KeyId>,
    pub(super) accepts: BTreeSet<(AcceptorId, KeyId)>,
    pub(super) runs: BTreeSet<ChannelId>,
    /// Under which alias each flow looks its key up that steps repoint.
    pub(super) points: BTreeMap<ChannelId, PlaceId>,
    /// The facts of the plan's own that are so.
    pub(super) own: BTreeSet<OwnFactId>,
    pub(super) under_way: BTreeSet<(ChannelId, Carried)>,
    /// What a runtime still signs with although its alias names it no more.
    pub(super) kept: BTreeSet<(ChannelId, Carried)>,
    /// The steps that are half done, with the key that was taken away.
    pub(super) taken: BTreeMap<StepId, Option<KeyId>>,
    pub(super) agreed: BTreeSet<WindowId>,
    pub(super) begun: BTreeSet<WindowId>,
    pub(super) proposed: BTreeSet<StepId>,
    pub(super) done: BTreeSet<StepId>,
    pub(super) received: BTreeSet<(StepId, RoleId)>,
    /// The steps that took effect without a record of it, where a crash came between the two.
    pub(super) unrecorded: BTreeSet<StepId>,
    /// What is on record while there are such steps: what is held, accepted and running without them.
    pub(super) record: Option<Box<Facts>>,
}

/// What steps change.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Facts {
    pub(super) holds: BTreeMap<PlaceId, KeyId>,
    pub(super) accepts: BTreeSet<(AcceptorId, KeyId)>,
    pub(super) runs: BTreeSet<ChannelId>,
    pub(super) points: BTreeMap<ChannelId, PlaceId>,
    pub(super) own: BTreeSet<OwnFactId>,
}

impl Moment {
    /// The moment at which a plan begins.
    pub(crate) fn of(plan: &Plan, start: &World) -> Self {
        let land = &plan.landscape;
        let keys = || land.keys.ids();
        assert!(start.done.is_clear() && start.heard.is_clear(), "only whole plans are judged here");
        assert!(start.windows.rows().all(|w| *w == WindowState::Unagreed), "nothing is agreed yet");
        Self {
            // What a flow signs with is no entry of a keystore: it lies under the alias to which the flow points.
            holds: start
                .places
                .iter()
                .filter(|(place, _)| land.places[*place].of.is_none())
                .filter_map(|(place, key)| key.map(|key| (place, key)))
                .collect(),
            points: land.repointed().map(|(flow, _)| (flow, land.channels[flow].alias)).collect(),
            accepts: land
                .acceptors
                .ids()
                .flat_map(|a| keys().map(move |k| (a, k)))
                .filter(|(a, k)| start.accepted[*a].contains(*k))
                .collect(),
            runs: land.channels.ids().filter(|c| start.running[*c]).collect(),
            own: land.own_facts.ids().filter(|own| start.set[*own]).collect(),
            under_way: land
                .channels
                .ids()
                .flat_map(|c| keys().map(move |k| (c, k)))
                .filter(|(c, k)| start.under_way[*c].contains(*k))
                .filter_map(|(c, k)| Some((c, Carried::of(land.pairs().carried(k))?)))
                .collect(),
            kept: BTreeSet::new(),
            taken: BTreeMap::new(),
            agreed: BTreeSet::new(),
            begun: BTreeSet::new(),
            proposed: BTreeSet::new(),
            done: BTreeSet::new(),
            received: BTreeSet::new(),
            unrecorded: BTreeSet::new(),
            record: None,
        }
    }

    /// With which keys a flow signs now: with what lies at each alias that it lists.
    pub(super) fn signs_with(&self, plan: &Plan, flow: ChannelId) -> Option<Carried> {
        if !self.runs.contains(&flow) {
            return None;
        }
        let row = &plan.landscape.channels[flow];
        let first = self.holds.get(self.points.get(&flow).unwrap_or(&row.stamps)).copied();
        let second = row.beside.and_then(|place| self.holds.get(&place).copied());
        Carried::of(first.into_iter().chain(second))
    }

    /// The messages that would be rejected if they were judged now: no key of theirs is accepted.
    pub(super) fn rejected(&self, plan: &Plan, flow: ChannelId) -> Vec<Carried> {
        let row = &plan.landscape.channels[flow];
        let judged: Vec<Carried> = match row.transit {
            Transit::Immediately => self.signs_with(plan, flow).into_iter().collect(),
            Transit::Within(_) => {
                self.under_way.iter().filter(|(f, _)| *f == flow).map(|(_, message)| *message).collect()
            }
        };
        let passes = |message: &Carried| {
            self.accepts.iter().any(|(at, key)| *at == row.acceptor && message.has(*key))
                || self.passes_each_node(plan, row.acceptor, *message)
        };
        judged.into_iter().filter(|message| !passes(message)).collect()
    }

    /// Whether a message with both keys arrives while a receiver takes the one for the other, node by node:
    /// each node accepts one of the two.
    fn passes_each_node(&self, plan: &Plan, receiver: AcceptorId, message: Carried) -> bool {
        let halves = self.taken.iter().flat_map(|(step, gone)| {
            let effects = plan.steps[*step].action.value.effects();
            effects.into_iter().map(move |effect| (effect, *gone))
        });
        let mut here = halves.filter_map(|(effect, gone)| match effect {
            Effect::Replace { acceptor, old, new } if acceptor == receiver => Some((old, new, gone)),
            _ => None,
        });
        match (here.next(), here.next()) {
            (Some((old, new, gone)), None) => gone == Some(old) && message.has(old) && message.has(new),
            _ => false,
        }
    }

    /// Whether what is asked is so.
    pub(super) fn is_so(&self, plan: &Plan, asks: &Asks) -> bool {
        match asks {
            Asks::Facts(facts) => facts.iter().all(|(fact, value)| self.value(plan, *fact) == *value),
            Asks::Drained(flow, key) => {
                let is_it = |(of, message): &(ChannelId, Carried)| of == flow && message.is_only(*key);
                let signed = self.signs_with(plan, *flow).is_some_and(|message| message.is_only(*key));
                !signed && !self.kept.iter().any(is_it) && !self.under_way.iter().any(is_it)
            }
            Asks::Open(window) => self.begun.contains(window),
        }
    }

    fn value(&self, plan: &Plan, fact: Fact) -> Value {
        match fact {
            Fact::Place(place) => Value::Key(self.holds.get(&place).copied()),
            Fact::Accepts(acceptor, key) => Value::Is(self.accepts.contains(&(acceptor, key))),
            Fact::AcceptsOther(acceptor) => {
                let named = plan.landscape.acceptors[acceptor].named.keys();
                let here = self.accepts.iter().filter(|(receiver, _)| *receiver == acceptor);
                Value::Is(here.filter(|(_, key)| !named.contains(*key)).count() > 0)
            }
            Fact::Running(flow) => Value::Is(self.runs.contains(&flow)),
            Fact::Window(window) => Value::Is(self.begun.contains(&window)),
            Fact::Own(own) => Value::Is(self.own.contains(&own)),
        }
    }

    /// Changes the moment; false when the change cannot be made.
    pub(super) fn change(&mut self, plan: &Plan, effect: &Effect) -> bool {
        let held = |receiver: AcceptorId, set: &BTreeSet<(AcceptorId, KeyId)>| {
            set.iter().filter(|(r, _)| *r == receiver).count()
        };
        let room = |receiver: AcceptorId| plan.landscape.acceptors[receiver].capacity.unwrap_or(usize::MAX);
        match *effect {
            Effect::Put { place, key } => match self.holds.get(&place) {
                Some(there) => *there == key,
                None if self.holds.values().any(|k| *k == key) => false,
                None => {
                    self.holds.insert(place, key);
                    true
                }
            },
            Effect::Exchange { place, staged, key, backup } => {
                let (here, waits) = (self.holds.get(&place).copied(), self.holds.get(&staged).copied());
                if here == Some(key) {
                    return waits.is_none();
                }
                let Some(old) = here else { return false };
                if waits != Some(key) || self.holds.contains_key(&backup) {
                    return false;
                }
                self.holds.remove(&staged);
                self.holds.insert(place, key);
                self.holds.insert(backup, old);
                true
            }
            Effect::Remove { place, key } => match self.holds.get(&place) {
                Some(there) if *there != key => false,
                _ => {
                    self.holds.remove(&place);
                    true
                }
            },
            Effect::Accept { acceptor, key } => {
                let fits =
                    self.accepts.contains(&(acceptor, key)) || held(acceptor, &self.accepts) < room(acceptor);
                if fits {
                    self.accepts.insert((acceptor, key));
                }
                fits
            }
            Effect::Retire { acceptor, key } => {
                self.accepts.remove(&(acceptor, key));
                true
            }
            Effect::Replace { acceptor, old, new } => {
                let mut after = self.accepts.clone();
                after.remove(&(acceptor, old));
                let more = after.insert((acceptor, new)) && !self.accepts.contains(&(acceptor, new));
                let fits = !more || held(acceptor, &after) <= room(acceptor);
                if fits {
                    self.accepts = after;
                }
                fits
            }
            Effect::Repoint { own, alias, key } => {
                let flow = plan.landscape.places[own].of.expect("only the own place of a flow is repointed");
                let fits = self.holds.get(&alias) == Some(&key);
                if fits {
                    self.points.insert(flow, alias);
                }
                fits
            }
            Effect::Start(flow) => {
                self.runs.insert(flow);
                true
            }
            Effect::Stop(flow) => {
                self.runs.remove(&flow);
                true
            }
            Effect::Set(own) => {
                self.own.insert(own);
                true
            }
            Effect::Clear(own) => {
                self.own.remove(&own);
                true
            }
            Effect::Try { channel, key } => {
                let row = &plan.landscape.channels[channel];
                let places = &plan.landscape.places;
                let mut held = self.holds.iter().filter(|(_, held)| **held == key);
                let is_own = |place: PlaceId| {
                    let second = row.beside.is_some_and(|beside| places[place].store == places[beside].store);
                    second || places[place].store == places[row.stamps].store
                };
                held.any(|(place, _)| is_own(*place)) && self.accepts.contains(&(row.acceptor, key))
            }
            Effect::Propose(_) | Effect::Agree(_) => unreachable!("no act of a plan has this effect"),
        }
    }
}
