//! Whether a plan exists, by trying everything: act by act, each told to everybody before the next. What
//! comes of it so far is written as a plan, and the second judge says whether it is safe.

use std::collections::{HashSet, VecDeque};

use keyroll::plan::given::Given;
use keyroll::{
    condition::Asks,
    invariant::been::Been,
    plan::{Plan, resolve::resolve},
    source::Source,
    syntax::parse,
    world::{
        id::ChannelId,
        landscape::{Fact, Value},
        state::{WindowState, World},
    },
};

use crate::reference::{Compared, Judgement, Wrong, compare, judge, read};

/// What a step says, by which role.
type Line = (String, String);

/// Whether some order of acts is proved by the second judge, and leads where the scenario wants.
pub(crate) fn a_plan_exists(scenario: &str) -> bool {
    let plan = planned(scenario);
    exists(scenario, &plan, &alphabet(&plan), usize::MAX, |_| String::new())
}

/// The same of the acts of one role, so many in a plan at most. What a plan creates, exchanges and destroys
/// says where its keys wait and are kept, so no two plans that differ in that are taken for one.
pub(crate) fn a_plan_exists_of(scenario: &str, acts: &[String], most: usize) -> bool {
    let plan = planned(scenario);
    let role = plan.landscape.roles.rows().next().unwrap();
    let lines: Vec<Line> = acts.iter().map(|act| (role.clone(), act.clone())).collect();
    exists(scenario, &plan, &lines, most, |story| {
        let mut acts: Vec<&str> = story.iter().map(|(_, act)| act.as_str()).collect();
        acts.sort_unstable();
        acts.join(",")
    })
}

fn planned(scenario: &str) -> Plan {
    let source = Source::new("scenario", scenario);
    keyroll::plan::resolve::resolve_scenario(&source, &parse(&source).0, &Given::default()).unwrap()
}

fn exists(
    scenario: &str,
    plan: &Plan,
    lines: &[Line],
    most: usize,
    more: impl Fn(&[Line]) -> String,
) -> bool {
    // The end is asked for once a story has reached it.
    let open: String =
        scenario.lines().filter(|l| !l.starts_with("finally ")).map(|l| format!("{l}\n")).collect();
    let (mut seen, mut waiting) = (HashSet::new(), VecDeque::from([Vec::<Line>::new()]));
    while let Some(story) = waiting.pop_front() {
        for line in lines.iter().filter(|_| story.len() < most) {
            let longer: Vec<Line> = story.iter().chain([line]).cloned().collect();
            let Some(after) = safe(&written(&open, &longer, plan)) else { continue };
            if !seen.insert(after + &more(&longer)) {
                continue;
            }
            let whole = written(scenario, &longer, plan);
            if stays(plan, &whole) && matches!(compare(&whole, 5_000), Compared::Proved(_)) {
                return true;
            }
            waiting.push_back(longer);
        }
    }
    false
}

/// Every act on what there is; one that waits, and the same without.
fn alphabet(plan: &Plan) -> Vec<Line> {
    let land = &plan.landscape;
    let role = |id| land.roles[id].clone();
    let mut lines: Vec<Line> = Vec::new();
    let store = land.stores.rows().next().unwrap();
    let held = plan.start.places.rows().flatten().count();
    if plan.start.places.rows().flatten().count() < 1 {
        lines.push((role(store.owner), format!("create new in {} as \"a\"", store.name)));
    }
    if held <= 1 {
        lines.push((role(store.owner), format!("create new in {} as \"staged\"", store.name)));
    }
    for place in land.channels.rows().map(|flow| flow.stamps) {
        lines.push((role(store.owner), format!("exchange {} for new", land.place_name(place))));
    }
    for gate in land.acceptors.rows() {
        let waits = |key: &str| -> String {
            land.channels.rows().map(|flow| format!("needs {} drained of {key}\n  ", flow.name)).collect()
        };
        for (key, other) in [("old", "new"), ("new", "old")] {
            lines.push((role(gate.owner), format!("accept {key} at {}", gate.name)));
            for wait in [waits(key), String::new()] {
                lines.push((role(gate.owner), format!("{wait}retire {key} at {}", gate.name)));
                lines.push((role(gate.owner), format!("{wait}replace {key} by {other} at {}", gate.name)));
            }
        }
    }
    for flow in land.channels.rows() {
        for wait in land.windows.rows().map(|w| format!("needs {} open\n  ", w.name)).chain([String::new()]) {
            lines.push((role(flow.owner), format!("{wait}undeploy {}", flow.name)));
        }
        lines.push((role(flow.owner), format!("deploy {}", flow.name)));
    }
    for own in land.own_facts.rows() {
        lines.extend(["set", "clear"].map(|verb| (role(own.owner), format!("{verb} {}", own.name))));
    }
    let mut roles = land.roles.rows();
    let (first, second) = (roles.next().unwrap(), roles.next().unwrap());
    lines.extend(land.windows.rows().map(|w| (first.clone(), format!("agree {} with {second}", w.name))));
    lines.dedup();
    lines
}

