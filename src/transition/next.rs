//! The whole interpreter: one event, one verdict.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::{
    backend::Outcome,
    check::Checked,
    plan::date::in_utc,
    world::{
        effect::Effect,
        id::{DeliveryId, Id, StepId, WindowId},
        state::WindowState,
    },
};

use super::{
    admitted::{admitted, own_certificate},
    clock,
    command::Command,
    compared,
    drained::drained,
    event::{Actor, Event, Record},
    late, leave,
    opened::opened,
    pause::{self, Pause},
    people,
    ready::Blocker,
    reasons::reasons,
    state::{Opening, State, Status},
    unsettled::barred,
};

pub use super::why::Why;

/// What became of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It counts; carry this out.
    Applied(Vec<Command>),
    /// It was taken down before; nothing changes.
    Duplicate,
    /// It does not count.
    Refused(Why),
}

/// Moves a run from one moment to the next, or says why the event does not count; then the state is
/// as it was.
///
/// It is asked of what is to be taken down: a clock that leaps is not believed then. What was taken down is
/// followed by [`follow`].
pub fn next(checked: &Checked, state: &mut State, record: &Record) -> Verdict {
    let asked =
        clock::believed(checked, state, record).and_then(|()| own_certificate(checked, &record.event));
    if let Err(why) = asked {
        return Verdict::Refused(why);
    }
    move_by(checked, state, record, |certificates| admitted(checked, certificates))
}

/// Moves a run along a record that was taken down: what is asked of new acts alone, that no weak key comes in,
/// is not asked of it again. A journal is read alike by each version, whatever this one would take in.
pub fn follow(checked: &Checked, state: &mut State, record: &Record) -> Verdict {
    move_by(checked, state, record, |_| Ok(()))
}

/// The same in place, where all records are followed that were taken down: says whether it counts. Where it does
/// not, the state is of no use any more.
pub fn follow_in_place(checked: &Checked, state: &mut State, record: &Record) -> bool {
    state.now = state.now.max(record.at);
    matches!(step(checked, state, &record.event), Ok(Some(_)))
}

fn move_by(
    checked: &Checked,
    state: &mut State,
    record: &Record,
    admits: impl FnOnce(&BTreeMap<String, String>) -> Result<(), Why>,
) -> Verdict {
    let mut after = state.clone();
    after.now = after.now.max(record.at);
    let commands = match step(checked, &mut after, &record.event) {
        Ok(Some(commands)) => commands,
        Ok(None) => return Verdict::Duplicate,
        Err(why) => return Verdict::Refused(why),
    };
    // What a run begins with is in use already.
    let new = record.event.certificates().filter(|_| state.started);
    if let Some(Err(why)) = new.map(admits) {
        return Verdict::Refused(why);
    }
    *state = after;
    Verdict::Applied(commands)
}

type Taken = Result<Option<Vec<Command>>, Why>;

