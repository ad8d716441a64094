//! Where in its words a packed world keeps what.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    check::Checked,
    world::{
        id::{AcceptorId, ChannelId, DeliveryId, Id, KeyId, KeySet, PlaceId, StepId, Table, WindowId},
        landscape::{Fact, Transit, Value},
        pair::Pairs,
        state::{WindowState, World},
    },
};

use super::{
    facts::{Course, Reign, courses},
    part::Part,
    test::{Any, Field},
};

/// What a window may be, by the number that stands for it.
const WINDOW: [WindowState; 4] =
    [WindowState::Unagreed, WindowState::Proposed, WindowState::Agreed, WindowState::Open];

/// Where a fact is kept.
#[derive(Debug)]
pub(super) enum Kept {
    /// Nowhere: the steps that are done tell it.
    Reigns(Vec<Reign>),
    /// In a field, as the number of its value.
    Values(Field, Vec<Value>),
}

/// Where everything is that may change after the start.
#[derive(Debug)]
pub(super) struct Layout {
    start: World,
    /// The receivers that accept a key of which the plan does not speak there, at the start and ever.
    others: BTreeSet<AcceptorId>,
    words: usize,
    /// Whether a step is done; nothing for those that are done from the start.
    pub(super) done: Table<StepId, Option<Field>>,
    /// Whether a message between roles was received, likewise.
    pub(super) heard: Table<DeliveryId, Option<Field>>,
    /// Where each channel finds the key that it stamps with, and a second one.
    stamps: Table<ChannelId, (PlaceId, Option<PlaceId>)>,
    /// Which keys may be on one message.
    pairs: Pairs,
    windows: Table<WindowId, Field>,
    /// Whether a message is under way that is stamped with the key, for each with which there can be.
    pub(super) under_way: Table<ChannelId, Vec<(KeyId, Field)>>,
    /// The facts that change.
    pub(super) kept: BTreeMap<Fact, Kept>,
    /// Where each key may ever lie.
    lies: BTreeMap<KeyId, Vec<PlaceId>>,
}

impl Layout {
    /// The layout for all worlds that a part of a plan can reach from a start. Other parts stay as they are
    /// there; of their steps nothing is asked.
    pub(super) fn of(checked: &Checked, start: &World, part: &Part) -> Self {
        let plan = checked.plan();
        let mut room = Room::default();
        let bit = |room: &mut Room, is_fixed: bool| (!is_fixed).then(|| room.take(1));
        let done =
            plan.steps.ids().map(|step| bit(&mut room, start.is_done(step) || !part.has(step))).collect();
        let heard = plan.deliveries.iter();
        let heard = heard.map(|(id, _)| bit(&mut room, start.is_heard(id) || !part.hears(id)));
        let heard = heard.collect();
        let width = |window: WindowId| if part.windows.binary_search(&window).is_ok() { 2 } else { 0 };
        let windows = plan.landscape.windows.ids().map(|window| room.take(width(window))).collect();
        let courses = courses(checked, start, part);
        let under_way = plan.landscape.channels.iter().map(|(id, channel)| {
            if channel.transit == Transit::Immediately || !part.has_flow(id) {
                return Vec::new();
            }
            let named = |place| keys(values(start, &courses, Fact::Place(place)));
            let named = (named(channel.stamps), channel.beside.map(named));
            let signed = met(plan.landscape.pairs(), named);
            let may_wait = signed.iter().chain(start.under_way[id].iter()).collect::<KeySet>();
            may_wait.iter().map(|key| (key, room.take(1))).collect()
        });
        let under_way = under_way.collect();
        let keep = |(fact, course)| {
            let kept = match course {
                Course::Reigns(reigns) => Kept::Reigns(reigns),
                Course::Values(values) => {
                    let width = usize::BITS - values.len().saturating_sub(1).leading_zeros();
                    Kept::Values(room.take(width.max(1)), values)
                }
            };
            (fact, kept)
        };
        let kept = courses.into_iter().map(keep).collect();
        let lies = lies(start, &kept);
        let land = &plan.landscape;
        let others = land.acceptors.ids().filter(|id| start.accepts_other(land, *id)).collect();
        let (start, words) = (start.clone(), room.words.max(1));
        let stamps = land.channels.rows().map(|channel| (channel.stamps, channel.beside)).collect();
        let pairs = land.pairs().clone();
        Self { start, others, stamps, pairs, words, done, heard, windows, under_way, kept, lies }
    }

    /// How many words a world takes.
    pub(super) const fn words(&self) -> usize {
        self.words
    }

    /// The world from which the search goes out.
    pub(super) const fn start(&self) -> &World {
        &self.start
    }

    /// The value that a fact has at the start.
    pub(super) fn first(&self, fact: Fact) -> Value {
        self.start.told(fact).unwrap_or_else(|other| Value::Is(self.others.contains(&other)))
    }