/// A plan in which everything is done in turn, and whoever acts next is told of all before.
fn written(head: &str, story: &[Line], plan: &Plan) -> String {
    let mut text = head.to_owned();
    let mut last = String::new();
    let land = &plan.landscape;
    let store = &land.roles[land.stores.rows().next().unwrap().owner];
    let gate = land.acceptors.rows().next().map_or(store, |gate| &land.roles[gate.owner]);
    let held = plan.start.places.rows().flatten().count() > 1;
    let created = story.iter().position(|(_, act)| act.starts_with("create "));
    if held && gate != store {
        text.push_str(&format!("step provide_first by {store} {{\n  provide new to {gate}\n}}\n"));
        let first = &story[0].0;
        last = "provide_first".to_owned();
        if first != store {
            text.push_str(&format!("step tell_first by {store} {{\n  after {last}\n  inform {first}\n}}\n"));
            last = "tell_first".to_owned();
        }
    }
    for (number, (role, act)) in story.iter().enumerate() {
        let mut step = |name: &str, body: &str| {
            let after = if last.is_empty() { String::new() } else { format!("  after {last}\n") };
            text.push_str(&format!("step {name}_{number} by {role} {{\n{after}  {body}\n}}\n"));
            last = format!("{name}_{number}");
        };
        step("act", act);
        if created == Some(number) && gate != store {
            step("provide", &format!("provide new to {gate}"));
        }
        match story.get(number + 1) {
            Some((next, _)) if next != role => step("tell", &format!("inform {next}")),
            _ => {}
        }
    }
    for known in &plan.known {
        let role = &story.last().unwrap().0;
        let others = known.value.roles.iter().map(|other| land.roles[*other].as_str());
        for other in others.filter(|other| other != role) {
            if !text.contains(&format!("step end_{other}")) {
                text.push_str(&format!(
                    "step end_{other} by {role} {{\n  after {last}\n  inform {other}\n}}\n"
                ));
            }
        }
    }
    text
}

/// The world after a story that is safe so far.
fn safe(text: &str) -> Option<String> {
    let checked = read(text).ok()?;
    let plan = checked.plan();
    match judge(plan, &plan.start, 5_000) {
        Judgement::Proved(..) => Some(after(plan)),
        Judgement::Refuted(_, wrong) if wrong.iter().all(|w| matches!(w, Wrong::Vacuous(_))) => {
            Some(after(plan))
        }
        Judgement::Refuted(..) => None,
        Judgement::TooMany => panic!("too much for the second judge:\n{text}"),
    }
}

/// Where a story ends, with what may still be under way.
fn after(plan: &Plan) -> String {
    let mut world: World = plan.start.clone();
    world.send_everywhere(&plan.landscape);
    let mut been = Been::nothing(&plan.landscape, &plan.statements);
    been.enter(&world);
    let mut spoken: Vec<bool> = vec![false; plan.statements.len()];
    let mut hear = |world: &World| {
        for (spoken, said) in spoken.iter_mut().zip(&plan.statements) {
            *spoken |= said.value.applies(&plan.landscape, world);
        }
    };
    hear(&world);
    for (id, step) in plan.steps.iter() {
        for need in &step.needs {
            if let keyroll::condition::Asks::Drained(flow, key) = need.value.asks() {
                world.under_way[flow].remove(key);
            }
        }
        if let Some((window, _)) = plan.proposal(id) {
            world.windows[window] = WindowState::Open;
        }
        for effect in step.action.value.effects() {
            effect.apply(&plan.landscape, &mut world).expect("the second judge did it");
        }
        world.send_everywhere(&plan.landscape);
        been.enter(&world);
        hear(&world);
    }
    let provided = plan.steps.rows().any(|step| step.name.value.starts_with("provide_"));
    let places: Vec<String> = world
        .places
        .iter()
        .map(|(p, key)| format!("{p:?}{key:?}"))
        .filter(|p| !p.ends_with("None"))
        .collect();
    format!(
        "{places:?} {:?} {:?} {:?} {:?} {:?} {:?} {spoken:?} {provided}",
        world.accepted,
        world.running,
        world.under_way,
        world.windows,
        world.set,
        been.into_been(),
    )
}

/// What runs at the start runs at the end, and nothing else, where `finally` says nothing else.
fn stays(plan: &Plan, text: &str) -> bool {
    let source = Source::new("plan", text);
    let Ok(whole) = resolve(&source, &parse(&source).0, &Given::default()) else { return false };
    let spoken_of = |flow: &ChannelId| {
        plan.finals.iter().any(|last| match last.value.asks() {
            Asks::Facts(facts) => facts.iter().any(|(fact, _)| *fact == Fact::Running(*flow)),
            _ => false,
        })
    };
    plan.landscape.channels.ids().filter(|flow| !spoken_of(flow)).all(|flow| {
        let writes = whole.steps.rows().flat_map(|step| step.action.value.effects());
        let last = writes.flat_map(|effect| effect.writes()).rfind(|(fact, _)| *fact == Fact::Running(flow));
        last.is_none_or(|(_, value)| value == Value::Is(plan.start.running[flow]))
    })
}
