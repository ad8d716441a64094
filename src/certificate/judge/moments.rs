//! Which value each fact has between which steps, and what is never so at one moment.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::{
    certificate::{Reasons, Refused, looks::Looks},
    check::Checked,
    condition::Asks,
    source::shown,
    world::{
        id::{AcceptorId, Id, KeyId, PlaceId, StepId, WindowId},
        landscape::{Fact, Value},
        state::World,
        word::Word,
    },
};

/// More things than are looked for together, of which others may be so instead.
const MOST: usize = 256;

/// A fact has a value from one event on, or from the start; until another one, or to the end.
#[derive(Clone, Copy)]
pub(in crate::certificate) struct Term {
    pub(in crate::certificate) value: Value,
    pub(in crate::certificate) from: Option<StepId>,
    pub(super) until: Option<StepId>,
}

/// How far a moment is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    /// This is done.
    Done(StepId),
    /// All is done that comes before this one.
    Turn(StepId),
    /// Everything is.
    End,
}

/// What is supposed of a moment: it is as far as this, and these are not done.
#[derive(Clone, Default)]
pub(super) struct Case {
    pub(super) so_far: Vec<Mark>,
    pub(super) undone: Vec<StepId>,
    /// The same of an earlier moment, and the message that was signed then.
    pub(super) earlier: Option<(Vec<Mark>, Vec<StepId>, Asks)>,
}

/// The values of all facts, with the reasons to which each question is put.
pub(in crate::certificate) struct Moments<'a> {
    pub(in crate::certificate) checked: &'a Checked,
    pub(super) start: &'a World,
    pub(in crate::certificate) reasons: &'a dyn Reasons,
    /// What each fact is changed to, one after the other.
    writes: BTreeMap<Fact, Vec<(StepId, Value)>>,
    /// Where a key ever lies.
    pub(super) lies: BTreeMap<KeyId, BTreeSet<PlaceId>>,
    /// The steps that wait for something, and those that agree on a window.
    waits: HashMap<Asks, Vec<StepId>>,
    pub(in crate::certificate) agreed: BTreeMap<WindowId, StepId>,
    pub(super) looks: Looks,
}

impl<'a> Moments<'a> {
    /// The moments of a plan. It is shown that its steps wait for each other in no circle, and that those
    /// which write one thing have an order.
    pub(super) fn of(checked: &'a Checked, start: &'a World, why: &'a dyn Reasons) -> Result<Self, Refused> {
        let (writes, lies, waits, agreed, looks) = Default::default();
        let mut all = Self { checked, start, reasons: why, writes, lies, waits, agreed, looks };
        let (plan, mut seen) = (checked.plan(), BTreeSet::new());
        // The order in which the steps are taken needs no trust: each has to be shown to follow.
        for step in checked.order().sequence() {
            let (row, name) = (&plan.steps[*step], shown(&plan.steps[*step].name.value));
            let follows = row.after.iter().all(|before| seen.contains(&before.value)) && seen.insert(*step);
            all.must(follows, "that the steps are in no circle")?;
            let effects = row.action.value.effects().into_iter();
            let changes = effects.flat_map(|effect| effect.changes(|fact| all.last(fact)));
            for (fact, value) in changes.collect::<Vec<(Fact, Value)>>() {
                let writes = all.writes.entry(fact).or_default();
                let follows = writes.last().is_none_or(|(writer, _)| why.is_before(*writer, *step));
                writes.push((*step, value));
                all.must(follows, format!("in which order {name} and another step change a thing"))?;
            }
            row.needs.iter().for_each(|n| all.waits.entry(n.value.asks()).or_default().push(*step));
            if let Some((window, _)) = plan.proposal(*step) {
                let once = all.agreed.insert(window, *step).is_none();
                all.must(once, "that each window is agreed once")?;
                // It begins at a moment of its own: that is one more event, numbered after the steps.
                let event = StepId::at(plan.steps.len() + window.index());
                all.writes.insert(Fact::Window(window), vec![(event, Value::Is(true))]);
            }
        }
        all.must(seen.len() == plan.steps.len(), "that the steps have an order")?;
        for place in plan.landscape.places.ids() {
            all.keys_at(place).into_iter().for_each(|key| _ = all.lies.entry(key).or_default().insert(place));
        }
        Ok(all)
    }

    /// Refuses the certificate unless something is shown.
    pub(in crate::certificate) fn must(
        &self,
        is_shown: bool,
        what: impl Into<String>,
    ) -> Result<(), Refused> {
        if self.looks.show() && is_shown { Ok(()) } else { Err(Refused::gap(what)) }
    }

    /// The value of a fact after all that was taken so far.
    fn last(&self, fact: Fact) -> Value {
        let last = self.writes.get(&fact).and_then(|writes| writes.last());
        last.map_or_else(|| self.start.value(&self.checked.plan().landscape, fact), |(_, value)| *value)
    }

    /// The values that a fact can have.
    pub(in crate::certificate) fn terms(&self, fact: Fact) -> Vec<Term> {
        let writes = self.writes.get(&fact).map_or(&[][..], Vec::as_slice);
        self.looks.take(writes.len() + 1);
        let first = (None, self.start.value(&self.checked.plan().landscape, fact));
        let all = [first].into_iter().chain(writes.iter().map(|(event, value)| (Some(*event), *value)));
        let ends = writes.iter().map(|(event, _)| Some(*event)).chain([None]);
        all.zip(ends).map(|((from, value), until)| Term { value, from, until }).collect()
    }

