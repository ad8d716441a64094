//! A plan's rules over packed worlds: what may happen next, and what must not be.
//!
//! It says where something is wrong, and not what: that is asked of the [`Rules`] of the world
//! themselves, which have the last word on each fault.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    action::SpeechKind,
    check::Checked,
    condition::Asks,
    invariant::stated::Literal,
    proof::rules::{Move, Rules},
    world::{
        effect::Effect,
        id::StepId,
        landscape::{Fact, Value},
        state::{WindowState, World},
    },
};

use super::{
    act::{Case, Effects},
    layout::Layout,
    part::Part,
    test::{All, Any, Every, Test, Write},
    turn::{Sent, Turn, Way},
    wrong::Wrongs,
};

/// When a message is sent that can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sending {
    /// At any moment, as a move of its own.
    AtWill,
    /// At once, and the last one of its kind arrives when no more are sent.
    AtOnce,
}

/// The rules of a part of a plan, for worlds as packed words.
#[derive(Debug)]
pub(super) struct Machine {
    layout: Layout,
    /// A test for each turn that most worlds fail, all in a row: looked at first.
    gates: Vec<Test>,
    turns: Vec<Turn>,
    /// For each way, what may be wrong after it that was not before, by number.
    watched: Vec<Vec<usize>>,
    wrongs: Wrongs,
    /// What is sent at once.
    sent: Vec<Sent>,
    /// Of which moments each statement speaks, by number.
    occasions: BTreeMap<usize, Every>,
    ended: Every,
    /// How many looks a world takes.
    weight: usize,
}

/// What a machine does, whichever things of a plan it is about.
pub(super) struct Shape {
    first: Vec<u64>,
    turns: Vec<Turn>,
    watched: Vec<Vec<usize>>,
    wrongs: Wrongs,
    sent: Vec<Sent>,
    occasions: Vec<Every>,
    ended: Every,
}

/// What comes of one thing that may happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// This world. Whether it is nearer to the end, and the way (by number) that led to it.
    World { onward: bool, way: usize },
    /// Something is wrong here: a step that does not fit, or a belief that is false.
    Odd,
}

impl Machine {
    /// The machine of a part of a plan that starts there.
    pub(super) fn of(rules: &Rules<'_>, start: &World, part: &Part, sending: Sending) -> Self {
        let checked = rules.checked();
        let layout = Layout::of(checked, start, part);
        let wrongs = Wrongs::of(rules, &layout, part);
        let sent = match sending {
            Sending::AtWill => Vec::new(),
            Sending::AtOnce => sent(&layout, part),
        };
        let mut sent_by_bit: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (number, sent) in sent.iter().enumerate() {
            sent.when.bits().for_each(|bit| sent_by_bit.entry(bit).or_default().push(number));
        }
        let mut turns =
            Compiler { checked, layout: &layout, wrongs: &wrongs, part, sending, sent: &sent, sent_by_bit }
                .turns();
        let occasion = |literals: Vec<Literal>| Every::of(literals.into_iter().map(|l| layout.literal(l)));
        let statements = checked.plan().statements.iter().enumerate();
        let statements = statements.filter(|(number, _)| part.states(*number));
        let occasions = statements.map(|(number, s)| (number, occasion(s.value.occasion()))).collect();
        let ended = Every::of(part.steps.iter().map(|step| layout.is_done(*step, true)));
        let weight = turns.len() + layout.words();
        let ways = turns.iter_mut().flat_map(|turn| &mut turn.cases).enumerate();
        let watched = ways.map(|(number, way)| way.numbered(number)).collect();
        let gates = turns.iter().map(|turn| turn.when.gate()).collect();
        Self { layout, gates, turns, watched, wrongs, sent, occasions, ended, weight }
    }

    /// What it does, without where the things of the plan are kept.
    pub(super) fn into_shape(self) -> Shape {
        let first = self.first();
        let Self { turns, watched, wrongs, sent, occasions, ended, .. } = self;
        Shape { first, turns, watched, wrongs, sent, occasions: occasions.into_values().collect(), ended }
    }

    /// Whether it does the same in every state, but that other things of the plan move.
    pub(super) fn is_like(&self, shape: &Shape) -> bool {
        let Shape { first, turns, watched, wrongs, sent, occasions, ended } = shape;
        self.turns.len() == turns.len()
            && self.turns.iter().zip(turns).all(|(own, other)| own.is_like(other))
            && (&self.watched, &self.wrongs, &self.sent, &self.ended) == (watched, wrongs, sent, ended)
            && self.occasions.values().eq(occasions)
            && self.first() == *first
    }

    /// The world in which it begins, packed.
    pub(super) fn first(&self) -> Vec<u64> {
        let mut state = self.layout.pack(self.layout.start());
        for sent in &self.sent {
            if sent.when.holds(&state) {
                sent.write.to(&mut state);
            }
        }
        state
    }

    /// Whether something is wrong with the world in which it begins, which no move has led to.
    pub(super) fn begins_wrong(&self, first: &[u64]) -> bool {
        self.wrongs.are_any_at_all(first) || self.is_ended(first) && self.wrongs.are_missed(first)
    }

