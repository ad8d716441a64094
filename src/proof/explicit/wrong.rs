//! What must never be so, over packed worlds.

use crate::{
    invariant::{Hazard, stated::Literal},
    proof::rules::Rules,
    world::{
        id::ChannelId,
        landscape::{Fact, Transit, Value},
    },
};

use super::{
    layout::Layout,
    part::Part,
    test::{Any, Every, Write},
};

/// What must never be so, each as one way in which it would be.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Wrongs {
    never: Vec<Every>,
    /// What must not be so when every step is done.
    missed: Vec<Every>,
    /// For each promise that a window allows something of, the ways in which it would be broken if none
    /// were open.
    untimely: Vec<Vec<Every>>,
    /// The numbers of those that look at a bit of a state, for each bit.
    by_bit: Vec<Vec<usize>>,
}

impl Wrongs {
    /// Of a part of a plan.
    pub(super) fn of(rules: &Rules<'_>, layout: &Layout, part: &Part) -> Self {
        let plan = rules.checked().plan();
        let never = never(rules, layout, part);
        let finals = part.finals.iter().filter_map(|number| plan.finals.get(*number));
        let missed = finals.flat_map(|last| layout.asks_not(&last.value.asks()));
        let mut by_bit = vec![Vec::new(); layout.words() * u64::BITS as usize];
        for (number, wrong) in never.iter().enumerate() {
            for bit in wrong.bits() {
                let Some(row): Option<&mut Vec<usize>> = by_bit.get_mut(bit) else { continue };
                // Its own number can only be the last one there.
                if row.last() != Some(&number) {
                    row.push(number);
                }
            }
        }
        let untimely = untimely(rules, layout, part);
        Self { untimely, missed: missed.filter(|missed| !missed.is_never()).collect(), never, by_bit }
    }

    /// What a late effect must not bring about, for it may come when each window is over.
    pub(super) fn untimely(&self) -> &[Vec<Every>] {
        &self.untimely
    }

    /// Whether one of these is so.
    #[inline]
    pub(super) fn are_any(&self, state: &[u64], watched: &[usize]) -> bool {
        watched.iter().any(|number| self.never.get(*number).is_some_and(|wrong| wrong.holds(state)))
    }

    /// Whether any of all these is so.
    pub(super) fn are_any_at_all(&self, state: &[u64]) -> bool {
        self.never.iter().any(|wrong| wrong.holds(state))
    }

    /// Whether a state that is the last one misses what the plan is to reach.
    pub(super) fn are_missed(&self, state: &[u64]) -> bool {
        self.missed.iter().any(|missed| missed.holds(state))
    }

    /// What may be so after some bits changed and was not before, by number.
    pub(super) fn watched(&self, writes: &[Write]) -> Vec<usize> {
        let bits = writes.iter().flat_map(|write| write.bits());
        let mut numbers: Vec<usize> =
            bits.filter_map(|bit| self.by_bit.get(bit)).flatten().copied().collect();
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    }
}

/// All that must never be so.
fn never(rules: &Rules<'_>, layout: &Layout, part: &Part) -> Vec<Every> {
    let plan = rules.checked().plan();
    let land = &plan.landscape;
    let runs = |channel, is_so| layout.is(Fact::Running(channel), Value::Is(is_so));
    let names = |channel: ChannelId, key| layout.stamps(channel, |stamp| stamp == key);
    let mut wrongs = Vec::new();
    for (channel, hazard, window) in rules.judged().into_iter().filter(|judged| part.has_flow(judged.0)) {
        let acceptor = land.channels[channel].acceptor;
        let closed = window.map_or_else(|| Any::known(true), |w| layout.literal(Literal::NotOpen(w)));
        match (hazard, land.channels[channel].transit) {
            (Hazard::Rejected, transit) => wrongs.extend(layout.signed(channel).iter().map(|key| {
                // One key that is accepted is enough.
                let refused = |key| layout.is(Fact::Accepts(acceptor, key), Value::Is(false));
                let carried = match transit {
                    Transit::Immediately => vec![runs(channel, true), names(channel, Some(key))],
                    Transit::Within(_) => vec![layout.is_under_way(channel, key, true)],
                };
                Every::of(carried.into_iter().chain(layout.carried(key).map(refused)))
            })),
            (Hazard::Interrupted, _) => {
                wrongs.push(Every::of([runs(channel, false), closed.clone()]));
                wrongs.push(Every::of([names(channel, None), closed]));
            }
        }
    }
    wrongs.extend(part.flows.iter().copied().map(|c| Every::of([runs(c, true), names(c, None)])));
    wrongs.extend(plan.gaps().into_iter().filter(|gap| part.has_flow(gap.flow)).map(|gap| {
        let before = plan.steps[gap.step].after.iter().map(|before| layout.is_done(before.value, true));
        let turn = before.chain([layout.is_done(gap.step, false), runs(gap.flow, true)]);
        Every::of(turn)
    }));
    for stated in part.statements.iter().filter_map(|number| plan.statements.get(*number)) {
        let breach = |literals: Vec<Literal>| Every::of(literals.into_iter().map(|l| layout.literal(l)));
        wrongs.extend(stated.value.breaches().into_iter().map(breach));
    }
    wrongs.retain(|wrong| !wrong.is_never());
    wrongs
}

/// All that only an open window allows, for each promise.
fn untimely(rules: &Rules<'_>, layout: &Layout, part: &Part) -> Vec<Vec<Every>> {
    let plan = rules.checked().plan();
    let mut found = Vec::new();
    for (channel, hazard, window) in rules.judged() {
        if part.has_flow(channel) && hazard == Hazard::Interrupted && window.is_some() {
            let stands = layout.is(Fact::Running(channel), Value::Is(false));
            found.push(vec![
                Every::of([stands]),
                Every::of([layout.stamps(channel, |stamp| stamp.is_none())]),
            ]);
        }
    }
    for stated in part.statements.iter().filter_map(|number| plan.statements.get(*number)) {
        let is_closed = |literal: &Literal| matches!(literal, Literal::NotOpen(_));
        let is_open = |literal: &Literal| matches!(literal, Literal::Open(_));
        let mut breaches = stated.value.breaches();
        breaches.retain(|all| all.iter().any(is_closed) && !all.iter().any(is_open));
        let facts = |all: Vec<Literal>| {
            let facts = all.into_iter().filter(|literal| !is_closed(literal));
            Every::of(facts.map(|literal| layout.literal(literal)))
        };
        found.push(breaches.into_iter().map(facts).collect());
    }
    found.retain(|ways: &Vec<Every>| !ways.is_empty());
    found
}