fn step(checked: &Checked, state: &mut State, event: &Event) -> Taken {
    if let Event::Started { certificates, .. } = event {
        if state.started {
            return Err(Why::Order("begun already"));
        }
        pin(checked, state, certificates)?;
        state.started = true;
        state.world.send_everywhere(&checked.plan().landscape);
        return Ok(Some(Vec::new()));
    }
    if let Event::Continued { standing, .. } = event {
        return leave::continued(checked, state, standing).map(|()| Some(Vec::new()));
    }
    if !state.started {
        return Err(Why::Order("not begun"));
    }
    if state.left {
        return Err(Why::Left);
    }
    match event {
        Event::Started { .. } | Event::Continued { .. } => Ok(None),
        Event::Left { .. } => {
            state.left = true;
            // Nothing stands still that is over.
            state.pauses.clear();
            Ok(Some(Vec::new()))
        }
        // Who wants what is taken down; the run stands where it stood.
        Event::NoWayBack { .. } | Event::HandedOver { .. } => Ok(Some(Vec::new())),
        Event::Retried { step, .. } => {
            let id = named(checked, step)?;
            leave::retried(state, id, step).map(|()| Some(Vec::new()))
        }
        Event::Begun { step, attempt } => begun(checked, state, step, *attempt),
        Event::Ended { step, attempt, outcome, certificates } => {
            let Some(id) = attempted(checked, state, step, *attempt)? else { return Ok(None) };
            pin(checked, state, certificates)?;
            finish(checked, state, id, *outcome).map(Some)
        }
        Event::Failed { step, attempt, cause } => {
            let Some(id) = attempted(checked, state, step, *attempt)? else { return Ok(None) };
            let progress = &mut state.steps[id];
            (progress.status, progress.cause) = (Status::Failed, Some(cause.clone()));
            Ok(Some(Vec::new()))
        }
        Event::Confirmed { step, by, opens, certificates } => {
            let id = named(checked, step)?;
            own(checked, id, by)?;
            // A person has done it all the same.
            if by.automatic {
                pause::goes_on(checked, state, id)?;
            }
            confirmed(checked, state, (id, by), *opens, certificates).map(Some)
        }
        Event::Compared { step, named: fingerprint, known, by } => {
            let id = named(checked, step)?;
            own(checked, id, by)?;
            let both = (*fingerprint, *known);
            Ok(compared::compared(checked, state, id, both, by)?.then(Vec::new))
        }
        Event::Resolved { step, .. } => compared::resolved(state, step).map(|()| Some(Vec::new())),
        Event::Agreed { step, by } => {
            let id = named(checked, step)?;
            own(checked, id, by)?;
            people::agreed(checked, state, id, by).map(|()| Some(Vec::new()))
        }
        Event::Declined { step, by, because } => {
            let id = named(checked, step)?;
            let progress = &mut state.steps[id];
            if matches!(progress.status, Status::Done(_)) {
                return Err(Why::Closed(step.clone()));
            }
            own(checked, id, by)?;
            // A role may say no to what is late, too.
            match open(checked, state, id) {
                Ok(()) | Err(Why::Late { .. }) => {}
                Err(why) => return Err(why),
            }
            let progress = &mut state.steps[id];
            (progress.status, progress.cause) = (Status::Declined, Some(said(by, because)));
            progress.people.clear();
            Ok(Some(Vec::new()))
        }
        Event::Extended { step, by, because } => {
            let id = named(checked, step)?;
            own(checked, id, by)?;
            Ok(late::extended(checked, state, id, said(by, because))?.then(Vec::new))
        }
        Event::Answered { step, by, yes, because } => {
            let (id, window) = asked(checked, state, step, by)?;
            if *yes {
                apply(checked, state, id, Effect::Agree(window))?;
                return finish(checked, state, id, Outcome::Changed).map(Some);
            }
            state.world.windows[window] = WindowState::Unagreed;
            state.windows[window] = None;
            let progress = &mut state.steps[id];
            let because = because.as_ref().map(|because| said(by, because));
            (progress.status, progress.cause) = (Status::Declined, because);
            progress.people.clear();
            Ok(Some(Vec::new()))
        }
        Event::Received { step, by } => received(checked, state, step, by),
        Event::Opened { window } => Ok(opened(checked, state, window)?.then(Vec::new)),
        Event::Drained { flow, key, how } => Ok(drained(checked, state, (flow, key), *how)?.then(Vec::new)),
        Event::Paused { until, role, by, because } => {
            let pause = Pause { until: *until, role: role.clone(), by: by.clone(), because: because.clone() };
            Ok(pause::paused(checked, state, pause)?.then(Vec::new))
        }
        Event::Resumed { role, .. } => {
            pause::resumed(checked, state, role.as_deref()).map(|()| Some(Vec::new()))
        }
        Event::Broken { what } => {
            if state.broken.contains(what) {
                return Ok(None);
            }
            state.broken.push(what.clone());
            Ok(Some(Vec::new()))
        }
    }
}

fn named(checked: &Checked, step: &str) -> Result<StepId, Why> {
    checked.plan().step(step).ok_or_else(|| Why::Unknown(step.to_owned()))
}

fn own(checked: &Checked, step: StepId, by: &Actor) -> Result<(), Why> {
    let plan = checked.plan();
    let role = &plan.landscape.roles[plan.steps[step].role.value];
    if *role == by.role { Ok(()) } else { Err(Why::WrongRole(role.clone())) }
}

pub(super) fn open(checked: &Checked, state: &State, step: StepId) -> Result<(), Why> {
    let found = barred(checked, state, step);
    let name = checked.plan().steps[step].name.value.clone();
    match found.as_slice() {
        [] => Ok(()),
        [Blocker::Unsettled(other)] => {
            Err(Why::Unsettled { step: name, other: checked.plan().steps[*other].name.value.clone() })
        }
        [Blocker::Late(at)] => Err(Why::Late { step: name, until: in_utc(*at) }),
        [Blocker::Done, ..] => Err(Why::Closed(name)),
        _ => Err(Why::NotYet { reason: reasons(checked, step, &found), step: name, blockers: found }),
    }
}

fn begun(checked: &Checked, state: &mut State, step: &str, attempt: u32) -> Taken {
    let id = named(checked, step)?;
    if checked.plan().steps[id].speech.is_some() {
        return Err(Why::NotPerformed(step.to_owned()));
    }
    let progress = &state.steps[id];
    match progress.status {
        Status::Begun if progress.attempts == attempt => return Ok(None),
        Status::Done(_) if progress.attempts >= attempt => return Ok(None),
        Status::Begun | Status::Proposed => return Err(Why::OtherAttempt(step.to_owned())),
        _ => {}
    }
    open(checked, state, id)?;
    if attempt != progress.attempts + 1 {
        return Err(Why::OtherAttempt(step.to_owned()));
    }
    people::stand_behind(checked, state, id, None)?;
    pause::goes_on(checked, state, id)?;
    let now = state.now;
    let progress = &mut state.steps[id];
    progress.status = Status::Begun;
    progress.attempts = attempt;
    progress.begun = Some(now);
    progress.cause = None;
    Ok(Some(vec![Command::Perform { step: step.to_owned(), attempt }]))
}

