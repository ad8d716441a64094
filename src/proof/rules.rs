//! The rules of the world: what may happen next at a moment.

use std::cell::Cell;
use std::collections::BTreeSet;

use crate::{
    action::SpeechKind,
    check::Checked,
    invariant::{Breach, Hazard, Invariant, alias_lost, rejected::NeverRejected, stated::Stated},
    plan::Plan,
    source::Spanned,
    transition::ready::{Blocker, blockers},
    world::{
        effect::{Effect, Misfit},
        id::{ChannelId, DeliveryId, Id, KeyId, RoleId, StepId, Table, WindowId},
        landscape::Transit,
        state::{WindowState, World},
    },
};

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
        Self { checked, judged, after: After::of(checked), weight, left: Cell::new(usize::MAX) }
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
        self.judged.iter().map(sentence).chain(stated).collect()
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
        let untrue = self.untrue(world);
        breach.or(untrue).or_else(|| {
            let ended = self.is_ended(world);
            let finals = &self.checked.plan().finals;
            let missed = || finals.iter().position(|f| !f.value.holds(landscape, world));
            ended.then(missed).flatten().map(Fault::Goal)
        })
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
            if !self.after.is_done(world, step) || !(wanted(Move::Act(step)) || wanted(Move::Answer(step))) {
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

/// Which steps each step comes after, as one row of numbers.
#[derive(Debug)]
struct After {
    earlier: Vec<StepId>,
    /// Where the steps that a step comes after begin in the row.
    starts: Vec<usize>,
    /// How many messages its role may have to be asked for.
    messages: Vec<usize>,
}

impl After {
    fn of(checked: &Checked) -> Self {
        let plan = checked.plan();
        let mut to: Table<RoleId, usize> = Table::like(&plan.landscape.roles, 0);
        for delivery in plan.deliveries.rows() {
            to[delivery.to] += 1;
        }
        let mut after = Self { earlier: Vec::new(), starts: vec![0], messages: Vec::new() };
        for step in plan.steps.rows() {
            let role = step.role.value;
            let before = step.after.iter().map(|before| before.value);
            let foreign = before.clone().filter(|before| plan.steps[*before].role.value != role).count();
            after.messages.push((foreign + step.needs.len()) * to[role]);
            after.earlier.extend(before);
            after.starts.push(after.earlier.len());
        }
        after
    }

    /// How many there are of steps and of what they come after.
    fn len(&self) -> usize {
        self.starts.len() + self.earlier.len()
    }

    /// Whether all that a step comes after is done.
    fn is_done(&self, world: &World, step: StepId) -> bool {
        let start = |step: usize| self.starts.get(step).copied().unwrap_or_default();
        let mine = self.earlier.get(start(step.index())..start(step.index() + 1)).unwrap_or_default();
        mine.iter().all(|earlier| world.is_done(*earlier))
    }

    fn messages(&self, step: StepId) -> usize {
        self.messages.get(step.index()).copied().unwrap_or_default()
    }
}
