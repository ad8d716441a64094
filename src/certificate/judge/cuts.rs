//! By the order of the steps: what must never be is ruled out, and what must be is found.

use std::collections::BTreeSet;

use crate::{
    certificate::Refused,
    condition::Asks,
    invariant::{
        alias_is_lost,
        stated::{Literal, Stated},
    },
    source::shown,
    transition::moves::played,
    world::{
        effect::Effect,
        id::{AcceptorId, KeyId, StepId},
        landscape::{Fact, Value},
        word::Word,
    },
};

use super::moments::{Case, Moments, Term};

impl Moments<'_> {
    /// Shows that the plan keeps its promises, in every moment.
    pub(super) fn keep(&self) -> Result<(), Refused> {
        let (plan, land) = (self.checked.plan(), &self.checked.plan().landscape);
        self.must(self.start.is_fresh(), "what happens from the middle of something on")?;
        self.must(self.checked.late().moves().is_empty(), "what an attempt changes that comes late")?;
        self.must(land.doubled().is_none(), "what a flow with two aliases sends")?;
        plan.steps.ids().try_for_each(|step| self.can_be_done(step))?;
        for promise in plan.judged() {
            let keys = self.keys_at(land.channels[promise.hazard().0].stamps);
            let kept = promise.breaches(land, &keys).iter().all(|words| self.never(words));
            self.must(kept, format!("that a promise is kept: {}", shown(&promise.sentence(land))))?;
        }
        for (number, stated) in plan.statements.iter().map(|stated| &stated.value).enumerate() {
            let sentence = shown(&stated.sentence(land));
            let kept = stated.forbids().all(|words| self.never(&words)) && self.is_prepared(stated);
            self.must(kept, format!("that a promise is kept: {sentence}"))?;
            let moment = self.reasons.moment(number);
            let moment = moment.and_then(|done| played(self.checked, self.start, &done));
            let speaks = moment.is_some_and(|world| stated.applies(land, &world));
            self.must(speaks, format!("a moment of which a promise speaks: {sentence}"))?;
        }
        for (flow, row) in land.channels.iter() {
            let resolves = self.never(&alias_is_lost(land, flow));
            self.must(resolves, format!("that {} always finds a key", shown(&row.name)))?;
        }
        for gap in plan.gaps() {
            let name = shown(&land.channels[gap.flow].name);
            let stands = self.never(&gap.words());
            self.must(stands, format!("that {name} does not run while its alias names no key"))?;
        }
        for condition in plan.finals.iter().map(|condition| &condition.value) {
            let mut failures = condition.asks().failures(land).into_iter();
            let ends = failures.all(|words| self.never(&[words, vec![Word::End]].concat()));
            self.must(ends, format!("the end: {}", shown(&condition.sentence(land))))?;
        }
        Ok(())
    }

    /// Shows that a step can be done when its turn has come, and does what it says then.
    fn can_be_done(&self, step: StepId) -> Result<(), Refused> {
        let (plan, row) = (self.checked.plan(), &self.checked.plan().steps[step]);
        let name = shown(&row.name.value);
        for need in &row.needs {
            let sentence = shown(&need.value.sentence(&plan.landscape));
            self.must(self.is_met(step, &need.value.asks()), format!("that {sentence} holds before {name}"))?;
        }
        let effects = row.action.value.effects();
        let fits = effects.len() < 2 && effects.iter().all(|effect| self.fits(step, effect));
        self.must(fits, format!("that {name} fits whenever it is done"))
    }

    /// Whether a need holds whenever the turn of its step has come, or comes to hold by itself.
    fn is_met(&self, step: StepId, need: &Asks) -> bool {
        let land = &self.checked.plan().landscape;
        let never = |words: Vec<Word>| self.never(&[vec![Word::Turn(step)], words].concat());
        match need {
            Asks::Facts(_) => need.failures(land).into_iter().all(never),
            // Nothing more is signed with the key, so the last message arrives some day.
            Asks::Drained(flow, key) => never(land.signs(*flow, *key)),
            // It was agreed once and for all, so it begins some day.
            Asks::Open(window) => self.agreed.get(window).is_some_and(|once| self.is_before(*once, step)),
        }
    }

    /// Whether an effect finds the world as it must, so that it leaves it as it says.
    fn fits(&self, step: StepId, effect: &Effect) -> bool {
        let land = &self.checked.plan().landscape;
        let lies = |key| self.lies.get(&key).into_iter().flatten().copied().collect();
        let bars = |bar: Vec<_>| [Word::Turn(step)].into_iter().chain(bar.into_iter().map(Word::Says));
        // No receiver is full of others when a key comes that it does not accept yet; one of them may go.
        let has_room = |(at, comes, goes): (AcceptorId, KeyId, KeyId)| {
            let accepts = |key, is| Word::Says((Fact::Accepts(at, key), Value::Is(true), is));
            let others = self.ever_accepted(at).into_iter().filter(|key| *key != comes && *key != goes);
            let others: Vec<Word> = others.map(|key| accepts(key, true)).collect();
            let new = [Word::Turn(step), accepts(comes, false)];
            let never_full = |most| self.never_in(&Case::default(), &new, (&others, most));
            land.acceptors[at].capacity.is_none_or(never_full)
        };
        effect.bars(land, lies).into_iter().all(|bar| self.never(&bars(bar).collect::<Vec<Word>>()))
            && effect.needs_room().is_none_or(has_room)
    }

    /// Of what is to come before something else: at no moment the second is so where the first never was.
    fn is_prepared(&self, stated: &Stated) -> bool {
        let Some(first) = stated.beginning() else { return true };
        let terms = |literal: &Literal| {
            let (fact, value, is) = literal.says();
            self.terms(fact).into_iter().filter(move |term| (term.value == value) == is)
        };
        // What is so when something happens, or at the start, has been so wherever that has happened.
        let is_so = |literal: &Literal, event: Option<StepId>| {
            let comes = |from, event| event == from || self.is_before(from, event);
            let has_come = |term: &Term| term.from.is_none_or(|from| event.is_some_and(|e| comes(from, e)));
            let is_left =
                |term: &Term| term.until.zip(event).is_none_or(|(until, e)| self.is_before(e, until));
            terms(literal).any(|term| has_come(&term) && is_left(&term))
        };
        let events: BTreeSet<Option<StepId>> = first.iter().flat_map(terms).map(|term| term.from).collect();
        let brought = events.into_iter().filter(|event| first.iter().all(|literal| is_so(literal, *event)));
        let Some(undone) = brought.collect::<Option<Vec<StepId>>>() else { return true };
        self.never_in(&Case { undone, ..Case::default() }, &stated.speaks_when(), (&[], 0))
    }
}
