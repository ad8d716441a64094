//! Events, each with what it comes after: the order of millions of them.

use crate::world::id::{Id, Table};

use super::{
    Event, Order,
    past::{PastId, Pasts},
};

/// The order of events that are told one after the other.
///
/// The events form lines, in each of which one comes after the other. What comes before an event is of
/// each line a beginning, so it is kept as numbers, and what many events come after is kept once. Memory
/// grows with the events and with how far their pasts differ; not with the size of the pasts.
#[derive(Clone, Debug)]
pub struct Course {
    places: Table<Event, Place>,
    /// How many events each line has.
    lines: Vec<u32>,
    pasts: Pasts,
    room: usize,
    sorted: Vec<Event>,
}

/// Where an event stands.
#[derive(Clone, Copy, Debug)]
struct Place {
    line: u32,
    /// How many events of its line come before it.
    at: u32,
    /// What comes before it on other lines.
    past: PastId,
}

/// Why an event cannot be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misplaced {
    /// It comes after an event that was not told.
    Unknown(Event),
    /// The order takes more room than there is.
    Full,
}

impl Course {
    /// No events yet, and so many bytes for them; so many looks, too, may it take to find out what
    /// they have in common.
    #[must_use]
    pub fn within(room: usize) -> Self {
        let (places, lines, pasts) = (Table::new(), Vec::new(), Pasts::new());
        Self { places, lines, pasts, room, sorted: Vec::new() }
    }

    /// Tells the next event, which comes after these and after all that they come after.
    ///
    /// # Errors
    /// When one of these was not told before, or there is no room.
    pub fn tell(&mut self, after: &[Event]) -> Result<Event, Misplaced> {
        if let Some(unknown) = after.iter().find(|event| event.index() >= self.places.len()) {
            return Err(Misplaced::Unknown(*unknown));
        }
        let place = match after {
            [] => self.begun(PastId::NOTHING),
            [only] if self.is_last(*only) => self.continued(*only, self.places[*only].past),
            _ => self.joined(after),
        };
        // Each number stands for one event.
        let is_numbered = self.places.len() < u32::MAX as usize - 1;
        if !is_numbered || self.bytes() > self.room || self.pasts.looks() > self.room {
            return Err(Misplaced::Full);
        }
        Ok(self.places.push(place))
    }

    /// How many events there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// What the order takes up, in bytes.
    #[must_use]
    pub const fn bytes(&self) -> usize {
        self.places.len() * size_of::<Place>() + self.lines.len() * size_of::<u32>() + self.pasts.bytes()
    }

    /// Whether nothing on its line comes after an event yet.
    fn is_last(&self, event: Event) -> bool {
        let place = self.places[event];
        self.lines.get(place.line as usize).is_some_and(|count| *count == place.at + 1)
    }

    /// The first place of a new line.
    fn begun(&mut self, past: PastId) -> Place {
        self.lines.push(1);
        Place { line: u32::try_from(self.lines.len() - 1).unwrap_or(u32::MAX), at: 0, past }
    }

    /// The next place on the line of an event.
    fn continued(&mut self, event: Event, past: PastId) -> Place {
        let Place { line, at, .. } = self.places[event];
        if let Some(count) = self.lines.get_mut(line as usize) {
            *count += 1;
        }
        Place { line, at: at + 1, past }
    }

    fn joined(&mut self, after: &[Event]) -> Place {
        let mut sorted = std::mem::take(&mut self.sorted);
        sorted.clear();
        sorted.extend(after);
        // The latest first: it brings most of the others with it.
        sorted.sort_unstable_by(|one, other| other.cmp(one));
        let goes_on = sorted.iter().copied().find(|event| self.is_last(*event));
        let own = goes_on.map(|event| self.places[event]);
        self.pasts.begin(own.map_or(PastId::NOTHING, |place| place.past));
        for event in &sorted {
            let Place { line, at, past } = self.places[*event];
            if own.is_none_or(|own| own.line != line) && !self.pasts.has(line, at + 1) {
                self.pasts.join(past);
                self.pasts.put(line, at + 1);
            }
        }
        self.sorted = sorted;
        let past = self.pasts.end();
        match goes_on {
            Some(event) => self.continued(event, past),
            None => self.begun(past),
        }
    }
}

