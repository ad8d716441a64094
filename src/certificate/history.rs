//! Which value each fact has between which steps, and what can be so at one moment.

use std::{
    cell::Cell,
    collections::{BTreeMap, BTreeSet},
};

use crate::{
    check::Checked,
    source::shown,
    world::{
        id::{AcceptorId, Id, KeyId, PlaceId, RoleId, StepId, WindowId},
        landscape::{Fact, Value},
        state::World,
    },
};

use super::{Reasons, Refused, count};

/// More looks than a certificate is worth: a few seconds.
const LOOKS: usize = 100_000_000;

/// A fact has a value from one step on, until another one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Term {
    pub(super) value: Value,
    /// The step that makes it so; none: it is so from the start.
    pub(super) from: Option<StepId>,
    /// The step that ends it; none: it is so at the end.
    pub(super) until: Option<StepId>,
}

/// The values of all facts, with the reasons to which each question is put.
pub struct History<'a> {
    pub(super) checked: &'a Checked,
    start: &'a World,
    reasons: &'a dyn Reasons,
    terms: BTreeMap<Fact, Vec<Term>>,
    /// Where a key ever lies.
    pub(super) lies: BTreeMap<KeyId, Vec<PlaceId>>,
    /// Who receives a message of which step, or answers its proposal.
    pub(super) received: BTreeSet<(StepId, RoleId)>,
    /// The steps that agree on each window.
    pub(super) agreements: BTreeMap<WindowId, Vec<StepId>>,
    looks: Cell<usize>,
    pub(super) shown: Cell<usize>,
    /// How many ways to fill a receiver were looked at before one step.
    pub(super) ways: Cell<usize>,
}

impl<'a> History<'a> {
    /// The history of a plan; that the steps which write one thing have an order is shown.
    pub(super) fn of(
        checked: &'a Checked,
        start: &'a World,
        reasons: &'a dyn Reasons,
    ) -> Result<Self, Refused> {
        let plan = checked.plan();
        let mut agreements: BTreeMap<WindowId, Vec<StepId>> = BTreeMap::new();
        let delivered = plan.deliveries.rows().map(|delivery| (delivery.step, delivery.to));
        let mut received: BTreeSet<(StepId, RoleId)> = delivered.collect();
        for step in plan.steps.ids() {
            if let Some((window, other)) = plan.proposal(step) {
                agreements.entry(window).or_default().push(step);
                received.insert((step, other));
            }
        }
        let mut history = Self {
            checked,
            start,
            reasons,
            terms: BTreeMap::new(),
            lies: BTreeMap::new(),
            received,
            agreements,
            looks: Cell::default(),
            shown: Cell::default(),
            ways: Cell::default(),
        };
        for (place, key) in start.places.iter() {
            if let Some(key) = key {
                history.lies.entry(*key).or_default().push(place);
            }
        }
        // The order in which the writers are tried needs no trust: each has to be shown to follow.
        for step in checked.order().sequence() {
            for effect in checked.plan().steps[*step].action.value.effects() {
                let mut writes = effect.writes();
                if let (Some(backup), Some((alias, _))) = (effect.displaces(), writes.first().copied()) {
                    writes.push((backup, history.last(alias).value));
                }
                writes.into_iter().try_for_each(|(fact, value)| history.write(*step, fact, value))?;
            }
        }
        Ok(history)
    }

    fn write(&mut self, step: StepId, fact: Fact, value: Value) -> Result<(), Refused> {
        let last = self.last(fact);
        let follows = last.from.is_none_or(|writer| self.reasons.is_before(writer, step));
        self.must(follows, || format!("in which order {} and another step change a thing", self.name(step)))?;
        let first =
            Term { value: self.start.value(&self.checked.plan().landscape, fact), from: None, until: None };
        let row = self.terms.entry(fact).or_insert_with(|| vec![first]);
        if let Some(last) = row.last_mut() {
            last.until = Some(step);
        }
        row.push(Term { value, from: Some(step), until: None });
        if let (Fact::Place(place), Value::Key(Some(key))) = (fact, value) {
            self.lies.entry(key).or_default().push(place);
        }
        Ok(())
    }

