//! What has to be kept of a fact in a packed world.
//!
//! Where the steps that write a fact have an order, which of them are done says what it is, so that
//! nothing else is kept. Where they have none, its value is; so it is where an effect may come late.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    check::Checked,
    graph::writers::Writers,
    world::{
        effect::Effect,
        id::{KeyId, StepId},
        landscape::{Fact, Landscape, Value},
        state::World,
    },
};

use super::part::Part;

/// A fact has a value from one step on, until another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reign {
    pub(super) value: Value,
    /// The step that makes it so; none: it is so from the start.
    pub(super) from: Option<StepId>,
    /// The step that ends it; none: it is so at the end.
    pub(super) until: Option<StepId>,
}

/// What is known of a fact that some step of the search writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Course {
    /// One after the other, whatever the order of events.
    Reigns(Vec<Reign>),
    /// Any of these, in no order that is known.
    Values(Vec<Value>),
}

/// The courses of all facts that a step of a part which is not done at the start may write.
pub(super) fn courses(checked: &Checked, start: &World, part: &Part) -> BTreeMap<Fact, Course> {
    let plan = checked.plan();
    let land = &plan.landscape;
    let writers = Writers::of(plan, checked.order());
    let is_done = |step: StepId| start.is_done(step);
    // A step that is done though one before it is not says nothing of their order.
    let is_closed = plan
        .steps
        .iter()
        .all(|(step, row)| !is_done(step) || row.after.iter().all(|earlier| is_done(earlier.value)));
    let is_ordered = |fact: Fact| is_closed && writers.chain(fact).is_some();
    // Whatever comes late writes at any moment.
    let mut unknown: BTreeSet<Fact> = late(checked, part).into_iter().flat_map(written).collect();
    let mut reigns: BTreeMap<Fact, Vec<Reign>> =
        unknown.iter().map(|fact| (*fact, vec![first(land, start, *fact)])).collect();
    let may_come = |step: &StepId| !is_done(*step) && part.has(*step);
    for step in checked.order().sequence().iter().copied().filter(may_come) {
        for effect in plan.steps[step].action.value.effects() {
            let displaced = match effect {
                Effect::Exchange { place, key, backup, .. } => {
                    Some((Fact::Place(place), key, Fact::Place(backup)))
                }
                _ => None,
            };
            let moved = displaced.and_then(|(alias, key, backup)| {
                let row = reigns.entry(alias).or_insert_with(|| vec![first(land, start, alias)]);
                let old = row.last().map(|reign| reign.value);
                if !is_ordered(alias) || unknown.contains(&alias) {
                    unknown.insert(backup);
                    return None;
                }
                // An alias that names the key already is left as it is, and so is the backup.
                let is_moved = old != Some(Value::Key(None)) && old != Some(Value::Key(Some(key)));
                old.filter(|_| is_moved).map(|old| (backup, old))
            });
            let mut writes = effect.writes();
            writes.extend(moved);
            for (fact, value) in writes {
                let row = reigns.entry(fact).or_insert_with(|| vec![first(land, start, fact)]);
                if let Some(last) = row.last_mut() {
                    last.until = Some(step);
                }
                row.push(Reign { value, from: Some(step), until: None });
            }
            if let Some((_, _, backup)) = displaced {
                reigns.entry(backup).or_insert_with(|| vec![first(land, start, backup)]);
            }
        }
    }
    let values = values(checked, start, part);
    let course = |(fact, row): (Fact, Vec<Reign>)| {
        let is_known = is_ordered(fact) && !unknown.contains(&fact);
        let all = || values.get(&fact).cloned().unwrap_or_default();
        (fact, if is_known { Course::Reigns(row) } else { Course::Values(all()) })
    };
    reigns.into_iter().filter(|(fact, _)| !matches!(fact, Fact::Window(_))).map(course).collect()
}

/// The effects that may come late in a part of a plan.
fn late(checked: &Checked, part: &Part) -> Vec<Effect> {
    let steps = checked.late().moves().iter().filter(|step| part.has(**step));
    steps.flat_map(|step| checked.plan().steps[*step].action.value.effects()).collect()
}

/// The facts that an effect writes.
fn written(effect: Effect) -> impl Iterator<Item = Fact> {
    effect.writes().into_iter().map(|(fact, _)| fact).chain(effect.displaces())
}

/// A fact as it is at the start.
fn first(land: &Landscape, start: &World, fact: Fact) -> Reign {
    Reign { value: start.value(land, fact), from: None, until: None }
}

/// Every value that each fact may ever have, that of the start first.
fn values(checked: &Checked, start: &World, part: &Part) -> BTreeMap<Fact, Vec<Value>> {
    let plan = checked.plan();
    let land = &plan.landscape;
    let mut all: BTreeMap<Fact, Vec<Value>> = BTreeMap::new();
    let mut exchanges: Vec<(Fact, KeyId, Fact)> = Vec::new();
    let mut add = |fact: Fact, value: Value| {
        let row = all.entry(fact).or_insert_with(|| vec![start.value(land, fact)]);
        let is_new = !row.contains(&value);
        if is_new {
            row.push(value);
        }
        is_new
    };
    let steps = plan.steps.iter().filter(|(step, _)| !start.is_done(*step) && part.has(*step));
    let effects = steps.flat_map(|(_, step)| step.action.value.effects());
    for effect in effects.chain(late(checked, part)) {
        for (fact, value) in effect.writes() {
            add(fact, value);
        }
        if let Effect::Exchange { place, key, backup, .. } = effect {
            exchanges.push((Fact::Place(place), key, Fact::Place(backup)));
        }
    }
    loop {
        let mut grown = false;
        for (alias, key, backup) in &exchanges {
            let held = all.get(alias).cloned().unwrap_or_else(|| vec![start.value(land, *alias)]);
            let row = all.entry(*backup).or_insert_with(|| vec![start.value(land, *backup)]);
            for value in held {
                let is_moved = value != Value::Key(None) && value != Value::Key(Some(*key));
                if is_moved && !row.contains(&value) {
                    row.push(value);
                    grown = true;
                }
            }
        }
        if !grown {
            return all;
        }
    }
}
