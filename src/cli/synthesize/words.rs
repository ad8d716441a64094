//! What `synthesize` tells people.

use std::path::Path;

use crate::{
    cli::{at_site::shown_path, output::Output, screen::Screen},
    plan::Plan,
    source::shown,
    syntax::spelt,
    synthesis::{Acts, Bound, Found, Impossible},
};

use super::document::interruptions;

/// Tells people what was found: beside the plan, or as the result where the plan went to a file.
pub(super) fn draw_plan(found: &Found, output: Option<&Path>, screen: &mut Screen) {
    if !screen.is_text() {
        return;
    }
    let plan = found.proven.checked().plan();
    let cost = found.cost;
    let mut lines =
        vec![format!("{}: a plan of {}, proved", shown(&plan.name), many(cost.steps as usize, "step"))];
    if cost.downtime == 0 {
        lines.push("  downtime    none".to_owned());
    } else {
        lines.push(format!(
            "  downtime    {}, the fewest where each role does one thing at a time",
            many(cost.downtime as usize, "hop")
        ));
    }
    for one in interruptions(found) {
        let flow = shown(&one.flow);
        match (one.stop, one.start) {
            (Some(stop), Some(start)) => {
                let acts = many(one.acts.unwrap_or_default(), "act");
                lines.push(format!(
                    "              {flow}, from `{stop}` to `{start}`: {acts} one after the other"
                ));
            }
            (Some(stop), None) => {
                lines.push(format!("              {flow} stands still from `{stop}` on, as `finally` says"));
            }
            // It stands still from the start.
            (None, _) => {}
        }
    }
    if cost.wait > 0 {
        let time = spelt(std::time::Duration::from_secs(cost.wait));
        lines.push(format!("  waits       {time} for messages under way"));
    }
    lines.push(format!(
        "  rounds      {}, in each of which a role does one thing at most; {} between roles",
        cost.rounds,
        many(cost.messages as usize, "message")
    ));
    lines.push(format!("  looked at   {}", many(found.moments, "moment")));
    match Output::of(output).file() {
        None => lines.iter().for_each(|line| screen.remark(line)),
        Some(path) => {
            lines.push(format!("  written to  {}", shown_path(path)));
            lines.iter().for_each(|line| screen.result(line));
        }
    }
}

/// Tells people why there is no plan.
pub(super) fn draw_impossible(plan: &Plan, why: &Impossible, acts: &Acts, screen: &mut Screen) {
    let mut lines = vec![format!("{}: no plan exists", shown(&plan.name))];
    let mut rows = |head: &str, rows: &[String]| {
        for (number, row) in rows.iter().enumerate() {
            lines.push(format!("  {:<11} {}", if number == 0 { head } else { "" }, shown(row)));
        }
    };
    if let Some(start) = &why.start {
        rows("at once", &[format!("{start}: the start breaks what is promised")]);
    } else {
        let never: Vec<String> =
            why.never.iter().map(|row| format!("{row} is so in no world that can be reached")).collect();
        rows("wanted", &never);
        if never.is_empty() {
            rows(
                "wanted",
                &["each is so in some world that can be reached, and all together in none".to_owned()],
            );
        }
        rows("always so", &why.invariant);
        for barred in &why.barred {
            let by = barred.role.as_ref().map_or_else(String::new, |role| format!(" ({role})"));
            rows("barred", &[format!("{}{by}: {}", barred.act, barred.why.join("; or "))]);
        }
        rows("looked at", &[format!("all {} that can be reached", many(why.worlds, "world"))]);
    }
    rows(
        "relative to",
        &[
            format!("all that owners can do: {}", acts.verbs.join(", ")),
            "under any alias, with any number of inform, provide, request and allow".to_owned(),
        ],
    );
    lines.iter().for_each(|line| screen.result(line));
}

/// Tells people why nothing is said.
pub(super) fn draw_bound(plan: &Plan, bound: &Bound, screen: &mut Screen) {
    let line = sentence(bound);
    screen.talk(format_args!("{}: no plan was found, and none is ruled out: {line}", shown(&plan.name)));
    let Bound::NotTried { barred, .. } = bound else { return };
    for row in barred {
        let by = row.role.as_ref().map_or_else(String::new, |role| format!(" ({role})"));
        screen.talk(format_args!(
            "  {:<11} {}",
            "barred",
            shown(&format!("{}{by}: {}", row.act, row.why.join("; or ")))
        ));
    }
}

fn many(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

/// Which bound was reached.
pub(super) fn sentence(bound: &Bound) -> String {
    match bound {
        Bound::Worlds(most) => format!("more than {most} worlds can be reached; raise --budget"),
        Bound::Moments(most) => format!("{most} moments were looked at; raise --budget"),
        Bound::NotProved(count) => {
            format!(
                "the end can be reached, and of {} that were written none was proved",
                many(*count, "plan")
            )
        }
        Bound::NotTried { aliases, .. } => {
            let aliases: Vec<String> = aliases.iter().map(|alias| shown(alias)).collect();
            format!(
                "what was tried does not reach it; keys under other aliases than {} were not tried",
                aliases.join(", ")
            )
        }
        Bound::Stopped { looked, least: None } => format!("stopped after {}", many(*looked, "world")),
        Bound::Stopped { looked, least: Some(least) } => format!(
            "stopped after {}; the end can be reached, with {} of downtime at least",
            many(*looked, "moment"),
            many(least.downtime as usize, "hop")
        ),
    }
}
