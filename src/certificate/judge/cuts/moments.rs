//! Which value each fact has between which steps, and what is never so at one moment.

use std::{
    cell::Cell,
    collections::{BTreeMap, BTreeSet, HashMap},
};

use crate::{
    certificate::{Reasons, Refused},
    check::Checked,
    condition::Asks,
    invariant::stated::Literal,
    world::{
        id::{AcceptorId, ChannelId, Id, KeyId, PlaceId, StepId, WindowId},
        landscape::{Fact, Value},
        state::World,
    },
};

/// More looks than a certificate is worth: a few seconds.
const LOOKS: usize = 30_000_000;

/// A fact has a value from one step on, or from the start; until another one, or to the end.
#[derive(Clone, Copy)]
pub(crate) struct Term {
    pub(crate) value: Value,
    pub(crate) from: Option<StepId>,
    pub(super) until: Option<StepId>,
}

/// What is said of a moment, word by word.
#[derive(Clone, Copy)]
pub(super) enum Word {
    /// A fact has a value, or (where it says false) another one.
    Says((Fact, Value, bool)),
    /// The turn of a step has come: all that it comes after is done, and it is not.
    Turn(StepId),
    /// So far it was an earlier moment: a message was signed then that is under way now.
    Later(ChannelId, KeyId),
    /// Everything is done.
    End,
}

/// What is supposed of a moment: these are done, and those are not.
#[derive(Clone, Default)]
pub(super) struct Case {
    pub(super) done: Vec<StepId>,
    pub(super) undone: Vec<StepId>,
    pub(super) turn: Option<StepId>,
    pub(super) is_end: bool,
    /// What is done and not done at an earlier moment, and the message that was signed then.
    pub(super) earlier: Option<(Vec<StepId>, Vec<StepId>, Asks)>,
}

/// The values of all facts, with the reasons to which each question is put.
pub(crate) struct Moments<'a> {
    pub(crate) checked: &'a Checked,
    pub(super) start: &'a World,
    pub(crate) reasons: &'a dyn Reasons,
    terms: BTreeMap<Fact, Vec<Term>>,
    /// Where a key ever lies.
    pub(super) lies: BTreeMap<KeyId, BTreeSet<PlaceId>>,
    /// The steps that wait for something, and those that agree on a window.
    waits: HashMap<Asks, Vec<StepId>>,
    pub(crate) agreed: BTreeMap<WindowId, StepId>,
    looks: Cell<usize>,
    pub(crate) shown: Cell<usize>,
}

impl<'a> Moments<'a> {
    /// The moments of a plan. It is shown that its steps wait for each other in no circle, and that those
    /// which write one thing have an order.
    pub(super) fn of(checked: &'a Checked, start: &'a World, why: &'a dyn Reasons) -> Result<Self, Refused> {
        let (terms, lies, agreed, waits, looks, shown) = Default::default();
        let mut all = Self { checked, start, reasons: why, terms, lies, agreed, waits, looks, shown };
        for (place, key) in start.places.iter() {
            key.iter().for_each(|key| _ = all.lies.entry(*key).or_default().insert(place));
        }
        let (plan, mut seen) = (checked.plan(), BTreeSet::new());
        // The order in which the steps are taken needs no trust: each has to be shown to follow.
        for step in checked.order().sequence() {
            let row = &plan.steps[*step];
            let follows = row.after.iter().all(|before| seen.contains(&before.value)) && seen.insert(*step);
            all.must(follows, || "that the steps are in no circle".into())?;
            for effect in row.action.value.effects() {
                let mut writes = effect.writes();
                // What an exchange keeps is what lay under its alias before.
                if let (Some(backup), Some((alias, _))) = (effect.displaces(), writes.first()) {
                    let old = all.terms.get(alias).and_then(|row| row.last()).map(|term| term.value);
                    writes.push((backup, old.unwrap_or_else(|| start.value(&plan.landscape, *alias))));
                }
                writes.into_iter().try_for_each(|(fact, value)| all.write(*step, fact, value))?;
            }
            row.needs.iter().for_each(|n| all.waits.entry(n.value.asks()).or_default().push(*step));
            if let Some((window, _)) = plan.proposal(*step) {
                let once = all.agreed.insert(window, *step).is_none();
                all.must(once, || "that each window is agreed once".into())?;
                // It begins at a moment of its own: that is one more event, numbered after the steps.
                let event = StepId::at(plan.steps.len() + window.index());
                all.write(event, Fact::Window(window), Value::Is(true))?;
            }
        }
        all.must(seen.len() == plan.steps.len(), || "that the steps have an order".into())?;
        Ok(all)
    }

    fn write(&mut self, step: StepId, fact: Fact, value: Value) -> Result<(), Refused> {
        let (reasons, from, until) = (self.reasons, None, None);
        let first = Term { value: self.start.value(&self.checked.plan().landscape, fact), from, until };
        let row = self.terms.entry(fact).or_insert_with(|| vec![first]);
        let follows = row.last_mut().is_none_or(|last| {
            last.until = Some(step);
            last.from.is_none_or(|writer| reasons.is_before(writer, step))
        });
        row.push(Term { value, from: Some(step), until });
        if let (Fact::Place(place), Value::Key(Some(key))) = (fact, value) {
            self.lies.entry(key).or_default().insert(place);
        }
        self.must(follows, || format!("in which order {} and another step change a thing", self.name(step)))
    }

    /// Refuses the certificate unless something is shown.
    pub(crate) fn must(&self, is_shown: bool, what: impl Fn() -> String) -> Result<(), Refused> {
        self.shown.set(self.shown.get() + 1);
        if is_shown && self.is_worth_it(1) { Ok(()) } else { Err(Refused::Gap(what())) }
    }

