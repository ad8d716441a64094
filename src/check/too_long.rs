//! An interruption that may last longer than its window, or than the plan promises.

use std::{collections::BTreeSet, time::Duration};

use miette::{Diagnostic, LabeledSpan, SourceSpan};
use thiserror::Error;

use crate::{
    condition::Asks,
    duration::{
        Timing, at_least::AtLeast, gate::Gates, interruption::Interruption, stretch::Worst,
        undeclared::Undeclared,
    },
    explanation::Explanation,
    invariant::Hazard,
    plan::{Plan, Step},
    source::{Finding, shown},
    syntax::spelt,
    world::id::ChannelId,
};

use super::Subject;

/// What lies in a window may last longer than the window.
#[derive(Debug, Diagnostic, Error)]
#[error("what lies in `{window}` may take {worst}, and the window lasts at most {most}")]
#[diagnostic(code(keyroll::window_too_short))]
struct WindowTooShort {
    window: String,
    worst: String,
    most: String,
    #[help]
    help: String,
    #[label("at most {most}")]
    at: SourceSpan,
    #[label(collection)]
    steps: Vec<LabeledSpan>,
}

/// An interruption may last longer than is promised.
#[derive(Debug, Diagnostic, Error)]
#[error("`{flow}` may be interrupted for {worst}, and {most} are promised")]
#[diagnostic(code(keyroll::interrupted_too_long))]
struct InterruptedTooLong {
    flow: String,
    worst: String,
    most: String,
    #[help]
    help: String,
    #[label("promised here")]
    at: SourceSpan,
    #[label(collection)]
    steps: Vec<LabeledSpan>,
}

/// An interruption without an end.
#[derive(Debug, Diagnostic, Error)]
#[error("`{flow}` is interrupted, and no step deploys it again")]
#[diagnostic(
    code(keyroll::interrupted_for_ever),
    help("add the step that does `deploy {flow}`, or take the promise out")
)]
struct InterruptedForEver {
    flow: String,
    #[label("promised here")]
    at: SourceSpan,
    #[label("it does not run from here on")]
    stops: SourceSpan,
}

/// Finds windows and promises that what is declared of the steps does not fit.
#[must_use]
pub fn find(subject: &Subject<'_>) -> Vec<Finding> {
    let plan = subject.plan;
    // Nothing has an end that could come too early.
    if plan.limits.is_empty() && plan.landscape.windows.rows().all(|window| window.at_most.is_none()) {
        return Vec::new();
    }
    // Without a time on any step, and without a drain, there is nothing to compare.
    let drains = plan.steps.rows().flat_map(|step| &step.needs).any(|need| match need.value.asks() {
        Asks::Drained(flow, _) => !plan.landscape.drain(flow).is_zero(),
        Asks::Facts(_) | Asks::Open(_) => false,
    });
    let is_timed = |step: &Step| step.extra().takes.is_some() || !step.extra().waits.is_empty();
    if !plan.steps.rows().any(is_timed) && plan.limits.is_empty() && !drains {
        return Vec::new();
    }
    let timing = Timing::of(plan, subject.order);
    let gates = Gates::of(plan, subject.order);
    let mut least = AtLeast::of(&gates);
    let waived = plan.waived(Hazard::Interrupted);
    let mut findings: Vec<Finding> = for_ever(plan, &timing, &waived);
    for window in timing.windows.keys() {
        let Some(most) = plan.landscape.windows[*window].at_most else { continue };
        let known = timing.known_in(*window).filter(|worst| worst.time > most);
        let found = known.map(|worst| (worst.clone(), ""));
        let declared = || declared(&mut least, timing.in_window(*window), most);
        let Some((worst, and_more)) = found.or_else(declared) else { continue };
        findings.push(Box::new(WindowTooShort {
            window: shown(&plan.landscape.windows[*window].name),
            worst: format!("{}{and_more}", spelt(worst.time)),
            most: spelt(most),
            help: help(plan, &timing, (&worst, most), "let the window be longer"),
            at: plan.declared.windows[*window].into(),
            steps: labels(plan, &timing, &worst),
        }));
    }
    for limit in plan.limits.iter().filter(|limit| !waived.contains(&limit.value.flow)) {
        let (flow, most) = (limit.value.flow, limit.value.at_most);
        let bounds = timing.of_flow(flow).filter_map(|(_, stretch)| stretch.worst.as_ref().ok());
        let known = bounds.max_by_key(|worst| worst.time).filter(|worst| worst.time > most);
        let found = known.map(|worst| (worst.clone(), ""));
        let declared = || declared(&mut least, timing.of_flow(flow).map(|(one, _)| one), most);
        let Some((worst, and_more)) = found.or_else(declared) else { continue };
        findings.push(Box::new(InterruptedTooLong {
            flow: shown(&plan.landscape.channels[flow].name),
            worst: format!("{}{and_more}", spelt(worst.time)),
            most: spelt(most),
            help: help(plan, &timing, (&worst, most), "promise more"),
            at: limit.span.into(),
            steps: labels(plan, &timing, &worst),
        }));
    }
    findings
}

/// The longest of some interruptions by what is declared alone, where that is too long already: a drain
/// may be longer than the window although nothing else says how long it takes.
fn declared<'a>(
    least: &mut AtLeast<'_>,
    all: impl Iterator<Item = &'a Interruption>,
    most: Duration,
) -> Option<(Worst, &'static str)> {
    let worst = all.filter_map(|one| least.between(one.stop?, one.start?));
    let longest = worst.reduce(|longest, next| if next.time > longest.time { next } else { longest });
    longest.filter(|worst| worst.time > most).map(|worst| (worst, " and more"))
}