    /// The keys that may ever lie at a place, in their order.
    pub(super) fn held(&self, place: PlaceId) -> KeySet {
        let of = |value: &Value| if let Value::Key(key) = value { *key } else { None };
        match self.kept.get(&Fact::Place(place)) {
            None => self.start.places[place].into_iter().collect(),
            Some(Kept::Reigns(reigns)) => reigns.iter().filter_map(|reign| of(&reign.value)).collect(),
            Some(Kept::Values(_, values)) => values.iter().filter_map(of).collect(),
        }
    }

    /// What may ever lie at a place, nothing included.
    fn named(&self, place: PlaceId) -> Vec<Option<KeyId>> {
        keys(match self.kept.get(&Fact::Place(place)) {
            None => vec![self.first(Fact::Place(place))],
            Some(Kept::Reigns(reigns)) => reigns.iter().map(|reign| reign.value).collect(),
            Some(Kept::Values(_, values)) => values.clone(),
        })
    }

    /// Whether what a channel stamps with, if it runs, is one of those for which `wanted` holds.
    pub(super) fn stamps(&self, channel: ChannelId, wanted: impl Fn(Option<KeyId>) -> bool) -> Any {
        let (place, beside) = self.stamps[channel];
        let is = |value: Value, wanted: &dyn Fn(Option<KeyId>) -> bool| match value {
            Value::Key(key) => wanted(key),
            Value::Is(_) => false,
        };
        let Some(beside) = beside else {
            return self.has(Fact::Place(place), |value| is(value, &wanted));
        };
        let mut ways = Any::known(false);
        for one in self.named(place) {
            let fits = |other| wanted(self.pairs.stamp_of(one, other));
            let here = self.has(Fact::Place(place), |value| value == Value::Key(one));
            ways = ways.or(here.and(&self.has(Fact::Place(beside), |value| is(value, &fits))));
        }
        ways
    }

    /// The keys that a message carries with this stamp.
    pub(super) fn carried(&self, stamp: KeyId) -> impl Iterator<Item = KeyId> + use<> {
        self.pairs.carried(stamp)
    }

    /// With what a message of a channel may ever be stamped, in its order.
    pub(super) fn signed(&self, channel: ChannelId) -> KeySet {
        let waiting = self.under_way[channel].iter().map(|(key, _)| *key);
        waiting.chain(self.start.under_way[channel].iter()).chain(self.named_by(channel).iter()).collect()
    }

    fn named_by(&self, channel: ChannelId) -> KeySet {
        let (place, beside) = self.stamps[channel];
        met(&self.pairs, (self.named(place), beside.map(|beside| self.named(beside))))
    }

    /// The keys that an acceptor may ever accept, and perhaps others that some step takes there, in their
    /// order.
    pub(super) fn accepted(&self, acceptor: AcceptorId) -> KeySet {
        let all = Fact::Accepts(acceptor, KeyId::at(0))..=Fact::Accepts(acceptor, KeyId::at(usize::MAX));
        let written = self.kept.range(all).filter_map(|(fact, _)| match fact {
            Fact::Accepts(_, key) => Some(*key),
            _ => None,
        });
        written.chain(self.start.accepted[acceptor].iter()).collect()
    }

    /// The places where a key may ever lie.
    pub(super) fn lies(&self, key: KeyId) -> &[PlaceId] {
        self.lies.get(&key).map_or(&[], Vec::as_slice)
    }

    /// Where a window is kept, and the number that stands for what it is.
    pub(super) fn window(&self, window: WindowId, state: WindowState) -> (Field, u64) {
        (self.windows[window], WINDOW.iter().position(|known| *known == state).unwrap_or_default() as u64)
    }

    /// Packs a world that can be reached from the start.
    pub(super) fn pack(&self, world: &World) -> Vec<u64> {
        let mut state = vec![0; self.words];
        let mut put = |field: Field, value: u64| field.write(value).to(&mut state);
        let bits = self.done.iter().map(|(step, field)| (*field, world.is_done(step)));
        let heard = self.heard.iter().map(|(id, field)| (*field, world.is_heard(id)));
        for (field, is_so) in bits.chain(heard) {
            field.into_iter().for_each(|field| put(field, u64::from(is_so)));
        }
        for (window, state) in world.windows.iter() {
            let (field, value) = self.window(window, *state);
            put(field, value);
        }
        for (channel, keys) in self.under_way.iter() {
            keys.iter()
                .for_each(|(key, field)| put(*field, u64::from(world.under_way[channel].contains(*key))));
        }
        for (fact, kept) in &self.kept {
            if let Kept::Values(field, values) = kept {
                let code = values.iter().position(|value| world.told(*fact) == Ok(*value));
                put(*field, code.unwrap_or_default() as u64);
            }
        }
        state
    }

