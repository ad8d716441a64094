//! Every world is there, none breaks a promise, and each has a move that leads nearer to the end.

mod late;

use std::collections::HashMap;

use fixedbitset::FixedBitSet;

use crate::{
    certificate::{Refused, Row, Subject, Verified},
    check::Checked,
    invariant::alias_lost,
    transition::ready::{Blocker, blockers},
    world::{
        effect::Effect,
        id::{Id, StepId},
        landscape::Transit,
        state::{WindowState, World},
    },
};

use super::{judged, laws};
use late::late;

/// Checks that these are the worlds of a plan: it begins in the first of them, each other one comes about
/// by a move from one before it, and no move leads to a world that is not there.
pub(super) fn closed(subject: &Subject<'_>, rows: &[Row]) -> Result<Verified, Refused> {
    let (checked, plan, land) = (subject.checked, subject.checked.plan(), &subject.checked.plan().landscape);
    let (laws, gaps, said) = (laws(plan), plan.gaps(), &plan.statements);
    let judged = judged(plan, &laws);
    let worlds: Option<Vec<World>> = rows.iter().map(|row| row.world(checked)).collect();
    let worlds = worlds.ok_or_else(|| Refused::gap("worlds of this plan"))?;
    let numbers: HashMap<&World, usize> = worlds.iter().zip(0..).collect();
    if numbers.len() != rows.len() || worlds.first() != Some(subject.start) {
        return Err(Refused::gap("the start first, and each world once"));
    }
    let mut spoken = FixedBitSet::with_capacity(said.len());
    let mut reached = FixedBitSet::with_capacity(rows.len());
    // Of what must come before something else, what is not so in a world: `Row::8` of it never was so on
    // some way there.
    let misses = |world: &World| -> Vec<u32> {
        let missing =
            (0..).zip(said).filter(|(_, s)| s.value.is_before() && !s.value.what().holds(land, world));
        missing.map(|(number, _)| number).collect()
    };
    let mut transitions = 0;
    for (number, (world, row)) in worlds.iter().zip(rows).enumerate() {
        let open = misses(world);
        if number > 0 && !reached.contains(number) || number == 0 && row.8 != open {
            return Err(Refused::gap("how each of its worlds comes about"));
        }
        let speaks: Vec<u32> =
            (0..).zip(said).filter(|(_, s)| s.value.applies(land, world)).map(|(number, _)| number).collect();
        let is_broken = judged.iter().any(|promise| promise.broken(land, world).is_some())
            || said.iter().any(|stated| stated.value.is_broken(land, world))
            || row.8.iter().any(|number| speaks.contains(number) || !open.contains(number))
            || gaps.iter().any(|gap| gap.is_open(plan, world))
            || alias_lost(land, world).is_some();
        if is_broken {
            return Err(Refused::gap("that a promise is kept in each of its worlds"));
        }
        spoken.extend(speaks.iter().map(|number| *number as usize));
        // Nobody may count on a late effect: none leads nearer to the end.
        let onward = moves(checked, world)?.into_iter().map(|after| (after, true));
        let late = late(checked, &judged, world)?.into_iter().map(|after| (after, false));
        let mut nearest: Option<u32> = None;
        for (after, leads_on) in onward.chain(late) {
            let to = numbers.get(&after).and_then(|to| Some((*to, rows.get(*to)?)));
            let (to, next) = to.ok_or_else(|| Refused::gap("every world"))?;
            let mut open = misses(&after).into_iter().filter(|number| row.8.contains(number));
            if !open.all(|number| next.8.contains(&number)) {
                return Err(Refused::gap("what never was so on a way"));
            }
            nearest = nearest.into_iter().chain(leads_on.then_some(next.0)).min();
            transitions += 1;
            reached.insert(to);
        }
        let is_over = plan.steps.ids().all(|step| world.is_done(step));
        if is_over && !plan.finals.iter().all(|condition| condition.value.holds(land, world)) {
            return Err(Refused::gap("that the end is as it must be"));
        }
        let rank = if is_over { Some(0) } else { nearest.and_then(|rank| rank.checked_add(1)) };
        if rank != Some(row.0) {
            return Err(Refused::gap("how far each world is from the end"));
        }
    }
    match spoken.count_ones(..) == said.len() {
        true => Ok(Verified::Explicit { states: rows.len(), transitions }),
        false => Err(Refused::gap("a moment of which each promise speaks")),
    }
}

/// The worlds to which one move leads.
fn moves(checked: &Checked, world: &World) -> Result<Vec<World>, Refused> {
    let (plan, land) = (checked.plan(), &checked.plan().landscape);
    let mut found = Vec::new();
    for step in plan.steps.ids() {
        let waits = blockers(checked, world, step);
        let is_answer = waits.contains(&Blocker::Unanswered);
        if waits.is_empty() || is_answer {
            found.push(act(checked, world.clone(), step, is_answer)?);
        } else if waits.iter().all(|blocker| matches!(blocker, Blocker::Stale(_))) {
            return Err(Refused::gap("that no step begins on a belief that is false"));
        }
    }
    let mut with = |change: &dyn Fn(&mut World)| {
        let mut after = world.clone();
        change(&mut after);
        found.push(after);
    };
    for (id, delivery) in plan.deliveries.iter() {
        if world.is_done(delivery.step) && !world.is_heard(id) {
            with(&|after| after.heard.insert(id.index()));
        }
    }
    for (window, _) in world.windows.iter().filter(|(_, state)| **state == WindowState::Agreed) {
        with(&|after| after.windows[window] = WindowState::Open);
    }
    for (flow, _) in land.channels.iter().filter(|(_, channel)| channel.transit != Transit::Immediately) {
        let under_way = &world.under_way[flow];
        if let Some(key) = world.stamp(land, flow).filter(|key| !under_way.contains(*key)) {
            with(&|after| _ = after.under_way[flow].insert(key));
        }
        under_way.iter().for_each(|key| with(&|after| _ = after.under_way[flow].remove(key)));
    }
    Ok(found)
}

/// The world after a step, or after the answer to what it proposed.
fn act(checked: &Checked, mut world: World, step: StepId, is_answer: bool) -> Result<World, Refused> {
    let plan = checked.plan();
    let effects = match plan.proposal(step) {
        Some((window, _)) if is_answer => vec![Effect::Agree(window)],
        Some((window, _)) => vec![Effect::Propose(window)],
        None => plan.steps[step].action.value.effects(),
    };
    if !effects.iter().all(|effect| effect.apply(&plan.landscape, &mut world).is_ok()) {
        return Err(Refused::gap("that each step fits in each of its worlds"));
    }
    // What is proposed is done when it is answered.
    world.done.set(step.index(), is_answer || plan.proposal(step).is_none());
    Ok(world)
}