    /// Counts some looks more. Nothing is shown any more when there were too many.
    fn is_worth_it(&self, looks: usize) -> bool {
        self.looks.set(self.looks.get() + looks);
        self.looks.get() <= LOOKS
    }

    /// The name of a step.
    pub(crate) fn name(&self, step: StepId) -> String {
        crate::source::shown(&self.checked.plan().steps[step].name.value)
    }

    /// The window that begins with an event; none where it is a step.
    fn opens(&self, event: StepId) -> Option<WindowId> {
        event.index().checked_sub(self.checked.plan().steps.len()).map(Id::at)
    }

    /// Whether it is shown that one event comes before another.
    pub(crate) fn is_before(&self, earlier: StepId, later: StepId) -> bool {
        match (self.opens(earlier), self.opens(later)) {
            (None, None) => self.is_worth_it(1) && self.reasons.is_before(earlier, later),
            // A window begins after it was agreed, and before each step that waits for it.
            (_, Some(window)) => self.agreed.get(&window).is_some_and(|step| self.is_in(earlier, &[*step])),
            (Some(window), None) => {
                let mut waits = self.waits.get(&Asks::Open(window)).into_iter().flatten();
                waits.any(|step| self.is_in(*step, &[later]))
            }
        }
    }

    /// Whether it is shown that something is done wherever all of `done` are.
    fn is_in(&self, event: StepId, done: &[StepId]) -> bool {
        done.iter().any(|other| *other == event || self.is_before(event, *other))
    }

    /// The values that a fact can have; at the turn of a step that changes it, the one that this step ends.
    pub(crate) fn terms(&self, fact: Fact, turn: Option<StepId>) -> Vec<Term> {
        let still =
            [Term { value: self.start.value(&self.checked.plan().landscape, fact), from: None, until: None }];
        let row = self.terms.get(&fact).map_or(&still[..], Vec::as_slice);
        self.is_worth_it(row.len());
        let own = row.iter().find(|term| turn.is_some() && term.until == turn);
        own.map_or_else(|| row.to_vec(), |own| vec![*own])
    }

    /// Whether it is shown that there is no such moment.
    pub(super) fn never(&self, words: impl IntoIterator<Item = Word>) -> bool {
        let words: Vec<Word> = words.into_iter().collect();
        self.never_many(&words, words.len(), &Case::default())
    }

    /// Whether it is shown that a case never is, where so many of these words are true too.
    pub(super) fn never_many(&self, mut words: &[Word], many: usize, case: &Case) -> bool {
        if words.len() < many || self.is_impossible(case) {
            return true;
        }
        while words.len() >= many {
            let first = words.split_first().filter(|_| many > 0 && self.is_worth_it(10));
            let Some((word, rest)) = first else { return false };
            if !self.cases(*word, case).iter().all(|case| self.never_many(rest, many - 1, case)) {
                return false;
            }
            words = rest;
        }
        true
    }

    /// The keys that an acceptor may ever accept: those of the start, and those of which a step says it.
    pub(super) fn ever_accepted(&self, acceptor: AcceptorId) -> BTreeSet<KeyId> {
        let all = Fact::Accepts(acceptor, KeyId::at(0))..=Fact::Accepts(acceptor, KeyId::at(usize::MAX));
        let key = |fact: &Fact| if let Fact::Accepts(_, key) = fact { Some(*key) } else { None };
        let written = self.terms.range(all).filter_map(|(fact, _)| key(fact));
        written.chain(self.start.accepted[acceptor].iter()).inspect(|_| _ = self.is_worth_it(1)).collect()
    }

    fn is_impossible(&self, Case { done, undone, turn, is_end, earlier }: &Case) -> bool {
        // At the end a window has begun if a step waits for it.
        let must_be = |window| self.waits.contains_key(&Asks::Open(window));
        let is_over = |event| *is_end && self.opens(event).is_none_or(must_be);
        let is_done = |event| turn.is_some_and(|turn| self.is_before(event, turn)) || is_over(event);
        let is_unsigned = |(from, until, message): &(Vec<StepId>, Vec<StepId>, Asks)| {
            // Who waits for such messages, and is done when this one arrives, was done when it was signed.
            let waits = self.waits.get(message).into_iter().flatten();
            let waited = waits.filter(|step| *is_end || self.is_in(**step, done));
            let from: Vec<StepId> = from.iter().chain(waited).copied().collect();
            until.iter().any(|event| self.is_in(*event, &from))
        };
        undone.iter().any(|event| self.is_in(*event, done) || is_done(*event))
            || earlier.as_ref().is_some_and(is_unsigned)
    }

    /// The ways in which one word more can be true.
    fn cases(&self, word: Word, case: &Case) -> Vec<Case> {
        let Case { done, undone, .. } = case;
        match word {
            Word::Says((fact, value, is)) => {
                let terms = self.terms(fact, case.turn).into_iter();
                let with = |term: Term| Case {
                    done: done.iter().copied().chain(term.from).collect(),
                    undone: undone.iter().copied().chain(term.until).collect(),
                    ..case.clone()
                };
                terms.filter(|term| (term.value == value) == is).map(with).collect()
            }
            Word::Turn(step) => vec![Case { turn: Some(step), undone: vec![step], ..Case::default() }],
            Word::Later(flow, key) => {
                let earlier = Some((done.clone(), undone.clone(), Asks::Drained(flow, key)));
                vec![Case { done: done.clone(), earlier, ..Case::default() }]
            }
            Word::End => vec![Case { is_end: true, ..case.clone() }],
        }
    }
}

/// What a promise says of a moment, in the same words.
pub(super) fn words(literals: &[Literal]) -> impl Iterator<Item = Word> {
    literals.iter().map(|literal| Word::Says(literal.says()))
}
