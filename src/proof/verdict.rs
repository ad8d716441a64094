//! What a proof comes to: proved, refused, or not proved.

use crate::{
    check::Checked,
    condition::Condition,
    graph::repointed::strays,
    plan::Plan,
    source::{Finding, Spanned, shown},
    world::{id::StepId, material::Fingerprint, state::World},
};

use super::{
    assumption::assumptions,
    budget::{Budget, Reached},
    cuts::{Broken, Settled, Unsettled, settle, walk},
    engine::{Engine, How},
    explicit::{
        search::{Found, explore},
        sparing::{Spared, spared, told_of},
    },
    pack::Packing,
    refusal::refusal,
    rules::{Fault, Move, Rules},
    story::Story,
};

/// How many worlds a proof looks at unless it is told otherwise.
pub const BUDGET: usize = 2_000_000;

/// A verdict on a checked plan.
#[derive(Debug)]
pub enum Verdict {
    /// Every promise holds in every order of events.
    Proven(Box<Proven>),
    /// This is how one does not.
    Refuted(Box<Refuted>),
    /// The budget ran out first.
    NotProven(Box<NotProven>),
}

/// A plan that keeps its promises from one start. Only [`prove`] makes one.
#[derive(Debug)]
pub struct Proven {
    checked: Checked,
    start: Fingerprint,
    proof: Proof,
}

/// What was proved, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// By which engine, and what it looked at.
    pub how: How,
    /// The promises, as sentences; and whether the plan makes them in words.
    pub promises: Vec<(String, bool)>,
    /// What holds at the end.
    pub finals: Vec<String>,
    /// Hazards that the author accepts, with the reason.
    pub waived: Vec<String>,
    /// What the verdict rests on.
    pub assumptions: Vec<String>,
}

/// A plan with a story in which it breaks a promise.
#[derive(Debug)]
pub struct Refuted {
    /// The plan, which a sandbox may still play.
    pub checked: Checked,
    /// What goes wrong.
    pub fault: Fault,
    /// How.
    pub story: Story,
    /// Whether no story is shorter.
    pub shortest: bool,
    /// The page.
    pub finding: Finding,
    /// The steps that the story is about, by name, the last one first.
    pub about: Vec<String>,
}

/// A plan that is neither proved nor refused.
#[derive(Debug)]
pub struct NotProven {
    /// The plan, which a sandbox may still play.
    pub checked: Checked,
    /// How many worlds were looked at.
    pub states: usize,
    /// Why.
    pub why: Why,
}

/// Why a plan is neither proved nor refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// The search through the states reached its bound; within so many moves nothing is wrong.
    Bound(usize),
    /// It was told to end, likewise.
    Stopped(usize),
    /// Causal cuts were asked alone, and cannot tell.
    Unsettled(Unsettled),
    /// The two engines do not say the same.
    Differ,
    /// It keeps its promises, and says of itself that it is refused, with this code.
    Expected(String),
    /// The search found something wrong of which the rules of the world know nothing.
    Unclear,
}

impl NotProven {
    /// Why, as the end of "not proved: ".
    #[must_use]
    pub fn reason(&self) -> String {
        match &self.why {
            Why::Bound(moves) => format!("bound reached ({} states; {})", self.states, within(*moves)),
            Why::Stopped(moves) => format!("stopped ({} states; {})", self.states, within(*moves)),
            Why::Unsettled(unsettled) => {
                format!("causal cuts cannot settle it: {}", unsettled.sentence(self.checked.plan()))
            }
            Why::Unclear => {
                "the search through the states and the rules of the world do not say the same".to_owned()
            }
            Why::Expected(code) => {
                format!("it keeps its promises, and its head says that it is refused: `{}`", shown(code))
            }
            Why::Differ => "causal cuts and the search through the states do not say the same".to_owned(),
        }
    }
}

impl Proven {
    /// The plan.
    #[must_use]
    pub const fn checked(&self) -> &Checked {
        &self.checked
    }

    /// Gives the plan up for a sandbox.
    #[must_use]
    pub fn into_checked(self) -> Checked {
        self.checked
    }

