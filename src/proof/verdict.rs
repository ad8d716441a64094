//! What a proof comes to: proved, refused, or not proved.

use crate::{
    check::Checked,
    source::{Finding, shown},
    world::{material::Fingerprint, state::World},
};

use super::{
    assumption::assumptions,
    explore::{Found, explore},
    pack::Packing,
    refusal::refusal,
    rules::{Fault, Rules},
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
    /// How many worlds were looked at.
    pub states: usize,
    /// How many steps between them.
    pub transitions: usize,
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
    /// The page.
    pub finding: Finding,
}

/// A plan whose worlds are too many.
#[derive(Debug)]
pub struct NotProven {
    /// The plan, which a sandbox may still play.
    pub checked: Checked,
    /// How many worlds were looked at.
    pub states: usize,
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
pub fn prove(checked: Checked, start: &World, budget: usize) -> Verdict {
    let found = explore(Rules::of(&checked), start, budget);
    match found {
        Found::Clean(space) => {
            let start = world_digest(&checked, start);
            let proof = proof(&checked, space.states(), space.transitions());
            Verdict::Proven(Box::new(Proven { checked, start, proof }))
        }
        Found::Fault(moves, world, fault) => {
            let story = Story::of(&checked, &moves, &world, fault);
            let finding = refusal(&checked, &world, fault, &moves);
            Verdict::Refuted(Box::new(Refuted { checked, fault, story, finding }))
        }
        Found::Exhausted(states) => Verdict::NotProven(Box::new(NotProven { checked, states })),
    }
}

fn proof(checked: &Checked, states: usize, transitions: usize) -> Proof {
    let plan = checked.plan();
    let waived = plan.waivers.iter().map(|w| {
        let hazard = match w.hazard {
            crate::invariant::Hazard::Rejected => "rejected",
            crate::invariant::Hazard::Interrupted => "interrupted",
        };
        format!("{} {hazard}: {}", shown(&plan.landscape.channels[w.flow].name), shown(&w.because))
    });
    Proof {
        states,
        transitions,
        promises: Rules::of(checked).sentences(),
        finals: plan.finals.iter().map(|f| f.value.sentence(&plan.landscape)).collect(),
        waived: waived.collect(),
        assumptions: assumptions(plan),
    }
}
