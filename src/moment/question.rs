//! Whether there is a moment at which things are so.

use std::cell::Cell;

use super::{Event, Order, Reign};

/// Asks of an order of events which moments it has.
#[derive(Debug)]
pub struct Moments<O> {
    order: O,
    /// So often two events are compared at most.
    most: usize,
    questions: Cell<usize>,
    looks: Cell<usize>,
}

/// More events were compared than an answer is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Long;

/// Messages with one stamp, and where they are refused.
#[derive(Clone, Copy, Debug)]
pub struct Traffic<'a, V> {
    /// When they are sent: while one of the first and the second are so.
    pub runs: &'a [Reign<V>],
    /// When the stamp is that one.
    pub named: Reign<V>,
    /// The events that wait until no message with that stamp is on its way.
    pub drains: &'a [Event],
    /// Whether each arrives at the moment at which it is sent.
    pub at_once: bool,
}

/// How a message comes to be on its way where it must not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// It is sent when these have happened, with all that they come after; nothing: at the moment at
    /// which it arrives.
    pub first: Option<Vec<Event>>,
    /// It is on its way when these have happened too; nothing: everything.
    pub then: Option<Vec<Event>>,
}

impl<O: Order> Moments<O> {
    /// The moments of an order. Two events are compared so often at most.
    pub const fn of(order: O, most: usize) -> Self {
        Self { order, most, questions: Cell::new(0), looks: Cell::new(0) }
    }

    /// The order.
    pub const fn order(&self) -> &O {
        &self.order
    }

    /// How many moments were asked for.
    pub const fn questions(&self) -> usize {
        self.questions.get()
    }

    /// Counts what was looked at to ask.
    pub fn look(&self, looks: usize) {
        self.looks.set(self.looks.get() + looks);
    }

    /// Ends what takes longer than it is worth.
    ///
    /// # Errors
    /// When it does.
    pub const fn is_worth_it(&self) -> Result<(), Long> {
        if self.looks.get() > self.most { Err(Long) } else { Ok(()) }
    }

    /// Whether an event has happened wherever these have.
    pub fn is_in(&self, event: Event, done: &[Event]) -> bool {
        self.look(done.len());
        done.iter().any(|other| *other == event || self.order.is_before(event, *other))
    }

    /// Whether there is a moment at which `done` have happened and `undone` have not.
    pub fn is_one(&self, done: &[Event], undone: &[Event]) -> bool {
        self.questions.set(self.questions.get() + 1);
        !undone.iter().any(|event| self.is_in(*event, done))
    }

    /// Whether these are so together at a moment at which the turn of `event` has come: all that it
    /// comes after has happened, and it has not.
    pub fn is_before<V>(&self, event: Event, reigns: &[Reign<V>]) -> bool {
        let done: Vec<Event> = reigns.iter().filter_map(|reign| reign.from).collect();
        let undone: Vec<Event> =
            std::iter::once(event).chain(reigns.iter().filter_map(|reign| reign.until)).collect();
        // What comes before the event has happened too.
        self.is_one(&done, &undone) && !undone.iter().any(|other| self.order.is_before(*other, event))
    }

    /// What has happened, with all that it comes after, at a moment at which these are so together
    /// and `undone` have not happened; nothing where there is none.
    ///
    /// # Errors
    /// When asking takes too long.
    pub fn together<V>(&self, reigns: &[Reign<V>], undone: &[Event]) -> Result<Option<Vec<Event>>, Long> {
        self.is_worth_it()?;
        let done: Vec<Event> = reigns.iter().filter_map(|reign| reign.from).collect();
        let until = reigns.iter().filter_map(|reign| reign.until);
        let undone: Vec<Event> = until.chain(undone.iter().copied()).collect();
        Ok(self.is_one(&done, &undone).then_some(done))
    }

    /// How one of these messages arrives while one of `refused` is so; nothing where none does.
    ///
    /// It was sent at a moment at which every drain had happened that has happened when it arrives: a
    /// later one would have waited for it.
    ///
    /// # Errors
    /// When asking takes too long.
    pub fn rejected<V: Copy>(
        &self,
        traffic: &Traffic<'_, V>,
        refused: &[Reign<V>],
    ) -> Result<Option<Sent>, Long> {
        for run in traffic.runs {
            for refused in refused {
                if let Some(sent) = self.meets(traffic, *run, *refused)? {
                    return Ok(Some(sent));
                }
            }
        }
        Ok(None)
    }

    fn meets<V: Copy>(
        &self,
        traffic: &Traffic<'_, V>,
        run: Reign<V>,
        refused: Reign<V>,
    ) -> Result<Option<Sent>, Long> {
        let signs = [run, traffic.named];
        if traffic.at_once {
            let then = self.together(&[run, traffic.named, refused], &[])?;
            return Ok(then.map(|then| Sent { first: None, then: Some(then) }));
        }
        self.is_worth_it()?;
        let from = || signs.iter().filter_map(|reign| reign.from);
        let then: Vec<Event> = from().chain(refused.from).collect();
        if !self.is_one(&then, refused.until.as_slice()) {
            return Ok(None);
        }
        let waited = traffic.drains.iter().copied().filter(|drain| self.is_in(*drain, &then));
        let first: Vec<Event> = from().chain(waited).collect();
        Ok(self.sent_at(&signs, first).map(|first| Sent { first: Some(first), then: Some(then) }))
    }

    /// How one of these messages is on its way when everything has happened; nothing where none is.
    ///
    /// # Errors
    /// When asking takes too long.
    pub fn left_over<V: Copy>(&self, traffic: &Traffic<'_, V>) -> Result<Option<Sent>, Long> {
        for run in traffic.runs {
            self.is_worth_it()?;
            self.questions.set(self.questions.get() + 1);
            let signs = [*run, traffic.named];
            if traffic.at_once {
                if signs.iter().all(|reign| reign.until.is_none()) {
                    return Ok(Some(Sent { first: None, then: None }));
                }
                continue;
            }
            let from = signs.iter().filter_map(|reign| reign.from);
            let first = from.chain(traffic.drains.iter().copied()).collect();
            if let Some(first) = self.sent_at(&signs, first) {
                return Ok(Some(Sent { first: Some(first), then: None }));
            }
        }
        Ok(None)
    }

    /// Gives what has happened back, where a message can be sent then.
    fn sent_at<V>(&self, signs: &[Reign<V>], done: Vec<Event>) -> Option<Vec<Event>> {
        let until: Vec<Event> = signs.iter().filter_map(|reign| reign.until).collect();
        self.is_one(&done, &until).then_some(done)
    }
}
