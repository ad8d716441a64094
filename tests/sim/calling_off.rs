//! A run that is called off: the way back, as `keyroll abort` finds it and takes it.

use std::collections::BTreeSet;

use keyroll::{
    backend::{bench::Backends, observe::observe},
    check::Checked,
    journal::{Host as _, memory::MemoryHost},
    plan::given::Given,
    proof::verdict::{BUDGET, Proven},
    rest::{
        standing::{Unclear, standing},
        way::{Back, Run, Way, way},
    },
    run::{casting::Casting, opening, site::Site},
    synthesis::Bounds,
    transition::{
        event::{Actor, Bound, Event, Record},
        next::Verdict,
        snapshot::Snapshot,
    },
};

use crate::journal::Journal;

/// What calling a run off came to.
#[derive(Debug)]
pub(crate) enum Off {
    /// There was nothing to take back.
    Over,
    /// It goes on over the plan of the way back.
    Back(Box<Proven>),
    /// There is no way back: it goes on to its end.
    Forward,
}

/// Somebody calls the run off.
///
/// # Errors
/// When no way is found, or it is not taken.
pub(crate) fn call_off(
    checked: &Checked,
    journal: &mut Journal,
    site: &Site,
    backends: &Backends,
) -> Result<Off, String> {
    let plan = checked.plan();
    let state = journal.kept.host().state().clone();
    let at = journal.world.look().shown().max(state.now);
    let material = opening::material(checked, site, &state, at);
    let seen = observe(&plan.landscape, backends, &material, &state.world).map_err(|e| e.to_string())?;
    // Nobody does anything by hand and says nothing of it.
    let mut not_done = BTreeSet::new();
    let standing = loop {
        match standing(checked, (&state, at), (&seen, backends), &not_done) {
            Ok(standing) => break standing,
            Err(Unclear::Asked(steps)) => not_done.extend(steps),
            Err(Unclear::Moved(found)) => return Err(format!("it cannot be called off: {found:?}")),
        }
    };
    let (given, casting) = (Given::default(), Casting::of(plan, site));
    let role = plan.landscape.roles.find(|role| role == "tenant_admin").unwrap();
    let run = Run { checked, given: &given, state: &state, standing: &standing, casting: &casting, by: role };
    let by = Actor { role: "tenant_admin".to_owned(), person: Some("Ada".to_owned()), automatic: false };
    let because = "enough".to_owned();
    let mut takes = |event: Event| -> Result<(), String> {
        let said = format!("{event:?}");
        let verdict = journal.kept.host_mut().submit(checked, &Record { at, event });
        match verdict.map_err(|error| error.to_string())? {
            Verdict::Applied(_) => Ok(()),
            other => Err(format!("{said}: {other:?}")),
        }
    };
    match way(run, Bounds { moments: 1_000_000, several: true }, BUDGET, &|_| true) {
        Way::Nothing(_) => {
            takes(Event::Left { to: None, bound: Bound::Back, by, because })?;
            Ok(Off::Over)
        }
        Way::Forward(_) => takes(Event::NoWayBack { by, because }).map(|()| Off::Forward),
        Way::None { back, forward } => Err(format!("neither back nor forward: {back}; {forward}")),
        Way::Back(back) => {
            let Back { proven, state, .. } = *back;
            let part = "memory.2".to_owned();
            let (left_by, why) = (by.clone(), because.clone());
            takes(Event::Left { to: Some(part), bound: Bound::Back, by: left_by, because: why })?;
            let new = proven.checked();
            let first = Event::Continued {
                plan: new.plan().digest(),
                site: site.digest(),
                from: "memory".to_owned(),
                bound: Bound::Back,
                by,
                because,
                proof: proven.proof().how.sentence(),
                start: proven.start(),
                standing: Box::new(Snapshot::of(new, &state)),
            };
            let mut host = MemoryHost::new(new);
            match host.submit(new, &Record { at, event: first }) {
                Ok(Verdict::Applied(_)) if host.state().world == state.world => {}
                other => return Err(format!("it does not go on where it stood: {other:?}")),
            }
            journal.goes_over(host, Casting::of(new.plan(), site));
            Ok(Off::Back(Box::new(proven)))
        }
    }
}