    /// Refuses the certificate unless something is shown.
    pub(super) fn must(&self, is_shown: bool, what: impl Fn() -> String) -> Result<(), Refused> {
        count(&self.shown);
        match is_shown && self.is_worth_it() {
            true => Ok(()),
            false => Err(Refused::Gap(what())),
        }
    }

    /// The name of a step.
    pub(super) fn name(&self, step: StepId) -> String {
        shown(&self.checked.plan().steps[step].name.value)
    }

    /// The values of a fact for which something holds.
    pub(super) fn when(&self, fact: Fact, holds: impl Fn(Value) -> bool) -> Vec<Term> {
        let only =
            [Term { value: self.start.value(&self.checked.plan().landscape, fact), from: None, until: None }];
        let row = self.terms.get(&fact).map_or(&only[..], Vec::as_slice);
        self.looks.set(self.looks.get() + row.len());
        row.iter().copied().filter(|term| holds(term.value)).collect()
    }

    /// The keys that a receiver may ever accept: those of the start, and those of which a step says so.
    pub(super) fn ever_accepted(&self, acceptor: AcceptorId) -> BTreeSet<KeyId> {
        let all = Fact::Accepts(acceptor, KeyId::at(0))..=Fact::Accepts(acceptor, KeyId::at(usize::MAX));
        let written = self.terms.range(all).filter_map(|(fact, _)| match fact {
            Fact::Accepts(_, key) => Some(*key),
            _ => None,
        });
        written.chain(self.start.accepted[acceptor].iter()).inspect(|_| count(&self.looks)).collect()
    }

    /// The value of a fact at the end.
    pub(super) fn last(&self, fact: Fact) -> Term {
        let start =
            Term { value: self.start.value(&self.checked.plan().landscape, fact), from: None, until: None };
        self.terms.get(&fact).and_then(|row| row.last().copied()).unwrap_or(start)
    }

    /// The value that a step finds where it writes.
    pub(super) fn found(&self, step: StepId, fact: Fact) -> Option<Value> {
        self.when(fact, |_| true).iter().find(|term| term.until == Some(step)).map(|term| term.value)
    }

    /// Whether one step is shown to come before another; nothing is any more after too many looks.
    pub(super) fn is_before(&self, earlier: StepId, later: StepId) -> bool {
        self.is_worth_it() && self.reasons.is_before(earlier, later)
    }

    /// Counts one more look; whether there were not too many.
    fn is_worth_it(&self) -> bool {
        count(&self.looks);
        self.looks.get() <= LOOKS
    }

    /// The reasons themselves.
    pub(super) fn reasons(&self) -> &dyn Reasons {
        self.reasons
    }

    /// Whether a step is shown to be done wherever all of `done` are.
    pub(super) fn is_in(&self, step: StepId, done: &[StepId]) -> bool {
        done.iter().any(|other| *other == step || self.is_before(step, *other))
    }

    /// Whether it is shown that at no moment all of `done` are done and none of `undone` is.
    pub(super) fn is_never(&self, done: &[StepId], undone: &[StepId]) -> bool {
        self.is_worth_it() && undone.iter().any(|step| self.is_in(*step, done))
    }

    /// Whether it is shown that these are never so together when the turn of a step has come: all
    /// that it comes after is done, and it is not.
    pub(super) fn is_never_at(&self, step: StepId, terms: &[Term]) -> bool {
        let until: Vec<StepId> = terms.iter().filter_map(|term| term.until).collect();
        let from: Vec<StepId> = terms.iter().filter_map(|term| term.from).collect();
        self.is_never(&from, &[step])
            || self.is_never(&from, &until)
            || until.iter().any(|other| *other != step && self.is_before(*other, step))
    }
}
