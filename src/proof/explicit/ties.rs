//! What depends on what in a plan.
//!
//! A step depends on what comes before it and on what it looks at; what it looks at, on the steps that
//! change it. What only looks at something changes nothing for it. What a role knows is settled by the
//! order of the steps, before any search; so a step depends on no news, but on the message that it waits
//! for.

use std::collections::HashMap;

use petgraph::graph::{DiGraph, NodeIndex};

use crate::{
    condition::Asks,
    invariant::stated::{Literal, Stated},
    plan::Plan,
    proof::rules::Rules,
    world::{
        effect::Effect,
        id::StepId,
        landscape::{Fact, Landscape},
        state::World,
    },
};

use super::thing::{Numbers, Thing};

/// The things of a plan, each with an arrow to whatever it depends on.
#[derive(Debug)]
pub(super) struct Ties {
    pub(super) numbers: Numbers,
    pub(super) arrows: DiGraph<(), ()>,
}

impl Ties {
    /// The ties of a plan that starts there.
    pub(super) fn of(rules: &Rules<'_>, start: &World) -> Self {
        let plan = rules.checked().plan();
        let numbers = Numbers::of(plan);
        let mut arrows = DiGraph::with_capacity(numbers.all(), 4 * plan.steps.len());
        for _ in 0..numbers.all() {
            let _number = arrows.add_node(());
        }
        let mut ties = Self { numbers, arrows };
        // A flow looks its key up, and its receiver judges what arrives.
        for (id, channel) in plan.landscape.channels.iter() {
            ties.depends(Thing::Flow(id), [Thing::Running(id)]);
            ties.depends(Thing::Flow(id), channel.aliases().map(Thing::Place));
            ties.depends(Thing::Flow(id), [Thing::Acceptor(channel.acceptor)]);
        }
        for (flow, _, window) in rules.judged() {
            ties.depends(Thing::Flow(flow), window.map(Thing::Window));
        }
        // A key that lies somewhere is not made a second time elsewhere.
        for (place, key) in start.places.iter() {
            key.iter().for_each(|key| ties.depends(Thing::Key(*key), [Thing::Place(place)]));
        }
        plan.steps.ids().for_each(|step| ties.step(rules, step));
        for (id, delivery) in plan.deliveries.iter() {
            ties.depends(Thing::Delivery(id), [Thing::Step(delivery.step)]);
        }
        for (number, stated) in plan.statements.iter().enumerate() {
            ties.depends(Thing::Statement(number), spoken_of(&stated.value));
        }
        let waiting = waiting(plan, &ties.numbers);
        for (number, last) in plan.finals.iter().enumerate() {
            let asks = last.value.asks();
            ties.depends(Thing::Final(number), asked(&asks));
            // At the end all steps are done, and those that wait for the same have seen it.
            let seen = asked(&asks).into_iter().filter_map(|thing| waiting.get(&ties.numbers.number(thing)));
            let seen = seen.flatten().map(|step| Thing::Step(*step)).collect::<Vec<Thing>>();
            ties.depends(Thing::Final(number), seen);
        }
        ties
    }

    /// All that some things depend on, with them, by number.
    pub(super) fn below(&self, thing: usize) -> Vec<usize> {
        let mut seen = fixedbitset::FixedBitSet::with_capacity(self.numbers.all());
        let (mut all, mut open) = (Vec::new(), vec![thing]);
        while let Some(thing) = open.pop() {
            if !seen.put(thing) {
                all.push(thing);
                open.extend(self.arrows.neighbors(NodeIndex::new(thing)).map(NodeIndex::index));
            }
        }
        all
    }

    fn depends(&mut self, thing: Thing, on: impl IntoIterator<Item = Thing>) {
        let from = NodeIndex::new(self.numbers.number(thing));
        for other in on {
            let _number = self.arrows.add_edge(from, NodeIndex::new(self.numbers.number(other)), ());
        }
    }

    /// What a step waits for, looks at and changes.
    fn step(&mut self, rules: &Rules<'_>, step: StepId) {
        let (checked, plan) = (rules.checked(), rules.checked().plan());
        let (row, own) = (&plan.steps[step], Thing::Step(step));
        self.depends(own, row.after.iter().map(|before| Thing::Step(before.value)));
        self.depends(own, checked.awaited(step).iter().copied().map(Thing::Delivery));
        for need in &row.needs {
            self.depends(own, asked(&need.value.asks()));
        }
        let proposed = plan.proposal(step).map(|(window, _)| Effect::Propose(window));
        for effect in row.action.value.effects().into_iter().chain(proposed) {
            self.depends(own, looked_at(&plan.landscape, effect));
            for changed in changed(effect) {
                self.depends(changed, [own]);
            }
            // Wherever it goes from there, its place depends on what moves it.
            if let Effect::Put { place, key } = effect {
                self.depends(Thing::Key(key), [Thing::Place(place)]);
            }
        }
    }
}

