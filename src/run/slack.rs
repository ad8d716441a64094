//! What is left until things end: certificates in use and to be made, and deadlines; and how much of that the
//! plan itself may need.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    backend::bench::Material,
    check::Checked,
    duration::{
        deadline::{Latest, deadlines},
        gate::Gates,
        rest::rest_at,
    },
    source::shown,
    syntax::spelt,
    transition::state::State,
    world::material::Certificate,
};

use super::{bind::created, time::to_the_second};

/// What is left until something ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Slack {
    /// What ends.
    pub kind: Kind,
    /// The key, or the step that has to begin in time.
    pub name: String,
    /// When it ends.
    pub ends: Timestamp,
    /// How long that is from now, in seconds; less than nothing where it has ended.
    pub left_seconds: i64,
    /// How long the plan may take until then: until its end, or until that step may begin. Nothing where the
    /// plan does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub needs_seconds: Option<u64>,
    /// What is left of it in the worst case if the plan goes on now; less than nothing where it may be too
    /// late.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slack_seconds: Option<i64>,
    /// What the plan does not say, where the worst case is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_bounded: Option<String>,
}

/// What ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The validity of a certificate in use.
    Certificate,
    /// The validity of one that would be made now.
    NewCertificate,
    /// The time in which a step has to begin.
    Deadline,
}

impl Slack {
    /// The last moment at which the plan may go on and still be in time, where that is known.
    #[must_use]
    pub fn latest(&self, now: Timestamp) -> Option<Timestamp> {
        now.checked_add(SignedDuration::from_secs(self.slack_seconds?)).ok()
    }

    /// In a sentence.
    #[must_use]
    pub fn sentence(&self) -> String {
        let what = match self.kind {
            Kind::Certificate => format!("the certificate of {}", self.name),
            Kind::NewCertificate => format!("a certificate of {} made now", self.name),
            Kind::Deadline => format!("the time in which `{}` has to begin", self.name),
        };
        let ends = to_the_second(self.ends);
        let left = length(self.left_seconds);
        if self.left_seconds < 0 {
            return format!("{what} ended on {ends}, {left} ago");
        }
        let until = if self.kind == Kind::Deadline { "that" } else { "the plan" };
        match (self.needs_seconds, self.slack_seconds, &self.not_bounded) {
            (Some(needs), Some(slack), _) if slack < 0 => format!(
                "{what} ends on {ends}, in {left}: {} too early, for {until} may take {}",
                length(slack),
                spelt(Duration::from_secs(needs))
            ),
            (Some(needs), Some(slack), _) => format!(
                "{what} ends on {ends}, in {left}: {until} may take {}, and {} are to spare",
                spelt(Duration::from_secs(needs)),
                length(slack)
            ),
            (None, Some(slack), _) => format!(
                "{what} ends on {ends}, in {left}: {} {}",
                length(slack),
                if slack < 0 { "too early" } else { "are to spare" }
            ),
            (_, None, Some(why)) => {
                format!("{what} ends on {ends}, in {left}; how long {until} may take is not bounded: {why}")
            }
            (_, None, None) => format!("{what} ends on {ends}, in {left}"),
        }
    }
}

/// A length of time for people: whole days, where there are several.
fn length(seconds: i64) -> String {
    let seconds = seconds.unsigned_abs();
    match seconds / DAY {
        0 | 1 => spelt(Duration::from_secs(seconds)),
        days => format!("{days} days"),
    }
}

/// The seconds of a day.
const DAY: u64 = 86_400;

/// All that ends: certificates in the order of the keys, then deadlines of steps that are not done.
#[must_use]
pub fn slack(checked: &Checked, state: &State, material: &Material, now: Timestamp) -> Vec<Slack> {
    let plan = checked.plan();
    let gates = Gates::of(plan, checked.order());
    let ended = |step| state.steps[step].ended;
    let worst = rest_at(&gates, (&state.world, now), &ended, plan.steps.ids());
    let needs = worst.map(|worst| worst.time).map_err(|why| why.sentence(plan));
    let row = |kind, name: &str, ends: Timestamp| {
        let left_seconds = ends.duration_since(now).as_secs();
        let name = shown(name);
        Slack { kind, name, ends, left_seconds, needs_seconds: None, slack_seconds: None, not_bounded: None }
    };
    let against = |mut row: Slack, needs: &Result<Duration, String>| {
        match needs {
            Ok(time) => {
                row.needs_seconds = Some(time.as_secs());
                let time = i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
                row.slack_seconds = Some(row.left_seconds.saturating_sub(time));
            }
            Err(why) => row.not_bounded = Some(why.clone()),
        }
        row
    };
    let mut found = Vec::new();
    for key in plan.landscape.own_keys() {
        let name = &plan.landscape.keys[key];
        if let Some(certificate) = material.certificate(key) {
            if Certificate::text(certificate).is_none() {
                found.push(against(row(Kind::Certificate, name, certificate.not_after()), &needs));
            }
            continue;
        }
        let days = created(plan).any(|made| made == key).then(|| material.spec(key)).flatten();
        let days = days.filter(|spec| spec.key_type != crate::world::material::KeyType::Opaque);
        let ends =
            days.and_then(|spec| now.checked_add(SignedDuration::from_hours(i64::from(spec.days) * 24)).ok());
        found.extend(ends.map(|ends| against(row(Kind::NewCertificate, name, ends), &needs)));
    }
    for due in deadlines(plan, &gates) {
        if state.world.is_done(due.step) {
            continue;
        }
        let mut row = row(Kind::Deadline, &plan.steps[due.step].name.value, due.deadline.at);
        row.left_seconds = due.deadline.left(now).as_secs();
        found.push(match &due.latest {
            // It is counted from the start of the plan, which a run that is under way has left behind.
            Ok(Latest::AfterStart(worst)) if !state.started => against(row, &Ok(worst.time)),
            Ok(Latest::AfterStart(_)) => row,
            Ok(Latest::Dated(moment)) => {
                row.slack_seconds = Some(due.deadline.left(moment.at.max(now)).as_secs());
                row
            }
            Err(why) => against(row, &Err(why.sentence(plan))),
        });
    }
    found
}
