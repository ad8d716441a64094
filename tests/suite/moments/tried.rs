//! A small order of events with facts that they change, and all that can come of it, found by trying.

use std::collections::BTreeSet;

use keyroll::{
    moment::{Course, Event, FactId, Facts, Reign},
    world::id::Id,
};

use crate::random_plans::generated::Chance;

/// A few events. The first fact is whether messages are sent, the second whether with the one stamp,
/// the third whether a message with it is accepted.
#[derive(Debug)]
pub(super) struct Tried {
    /// What comes before each event, as bits.
    pasts: Vec<u32>,
    course: Course,
    facts: Facts<u8>,
    /// For each fact what it is at the start, and what the events make it, in their order.
    writes: Vec<(u8, Vec<(Event, u8)>)>,
    drains: Vec<Event>,
    at_once: bool,
}

impl Tried {
    pub(super) fn made(chance: &mut Chance) -> Self {
        let mut course = Course::within(usize::MAX);
        let mut pasts: Vec<u32> = Vec::new();
        let density = 15 + chance.below(50);
        for number in 0..1 + chance.below(7) {
            let after: Vec<Event> = (0..number).filter(|_| chance.percent(density)).map(Event::at).collect();
            let own = after.iter().fold(0, |set, event| set | pasts[event.index()] | 1 << event.index());
            pasts.push(own);
            course.tell(&after).unwrap();
        }
        let (mut facts, mut writes) = (Facts::new(), Vec::new());
        for fact in 0..3 {
            let start = u8::from(fact == 2 || chance.percent(50));
            let number = facts.start(start);
            let mut row: Vec<(Event, u8)> = Vec::new();
            for event in (0..pasts.len()).map(Event::at) {
                let is_ordered =
                    row.last().is_none_or(|(last, _)| pasts[event.index()] >> last.index() & 1 == 1);
                if chance.percent(60) {
                    let value = chance.below(2) as u8;
                    let written = facts.write(&course, (event, number), value);
                    assert_eq!(written.is_ok(), is_ordered);
                    if is_ordered {
                        row.push((event, value));
                    }
                }
            }
            writes.push((start, row));
        }
        let drains = (0..pasts.len()).filter(|_| chance.percent(20)).map(Event::at).collect();
        Self { pasts, course, facts, writes, drains, at_once: chance.percent(15) }
    }

    pub(super) const fn course(&self) -> &Course {
        &self.course
    }

    pub(super) fn facts(&self) -> impl Iterator<Item = FactId> {
        (0..3).map(FactId::at)
    }

    pub(super) fn reigns(&self, fact: FactId) -> impl Iterator<Item = Reign<u8>> + '_ {
        self.facts.reigns(fact)
    }

    pub(super) fn drains(&self) -> &[Event] {
        &self.drains
    }

    pub(super) const fn is_at_once(&self) -> bool {
        self.at_once
    }

    /// What comes before an event, as bits.
    pub(super) fn past(&self, event: Event) -> u32 {
        self.pasts[event.index()]
    }

    /// Everything that can have happened at some moment.
    pub(super) fn moments(&self) -> impl Iterator<Item = u32> + '_ {
        (0..1 << self.pasts.len()).filter(|set| {
            (0..self.pasts.len()).all(|number| set >> number & 1 == 0 || self.pasts[number] & !set == 0)
        })
    }

    /// What a fact is when these have happened.
    pub(super) fn value(&self, fact: usize, set: u32) -> u8 {
        let (start, row) = &self.writes[fact];
        row.iter().rev().find(|(event, _)| set >> event.index() & 1 == 1).map_or(*start, |(_, value)| *value)
    }

    /// What can have happened while a message is on its way: one is sent whenever it can be, arrives
    /// whenever it likes, and no drain happens before it has.
    pub(super) fn under_way(&self) -> BTreeSet<u32> {
        let (mut seen, mut next) = (BTreeSet::new(), vec![(0, false)]);
        while let Some((set, flies)) = next.pop() {
            if !seen.insert((set, flies)) {
                continue;
            }
            if flies {
                next.push((set, false));
            } else if self.value(0, set) == 1 && self.value(1, set) == 1 {
                next.push((set, true));
            }
            // What arrives at once is gone before anything else happens.
            if flies && self.at_once {
                continue;
            }
            for number in 0..self.pasts.len() {
                let can_happen = set >> number & 1 == 0 && self.pasts[number] & !set == 0;
                let waits = flies && self.drains.contains(&Event::at(number));
                if can_happen && !waits {
                    next.push((set | 1 << number, flies));
                }
            }
        }
        seen.into_iter().filter(|(_, flies)| *flies).map(|(set, _)| set).collect()
    }
}
