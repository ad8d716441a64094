//! What a step waits for, in words.

use std::collections::BTreeSet;

use crate::{
    action::SpeechKind,
    check::Checked,
    condition::Asks,
    plan::{Plan, date::in_utc},
    syntax::spelt,
    world::id::{StepId, Table},
};

use super::{role, title};

/// All that a step waits for: steps, messages to its role, conditions, times.
pub(super) fn waits(checked: &Checked, step: StepId, numbers: &Table<StepId, usize>) -> Vec<String> {
    let plan = checked.plan();
    let written = plan.steps[step].after.iter().map(|before| before.value);
    let heard = checked.awaited(step).iter().map(|delivery| plan.deliveries[*delivery].step);
    let mut before: Vec<StepId> = written.chain(heard).collect::<BTreeSet<_>>().into_iter().collect();
    before.sort_by_key(|before| numbers[*before]);
    let steps = before.into_iter().map(|before| earlier(plan, step, before, numbers));
    let needs = plan.steps[step].needs.iter().map(|need| match need.value.asks() {
        Asks::Drained(flow, key) => {
            let (name, key) = (&plan.landscape.channels[flow].name, &plan.landscape.keys[key]);
            let time = plan.landscape.drain(flow);
            let most = if time.is_zero() { String::new() } else { format!("; up to {}", spelt(time)) };
            format!("the last message of {name} that is signed with {key} has arrived{most}")
        }
        Asks::Open(window) => format!("{} has begun, as agreed", plan.landscape.windows[window].name),
        Asks::Facts(_) => need.value.sentence(&plan.landscape),
    });
    let times = plan.steps[step].extra().waits.iter().map(|waits| {
        let (time, number) = (spelt(waits.time), numbers[waits.after]);
        format!("{time} have passed since step {number} ({}) was done", title(plan, waits.after))
    });
    let date = plan.steps[step].extra().not_before.map(|date| format!("{} has come", in_utc(date.at)));
    let two = plan.steps[step].extra().two_people.map(|_| {
        let role = role(plan, plan.steps[step].role.value);
        format!("two people of {role} have looked at it and agree: one alone does not do this")
    });
    steps.chain(needs).chain(times).chain(date).chain(two).collect()
}

/// A step that comes first, as the role of the later one sees it.
fn earlier(plan: &Plan, step: StepId, before: StepId, numbers: &Table<StepId, usize>) -> String {
    let (own, other) = (plan.steps[step].role.value, plan.steps[before].role.value);
    let (number, title) = (numbers[before], title(plan, before));
    if own == other {
        return format!("your step {number} ({title})");
    }
    let who = role(plan, other);
    let speech = plan.steps[before].speech.as_ref().filter(|speech| speech.to.contains(&own));
    match speech.map(|speech| speech.kind) {
        Some(SpeechKind::Report) => format!("word from {who}: step {number} ({title})"),
        Some(SpeechKind::Provision(key)) => {
            let key = &plan.landscape.keys[key];
            format!("the certificate of {key} from {who}: step {number} ({title})")
        }
        Some(SpeechKind::Request) => format!("the request of {who}: step {number} ({title})"),
        Some(SpeechKind::Permission) => format!("the leave of {who}: step {number} ({title})"),
        Some(SpeechKind::Proposal(window)) => {
            let window = &plan.landscape.windows[window].name;
            format!("the agreement with {who} on {window}: step {number} ({title})")
        }
        None => format!("step {number} of {who} ({title})"),
    }
}
