//! What `prove` tells of durations.

use std::time::Duration;

use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    check::Checked,
    duration::{
        Timing,
        interruption::Interruption,
        stretch::{Stretch, Worst},
        undeclared::Unbounded,
    },
    invariant::{Hazard, Invariant},
    plan::Plan,
    source::shown,
    syntax::spelt,
    world::id::StepId,
};

use super::due::{self, Remaining};

/// How long a plan may take.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(super) struct Timed {
    /// The whole plan.
    whole: Longest,
    /// Each interruption of a flow, in the order of the flows.
    interruptions: Vec<Interrupted>,
    /// What lies in each window.
    windows: Vec<InWindow>,
    /// What is promised of the length of interruptions.
    promises: Vec<Limit>,
    /// What each deadline leaves, in the order of the steps.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    deadlines: Vec<Remaining>,
}

/// A duration that is computed.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct Longest {
    /// In seconds, at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    at_most_seconds: Option<u64>,
    /// The steps of the longest way, in their order; nothing where there is no bound, or where too many
    /// were named before.
    path: Vec<String>,
    /// What is not declared; nothing where there is a bound.
    #[serde(skip_serializing_if = "Option::is_none")]
    not_bounded: Option<String>,
}

/// An interruption of a flow.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct Interrupted {
    /// The flow.
    flow: String,
    /// The step that stops it; none: it does not run at the start.
    #[serde(skip_serializing_if = "Option::is_none")]
    stop: Option<String>,
    /// The step that starts it again; none: nobody does.
    #[serde(skip_serializing_if = "Option::is_none")]
    start: Option<String>,
    /// Acts on the longest chain from the stop to the start, both counted; nothing where many flows stand
    /// still at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    acts: Option<usize>,
    /// How long it may last.
    #[serde(flatten)]
    longest: Longest,
}

/// What lies in a window.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct InWindow {
    /// The window.
    window: String,
    /// How long the window may last, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    lasts_at_most_seconds: Option<u64>,
    /// What is left of it in the worst case, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    slack_seconds: Option<u64>,
    /// From the first stop in it to the last start.
    #[serde(flatten)]
    longest: Longest,
}

/// `promise FLOW interrupted at most DURATION`
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct Limit {
    /// As a sentence.
    promise: String,
    /// The word for it.
    outcome: Kept,
    /// What is not declared, where it is not bounded.
    #[serde(skip_serializing_if = "Option::is_none")]
    not_bounded: Option<String>,
}

/// What a promise of durations comes to. One that is broken refuses the plan.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Kept {
    /// No interruption can last longer.
    Proved,
    /// Something is not declared.
    NotBounded,
    /// The author accepts that the flow is interrupted.
    Waived,
}

impl Longest {
    fn of(plan: &Plan, worst: &Result<Worst, Unbounded>) -> Self {
        match worst {
            Ok(worst) => Self {
                at_most_seconds: Some(worst.time.as_secs()),
                path: worst.path.iter().map(|step| plan.steps[*step].name.value.clone()).collect(),
                not_bounded: None,
            },
            Err(why) => {
                Self { at_most_seconds: None, path: Vec::new(), not_bounded: Some(why.sentence(plan)) }
            }
        }
    }
}

impl Timed {
    /// Of a plan.
    pub(super) fn of(checked: &Checked) -> Self {
        let (plan, timing) = (checked.plan(), Timing::of(checked.plan(), checked.order()));
        let name = |step: StepId| plan.steps[step].name.value.clone();
        let interrupted = |(one, stretch): &(Interruption, Stretch)| Interrupted {
            flow: plan.landscape.channels[one.flow].name.clone(),
            stop: one.stop.map(name),
            start: one.start.map(name),
            acts: stretch.hops,
            longest: Longest::of(plan, &stretch.worst),
        };
        let windows = timing.windows.iter().map(|(window, worst)| {
            let most = plan.landscape.windows[*window].at_most;
            InWindow {
                window: plan.landscape.windows[*window].name.clone(),
                lasts_at_most_seconds: most.map(|most| most.as_secs()),
                slack_seconds: slack(most, worst).map(|slack| slack.as_secs()),
                longest: Longest::of(plan, worst),
            }
        });
        let promises = kept(plan, &timing).map(|(promise, kept)| match kept {
            Ok(outcome) => Limit { promise, outcome, not_bounded: None },
            Err(why) => Limit { promise, outcome: Kept::NotBounded, not_bounded: Some(why.sentence(plan)) },
        });
        Self {
            whole: Longest::of(plan, &timing.whole),
            interruptions: timing.interruptions.iter().map(interrupted).collect(),
            windows: windows.collect(),
            promises: promises.collect(),
            deadlines: Remaining::all(checked),
        }
    }
}

