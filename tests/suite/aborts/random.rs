//! Random plans: the way back that is found from a moment that they can come to is believed by the second judge.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use keyroll::{
    backend::Outcome,
    check::Checked,
    plan::given::Given,
    proof::verdict::{BUDGET, Verdict, prove},
    rest::{
        standing::Standing,
        way::{Run, Way, way},
    },
    run::{casting::Casting, site::Site},
    source::Source,
    synthesis::Bounds,
    transition::{
        moves::{candidates, outcome},
        state::{State, Status},
    },
    world::state::World,
};

use crate::{
    random_plans::{counted, sound},
    reference::{Compared, compare_from},
};

/// How many texts are made; more are asked for by a variable.
const TEXTS: u64 = 6_000;

/// More moments than a random plan is worth, and than are tried of one.
const ENOUGH: usize = 1_500;
const TRIED: usize = 12;

/// The moments that a plan can come to, each once.
fn reachable(checked: &Checked) -> Option<Vec<World>> {
    let mut start = checked.plan().start.clone();
    start.send_everywhere(&checked.plan().landscape);
    let (mut seen, mut open, mut found) =
        (BTreeSet::from([format!("{start:?}")]), VecDeque::from([start]), Vec::new());
    while let Some(world) = open.pop_front() {
        for step in candidates(checked, &world) {
            let Some(Ok(mut after)) = outcome(checked, &world, step) else { continue };
            after.send_everywhere(&checked.plan().landscape);
            if seen.insert(format!("{after:?}")) {
                open.push_back(after);
            }
        }
        found.push(world);
        if found.len() > ENOUGH {
            return None;
        }
    }
    Some(found)
}

/// A run at a moment, of whose course nothing else is known.
fn at(checked: &Checked, world: &World) -> State {
    let mut state = State::new(checked);
    state.started = true;
    state.world = world.clone();
    for step in checked.plan().steps.ids().filter(|step| world.is_done(*step)) {
        state.steps[step].status = Status::Done(Outcome::Changed);
        state.steps[step].attempts = 1;
    }
    state
}

/// What comes of calling a plan off at some of its moments, each kind once.
fn said_of(checked: &Checked, seed: u64) -> BTreeMap<&'static str, usize> {
    let mut said: BTreeMap<&'static str, usize> = BTreeMap::new();
    let Some(worlds) = reachable(checked) else { return said };
    let site = Site::read(&Source::new("site.toml", "site = 1\n")).unwrap();
    let casting = Casting::of(checked.plan(), &site);
    let given = Given::default();
    let every = worlds.len().div_ceil(TRIED);
    for world in worlds.iter().skip(seed as usize % every).step_by(every) {
        let state = at(checked, world);
        if state.is_finished() {
            continue;
        }
        let standing = Standing { world: world.clone(), stopped: BTreeMap::new(), unrecorded: Vec::new() };
        let by = checked.plan().landscape.roles.ids().next().expect("a plan has a role");
        let run = Run { checked, given: &given, state: &state, standing: &standing, casting: &casting, by };
        let kind = match way(run, Bounds { moments: 20_000, several: true }, BUDGET, &|_| true) {
            Way::Nothing(_) => "nothing",
            Way::Forward(_) => "forward",
            Way::None { .. } => "none",
            Way::Back(back) => {
                let text = back.proven.checked().plan().source.text.clone();
                let start = &back.state.world;
                // Everything that may be under way is under way there too.
                for (flow, keys) in world.under_way.iter() {
                    assert_eq!(start.under_way[flow], *keys, "{text}");
                }
                match compare_from(back.proven.into_checked(), start, ENOUGH) {
                    Compared::Proved(_) => "back",
                    Compared::TooMany => "too many",
                    other => panic!("{other:?} of the way back\n{text}\nof\n{}", checked.plan().source.text),
                }
            }
        };
        *said.entry(kind).or_default() += 1;
    }
    said
}

#[test]
fn both_judges_say_the_same_of_ways_back() {
    let texts = std::env::var("KEYROLL_RANDOM_ABORTS").ok().and_then(|n| n.parse().ok()).unwrap_or(TEXTS);
    let sums = std::sync::Mutex::new(BTreeMap::<&'static str, usize>::new());
    counted(0..texts, |seed| {
        let checked = sound(seed..seed + 1).next()?;
        let start = checked.plan().start.clone();
        let Verdict::Proven(proven) = prove(checked, &start, ENOUGH) else { return None };
        for (kind, count) in said_of(proven.checked(), seed) {
            *sums.lock().unwrap().entry(kind).or_default() += count;
        }
        Some(())
    });
    let sums = sums.into_inner().unwrap();
    println!("{sums:?}");
    let of = |kind: &str| sums.get(kind).copied().unwrap_or_default();
    assert!(of("back") >= 50 && of("nothing") >= 20, "hardly any way back is tried: {sums:?}");
}
