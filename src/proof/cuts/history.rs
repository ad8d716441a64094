//! The values that each fact takes, one after the other.

use std::{borrow::Cow, cell::Cell, collections::BTreeMap};

use crate::{
    check::Checked,
    world::{
        id::{KeyId, PlaceId, StepId},
        landscape::{Fact, Value},
        state::World,
    },
};

use super::Unsettled;

/// A fact has a value from one step to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reign {
    pub(super) value: Value,
    /// The step that makes it so; none: it is so from the start.
    pub(super) from: Option<StepId>,
    /// The step that ends it; none: it is so at the end.
    pub(super) until: Option<StepId>,
}

/// The values of all facts over a plan.
#[derive(Debug)]
pub(super) struct History<'a> {
    checked: &'a Checked,
    start: &'a World,
    /// What is written.
    reigns: BTreeMap<Fact, Vec<Reign>>,
    /// Where a key lies at one time or another, beside where it lies from the start.
    lies: BTreeMap<KeyId, Vec<PlaceId>>,
    /// How many questions were asked of the order.
    questions: Cell<usize>,
    /// How often two steps were compared.
    looks: Cell<usize>,
}

/// So often two steps are compared at most: a second or two.
const LOOKS: usize = 50_000_000;

impl<'a> History<'a> {
    /// The history of a plan from a start.
    ///
    /// # Errors
    /// When two writers of a fact have no order.
    pub(super) fn of(checked: &'a Checked, start: &'a World) -> Result<Self, Unsettled> {
        let (questions, looks) = (Cell::new(0), Cell::new(0));
        let (reigns, lies) = (BTreeMap::new(), BTreeMap::new());
        let mut history = Self { checked, start, reigns, lies, questions, looks };
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
        Ok(history)
    }

    fn write(&mut self, step: StepId, fact: Fact, value: Value) -> Result<(), Unsettled> {
        let start = Reign { value: self.start.value(fact), from: None, until: None };
        let row = self.reigns.entry(fact).or_insert_with(|| vec![start]);
        if let Some(last) = row.last_mut() {
            match last.from {
                Some(writer) if writer == step => return Err(Unsettled::Misfit(step)),
                Some(writer) if !self.checked.order().is_before(writer, step) => {
                    return Err(Unsettled::Unordered(writer, step));
                }
                _ => {}
            }
            last.until = Some(step);
        }
        row.push(Reign { value, from: Some(step), until: None });
        if let (Fact::Place(place), Value::Key(Some(key))) = (fact, value) {
            self.lies.entry(key).or_default().push(place);
        }
        Ok(())
    }

    /// The plan.
    pub(super) const fn checked(&self) -> &'a Checked {
        self.checked
    }

    /// How many questions were asked of the order.
    pub(super) const fn questions(&self) -> usize {
        self.questions.get()
    }

    fn look(&self, looks: usize) {
        self.looks.set(self.looks.get() + looks);
    }

    /// Ends a proof that compared more than it is worth.
    ///
    /// # Errors
    /// When it did.
    pub(super) const fn is_worth_it(&self) -> Result<(), Unsettled> {
        if self.looks.get() > LOOKS { Err(Unsettled::Long) } else { Ok(()) }
    }

    /// The values of a fact, in their order.
    pub(super) fn reigns(&self, fact: Fact) -> Cow<'_, [Reign]> {
        self.reigns.get(&fact).map_or_else(
            || Cow::Owned(vec![Reign { value: self.start.value(fact), from: None, until: None }]),
            |row| Cow::Borrowed(row.as_slice()),
        )
    }

    /// The values of a fact for which something holds.
    pub(super) fn when(&self, fact: Fact, holds: impl Fn(Value) -> bool) -> Vec<Reign> {
        let reigns = self.reigns(fact);
        self.look(reigns.len());
        reigns.iter().copied().filter(|reign| holds(reign.value)).collect()
    }

    /// The value of a fact when every step is done.
    pub(super) fn at_the_end(&self, fact: Fact) -> Value {
        self.reigns(fact).last().map_or_else(|| self.start.value(fact), |reign| reign.value)
    }

    /// The value that a step finds where it writes.
    pub(super) fn found_by(&self, step: StepId, fact: Fact) -> Option<Value> {
        let reigns = self.reigns(fact);
        self.look(reigns.len());
        reigns.iter().find(|reign| reign.until == Some(step)).map(|reign| reign.value)
    }

    /// Where a key lies at one time or another.
    pub(super) fn places_of(&self, key: KeyId) -> &[PlaceId] {
        self.lies.get(&key).map_or(&[], Vec::as_slice)
    }

    /// Whether a step is done wherever these are.
    pub(super) fn is_in(&self, step: StepId, done: &[StepId]) -> bool {
        self.look(done.len());
        let order = self.checked.order();
        done.iter().any(|other| *other == step || order.is_before(step, *other))
    }

    /// Whether there is a cut in which `done` are done and `undone` are not.
    pub(super) fn is_cut(&self, done: &[StepId], undone: &[StepId]) -> bool {
        self.questions.set(self.questions.get() + 1);
        !undone.iter().any(|step| self.is_in(*step, done))
    }

    /// Whether these values are so together at a moment at which the turn of `step` has come.
    pub(super) fn before(&self, step: StepId, reigns: &[Reign]) -> bool {
        let order = self.checked.order();
        let done: Vec<StepId> = reigns.iter().filter_map(|reign| reign.from).collect();
        let undone: Vec<StepId> =
            std::iter::once(step).chain(reigns.iter().filter_map(|reign| reign.until)).collect();
        // What comes before the step is done too.
        self.is_cut(&done, &undone) && !undone.iter().any(|other| order.is_before(*other, step))
    }
}
