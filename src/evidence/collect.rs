//! The story of a run, from its journal alone.

use std::time::Duration;

use jiff::Timestamp;

use crate::{
    backend::{Outcome, bench::Material},
    check::Checked,
    invariant::{Hazard, Invariant, been::Been, course::Course},
    transition::{
        event::{Event, Record},
        next::follow,
        state::{Progress, State, Status},
    },
    world::id::KeyId,
};

use super::interval::Interval;
use super::timeline::{Held, Promise, Report, Role, Step, StepStatus, Timeline, Window};

/// Fills a timeline with what the records of a run say: steps, reports, windows, the world.
pub fn collect(timeline: &mut Timeline, checked: &Checked, records: &[Record], state: &State) {
    let plan = checked.plan();
    for key in plan.landscape.own_keys() {
        timeline.declare_key(&plan.landscape.keys[key]);
    }
    timeline.roles = plan
        .landscape
        .roles
        .iter()
        .map(|(id, name)| Role {
            name: name.clone(),
            title: plan.role_titles[id].clone().unwrap_or_else(|| name.clone()),
        })
        .collect();
    timeline.steps = plan
        .steps
        .iter()
        .map(|(id, step)| {
            let progress = &state.steps[id];
            let ended = progress.ended;
            Step {
                name: step.name.value.clone(),
                role: plan.landscape.roles[step.role.value].clone(),
                sentence: plan.sentence(id),
                status: match progress.status {
                    Status::Done(Outcome::Changed) => StepStatus::Done,
                    Status::Done(Outcome::AlreadySo) => StepStatus::AlreadySo,
                    Status::Failed => StepStatus::Failed,
                    Status::Begun | Status::Proposed | Status::Declined => StepStatus::Waiting,
                    Status::Open => StepStatus::NotTried,
                },
                note: progress.cause.clone().or_else(|| noted(progress)),
                began: progress.begun,
                done: ended,
            }
        })
        .collect();
    timeline.reports = records
        .iter()
        .filter_map(|record| match &record.event {
            Event::Received { step, by } => {
                Some(Report { step: step.clone(), to: by.role.clone(), at: record.at })
            }
            _ => None,
        })
        .collect();
    timeline.windows = windows(checked, records);
    timeline.world = world(checked, state);
    timeline.records = records.len() as u64;
    let waived = plan.waived(Hazard::Rejected);
    timeline.rejections_waived = plan.landscape.channels.ids().all(|flow| waived.contains(&flow));
    let waived = plan.waived(Hazard::Interrupted);
    timeline.interruptions_waived = plan.landscape.channels.ids().all(|flow| waived.contains(&flow));
}

/// Why a step was begun after its deadline, and who stands behind it, where two people do.
fn noted(progress: &Progress) -> Option<String> {
    let late = progress.begun_late.as_ref().map(|why| format!("begun after its deadline: {why}"));
    let people = &progress.people;
    let confirmed = (!people.is_empty()).then(|| format!("confirmed by {}", people.join(" and ")));
    let notes: Vec<String> = late.into_iter().chain(confirmed).collect();
    (!notes.is_empty()).then(|| notes.join("; "))
}

fn windows(checked: &Checked, records: &[Record]) -> Vec<Window> {
    let opened = |name: &str| -> Option<Timestamp> {
        records.iter().find_map(|record| match &record.event {
            Event::Opened { window } if window == name => Some(record.at),
            _ => None,
        })
    };
    let rows = checked.plan().landscape.windows.rows();
    rows.map(|window| Window {
        name: window.name.clone(),
        agreed: window.at_most.unwrap_or(Duration::MAX),
        opened: opened(&window.name),
        // Nobody closes a window: it ends when its time is over.
        closed: None,
    })
    .collect()
}

fn world(checked: &Checked, state: &State) -> Vec<Held> {
    let land = &checked.plan().landscape;
    let mut material = Material::default();
    state.certificates.iter().for_each(|(key, pem)| material.learn(*key, pem));
    let fingerprint =
        |key: KeyId| material.certificate(key).map(|c| c.fingerprint().short()).unwrap_or_default();
    let held = |place: String, key: KeyId| Held {
        place,
        key: land.keys[key].clone(),
        fingerprint: fingerprint(key),
    };
    let places = state.world.places.iter();
    let mut found: Vec<Held> =
        places.filter_map(|(place, key)| key.map(|key| held(land.place_name(place), key))).collect();
    for (id, row) in land.acceptors.iter() {
        let keys = state.world.accepted[id].iter();
        found.extend(keys.map(|key| held(format!("{} accepts", row.name), key)));
    }
    found
}

/// What the plan promises, and whether it was kept: of its flows by the figures, of its facts by the
/// world after each record, of its course by the end. That it can be called off is a promise of all
/// moments that might have been, of which one run shows nothing.
#[must_use]
pub fn promises(checked: &Checked, timeline: &Timeline, records: &[Record]) -> Vec<Promise> {
    let plan = checked.plan();
    let figures = timeline.figures();
    let kept = |promise: &dyn Invariant| match promise.hazard().1 {
        Hazard::Rejected => figures.rejected == 0 || timeline.rejections_waived,
        Hazard::Interrupted if promise.window().is_none() => figures.interrupted_ms == 0,
        Hazard::Interrupted => figures.outside_ms == 0,
    };
    let row = |promise: &dyn Invariant| Promise {
        sentence: promise.sentence(&plan.landscape),
        kept: kept(promise),
        stated: false,
    };
    let stated = plan.statements.iter().map(|s| s.value.sentence(&plan.landscape));
    let stated = stated.zip(stays_true(checked, records)).map(|(sentence, kept)| Promise {
        sentence,
        kept,
        stated: true,
    });
    let has_ended = timeline.steps.iter().all(|step| step.status.is_done());
    let courses = plan.courses.iter().map(|course| course.value).filter(|course| *course != Course::CanAbort);
    let courses = courses.map(|course| Promise {
        sentence: course.sentence().to_owned(),
        kept: has_ended,
        stated: true,
    });
    let longest = timeline.interrupted().into_iter().map(Interval::length_ms).max().unwrap_or_default();
    // Of several flows it is not told which one could not send.
    let limits = plan.limits.iter().filter(|_| plan.landscape.channels.len() == 1).map(|limit| Promise {
        sentence: limit.value.sentence(&plan.landscape),
        kept: u128::from(longest) <= limit.value.at_most.as_millis(),
        stated: false,
    });
    plan.promises.iter().map(|p| row(p.value.as_ref())).chain(limits).chain(stated).chain(courses).collect()
}

/// Of each statement of the plan, whether it was true from the start and after each record.
fn stays_true(checked: &Checked, records: &[Record]) -> Vec<bool> {
    let plan = checked.plan();
    // A run is not played again for nothing.
    if plan.statements.is_empty() {
        return Vec::new();
    }
    let mut state = State::new(checked);
    let mut kept = vec![true; plan.statements.len()];
    let mut been = Been::nothing(&plan.landscape, &plan.statements);
    for record in records {
        follow(checked, &mut state, record);
        for (kept, stated) in kept.iter_mut().zip(&plan.statements) {
            *kept &= !state.started || !stated.value.is_broken(&plan.landscape, &state.world);
        }
        for broken in if state.started { been.enter(&state.world) } else { Vec::new() } {
            kept.get_mut(broken).into_iter().for_each(|kept| *kept = false);
        }
    }
    kept
}
