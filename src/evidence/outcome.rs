//! What became of a rehearsal or run, in sentences.

use super::timeline::{StepStatus, Timeline};
use super::wording::{count, duration};

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Every step is done and nothing was broken.
    Good,
    /// Nothing was broken; steps are still to do.
    Unfinished,
    /// A message was rejected, a promise was broken or a step failed.
    Broken,
}

/// How it ended: the worst that happened.
#[must_use]
pub fn ending(timeline: &Timeline) -> Ending {
    let figures = timeline.figures();
    let promises_kept = timeline.promises.iter().all(|p| p.kept);
    // Without promises of flows to judge by, an interruption outside of every window is a broken one.
    let is_silent = timeline.promises.iter().all(|p| p.stated) && !timeline.interruptions_waived;
    let interrupted = is_silent && figures.outside_ms > 0;
    let has = |status| timeline.steps.iter().any(|s| s.status == status);
    let rejected = figures.rejected > 0 && !timeline.rejections_waived;
    if rejected || !promises_kept || interrupted || has(StepStatus::Failed) {
        Ending::Broken
    } else if has(StepStatus::Waiting) || has(StepStatus::NotTried) {
        Ending::Unfinished
    } else {
        Ending::Good
    }
}

/// All that there is to say, the most important first.
#[must_use]
pub fn sentences(timeline: &Timeline) -> Vec<String> {
    let mut out = vec![messages(timeline), interruption(timeline), steps(timeline)];
    let failed = timeline.steps.iter().any(|s| s.status == StepStatus::Failed);
    // The first sentence says why it did not end well.
    match ending(timeline) {
        Ending::Broken if timeline.figures().rejected > 0 => {}
        Ending::Broken if !failed => out.swap(0, 1),
        Ending::Broken | Ending::Unfinished => out.rotate_right(1),
        Ending::Good => {}
    }
    let broken = timeline.promises.iter().filter(|p| !p.kept);
    out.extend(broken.map(|p| format!("A promise was broken: {}.", p.sentence)));
    if !timeline.verdict.proved {
        out.push("The plan was not proved.".to_owned());
    }
    out
}

/// What became of the messages.
#[must_use]
pub fn messages(timeline: &Timeline) -> String {
    let figures = timeline.figures();
    let waived = if timeline.rejections_waived { ", which the plan waives" } else { "" };
    match (figures.sent + figures.accepted + figures.rejected, figures.rejected, figures.under_way) {
        (0, _, _) => "No message was sent.".to_owned(),
        (_, 0, 0) => "Not one message was rejected.".to_owned(),
        (_, 0, rest) => {
            format!("Not one message was rejected; {} still under way at the end.", were(rest))
        }
        (_, 1, _) => format!("1 message of {} was rejected{waived}.", count(figures.sent)),
        (_, rejected, _) => {
            format!("{} of {} messages were rejected{waived}.", count(rejected), count(figures.sent))
        }
    }
}

/// For how long messages were held back, and whether that was agreed.
#[must_use]
pub fn interruption(timeline: &Timeline) -> String {
    let figures = timeline.figures();
    let length = duration(figures.interrupted_ms);
    if figures.interrupted_ms == 0 {
        "The flow was never interrupted.".to_owned()
    } else if figures.outside_ms > 0 && !timeline.windows.is_empty() {
        let outside = duration(figures.outside_ms);
        format!("The flow was interrupted for {length}, {outside} of it outside of any agreed window.")
    } else if figures.outside_ms > 0 {
        format!("The flow was interrupted for {length}; no window was agreed.")
    } else {
        format!("The flow was interrupted for {length}, inside the agreed {}.", agreed(timeline))
    }
}

/// How far the steps came.
#[must_use]
pub fn steps(timeline: &Timeline) -> String {
    let all = timeline.steps.len();
    let done = timeline.steps.iter().filter(|step| step.status.is_done()).count();
    let with = |status| timeline.steps.iter().find(|s| s.status == status);
    let which = if let Some(step) = with(StepStatus::Failed) {
        format!("; {} failed", step.name)
    } else if let Some(step) = with(StepStatus::Waiting) {
        format!("; {} waits", step.name)
    } else {
        String::new()
    };
    match (all, all - done) {
        (0, _) => "The plan has no steps.".to_owned(),
        (1, 0) => "The one step is done.".to_owned(),
        (_, 0) => format!("All {all} steps are done."),
        _ => format!("{done} of {all} steps are done{which}."),
    }
}

fn were(number: u64) -> String {
    if number == 1 { "1 was".to_owned() } else { format!("{} were", count(number)) }
}

fn agreed(timeline: &Timeline) -> String {
    let window = |w: &super::timeline::Window| {
        let agreed = u64::try_from(w.agreed.as_millis()).unwrap_or(u64::MAX);
        format!("window {} of {}", w.name, duration(agreed))
    };
    let opened = timeline.windows.iter().filter(|w| w.opened.is_some());
    opened.map(window).collect::<Vec<_>>().join(" and ")
}
