//! The way back of a run, or the way forward where there is none.

use std::collections::BTreeMap;

use crate::{
    check::{Checked, read},
    plan::given::Given,
    proof::{
        budget::Budget,
        verdict::{Proven, Verdict, prove},
    },
    run::casting::Casting,
    source::{Source, shown},
    synthesis::{Bound, Bounds, Cost, Progress, Scenario, Synthesis, synthesize},
    transition::state::State,
    world::{
        id::{KeyId, PlaceId, RoleId},
        state::{WindowState, World},
    },
};

use super::{
    carried::{carried, otherwise_declared},
    declared::{declared, not_asked},
    standing::Standing,
    stop::{at_work, stopping},
};

/// What calling a run off comes to.
#[derive(Debug)]
pub enum Way {
    /// It is as it was at the start, and nobody else may act.
    Nothing(Left),
    /// A plan that leads back.
    Back(Box<Back>),
    /// There is no way back: the rest of the plan as it is, proved from here.
    Forward(Box<Forward>),
    /// Neither is proved.
    None {
        /// Why there is no way back.
        back: String,
        /// Why the rest of the plan is not proved.
        forward: String,
    },
}

/// A way back.
#[derive(Debug)]
pub struct Back {
    /// Its plan, proved from where the run stands.
    pub proven: Proven,
    /// The run as it stands, in the names of that plan.
    pub state: State,
    /// Values of its parameters.
    pub parameters: BTreeMap<String, String>,
    /// Who is told to stop first, and says that they have.
    pub told: Vec<String>,
    /// What it costs, stops aside; nothing where nothing has to be done but to stop.
    pub cost: Option<Cost>,
    /// What it does not bring back.
    pub left: Left,
}

/// What is otherwise at the end than at the start, and what was not asked of the way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Left {
    /// Pairs that stay under an alias that was free, a sentence each.
    pub stays: Vec<String>,
    /// Promises of the plan that are said of it from its start on.
    pub not_asked: Vec<String>,
}

/// A way forward.
#[derive(Debug)]
pub struct Forward {
    /// The plan of the run, proved from where it stands.
    pub proven: Proven,
    /// Why there is no way back.
    pub because: String,
}

/// A run that is called off.
#[derive(Clone, Copy, Debug)]
pub struct Run<'a> {
    /// Its plan.
    pub checked: &'a Checked,
    /// With what it was read.
    pub given: &'a Given,
    /// What is recorded.
    pub state: &'a State,
    /// Where it stands.
    pub standing: &'a Standing,
    /// Who does what.
    pub casting: &'a Casting,
    /// The role in which somebody calls it off.
    pub by: RoleId,
}

/// Looks for the way back, and for the way forward where there is none. `goes_on` is told now and then that
/// the search goes on, and ends it by saying no.
#[must_use]
pub fn way(run: Run<'_>, bounds: Bounds, budget: usize, goes_on: &dyn Fn(Progress) -> bool) -> Way {
    let back = match back(run, bounds, budget, goes_on) {
        Ok(way) => return way,
        Err(why) => why,
    };
    match forward(run, budget) {
        Ok(proven) => Way::Forward(Box::new(Forward { proven: *proven, because: back })),
        Err(forward) => Way::None { back, forward },
    }
}

/// The rest of the plan, proved from where the run stands.
fn forward(run: Run<'_>, budget: usize) -> Result<Box<Proven>, String> {
    let plan = run.checked.plan();
    let Ok(checked) = read(&plan.source, run.given) else {
        return Err("it is not accepted any more".to_owned());
    };
    let World { done, heard, .. } = run.state.world.clone();
    let start = World { done, heard, ..run.standing.world.clone() };
    proved(checked, &start, budget)
}

/// Proves a plan from a world, or says in words why not.
///
/// # Errors
/// What speaks against it.
pub fn proved<'b>(
    checked: Checked,
    start: &World,
    budget: impl Into<Budget<'b>>,
) -> Result<Box<Proven>, String> {
    match prove(checked, start, budget) {
        Verdict::Proven(proven) => Ok(proven),
        Verdict::Refuted(refuted) => Err(refuted.finding.to_string()),
        Verdict::NotProven(open) => Err(format!("not proved: {}", open.reason())),
    }
}

