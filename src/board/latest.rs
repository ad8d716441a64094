//! Until when a step may begin and all that comes after it still be in time.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    condition::Asks,
    duration::{
        gate::Gates,
        rest::{begun_by, rest_at},
    },
    run::time::to_the_second,
    source::shown,
    world::{
        id::{Id, KeyId, StepId, WindowId},
        material::Certificate,
        state::World,
    },
};

use super::Subject;

/// Until when a step may begin at the latest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Latest {
    /// The moment; nothing where it cannot be told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// Whether it has passed.
    pub passed: bool,
    /// What ends then, or why it cannot be told.
    pub because: String,
}

impl Latest {
    /// In words.
    #[must_use]
    pub fn sentence(&self) -> String {
        let Some(at) = self.at else { return format!("latest safe start unknown: {}", self.because) };
        let passed = if self.passed { ", which has passed" } else { "" };
        format!("latest safe start {}{passed} ({})", to_the_second(at), self.because)
    }
}

/// The latest safe start of a step that is not done, by what is declared: until certificates in use end, by the
/// deadlines of steps behind it, within its windows, and while its calendars are open.
pub(super) fn latest(subject: &Subject<'_>, step: StepId) -> Latest {
    let Subject { checked, casting, state, now, .. } = *subject;
    let plan = checked.plan();
    let gates = Gates::of(plan, checked.order());
    // What is so when the step may begin.
    let mut world = state.world.clone();
    for before in checked.order().set_before(step).ones() {
        if let Some(before) = checked.order().sequence().get(before) {
            world.done.insert(before.index());
        }
    }
    let view = View { subject, gates: &gates, world: &world, step };
    let (mut ends, mut open) = (Vec::new(), None);
    view.certificates(&mut ends, &mut open);
    view.deadlines(&mut ends, &mut open);
    view.windows(&mut ends, &mut open);
    if let Some(why) = open {
        return Latest { at: None, passed: false, because: why };
    }
    let Some((at, because)) = ends.into_iter().min() else {
        let because = "no certificate in use is known that ends, and the plan names no deadline".to_owned();
        return Latest { at: None, passed: false, because };
    };
    let role = plan.steps[step].role.value;
    let open = casting.last_open(role, at);
    let because =
        if open < at { format!("{because}, and before that a calendar is closed") } else { because };
    let at = open;
    Latest { at: Some(at), passed: at < now, because }
}

struct View<'a> {
    subject: &'a Subject<'a>,
    gates: &'a Gates<'a>,
    world: &'a World,
    step: StepId,
}

type Ends = Vec<(Timestamp, String)>;

impl View<'_> {
    /// How long it takes from the beginning of the step until others are done.
    fn rest(&self, ends: impl IntoIterator<Item = StepId>) -> Result<Duration, String> {
        let plan = self.subject.checked.plan();
        let ended = |step: StepId| self.subject.state.steps[step].ended;
        // It is counted from the moment at which the step begins, and no date has come nearer by then.
        let rest = rest_at(self.gates, (self.world, self.subject.now), &ended, ends);
        rest.map(|worst| worst.time).map_err(|why| why.sentence(plan))
    }

    /// The keys that lie somewhere or are accepted, and end: the plan has to be over by then.
    fn certificates(&self, ends: &mut Ends, open: &mut Option<String>) {
        let Subject { checked, material, state, .. } = *self.subject;
        let plan = checked.plan();
        let mut used: BTreeSet<KeyId> = state.world.places.rows().filter_map(|key| *key).collect();
        state.world.accepted.rows().for_each(|accepted| used.extend(accepted.iter()));
        let known = used.into_iter().filter_map(|key| Some((key, material.certificate(key)?)));
        let dated: Vec<(KeyId, &Certificate)> = known.filter(|(_, one)| one.text().is_none()).collect();
        if dated.is_empty() {
            return;
        }
        let rest = self.rest(plan.steps.ids());
        for (key, certificate) in dated {
            let what = format!(
                "the certificate of {} ends on {}",
                shown(&plan.landscape.keys[key]),
                to_the_second(certificate.not_after())
            );
            match &rest {
                Ok(time) => ends.extend(before(certificate.not_after(), *time).map(|at| (at, what))),
                Err(why) => {
                    let _first = open.get_or_insert_with(|| {
                        format!("how long the plan may take from then on is not bounded: {why}; {what}")
                    });
                }
            }
        }
    }

    /// The deadlines of the step and of those behind it.
    fn deadlines(&self, ends: &mut Ends, open: &mut Option<String>) {
        let Subject { checked, state, .. } = *self.subject;
        let (plan, order) = (checked.plan(), checked.order());
        // Of many with one date the longest way counts.
        let mut dates: BTreeMap<Timestamp, Vec<StepId>> = BTreeMap::new();
        for (other, row) in plan.steps.iter() {
            let behind = other == self.step || order.is_before(self.step, other);
            if let Some(deadline) = row.extra().not_after.filter(|_| behind && !state.world.is_done(other)) {
                dates.entry(deadline.at).or_default().push(other);
            }
        }
        for (at, steps) in dates {
            let Some(first) = steps.first() else { continue };
            let what =
                format!("`{}` has to begin by {}", shown(&plan.steps[*first].name.value), to_the_second(at));
            // Until it begins: until it is done, without the time that it takes itself.
            let own =
                steps.iter().map(|step| self.gates.most(*step).unwrap_or_default()).min().unwrap_or_default();
            let rest = if steps.contains(&self.step) { Ok(Duration::ZERO) } else { self.rest(steps) };
            match rest.map(|time| time.saturating_sub(own)) {
                Ok(time) => ends.extend(before(at, time).map(|at| (at, what))),
                Err(why) => {
                    let _first = open.get_or_insert_with(|| {
                        format!("how long it may take until then is not bounded: {why}; {what}")
                    });
                }
            }
        }
    }

    /// The windows that are agreed and in which the step, or the interruption that begins with it, has to be over.
    fn windows(&self, ends: &mut Ends, open: &mut Option<String>) {
        let Subject { checked, state, .. } = *self.subject;
        let plan = checked.plan();
        let begun = begun_by(self.gates, self.step);
        let mut windows: BTreeSet<WindowId> =
            begun.iter().flat_map(|(_, windows)| windows).copied().collect();
        windows.extend(plan.steps[self.step].needs.iter().filter_map(|need| match need.value.asks() {
            Asks::Open(window) => Some(window),
            Asks::Facts(_) | Asks::Drained(..) => None,
        }));
        for window in windows {
            let Some(closes) = state.windows[window].and_then(|opening| opening.closes) else { continue };
            let what = format!(
                "the window {} ends at {}",
                shown(&plan.landscape.windows[window].name),
                to_the_second(closes)
            );
            let starts: Vec<StepId> = begun.iter().filter_map(|(one, _)| one.start).collect();
            let until = if starts.is_empty() { vec![self.step] } else { starts };
            match self.rest(until) {
                Ok(time) => ends.extend(before(closes, time).map(|at| (at, what))),
                Err(why) => {
                    let _first = open.get_or_insert_with(|| {
                        format!("how long it may take within it is not bounded: {why}; {what}")
                    });
                }
            }
        }
    }
}

fn before(end: Timestamp, time: Duration) -> Option<Timestamp> {
    end.checked_sub(SignedDuration::try_from(time).ok()?).ok()
}