    /// Identifies the world that the proof starts from.
    #[must_use]
    pub const fn start(&self) -> Fingerprint {
        self.start
    }

    /// What was proved.
    #[must_use]
    pub const fn proof(&self) -> &Proof {
        &self.proof
    }
}

/// Identifies a world of a plan.
#[must_use]
pub fn world_digest(checked: &Checked, world: &World) -> Fingerprint {
    let mut words = Vec::new();
    Packing::of(checked.plan()).pack(world, &mut words);
    let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    Fingerprint::of(&bytes)
}

/// Judges a plan from a start: the declared one, an observed one or the middle of a run.
#[must_use]
pub fn prove<'a>(checked: Checked, start: &World, budget: impl Into<Budget<'a>>) -> Verdict {
    prove_by(Engine::Auto, checked, start, budget)
}

/// Judges a plan from a start, by one engine or by all in their order.
#[must_use]
pub fn prove_by<'a>(
    engine: Engine,
    checked: Checked,
    start: &World,
    budget: impl Into<Budget<'a>>,
) -> Verdict {
    if let Some(flow) = strays(checked.plan(), checked.order(), start) {
        let why = Why::Unsettled(Unsettled::Strays(flow));
        return Verdict::NotProven(Box::new(NotProven { checked, states: 0, why }));
    }
    let unsettled = match engine {
        Engine::Explicit => None,
        Engine::Auto | Engine::Cuts => match settle(&checked, start) {
            Ok(Settled { questions }) => return proven(checked, start, How::Cuts { questions }),
            Err(unsettled) => Some(unsettled),
        },
    };
    let (states, why) = match (engine, &unsettled) {
        // Asked last: everything else is proved.
        (_, Some(Unsettled::Vacuous(number))) => {
            return refuted(checked, start, (&[], start, Fault::Vacuous(*number)), true);
        }
        (Engine::Cuts, Some(unsettled)) => (0, Why::Unsettled(unsettled.clone())),
        _ => match searched(&checked, start, budget.into()) {
            // Two engines that differ prove nothing.
            Searched::Kept(_) if matches!(unsettled, Some(Unsettled::Broken(_))) => (0, Why::Differ),
            Searched::Kept(how) => return proven(checked, start, how),
            Searched::Told((moves, world, fault), shortest) => {
                return refuted(checked, start, (&moves, &world, fault), shortest);
            }
            Searched::Open(states, why) => (states, why),
        },
    };
    if let (Some(Unsettled::Broken(broken)), Why::Bound(_) | Why::Stopped(_) | Why::Unsettled(_)) =
        (&unsettled, &why)
        && let Some((moves, world, fault)) = walk(&checked, start, broken)
    {
        return refuted(checked, start, (&moves, &world, fault), false);
    }
    Verdict::NotProven(Box::new(NotProven { checked, states, why }))
}

/// What a search came to.
enum Searched {
    /// Nothing is wrong.
    Kept(How),
    /// This is, and whether no story is shorter.
    Told((Vec<Move>, World, Fault), bool),
    /// It cannot be said after so many worlds.
    Open(usize, Why),
}

