//! The values that each fact has, one after the other.

use crate::world::id::{Id, Table};

use super::{Event, Order};

/// A fact, by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FactId(u32);

impl Id for FactId {
    fn at(index: usize) -> Self {
        Self(u32::try_from(index).unwrap_or(u32::MAX))
    }

    fn index(self) -> usize {
        self.0 as usize
    }
}

/// A fact has a value from one event to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reign<V> {
    /// What it is.
    pub value: V,
    /// The event that makes it so; none: it is so from the start.
    pub from: Option<Event>,
    /// The event that ends it; none: it is so at the end.
    pub until: Option<Event>,
}

/// Why an event cannot be the next one that changes a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clash {
    /// It changes the fact already.
    Twice,
    /// It does not come after this one, which changes the fact too.
    Unordered(Event),
}

/// What each fact is, from the start to the end.
#[derive(Clone, Debug)]
pub struct Facts<V> {
    rows: Table<FactId, Row>,
    reigns: Vec<Link<V>>,
}

/// Where the values of a fact lie among all values.
#[derive(Clone, Copy, Debug)]
struct Row {
    first: u32,
    last: u32,
}

#[derive(Clone, Copy, Debug)]
struct Link<V> {
    reign: Reign<V>,
    /// The value that follows; its own place: none does.
    next: u32,
}

impl<V: Copy> Facts<V> {
    /// No facts.
    #[must_use]
    pub const fn new() -> Self {
        Self { rows: Table::new(), reigns: Vec::new() }
    }

    /// Adds a fact with its value at the start.
    pub fn start(&mut self, value: V) -> FactId {
        let place = self.push(Reign { value, from: None, until: None });
        self.rows.push(Row { first: place, last: place })
    }

    /// Has an event change a fact, after all that change it already.
    ///
    /// # Errors
    /// When it does not come after them.
    pub fn write(
        &mut self,
        order: &impl Order,
        (event, fact): (Event, FactId),
        value: V,
    ) -> Result<(), Clash> {
        let last = self.rows[fact].last;
        match self.reigns.get(last as usize).and_then(|last| last.reign.from) {
            Some(writer) if writer == event => return Err(Clash::Twice),
            Some(writer) if !order.is_before(writer, event) => return Err(Clash::Unordered(writer)),
            _ => {}
        }
        let place = self.push(Reign { value, from: Some(event), until: None });
        if let Some(last) = self.reigns.get_mut(last as usize) {
            last.reign.until = Some(event);
            last.next = place;
        }
        self.rows[fact].last = place;
        Ok(())
    }

    /// The values of a fact, in their order; there is one at least.
    pub fn reigns(&self, fact: FactId) -> impl Iterator<Item = Reign<V>> + '_ {
        let mut next = Some(self.rows[fact].first);
        std::iter::from_fn(move || {
            let place = next?;
            let link = self.reigns.get(place as usize)?;
            next = (link.next != place).then_some(link.next);
            Some(link.reign)
        })
    }

    /// The value of a fact when everything has happened.
    pub fn at_the_end(&self, fact: FactId) -> Option<V> {
        self.reigns.get(self.rows[fact].last as usize).map(|link| link.reign.value)
    }

    fn push(&mut self, reign: Reign<V>) -> u32 {
        let place = u32::try_from(self.reigns.len()).unwrap_or(u32::MAX);
        self.reigns.push(Link { reign, next: place });
        place
    }
}

impl<V: Copy> Default for Facts<V> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use crate::moment::Course;

    use super::*;

    #[test]
    fn each_value_reigns_until_the_next_and_writers_have_an_order() {
        let mut course = Course::within(usize::MAX);
        let first = course.tell(&[]).unwrap();
        let (second, apart) = (course.tell(&[first]).unwrap(), course.tell(&[first]).unwrap());
        let mut facts = Facts::new();
        let (still, fact) = (facts.start('s'), facts.start('a'));
        facts.write(&course, (first, fact), 'b').unwrap();
        assert_eq!(facts.write(&course, (first, fact), 'c'), Err(Clash::Twice));
        facts.write(&course, (second, fact), 'd').unwrap();
        assert_eq!(facts.write(&course, (apart, fact), 'e'), Err(Clash::Unordered(second)));
        let reign = |value, from, until| Reign { value, from, until };
        let reigns: Vec<Reign<char>> = facts.reigns(fact).collect();
        let expected = [
            reign('a', None, Some(first)),
            reign('b', Some(first), Some(second)),
            reign('d', Some(second), None),
        ];
        assert_eq!(reigns, expected);
        assert_eq!((facts.at_the_end(fact), facts.at_the_end(still)), (Some('d'), Some('s')));
        assert_eq!(facts.reigns(still).collect::<Vec<_>>(), [reign('s', None, None)]);
    }
}
