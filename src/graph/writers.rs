//! Which steps write a fact, one after the other.

use std::collections::BTreeMap;

use crate::{
    plan::Plan,
    world::{
        id::StepId,
        landscape::{Fact, Value},
    },
};

use super::order::Order;

/// The steps that write one fact.
#[derive(Clone, Debug, Default)]
pub struct Chain {
    /// In their order, each with what it leaves the fact at; no value: only the world can tell.
    rows: Vec<(StepId, Option<Value>)>,
    /// Whether each comes after the one before it.
    ordered: bool,
}

/// The steps that write each fact.
#[derive(Debug)]
pub struct Writers {
    chains: BTreeMap<Fact, Chain>,
}

impl Writers {
    /// The writers of a plan.
    #[must_use]
    pub fn of(plan: &Plan, order: &Order) -> Self {
        let mut chains: BTreeMap<Fact, Chain> = BTreeMap::new();
        for step in order.sequence() {
            for effect in plan.steps[*step].action.value.effects() {
                let known = effect.writes().into_iter().map(|(fact, value)| (fact, Some(value)));
                for (fact, value) in known.chain(effect.displaces().map(|fact| (fact, None))) {
                    let chain =
                        chains.entry(fact).or_insert_with(|| Chain { rows: Vec::new(), ordered: true });
                    match chain.rows.last_mut() {
                        Some(last) if last.0 == *step => last.1 = value,
                        last => {
                            chain.ordered &= last.is_none_or(|last| order.is_before(last.0, *step));
                            chain.rows.push((*step, value));
                        }
                    }
                }
            }
        }
        Self { chains }
    }

    /// The steps that write a fact, in the order of the plan, whether or not that is theirs.
    #[must_use]
    pub fn all(&self, fact: Fact) -> &[(StepId, Option<Value>)] {
        self.chains.get(&fact).map_or(&[], |chain| chain.rows.as_slice())
    }

    /// The steps that write a fact, one after the other; nothing where two of them have no order.
    #[must_use]
    pub fn chain(&self, fact: Fact) -> Option<&[(StepId, Option<Value>)]> {
        match self.chains.get(&fact) {
            None => Some(&[]),
            Some(chain) => chain.ordered.then_some(chain.rows.as_slice()),
        }
    }

    /// The writers that are done before a step begins, where all others come after it.
    #[must_use]
    pub fn before(&self, order: &Order, fact: Fact, step: StepId) -> Option<&[(StepId, Option<Value>)]> {
        let chain = self.chain(fact)?;
        let (before, others) =
            chain.split_at_checked(chain.partition_point(|w| order.is_before(w.0, step)))?;
        let clear = others.first().is_none_or(|next| next.0 == step || order.is_before(step, next.0));
        clear.then_some(before)
    }

    /// The earliest step from which on a flow that stamps with `place` does not stamp with a key, up to
    /// the moment at which `step` begins, by the place alone or by the flow alone.
    #[must_use]
    pub fn stops(
        &self,
        order: &Order,
        step: StepId,
        (fact, stamps): (Fact, impl Fn(Option<Value>) -> bool),
    ) -> Option<StepId> {
        let before = self.before(order, fact, step)?;
        // Any of those at the end will do; the first of them is the best.
        let silent = before.iter().rev().take(LOOK_BACK).take_while(|(_, value)| !stamps(*value));
        silent.last().map(|(step, _)| *step)
    }
}

/// How many steps that stop a flow, without one that starts it between them, are looked through for the
/// first one. A later one is right too, and only waits longer.
const LOOK_BACK: usize = 64;
