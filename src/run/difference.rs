//! Where the world is not as recorded.

use crate::{
    backend::observe::Observation,
    plan::Plan,
    source::shown,
    transition::state::{State, Status},
    world::{
        id::{KeyId, KeySet, StepId},
        landscape::Fact,
        state::World,
    },
};

/// One thing that is otherwise than recorded.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
pub struct Difference {
    /// What it is about: `tenant["orders-signer"]`, `partner`, `orders`.
    pub what: String,
    /// What is recorded.
    pub recorded: String,
    /// What was seen.
    pub seen: String,
}

/// The facts that steps which are begun and not ended may have changed already. An attempt that
/// failed may have taken effect all the same, for instance when its effect could not be looked at.
pub(super) fn unsettled(plan: &Plan, state: &State) -> Vec<Fact> {
    let begun = |step: &StepId| matches!(state.steps[*step].status, Status::Begun | Status::Failed);
    let steps = plan.steps.ids().filter(begun);
    let effects = steps.flat_map(|step| plan.steps[step].action.value.effects());
    let mut facts: Vec<Fact> = effects.flat_map(|effect| effect.writes()).map(|(fact, _)| fact).collect();
    // An exchange fills its backup place too.
    for effect in plan.steps.ids().filter(begun).flat_map(|s| plan.steps[s].action.value.effects()) {
        if let crate::world::effect::Effect::Exchange { backup, .. } = effect {
            facts.push(Fact::Place(backup));
        }
    }
    facts
}

/// Compares what was seen with what is recorded. What a step under way may have changed is left
/// out: its outcome is not known yet.
#[must_use]
pub fn differences(plan: &Plan, state: &State, seen: &Observation) -> Vec<Difference> {
    let open = unsettled(plan, state);
    compare(plan, &state.world, seen, &open)
}

/// Lets a fact be in a world as it is in another one.
pub(super) fn assume(world: &mut World, from: &World, fact: Fact) {
    match fact {
        Fact::Place(place) => world.places[place] = from.places[place],
        Fact::Accepts(receiver, key) if from.accepted[receiver].contains(key) => {
            world.accepted[receiver].insert(key);
        }
        Fact::Accepts(receiver, key) => {
            world.accepted[receiver].remove(key);
        }
        Fact::Running(flow) => world.running[flow] = from.running[flow],
        Fact::Own(own) => world.set[own] = from.set[own],
        Fact::AcceptsOther(_) | Fact::Window(_) => {}
    }
}

/// Compares what was seen with a world in some facts alone.
#[must_use]
pub fn within(plan: &Plan, expected: &World, seen: &Observation, facts: &[Fact]) -> Vec<Difference> {
    let land = &plan.landscape;
    let mut world = seen.world.clone();
    facts.iter().for_each(|fact| assume(&mut world, expected, *fact));
    let places = land.places.ids().map(Fact::Place);
    let others = places.chain(land.own_facts.ids().map(Fact::Own)).filter(|fact| !facts.contains(fact));
    compare(plan, &world, seen, &others.collect::<Vec<Fact>>())
}

/// Compares what was seen with a world, leaving some facts out.
#[must_use]
pub fn compare(plan: &Plan, recorded: &World, seen: &Observation, open: &[Fact]) -> Vec<Difference> {
    let land = &plan.landscape;
    let mut found = Vec::new();
    let held = |key: Option<KeyId>| key.map_or_else(|| "nothing".to_owned(), |k| shown(&land.keys[k]));
    for place in land.places.ids() {
        if open.contains(&Fact::Place(place)) {
            continue;
        }
        let foreign = seen.foreign.iter().find(|(fact, _)| *fact == Fact::Place(place));
        if recorded.places[place] != seen.world.places[place] || foreign.is_some() {
            found.push(Difference {
                what: shown(&land.place_name(place)),
                recorded: held(recorded.places[place]),
                seen: foreign.map_or_else(|| held(seen.world.places[place]), |(_, what)| what.clone()),
            });
        }
    }
    for (receiver, row) in land.acceptors.iter() {
        let settled = |set: &KeySet| -> KeySet {
            set.iter().filter(|key| !open.contains(&Fact::Accepts(receiver, *key))).collect()
        };
        let (was, is) = (settled(&recorded.accepted[receiver]), settled(&seen.world.accepted[receiver]));
        if was != is {
            let names = |set: &KeySet| {
                let names: Vec<String> = set.iter().map(|k| shown(&land.keys[k])).collect();
                if names.is_empty() { "no key of the plan".to_owned() } else { names.join(", ") }
            };
            found.push(Difference { what: shown(&row.name), recorded: names(&was), seen: names(&is) });
        }
    }
    for (flow, row) in land.channels.iter() {
        if open.contains(&Fact::Running(flow)) || recorded.running[flow] == seen.world.running[flow] {
            continue;
        }
        let word = |running: bool| if running { "deployed" } else { "undeployed" }.to_owned();
        found.push(Difference {
            what: shown(&row.name),
            recorded: word(recorded.running[flow]),
            seen: word(seen.world.running[flow]),
        });
    }
    for (own, row) in land.own_facts.iter() {
        let is_unknown = seen.untold.contains(&own);
        if open.contains(&Fact::Own(own)) || recorded.set[own] == seen.world.set[own] && !is_unknown {
            continue;
        }
        let word = |set: bool| if set { "set" } else { "clear" }.to_owned();
        let seen = if is_unknown { "not known".to_owned() } else { word(seen.world.set[own]) };
        found.push(Difference { what: shown(&row.name), recorded: word(recorded.set[own]), seen });
    }
    found
}
