//! A run as lanes: each role with its steps, and what is left until things end.

use jiff::Timestamp;

use crate::{
    backend::bench::Material,
    check::Checked,
    evidence::markup::shortened,
    run::{
        opening::material,
        site::Site,
        slack::{Slack, slack},
        status::{Standing, Word},
        time::to_the_second,
        wait::What,
    },
    source::shown,
    world::id::StepId,
};

use super::{super::at_site::Looked, Standings};

/// How much is told of why a step does not begin, in characters.
const REASONS: usize = 200;

/// The lanes of a run at a moment, a line each; in so many lines at most, where that is said.
pub(super) fn lines(
    found: &Standings,
    looked: &Looked,
    (site, now): (&Site, Timestamp),
    most: Option<usize>,
) -> Vec<String> {
    let standing = match &found.departed {
        Some(departed) if departed.over => "called off",
        _ if found.finished => "done",
        _ => "under way",
    };
    let head = format!("{} ({}): {standing}, {}", shown(&found.plan), shown(&found.run), to_the_second(now));
    let tail: Vec<String> = found
        .broken
        .iter()
        .map(|broken| format!("  broken  {}", shown(broken)))
        .chain(
            ends(&looked.checked, looked, (site, now))
                .iter()
                .map(|slack| format!("  slack   {}", slack.sentence())),
        )
        .collect();
    // Where there is no room for all, what is done goes first, and then what is blocked.
    let choices: [fn(Word) -> bool; 3] = [
        |_| true,
        |word| !matches!(word, Word::Done | Word::AlreadySo),
        |word| !matches!(word, Word::Done | Word::AlreadySo | Word::Blocked),
    ];
    let mut lines = Vec::new();
    for (number, is_shown) in choices.iter().enumerate() {
        lines = vec![head.clone()];
        lines.extend(lanes(looked, found, *is_shown, number > 0));
        lines.extend(tail.iter().cloned());
        if most.is_none_or(|most| lines.len() <= most) {
            return lines;
        }
    }
    let most = most.unwrap_or(usize::MAX).max(2);
    let left = lines.len().saturating_sub(most - 1);
    lines.truncate(most - 1);
    lines.push(format!("  {left} more lines: `keyroll status` has all"));
    lines
}

fn lanes(looked: &Looked, found: &Standings, is_shown: fn(Word) -> bool, only_open: bool) -> Vec<String> {
    let (plan, steps) = (looked.checked.plan(), &found.steps);
    let widest = steps.iter().map(|step| step.step.chars().count()).max().unwrap_or_default();
    let mut lines = Vec::new();
    for (role, name) in plan.landscape.roles.iter() {
        let is_mine = |id: StepId| plan.steps[id].role.value == role;
        let own = plan.steps.ids().zip(steps).filter(|(id, _)| is_mine(*id)).map(|(_, row)| row);
        let own: Vec<&Standing> = own.collect();
        // A message waits for whoever is to take it, whose step it is not.
        let waits = found.waiting.iter().zip(&found.waits);
        let messages: Vec<String> = waits
            .filter(|(wait, _)| wait.what == What::Message && wait.role.as_ref() == Some(name))
            .map(|(wait, told)| format!("  {:<10} {:<widest$}  {told}", "message", shown(&wait.step)))
            .collect();
        let is_open = own.iter().any(|row| is_shown(row.status)) || !messages.is_empty();
        if (own.is_empty() || only_open) && !is_open {
            continue;
        }
        let done = own.iter().filter(|row| matches!(row.status, Word::Done | Word::AlreadySo)).count();
        lines.push(format!("{}  {done} of {} done", shown(name), own.len()));
        lines.extend(messages);
        lines.extend(own.into_iter().filter(|row| is_shown(row.status)).map(|row| line(row, widest)));
    }
    lines
}

fn line(row: &Standing, widest: usize) -> String {
    let why = match (&row.why, row.since) {
        // Since when is in the sentence of a wait. What comes after many steps is not told in full.
        (Some(why), _) => shortened(why, REASONS),
        (None, Some(since)) => to_the_second(since),
        (None, None) => String::new(),
    };
    let until = row.not_after.map(|at| format!("; not after {}", to_the_second(at))).unwrap_or_default();
    let text = format!("  {:<10} {:<widest$}  {why}{until}", row.status.shown(), row.step);
    text.trim_end().to_owned()
}

/// What ends; nothing of a run that is over.
fn ends(checked: &Checked, looked: &Looked, (site, now): (&Site, Timestamp)) -> Vec<Slack> {
    if looked.state.is_over() {
        return Vec::new();
    }
    let material: Material = material(checked, site, &looked.state, now);
    slack(checked, &looked.state, &material, now)
}