    /// Unpacks a world.
    pub(super) fn unpack(&self, state: &[u64]) -> World {
        let mut world = self.start.clone();
        for (step, field) in self.done.iter() {
            if field.is_some_and(|field| field.read(state) == 1) {
                world.done.insert(step.index());
            }
        }
        for (id, field) in self.heard.iter() {
            if field.is_some_and(|field| field.read(state) == 1) {
                world.heard.insert(id.index());
            }
        }
        for (window, field) in self.windows.iter() {
            let code = usize::try_from(field.read(state)).unwrap_or_default();
            world.windows[window] = WINDOW.get(code).copied().unwrap_or_default();
        }
        for (channel, keys) in self.under_way.iter() {
            for (key, field) in keys {
                let set = &mut world.under_way[channel];
                let _was_there = if field.read(state) == 1 { set.insert(*key) } else { set.remove(*key) };
            }
        }
        for (fact, kept) in &self.kept {
            let value = match kept {
                Kept::Values(field, values) => {
                    usize::try_from(field.read(state)).ok().and_then(|code| values.get(code)).copied()
                }
                Kept::Reigns(reigns) => {
                    let is_done = |step: Option<StepId>| step.is_none_or(|step| world.is_done(step));
                    reigns.iter().rev().find(|reign| is_done(reign.from)).map(|reign| reign.value)
                }
            };
            value.into_iter().for_each(|value| set(&mut world, *fact, value));
        }
        world
    }
}

/// Changes one fact of a world.
fn set(world: &mut World, fact: Fact, value: Value) {
    match (fact, value) {
        (Fact::Place(place), Value::Key(key)) => world.places[place] = key,
        (Fact::Accepts(acceptor, key), Value::Is(true)) => drop(world.accepted[acceptor].insert(key)),
        (Fact::Accepts(acceptor, key), _) => drop(world.accepted[acceptor].remove(key)),
        (Fact::Running(channel), value) => world.running[channel] = value == Value::Is(true),
        (Fact::Own(own), value) => world.set[own] = value == Value::Is(true),
        (Fact::Place(_) | Fact::AcceptsOther(_) | Fact::Window(_), _) => {}
    }
}

/// The values that a fact may ever have.
fn values(start: &World, courses: &BTreeMap<Fact, Course>, fact: Fact) -> Vec<Value> {
    match courses.get(&fact) {
        None => start.told(fact).into_iter().collect(),
        Some(Course::Values(values)) => values.clone(),
        Some(Course::Reigns(reigns)) => reigns.iter().map(|reign| reign.value).collect(),
    }
}

/// The keys among some values, and nothing where nothing is one of them.
fn keys(values: Vec<Value>) -> Vec<Option<KeyId>> {
    let key = |value| if let Value::Key(key) = value { Some(key) } else { None };
    values.into_iter().filter_map(key).collect()
}

/// With what a message is stamped where these lie at one alias, and those at another one.
fn met(pairs: &Pairs, (one, other): (Vec<Option<KeyId>>, Option<Vec<Option<KeyId>>>)) -> KeySet {
    let Some(other) = other else { return one.into_iter().flatten().collect() };
    let both = one.iter().flat_map(|one| other.iter().map(|other| pairs.stamp_of(*one, *other)));
    both.flatten().collect()
}

/// Where each key may ever lie.
fn lies(start: &World, kept: &BTreeMap<Fact, Kept>) -> BTreeMap<KeyId, Vec<PlaceId>> {
    let mut lies: BTreeMap<KeyId, BTreeSet<PlaceId>> = BTreeMap::new();
    for (place, key) in start.places.iter() {
        if let Some(key) = key {
            lies.entry(*key).or_default().insert(place);
        }
    }
    for (fact, kept) in kept {
        let Fact::Place(place) = fact else { continue };
        let values: Vec<Value> = match kept {
            Kept::Reigns(reigns) => reigns.iter().map(|reign| reign.value).collect(),
            Kept::Values(_, values) => values.clone(),
        };
        for value in values {
            if let Value::Key(Some(key)) = value {
                lies.entry(key).or_default().insert(*place);
            }
        }
    }
    lies.into_iter().map(|(key, places)| (key, places.into_iter().collect())).collect()
}

/// The bits that are taken so far.
#[derive(Debug, Default)]
struct Room {
    words: usize,
    used: u32,
}

impl Room {
    /// Takes a field that lies in one word.
    fn take(&mut self, width: u32) -> Field {
        if self.words == 0 || self.used + width > u64::BITS {
            self.words += 1;
            self.used = 0;
        }
        self.used += width;
        Field::new(self.words - 1, self.used - width, width)
    }
}
