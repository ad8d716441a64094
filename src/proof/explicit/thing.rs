//! A number for each thing of a plan.

use crate::{
    plan::Plan,
    world::id::{AcceptorId, ChannelId, DeliveryId, Id, KeyId, OwnFactId, PlaceId, StepId, WindowId},
};

/// Something that depends on others, or on which others depend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Thing {
    /// What lies at a place.
    Place(PlaceId),
    /// What an acceptor accepts.
    Acceptor(AcceptorId),
    /// Whether a flow runs.
    Running(ChannelId),
    /// Where a key lies.
    Key(KeyId),
    /// How far a window is agreed.
    Window(WindowId),
    /// What a flow has under way, and what is promised of it.
    Flow(ChannelId),
    /// A step.
    Step(StepId),
    /// Whether a message between roles was received.
    Delivery(DeliveryId),
    /// A statement, by number.
    Statement(usize),
    /// What must hold at the end, by number.
    Final(usize),
    /// Whether a fact of the plan's own is set.
    Own(OwnFactId),
}

/// How many kinds of things there are.
const KINDS: usize = 11;

/// Where the numbers of each kind end, in the order of the kinds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Numbers {
    ends: [usize; KINDS],
}

impl Numbers {
    /// The numbers of the things of a plan.
    pub(super) fn of(plan: &Plan) -> Self {
        let land = &plan.landscape;
        let mut ends = [
            land.places.len(),
            land.acceptors.len(),
            land.channels.len(),
            land.keys.len(),
            land.windows.len(),
            land.channels.len(),
            plan.steps.len(),
            plan.deliveries.len(),
            plan.statements.len(),
            plan.finals.len(),
            land.own_facts.len(),
        ];
        let mut sum = 0;
        for end in &mut ends {
            sum += *end;
            *end = sum;
        }
        Self { ends }
    }

    /// How many things there are.
    pub(super) fn all(&self) -> usize {
        self.ends.last().copied().unwrap_or_default()
    }

    /// The number of a thing.
    pub(super) fn number(&self, thing: Thing) -> usize {
        let (kind, own) = match thing {
            Thing::Place(place) => (0, place.index()),
            Thing::Acceptor(acceptor) => (1, acceptor.index()),
            Thing::Running(flow) => (2, flow.index()),
            Thing::Key(key) => (3, key.index()),
            Thing::Window(window) => (4, window.index()),
            Thing::Flow(flow) => (5, flow.index()),
            Thing::Step(step) => (6, step.index()),
            Thing::Delivery(delivery) => (7, delivery.index()),
            Thing::Statement(number) => (8, number),
            Thing::Final(number) => (9, number),
            Thing::Own(own) => (10, own.index()),
        };
        self.begin(kind) + own
    }

    /// The thing with a number.
    pub(super) fn thing(&self, number: usize) -> Thing {
        let kind = self.ends.partition_point(|end| *end <= number);
        let own = number - self.begin(kind);
        match kind {
            0 => Thing::Place(PlaceId::at(own)),
            1 => Thing::Acceptor(AcceptorId::at(own)),
            2 => Thing::Running(ChannelId::at(own)),
            3 => Thing::Key(KeyId::at(own)),
            4 => Thing::Window(WindowId::at(own)),
            5 => Thing::Flow(ChannelId::at(own)),
            6 => Thing::Step(StepId::at(own)),
            7 => Thing::Delivery(DeliveryId::at(own)),
            8 => Thing::Statement(own),
            9 => Thing::Final(own),
            _ => Thing::Own(OwnFactId::at(own)),
        }
    }

    fn begin(&self, kind: usize) -> usize {
        kind.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_number_stands_for_one_thing() {
        let numbers = Numbers { ends: [2, 3, 3, 5, 6, 8, 11, 12, 12, 14, 17] };
        for number in 0..numbers.all() {
            assert_eq!(numbers.number(numbers.thing(number)), number);
        }
        assert_eq!(numbers.thing(5), Thing::Window(WindowId::at(0)));
        assert_eq!(numbers.thing(13), Thing::Final(1));
        assert_eq!(numbers.thing(16), Thing::Own(OwnFactId::at(2)));
    }
}
