//! What is so at one moment.

use fixedbitset::FixedBitSet;

use super::{
    id::{AcceptorId, ChannelId, DeliveryId, Id, KeyId, KeySet, OwnFactId, PlaceId, StepId, Table, WindowId},
    landscape::{Fact, Landscape, Transit, Value},
};

/// One moment: what each place holds, each acceptor accepts, what runs, what is under way, which
/// facts of the author's own are set, which steps are done and which messages between roles were received.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct World {
    /// What lies at each place.
    pub places: Table<PlaceId, Option<KeyId>>,
    /// What each acceptor accepts.
    pub accepted: Table<AcceptorId, KeySet>,
    /// Which channels run.
    pub running: Table<ChannelId, bool>,
    /// With which credentials messages are stamped that are under way: keys, and the numbers of
    /// [pairs](super::landscape::Landscape::pairs). One bit for each set of credentials that a message may carry is exact for
    /// an unbounded channel without order: rules ask only whether there is one.
    pub under_way: Table<ChannelId, KeySet>,
    /// How far each window is agreed.
    pub windows: Table<WindowId, WindowState>,
    /// Which facts of the author's own are set.
    pub set: Table<OwnFactId, bool>,
    /// Which steps are done.
    pub done: FixedBitSet,
    /// Which messages between roles were received.
    pub heard: FixedBitSet,
}

/// How far a window is agreed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum WindowState {
    /// Nobody has spoken of it.
    #[default]
    Unagreed,
    /// One side has proposed it.
    Proposed,
    /// Both sides agree; it has not begun.
    Agreed,
    /// It has begun.
    Open,
}

impl World {
    /// A world in which nothing is anywhere, shaped for a plan.
    #[must_use]
    pub fn empty(landscape: &Landscape, steps: usize, deliveries: usize) -> Self {
        Self {
            places: Table::like(&landscape.places, None),
            accepted: Table::like(&landscape.acceptors, KeySet::default()),
            running: Table::like(&landscape.channels, false),
            under_way: Table::like(&landscape.channels, KeySet::default()),
            windows: Table::like(&landscape.windows, WindowState::Unagreed),
            set: Table::like(&landscape.own_facts, false),
            done: FixedBitSet::with_capacity(steps),
            heard: FixedBitSet::with_capacity(deliveries),
        }
    }

    /// Whether nothing has happened in it yet: no step is done, no message is under way or was received, no
    /// window was spoken of.
    #[must_use]
    pub fn is_fresh(&self) -> bool {
        self.done.is_clear()
            && self.heard.is_clear()
            && self.under_way.rows().all(|keys| keys.is_empty())
            && self.windows.rows().all(|window| *window == WindowState::Unagreed)
    }

    /// The same when each window is over.
    #[must_use]
    pub fn without_windows(&self) -> Self {
        let windows = self.windows.rows().map(|_| WindowState::Unagreed).collect();
        Self { windows, ..self.clone() }
    }

    /// Whether a step is done.
    #[must_use]
    pub fn is_done(&self, step: StepId) -> bool {
        self.done.contains(step.index())
    }

    /// Whether a message between roles was received.
    #[must_use]
    pub fn is_heard(&self, delivery: DeliveryId) -> bool {
        self.heard.contains(delivery.index())
    }

    /// What a channel stamps with if it sends now, a credential or a pair: nothing while it is stopped or
    /// no alias that it lists names anything.
    #[must_use]
    pub fn stamp(&self, landscape: &Landscape, channel: ChannelId) -> Option<KeyId> {
        self.running[channel].then(|| self.named(landscape, channel)).flatten()
    }

    /// The same of a channel that runs.
    #[must_use]
    pub fn named(&self, landscape: &Landscape, channel: ChannelId) -> Option<KeyId> {
        let declared = &landscape.channels[channel];
        match declared.beside {
            None => self.places[declared.stamps],
            Some(beside) => landscape.pairs().stamp_of(self.places[declared.stamps], self.places[beside]),
        }
    }

    /// Whether a message of this channel with this stamp would be accepted now: one credential of it is
    /// enough.
    #[must_use]
    pub fn accepts(&self, landscape: &Landscape, channel: ChannelId, stamp: KeyId) -> bool {
        let accepted = &self.accepted[landscape.channels[channel].acceptor];
        landscape.pairs().carried(stamp).any(|key| accepted.contains(key))
    }

    /// Whether no message is under way that is stamped with `key` alone, and none can be sent now.
    #[must_use]
    pub fn is_drained(&self, landscape: &Landscape, channel: ChannelId, key: KeyId) -> bool {
        !self.under_way[channel].contains(key) && self.stamp(landscape, channel) != Some(key)
    }

    /// Lets every channel that runs send a message that stays under way.
    pub fn send_everywhere(&mut self, landscape: &Landscape) {
        for (channel, declared) in landscape.channels.iter() {
            if let (Transit::Within(_), Some(key)) = (declared.transit, self.stamp(landscape, channel)) {
                self.under_way[channel].insert(key);
            }
        }
    }

    /// The value of a fact.
    #[must_use]
    pub fn value(&self, landscape: &Landscape, fact: Fact) -> Value {
        self.told(fact).unwrap_or_else(|other| Value::Is(self.accepts_other(landscape, other)))
    }

    /// The value of a fact that the world tells by itself; else the acceptor that another key may be at.
    pub(crate) fn told(&self, fact: Fact) -> Result<Value, AcceptorId> {
        Ok(match fact {
            Fact::Place(place) => Value::Key(self.places[place]),
            Fact::Accepts(acceptor, key) => Value::Is(self.accepted[acceptor].contains(key)),
            Fact::AcceptsOther(acceptor) => return Err(acceptor),
            Fact::Running(channel) => Value::Is(self.running[channel]),
            Fact::Window(window) => Value::Is(self.windows[window] == WindowState::Open),
            Fact::Own(own) => Value::Is(self.set[own]),
        })
    }

    /// Whether an acceptor accepts a key of which the plan does not speak there.
    pub(crate) fn accepts_other(&self, landscape: &Landscape, acceptor: AcceptorId) -> bool {
        let named = landscape.acceptors[acceptor].named.keys();
        self.accepted[acceptor].iter().any(|key| !named.contains(key))
    }
}
