//! What has to do with what in a plan.

use petgraph::unionfind::UnionFind;

use crate::{
    condition::Asks,
    invariant::stated::{Literal, Stated},
    proof::rules::Rules,
    world::{
        effect::Effect,
        id::{AcceptorId, ChannelId, Id, KeyId, PlaceId, StepId, WindowId},
        landscape::{Fact, Landscape},
        state::World,
    },
};

/// Every thing of a plan has a number; of those that have to do with each other one stands for all.
#[derive(Debug)]
pub(super) struct Ties {
    numbers: Numbers,
    roots: Vec<usize>,
}

/// Where the numbers of each kind of thing begin. Those of places begin at 0.
#[derive(Clone, Copy, Debug)]
struct Numbers {
    acceptors: usize,
    channels: usize,
    windows: usize,
    keys: usize,
    steps: usize,
    /// The number of what is about no thing at all; the last one.
    nothing: usize,
}

impl Ties {
    /// The ties of a plan that starts there.
    pub(super) fn of(rules: &Rules<'_>, start: &World) -> Self {
        let plan = rules.checked().plan();
        let numbers = Numbers::of(&plan.landscape, plan.steps.len());
        let mut found = UnionFind::new(numbers.nothing + 1);
        let mut tie = |things: Vec<usize>| {
            for pair in things.windows(2) {
                if let [one, other] = pair {
                    found.union(*one, *other);
                }
            }
        };
        // A flow looks its key up, and its receiver judges what arrives.
        for (id, channel) in plan.landscape.channels.iter() {
            tie(vec![numbers.flow(id), numbers.place(channel.stamps), numbers.acceptor(channel.acceptor)]);
        }
        // A key that lies somewhere is not made a second time elsewhere.
        for (place, key) in start.places.iter() {
            key.iter().for_each(|key| tie(vec![numbers.place(place), numbers.key(*key)]));
        }
        plan.steps.ids().for_each(|step| tie(numbers.around(rules, step)));
        plan.gaps().into_iter().for_each(|gap| tie(vec![numbers.step(gap.step), numbers.flow(gap.flow)]));
        for (flow, _, window) in rules.judged() {
            window.into_iter().for_each(|window| tie(vec![numbers.flow(flow), numbers.window(window)]));
        }
        plan.statements.iter().for_each(|stated| tie(numbers.stated(&stated.value)));
        plan.finals.iter().for_each(|last| tie(numbers.asked(&last.value.asks())));
        Self { numbers, roots: found.into_labeling() }
    }

    fn root(&self, things: &[usize]) -> usize {
        let thing = things.first().copied().unwrap_or(self.numbers.nothing);
        self.roots.get(thing).copied().unwrap_or(self.numbers.nothing)
    }

    pub(super) fn of_step(&self, step: StepId) -> usize {
        self.root(&[self.numbers.step(step)])
    }

    pub(super) fn of_flow(&self, flow: ChannelId) -> usize {
        self.root(&[self.numbers.flow(flow)])
    }

    pub(super) fn of_window(&self, window: WindowId) -> usize {
        self.root(&[self.numbers.window(window)])
    }

    pub(super) fn of_statement(&self, stated: &Stated) -> usize {
        self.root(&self.numbers.stated(stated))
    }

    pub(super) fn of_asked(&self, asks: &Asks) -> usize {
        self.root(&self.numbers.asked(asks))
    }
}

impl Numbers {
    fn of(landscape: &Landscape, steps: usize) -> Self {
        let acceptors = landscape.places.len();
        let channels = acceptors + landscape.acceptors.len();
        let windows = channels + landscape.channels.len();
        let keys = windows + landscape.windows.len();
        let first = keys + landscape.keys.len();
        Self { acceptors, channels, windows, keys, steps: first, nothing: first + steps }
    }

    fn place(self, place: PlaceId) -> usize {
        place.index()
    }

    fn acceptor(self, acceptor: AcceptorId) -> usize {
        self.acceptors + acceptor.index()
    }

    fn flow(self, flow: ChannelId) -> usize {
        self.channels + flow.index()
    }

    fn window(self, window: WindowId) -> usize {
        self.windows + window.index()
    }

    fn key(self, key: KeyId) -> usize {
        self.keys + key.index()
    }

    fn step(self, step: StepId) -> usize {
        self.steps + step.index()
    }

    fn fact(self, fact: Fact) -> usize {
        match fact {
            Fact::Place(place) => self.place(place),
            // All that it accepts shares its room.
            Fact::Accepts(acceptor, _) | Fact::AcceptsOther(acceptor) => self.acceptor(acceptor),
            Fact::Running(flow) => self.flow(flow),
            Fact::Window(window) => self.window(window),
        }
    }

    fn asked(self, asks: &Asks) -> Vec<usize> {
        match asks {
            Asks::Facts(facts) => facts.iter().map(|(fact, _)| self.fact(*fact)).collect(),
            Asks::Drained(flow, _) => vec![self.flow(*flow)],
            Asks::Open(window) => vec![self.window(*window)],
        }
    }

    fn stated(self, stated: &Stated) -> Vec<usize> {
        let mut literals = stated.breaches().concat();
        literals.extend(stated.occasion());
        literals.extend(stated.beginning().unwrap_or_default());
        let thing = |literal: Literal| match literal {
            Literal::Is(fact, _) | Literal::IsNot(fact, _) => self.fact(fact),
            Literal::Open(window) | Literal::NotOpen(window) => self.window(window),
        };
        literals.into_iter().map(thing).collect()
    }

    /// A step with all that it waits for, looks at or changes.
    fn around(self, rules: &Rules<'_>, step: StepId) -> Vec<usize> {
        let (checked, plan) = (rules.checked(), rules.checked().plan());
        let row = &plan.steps[step];
        let mut things = vec![self.step(step)];
        things.extend(row.after.iter().map(|before| self.step(before.value)));
        let heard = checked.awaited(step).iter().chain(checked.provisions(step));
        things.extend(heard.map(|message| self.step(plan.deliveries[*message].step)));
        for licence in checked.licences(step) {
            things.extend(licence.learned.iter().chain(&licence.windows).map(|step| self.step(*step)));
        }
        row.needs.iter().for_each(|need| things.extend(self.asked(&need.value.asks())));
        things.extend(plan.proposal(step).map(|(window, _)| self.window(window)));
        row.action.value.effects().into_iter().for_each(|effect| things.extend(self.changed(effect)));
        things
    }

    /// All that an effect looks at or changes.
    fn changed(self, effect: Effect) -> Vec<usize> {
        match effect {
            Effect::Put { place, key } | Effect::Remove { place, key } => {
                vec![self.place(place), self.key(key)]
            }
            Effect::Exchange { place, staged, key, backup } => {
                vec![self.place(place), self.place(staged), self.place(backup), self.key(key)]
            }
            Effect::Accept { acceptor, .. }
            | Effect::Retire { acceptor, .. }
            | Effect::Replace { acceptor, .. } => vec![self.acceptor(acceptor)],
            Effect::Start(flow) | Effect::Stop(flow) => vec![self.flow(flow)],
            // Wherever the key lies, its place is tied to it, and the receiver to the flow.
            Effect::Try { channel, key } => vec![self.flow(channel), self.key(key)],
            Effect::Propose(window) | Effect::Agree(window) => vec![self.window(window)],
        }
    }
}
