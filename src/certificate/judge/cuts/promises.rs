//! Every step can be done when its turn has come, no moment breaks a promise or a law, and the end is as
//! it must be.

use std::collections::BTreeSet;

use crate::{
    certificate::{
        Refused,
        judge::{judged, laws},
    },
    condition::Asks,
    invariant::{Hazard, stated::Stated},
    source::shown,
    world::{
        effect::Effect,
        id::{AcceptorId, ChannelId, Id, KeyId, StepId, WindowId},
        landscape::{Fact, Transit, Value},
        state::WindowState,
    },
};

use super::moments::{Case, Moments, Term, Word, words};

/// More keys that a receiver holds at once than are looked at together, where others may come.
const MOST: usize = 256;

impl Moments<'_> {
    /// Shows that the plan keeps its promises, in every moment.
    pub(super) fn keep(&self) -> Result<(), Refused> {
        let (plan, land) = (self.checked.plan(), &self.checked.plan().landscape);
        let is_fresh = self.start.windows.rows().all(|window| *window == WindowState::Unagreed)
            && (self.start.done.is_clear() && self.start.heard.is_clear())
            && self.start.under_way.rows().all(|keys| keys.is_empty());
        self.must(is_fresh, || "what happens from the middle of something on".into())?;
        let of_late = || "what an attempt changes that comes late".into();
        self.must(self.checked.late().moves().is_empty(), of_late)?;
        self.must(land.doubled().is_none(), || "what a flow with two aliases sends".into())?;
        plan.steps.ids().try_for_each(|step| self.can_be_done(step))?;
        for promise in judged(plan, &laws(plan)) {
            let (flow, hazard) = promise.hazard();
            let kept = match hazard {
                Hazard::Rejected => self.never_rejected(flow),
                Hazard::Interrupted => self.never_down(flow, promise.window()),
            };
            self.must(kept, || format!("that a promise is kept: {}", shown(&promise.sentence(land))))?;
        }
        for (number, stated) in plan.statements.iter().enumerate() {
            let (stated, sentence) = (&stated.value, shown(&stated.value.sentence(land)));
            let kept = stated.breaches().iter().all(|all| self.never(words(all))) && self.is_prepared(stated);
            self.must(kept, || format!("that a promise is kept: {sentence}"))?;
            let speaks = self.reasons.moment(number).is_some_and(|done| self.is_moment(&done, stated));
            self.must(speaks, || format!("a moment of which a promise speaks: {sentence}"))?;
        }
        for (flow, row) in land.channels.iter() {
            let resolves = self.never([self.runs(flow, true), self.names(flow, None)]);
            self.must(resolves, || format!("that {} always finds a key", shown(&row.name)))?;
        }
        for gap in plan.gaps() {
            let stands = self.never_when(gap.step, [self.runs(gap.flow, true)]);
            let name = shown(&land.channels[gap.flow].name);
            self.must(stands, || format!("that {name} does not run while its alias names no key"))?;
        }
        for condition in &plan.finals {
            let ends = self.ends(&condition.value.asks());
            self.must(ends, || format!("the end: {}", shown(&condition.value.sentence(land))))?;
        }
        Ok(())
    }

    /// Shows that a step can be done when its turn has come.
    fn can_be_done(&self, step: StepId) -> Result<(), Refused> {
        let (plan, name) = (self.checked.plan(), self.name(step));
        let row = &plan.steps[step];
        let is_so = |(fact, value)| self.never_when(step, [Word::Says((fact, value, false))]);
        for need in &row.needs {
            let is_met = match need.value.asks() {
                Asks::Facts(facts) => facts.into_iter().all(is_so),
                // Nothing more is signed with the key, so the last message arrives some day.
                Asks::Drained(flow, key) => {
                    self.never_when(step, [self.runs(flow, true), self.names(flow, Some(key))])
                }
                // It was agreed once and for all, so it begins some day.
                Asks::Open(window) => {
                    self.agreed.get(&window).is_some_and(|once| self.is_before(*once, step))
                }
            };
            let sentence = shown(&need.value.sentence(&plan.landscape));
            self.must(is_met, || format!("that {sentence} holds before {name}"))?;
        }
        let effects = row.action.value.effects();
        let fits = effects.len() < 2 && effects.iter().all(|effect| self.fits(step, effect));
        self.must(fits, || format!("that {name} fits whenever it is done"))
    }

    /// Whether an effect finds the world as it must, so that it leaves it as it says.
    fn fits(&self, step: StepId, effect: &Effect) -> bool {
        let lies = |key| self.lies.get(&key).into_iter().flatten().copied().collect();
        let mut bars = effect.bars(&self.checked.plan().landscape, lies).into_iter();
        bars.all(|bar| self.never_when(step, bar.into_iter().map(Word::Says)))
            && effect.needs_room().is_none_or(|(at, comes, goes)| self.has_room(step, at, comes, goes))
    }

    /// Whether this is never so when the turn of a step has come.
    fn never_when(&self, step: StepId, words: impl IntoIterator<Item = Word>) -> bool {
        self.never(std::iter::once(Word::Turn(step)).chain(words))
    }

    /// Whether a receiver accepts a key already when a step brings it, or never holds as many others as it
    /// can; one of these may go.
    fn has_room(&self, step: StepId, acceptor: AcceptorId, comes: KeyId, goes: KeyId) -> bool {
        let land = &self.checked.plan().landscape;
        let accepts = |key, is| Word::Says((Fact::Accepts(acceptor, key), Value::Is(true), is));
        let ever =
            |key| self.terms(Fact::Accepts(acceptor, key), None).iter().any(|t| t.value == Value::Is(true));
        let others = self.ever_accepted(acceptor).into_iter();
        let others = others.filter(|key| *key != comes && *key != goes && ever(*key));
        let others: Vec<Word> = others.map(|key| accepts(key, true)).collect();
        let turn = Case { turn: Some(step), undone: vec![step], ..Case::default() };
        let never_full = |most| most <= MOST && self.never_many(&others, most, &turn);
        let has_room = |most| others.len() < most || never_full(most);
        let room = |most| has_room(most) || self.never_when(step, [accepts(comes, false)]);
        land.acceptors[acceptor].capacity.is_none_or(room)
    }

    fn runs(&self, flow: ChannelId, is: bool) -> Word {
        Word::Says((Fact::Running(flow), Value::Is(is), true))
    }

    fn names(&self, flow: ChannelId, key: Option<KeyId>) -> Word {
        let place = Fact::Place(self.checked.plan().landscape.channels[flow].stamps);
        Word::Says((place, Value::Key(key), true))
    }

    /// When a message that is signed with a key is under way or arrives, and this is so.
    fn never_arrives(&self, flow: ChannelId, key: KeyId, word: Word) -> bool {
        let is_at_once = self.checked.plan().landscape.channels[flow].transit == Transit::Immediately;
        let later = (!is_at_once).then_some(Word::Later(flow, key));
        let signs = [self.runs(flow, true), self.names(flow, Some(key))];
        self.never(signs.into_iter().chain(later).chain([word]))
    }

    /// No message arrives where its key is not accepted.
    fn never_rejected(&self, flow: ChannelId) -> bool {
        let channel = &self.checked.plan().landscape.channels[flow];
        let named = |term: Term| if let Value::Key(key) = term.value { key } else { None };
        let keys = self.terms(Fact::Place(channel.stamps), None).into_iter().filter_map(named);
        let refused = |key| Word::Says((Fact::Accepts(channel.acceptor, key), Value::Is(true), false));
        let mut keys = keys.collect::<BTreeSet<KeyId>>().into_iter();
        keys.all(|key| self.never_arrives(flow, key, refused(key)))
    }

    /// The flow runs and its alias names a key, or the window has begun.
    fn never_down(&self, flow: ChannelId, window: Option<WindowId>) -> bool {
        let shut = window.map(|window| Word::Says((Fact::Window(window), Value::Is(true), false)));
        let never = |down| self.never(std::iter::once(down).chain(shut));
        never(self.runs(flow, false)) && never(self.names(flow, None))
    }

    /// A condition holds when everything is done.
    fn ends(&self, asks: &Asks) -> bool {
        let is = |fact, value| self.never([Word::End, Word::Says((fact, value, false))]);
        match asks {
            Asks::Facts(facts) => facts.iter().all(|(fact, value)| is(*fact, *value)),
            Asks::Open(window) => is(Fact::Window(*window), Value::Is(true)),
            Asks::Drained(flow, key) => self.never_arrives(*flow, *key, Word::End),
        }
    }

    /// Of what is to come before something else: at no moment the second is so where the first never was.
    fn is_prepared(&self, stated: &Stated) -> bool {
        let Some(first) = stated.beginning() else { return true };
        let first: Vec<(Fact, Value, bool)> = first.iter().map(|literal| literal.says()).collect();
        // What is so when something happens, or at the start, has been so wherever that has happened.
        let is_so = |(fact, value, is): &(Fact, Value, bool), event: Option<StepId>| {
            let has_come = |from| event.is_some_and(|event| event == from || self.is_before(from, event));
            let is_left = |until| event.is_none_or(|event| self.is_before(event, until));
            let mut terms = self.terms(*fact, None).into_iter().filter(|t| (t.value == *value) == *is);
            terms.any(|term| term.from.is_none_or(has_come) && term.until.is_none_or(is_left))
        };
        let terms = first.iter().flat_map(|(fact, ..)| self.terms(*fact, None));
        let from: BTreeSet<Option<StepId>> = terms.map(|term| term.from).collect();
        let brought = from.into_iter().filter(|event| first.iter().all(|says| is_so(says, *event)));
        let Some(undone) = brought.collect::<Option<Vec<StepId>>>() else { return true };
        let second: Vec<Word> = words(&stated.occasion()).collect();
        self.never_many(&second, second.len(), &Case { undone, ..Case::default() })
    }

    /// Whether these steps can be done one after the other, and what a statement speaks of can be so then.
    fn is_moment(&self, done: &[StepId], stated: &Stated) -> bool {
        let (plan, mut world) = (self.checked.plan(), self.start.clone());
        let can_be_done = |step: &StepId| {
            let row = &plan.steps[*step];
            let is_next = row.after.iter().all(|before| world.is_done(before.value)) && !world.is_done(*step);
            world.done.insert(step.index());
            // A window may begin as soon as it is agreed.
            plan.proposal(*step).into_iter().for_each(|(w, _)| world.windows[w] = WindowState::Open);
            let mut effects = row.action.value.effects().into_iter();
            is_next && effects.all(|effect| effect.apply(&plan.landscape, &mut world).is_ok())
        };
        done.iter().all(can_be_done) && stated.applies(&plan.landscape, &world)
    }
}
