//! What is asked of an order of events, held against trying every order; and renewals made by rule,
//! each with its mistakes.

#![cfg(test)]

mod tried;

use keyroll::{
    moment::{
        Course, Event, Moments, Order, Reign, Traffic,
        renewals::{Judged, Promise, Renewals, Slip},
    },
    world::id::Id,
};

use super::random_plans::generated::Chance;
use tried::Tried;

/// How many orders are made in each run of the tests; `KEYROLL_RANDOM_ORDERS` asks for more.
const ORDERS: u64 = 40_000;

/// How often something was so, and how often not.
#[derive(Debug, Default)]
struct Count {
    so: usize,
    not: usize,
}

impl Count {
    fn take(&mut self, is: bool) {
        *if is { &mut self.so } else { &mut self.not } += 1;
    }
}

#[derive(Debug, Default)]
struct Counts {
    cuts: Count,
    together: Count,
    before: Count,
    rejected: Count,
    left_over: Count,
}

fn is_in(set: u32, event: Event) -> bool {
    set >> event.index() & 1 == 1
}

/// What has happened where these have, as bits.
fn closed(tried: &Tried, done: &[Event]) -> u32 {
    done.iter().fold(0, |set, event| set | tried.past(*event) | 1 << event.index())
}

fn some(tried: &Tried, is: impl Fn(u32) -> bool) -> bool {
    tried.moments().any(is)
}

/// Asks one order everything, and holds the answers against those of all moments.
fn asked(chance: &mut Chance, counts: &mut Counts) {
    let tried = Tried::made(chance);
    let moments = Moments::of(tried.course(), usize::MAX);
    let events: Vec<Event> = (0..tried.course().len()).map(Event::at).collect();
    let mut draw = |most: usize| -> Vec<Event> {
        (0..chance.below(most)).map(|_| Event::at(chance.below(events.len()))).collect()
    };

    let (done, undone) = (draw(3), draw(3));
    let is_one = moments.is_one(&done, &undone);
    let is_such =
        |set| done.iter().all(|event| is_in(set, *event)) && !undone.iter().any(|event| is_in(set, *event));
    assert_eq!(is_one, some(&tried, is_such), "{done:?} without {undone:?} in {tried:?}");
    counts.cuts.take(is_one);

    let reigns: Vec<Vec<Reign<u8>>> = tried.facts().map(|fact| tried.reigns(fact).collect()).collect();
    let chosen: Vec<Reign<u8>> = reigns.iter().map(|row| row[chance.below(row.len())]).collect();
    let holds = |set: u32, reign: &Reign<u8>| {
        reign.from.is_none_or(|event| is_in(set, event))
            && !reign.until.is_some_and(|event| is_in(set, event))
    };
    let all_hold = |set| chosen.iter().all(|reign| holds(set, reign));
    let found = moments.together(&chosen, &undone).unwrap();
    let is_together = |set| all_hold(set) && !undone.iter().any(|event| is_in(set, *event));
    assert_eq!(found.is_some(), some(&tried, is_together), "{chosen:?} without {undone:?} in {tried:?}");
    if let Some(done) = &found {
        assert!(is_together(closed(&tried, done)), "{done:?} is no moment of {chosen:?} in {tried:?}");
    }
    counts.together.take(found.is_some());

    let event = events[chance.below(events.len())];
    let has_come = |set: u32| !is_in(set, event) && tried.past(event) & !set == 0;
    let is_before = moments.is_before(event, &chosen[..2]);
    let holds_then = |set| has_come(set) && chosen[..2].iter().all(|reign| holds(set, reign));
    assert_eq!(is_before, some(&tried, holds_then), "{chosen:?} before {event:?} in {tried:?}");
    counts.before.take(is_before);

    let reigning = |fact: usize, value: u8| -> Vec<Reign<u8>> {
        reigns[fact].iter().copied().filter(|reign| reign.value == value).collect()
    };
    let (runs, refused) = (reigning(0, 1), reigning(2, 0));
    let (mut rejected, mut left_over) = (false, false);
    for named in reigning(1, 1) {
        let traffic = Traffic { runs: &runs, named, drains: tried.drains(), at_once: tried.is_at_once() };
        if let Some(sent) = moments.rejected(&traffic, &refused).unwrap() {
            rejected = true;
            let then = closed(&tried, &sent.then.unwrap());
            let first = sent.first.map_or(then, |first| closed(&tried, &first));
            let drained = tried.drains().iter().any(|drain| is_in(then, *drain) && !is_in(first, *drain));
            assert!(first & !then == 0 && !drained && holds(first, &named), "{tried:?}");
            assert!(tried.value(0, first) == 1 && tried.value(2, then) == 0, "{tried:?}");
        }
        left_over |= moments.left_over(&traffic).unwrap().is_some();
    }
    let ways = tried.under_way();
    let all = (1 << events.len()) - 1;
    assert_eq!(rejected, ways.iter().any(|set| tried.value(2, *set) == 0), "rejected in {tried:?}");
    assert_eq!(left_over, ways.contains(&all), "left over in {tried:?}");
    counts.rejected.take(rejected);
    counts.left_over.take(left_over);
}

