//! Which attempts that were given up could still change something when they take effect late.
//!
//! Right after its step an effect changes nothing: it is there. It fits again and changes something only
//! after another effect has undone it. One that comes before the step in every run does not count, unless
//! its own attempts may come late: then it may follow on anything.

use std::collections::BTreeMap;

use foldhash::HashMap;
use smallvec::{SmallVec, smallvec};

use crate::{
    plan::Plan,
    world::{
        effect::Effect,
        id::{AcceptorId, ChannelId, KeyId, OwnFactId, PlaceId, StepId},
    },
};

use super::order::Order;

/// What an effect does that lets another one fit again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Trace {
    Started(ChannelId),
    Stopped(ChannelId),
    Set(OwnFactId),
    Cleared(OwnFactId),
    Taken(AcceptorId, KeyId),
    Retired(AcceptorId, KeyId),
    /// A key comes to lie at a place.
    Brought(PlaceId, KeyId),
    /// Some key does, and only the world can tell which.
    Moved(PlaceId),
    /// A key that lay anywhere lies nowhere any more.
    Removed(KeyId),
}

/// Those of one effect.
type Traces = SmallVec<[Trace; 2]>;

/// A step whose effect could change something when it comes late.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hazard {
    /// The step.
    pub step: StepId,
    /// The first step, in the order of the plan, after which it could.
    pub after: StepId,
    /// Whether that one comes before the step, so that only its own late effect can follow.
    pub by_late: bool,
    /// Whether other steps that need not come after that one could be the first as well.
    pub others: bool,
}

/// What of a plan could come late and matter.
#[derive(Debug, Default)]
pub struct Late {
    hazards: BTreeMap<StepId, Hazard>,
    moves: Vec<StepId>,
    idle: Vec<StepId>,
}

impl Late {
    /// Of a plan.
    #[must_use]
    pub fn of(plan: &Plan, order: &Order) -> Self {
        let mut search = Search { plan, order, rows: rows(plan, order), hazards: BTreeMap::new() };
        let mut sleepers: HashMap<Trace, SmallVec<[StepId; 4]>> = HashMap::default();
        let mut open = Vec::new();
        for (step, row) in plan.steps.iter() {
            let waking = row.action.value.effects().into_iter().flat_map(wakes);
            waking.for_each(|trace| sleepers.entry(trace).or_default().push(step));
            open.extend(search.look(step).filter(|_| row.extra().comes_late.is_some()));
        }
        // What may come late may follow on anything, and wake others in its turn.
        while let Some(late) = open.pop() {
            let left = plan.steps[late].action.value.effects().into_iter().flat_map(leaves);
            for step in left.filter_map(|trace| sleepers.remove(&trace)).flatten() {
                let hazard = Hazard { step, after: late, by_late: true, others: false };
                if step != late && !search.hazards.contains_key(&step) {
                    search.hazards.insert(step, hazard);
                    open.extend(plan.steps[step].extra().comes_late.map(|_| step));
                }
            }
        }
        let hazards = search.hazards;
        let declared =
            plan.steps.iter().filter(|(_, row)| row.extra().comes_late.is_some()).map(|(step, _)| step);
        let (moves, idle) = declared.partition(|step| hazards.contains_key(step));
        Self { hazards, moves, idle }
    }

    /// The steps whose attempts may come late, as the plan says, and could change something then.
    #[must_use]
    pub fn moves(&self) -> &[StepId] {
        &self.moves
    }

    /// The steps whose attempts may come late, as the plan says, and change nothing then.
    #[must_use]
    pub fn idle(&self) -> &[StepId] {
        &self.idle
    }

    /// The steps of which nothing is said, and whose attempts could change something late.
    pub fn undeclared(&self) -> impl Iterator<Item = Hazard> + '_ {
        self.hazards.values().copied().filter(|hazard| self.moves.binary_search(&hazard.step).is_err())
    }
}

/// What an effect leaves behind.
fn leaves(effect: Effect) -> Traces {
    match effect {
        Effect::Start(channel) => smallvec![Trace::Started(channel)],
        Effect::Stop(channel) => smallvec![Trace::Stopped(channel)],
        Effect::Set(own) => smallvec![Trace::Set(own)],
        Effect::Clear(own) => smallvec![Trace::Cleared(own)],
        Effect::Accept { acceptor, key } => smallvec![Trace::Taken(acceptor, key)],
        Effect::Retire { acceptor, key } => smallvec![Trace::Retired(acceptor, key)],
        Effect::Replace { acceptor, old, new } => {
            let goes = (old != new).then_some(Trace::Retired(acceptor, old));
            [Trace::Taken(acceptor, new)].into_iter().chain(goes).collect()
        }
        Effect::Put { place, key } => smallvec![Trace::Brought(place, key)],
        Effect::Exchange { place, key, backup, .. } => {
            smallvec![Trace::Brought(place, key), Trace::Moved(backup)]
        }
        Effect::Repoint { own, .. } => smallvec![Trace::Moved(own)],
        Effect::Remove { key, .. } => smallvec![Trace::Removed(key)],
        Effect::Try { .. } | Effect::Propose(_) | Effect::Agree(_) => Traces::new(),
    }
}

