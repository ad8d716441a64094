//! How a story ends: what is wrong at its last moment, in words.

use std::collections::HashSet;

use crate::{
    check::Checked,
    condition::Asks,
    invariant::{Breach, Hazard, Invariant},
    plan::{Plan, gap::Gap},
    source::{Span, Spanned, shown},
    transition::ready::{Blocker, blockers},
    world::{
        effect::Misfit,
        id::{AcceptorId, ChannelId, KeyId, StepId},
        landscape::{Fact, Transit},
        state::World,
    },
};

use super::rules::{Fault, Move, Rules};

/// Something in words, and where the plan says it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// As a sentence fragment.
    pub text: String,
    /// The line of the plan.
    pub at: Span,
}

/// How many worlds are looked at to find what a stuck plan waits for.
const LOOK: usize = 10_000;

/// The last line of a story. `world` is the moment at which the fault shows.
#[must_use]
pub fn ending(checked: &Checked, world: &World, fault: Fault) -> Line {
    let plan = checked.plan();
    let landscape = &plan.landscape;
    let role = |step: StepId| shown(&landscape.roles[plan.steps[step].role.value]);
    match fault {
        Fault::Breach(Breach::Rejected(flow, key)) => {
            let at = promise(plan, (flow, Hazard::Rejected)).map_or(plan.declared.transits[flow], |p| p.span);
            Line { text: rejection(plan, world, flow, key), at }
        }
        Fault::Breach(Breach::Interrupted(flow)) => {
            let promise = promise(plan, (flow, Hazard::Interrupted));
            let name = shown(&landscape.channels[flow].name);
            let why = if world.running[flow] {
                format!("cannot sign, for {}", shown(&landscape.nameless(flow)))
            } else {
                "does not run".to_owned()
            };
            let but = promise.and_then(|p| p.value.window()).map_or_else(String::new, |window| {
                let is =
                    if is_untimely(plan, world, fault) { "may be over by then" } else { "has not begun" };
                format!(", and the window {} {is}", shown(&landscape.windows[window].name))
            });
            let at = promise.map_or(plan.declared.flows[flow], |p| p.span);
            Line { text: format!("{name}: {why}{but}"), at }
        }
        Fault::Breach(Breach::Unresolved(flow)) => {
            let channel = &landscape.channels[flow];
            let text = format!("{}: runs, and {}", shown(&channel.name), shown(&landscape.nameless(flow)));
            Line { text, at: plan.declared.flows[flow] }
        }
        Fault::Gap(Gap { step, flow }) => {
            let channel = &landscape.channels[flow];
            let place = shown(&landscape.place_name(plan.exchanged(step).unwrap_or(channel.stamps)));
            let name = shown(&plan.steps[step].name.value);
            let text =
                format!("{}: runs, and {place} names no key while {name} is half done", shown(&channel.name));
            Line { text, at: plan.steps[step].action.span }
        }
        Fault::Misfit(step, misfit) => {
            Line { text: misfits(plan, world, misfit), at: plan.steps[step].action.span }
        }
        Fault::Stale(step, need) => {
            let (need, at) = belief(plan, step, need);
            Line { text: format!("{}: believes that {need}, and it is not so", role(step)), at }
        }
        Fault::Goal(number) => {
            let (_, at, found) = goal(plan, world, number);
            Line { text: format!("every step is done, and {found}"), at }
        }
        Fault::Untrue(number) => {
            let (sentence, at) = statement(plan, number);
            let untruth = if is_untimely(plan, world, fault) {
                "it is not so when the window is over, and an attempt may come as late".to_owned()
            } else {
                untruth(plan, number)
            };
            Line { text: format!("{sentence}: {untruth}"), at }
        }
        Fault::Vacuous(number) => {
            let (sentence, at) = statement(plan, number);
            Line { text: format!("{sentence}: there is no such moment, in no order of events"), at }
        }
        Fault::Stuck => match waiting(checked, world) {
            Some(wait) => {
                let name = shown(&plan.steps[wait.step].name.value);
                let text = format!(
                    "{}: waits for ever to begin {name}, for {} never holds",
                    role(wait.step),
                    wait.what
                );
                Line { text, at: wait.at }
            }
            None => Line { text: "from here the plan cannot finish".to_owned(), at: plan.declared.head },
        },
    }
}

