//! People: late, and some of them wrong or malicious.

use std::collections::BTreeMap;

use jiff::Timestamp;
use keyroll::{
    check::Checked,
    journal::Host as _,
    run::wait::{Cause, Wait},
    transition::{
        event::{Actor, Event, Record},
        next::Verdict,
        ready::blockers,
        state::Status,
    },
    world::{
        effect::Effect,
        id::{KeyId, RoleId, StepId},
        material::Certificate,
    },
};

use crate::journal::Journal;

fn actor(checked: &Checked, role: RoleId) -> Actor {
    let role = checked.plan().landscape.roles[role].clone();
    Actor { role, person: None, automatic: false }
}

/// Somebody does what a run waits for, and says so; a proposal is turned down now and then.
pub(crate) fn act(journal: &mut Journal, checked: &Checked, wait: &Wait, at: Timestamp) {
    let plan = checked.plan();
    let step = plan.steps[wait.step].name.value.clone();
    let events = match &wait.cause {
        Cause::Act(role) => {
            let by = actor(checked, *role);
            by_hand(journal, checked, wait.step);
            let mut events = quoted(journal, checked, wait.step, &by);
            let certificates = BTreeMap::new();
            events.push(Event::Confirmed { step, by, opens: None, certificates });
            events
        }
        Cause::Receipt(role) => vec![Event::Received { step, by: actor(checked, *role) }],
        Cause::Answer(role, _) => {
            let yes = !journal.world.look().dice.chance(20);
            let because = (!yes).then(|| "not that night".to_owned());
            vec![Event::Answered { step, by: actor(checked, *role), yes, because }]
        }
        Cause::Second(..) | Cause::Time(_) | Cause::Due(_) | Cause::Pace(_) | Cause::Late(..) => Vec::new(),
    };
    for event in events {
        let said = format!("{event:?}");
        // In the meantime it may have been withdrawn; it is never taken in silence.
        let verdict = journal.kept.submit(checked, &Record { at, event }).unwrap();
        assert!(!matches!(verdict, Verdict::Duplicate), "{said}");
    }
}

/// A proposal that was turned down is made again by a person, also where a program made it first.
pub(crate) fn propose_again(journal: &mut Journal, checked: &Checked, at: Timestamp) {
    let plan = checked.plan();
    let declined = |step: &StepId| journal.state().steps[*step].status == Status::Declined;
    let Some(step) = plan.steps.ids().find(declined) else { return };
    let by = actor(checked, plan.steps[step].role.value);
    let mut events = quoted(journal, checked, step, &by);
    let step = plan.steps[step].name.value.clone();
    events.push(Event::Confirmed { step, by, opens: None, certificates: BTreeMap::new() });
    for event in events {
        let said = format!("{event:?}");
        let verdict = journal.kept.submit(checked, &Record { at, event }).unwrap();
        assert!(matches!(verdict, Verdict::Applied(_)), "{said}: {verdict:?}");
    }
}

/// The messages that somebody acts on are received with the act.
fn quoted(journal: &Journal, checked: &Checked, step: StepId, by: &Actor) -> Vec<Event> {
    let (plan, state) = (checked.plan(), journal.state());
    let mut events = Vec::new();
    for (id, delivery) in plan.deliveries.iter() {
        let is_open = plan.landscape.roles[delivery.to] == by.role && state.world.is_done(delivery.step);
        if is_open && !state.world.is_heard(id) && checked.order().is_before(delivery.step, step) {
            let step = plan.steps[delivery.step].name.value.clone();
            events.push(Event::Received { step, by: by.clone() });
        }
    }
    events
}

/// What no backend reaches is done by hand.
fn by_hand(journal: &Journal, checked: &Checked, step: StepId) {
    let known = &journal.state().certificates;
    let held = |key: KeyId| Certificate::from_pem(known[&key].as_bytes()).unwrap();
    let mut world = journal.world.look();
    for effect in checked.plan().steps[step].action.value.effects() {
        let (add, remove) = match effect {
            Effect::Accept { key, .. } => (Some(key), None),
            Effect::Retire { key, .. } => (None, Some(key)),
            Effect::Replace { old, new, .. } => (Some(new), Some(old)),
            Effect::Start(_) => {
                world.deployed = true;
                continue;
            }
            Effect::Stop(_) => {
                world.deployed = false;
                continue;
            }
            _ => continue,
        };
        if let Some(key) = remove {
            let gone = held(key);
            world.trusted.retain(|other| *other != gone);
        }
        if let Some(fresh) = add.map(held).filter(|fresh| !world.trusted.contains(fresh)) {
            world.trusted.push(fresh);
        }
        assert!(world.trusted.len() <= world.capacity, "the receiver holds more than it can");
    }
}

/// Somebody says what does not count: for another role, too early, or once more. Nothing of it is taken.
pub(crate) fn nonsense(journal: &mut Journal, checked: &Checked, at: Timestamp) -> Result<(), String> {
    let plan = checked.plan();
    let (steps, roles): (Vec<StepId>, Vec<RoleId>) =
        (plan.steps.ids().collect(), plan.landscape.roles.ids().collect());
    let (step, role, kind) = {
        let mut world = journal.world.look();
        let (step, role) = (*world.dice.one(&steps).unwrap(), *world.dice.one(&roles).unwrap());
        (step, role, world.dice.below(3))
    };
    let (row, by) = (&plan.steps[step], actor(checked, role));
    let is_mine = row.role.value == role;
    let name = row.name.value.clone();
    let event = match kind {
        0 if !is_mine || !blockers(checked, &journal.state().world, step).is_empty() => {
            Event::Confirmed { step: name, by, opens: None, certificates: BTreeMap::new() }
        }
        1 if !plan.deliveries_of(step).any(|(_, to)| to == role) => Event::Received { step: name, by },
        _ => {
            let records = journal.kept.records().unwrap();
            let is_said = |record: &&Record| match &record.event {
                Event::Confirmed { step, .. } => {
                    plan.step(step).is_some_and(|step| plan.proposal(step).is_none())
                }
                Event::Received { .. } => true,
                _ => false,
            };
            let said: Vec<&Record> = records.iter().filter(is_said).collect();
            let Some(old) = journal.world.look().dice.one(&said).map(|old| old.event.clone()) else {
                return Ok(());
            };
            old
        }
    };
    let (before, said) = (journal.state().clone(), format!("{event:?}"));
    let verdict = journal.kept.submit(checked, &Record { at, event }).unwrap();
    if matches!(verdict, Verdict::Applied(_)) || *journal.state() != before {
        return Err(format!("taken down: {said}"));
    }
    Ok(())
}