/// What is left of a window.
fn slack(most: Option<Duration>, worst: &Result<Worst, Unbounded>) -> Option<Duration> {
    most?.checked_sub(worst.as_ref().ok()?.time)
}

/// The promises of durations, each with what it comes to.
fn kept<'a>(
    plan: &'a Plan,
    timing: &'a Timing,
) -> impl Iterator<Item = (String, Result<Kept, Unbounded>)> + 'a {
    let waived = plan.waived(Hazard::Interrupted);
    plan.limits.iter().map(move |limit| {
        let flow = limit.value.flow;
        // A longer one is refused before a proof begins.
        let kept = if waived.contains(&flow) {
            Ok(Kept::Waived)
        } else {
            timing.longest(flow).map(|_| Kept::Proved)
        };
        (limit.value.sentence(&plan.landscape), kept)
    })
}

/// So many interruptions are told line by line; the document for machines has all.
const LINES: usize = 20;

/// The same, line by line.
pub(super) fn lines(checked: &Checked) -> Vec<String> {
    let (plan, timing) = (checked.plan(), Timing::of(checked.plan(), checked.order()));
    let mut lines = Vec::new();
    for (promise, kept) in kept(plan, &timing) {
        lines.push(match kept {
            Ok(Kept::Waived) => format!("  waived      {}", shown(&promise)),
            Ok(_) => format!("  promise     {}", shown(&promise)),
            Err(why) => format!("  not bounded {}: {}", shown(&promise), why.sentence(plan)),
        });
    }
    for (one, stretch) in timing.interruptions.iter().take(LINES) {
        let flow = shown(&plan.landscape.channels[one.flow].name);
        let acts = stretch.hops.map(|acts| format!(", {acts} acts one after the other")).unwrap_or_default();
        let from = one.stop.map_or("the start of the plan".to_owned(), |stop| step(plan, stop));
        let to = one.start.map_or("its end".to_owned(), |start| step(plan, start));
        lines.push(format!("  downtime    {flow}, from {from} to {to}{acts}"));
        lines.push(format!("              {}", longest(plan, &timing, &stretch.worst)));
    }
    if timing.interruptions.len() > LINES {
        lines.push(format!("  downtime    {} more", timing.interruptions.len() - LINES));
    }
    for (window, worst) in &timing.windows {
        let row = &plan.landscape.windows[*window];
        if let (Some(most), Some(slack)) = (row.at_most, slack(row.at_most, worst)) {
            let window = shown(&row.name);
            lines.push(format!("  window      {window}, at most {}: slack {}", spelt(most), spelt(slack)));
        }
    }
    lines.extend(due::lines(checked));
    lines.push(format!("  whole plan  {}", longest(plan, &timing, &timing.whole)));
    lines
}

fn step(plan: &Plan, step: StepId) -> String {
    format!("`{}`", shown(&plan.steps[step].name.value))
}

/// So many steps of a way are named; the document for machines names all.
const NAMED: usize = 12;

fn longest(plan: &Plan, timing: &Timing, worst: &Result<Worst, Unbounded>) -> String {
    let worst = match worst {
        Ok(worst) => worst,
        Err(why) => return format!("not bounded: {}", why.sentence(plan)),
    };
    let mut way = Vec::new();
    let mut before = None;
    for next in worst.path.iter().copied() {
        if let Some((_, time)) = before.and_then(|before| timing.drain(before, next)) {
            way.push(format!("drain {}", spelt(time)));
        }
        if let Some(time) = before.and_then(|before| timing.wait(before, next)) {
            way.push(format!("wait {}", spelt(time)));
        }
        if let Some(takes) = plan.steps[next].extra().takes {
            way.push(format!("{} {}", shown(&plan.steps[next].name.value), spelt(takes.most)));
        }
        before = Some(next);
    }
    let more = way.len().saturating_sub(NAMED);
    way.truncate(NAMED);
    if more > 0 {
        way.push(format!("{more} more"));
    }
    if way.is_empty() && worst.time.is_zero() {
        return "at most 0s: nothing in it takes time".to_owned();
    }
    let colon = if way.is_empty() { "" } else { ": " };
    format!("at most {}{colon}{}", spelt(worst.time), way.join(", "))
}