impl Order for Course {
    fn is_before(&self, earlier: Event, later: Event) -> bool {
        if earlier.index().max(later.index()) >= self.places.len() {
            return false;
        }
        let (earlier, later) = (self.places[earlier], self.places[later]);
        if earlier.line == later.line {
            return earlier.at < later.at;
        }
        self.pasts.count(later.past, earlier.line) > earlier.at
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    /// Events of which each comes after some of the ones before it: how far back, for each.
    fn orders() -> impl Strategy<Value = Vec<Vec<usize>>> {
        vec(vec(1..40_usize, 0..4), 1..120)
    }

    /// The pasts as plain sets.
    fn sets(order: &[Vec<usize>]) -> Vec<Vec<bool>> {
        let mut sets: Vec<Vec<bool>> = Vec::new();
        for (number, back) in order.iter().enumerate() {
            let mut mine = vec![false; order.len()];
            for earlier in back.iter().filter_map(|back| number.checked_sub(*back)) {
                mine[earlier] = true;
                mine.iter_mut().zip(&sets[earlier]).for_each(|(mine, theirs)| *mine |= theirs);
            }
            sets.push(mine);
        }
        sets
    }

    fn told(order: &[Vec<usize>]) -> Course {
        let mut course = Course::within(usize::MAX);
        for (number, back) in order.iter().enumerate() {
            let after = back.iter().filter_map(|back| number.checked_sub(*back)).map(Event::at);
            course.tell(&after.collect::<Vec<_>>()).unwrap();
        }
        course
    }

    fn same(order: &[Vec<usize>]) {
        let (course, sets) = (told(order), sets(order));
        for (later, set) in sets.iter().enumerate() {
            for (earlier, is) in set.iter().enumerate() {
                let found = course.is_before(Event::at(earlier), Event::at(later));
                assert_eq!(found, *is, "{earlier} before {later} of {order:?}");
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(160))]
        #[test]
        fn it_is_the_order_that_was_told(order in orders()) {
            same(&order);
        }

        #[test]
        fn many_meet_and_part_again(
            wide in vec(vec(200..240_usize, 1..3), 40..90),
            (first, second) in (300..360_usize, 300..360_usize),
            last in vec(vec(1..150_usize, 2..6), 1..60),
        ) {
            // A crowd without order, two that wait for much of it, and events that go on from anywhere.
            let mut order = vec![Vec::new(); 240];
            order.extend(wide);
            for most in [first, second] {
                let now = order.len();
                order.push((1..most.min(now)).step_by(3).collect());
            }
            order.extend(last);
            same(&order);
        }
    }

    #[test]
    fn what_all_wait_for_is_kept_once() {
        let size = |count: usize| {
            let mut course = Course::within(usize::MAX);
            let crowd: Vec<Event> = (0..count).map(|_| course.tell(&[]).unwrap()).collect();
            let barrier = course.tell(&crowd).unwrap();
            for before in &crowd {
                let one = course.tell(&[barrier]).unwrap();
                let other = course.tell(&[one, barrier, *before]).unwrap();
                assert!(course.is_before(*before, one) && course.is_before(barrier, other));
            }
            course.bytes() / count
        };
        let (small, large) = (size(1_000), size(16_000));
        assert!(large < small + small / 8 && large < 200, "{small} and {large} bytes an event");
    }

    #[test]
    fn what_was_not_told_and_what_has_no_room_is_refused() {
        let mut course = Course::within(1_000);
        assert_eq!(course.tell(&[Event::at(0)]), Err(Misplaced::Unknown(Event::at(0))));
        let first = course.tell(&[]).unwrap();
        assert!(!course.is_before(first, first) && !course.is_before(first, Event::at(7)));
        let full = (0..100).find_map(|_| course.tell(&[first]).err());
        assert_eq!(full, Some(Misplaced::Full));
    }
}
