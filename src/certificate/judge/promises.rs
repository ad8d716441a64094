//! Every step can be done when its turn has come, no moment breaks a promise or a law, and the end is as
//! it must be.

use std::collections::BTreeSet;

use crate::{
    certificate::{Reasons, Refused},
    check::Checked,
    condition::Asks,
    invariant::{
        Hazard, Invariant,
        rejected::NeverRejected,
        stated::{Literal, Stated},
    },
    plan::Plan,
    source::shown,
    world::{
        effect::Effect,
        id::{AcceptorId, ChannelId, Id, KeyId, StepId, WindowId},
        landscape::{Fact, Transit, Value},
        state::{WindowState, World},
    },
};

use super::moments::{Case, Moments, Term, Word, words};

/// The promise of each flow that is judged although nobody makes it.
pub(super) fn laws(plan: &Plan) -> Vec<NeverRejected> {
    plan.landscape.channels.ids().map(NeverRejected::of).collect()
}

/// The promises of a plan, and the laws of which it does not speak; none that is waived.
pub(super) fn judged<'a>(plan: &'a Plan, laws: &'a [NeverRejected]) -> Vec<&'a dyn Invariant> {
    let said: Vec<&dyn Invariant> = plan.promises.iter().map(|promise| promise.value.as_ref()).collect();
    let spoken: BTreeSet<(ChannelId, Hazard)> = said.iter().map(|promise| promise.hazard()).collect();
    let waived: BTreeSet<(ChannelId, Hazard)> = plan.waivers.iter().map(|w| (w.flow, w.hazard)).collect();
    let unsaid = laws.iter().filter(|law| !spoken.contains(&law.hazard()));
    let all = said.into_iter().chain(unsaid.map(|law| law as &dyn Invariant));
    all.filter(|promise| !waived.contains(&promise.hazard())).collect()
}

/// Shows by the order of the steps that a plan keeps its promises from a start; gives its moments.
pub(super) fn kept<'a>(
    checked: &'a Checked,
    start: &'a World,
    reasons: &'a dyn Reasons,
) -> Result<Moments<'a>, Refused> {
    let (plan, land) = (checked.plan(), &checked.plan().landscape);
    let is_fresh = start.windows.rows().all(|window| *window == WindowState::Unagreed)
        && (start.done.is_clear() && start.heard.is_clear())
        && start.under_way.rows().all(|keys| keys.is_empty());
    let all = Moments::of(checked, start, reasons)?;
    all.must(is_fresh, || "what happens from the middle of something on".into())?;
    all.must(checked.late().moves().is_empty(), || "what an attempt changes that comes late".into())?;
    plan.steps.ids().try_for_each(|step| all.can_be_done(step))?;
    for promise in judged(plan, &laws(plan)) {
        let (flow, hazard) = promise.hazard();
        let kept = match hazard {
            Hazard::Rejected => all.never_rejected(flow),
            Hazard::Interrupted => all.never_down(flow, promise.window()),
        };
        all.must(kept, || format!("that a promise is kept: {}", shown(&promise.sentence(land))))?;
    }
    for (number, stated) in plan.statements.iter().enumerate() {
        let (stated, sentence) = (&stated.value, shown(&stated.value.sentence(land)));
        let mut breaches = stated.breaches().into_iter();
        let kept = breaches.all(|breach| all.never(&words(&breach))) && all.is_prepared(stated);
        all.must(kept, || format!("that a promise is kept: {sentence}"))?;
        let speaks = reasons.moment(number).is_some_and(|done| all.is_moment(&done, stated));
        all.must(speaks, || format!("a moment of which a promise speaks: {sentence}"))?;
    }
    for (flow, row) in land.channels.iter() {
        let resolves =
            all.never(&[all.runs(flow, true), Word::Is(Fact::Place(row.stamps), Value::Key(None))]);
        all.must(resolves, || format!("that {} always finds a key", shown(&row.name)))?;
    }
    for gap in plan.gaps() {
        let (stands, name) = (all.runs(gap.flow, true), shown(&land.channels[gap.flow].name));
        let stands = all.never(&[Word::Turn(gap.step), stands]);
        all.must(stands, || format!("that {name} does not run while its alias names no key"))?;
    }
    for condition in &plan.finals {
        let ends = all.ends(&condition.value.asks());
        all.must(ends, || format!("the end: {}", shown(&condition.value.sentence(land))))?;
    }
    Ok(all)
}

