//! Of which keys a plan speaks at each receiver.

use std::{iter::once, sync::Arc};

use crate::{
    condition::{Asks, Condition},
    invariant::stated::Stated,
    source::Spanned,
    world::{
        id::{AcceptorId, KeyId, KeySet, StepId, Table},
        landscape::{Fact, Landscape},
        state::World,
    },
};

use super::Step;

/// What a plan promises of its facts, and what must hold at its end.
type Said<'a> = (&'a [Spanned<Stated>], &'a [Spanned<Box<dyn Condition>>]);

/// Tells each receiver: keys that it accepts at the start, that a step brings or takes there, or that a
/// condition names there. In a plan without steps these are all, for whoever finds the steps may take any.
pub(super) fn tell(
    landscape: &Landscape,
    (start, steps): (&World, &Table<StepId, Step>),
    (statements, finals): Said<'_>,
) {
    if steps.is_empty() {
        let all: Arc<KeySet> = Arc::new(landscape.own_keys().collect());
        landscape.acceptors.rows().for_each(|acceptor| acceptor.named.tell(Arc::clone(&all)));
        return;
    }
    let mut named: Table<AcceptorId, Vec<KeyId>> = Table::like(&landscape.acceptors, Vec::new());
    let mut name = |fact: Fact| {
        if let Fact::Accepts(acceptor, key) = fact {
            named[acceptor].push(key);
        }
    };
    let effects = steps.rows().flat_map(|step| step.action.value.effects());
    effects.flat_map(|effect| effect.writes()).for_each(|(fact, _)| name(fact));
    let needs = steps.rows().flat_map(|step| &step.needs).chain(finals).map(|row| row.value.as_ref());
    let stated = statements.iter().flat_map(|row| once(row.value.what()).chain(row.value.during()));
    for condition in needs.chain(stated) {
        if let Asks::Facts(facts) = condition.asks() {
            facts.into_iter().for_each(|(fact, _)| name(fact));
        }
    }
    for (id, acceptor) in landscape.acceptors.iter() {
        let keys = named[id].iter().copied().chain(start.accepted[id].iter());
        acceptor.named.tell(Arc::new(keys.collect()));
    }
}