fn back(
    run: Run<'_>,
    bounds: Bounds,
    budget: usize,
    goes_on: &dyn Fn(Progress) -> bool,
) -> Result<Way, String> {
    let plan = run.checked.plan();
    if let Some((place, key)) = gone(run) {
        let (place, key) = (plan.landscape.place_name(place), &plan.landscape.keys[key]);
        return Err(format!("{} named {}, and that pair is gone", shown(&place), shown(key)));
    }
    let left = Left { stays: stays(run), not_asked: not_asked(plan) };
    let told = at_work(run.checked, (run.state, &run.standing.world), run.casting, run.by);
    let is_back = is_at(run, &plan.start);
    if is_back && told.is_empty() {
        return Ok(Way::Nothing(left));
    }
    // What is given is for a plan that asks nothing any more.
    let declares = |name: &String| plan.parameters.iter().any(|parameter| parameter.name == *name);
    let kept = run.given.parameters.iter().filter(|(name, _)| declares(name));
    let given = Given::parameters(kept.map(|(name, value)| (name.clone(), value.clone())).collect());
    let text = declared(plan, run.given, &run.standing.world, &plan.start).ok_or(
        "it is searched for no plan with flows that are repointed or facts of its own: \
         write its plan, and move the run to it by `keyroll amend`",
    )?;
    let source = Source::new(plan.source.name.clone(), text);
    let (text, cost) = if is_back {
        (source.text.clone(), None)
    } else {
        let mut scenario = Scenario::read(&source, &given).map_err(|refusal| refused(&refusal))?;
        under_way(run, &mut scenario)?;
        match synthesize(&scenario, &given, bounds, goes_on).0 {
            Synthesis::Found(found) => (found.text, Some(found.cost)),
            Synthesis::Impossible(_) => return Err("no plan leads back: every act was tried".to_owned()),
            Synthesis::Bound(bound) => return Err(unfound(&bound).to_owned()),
        }
    };
    let source = source.with_text(stopping(&text, plan, run.by, &told));
    let checked = read(&source, &given).map_err(|refusal| refused(&refusal))?;
    let standing = Standing { world: without_idle_windows(run), ..run.standing.clone() };
    let state = carried((run.checked, run.state), &standing, &checked, &std::collections::BTreeSet::new());
    let state = state.ok_or("where the run stands has no names in the plan that leads back")?;
    // What is proved is what is so.
    let otherwise = otherwise_declared(&checked, &state);
    if !otherwise.is_empty() {
        return Err(format!(
            "the plan that leads back does not begin with {} as it is",
            otherwise.join(", ")
        ));
    }
    let proven = *proved(checked, &state.world, budget)?;
    let told = told.iter().map(|role| plan.landscape.roles[*role].clone()).collect();
    let back = Back { proven, state, parameters: given.parameters, told, cost, left };
    Ok(Way::Back(Box::new(back)))
}

/// An alias whose pair of the start lies nowhere in its keystore any more.
fn gone(run: Run<'_>) -> Option<(PlaceId, KeyId)> {
    let land = &run.checked.plan().landscape;
    let lies = |at: PlaceId, key: KeyId| {
        let store = land.places[at].store;
        run.standing
            .world
            .places
            .iter()
            .any(|(place, held)| *held == Some(key) && land.places[place].store == store)
    };
    run.checked.plan().places_in_use().find(|(place, key)| !lies(*place, *key))
}

/// The pairs that lie under aliases that were free at the start, and that no way back takes away.
fn stays(run: Run<'_>) -> Vec<String> {
    let plan = run.checked.plan();
    let land = &plan.landscape;
    let mine: Vec<KeyId> = plan.places_in_use().map(|(_, key)| key).collect();
    let held = run.standing.world.places.rows().copied().flatten();
    let mut keys: Vec<KeyId> = held.filter(|key| !mine.contains(key)).collect();
    keys.sort();
    keys.dedup();
    let told = |key: KeyId| {
        format!("the pair of {} stays in its keystore, under an alias of its own", shown(&land.keys[key]))
    };
    keys.into_iter().map(told).collect()
}

/// Whether what the start says of aliases, receivers, flows and facts is so.
fn is_at(run: Run<'_>, start: &World) -> bool {
    let is = &run.standing.world;
    let places = run.checked.plan().places_in_use().all(|(place, key)| is.places[place] == Some(key));
    let own = run.checked.plan().landscape.repointed().all(|(_, own)| is.places[own] == start.places[own]);
    places && own && is.accepted == start.accepted && is.running == start.running && is.set == start.set
}

/// Windows count as agreed where a flow stands still meanwhile, and not where every flow runs again that did at
/// the start: then another time is agreed for what is still to come.
fn without_idle_windows(run: Run<'_>) -> World {
    let (plan, world) = (run.checked.plan(), run.standing.world.clone());
    let stands_still = |flow| plan.start.running[flow] && world.stamp(&plan.landscape, flow).is_none();
    if plan.landscape.channels.ids().any(stands_still) { world } else { world.without_windows() }
}

/// Lets a search begin with what may be under way, and with the windows that are agreed.
fn under_way(run: Run<'_>, scenario: &mut Scenario) -> Result<(), String> {
    let (land, is) = (&run.checked.plan().landscape, without_idle_windows(run));
    let strange = || "what is under way has no names in the plan that leads back".to_owned();
    let mut start = scenario.plan().start.clone();
    for (flow, row) in land.channels.iter() {
        let here = scenario.plan().flow(&row.name).ok_or_else(strange)?;
        for key in is.under_way[flow].iter() {
            let key = scenario.plan().stamp(&land.keys[key]).ok_or_else(strange)?;
            start.under_way[here].insert(key);
        }
    }
    for (window, row) in land.windows.iter() {
        let here = scenario.plan().landscape.windows.find(|other| other.name == row.name);
        start.windows[here.ok_or_else(strange)?] = match is.windows[window] {
            // It begins some day, and who goes back may wait for that.
            WindowState::Agreed | WindowState::Open => WindowState::Open,
            WindowState::Unagreed | WindowState::Proposed => WindowState::Unagreed,
        };
    }
    scenario.begin_at(start);
    Ok(())
}

/// Why no way back was found, and none is ruled out.
const fn unfound(bound: &Bound) -> &'static str {
    match bound {
        Bound::Worlds(_) | Bound::Moments(_) => "there are too many ways to look at each",
        Bound::NotProved(_) => {
            "the start can be reached again, and of the plans that were written none was proved"
        }
        Bound::NotTried { .. } => "what was tried does not lead back",
        Bound::Stopped { .. } => "the search was stopped",
    }
}

fn refused(refusal: &crate::source::Refusal) -> String {
    let codes: Vec<String> = refusal.codes().map(|code| code.to_string()).collect();
    format!("the plan that leads back is refused: {}", codes.join(", "))
}