/// The step whose attempt this is; nothing when its outcome is known already.
fn attempted(checked: &Checked, state: &State, step: &str, attempt: u32) -> Result<Option<StepId>, Why> {
    let id = named(checked, step)?;
    let progress = &state.steps[id];
    match progress.status {
        Status::Begun if progress.attempts == attempt => Ok(Some(id)),
        Status::Done(_) | Status::Failed if progress.attempts == attempt => Ok(None),
        _ => Err(Why::OtherAttempt(step.to_owned())),
    }
}

fn confirmed(
    checked: &Checked,
    state: &mut State,
    (id, by): (StepId, &Actor),
    opens: Option<Timestamp>,
    certificates: &BTreeMap<String, String>,
) -> Result<Vec<Command>, Why> {
    let step = &checked.plan().steps[id].name.value;
    if matches!(state.steps[id].status, Status::Begun) {
        return Err(Why::OtherAttempt(step.clone()));
    }
    open(checked, state, id)?;
    people::stand_behind(checked, state, id, Some(by))?;
    pin(checked, state, certificates)?;
    let now = state.now;
    let progress = &mut state.steps[id];
    progress.begun = Some(now);
    progress.attempts += 1;
    progress.cause = None;
    let attempt = progress.attempts;
    let Some((window, other)) = checked.plan().proposal(id) else {
        return finish(checked, state, id, Outcome::Changed);
    };
    apply(checked, state, id, Effect::Propose(window))?;
    let opens = opens.unwrap_or(now);
    let length = checked.plan().landscape.windows[window].at_most;
    let closes = length.map(|l| opens.saturating_add(l).unwrap_or(Timestamp::MAX));
    state.windows[window] = Some(Opening { opens, closes });
    state.steps[id].status = Status::Proposed;
    let role = checked.plan().landscape.roles[other].clone();
    Ok(vec![Command::Ask { step: step.clone(), role, attempt }])
}

/// The step whose proposal waits for this answer, and its window.
fn asked(checked: &Checked, state: &State, step: &str, by: &Actor) -> Result<(StepId, WindowId), Why> {
    let id = named(checked, step)?;
    let plan = checked.plan();
    let Some((window, other)) = plan.proposal(id) else { return Err(Why::Unknown(step.to_owned())) };
    let other = &plan.landscape.roles[other];
    if *other != by.role {
        return Err(Why::WrongRole(other.clone()));
    }
    match state.steps[id].status {
        Status::Proposed => Ok((id, window)),
        Status::Done(_) => Err(Why::Closed(step.to_owned())),
        _ => Err(Why::Order("no open proposal of this step")),
    }
}

fn received(checked: &Checked, state: &mut State, step: &str, by: &Actor) -> Taken {
    let id = named(checked, step)?;
    let plan = checked.plan();
    let mine = plan.deliveries_of(id).find(|(_, role)| plan.landscape.roles[*role] == by.role);
    let Some((delivery, _)): Option<(DeliveryId, _)> = mine else {
        return Err(Why::WrongRole("another role".to_owned()));
    };
    if !state.world.is_done(id) {
        return Err(Why::Early(format!("`{step}` is not sent yet")));
    }
    if state.world.is_heard(delivery) {
        return Ok(None);
    }
    state.world.heard.insert(delivery.index());
    Ok(Some(Vec::new()))
}

/// A step has taken effect.
fn finish(checked: &Checked, state: &mut State, id: StepId, outcome: Outcome) -> Result<Vec<Command>, Why> {
    let plan = checked.plan();
    let landscape = &plan.landscape;
    let before = state.stamps(landscape);
    for effect in plan.steps[id].action.value.effects() {
        apply(checked, state, id, effect)?;
    }
    state.world.done.insert(id.index());
    state.note_stops(landscape, &before);
    state.world.send_everywhere(landscape);
    let progress = &mut state.steps[id];
    progress.status = Status::Done(outcome);
    progress.ended = Some(state.now);
    let step = &plan.steps[id].name.value;
    let tell = |(_, role)| Command::Tell { step: step.clone(), role: landscape.roles[role].clone() };
    Ok(plan.deliveries_of(id).map(tell).collect())
}

/// Who said something, and why.
fn said(by: &Actor, because: &str) -> String {
    match &by.person {
        Some(person) => format!("{} ({person}) says: {because}", by.role),
        None => format!("{} says: {because}", by.role),
    }
}

fn apply(checked: &Checked, state: &mut State, id: StepId, effect: Effect) -> Result<(), Why> {
    let plan = checked.plan();
    effect
        .apply(&plan.landscape, &mut state.world)
        .map(|_| ())
        .map_err(|misfit| Why::Misfit(plan.steps[id].name.value.clone(), misfit))
}

fn pin(checked: &Checked, state: &mut State, certificates: &BTreeMap<String, String>) -> Result<(), Why> {
    for (name, pem) in certificates {
        let key = checked.plan().key(name).ok_or_else(|| Why::Unknown(name.clone()))?;
        let held = state.certificates.entry(key).or_default();
        // What a role issues stands behind the certificate with which the pair was made.
        if held.is_empty() || checked.plan().issuer(key).is_some() && !held.contains(pem) {
            held.push_str(pem);
        }
    }
    Ok(())
}