/// The steps that wait for the traffic of a flow or for a window, by the number of that.
fn waiting(plan: &Plan, numbers: &Numbers) -> HashMap<usize, Vec<StepId>> {
    let mut waiting: HashMap<usize, Vec<StepId>> = HashMap::new();
    for (step, row) in plan.steps.iter() {
        for asks in row.needs.iter().map(|need| need.value.asks()) {
            for thing in asked(&asks).into_iter().filter(|_| !matches!(asks, Asks::Facts(_))) {
                waiting.entry(numbers.number(thing)).or_default().push(step);
            }
        }
    }
    waiting
}

const fn fact(fact: Fact) -> Thing {
    match fact {
        Fact::Place(place) => Thing::Place(place),
        // All that it accepts shares its room.
        Fact::Accepts(acceptor, _) | Fact::AcceptsOther(acceptor) => Thing::Acceptor(acceptor),
        Fact::Running(flow) => Thing::Running(flow),
        Fact::Window(window) => Thing::Window(window),
        Fact::Own(own) => Thing::Own(own),
    }
}

/// What a condition asks of, each thing once.
fn asked(asks: &Asks) -> Vec<Thing> {
    match asks {
        Asks::Facts(facts) => {
            let mut things: Vec<Thing> = facts.iter().map(|(of, _)| fact(*of)).collect();
            things.dedup();
            things
        }
        Asks::Drained(flow, _) => vec![Thing::Flow(*flow)],
        Asks::Open(window) => vec![Thing::Window(*window)],
    }
}

/// What a statement speaks of.
fn spoken_of(stated: &Stated) -> Vec<Thing> {
    let mut literals = stated.breaches().concat();
    literals.extend(stated.occasion());
    literals.extend(stated.beginning().unwrap_or_default());
    let thing = |literal: Literal| match literal {
        Literal::Is(of, _) | Literal::IsNot(of, _) => fact(of),
        Literal::Open(window) | Literal::NotOpen(window) => Thing::Window(window),
    };
    let mut things: Vec<Thing> = literals.into_iter().map(thing).collect();
    things.dedup();
    things
}

/// What tells whether an effect fits, and what comes of it.
fn looked_at(land: &Landscape, effect: Effect) -> Vec<Thing> {
    match effect {
        Effect::Put { place, key } => vec![Thing::Place(place), Thing::Key(key)],
        Effect::Remove { place, .. } => vec![Thing::Place(place)],
        Effect::Exchange { place, staged, backup, .. } => {
            vec![Thing::Place(place), Thing::Place(staged), Thing::Place(backup)]
        }
        Effect::Repoint { alias, .. } => vec![Thing::Place(alias)],
        // There is always room where nothing bounds it.
        Effect::Accept { acceptor, .. } | Effect::Replace { acceptor, .. } => {
            let bounded = land.acceptors[acceptor].capacity.map(|_| Thing::Acceptor(acceptor));
            bounded.into_iter().collect()
        }
        Effect::Retire { .. } | Effect::Start(_) | Effect::Stop(_) => Vec::new(),
        Effect::Set(_) | Effect::Clear(_) => Vec::new(),
        Effect::Try { channel, key } => {
            vec![Thing::Acceptor(land.channels[channel].acceptor), Thing::Key(key)]
        }
        Effect::Propose(window) | Effect::Agree(window) => vec![Thing::Window(window)],
    }
}

/// What an effect changes.
fn changed(effect: Effect) -> Vec<Thing> {
    match effect {
        Effect::Put { place, .. } | Effect::Remove { place, .. } => vec![Thing::Place(place)],
        Effect::Exchange { place, staged, backup, .. } => {
            vec![Thing::Place(place), Thing::Place(staged), Thing::Place(backup)]
        }
        Effect::Accept { acceptor, .. }
        | Effect::Retire { acceptor, .. }
        | Effect::Replace { acceptor, .. } => vec![Thing::Acceptor(acceptor)],
        Effect::Repoint { own, .. } => vec![Thing::Place(own)],
        Effect::Start(flow) | Effect::Stop(flow) => vec![Thing::Running(flow)],
        Effect::Set(own) | Effect::Clear(own) => vec![Thing::Own(own)],
        Effect::Try { .. } => Vec::new(),
        Effect::Propose(window) | Effect::Agree(window) => vec![Thing::Window(window)],
    }
}
