//! Every world is there, none breaks a promise, and each has a move that leads nearer to the end.

use std::collections::HashMap;

use fixedbitset::FixedBitSet;

use crate::{
    action::SpeechKind,
    check::Checked,
    invariant::alias_lost,
    transition::ready::{Blocker, blockers},
    world::{
        effect::Effect,
        id::{ChannelId, Id, KeyId, KeySet, StepId, Table},
        landscape::Transit,
        state::{WindowState, World},
    },
};

use super::{Refused, Row, Subject, Verified, late::late, promises::Judged, ways::Ways};

/// Checks that these are the worlds of a plan.
pub(super) fn closed(
    subject: &Subject<'_>,
    judged: &[Judged<'_>],
    rows: &[Row],
) -> Result<Verified, Refused> {
    let (checked, plan) = (subject.checked, subject.checked.plan());
    let landscape = &plan.landscape;
    let mut worlds: HashMap<World, usize> = HashMap::with_capacity(rows.len());
    for (number, row) in rows.iter().enumerate() {
        let world = row.world(checked).filter(|world| Row::of(world, row.0) == *row);
        worlds.insert(world.ok_or_else(|| Refused::gap("worlds of this plan"))?, number);
    }
    if worlds.len() != rows.len() || !rows.is_sorted() {
        return Err(Refused::gap("each world once, in their order"));
    }
    let gaps = plan.gaps();
    let mut ways = Ways::of(plan, rows.len());
    let mut reached = FixedBitSet::with_capacity(rows.len());
    let mut spoken = FixedBitSet::with_capacity(plan.statements.len());
    let (mut transitions, mut left) = (0, vec![subject.start.clone()]);
    while let Some(world) = left.pop() {
        let number = *worlds.get(&world).ok_or_else(|| Refused::gap("every world"))?;
        if reached.put(number) {
            continue;
        }
        let broken = judged.iter().any(|promise| promise.broken(landscape, &world).is_some())
            || plan.statements.iter().any(|stated| stated.value.is_broken(landscape, &world));
        let gap = gaps.iter().any(|gap| gap.is_open(plan, &world));
        if broken || gap || alias_lost(landscape, &world).is_some() {
            return Err(Refused::gap("that a promise is kept in each of its worlds"));
        }
        let speak = plan.statements.iter().enumerate().filter(|(_, s)| s.value.applies(landscape, &world));
        spoken.extend(speak.map(|(number, _)| number));
        ways.look(plan, number, &world);
        let mut nearest = None;
        for after in next(checked, &world)? {
            let to = *worlds.get(&after).ok_or_else(|| Refused::gap("every world"))?;
            transitions += 1;
            ways.lead(number, to);
            nearest = rows.get(to).map(|row| nearest.map_or(row.0, |nearest: u32| nearest.min(row.0)));
            if !reached.contains(to) {
                left.push(after);
            }
        }
        // Nobody may count on a late effect: none leads nearer to the end.
        for after in late(checked, judged, &world)? {
            let to = *worlds.get(&after).ok_or_else(|| Refused::gap("every world"))?;
            transitions += 1;
            ways.lead(number, to);
            if !reached.contains(to) {
                left.push(after);
            }
        }
        let is_over = plan.steps.ids().all(|step| world.is_done(step));
        let distance = if is_over { Some(0) } else { nearest.and_then(|rank| rank.checked_add(1)) };
        if distance != rows.get(number).map(|row| row.0) {
            return Err(Refused::gap("how far each world is from the end"));
        }
        if is_over && !plan.finals.iter().all(|condition| condition.value.holds(landscape, &world)) {
            return Err(Refused::gap("that the end is as it must be"));
        }
    }
    if spoken.count_ones(..) != plan.statements.len() {
        return Err(Refused::gap("a moment of which each promise speaks"));
    }
    let first = worlds.get(subject.start).copied();
    if !first.is_some_and(|first| ways.are_prepared(first)) {
        return Err(Refused::gap("that a promise is kept on each way through its worlds"));
    }
    if reached.count_ones(..) == rows.len() {
        return Ok(Verified::Explicit { states: rows.len(), transitions });
    }
    Err(Refused::gap("how each of its worlds comes about"))
}

/// The worlds to which one move leads.
fn next(checked: &Checked, world: &World) -> Result<Vec<World>, Refused> {
    let plan = checked.plan();
    let mut found = Vec::new();
    let with = |change: &dyn Fn(&mut World)| {
        let mut after = world.clone();
        change(&mut after);
        after
    };
    for step in plan.steps.ids().filter(|step| !world.is_done(*step)) {
        let waits = blockers(checked, world, step);
        if waits.is_empty() || waits.contains(&Blocker::Unanswered) {
            found.push(act(checked, world, step, !waits.is_empty())?);
        } else if waits.iter().all(|blocker| matches!(blocker, Blocker::Stale(_))) {
            return Err(Refused::gap("that no step begins on a belief that is false"));
        }
    }
    for (id, delivery) in plan.deliveries.iter() {
        if world.is_done(delivery.step) && !world.is_heard(id) {
            found.push(with(&|after| after.heard.insert(id.index())));
        }
    }
    for window in plan.landscape.windows.ids().filter(|w| world.windows[*w] == WindowState::Agreed) {
        found.push(with(&|after| after.windows[window] = WindowState::Open));
    }
    for (flow, channel) in plan.landscape.channels.iter() {
        if channel.transit == Transit::Immediately {
            continue;
        }
        if let Some(key) = world.stamp(&plan.landscape, flow).filter(|k| !world.under_way[flow].contains(*k))
        {
            found.push(with(&|after| {
                after.under_way[flow].insert(key);
            }));
        }
        for key in world.under_way[flow].iter() {
            found.push(with(&|after| {
                after.under_way[flow].remove(key);
            }));
        }
    }
    Ok(found)
}

/// The world after a step, or after the answer to what it proposed.
fn act(checked: &Checked, world: &World, step: StepId, answered: bool) -> Result<World, Refused> {
    let row = &checked.plan().steps[step];
    let proposed = row.speech.as_ref().and_then(|speech| match speech.kind {
        SpeechKind::Proposal(window) => Some(window),
        _ => None,
    });
    let effects = match proposed {
        Some(window) if answered => vec![Effect::Agree(window)],
        Some(window) => vec![Effect::Propose(window)],
        None => row.action.value.effects(),
    };
    let mut after = world.clone();
    for effect in effects {
        let applied = effect.apply(&checked.plan().landscape, &mut after);
        applied.map_err(|_| Refused::gap("that each step fits in each of its worlds"))?;
    }
    if proposed.is_none() || answered {
        after.done.insert(step.index());
    }
    Ok(after)
}

impl Row {
    /// The row of a world that is so far from the end.
    #[must_use]
    pub fn of(world: &World, rank: u32) -> Self {
        let number = |index: usize| u32::try_from(index).unwrap_or(u32::MAX);
        let keys = |set: &KeySet| set.iter().map(|key| number(key.index())).collect();
        let ones = |set: &FixedBitSet| set.ones().map(number).collect();
        Self(
            rank,
            world.places.rows().map(|held| held.map(|key| number(key.index()))).collect(),
            world.accepted.rows().map(keys).collect(),
            world.running.iter().filter(|(_, runs)| **runs).map(|(flow, _)| number(flow.index())).collect(),
            world.under_way.rows().map(keys).collect(),
            world.windows.rows().map(|window| *window as u8).collect(),
            ones(&world.done),
            ones(&world.heard),
        )
    }

    /// How many bytes it takes in a certificate at least.
    #[must_use]
    pub fn least(&self) -> usize {
        let Self(_, places, accepted, running, under_way, windows, done, heard) = self;
        let sets = accepted.iter().chain(under_way).map(|keys| 1 + keys.len()).sum::<usize>();
        2 * (1 + places.len() + sets + running.len() + windows.len() + done.len() + heard.len())
    }

    /// The world, where the row is one of this plan.
    fn world(&self, checked: &Checked) -> Option<World> {
        let plan = checked.plan();
        let landscape = &plan.landscape;
        let mut world = World::empty(landscape, plan.steps.len(), plan.deliveries.len());
        let key = |key: u32| ((key as usize) < landscape.keys.len()).then(|| KeyId::at(key as usize));
        let set = |keys: &Vec<u32>| keys.iter().map(|k| key(*k)).collect::<Option<KeySet>>();
        let held = |held: &Option<u32>| held.map_or(Some(None), |held| key(held).map(Some));
        world.places = filled(self.1.iter().map(held), landscape.places.len())?;
        world.accepted = filled(self.2.iter().map(set), landscape.acceptors.len())?;
        world.under_way = filled(self.4.iter().map(set), landscape.channels.len())?;
        let window = |state: &u8| match state {
            0 => Some(WindowState::Unagreed),
            1 => Some(WindowState::Proposed),
            2 => Some(WindowState::Agreed),
            3 => Some(WindowState::Open),
            _ => None,
        };
        world.windows = filled(self.5.iter().map(window), landscape.windows.len())?;
        for flow in &self.3 {
            let is_one = (*flow as usize) < landscape.channels.len();
            is_one.then(|| world.running[ChannelId::at(*flow as usize)] = true)?;
        }
        for (set, ones) in [(&mut world.done, &self.6), (&mut world.heard, &self.7)] {
            for one in ones {
                ((*one as usize) < set.len()).then(|| set.insert(*one as usize))?;
            }
        }
        Some(world)
    }
}

/// A table of so many rows.
fn filled<I: Id, T>(rows: impl Iterator<Item = Option<T>>, length: usize) -> Option<Table<I, T>> {
    let table: Table<I, T> = rows.collect::<Option<_>>()?;
    (table.len() == length).then_some(table)
}
