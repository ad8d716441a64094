//! The promises of a plan, held against the world that was seen: which of them is broken there, what was seen, and what
//! would mend it.

use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    backend::observe::Observation,
    check::Checked,
    invariant::{Breach, alias_lost},
    plan::Plan,
    source::{Span, shown},
    transition::state::State,
    world::{
        id::{AcceptorId, ChannelId, KeyId},
        landscape::Fact,
        state::World,
    },
};

use super::difference::{assume, unsettled};

/// A promise that is broken in the world.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Broken {
    /// The promise, as the plan makes it.
    pub promise: String,
    /// Its line in the plan; nothing where it is a law that each plan keeps to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// What was seen.
    pub seen: String,
    /// What would mend it.
    pub mend: String,
}

impl Broken {
    /// The promise and what was seen, for the record.
    #[must_use]
    pub fn sentence(&self) -> String {
        format!("{}: {}", self.promise, self.seen)
    }
}

/// The promises that are broken in the world that was seen. What a step under way may have changed counts as it is
/// recorded: its outcome is not known yet. So does what nobody can tell, and what lies under an alias and is no key of
/// the plan.
#[must_use]
pub fn broken(checked: &Checked, state: &State, seen: &Observation) -> Vec<Broken> {
    let plan = checked.plan();
    let land = &plan.landscape;
    let world = as_seen(plan, state, seen);
    let place = |at: Option<Span>| at.map(|at| plan.source.place(at).1);
    let mut found: Vec<Broken> = Vec::new();
    for judged in plan.judged() {
        let Some(breach) = judged.broken(land, &world) else { continue };
        let promise = judged.sentence(land);
        let at = plan.promises.iter().find(|own| own.value.sentence(land) == promise).map(|own| own.span);
        let (seen, mend) = (told(plan, &world, breach), mend(plan, state, (&world, breach)));
        found.push(Broken { promise, line: place(at), seen, mend });
    }
    for stated in &plan.statements {
        if stated.value.is_broken(land, &world) {
            let facts: Vec<Fact> = stated.value.facts().collect();
            let moved =
                facts.iter().filter(|fact| value(&world, plan, **fact) != value(&state.world, plan, **fact));
            let moved: Vec<(String, String, String)> = moved
                .map(|fact| {
                    (subject(plan, *fact), value(&world, plan, *fact), value(&state.world, plan, *fact))
                })
                .collect();
            let is: Vec<String> = moved.iter().map(|(what, is, _)| format!("{what}: {is}")).collect();
            let was: Vec<String> = moved.iter().map(|(what, _, was)| format!("{what}: {was}")).collect();
            found.push(Broken {
                promise: stated.value.sentence(land),
                line: place(Some(stated.span)),
                seen: is.join("; "),
                mend: format!("put it back as it was ({})", was.join("; ")),
            });
        }
    }
    if let Some(breach) = alias_lost(land, &world)
        && !found.iter().any(|other| other.seen == told(plan, &world, breach))
    {
        found.push(Broken {
            promise: "the alias of a flow that runs names a key".to_owned(),
            line: None,
            seen: told(plan, &world, breach),
            mend: mend(plan, state, (&world, breach)),
        });
    }
    found
}

fn subject(plan: &Plan, fact: Fact) -> String {
    crate::proof::story::change::subject(&plan.landscape, fact)
}

fn value(world: &World, plan: &Plan, fact: Fact) -> String {
    crate::proof::story::change::value(&plan.landscape, world, fact)
}

/// The world as it was seen, as far as that tells.
fn as_seen(plan: &Plan, state: &State, seen: &Observation) -> World {
    let mut world = seen.world.clone();
    let foreign = seen.foreign.iter().map(|(fact, _)| *fact);
    let untold = seen.untold.iter().map(|own| Fact::Own(*own));
    for fact in unsettled(plan, state).into_iter().chain(foreign).chain(untold) {
        assume(&mut world, &state.world, fact);
    }
    world.send_everywhere(&plan.landscape);
    world
}

/// What was seen of a flow whose promise is broken.
fn told(plan: &Plan, world: &World, breach: Breach) -> String {
    let land = &plan.landscape;
    let flow = |flow: ChannelId| shown(&land.channels[flow].name);
    match breach {
        Breach::Rejected(id, key) => {
            let signs = match world.stamp(land, id) == Some(key) {
                true => format!("{} signs with {}", flow(id), named(plan, key)),
                false => {
                    format!("messages of {} signed with {} may be under way", flow(id), named(plan, key))
                }
            };
            let receiver = land.channels[id].acceptor;
            format!(
                "{signs}, and {} accepts {}",
                shown(&land.acceptors[receiver].name),
                accepted(plan, world, receiver)
            )
        }
        Breach::Interrupted(id) if !world.running[id] => format!("{} is undeployed", flow(id)),
        Breach::Interrupted(id) | Breach::Unresolved(id) => {
            format!("the alias of {} names nothing", flow(id))
        }
    }
}

/// What would mend it.
fn mend(plan: &Plan, state: &State, (world, breach): (&World, Breach)) -> String {
    let land = &plan.landscape;
    match breach {
        Breach::Rejected(flow, key) => {
            let receiver = shown(&land.acceptors[land.channels[flow].acceptor].name);
            format!("let {receiver} accept {} again", named(plan, key))
        }
        Breach::Interrupted(flow) if !world.running[flow] => {
            format!("deploy {} again", shown(&land.channels[flow].name))
        }
        Breach::Interrupted(flow) | Breach::Unresolved(flow) => {
            let lost = land.channels[flow].aliases().filter(|place| world.places[*place].is_none());
            let back = lost.filter_map(|place| {
                let key = state.world.places[place]?;
                Some(format!("{} under {}", named(plan, key), shown(&land.place_name(place))))
            });
            format!("put back {}", back.collect::<Vec<String>>().join(" and "))
        }
    }
}

fn named(plan: &Plan, stamp: KeyId) -> String {
    let land = &plan.landscape;
    let names: Vec<String> = land.pairs().carried(stamp).map(|key| shown(&land.keys[key])).collect();
    names.join(" and ")
}

fn accepted(plan: &Plan, world: &World, receiver: AcceptorId) -> String {
    let names: Vec<String> =
        world.accepted[receiver].iter().map(|key| shown(&plan.landscape.keys[key])).collect();
    if names.is_empty() { "no key of the plan".to_owned() } else { names.join(", ") }
}
