//! How long things take, in words.

use std::time::Duration;

use crate::{
    check::Checked,
    duration::{Timing, stretch::Worst, undeclared::Unbounded},
    plan::{Deadline, Plan, Takes, date::in_utc},
    syntax::spelt,
    world::id::{StepId, Table},
};

/// So many interruptions are told.
const TOLD: usize = 20;

/// How long a step takes.
pub(super) fn takes(takes: &Takes) -> String {
    format!("at most {}", spelt(takes.most))
}

/// Until when a step has to begin, and what to do after that.
pub(super) fn begin_by(deadline: &Deadline) -> String {
    format!(
        "{}; after that do not begin it, and ask first whether it is still to be done",
        in_utc(deadline.at)
    )
}

/// How long each interruption, each window and the whole may last, in the worst case.
pub(super) fn times(checked: &Checked, timing: &Timing, numbers: &Table<StepId, usize>) -> Vec<String> {
    let plan = checked.plan();
    let mut lines = Vec::new();
    for (one, stretch) in timing.interruptions.iter().take(TOLD) {
        let flow = &plan.landscape.channels[one.flow].name;
        let from = one.stop.map_or("the start".to_owned(), |step| format!("step {}", numbers[step]));
        let to = one.start.map_or("the end".to_owned(), |step| format!("step {}", numbers[step]));
        lines.push(format!(
            "{flow} stands still from {from} to {to}: {}",
            longest(plan, &stretch.worst, numbers)
        ));
    }
    if timing.interruptions.is_empty() {
        lines.push("no flow is stopped".to_owned());
    }
    let more = timing.interruptions.len().saturating_sub(TOLD);
    if more > 0 {
        lines.push(format!("{more} interruptions more"));
    }
    for window in plan.landscape.windows.rows() {
        let most = window.at_most.map_or("as long as it takes".to_owned(), at_most);
        lines.push(format!("the window {} is agreed for {most}", window.name));
    }
    lines.push(format!("the whole procedure: {}", longest(plan, &timing.whole, numbers)));
    lines
}

fn at_most(time: Duration) -> String {
    format!("at most {}", spelt(time))
}

fn longest(plan: &Plan, worst: &Result<Worst, Unbounded>, numbers: &Table<StepId, usize>) -> String {
    match worst {
        Err(why) => format!("not bounded, for {}", why.sentence(plan)),
        Ok(worst) => {
            let steps: Vec<String> = worst.path.iter().take(TOLD).map(|s| numbers[*s].to_string()).collect();
            let more = if worst.path.len() > TOLD { " and others" } else { "" };
            let way = if steps.is_empty() {
                String::new()
            } else {
                format!(", by way of steps {}{more}", steps.join(", "))
            };
            format!("at most {}{way}", spelt(worst.time))
        }
    }
}
