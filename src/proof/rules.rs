//! The rules of the world: what may happen next at a moment.

use std::cell::Cell;
use std::collections::BTreeSet;

use crate::{
    action::SpeechKind,
    check::Checked,
    invariant::{Breach, Hazard, Invariant, alias_lost, rejected::NeverRejected, stated::Stated},
    plan::{Plan, gap::Gap},
    source::Spanned,
    transition::ready::{Blocker, blockers},
    world::{
        effect::{Effect, Misfit},
        id::{ChannelId, DeliveryId, Id, KeyId, StepId, WindowId},
        landscape::Transit,
        state::{WindowState, World},
    },
};

use super::after::After;

mod late;

/// One thing that happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    /// A role does its step (or proposes, where the step is an agreement).
    Act(StepId),
    /// The other side answers yes to a proposal.
    Answer(StepId),
    /// A message between roles is received.
    Receive(DeliveryId),
    /// An agreed window begins.
    Open(WindowId),
    /// A flow signs a message, which stays under way.
    Send(ChannelId, KeyId),
    /// The last message of a flow that is signed with the key arrives.
    Arrive(ChannelId, KeyId),
    /// An attempt of a step that was given up takes effect after all, though the step is done. Nobody
    /// learns of it.
    Late(StepId),
}

impl Move {
    /// Whether the move brings the plan no nearer to its end: it may come, and nothing waits for it.
    #[must_use]
    pub const fn is_aside(self) -> bool {
        matches!(self, Self::Send(..) | Self::Arrive(..) | Self::Late(_))
    }
}

/// What must not happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A promise (by number among the judged ones) or a law is broken.
    Breach(Breach),
    /// A step does not fit the world in which it is done.
    Misfit(StepId, Misfit),
    /// A step begins on a belief (the need by number) that is false.
    Stale(StepId, usize),
    /// Everything is done, and this condition (by number) of the end does not hold.
    Goal(usize),
    /// From here the plan cannot finish.
    Stuck,
    /// A flow runs while an exchange with a gap may be under way.
    Gap(Gap),
    /// A statement (by number) is false.
    Untrue(usize),
    /// A statement (by number) speaks of a moment that never comes: it promises nothing.
    Vacuous(usize),
}

/// The rules of one plan.
#[derive(Debug)]
pub struct Rules<'a> {
    checked: &'a Checked,
    judged: Vec<Judged<'a>>,
    gaps: Vec<Gap>,
    after: After,
    /// How many looks it takes to make one world from another and to judge it.
    weight: usize,
    /// How many looks may still be taken.
    left: Cell<usize>,
}

/// A promise that is judged.
#[derive(Debug)]
pub(crate) enum Judged<'a> {
    /// The plan makes it.
    Promised(&'a dyn Invariant),
    /// Not promised in words, judged all the same.
    Default(NeverRejected),
}

impl<'a> Judged<'a> {
    /// The promises of a plan. A flow is judged for rejected messages even if nothing is promised of
    /// it; only a waiver takes it out.
    pub(crate) fn of(plan: &'a Plan) -> Vec<Self> {
        let waivers: BTreeSet<(ChannelId, Hazard)> =
            plan.waivers.iter().map(|waiver| (waiver.flow, waiver.hazard)).collect();
        let waived = |invariant: &dyn Invariant| waivers.contains(&invariant.hazard());
        let promised = plan.promises.iter().map(|p| p.value.as_ref());
        let mut judged: Vec<Self> = promised.filter(|p| !waived(*p)).map(Judged::Promised).collect();
        let said: BTreeSet<(ChannelId, Hazard)> = judged.iter().map(|j| j.invariant().hazard()).collect();
        for flow in plan.landscape.channels.ids() {
            let default = NeverRejected::of(flow);
            if !said.contains(&default.hazard()) && !waived(&default) {
                judged.push(Judged::Default(default));
            }
        }
        judged
    }

    /// What is judged.
    pub(crate) fn invariant(&self) -> &dyn Invariant {
        match self {
            Self::Promised(invariant) => *invariant,
            Self::Default(invariant) => invariant,
        }
    }
}

impl<'a> Rules<'a> {
    /// The rules of a plan.
    #[must_use]
    pub fn of(checked: &'a Checked) -> Self {
        let plan = checked.plan();
        let judged = Judged::of(plan);
        let land = &plan.landscape;
        let things = land.places.len() + land.acceptors.len() + 2 * land.channels.len();
        let bits = plan.steps.len() + plan.deliveries.len();
        let weight = judged.len() + plan.statements.len() + plan.finals.len() + things + bits / 16;
        let (gaps, after) = (plan.gaps(), After::of(checked));
        Self { checked, judged, gaps, after, weight, left: Cell::new(usize::MAX) }
    }

