//! A partner that lies: confirms what it has not done, brings a stranger's certificate, takes away in silence what it
//! accepted. Where the receiver can be looked at, the run stops before anything comes of it; where it cannot, what is
//! rejected comes of the lie, which is on record.

use std::collections::BTreeMap;

use jiff::Timestamp;
use keyroll::{
    check::Checked,
    journal::Host,
    transition::{
        event::{Actor, Event, Record},
        next::Verdict,
        ready::blockers,
        state::Status,
    },
    world::{
        effect::Effect,
        id::{AcceptorId, StepId},
        material::Certificate,
    },
};

use crate::{journal::Journal, people::change, world::Shared};

/// A certificate that the partner accepts and that no message carries: to take it away harms nobody yet.
fn idle(world: &Shared) -> Option<Certificate> {
    let mut world = world.look();
    let signing = world.store.get(&world.alias).filter(|_| world.deployed).cloned();
    let is_idle = |held: &&Certificate| {
        Some(*held) != signing.as_ref()
            && !world.under_way.iter().any(|(_, signed)| *signed == held.fingerprint())
    };
    let idle: Vec<Certificate> = world.trusted.iter().filter(is_idle).cloned().collect();
    world.dice.one(&idle).cloned()
}

/// Does something that is not so in the records, now and then, where the receiver can be looked at.
pub(crate) fn lies(journal: &mut Journal, checked: &Checked, at: Timestamp) {
    let world = journal.world.clone();
    if world.look().is_false() {
        return;
    }
    let (takes_away, confirms) = {
        let mut world = world.look();
        (world.dice.chance(5), world.dice.chance(30))
    };
    if takes_away && let Some(gone) = idle(&world) {
        let mut world = world.look();
        world.trusted.retain(|held| *held != gone);
        world.withdrawn = Some(gone);
    } else if confirms {
        let open: Vec<StepId> = checked.plan().steps.ids().collect();
        let open = open.into_iter().find(|step| is_its_own(checked, journal.kept.host(), *step));
        let Some(step) = open else { return };
        let plan = checked.plan();
        let by = Actor { role: "receiver_admin".to_owned(), person: None, automatic: false };
        let name = plan.steps[step].name.value.clone();
        let event = Event::Confirmed { step: name, by, opens: None, certificates: BTreeMap::new() };
        let verdict = journal.kept.host_mut().submit(checked, &Record { at, event }).unwrap();
        if matches!(verdict, Verdict::Applied(_)) {
            world.look().owed.push(plan.steps[step].action.value.effects().to_vec());
        }
    }
}

/// Whether the partner may do a step now that changes what it accepts.
fn is_its_own(checked: &Checked, host: &dyn Host, step: StepId) -> bool {
    let (row, state) = (&checked.plan().steps[step], host.state());
    let changes = |effect: &Effect| {
        matches!(effect, Effect::Accept { .. } | Effect::Retire { .. } | Effect::Replace { .. })
    };
    row.action.value.effects().iter().any(changes)
        && state.steps[step].status == Status::Open
        && state.started
        && blockers(checked, &state.world, step).is_empty()
}

/// It is found out, and does what it said; what it took away it accepts again where that is still on record.
pub(crate) fn makes_good(host: &dyn Host, checked: &Checked, world: &Shared) {
    let owed = std::mem::take(&mut world.look().owed);
    owed.iter().for_each(|effects| change(host, world, effects));
    let Some(gone) = world.look().withdrawn.take() else { return };
    let (land, state) = (&checked.plan().landscape, host.state());
    let receiver: AcceptorId = land.acceptors.ids().next().unwrap();
    let is_recorded = state.world.accepted[receiver].iter().any(|key| {
        let pem = state.certificates.get(&key);
        pem.is_some_and(|pem| Certificate::from_pem(pem.as_bytes()).unwrap() == gone)
    });
    let mut world = world.look();
    if is_recorded && !world.trusted.contains(&gone) && world.trusted.len() < world.capacity {
        world.trusted.push(gone);
    }
}