impl Moments<'_> {
    /// Shows that a step can be done when its turn has come.
    fn can_be_done(&self, step: StepId) -> Result<(), Refused> {
        let (plan, name) = (self.checked.plan(), self.name(step));
        let row = &plan.steps[step];
        for need in &row.needs {
            let is_met = match need.value.asks() {
                Asks::Facts(facts) => facts.iter().all(|(fact, value)| self.is_at(step, *fact, *value)),
                // Nothing more is signed with the key, so the last message arrives some day.
                Asks::Drained(flow, key) => {
                    self.never(&[&[Word::Turn(step)], &self.signs(flow, key)[..]].concat())
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

    /// Whether a fact has a value whenever the turn of a step has come.
    fn is_at(&self, step: StepId, fact: Fact, value: Value) -> bool {
        self.never(&[Word::Turn(step), Word::IsNot(fact, value)])
    }

    /// Whether an effect finds the world as it must, so that it leaves it as it says.
    fn fits(&self, step: StepId, effect: &Effect) -> bool {
        let is = |fact, value| self.is_at(step, fact, value);
        let is_not = |fact, value| self.never(&[Word::Turn(step), Word::Is(fact, value)]);
        let (empty, held) = (Value::Key(None), |key| Value::Key(Some(key)));
        let lies = |key| self.lies.get(&key).into_iter().flatten().copied();
        match *effect {
            Effect::Put { place, key } => {
                let mut others = lies(key).filter(|other| *other != place);
                is(Fact::Place(place), empty) && others.all(|other| is_not(Fact::Place(other), held(key)))
            }
            Effect::Exchange { place, staged, key, backup } => {
                (place != staged && place != backup && staged != backup)
                    && (is_not(Fact::Place(place), empty) && is_not(Fact::Place(place), held(key)))
                    && (is(Fact::Place(staged), held(key)) && is(Fact::Place(backup), empty))
            }
            Effect::Remove { place, key } => {
                is(Fact::Place(place), empty) || is(Fact::Place(place), held(key))
            }
            Effect::Accept { acceptor, key } => self.has_room(step, acceptor, key, key),
            Effect::Replace { acceptor, old, new } => old != new && self.has_room(step, acceptor, new, old),
            Effect::Try { channel, key } => {
                let land = &self.checked.plan().landscape;
                let (channel, store) = (&land.channels[channel], |place| land.places[place].store);
                let inside = lies(key).filter(|place| store(*place) == store(channel.stamps));
                let absent = inside.map(|place| Word::IsNot(Fact::Place(place), held(key)));
                is(Fact::Accepts(channel.acceptor, key), Value::Is(true))
                    && self.never(&std::iter::once(Word::Turn(step)).chain(absent).collect::<Vec<Word>>())
            }
            Effect::Retire { .. } | Effect::Start(_) | Effect::Stop(_) => true,
            // These belong to acts of speech, which change no fact.
            Effect::Propose(_) | Effect::Agree(_) => false,
        }
    }

    /// Whether a receiver accepts a key already when a step brings it, or never holds as many others as it
    /// can; one of these may go.
    fn has_room(&self, step: StepId, acceptor: AcceptorId, comes: KeyId, goes: KeyId) -> bool {
        let land = &self.checked.plan().landscape;
        let is = |key| (Fact::Accepts(acceptor, key), Value::Is(true));
        let others = self.accepted(acceptor).into_iter().filter(|key| *key != comes && *key != goes).map(is);
        let ever = |fact, value| self.terms(fact, None).iter().any(|term| term.value == value);
        let others = others.filter(|(fact, value)| ever(*fact, *value));
        let others: Vec<Word> = others.map(|(fact, value)| Word::Is(fact, value)).collect();
        let turn = Case { turn: Some(step), undone: vec![step], ..Case::default() };
        let room = |most| self.never_many(&others, most, &turn) || self.is_at(step, is(comes).0, is(comes).1);
        land.acceptors[acceptor].capacity.is_none_or(room)
    }

    fn runs(&self, flow: ChannelId, is: bool) -> Word {
        Word::Is(Fact::Running(flow), Value::Is(is))
    }

    /// When a flow signs with a key.
    fn signs(&self, flow: ChannelId, key: KeyId) -> [Word; 2] {
        let place = Fact::Place(self.checked.plan().landscape.channels[flow].stamps);
        [self.runs(flow, true), Word::Is(place, Value::Key(Some(key)))]
    }

    /// When a message that is signed with a key is under way or arrives, and this is so.
    fn never_arrives(&self, flow: ChannelId, key: KeyId, word: Word) -> bool {
        let later = match self.checked.plan().landscape.channels[flow].transit {
            Transit::Immediately => None,
            Transit::Within(_) => Some(Word::Later(flow, key)),
        };
        self.never(&self.signs(flow, key).into_iter().chain(later).chain([word]).collect::<Vec<Word>>())
    }

    /// No message arrives where its key is not accepted.
    fn never_rejected(&self, flow: ChannelId) -> bool {
        let channel = &self.checked.plan().landscape.channels[flow];
        let named = |term: Term| if let Value::Key(key) = term.value { key } else { None };
        let keys = self.terms(Fact::Place(channel.stamps), None).into_iter().filter_map(named);
        keys.collect::<BTreeSet<KeyId>>().into_iter().all(|key| {
            self.never_arrives(flow, key, Word::Is(Fact::Accepts(channel.acceptor, key), Value::Is(false)))
        })
    }

    /// The flow runs and its alias names a key, or the window has begun.
    fn never_down(&self, flow: ChannelId, window: Option<WindowId>) -> bool {
        let place = self.checked.plan().landscape.channels[flow].stamps;
        let shut = words(window.map(Literal::NotOpen).as_slice());
        let never = |down| self.never(&[&[down], &shut[..]].concat());
        never(self.runs(flow, false)) && never(Word::Is(Fact::Place(place), Value::Key(None)))
    }

    /// A condition holds when everything is done.
    fn ends(&self, asks: &Asks) -> bool {
        let is = |fact, value| self.never(&[Word::End, Word::IsNot(fact, value)]);
        match asks {
            Asks::Facts(facts) => facts.iter().all(|(fact, value)| is(*fact, *value)),
            Asks::Open(window) => is(Fact::Window(*window), Value::Is(true)),
            Asks::Drained(flow, key) => self.never_arrives(*flow, *key, Word::End),
        }
    }

    /// Of what is to come before something else: at no moment the second is so where the first never was.
    fn is_prepared(&self, stated: &Stated) -> bool {
        let (Some(first), second) = (stated.beginning(), words(&stated.occasion())) else { return true };
        if let [Literal::Open(window)] = *first {
            // A window that has begun stays so.
            return self.never(&[second, words(&[Literal::NotOpen(window)])].concat());
        }
        // What is so when a step is done, or at the start, has been so wherever that step is done.
        let is_so = |literal: &Literal, step: Option<StepId>| {
            let Literal::Is(fact, value) = *literal else { return false };
            let has_come = |from| step.is_some_and(|step| step == from || self.is_before(from, step));
            let is_left = |until| step.is_none_or(|step| self.is_before(step, until));
            let mut terms = self.terms(fact, None).into_iter().filter(|term| term.value == value);
            terms.any(|term| term.from.is_none_or(has_come) && term.until.is_none_or(is_left))
        };
        let terms = first.iter().filter_map(|literal| literal.fact()).flat_map(|fact| self.terms(fact, None));
        let from: BTreeSet<Option<StepId>> = terms.map(|term| term.from).collect();
        let brought = from.into_iter().filter(|step| first.iter().all(|literal| is_so(literal, *step)));
        match brought.collect::<Option<Vec<StepId>>>() {
            Some(undone) => self.never_many(&second, second.len(), &Case { undone, ..Case::default() }),
            None => true,
        }
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