    /// The same rules for a search that gives up after so many looks at a step, a message or a thing.
    #[must_use]
    pub fn within(mut self, looks: usize) -> Self {
        self.left = Cell::new(looks);
        self
    }

    /// Whether all looks were taken; what [`Rules::next`] found last is then not everything.
    #[must_use]
    pub fn is_exhausted(&self) -> bool {
        self.left.get() == 0
    }

    /// Takes so many looks; says whether there were as many.
    fn look(&self, looks: usize) -> bool {
        self.left.set(self.left.get().saturating_sub(looks));
        !self.is_exhausted()
    }

    /// The plan.
    #[must_use]
    pub const fn checked(&self) -> &'a Checked {
        self.checked
    }

    /// The promises that are judged, as sentences, and whether the plan makes them in words.
    #[must_use]
    pub fn sentences(&self) -> Vec<(String, bool)> {
        let landscape = &self.checked.plan().landscape;
        let sentence = |j: &Judged<'_>| (j.invariant().sentence(landscape), matches!(j, Judged::Promised(_)));
        let stated = self.checked.plan().statements.iter().map(|s| (s.value.sentence(landscape), true));
        let courses = self.checked.plan().judged_courses();
        let courses = courses.map(|(c, in_words)| (c.sentence().to_owned(), in_words));
        self.judged.iter().map(sentence).chain(stated).chain(courses).collect()
    }

    /// The first statement that a world breaks.
    fn untrue(&self, world: &World) -> Option<Fault> {
        let plan = self.checked.plan();
        let broken = |stated: &Spanned<Stated>| stated.value.is_broken(&plan.landscape, world);
        plan.statements.iter().position(broken).map(Fault::Untrue)
    }

    /// The promises that are judged: of which flow, of what, and the window in which it is allowed.
    #[must_use]
    pub fn judged(&self) -> Vec<(ChannelId, Hazard, Option<WindowId>)> {
        let told = self.judged.iter().map(Judged::invariant);
        told.map(|invariant| (invariant.hazard().0, invariant.hazard().1, invariant.window())).collect()
    }

    /// What is wrong with a world by itself.
    #[must_use]
    pub fn fault(&self, world: &World) -> Option<Fault> {
        let landscape = &self.checked.plan().landscape;
        let broken = self.judged.iter().find_map(|j| j.invariant().broken(landscape, world));
        let breach = broken.or_else(|| alias_lost(landscape, world)).map(Fault::Breach);
        let plan = self.checked.plan();
        let gap = self.gaps.iter().copied().find(|gap| gap.is_open(plan, world)).map(Fault::Gap);
        let untrue = self.untrue(world);
        breach.or(gap).or(untrue).or_else(|| {
            let ended = self.is_ended(world);
            let finals = &self.checked.plan().finals;
            let missed = || finals.iter().position(|f| !f.value.holds(landscape, world));
            ended.then(missed).flatten().map(Fault::Goal)
        })
    }

    /// All that is wrong with a world by itself; the first of it is what [`Rules::fault`] finds.
    #[must_use]
    pub fn faults(&self, world: &World) -> Vec<Fault> {
        let plan = self.checked.plan();
        let landscape = &plan.landscape;
        let broken = self.judged.iter().filter_map(|j| j.invariant().broken(landscape, world));
        let mut found: Vec<Fault> = broken.chain(alias_lost(landscape, world)).map(Fault::Breach).collect();
        found.extend(self.gaps.iter().filter(|gap| gap.is_open(plan, world)).copied().map(Fault::Gap));
        let untrue = plan.statements.iter().enumerate();
        let untrue = untrue.filter(|(_, stated)| stated.value.is_broken(landscape, world));
        found.extend(untrue.map(|(number, _)| Fault::Untrue(number)));
        if self.is_ended(world) {
            let finals = plan.finals.iter().enumerate();
            let missed = finals.filter(|(_, condition)| !condition.value.holds(landscape, world));
            found.extend(missed.map(|(number, _)| Fault::Goal(number)));
        }
        found
    }

    /// What comes of one move, or the fault that it is; nothing where it cannot happen.
    #[must_use]
    pub fn after(&self, world: &World, step: Move) -> Option<Result<World, Fault>> {
        let mut found = None;
        self.next_of(
            world,
            |candidate| candidate == step,
            |candidate, result| {
                // A step that may be begun or answered is looked at for both.
                if candidate == step {
                    found = Some(result);
                }
            },
        );
        found
    }

    /// Whether every step is done.
    #[must_use]
    pub fn is_ended(&self, world: &World) -> bool {
        world.done.count_ones(..) == self.checked.plan().steps.len()
    }

    /// Everything that may happen next, with the world after it, or the fault that it is.
    pub fn next(&self, world: &World, found: impl FnMut(Move, Result<World, Fault>)) {
        self.next_of(world, |_| true, found);
    }

    /// The same of some moves only: the others cost next to nothing.
    pub fn next_of(
        &self,
        world: &World,
        wanted: impl Fn(Move) -> bool,
        mut found: impl FnMut(Move, Result<World, Fault>),
    ) {
        let plan = self.checked.plan();
        if !self.look(self.after.len() + plan.deliveries.len() + plan.landscape.channels.len()) {
            return;
        }
        for step in world.done.zeroes().map(StepId::at) {
            // Most steps wait for another one, which is quickly seen.
            if !(wanted(Move::Act(step)) || wanted(Move::Answer(step))) || !self.after.is_done(world, step) {
                continue;
            }
            if !self.look(self.weight + self.after.messages(step)) {
                return;
            }
            self.begin(world, step, &mut found);
        }
        for (id, delivery) in plan.deliveries.iter() {
            if world.is_done(delivery.step) && !world.is_heard(id) && wanted(Move::Receive(id)) {
                if !self.look(self.weight) {
                    return;
                }
                let mut after = world.clone();
                after.heard.insert(id.index());
                found(Move::Receive(id), Ok(after));
            }
        }
        for (window, state) in world.windows.iter() {
            if *state == WindowState::Agreed && wanted(Move::Open(window)) {
                let mut after = world.clone();
                after.windows[window] = WindowState::Open;
                found(Move::Open(window), Ok(after));
            }
        }
        if !self.come_late(world, &wanted, &mut found) {
            return;
        }
        self.traffic(world, wanted, found);
    }

    /// What a step that waits for no other one may do.
    fn begin(&self, world: &World, step: StepId, found: &mut impl FnMut(Move, Result<World, Fault>)) {
        let blockers = blockers(self.checked, world, step);
        // A proposal that was made is answered whatever else has changed since.
        if blockers.contains(&Blocker::Unanswered) {
            found(Move::Answer(step), self.answer(world, step));
            return;
        }
        let stale = blockers.iter().find_map(|b| match b {
            Blocker::Stale(need) => Some(*need),
            _ => None,
        });
        match (stale, blockers.as_slice()) {
            (_, []) => found(Move::Act(step), self.act(world, step)),
            // Acting on what was told, not on what is so.
            (Some(need), _) if blockers.iter().all(|b| matches!(b, Blocker::Stale(_))) => {
                found(Move::Act(step), Err(Fault::Stale(step, need)));
            }
            _ => {}
        }
    }

    fn act(&self, world: &World, step: StepId) -> Result<World, Fault> {
        let plan = self.checked.plan();
        let mut after = world.clone();
        if let Some((window, _)) = plan.proposal(step) {
            self.apply(&mut after, step, Effect::Propose(window))?;
            return Ok(after);
        }
        for effect in plan.steps[step].action.value.effects() {
            self.apply(&mut after, step, effect)?;
        }
        after.done.insert(step.index());
        Ok(after)
    }

    fn answer(&self, world: &World, step: StepId) -> Result<World, Fault> {
        let mut after = world.clone();
        let speech = self.checked.plan().steps[step].speech.as_ref();
        if let Some(SpeechKind::Proposal(window)) = speech.map(|s| s.kind) {
            self.apply(&mut after, step, Effect::Agree(window))?;
        }
        after.done.insert(step.index());
        Ok(after)
    }

    fn apply(&self, world: &mut World, step: StepId, effect: Effect) -> Result<(), Fault> {
        let landscape = &self.checked.plan().landscape;
        effect.apply(landscape, world).map(|_| ()).map_err(|misfit| Fault::Misfit(step, misfit))
    }

    fn traffic(
        &self,
        world: &World,
        wanted: impl Fn(Move) -> bool,
        mut found: impl FnMut(Move, Result<World, Fault>),
    ) {
        let landscape = &self.checked.plan().landscape;
        for (channel, declared) in landscape.channels.iter() {
            // An immediate message is judged in the world that sends it: no moment of its own.
            if declared.transit == Transit::Immediately {
                continue;
            }
            if let Some(key) = world.stamp(landscape, channel)
                && !world.under_way[channel].contains(key)
                && wanted(Move::Send(channel, key))
            {
                if !self.look(self.weight) {
                    return;
                }
                let mut after = world.clone();
                after.under_way[channel].insert(key);
                found(Move::Send(channel, key), Ok(after));
            }
            for key in world.under_way[channel].iter().filter(|key| wanted(Move::Arrive(channel, *key))) {
                if !self.look(self.weight) {
                    return;
                }
                let mut after = world.clone();
                after.under_way[channel].remove(key);
                found(Move::Arrive(channel, key), Ok(after));
            }
        }
    }
}