/// Looks at as few worlds as a proof needs, and where something is wrong, at as many as the shortest
/// story does.
fn searched(checked: &Checked, start: &World, budget: Budget<'_>) -> Searched {
    let rules = Rules::of(checked);
    let spared = match spared(&rules, start, budget) {
        Spared::Kept { states, transitions, slices, alike } => {
            return Searched::Kept(How::Explicit { states, transitions, slices, alike });
        }
        Spared::Spent { states, stopped: true } => return Searched::Open(states, Why::Stopped(0)),
        spared => spared,
    };
    match (explore(&rules, start, budget), spared) {
        (Found::Fault(moves, world, fault), _) => Searched::Told((moves, *world, fault), true),
        (Found::Clean(space), Spared::Broken { .. }) => Searched::Open(space.states(), Why::Differ),
        (Found::Clean(space), _) => {
            let (states, transitions) = (space.states(), space.transitions());
            Searched::Kept(How::Explicit { states, transitions, slices: 1, alike: 0 })
        }
        (Found::Exhausted(Reached { states, moves, stopped: true }), _) => {
            Searched::Open(states, Why::Stopped(moves))
        }
        // Of the whole nothing more would be found by searching it again.
        (Found::Exhausted(Reached { states, moves, .. }), Spared::Broken { part, is_whole: false }) => {
            // What only the end of the whole shows is told by any way there.
            let all = Broken { then: checked.plan().steps.ids().collect(), ..Broken::default() };
            let told = told_of(&rules, start, part, budget).or_else(|| walk(checked, start, &all));
            match told {
                Some(told) => Searched::Told(told, false),
                None => Searched::Open(states, Why::Bound(moves)),
            }
        }
        (Found::Exhausted(Reached { states, moves, .. }), _) => Searched::Open(states, Why::Bound(moves)),
        (Found::Unclear(states), _) => Searched::Open(states, Why::Unclear),
    }
}

/// What is known of a search that did not come to its end.
fn within(moves: usize) -> String {
    match moves {
        1 => "no promise is broken within 1 move".to_owned(),
        _ => format!("no promise is broken within {moves} moves"),
    }
}

fn proven(checked: Checked, start: &World, how: How) -> Verdict {
    // What shows a hazard is not to be run, and is no reason for another plan either.
    if let Some(expected) = &checked.plan().expected {
        let why = Why::Expected(expected.code.value.clone());
        return Verdict::NotProven(Box::new(NotProven { checked, states: 0, why }));
    }
    let start = world_digest(&checked, start);
    let proof = proof(&checked, how);
    Verdict::Proven(Box::new(Proven { checked, start, proof }))
}

fn refuted(
    checked: Checked,
    start: &World,
    (moves, world, fault): (&[Move], &World, Fault),
    shortest: bool,
) -> Verdict {
    let story = Story::of(&checked, start, moves, (world, fault));
    let finding = checked.plan().source.placed_one(refusal(&checked, world, fault, moves));
    let fails = match fault {
        Fault::Misfit(step, _) | Fault::Stale(step, _) => Some(step),
        _ => None,
    };
    let acts = moves.iter().rev().filter_map(|step| match step {
        Move::Act(step) | Move::Answer(step) | Move::Late(step) => Some(*step),
        _ => None,
    });
    let name = |step: StepId| checked.plan().steps[step].name.value.clone();
    let about = fails.into_iter().chain(acts).map(name).collect();
    Verdict::Refuted(Box::new(Refuted { checked, fault, story, shortest, finding, about }))
}

fn proof(checked: &Checked, how: How) -> Proof {
    let plan = checked.plan();
    Proof {
        how,
        promises: Rules::of(checked).sentences(),
        finals: finals(plan),
        waived: waived(plan),
        assumptions: assumptions(checked),
    }
}

/// What holds at the end, and who knows it then.
pub(super) fn finals(plan: &Plan) -> Vec<String> {
    let ending = |(number, condition): (usize, &Spanned<Box<dyn Condition>>)| {
        let known = plan.known.iter().filter(|known| known.value.what == number);
        let roles: Vec<&str> =
            known.flat_map(|k| &k.value.roles).map(|role| plan.landscape.roles[*role].as_str()).collect();
        let sentence = condition.value.sentence(&plan.landscape);
        if roles.is_empty() { sentence } else { format!("{sentence} known to {}", roles.join(", ")) }
    };
    plan.finals.iter().enumerate().map(ending).collect()
}

/// The hazards that the author accepts and the uses that are left out, each with the reason.
pub(super) fn waived(plan: &Plan) -> Vec<String> {
    let waived = plan.waivers.iter().map(|w| {
        let hazard = match w.hazard {
            crate::invariant::Hazard::Rejected => "rejected",
            crate::invariant::Hazard::Interrupted => "interrupted",
        };
        format!("{} {hazard}: {}", shown(&plan.landscape.channels[w.flow].name), shown(&w.because))
    });
    waived.chain(plan.waived_uses()).chain(plan.waived_kinds()).collect()
}
