//! The steps of a plan as events, in its order.

use crate::{
    check::Checked,
    graph,
    moment::{Course, Event, Order},
    world::id::Id,
};

/// So much room is worth a second order beside the one of the checks, in bytes.
const ROOM: usize = 16 * 1024 * 1024;

/// The order of a plan's steps, in which the step at a place of the sequence is the event with that
/// number.
#[derive(Debug)]
pub(super) enum Told<'a> {
    /// As it is told, step by step.
    Course(Course),
    /// As the checks made it, where steps wait for each other in too many ways.
    Sets(&'a graph::order::Order),
}

impl<'a> Told<'a> {
    /// The order of a plan.
    pub(super) fn of(checked: &'a Checked) -> Self {
        Self::within(checked, ROOM)
    }

    fn within(checked: &'a Checked, room: usize) -> Self {
        let (plan, order) = (checked.plan(), checked.order());
        let mut course = Course::within(room);
        let mut after = Vec::new();
        for step in order.sequence() {
            after.clear();
            after.extend(
                plan.steps[*step].after.iter().map(|earlier| Event::at(order.position(earlier.value))),
            );
            if course.tell(&after).is_err() {
                return Self::Sets(order);
            }
        }
        Self::Course(course)
    }
}

impl Order for Told<'_> {
    fn is_before(&self, earlier: Event, later: Event) -> bool {
        match self {
            Self::Course(course) => course.is_before(earlier, later),
            Self::Sets(order) => Order::is_before(*order, earlier, later),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use crate::{check::read, source::Source};

    use super::*;

    #[test]
    fn both_orders_of_a_plan_are_the_same() {
        let mut text = String::from("keyroll 1\nplan talk\nrole ops\nrole audit\n");
        let mut chance = 1u64;
        let mut draw = |below: u64| {
            chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (chance >> 33) % below
        };
        for number in 0..120 {
            let _ = writeln!(text, "step s{number} by ops {{");
            for _ in 0..draw(4).min(number) {
                let _ = writeln!(text, "  after s{}", draw(number));
            }
            text.push_str("  inform audit\n}\n");
        }
        let checked = read(&Source::new("talk", text), &crate::plan::given::Given::default()).unwrap();
        let (told, sets) = (Told::of(&checked), Told::within(&checked, 0));
        assert!(matches!((&told, &sets), (Told::Course(_), Told::Sets(_))));
        let events = || (0..120).map(Event::at);
        let pairs = events().flat_map(|one| events().map(move |other| (one, other)));
        let before = pairs.filter(|(one, other)| {
            let is_before = told.is_before(*one, *other);
            assert_eq!(is_before, sets.is_before(*one, *other), "{one:?} {other:?}");
            is_before
        });
        assert!(before.count() > 500);
    }
}
