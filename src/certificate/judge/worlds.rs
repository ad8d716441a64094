//! By every world: each is there, none breaks a promise, and each has a move that leads nearer to the end.

use std::collections::{BTreeSet, HashMap};

use crate::{
    certificate::{Refused, Row, Subject, Verified},
    invariant::{alias_lost, stated::Stated},
    transition::moves::{Odd, candidates, outcome},
    world::state::World,
};

/// Checks that these are the worlds of a plan: it begins in the first of them, each other one comes about
/// by a move from one before it, and no move leads to a world that is not there.
pub(super) fn closed(subject: &Subject<'_>, rows: &[Row]) -> Result<Verified, Refused> {
    let (checked, plan, land) = (subject.checked, subject.checked.plan(), &subject.checked.plan().landscape);
    let (judged, said, gaps) = (plan.judged(), &plan.statements, plan.gaps());
    let worlds: Option<Vec<World>> = rows.iter().map(|row| row.world(checked)).collect();
    let worlds = worlds.ok_or_else(|| Refused::gap("worlds of this plan"))?;
    let numbers: HashMap<&World, usize> = worlds.iter().zip(0..).collect();
    let begins = numbers.len() == rows.len() && worlds.first() == Some(subject.start);
    Refused::unless(begins, "the start first, and each world once")?;
    let numbered = |is_so: &dyn Fn(&Stated) -> bool| -> BTreeSet<u32> {
        (0..).zip(said).filter(|(_, stated)| is_so(&stated.value)).map(|(number, _)| number).collect()
    };
    // What must come before something else, and is not so: a row marks it where it never was so on some way.
    let misses = |world: &World| numbered(&|stated| stated.is_before() && !stated.what().holds(land, world));
    // The promises and statements, by number, that a world breaks by itself.
    let breaks = |world: &World| -> BTreeSet<usize> {
        let promises = judged.iter().map(|promise| promise.broken(land, world).is_some());
        let all = promises.chain(said.iter().map(|stated| stated.value.is_broken(land, world)));
        all.zip(0..).filter_map(|(is_broken, number)| is_broken.then_some(number)).collect()
    };
    let (mut spoken, mut reached, mut transitions) = (BTreeSet::new(), BTreeSet::new(), 0);
    for (number, (world, row)) in worlds.iter().zip(rows).enumerate() {
        let (open, never) = (misses(world), row.8.iter().copied().collect::<BTreeSet<u32>>());
        let comes_about = if number == 0 { never == open } else { reached.contains(&number) };
        Refused::unless(comes_about, "how each of its worlds comes about")?;
        let speaks = numbered(&|stated| stated.applies(land, world));
        let is_kept = breaks(world).is_empty()
            && never.is_subset(&open)
            && never.is_disjoint(&speaks)
            && gaps.iter().all(|gap| !gap.is_open(plan, world))
            && alias_lost(land, world).is_none();
        Refused::unless(is_kept, "that a promise is kept in each of its worlds")?;
        spoken.extend(speaks);
        let mut nearest: Option<u32> = None;
        for step in candidates(checked, world) {
            let Some(after) = outcome(checked, world, step) else { continue };
            let after = after.map_err(|odd| match odd {
                Odd::Misfit(..) => Refused::gap("that each step fits in each of its worlds"),
                Odd::Stale(..) => Refused::gap("that no step begins on a belief that is false"),
            })?;
            let to = numbers.get(&after).and_then(|to| Some((*to, rows.get(*to)?)));
            let (to, next) = to.ok_or_else(|| Refused::gap("every world"))?;
            let goes_with = never.intersection(&misses(&after)).all(|number| next.8.contains(number));
            Refused::unless(goes_with, "what never was so on a way")?;
            nearest = nearest.into_iter().chain(step.leads_on().then_some(next.0)).min();
            // A late effect may come when each window is over too, and breaks nothing then that was kept.
            let broken_then = |world: &World| breaks(&world.without_windows());
            let is_timely = step.leads_on() || broken_then(&after).is_subset(&broken_then(world));
            Refused::unless(is_timely, "that what a window allows does not come when it is over")?;
            transitions += 1;
            reached.insert(to);
        }
        let is_over = plan.steps.ids().all(|step| world.is_done(step));
        let ends = !is_over || plan.finals.iter().all(|condition| condition.value.holds(land, world));
        Refused::unless(ends, "that the end is as it must be")?;
        let rank = if is_over { Some(0) } else { nearest.and_then(|rank| rank.checked_add(1)) };
        Refused::unless(rank == Some(row.0), "how far each world is from the end")?;
    }
    Refused::unless(spoken.len() == said.len(), "a moment of which each promise speaks")?;
    Ok(Verified::Explicit { states: rows.len(), transitions })
}
