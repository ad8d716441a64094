//! People: late, and some of them wrong or malicious.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use keyroll::{
    check::Checked,
    journal::Host,
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

use crate::world::Shared;

/// No clock is believed that is so far ahead.
const YEARS: SignedDuration = SignedDuration::from_hours(24 * 365 * 10);

fn actor(checked: &Checked, role: RoleId) -> Actor {
    let role = checked.plan().landscape.roles[role].clone();
    Actor { role, person: None, automatic: false }
}

/// Somebody does what a run waits for, and says so; a proposal is turned down now and then.
pub(crate) fn act(host: &mut dyn Host, world: &Shared, checked: &Checked, wait: &Wait, at: Timestamp) {
    let plan = checked.plan();
    let step = plan.steps[wait.step].name.value.clone();
    let events = match &wait.cause {
        Cause::Act(role) => {
            let by = actor(checked, *role);
            by_hand(host, world, checked, wait.step);
            let mut events = quoted(host, checked, wait.step, &by);
            let certificates = BTreeMap::new();
            events.push(Event::Confirmed { step, by, opens: None, certificates });
            events
        }
        Cause::Receipt(role) => vec![Event::Received { step, by: actor(checked, *role) }],
        Cause::Answer(role, _) => {
            let yes = !world.look().dice.chance(20);
            let because = (!yes).then(|| "not that night".to_owned());
            vec![Event::Answered { step, by: actor(checked, *role), yes, because }]
        }
        Cause::Second(..) | Cause::Time(_) | Cause::Due(_) | Cause::Pace(_) | Cause::Late(..) => Vec::new(),
    };
    for event in events {
        let said = format!("{event:?}");
        // In the meantime it may have been withdrawn; it is never taken in silence.
        let verdict = host.submit(checked, &Record { at, event }).unwrap();
        assert!(!matches!(verdict, Verdict::Duplicate), "{said}");
    }
}

/// A proposal that was turned down is made again by a person, also where a program made it first.
pub(crate) fn propose_again(host: &mut dyn Host, checked: &Checked, at: Timestamp) {
    let plan = checked.plan();
    let declined = |step: &StepId| host.state().steps[*step].status == Status::Declined;
    let Some(step) = plan.steps.ids().find(declined) else { return };
    let by = actor(checked, plan.steps[step].role.value);
    let mut events = quoted(host, checked, step, &by);
    let step = plan.steps[step].name.value.clone();
    events.push(Event::Confirmed { step, by, opens: None, certificates: BTreeMap::new() });
    for event in events {
        let said = format!("{event:?}");
        let verdict = host.submit(checked, &Record { at, event }).unwrap();
        assert!(matches!(verdict, Verdict::Applied(_)), "{said}: {verdict:?}");
    }
}

