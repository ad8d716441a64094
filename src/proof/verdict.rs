//! What a proof comes to: proved, refused, or not proved.

use crate::{
    check::Checked,
    source::{Finding, shown},
    world::{material::Fingerprint, state::World},
};

use super::{
    assumption::assumptions,
    cuts::{Settled, Unsettled, settle, walk},
    engine::{Engine, How},
    explore::{Found, explore},
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
}

/// A plan that is neither proved nor refused.
#[derive(Debug)]
pub struct NotProven {
    /// The plan, which a sandbox may still play.
    pub checked: Checked,
    /// How many worlds were looked at before the bound was reached.
    pub states: usize,
    /// Why causal cuts do not prove it, where they were asked.
    pub unsettled: Option<Unsettled>,
}

impl NotProven {
    /// Why, as the end of "not proved: ".
    #[must_use]
    pub fn reason(&self) -> String {
        match &self.unsettled {
            Some(unsettled) if self.states == 0 => {
                format!("causal cuts cannot settle it: {}", unsettled.sentence(self.checked.plan()))
            }
            _ => format!("bound reached ({} states)", self.states),
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
pub fn prove(checked: Checked, start: &World, budget: usize) -> Verdict {
    prove_by(Engine::Auto, checked, start, budget)
}

/// Judges a plan from a start, by one engine or by all in their order.
#[must_use]
pub fn prove_by(engine: Engine, checked: Checked, start: &World, budget: usize) -> Verdict {
    let settled = (engine != Engine::Explicit).then(|| settle(&checked, start));
    let unsettled = match settled {
        Some(Ok(Settled { questions })) => return proven(checked, start, How::Cuts { questions }),
        Some(Err(unsettled)) => Some(unsettled),
        None => None,
    };
    let found = match engine {
        Engine::Cuts => Found::Exhausted(0),
        Engine::Auto | Engine::Explicit => explore(Rules::of(&checked), start, budget),
    };
    match (found, unsettled) {
        // Two engines that differ prove nothing.
        (Found::Clean(space), unsettled @ Some(Unsettled::Broken(_))) => {
            Verdict::NotProven(Box::new(NotProven { checked, states: space.states(), unsettled }))
        }
        (Found::Clean(space), _) => {
            let how = How::Explicit { states: space.states(), transitions: space.transitions() };
            proven(checked, start, how)
        }
        (Found::Fault(moves, world, fault), _) => refuted(checked, (&moves, &world, fault), true),
        (Found::Exhausted(states), unsettled) => {
            let walked = match &unsettled {
                Some(Unsettled::Broken(broken)) => walk(&checked, start, broken),
                _ => None,
            };
            match walked {
                Some((moves, world, fault)) => refuted(checked, (&moves, &world, fault), false),
                None => Verdict::NotProven(Box::new(NotProven { checked, states, unsettled })),
            }
        }
    }
}

fn proven(checked: Checked, start: &World, how: How) -> Verdict {
    let start = world_digest(&checked, start);
    let proof = proof(&checked, how);
    Verdict::Proven(Box::new(Proven { checked, start, proof }))
}

fn refuted(checked: Checked, (moves, world, fault): (&[Move], &World, Fault), shortest: bool) -> Verdict {
    let story = Story::of(&checked, moves, world, fault);
    let finding = refusal(&checked, world, fault, moves);
    Verdict::Refuted(Box::new(Refuted { checked, fault, story, shortest, finding }))
}

fn proof(checked: &Checked, how: How) -> Proof {
    let plan = checked.plan();
    let waived = plan.waivers.iter().map(|w| {
        let hazard = match w.hazard {
            crate::invariant::Hazard::Rejected => "rejected",
            crate::invariant::Hazard::Interrupted => "interrupted",
        };
        format!("{} {hazard}: {}", shown(&plan.landscape.channels[w.flow].name), shown(&w.because))
    });
    Proof {
        how,
        promises: Rules::of(checked).sentences(),
        finals: plan.finals.iter().map(|f| f.value.sentence(&plan.landscape)).collect(),
        waived: waived.collect(),
        assumptions: assumptions(plan),
    }
}
