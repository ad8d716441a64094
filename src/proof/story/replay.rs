//! Leads a story that was written down through the rules: only then it is believed.

use std::collections::HashSet;

use crate::{
    check::Checked,
    invariant::been::Been,
    plan::Plan,
    proof::{
        rules::{Fault, Move, Rules},
        verdict::world_digest,
    },
    world::{id::DeliveryId, state::World},
};

use super::{
    Story,
    form::{FaultKind, StoryFile, Told},
    moment::Kind,
    refused::Refused,
};

/// How many worlds are looked at to see that a plan cannot finish.
const ENOUGH: usize = 200_000;

/// How many looks at a step, a message or a thing that may take.
const LOOKS: usize = 200_000_000;

/// The story that a file tells, as the rules tell it.
///
/// # Errors
/// Where the file says otherwise than the plan and the rules.
pub fn replay(checked: &Checked, file: &StoryFile) -> Result<Story, Refused> {
    let plan = checked.plan();
    if file.digest != plan.digest() || file.plan != plan.name {
        return Err(Refused::Foreign("the plan or a value of its parameters"));
    }
    if file.start != world_digest(checked, &plan.start) {
        return Err(Refused::Foreign("the start"));
    }
    let rules = Rules::of(checked);
    let mut world = plan.start.clone();
    let mut moves = Vec::new();
    let mut shown: Vec<Fault> = rules.faults(&world);
    let mut been = Been::nothing(&plan.landscape, &plan.statements);
    // What should have been so before is no fault of a moment: another story may go on behind it.
    let mut too_early = been.enter(&world);
    for (index, told) in file.moments.iter().enumerate() {
        let number = index + 1;
        if let Some(fault) = shown.first() {
            let what = fault_word(checked, &world, *fault);
            return Err(Refused::untrue(number, format!("before it the story is at its end: {what}")));
        }
        let step = step(plan, told).map_err(|why| Refused::untrue(number, why))?;
        moves.push(step);
        match rules.after(&world, step) {
            None => return Err(Refused::untrue(number, "it cannot happen then")),
            Some(Err(fault)) => {
                world = rules.shows(&world, step);
                shown = vec![fault];
            }
            Some(Ok(after)) => {
                world = after;
                shown = rules.faults(&world);
                too_early = been.enter(&world);
            }
        }
    }
    let is_bare = shown.is_empty();
    shown.extend(too_early.into_iter().map(Fault::Untrue));
    if is_bare && (shown.is_empty() || file.ending.fault == FaultKind::CannotFinish) {
        shown = without_a_moment(&rules, &world, file)?;
    }
    let stories = shown.into_iter().map(|fault| Story::of(checked, &plan.start, &moves, (&world, fault)));
    let stories: Vec<(StoryFile, Story)> =
        stories.map(|story| (StoryFile::of(checked, &story), story)).collect();
    let mut why = Refused::untrue(file.moments.len() + 1, "nothing is wrong then");
    for (whole, story) in stories {
        match difference(file, &whole) {
            None => return Ok(story),
            Some(differs) => why = differs,
        }
    }
    Err(why)
}

/// The faults of a world in which nothing is wrong by itself.
fn without_a_moment(rules: &Rules<'_>, world: &World, file: &StoryFile) -> Result<Vec<Fault>, Refused> {
    let number = file.moments.len() + 1;
    match file.ending.fault {
        FaultKind::CannotFinish => match can_finish(rules, world) {
            Some(false) => Ok(vec![Fault::Stuck]),
            Some(true) => Err(Refused::untrue(number, "from there the plan can finish")),
            None => Err(Refused::NotPlayable(format!(
                "whether the plan can finish from there is not to be seen in {ENOUGH} worlds"
            ))),
        },
        FaultKind::PromiseVacuous => {
            Err(Refused::NotPlayable("the promise speaks of no moment, so there is none to play".to_owned()))
        }
        _ => Err(Refused::untrue(number, "nothing is wrong then")),
    }
}

/// Whether the end of the plan can be reached; nothing where that takes too long to see.
fn can_finish(rules: &Rules<'_>, from: &World) -> Option<bool> {
    let rules = Rules::of(rules.checked()).within(LOOKS);
    let mut seen = HashSet::from([from.clone()]);
    let mut open = vec![from.clone()];
    while let Some(world) = open.pop() {
        if rules.is_ended(&world) {
            return Some(true);
        }
        if seen.len() > ENOUGH || rules.is_exhausted() {
            return None;
        }
        rules.next(&world, |step, result| {
            if let Ok(after) = result
                && !matches!(step, Move::Late(_))
                && seen.insert(after.clone())
            {
                open.push(after);
            }
        });
    }
    (!rules.is_exhausted()).then_some(false)
}

fn fault_word(checked: &Checked, world: &World, fault: Fault) -> String {
    crate::proof::ending::ending(checked, world, fault).text
}

/// The move that a moment tells of.
fn step(plan: &Plan, told: &Told) -> Result<Move, String> {
    let land = &plan.landscape;
    let named = |name: &Option<String>, what: &str| name.clone().ok_or_else(|| format!("it names no {what}"));
    let unknown = |what: &str, name: &str| format!("the plan has no {what} `{}`", crate::source::shown(name));
    let of_step = || {
        let name = named(&told.step, "step")?;
        plan.step(&name).ok_or_else(|| unknown("step", &name))
    };
    let message = || {
        let (flow, key) = (named(&told.flow, "flow")?, named(&told.key, "key")?);
        let channel = plan.flow(&flow).ok_or_else(|| unknown("flow", &flow))?;
        Ok::<_, String>((channel, plan.stamp(&key).ok_or_else(|| unknown("key", &key))?))
    };
    match told.kind {
        Kind::Act => of_step().map(Move::Act),
        Kind::LateEffect => of_step().map(Move::Late),
        Kind::Answer => of_step().map(Move::Answer),
        Kind::Receipt => {
            let (step, role) = (of_step()?, named(&told.role, "role")?);
            let mut mine = plan.deliveries_of(step);
            let found: Option<(DeliveryId, _)> = mine.find(|(_, to)| land.roles[*to] == role);
            found.map(|(id, _)| Move::Receive(id)).ok_or_else(|| unknown("such message to", &role))
        }
        Kind::WindowBegins => {
            let name = named(&told.window, "window")?;
            let window = land.windows.find(|w| w.name == name).ok_or_else(|| unknown("window", &name))?;
            Ok(Move::Open(window))
        }
        Kind::MessageSent => message().map(|(flow, key)| Move::Send(flow, key)),
        Kind::MessageArrives => message().map(|(flow, key)| Move::Arrive(flow, key)),
    }
}

/// Where two stories are not the same.
fn difference(file: &StoryFile, whole: &StoryFile) -> Option<Refused> {
    let mut pairs = file.moments.iter().zip(&whole.moments).enumerate();
    if let Some((index, (told, so))) = pairs.find(|(_, (told, so))| told != so) {
        let why = if told.changes != so.changes {
            "it changes something else"
        } else if told.under_way != so.under_way {
            "something else is under way after it"
        } else {
            "its number, its role, what it is about or its line is another one"
        };
        return Some(Refused::untrue(index + 1, why));
    }
    let number = file.moments.len() + 1;
    if file.ending != whole.ending {
        return Some(Refused::untrue(number, format!("this is wrong then: {}", whole.ending.text)));
    }
    (file != whole).then(|| Refused::untrue(number, "the rules tell it otherwise"))
}