/// Whether what is wrong is so only when the windows are over that have begun, as they may be when a late
/// effect comes.
pub(super) fn is_untimely(plan: &Plan, world: &World, fault: Fault) -> bool {
    let land = &plan.landscape;
    match fault {
        Fault::Breach(Breach::Interrupted(flow)) => plan.promises.iter().all(|promise| {
            promise.value.hazard() != (flow, Hazard::Interrupted)
                || promise.value.broken(land, world).is_none()
        }),
        Fault::Untrue(number) => plan
            .statements
            .get(number)
            .is_some_and(|stated| !stated.value.is_before() && !stated.value.is_broken(land, world)),
        _ => false,
    }
}

fn rejection(plan: &Plan, world: &World, flow: ChannelId, key: KeyId) -> String {
    let channel = &plan.landscape.channels[flow];
    let receiver = shown(&plan.landscape.acceptors[channel.acceptor].name);
    let (name, key) = (shown(&channel.name), shown(&plan.landscape.keys[key]));
    let accepts = accepted(plan, world, channel.acceptor);
    match channel.transit {
        Transit::Immediately => {
            format!(
                "{name}: a message is signed with {key} and arrives at once; {receiver} rejects it, for it {accepts}"
            )
        }
        Transit::Within(_) => {
            format!("{name}: the message signed with {key} arrives; {receiver} rejects it, for it {accepts}")
        }
    }
}

/// What a receiver accepts, as the rest of a sentence.
fn accepted(plan: &Plan, world: &World, receiver: AcceptorId) -> String {
    let keys: Vec<String> =
        world.accepted[receiver].iter().map(|key| shown(&plan.landscape.keys[key])).collect();
    match keys.as_slice() {
        [] => "accepts no key".to_owned(),
        [one] => format!("accepts only {one}"),
        many => format!("accepts {}", many.join(" and ")),
    }
}

fn misfits(plan: &Plan, world: &World, misfit: Misfit) -> String {
    let landscape = &plan.landscape;
    let key = |key: KeyId| shown(&landscape.keys[key]);
    match misfit {
        Misfit::Full(receiver, new) => {
            let name = shown(&landscape.acceptors[receiver].name);
            let most = landscape.acceptors[receiver].capacity.unwrap_or_default();
            let held = accepted(plan, world, receiver);
            format!("{name}: {held}, can hold {most}, and has no room for {}", key(new))
        }
        Misfit::NotThere(place, missing) => {
            format!("{}: {} is not there", shown(&landscape.place_name(place)), key(missing))
        }
        Misfit::Nothing(place) => format!("{}: names no key", shown(&landscape.place_name(place))),
        Misfit::Occupied(place, found) => {
            format!("{}: {} lies there", shown(&landscape.place_name(place)), key(found))
        }
        Misfit::Absent(store, missing) => {
            format!("{}: has no {} under any alias", shown(&landscape.stores[store].name), key(missing))
        }
        Misfit::Refused(receiver, tried) => {
            let (name, accepts) =
                (shown(&landscape.acceptors[receiver].name), accepted(plan, world, receiver));
            format!("{name}: rejects the marked message that is signed with {}, for it {accepts}", key(tried))
        }
        Misfit::NoProposal(window) => {
            format!("nobody proposed the window {}", shown(&landscape.windows[window].name))
        }
    }
}

/// The promise of the plan's own words that a hazard breaks.
#[must_use]
pub fn promise(plan: &Plan, hazard: (ChannelId, Hazard)) -> Option<&Spanned<Box<dyn Invariant>>> {
    plan.promises.iter().find(|promise| promise.value.hazard() == hazard)
}

/// A statement of the plan, as a sentence, and where it is written.
#[must_use]
pub fn statement(plan: &Plan, number: usize) -> (String, Span) {
    plan.statements.get(number).map_or_else(
        || ("it is so".to_owned(), plan.declared.head),
        |stated| (shown(&stated.value.sentence(&plan.landscape)), stated.span),
    )
}

/// What is so at a moment at which a statement is not.
fn untruth(plan: &Plan, number: usize) -> String {
    let Some(stated) = plan.statements.get(number) else { return "it is not so".to_owned() };
    let stated = &stated.value;
    let what = shown(&stated.what().sentence(&plan.landscape));
    let during = stated.during().map(|during| shown(&during.sentence(&plan.landscape)));
    if let (true, Some(during)) = (stated.is_before(), &during) {
        return format!("now {during} holds, and {what} did not hold up to here");
    }
    match (stated.is_always(), during) {
        (true, None) => format!("now {what} does not hold"),
        (false, None) => format!("now {what} holds"),
        (true, Some(during)) => format!("now {during} holds, and {what} does not"),
        (false, Some(during)) => format!("now {during} holds, and so does {what}"),
    }
}

