//! `promise finishes` by looking: whether a fair run can go on for ever, or stand still, without the end.

use std::collections::{BTreeSet, HashMap};

use keyroll::{
    plan::Plan,
    world::id::{ChannelId, RoleId, StepId, WindowId},
};

use super::{
    Judge, Told,
    moment::{Carried, Moment},
};

/// What may not be put off for ever while it can be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Due {
    Act(StepId),
    Answer(StepId),
    Receive(StepId, RoleId),
    Begin(WindowId),
    Arrive(ChannelId, Carried),
}

/// What a move did that is due some day; nothing where a message is sent, which is never due.
fn due(before: &Moment, after: &Moment) -> Option<Due> {
    if let Some(step) = before.proposed.difference(&after.proposed).next() {
        return Some(Due::Answer(*step));
    }
    let begun = after.done.difference(&before.done).chain(after.proposed.difference(&before.proposed));
    let received = after.received.difference(&before.received).map(|(step, role)| Due::Receive(*step, *role));
    let begins = after.begun.difference(&before.begun).map(|window| Due::Begin(*window));
    let arrives = before.under_way.difference(&after.under_way).map(|(flow, key)| Due::Arrive(*flow, *key));
    begun.map(|step| Due::Act(*step)).chain(received).chain(begins).chain(arrives).next()
}

/// How many sets of moments a run can stay in for ever without the end, fair or not, and in how many of
/// them a fair one can: each thing that is due there is done, or cannot be done at some moment of the set.
/// Nothing where there are more moments than `limit`.
pub(crate) fn endless(plan: &Plan, limit: usize) -> Option<(usize, usize)> {
    let told = Told::of(plan);
    let judge = Judge::of(plan, &told);
    let mut moments = vec![Moment::of(plan, &plan.start)];
    let mut numbers = HashMap::from([(moments[0].clone(), 0)]);
    let mut ways: Vec<Vec<(usize, Option<Due>)>> = Vec::new();
    let mut at = 0;
    while at < moments.len() {
        let moment = moments[at].clone();
        let mut mine = Vec::new();
        let in_time = judge.in_time(&moment).into_iter().map(|after| (after, true));
        let late = judge.late(&moment).into_iter().map(|after| (after, false));
        for (after, is_in_time) in in_time.chain(late) {
            let Ok(after) = after else { continue };
            let due = due(&moment, &after);
            let number = *numbers.entry(after.clone()).or_insert_with(|| {
                moments.push(after);
                moments.len() - 1
            });
            // A late effect is part of no run that goes on for ever: some day none comes any more.
            if is_in_time {
                mine.push((number, due));
            }
        }
        ways.push(mine);
        at += 1;
        if moments.len() > limit {
            return None;
        }
    }
    let (mut all, mut fair) = (0, 0);
    for set in components(&ways) {
        if set.iter().any(|number| moments[*number].done.len() == plan.steps.len()) {
            continue;
        }
        all += 1;
        let within: BTreeSet<usize> = set.iter().copied().collect();
        let can = |number: usize| ways[number].iter().filter_map(|(_, due)| *due).collect::<BTreeSet<Due>>();
        let always = set.iter().map(|number| can(*number)).reduce(|one, other| &one & &other).unwrap();
        let done: BTreeSet<Due> = set
            .iter()
            .flat_map(|number| &ways[*number])
            .filter(|(to, _)| within.contains(to))
            .filter_map(|(_, due)| *due)
            .collect();
        fair += usize::from(always.is_subset(&done));
    }
    Some((all, fair))
}

/// The sets of moments from each of which each other one can be reached; a run stays in one of them at last.
fn components(ways: &[Vec<(usize, Option<Due>)>]) -> Vec<Vec<usize>> {
    // Twice along the ways: once to see in which order they are left, once backwards.
    let (mut left, mut seen) = (Vec::new(), vec![false; ways.len()]);
    for root in 0..ways.len() {
        let mut open = vec![(root, 0)];
        if std::mem::replace(&mut seen[root], true) {
            continue;
        }
        while let Some((at, next)) = open.pop() {
            match ways[at].get(next) {
                Some((to, _)) => {
                    open.push((at, next + 1));
                    if !std::mem::replace(&mut seen[*to], true) {
                        open.push((*to, 0));
                    }
                }
                None => left.push(at),
            }
        }
    }
    let mut back: Vec<Vec<usize>> = vec![Vec::new(); ways.len()];
    for (from, all) in ways.iter().enumerate() {
        all.iter().for_each(|(to, _)| back[*to].push(from));
    }
    let (mut sets, mut taken) = (Vec::new(), vec![false; ways.len()]);
    for root in left.into_iter().rev() {
        let (mut set, mut open) = (Vec::new(), vec![root]);
        while let Some(at) = open.pop() {
            if !std::mem::replace(&mut taken[at], true) {
                set.push(at);
                open.extend(&back[at]);
            }
        }
        if !set.is_empty() {
            sets.push(set);
        }
    }
    sets
}