/// The messages that somebody acts on are received with the act.
fn quoted(host: &dyn Host, checked: &Checked, step: StepId, by: &Actor) -> Vec<Event> {
    let (plan, state) = (checked.plan(), host.state());
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

/// What no backend reaches is done by hand, or said to be done.
fn by_hand(host: &dyn Host, shared: &Shared, checked: &Checked, step: StepId) {
    let effects = checked.plan().steps[step].action.value.effects();
    let is_trust = |effect: &Effect| !matches!(effect, Effect::Start(_) | Effect::Stop(_));
    let lied = {
        let mut world = shared.look();
        world.liar && !effects.is_empty() && effects.iter().all(is_trust) && world.dice.chance(50)
    };
    if lied {
        shared.look().owed.push(effects.to_vec());
    } else {
        change(host, shared, &effects);
    }
}

/// Does it.
pub(crate) fn change(host: &dyn Host, world: &Shared, effects: &[Effect]) {
    let known = &host.state().certificates;
    let held = |key: KeyId| Certificate::from_pem(known[&key].as_bytes()).unwrap();
    let mut world = world.look();
    for effect in effects.iter().copied() {
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

/// Somebody says what does not count: for another role, too early, once more, by a clock that is years ahead, or with a
/// certificate that is not theirs to name. Nothing of it is taken.
pub(crate) fn nonsense(
    host: &mut dyn Host,
    world: &Shared,
    checked: &Checked,
    mut at: Timestamp,
) -> Result<(), String> {
    let plan = checked.plan();
    let (steps, roles): (Vec<StepId>, Vec<RoleId>) =
        (plan.steps.ids().collect(), plan.landscape.roles.ids().collect());
    let (step, role, kind) = {
        let mut world = world.look();
        let (step, role) = (*world.dice.one(&steps).unwrap(), *world.dice.one(&roles).unwrap());
        (step, role, world.dice.below(5))
    };
    let (row, by) = (&plan.steps[step], actor(checked, role));
    let is_mine = row.role.value == role;
    let name = row.name.value.clone();
    let event = match kind {
        0 if !is_mine || !blockers(checked, &host.state().world, step).is_empty() => {
            Event::Confirmed { step: name, by, opens: None, certificates: BTreeMap::new() }
        }
        2 if is_mine && host.state().started => {
            at = at.saturating_add(YEARS).unwrap_or(Timestamp::MAX);
            Event::Confirmed { step: name, by, opens: None, certificates: BTreeMap::new() }
        }
        3 if is_mine && plan.certificate_from(step).is_none() => {
            let stranger = world.look().stranger.clone();
            let certificates = BTreeMap::from([("new".to_owned(), stranger)]);
            Event::Confirmed { step: name, by, opens: None, certificates }
        }
        1 if !plan.deliveries_of(step).any(|(_, to)| to == role) => Event::Received { step: name, by },
        _ => {
            let records = host.records().unwrap();
            let is_said = |record: &&Record| match &record.event {
                Event::Confirmed { step, .. } => {
                    plan.step(step).is_some_and(|step| plan.proposal(step).is_none())
                }
                Event::Received { .. } => true,
                _ => false,
            };
            let said: Vec<&Record> = records.iter().filter(is_said).collect();
            let Some(old) = world.look().dice.one(&said).map(|old| old.event.clone()) else {
                return Ok(());
            };
            old
        }
    };
    let (before, said) = (host.state().clone(), format!("{event:?}"));
    let verdict = host.submit(checked, &Record { at, event }).unwrap();
    if matches!(verdict, Verdict::Applied(_)) || *host.state() != before {
        return Err(format!("taken down: {said}"));
    }
    Ok(())
}

/// Somebody lets the run stand still for some days, all of it or what concerns a role, or has it go on before.
/// Says whether it stands still.
pub(crate) fn pause(host: &mut dyn Host, world: &Shared, checked: &Checked, at: Timestamp) -> bool {
    let plan = checked.plan();
    let roles: Vec<RoleId> = plan.landscape.roles.ids().collect();
    let (by, role, hours, resumes) = {
        let dice = &mut world.look().dice;
        let by = actor(checked, *dice.one(&roles).unwrap());
        let role = dice.chance(40).then(|| *dice.one(&roles).unwrap());
        (by, role, i64::try_from(1 + dice.below(96)).unwrap(), dice.chance(30))
    };
    let because = "the partner moves house".to_owned();
    let until = at.saturating_add(SignedDuration::from_hours(hours)).unwrap_or(Timestamp::MAX);
    let paused = host.state().pauses.first().cloned();
    let event = match paused {
        Some(paused) if resumes => Event::Resumed { role: paused.role, by, because },
        _ => Event::Paused { until, role: role.map(|role| plan.landscape.roles[role].clone()), by, because },
    };
    let is_pause = matches!(event, Event::Paused { .. });
    let verdict = host.submit(checked, &Record { at, event }).unwrap();
    is_pause && matches!(verdict, Verdict::Applied(_))
}