#[test]
fn it_is_so_at_some_moment_of_some_order_or_at_none() {
    let asked_for = std::env::var("KEYROLL_RANDOM_ORDERS").ok().map(|orders| orders.parse::<u64>().unwrap());
    let orders = asked_for.unwrap_or(ORDERS);
    let mut counts = Counts::default();
    for seed in 0..orders {
        asked(&mut Chance::new(seed), &mut counts);
    }
    println!("{orders} orders of events: {counts:?}");
    let Counts { cuts, together, before, rejected, left_over } = counts;
    for count in [cuts, together, before, rejected, left_over] {
        assert!(count.so.min(count.not) as u64 > orders / 20, "{count:?}");
    }
}

/// Judges a family of some size, with a mistake or none.
type Family = fn(usize, Option<Slip>) -> Judged;

const FAMILIES: [(&str, Family, usize); 2] = [
    (
        "independent",
        |count, slip| Renewals::independent(count, slip, usize::MAX).unwrap().judge().unwrap(),
        3,
    ),
    ("shared", |count, slip| Renewals::shared(count, slip, usize::MAX).unwrap().judge().unwrap(), 3),
];

#[test]
fn renewals_made_by_rule_keep_their_promises_and_their_mistakes_break_them() {
    for (name, family, each) in FAMILIES {
        for count in [1, 2, 3, 17, 400] {
            let judged = family(count, None);
            assert_eq!(judged.broken, None, "{count} {name}");
            // Of each flow at least one moment is asked for with each of its keys.
            assert!((2 * count..=each * count).contains(&judged.questions), "{count} {name}: {judged:?}");
            for partner in [0, count / 2, count - 1] {
                for slip in [Slip::Drain(partner), Slip::Confirmation(partner)] {
                    let broken = family(count, Some(slip)).broken;
                    let broken = broken.unwrap_or_else(|| panic!("{slip:?} of {count} {name} is not seen"));
                    assert_eq!((broken.flow, broken.promise), (partner, Promise::NeverRejected));
                    // A new message meets who was not waited for; an old one meets who did not wait.
                    let first = broken.sent.first.unwrap();
                    assert_eq!(first.is_empty(), matches!(slip, Slip::Drain(_)), "{slip:?}: {first:?}");
                }
            }
        }
    }
}

#[test]
fn what_many_wait_for_costs_no_more_for_each_of_them() {
    // So much memory as a set of bits for each event would take a hundred times.
    let receivers = 20_000;
    let shared = Renewals::shared(receivers, None, 20_000_000).unwrap();
    assert_eq!(shared.events(), 6 * receivers + 2);
    assert_eq!(shared.judge().unwrap().broken, None);
    assert!(Renewals::shared(receivers, None, 1_000_000).is_err());
}

#[test]
fn an_event_after_all_of_a_crowd_is_after_each() {
    let mut course = Course::within(usize::MAX);
    let crowd: Vec<Event> = (0..5_000).map(|_| course.tell(&[]).unwrap()).collect();
    let last = course.tell(&crowd).unwrap();
    assert!(crowd.iter().all(|event| course.is_before(*event, last) && !course.is_before(last, *event)));
    assert!(!course.is_before(crowd[1], crowd[2]));
}
