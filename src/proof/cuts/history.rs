//! The values that each fact of a plan takes, one after the other.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    check::Checked,
    moment::{Clash, Event, FactId, Facts, Moments, Reign},
    world::{
        id::{AcceptorId, Id, KeyId, PlaceId, StepId},
        landscape::{Fact, Value},
        state::World,
    },
};

use super::{Unsettled, told::Told};

/// The values of all facts over a plan, and the moments that it has.
#[derive(Debug)]
pub(super) struct History<'a> {
    checked: &'a Checked,
    start: &'a World,
    moments: Moments<Told<'a>>,
    /// What is written.
    facts: Facts<Value>,
    numbers: BTreeMap<Fact, FactId>,
    /// Where a key lies at one time or another, beside where it lies from the start.
    lies: BTreeMap<KeyId, Vec<PlaceId>>,
    /// What each receiver with a limit accepts at one time or another, each once.
    accepted: BTreeMap<AcceptorId, Vec<KeyId>>,
}

/// So often two steps are compared at most: a second or two.
const LOOKS: usize = 50_000_000;

impl<'a> History<'a> {
    /// The history of a plan from a start.
    ///
    /// # Errors
    /// When two writers of a fact have no order.
    pub(super) fn of(checked: &'a Checked, start: &'a World) -> Result<Self, Unsettled> {
        let moments = Moments::of(Told::of(checked), LOOKS);
        let (facts, numbers, lies) = (Facts::new(), BTreeMap::new(), BTreeMap::new());
        let accepted = BTreeMap::new();
        let mut history = Self { checked, start, moments, facts, numbers, lies, accepted };
        for (place, key) in start.places.iter() {
            if let Some(key) = key {
                history.lies.entry(*key).or_default().push(place);
            }
        }
        for step in checked.order().sequence() {
            for effect in checked.plan().steps[*step].action.value.effects() {
                let mut writes = effect.writes();
                // What an exchange keeps is what lay under its alias before.
                if let (Some(backup), Some((place, _))) = (effect.displaces(), writes.first().copied()) {
                    writes.push((backup, history.at_the_end(place)));
                }
                for (fact, value) in writes {
                    history.write(*step, fact, value)?;
                }
            }
        }
        history.accepted = history.ever_by_receiver();
        Ok(history)
    }

    fn ever_by_receiver(&self) -> BTreeMap<AcceptorId, Vec<KeyId>> {
        let mut ever: BTreeMap<AcceptorId, BTreeSet<KeyId>> = BTreeMap::new();
        let limited = |id: &AcceptorId| self.checked.plan().landscape.acceptors[*id].capacity.is_some();
        for (acceptor, keys) in self.start.accepted.iter().filter(|(id, _)| limited(id)) {
            ever.entry(acceptor).or_default().extend(keys.iter());
        }
        for fact in self.numbers.keys() {
            if let Fact::Accepts(acceptor, key) = *fact
                && limited(&acceptor)
            {
                ever.entry(acceptor).or_default().insert(key);
            }
        }
        ever.into_iter().map(|(acceptor, keys)| (acceptor, keys.into_iter().collect())).collect()
    }

    fn write(&mut self, step: StepId, fact: Fact, value: Value) -> Result<(), Unsettled> {
        let first = || self.facts.start(self.start.value(&self.checked.plan().landscape, fact));
        let number = *self.numbers.entry(fact).or_insert_with(first);
        let event = self.event(step);
        self.facts.write(self.moments.order(), (event, number), value).map_err(|clash| match clash {
            Clash::Twice => Unsettled::Misfit(step),
            Clash::Unordered(writer) => {
                self.step(writer).map_or(Unsettled::Misfit(step), |writer| Unsettled::Unordered(writer, step))
            }
        })?;
        if let (Fact::Place(place), Value::Key(Some(key))) = (fact, value) {
            self.lies.entry(key).or_default().push(place);
        }
        Ok(())
    }

    /// The plan.
    pub(super) const fn checked(&self) -> &'a Checked {
        self.checked
    }

    /// The moments of the plan.
    pub(super) const fn moments(&self) -> &Moments<Told<'a>> {
        &self.moments
    }

    /// A step as an event.
    pub(super) fn event(&self, step: StepId) -> Event {
        Event::at(self.checked.order().position(step))
    }

    fn step(&self, event: Event) -> Option<StepId> {
        self.checked.order().sequence().get(event.index()).copied()
    }

    /// Events as steps.
    pub(super) fn steps(&self, events: &[Event]) -> Vec<StepId> {
        events.iter().filter_map(|event| self.step(*event)).collect()
    }

    /// Ends a proof that compared more than it is worth.
    ///
    /// # Errors
    /// When it did.
    pub(super) fn is_worth_it(&self) -> Result<(), Unsettled> {
        Ok(self.moments.is_worth_it()?)
    }

    /// The values of a fact, in their order.
    pub(super) fn reigns(&self, fact: Fact) -> impl Iterator<Item = Reign<Value>> + '_ {
        let number = self.numbers.get(&fact);
        let still =
            Reign { value: self.start.value(&self.checked.plan().landscape, fact), from: None, until: None };
        let still = number.is_none().then_some(still);
        number.into_iter().flat_map(|number| self.facts.reigns(*number)).chain(still)
    }

    /// The values of a fact for which something holds.
    pub(super) fn when(&self, fact: Fact, holds: impl Fn(Value) -> bool) -> Vec<Reign<Value>> {
        let mut looks = 0;
        let reigns = self.reigns(fact).inspect(|_| looks += 1).filter(|reign| holds(reign.value)).collect();
        self.moments.look(looks);
        reigns
    }

    /// The value of a fact when every step is done.
    pub(super) fn at_the_end(&self, fact: Fact) -> Value {
        let written = self.numbers.get(&fact).and_then(|number| self.facts.at_the_end(*number));
        written.unwrap_or_else(|| self.start.value(&self.checked.plan().landscape, fact))
    }

    /// The value that a step finds where it writes.
    pub(super) fn found_by(&self, step: StepId, fact: Fact) -> Option<Value> {
        let (mut looks, event) = (0, self.event(step));
        let found = self.reigns(fact).inspect(|_| looks += 1).find(|reign| reign.until == Some(event));
        self.moments.look(looks);
        found.map(|reign| reign.value)
    }

    /// The keys that a receiver with a limit accepts at one time or another, and perhaps some that a step
    /// takes from it although they never were there.
    pub(super) fn ever_accepted(&self, acceptor: AcceptorId) -> &[KeyId] {
        self.accepted.get(&acceptor).map_or(&[], Vec::as_slice)
    }

    /// Where a key lies at one time or another.
    pub(super) fn places_of(&self, key: KeyId) -> &[PlaceId] {
        self.lies.get(&key).map_or(&[], Vec::as_slice)
    }

    /// Whether these values are so together at a moment at which the turn of `step` has come.
    pub(super) fn before(&self, step: StepId, reigns: &[Reign<Value>]) -> bool {
        self.moments.is_before(self.event(step), reigns)
    }
}