    /// Where what is kept.
    pub(super) const fn layout(&self) -> &Layout {
        &self.layout
    }

    /// How many looks at a thing it takes to find what may happen in a world.
    pub(super) const fn weight(&self) -> usize {
        self.weight
    }

    /// Whether every step is done.
    pub(super) fn is_ended(&self, state: &[u64]) -> bool {
        self.ended.holds(state)
    }

    /// Whether something is wrong with a world that was not before this way (by number) led to it.
    #[inline]
    pub(super) fn is_wrong(&self, state: &[u64], way: usize) -> bool {
        let watched = self.watched.get(way).map_or(&[][..], Vec::as_slice);
        self.wrongs.are_any(state, watched) || self.is_ended(state) && self.wrongs.are_missed(state)
    }

    /// Takes out of a list the statements that speak of a world, by number.
    pub(super) fn speaks(&self, state: &[u64], unspoken: &mut Vec<usize>) {
        unspoken.retain(|number| !self.occasions.get(number).is_some_and(|occasion| occasion.holds(state)));
    }

    /// The numbers of all statements.
    pub(super) fn statements(&self) -> Vec<usize> {
        self.occasions.keys().copied().collect()
    }

    /// Everything that may happen in a world, with the world after it, until `found` has enough.
    pub(super) fn next(
        &self,
        state: &[u64],
        after: &mut Vec<u64>,
        mut found: impl FnMut(Move, &[u64], Outcome) -> bool,
    ) {
        for (gate, turn) in self.gates.iter().zip(&self.turns) {
            if !gate.holds(state) || !turn.when.holds(state) {
                continue;
            }
            let mut misled = false;
            let mut waits = false;
            for (need, by_news) in &turn.needs {
                if !need.holds(state) {
                    misled |= *by_news;
                    waits |= !*by_news;
                }
            }
            if waits {
                continue;
            }
            let way = if misled { None } else { turn.cases.iter().find(|way| way.case.fits(state)) };
            after.clear();
            after.extend_from_slice(state);
            way.into_iter().flat_map(|way| &way.case.writes).for_each(|write| write.to(after));
            // A late effect that does not fit, or that is there, does not come.
            if turn.late.is_some() && *after == state {
                continue;
            }
            let outcome = way.map_or(Outcome::Odd, |way| {
                if turn.is_untimely(state, after) {
                    return Outcome::Odd;
                }
                for sent in way.sends.iter().filter_map(|number| self.sent.get(*number)) {
                    if sent.when.holds(after) {
                        sent.write.to(after);
                    }
                }
                let onward = !turn.is_aside && !way.case.is_idle;
                Outcome::World { onward, way: way.number }
            });
            if !found(turn.what, after, outcome) {
                return;
            }
        }
    }
}

struct Compiler<'a> {
    checked: &'a Checked,
    layout: &'a Layout,
    wrongs: &'a Wrongs,
    part: &'a Part,
    sending: Sending,
    sent: &'a [Sent],
    /// The numbers of those that look at a bit of a state.
    sent_by_bit: BTreeMap<usize, Vec<usize>>,
}

/// What is sent at once: for each flow and key, when its alias names the key while it runs.
fn sent(layout: &Layout, part: &Part) -> Vec<Sent> {
    let mut all = Vec::new();
    for channel in part.flows.iter().copied() {
        for (key, waits) in &layout.under_way[channel] {
            let runs = layout.is(Fact::Running(channel), Value::Is(true));
            let names = layout.stamps(channel, |stamp| stamp == Some(*key));
            let when = Every::of([runs, names, Any::of([All::one(waits.is(0))])]);
            all.push(Sent { when, write: waits.write(1) });
        }
    }
    all.retain(|sent| !sent.when.is_never());
    all
}