/// Promises of flows that no step starts again.
fn for_ever(plan: &Plan, timing: &Timing, waived: &BTreeSet<ChannelId>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    for limit in plan.limits.iter().filter(|limit| !waived.contains(&limit.value.flow)) {
        let flow = limit.value.flow;
        let never = timing.of_flow(flow).find(|(_, stretch)| {
            stretch.worst.as_ref().err().map(|why| why.first) == Some(Undeclared::Start(flow))
        });
        let Some((one, _)) = never else { continue };
        let stops = one.stop.map_or(plan.declared.flows[flow], |stop| plan.steps[stop].action.span);
        findings.push(Box::new(InterruptedForEver {
            flow: shown(&plan.landscape.channels[flow].name),
            at: limit.span.into(),
            stops: stops.into(),
        }));
    }
    findings
}

fn help(plan: &Plan, timing: &Timing, (worst, most): (&Worst, Duration), otherwise: &str) -> String {
    let over = spelt(worst.time.saturating_sub(most));
    let longest = worst.path.iter().filter_map(|step| Some((plan.steps[*step].extra().takes?.most, *step)));
    let longest = longest.reduce(|longest, next| if next.0 > longest.0 { next } else { longest });
    let drains = worst.path.iter().zip(worst.path.iter().skip(1));
    let drains = drains.filter_map(|(before, step)| timing.drain(*before, *step));
    let drain = drains.max_by_key(|(_, time)| *time);
    if let Some((flow, _)) = drain.filter(|(_, time)| longest.is_none_or(|(takes, _)| *time > takes)) {
        let flow = shown(&plan.landscape.channels[flow].name);
        return format!(
            "it is {over} too long: wait for the messages of `{flow}` outside of it, or let them arrive sooner; \
             or {otherwise}"
        );
    }
    let waits = worst.path.iter().zip(worst.path.iter().skip(1));
    let waits = waits.filter_map(|(before, step)| Some((timing.wait(*before, *step)?, *step)));
    let waits = waits.reduce(|longest, next| if next.0 > longest.0 { next } else { longest });
    if let Some((_, step)) = waits.filter(|(time, _)| longest.is_none_or(|(takes, _)| *time > takes)) {
        let step = shown(&plan.steps[step].name.value);
        return format!(
            "it is {over} too long: let `{step}` wait outside of it, or not so long; or {otherwise}"
        );
    }
    let step = longest.map(|(_, step)| shown(&plan.steps[step].name.value));
    let step = step.map_or_else(String::new, |step| format!(", such as `{step}`, the longest"));
    format!("it is {over} too long: shorten a step on the way{step}; or {otherwise}")
}

/// What the longest way is made of.
fn labels(plan: &Plan, timing: &Timing, worst: &Worst) -> Vec<LabeledSpan> {
    let mut labels = Vec::new();
    for (number, step) in worst.path.iter().enumerate() {
        let before = number.checked_sub(1).and_then(|before| worst.path.get(before));
        let drain = before.and_then(|before| timing.drain(*before, *step));
        if let Some((flow, time)) = drain {
            let transit = plan.landscape.transit(flow);
            let text = format!("what is under way arrives within {}", spelt(transit));
            if !transit.is_zero() {
                labels.push(LabeledSpan::new_with_span(Some(text), plan.declared.transits[flow]));
            }
            if let (true, Some(at)) = (time > transit, plan.declared.caches.get(&flow)) {
                let text = format!("after an exchange the key is kept up to {} more", spelt(time - transit));
                labels.push(LabeledSpan::new_with_span(Some(text), *at));
            }
        }
        let waits = plan.steps[*step].extra().waits.iter().find(|waits| Some(&waits.after) == before);
        if let Some(waits) = waits.filter(|_| drain.is_none()) {
            let text = format!("it waits {}", spelt(waits.time));
            labels.push(LabeledSpan::new_with_span(Some(text), waits.span));
        }
        if let Some(takes) = plan.steps[*step].extra().takes {
            let text = format!("up to {}", spelt(takes.most));
            labels.push(LabeledSpan::new_with_span(Some(text), takes.span));
        }
    }
    labels
}

/// What `explain` says.
pub const EXPLANATIONS: &[Explanation] = &[
    Explanation {
        code: "window_too_short",
        title: "a window that is shorter than what lies in it",
        text: "\
The flow stands still from the step that stops it until a step has started it again. How long that
may last is the longest way over the order of the steps between the two. Each takes as long as its
`takes` says at most, and a drain as long as `delivers within` says; after an exchange, and not
after an undeployment, `caches keys for` counts too. A step that has no order with the stop counts
as well, where the start waits for it. The window must be at least so long.

Steps that do not say how long they take leave the interruption without a bound. Then what is
declared is compared alone: a drain that is longer than the window is refused, and otherwise `prove`
says what is missing.

Wrong:
  window downtime at most 1h

  step exchange_certificate by receiver_admin {
    after announce_silence
    takes 2h
    replace old by new at partner
  }

Right:
  window downtime at most 4h
",
    },
    Explanation {
        code: "interrupted_too_long",
        title: "an interruption that may last longer than promised",
        text: "\
`promise orders interrupted at most 2h` is kept where the longest way from each stop of the flow to
its start takes no longer. How that is counted, `keyroll explain window_too_short` says.
",
    },
    Explanation {
        code: "interrupted_for_ever",
        title: "an interruption that is promised to be short and has no end",
        text: "\
`promise orders interrupted at most 2h` says that the flow runs again within so long, each time
that it does not. Here it stops, or does not run at the start, and no step deploys it after that.
",
    },
];