    /// The keys that ever lie at a place.
    pub(super) fn keys_at(&self, place: PlaceId) -> BTreeSet<KeyId> {
        let key = |term: Term| if let Value::Key(key) = term.value { key } else { None };
        self.terms(Fact::Place(place)).into_iter().filter_map(key).collect()
    }

    /// The keys that an acceptor may ever accept: those of the start, and those of which a step says it.
    pub(super) fn ever_accepted(&self, acceptor: AcceptorId) -> BTreeSet<KeyId> {
        let all = Fact::Accepts(acceptor, KeyId::at(0))..=Fact::Accepts(acceptor, KeyId::at(usize::MAX));
        let key = |fact: &Fact| if let Fact::Accepts(_, key) = fact { Some(*key) } else { None };
        let written = self.writes.range(all).filter_map(|(fact, _)| key(fact));
        written.chain(self.start.accepted[acceptor].iter()).inspect(|_| _ = self.looks.take(1)).collect()
    }

    /// The window that begins with an event; none where it is a step.
    fn opens(&self, event: StepId) -> Option<WindowId> {
        event.index().checked_sub(self.checked.plan().steps.len()).map(Id::at)
    }

    fn waiting(&self, asks: &Asks) -> impl Iterator<Item = StepId> {
        self.waits.get(asks).into_iter().flatten().copied()
    }

    /// Whether it is shown that one event comes before another.
    pub(in crate::certificate) fn is_before(&self, earlier: StepId, later: StepId) -> bool {
        let is_done = |event, other| event == other || self.is_before(event, other);
        match (self.opens(earlier), self.opens(later)) {
            (None, None) => self.looks.take(1) && self.reasons.is_before(earlier, later),
            // A window begins after it was agreed, and before each step that waits for it.
            (_, Some(window)) => self.agreed.get(&window).is_some_and(|step| is_done(earlier, *step)),
            (Some(window), None) => self.waiting(&Asks::Open(window)).any(|step| is_done(step, later)),
        }
    }

    /// Whether it is shown that something is done where it is as far as this.
    fn is_done(&self, event: StepId, so_far: &[Mark]) -> bool {
        so_far.iter().any(|mark| match *mark {
            Mark::Done(other) => other == event || self.is_before(event, other),
            Mark::Turn(step) => self.is_before(event, step),
            // A window has begun then if a step waits for it.
            Mark::End => self.opens(event).is_none_or(|w| self.waits.contains_key(&Asks::Open(w))),
        })
    }

    /// Whether it is shown that all of this is never so at one moment.
    pub(super) fn never(&self, words: &[Word]) -> bool {
        self.never_in(&Case::default(), words, (&[], 0))
    }

    /// Whether it is shown of a case that these words and so many of others are never all true in it.
    pub(super) fn never_in(&self, case: &Case, words: &[Word], (others, many): (&[Word], usize)) -> bool {
        if others.len() < many || self.is_impossible(case) {
            return true;
        }
        if let Some((word, rest)) = words.split_first() {
            let ways = self.ways(*word, case);
            return self.looks.take(10) && ways.iter().all(|case| self.never_in(case, rest, (others, many)));
        }
        // Which of the others is the first that is true.
        let mut firsts = others.iter().zip(1..).take(others.len() - many + 1);
        let rest = |next| (others.get(next..).unwrap_or_default(), many - 1);
        many > 0 && many <= MOST && firsts.all(|(word, next)| self.never_in(case, &[*word], rest(next)))
    }

    fn is_impossible(&self, Case { so_far, undone, earlier }: &Case) -> bool {
        let is_unsigned = |(then, until, message): &(Vec<Mark>, Vec<StepId>, Asks)| {
            // Who waits for such messages, and is done when this one arrives, was done when it was signed.
            let waited = self.waiting(message).filter(|step| self.is_done(*step, so_far)).map(Mark::Done);
            let then: Vec<Mark> = then.iter().copied().chain(waited).collect();
            until.iter().any(|event| self.is_done(*event, &then))
        };
        undone.iter().any(|event| self.is_done(*event, so_far)) || earlier.as_ref().is_some_and(is_unsigned)
    }

    /// The ways in which one word more can be true.
    fn ways(&self, word: Word, case: &Case) -> Vec<Case> {
        let Case { so_far, undone, earlier } = case.clone();
        match word {
            Word::Says((fact, value, is)) => {
                let mut terms = self.terms(fact);
                // At the turn of a step that changes it, it has the value that this step ends.
                let turn = so_far.first().copied();
                let is_ended = |term: &Term| term.until.is_some_and(|step| turn == Some(Mark::Turn(step)));
                if terms.iter().any(is_ended) {
                    terms.retain(is_ended);
                }
                terms.retain(|term| (term.value == value) == is);
                let with = |term: Term| Case {
                    so_far: so_far.iter().copied().chain(term.from.map(Mark::Done)).collect(),
                    undone: undone.iter().copied().chain(term.until).collect(),
                    earlier: earlier.clone(),
                };
                terms.into_iter().map(with).collect()
            }
            Word::Turn(step) => vec![Case { so_far: vec![Mark::Turn(step)], undone: vec![step], earlier }],
            Word::Later(flow, key) => {
                let earlier = Some((so_far.clone(), undone, Asks::Drained(flow, key)));
                vec![Case { so_far, undone: Vec::new(), earlier }]
            }
            Word::End => vec![Case { so_far: [so_far, vec![Mark::End]].concat(), undone, earlier }],
        }
    }
}
