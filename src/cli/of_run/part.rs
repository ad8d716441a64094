//! The next part of a run: it leaves its plan for another one.

use std::collections::BTreeMap;

use crate::{
    backend::clock::{Clock, WallClock},
    check::Checked,
    journal::{
        Host, HostError, leg,
        leg::Leg,
        sqlite::{Pinned, SqliteHost},
    },
    proof::verdict::Proven,
    run::site::Site,
    transition::{
        event::{Actor, Bound, Event, Record},
        next::Verdict,
        snapshot::Snapshot,
        state::State,
    },
};

/// The next part of a run.
#[derive(Debug)]
pub struct Part<'a> {
    /// Its plan, proved from where the run stands.
    pub proven: &'a Proven,
    /// Where it stands, in the names of that plan.
    pub state: &'a State,
    /// With what the plan was read.
    pub parameters: BTreeMap<String, String>,
    /// Where it is bound for.
    pub bound: Bound,
}

/// Lets a run go over to its next part.
///
/// # Errors
/// When the journal cannot be written.
pub fn goes_over(
    (checked, host): (&Checked, &mut SqliteHost),
    (pinned, site): (&Pinned, &Site),
    part: Part<'_>,
    (by, because): (Actor, String),
) -> Result<Verdict, HostError> {
    let Part { proven, state, parameters, bound } = part;
    let now = WallClock.now().max(host.state().now);
    let (new, name) = (proven.checked(), leg::after(&pinned.run));
    let plan = new.plan();
    let entered = Pinned {
        run: name.clone(),
        started: now.max(pinned.started),
        plan_name: pinned.plan_name.clone(),
        plan_file: pinned.plan_file.clone(),
        plan_text: plan.source.text.clone(),
        plan_files: plan.files.clone(),
        plan: plan.digest(),
        site: site.digest(),
        parameters,
        finished: false,
    };
    let left = Event::Left { to: Some(name), bound, by: by.clone(), because: because.clone() };
    let first = Event::Continued {
        plan: entered.plan,
        site: entered.site,
        from: pinned.run.clone(),
        bound,
        by,
        because,
        proof: proven.proof().how.sentence(),
        start: proven.start(),
        standing: Box::new(Snapshot::of(new, state)),
    };
    let (left, first) = (Record { at: now, event: left }, Record { at: now, event: first });
    host.leave(checked, &left, Some(Leg { checked: new, pinned: &entered, first: &first }))
}