/// What must have been left behind, one of it, for an effect that is there to change something again.
fn wakes(effect: Effect) -> Traces {
    match effect {
        Effect::Start(channel) => smallvec![Trace::Stopped(channel)],
        Effect::Stop(channel) => smallvec![Trace::Started(channel)],
        Effect::Set(own) => smallvec![Trace::Cleared(own)],
        Effect::Clear(own) => smallvec![Trace::Set(own)],
        Effect::Accept { acceptor, key } => smallvec![Trace::Retired(acceptor, key)],
        Effect::Retire { acceptor, key } => smallvec![Trace::Taken(acceptor, key)],
        Effect::Replace { acceptor, old, new } => {
            let comes = (old != new).then_some(Trace::Taken(acceptor, old));
            [Trace::Retired(acceptor, new)].into_iter().chain(comes).collect()
        }
        // A pair is not made a second time as long as it lies anywhere.
        Effect::Put { key, .. } => smallvec![Trace::Removed(key)],
        // Its staging place was left empty: the key must come to lie there again.
        Effect::Exchange { staged, key, .. } => smallvec![Trace::Brought(staged, key), Trace::Moved(staged)],
        Effect::Remove { place, key } => smallvec![Trace::Brought(place, key), Trace::Moved(place)],
        // Another step repointed the flow since.
        Effect::Repoint { own, .. } => smallvec![Trace::Moved(own)],
        // A test changes nothing, and a window that was agreed stays so.
        Effect::Try { .. } | Effect::Propose(_) | Effect::Agree(_) => Traces::new(),
    }
}

/// The steps that leave a trace.
#[derive(Debug, Default)]
struct Row {
    /// In their order.
    steps: SmallVec<[StepId; 4]>,
    /// How many of them come one after the other, counted from the first.
    chained: usize,
    /// The last place whose step does not come after the one before it.
    last_break: usize,
}

fn rows(plan: &Plan, order: &Order) -> HashMap<Trace, Row> {
    let mut rows: HashMap<Trace, Row> = HashMap::default();
    for step in order.sequence() {
        for trace in plan.steps[*step].action.value.effects().into_iter().flat_map(leaves) {
            let row = rows.entry(trace).or_default();
            let is_next = row.steps.last().is_none_or(|last| order.is_before(*last, *step));
            if row.chained == row.steps.len() {
                row.chained += usize::from(is_next);
            }
            if !is_next {
                row.last_break = row.steps.len();
            }
            row.steps.push(*step);
        }
    }
    rows
}

/// Steps that stand before another one and have no order among each other: so many are held against it,
/// and where there are more, the step counts as one that could matter.
const MANY: usize = 64;

struct Search<'a> {
    plan: &'a Plan,
    order: &'a Order,
    rows: HashMap<Trace, Row>,
    hazards: BTreeMap<StepId, Hazard>,
}

impl Search<'_> {
    /// Whether a step could matter late by the order alone.
    fn look(&mut self, step: StepId) -> Option<StepId> {
        let mut firsts: SmallVec<[(StepId, bool); 2]> = SmallVec::new();
        for trace in self.plan.steps[step].action.value.effects().into_iter().flat_map(wakes) {
            firsts.extend(self.rows.get(&trace).and_then(|row| self.first(row, step)));
        }
        firsts.sort_by_key(|(first, _)| self.order.position(*first));
        let (after, others) = *firsts.first()?;
        let apart = |(other, _): &(StepId, bool)| *other != after && !self.order.is_before(after, *other);
        let others = others || firsts.iter().any(|first| first.1 || apart(first));
        self.hazards.insert(step, Hazard { step, after, by_late: false, others });
        Some(step)
    }

    /// The first step of a row that need not come before another one, and whether more of them may be first.
    fn first(&self, row: &Row, step: StepId) -> Option<(StepId, bool)> {
        let position = |step: &StepId| self.order.position(*step);
        let at = row.steps.partition_point(|other| position(other) < position(&step));
        let mut unordered = None;
        for (place, other) in row.steps.iter().enumerate().take(at).rev() {
            if at - place > MANY {
                unordered = Some(*other);
                break;
            }
            match self.order.is_before(*other, step) {
                // So do all before it.
                true if place < row.chained => break,
                true => {}
                false => unordered = Some(*other),
            }
        }
        if let Some(first) = unordered {
            return Some((first, row.steps.len() > 1));
        }
        let from = at + usize::from(row.steps.get(at) == Some(&step));
        row.steps.get(from).map(|next| (*next, row.last_break > from))
    }
}