impl Compiler<'_> {
    /// Everything that may happen, in the order of the rules.
    fn turns(&self) -> Vec<Turn> {
        let plan = self.checked.plan();
        let mut turns = Vec::new();
        for step in &self.part.steps {
            self.act(*step, &mut turns);
        }
        for id in self.part.deliveries.iter().copied() {
            let Some(heard) = self.layout.heard[id] else { continue };
            let when =
                [self.layout.is_done(plan.deliveries[id].step, true), Any::of([All::one(heard.is(0))])];
            turns.extend(self.turn(Move::Receive(id), when, vec![heard.write(1)]));
        }
        for window in self.part.windows.iter().copied() {
            let (field, open) = self.layout.window(window, WindowState::Open);
            let when = [self.layout.is_window(window, &[WindowState::Agreed])];
            turns.extend(self.turn(Move::Open(window), when, vec![field.write(open)]));
        }
        let late = self.checked.late().moves().iter().copied().filter(|step| self.part.has(*step));
        late.for_each(|step| self.late(step, &mut turns));
        for channel in self.part.flows.iter().copied() {
            let keys = &self.layout.under_way[channel];
            for (key, waits) in keys.iter().filter(|_| self.sending == Sending::AtWill) {
                let when = [
                    self.layout.is(Fact::Running(channel), Value::Is(true)),
                    self.layout.stamps(channel, |stamp| stamp == Some(*key)),
                    Any::of([All::one(waits.is(0))]),
                ];
                turns.extend(self.turn(Move::Send(channel, *key), when, vec![waits.write(1)]));
            }
            for (key, waits) in keys {
                let mut when = vec![Any::of([All::one(waits.is(1))])];
                if self.sending == Sending::AtOnce {
                    let silent = self.layout.is(Fact::Running(channel), Value::Is(false));
                    when.push(silent.or(self.layout.stamps(channel, |stamp| stamp != Some(*key))));
                }
                turns.extend(self.turn(Move::Arrive(channel, *key), when, vec![waits.write(0)]));
            }
        }
        turns
    }

    /// What a step does, or proposes and then hears an answer to.
    fn act(&self, step: StepId, turns: &mut Vec<Turn>) {
        let plan = self.checked.plan();
        let row = &plan.steps[step];
        let Some(done) = self.layout.done[step] else { return };
        let done = done.write(1);
        let mut when = vec![self.layout.is_done(step, false)];
        when.extend(row.after.iter().map(|earlier| self.layout.is_done(earlier.value, true)));
        let proposal = row.speech.as_ref().and_then(|speech| match speech.kind {
            SpeechKind::Proposal(window) => Some(window),
            _ => None,
        });
        if let Some(window) = proposal {
            let mut answer = when.clone();
            answer.push(self.layout.is_window(window, &[WindowState::Proposed]));
            let ways = self.ways(Some(Effect::Agree(window)), Some(done));
            turns.extend(Self::whole(Move::Answer(step), answer, ways));
            let others = [WindowState::Unagreed, WindowState::Agreed, WindowState::Open];
            when.push(self.layout.is_window(window, &others));
        }
        let heard = self.checked.awaited(step).iter().filter_map(|message| self.layout.heard[*message]);
        when.extend(heard.map(|heard| Any::of([All::one(heard.is(1))])));
        let ways = match (proposal, row.action.value.effects().as_slice()) {
            (Some(window), _) => self.ways(Some(Effect::Propose(window)), None),
            (None, []) => self.ways(None, Some(done)),
            (None, [effect]) => self.ways(Some(*effect), Some(done)),
            // No act has two effects. One that had would fit no world here.
            (None, _) => Vec::new(),
        };
        let Some(mut turn) = Self::whole(Move::Act(step), when, ways) else { return };
        for (need, licence) in row.needs.iter().zip(self.checked.licences(step)) {
            let asks = need.value.asks();
            let by_news = licence.foreign && matches!(asks, Asks::Facts(_));
            turn.needs.push((self.layout.asks(&asks), by_news));
        }
        turns.push(turn);
    }

    /// What a step does once more that is done. What it writes is kept as it is, so whether it changes
    /// anything is seen in the words.
    fn late(&self, step: StepId, turns: &mut Vec<Turn>) {
        let untimely = self.wrongs.untimely();
        for effect in self.checked.plan().steps[step].action.value.effects() {
            let ways = self.ways(Some(effect), None);
            let turn = Self::whole(Move::Late(step), [self.layout.is_done(step, true)], ways);
            turns.extend(turn.map(|turn| Turn { late: Some(untimely.to_vec()), ..turn }));
        }
    }

    fn ways(&self, effect: Option<Effect>, done: Option<Write>) -> Vec<Way> {
        let effects = Effects { plan: self.checked.plan(), layout: self.layout };
        let cases = effect.map_or_else(|| vec![Case::default()], |effect| effects.cases(effect));
        let way = |mut case: Case| {
            case.writes.extend(done);
            self.way(case)
        };
        cases.into_iter().filter(|case| !case.when.is_never()).map(way).collect()
    }

    fn turn(&self, what: Move, when: impl IntoIterator<Item = Any>, writes: Vec<Write>) -> Option<Turn> {
        Self::whole(what, when, vec![self.way(Case { writes, ..Case::default() })])
    }

    fn way(&self, case: Case) -> Way {
        let changed = case.writes.iter().flat_map(|write| write.bits());
        let sends = changed.filter_map(|bit| self.sent_by_bit.get(&bit)).flatten().copied();
        let sends: Vec<usize> = sends.collect::<BTreeSet<usize>>().into_iter().collect();
        let sent = sends.iter().filter_map(|number| self.sent.get(*number)).map(|sent| sent.write);
        let writes: Vec<Write> = case.writes.iter().copied().chain(sent).collect();
        Way { number: 0, watched: self.wrongs.watched(&writes), case, sends }
    }

    fn whole(what: Move, when: impl IntoIterator<Item = Any>, cases: Vec<Way>) -> Option<Turn> {
        let when = Every::of(when);
        let (needs, is_aside) = (Vec::new(), what.is_aside());
        (!when.is_never()).then_some(Turn { what, when, needs, cases, is_aside, late: None })
    }
}
