//! The rules of the world: what may happen next at a moment.

use std::cell::Cell;

use crate::{
    check::Checked,
    invariant::{Breach, Hazard, alias_lost, stated::Stated},
    plan::{gap::Gap, judged::Judged},
    source::Spanned,
    transition::moves::{Odd, candidates, outcome},
    world::{
        effect::Misfit,
        id::{ChannelId, StepId, WindowId},
        state::World,
    },
};

use super::after::After;

pub use crate::transition::moves::Move;

mod late;

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

impl<'a> Rules<'a> {
    /// The rules of a plan.
    #[must_use]
    pub fn of(checked: &'a Checked) -> Self {
        let plan = checked.plan();
        let judged = plan.judged();
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
        let sentence = |j: &Judged<'_>| (j.sentence(landscape), matches!(j, Judged::Promised(_)));
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
        let told = self.judged.iter().map(|judged| (judged.hazard(), judged.window()));
        told.map(|((flow, hazard), window)| (flow, hazard, window)).collect()
    }

    /// What is wrong with a world by itself.
    #[must_use]
    pub fn fault(&self, world: &World) -> Option<Fault> {
        let landscape = &self.checked.plan().landscape;
        let broken = self.judged.iter().find_map(|j| j.broken(landscape, world));
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
        let broken = self.judged.iter().filter_map(|j| j.broken(landscape, world));
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
        self.next_of(world, |candidate| candidate == step, |_, result| found = Some(result));
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
        for step in candidates(self.checked, world).filter(|step| wanted(*step)) {
            let looks = match step {
                // Most steps wait for another one, which is quickly seen.
                Move::Act(id) | Move::Answer(id) if !self.after.is_done(world, id) => continue,
                Move::Act(id) | Move::Answer(id) => self.weight + self.after.messages(id),
                // Most late effects change nothing, as was seen in the plan.
                Move::Late(id) if self.checked.late().moves().binary_search(&id).is_err() => continue,
                Move::Late(_) => 2 * self.weight,
                Move::Receive(_) | Move::Open(_) | Move::Send(..) | Move::Arrive(..) => self.weight,
            };
            if !self.look(looks) {
                return;
            }
            let Some(result) = outcome(self.checked, world, step) else { continue };
            let untimely = |after: &World| if step.leads_on() { None } else { self.untimely(world, after) };
            found(
                step,
                result.map_err(Fault::from).and_then(|after| untimely(&after).map_or(Ok(after), Err)),
            );
        }
    }
}

impl From<Odd> for Fault {
    fn from(odd: Odd) -> Self {
        match odd {
            Odd::Misfit(step, misfit) => Self::Misfit(step, misfit),
            Odd::Stale(step, need) => Self::Stale(step, need),
        }
    }
}