/// A need of a step, as a sentence, and where it is written.
#[must_use]
pub fn belief(plan: &Plan, step: StepId, need: usize) -> (String, Span) {
    let row = &plan.steps[step];
    row.needs.get(need).map_or_else(
        || ("its need holds".to_owned(), row.name.span),
        |need| (shown(&need.value.sentence(&plan.landscape)), need.span),
    )
}

/// A condition of the end: as a sentence, where it is written, and what is so instead.
#[must_use]
pub fn goal(plan: &Plan, world: &World, number: usize) -> (String, Span, String) {
    let Some(goal) = plan.finals.get(number) else {
        return (String::new(), plan.declared.head, "it is not so".to_owned());
    };
    let sentence = shown(&goal.value.sentence(&plan.landscape));
    let Asks::Facts(facts) = goal.value.asks() else {
        return (sentence, goal.span, "it is not so".to_owned());
    };
    let missed = facts.into_iter().find(|(fact, value)| world.value(&plan.landscape, *fact) != *value);
    let found = match missed.map(|(fact, _)| fact) {
        Some(Fact::Accepts(receiver, _) | Fact::AcceptsOther(receiver)) => {
            let name = shown(&plan.landscape.acceptors[receiver].name);
            format!("{name} {}", accepted(plan, world, receiver))
        }
        Some(Fact::Place(place)) => {
            let key = world.places[place].map(|key| shown(&plan.landscape.keys[key]));
            let place = shown(&plan.landscape.place_name(place));
            key.map_or_else(|| format!("{place} names no key"), |key| format!("{place} is {key}"))
        }
        Some(Fact::Running(flow)) => {
            let state = if world.running[flow] { "deployed" } else { "undeployed" };
            format!("{} is {state}", shown(&plan.landscape.channels[flow].name))
        }
        Some(Fact::Own(own)) => {
            let state = if world.set[own] { "set" } else { "clear" };
            format!("{} is {state}", shown(&plan.landscape.own_facts[own].name))
        }
        Some(Fact::Window(_)) | None => "it is not so".to_owned(),
    };
    (sentence, goal.span, found)
}

/// What a plan waits for when it cannot finish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wait {
    /// The step that never begins.
    pub step: StepId,
    /// What would have to be so first, as a sentence.
    pub what: String,
    /// Where the plan asks for it.
    pub at: Span,
}

/// What the plan waits for in a world from which it cannot finish: the first step, in the order of
/// the plan, that nothing brings about however one goes on from there.
#[must_use]
pub fn waiting(checked: &Checked, world: &World) -> Option<Wait> {
    let plan = checked.plan();
    let rules = Rules::of(checked).within(LOOK * 1000);
    let mut seen = HashSet::from([world.clone()]);
    let mut queue = vec![world.clone()];
    let mut furthest = world.clone();
    let rank = |world: &World| {
        (world.done.count_ones(..), world.heard.count_ones(..), world.windows.rows().copied().max())
    };
    while let Some(here) = queue.pop() {
        if rank(&here) > rank(&furthest) {
            furthest = here.clone();
        }
        rules.next(&here, |step, next| {
            if let Ok(next) = next
                && !matches!(step, Move::Late(_))
                && seen.len() < LOOK
                && seen.insert(next.clone())
            {
                queue.push(next);
            }
        });
    }
    let undone = checked.order().sequence().iter().copied().filter(|step| !furthest.is_done(*step));
    undone.flat_map(|step| blockers(checked, &furthest, step).into_iter().map(move |b| (step, b))).find_map(
        |(step, blocker)| match blocker {
            Blocker::Unmet(need) | Blocker::Unknown(need) | Blocker::Stale(need) => {
                let (what, at) = belief(plan, step, need);
                Some(Wait { step, what, at })
            }
            Blocker::Unheard(message) => {
                let other = shown(&plan.steps[plan.deliveries[message].step].name.value);
                let what = format!("news of {other}");
                Some(Wait { step, what, at: plan.steps[step].name.span })
            }
            Blocker::Done
            | Blocker::Unanswered
            | Blocker::After(_)
            | Blocker::Unsettled(_)
            | Blocker::Substituted(_) => None,
            // A time comes: no step waits for it for ever. That one passes, no world knows.
            Blocker::Waits(..) | Blocker::NotBefore(_) | Blocker::Late(_) => None,
        },
    )
}
