//! What may happen next in a world. The rules of a proof and the judge of certificates ask the same here.

use crate::{
    check::Checked,
    world::{
        effect::{Effect, Misfit},
        id::{ChannelId, DeliveryId, Id, KeyId, StepId, WindowId},
        landscape::Transit,
        state::{WindowState, World},
    },
};

use super::ready::{Blocker, blockers};

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

/// What is wrong with a move, whatever the world would be after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Odd {
    /// A step does not fit the world in which it is done.
    Misfit(StepId, Misfit),
    /// A step begins on a belief (the need by number) that is false.
    Stale(StepId, usize),
}

impl Move {
    /// Whether the move brings the plan no nearer to its end: it may come, and nothing waits for it.
    #[must_use]
    pub const fn is_aside(self) -> bool {
        matches!(self, Self::Send(..) | Self::Arrive(..) | Self::Late(_))
    }

    /// Whether somebody may count on it: on a late effect nobody may.
    #[must_use]
    pub const fn leads_on(self) -> bool {
        !matches!(self, Self::Late(_))
    }
}

/// Everything that may come next: of steps that are not done it is not asked yet whether they may begin, and
/// of late effects not whether they fit. Each attempt may come late of which the plan says so.
pub fn candidates<'a>(checked: &'a Checked, world: &'a World) -> impl Iterator<Item = Move> + 'a {
    let (plan, land) = (checked.plan(), &checked.plan().landscape);
    let is_proposed =
        |step| plan.proposal(step).is_some_and(|(window, _)| world.windows[window] == WindowState::Proposed);
    let steps = world.done.zeroes().map(StepId::at);
    let steps = steps.map(move |step| if is_proposed(step) { Move::Answer(step) } else { Move::Act(step) });
    let sent = plan.deliveries.iter().filter(|(id, row)| world.is_done(row.step) && !world.is_heard(*id));
    let agreed = world.windows.iter().filter(|(_, state)| **state == WindowState::Agreed);
    let late =
        plan.steps.iter().filter(|(step, row)| row.extra().comes_late.is_some() && world.is_done(*step));
    // A message that arrives at once is judged in the world that sends it: no moment of its own.
    let flows = land.channels.iter().filter(|(_, channel)| channel.transit != Transit::Immediately);
    let traffic = flows.flat_map(|(flow, _)| {
        let under_way = &world.under_way[flow];
        let signed = world.stamp(land, flow).filter(|key| !under_way.contains(*key));
        let signed = signed.map(|key| Move::Send(flow, key));
        signed.into_iter().chain(under_way.iter().map(move |key| Move::Arrive(flow, key)))
    });
    steps
        .chain(sent.map(|(id, _)| Move::Receive(id)))
        .chain(agreed.map(|(window, _)| Move::Open(window)))
        .chain(late.map(|(step, _)| Move::Late(step)))
        .chain(traffic)
}

/// The world after one of the [`candidates`], or what is wrong with it; nothing where a step may not begin
/// yet, or a late effect does not fit or changes nothing.
#[must_use]
pub fn outcome(checked: &Checked, world: &World, step: Move) -> Option<Result<World, Odd>> {
    let with = |change: &dyn Fn(&mut World)| {
        let mut after = world.clone();
        change(&mut after);
        Some(Ok(after))
    };
    match step {
        Move::Act(id) => act(checked, world, id),
        Move::Answer(id) => {
            let agreed = checked.plan().proposal(id).map(|(window, _)| Effect::Agree(window));
            Some(done(checked, world.clone(), id, agreed))
        }
        Move::Receive(id) => with(&|after| after.heard.insert(id.index())),
        Move::Open(window) => with(&|after| after.windows[window] = WindowState::Open),
        Move::Send(flow, key) => with(&|after| _ = after.under_way[flow].insert(key)),
        Move::Arrive(flow, key) => with(&|after| _ = after.under_way[flow].remove(key)),
        Move::Late(id) => late(checked, world, id).map(Ok),
    }
}

/// The world after a late effect, whatever is wrong with it; nothing where it does not fit or changes
/// nothing.
#[must_use]
pub fn late(checked: &Checked, world: &World, step: StepId) -> Option<World> {
    let plan = checked.plan();
    let mut after = world.clone();
    for effect in plan.steps[step].action.value.effects() {
        effect.apply(&plan.landscape, &mut after).ok()?;
    }
    (after != *world).then_some(after)
}

/// What comes of a step that is not done, and not proposed.
fn act(checked: &Checked, world: &World, step: StepId) -> Option<Result<World, Odd>> {
    let plan = checked.plan();
    let waits = blockers(checked, world, step);
    let stale = |blocker: &Blocker| if let Blocker::Stale(need) = blocker { Some(*need) } else { None };
    if let Some(first) = waits.first() {
        // Acting on what was told, not on what is so.
        let need = stale(first).filter(|_| waits.iter().all(|blocker| stale(blocker).is_some()));
        return need.map(|need| Err(Odd::Stale(step, need)));
    }
    let mut after = world.clone();
    let Some((window, _)) = plan.proposal(step) else {
        return Some(done(checked, after, step, plan.steps[step].action.value.effects()));
    };
    // What is proposed is done when it is answered.
    let proposed = Effect::Propose(window).apply(&plan.landscape, &mut after);
    Some(proposed.map(|_| after).map_err(|misfit| Odd::Misfit(step, misfit)))
}

/// The world after a step that has these effects.
fn done(
    checked: &Checked,
    mut world: World,
    step: StepId,
    effects: impl IntoIterator<Item = Effect>,
) -> Result<World, Odd> {
    for effect in effects {
        let applied = effect.apply(&checked.plan().landscape, &mut world);
        applied.map_err(|misfit| Odd::Misfit(step, misfit))?;
    }
    world.done.insert(step.index());
    Ok(world)
}

/// The world after these steps, done one after the other and all windows begun that they agree on; nothing
/// where one of them does not follow on those before it, or does not fit.
#[must_use]
pub fn played(checked: &Checked, start: &World, steps: &[StepId]) -> Option<World> {
    let (plan, mut world) = (checked.plan(), start.clone());
    for step in steps {
        let row = &plan.steps[*step];
        if world.is_done(*step) || !row.after.iter().all(|before| world.is_done(before.value)) {
            return None;
        }
        world = done(checked, world, *step, row.action.value.effects()).ok()?;
        if let Some((window, _)) = plan.proposal(*step) {
            world.windows[window] = WindowState::Open;
        }
    }
    Some(world)
}
