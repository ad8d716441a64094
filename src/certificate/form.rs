//! A certificate as a text: one line of JSON, and one way to write it.

use std::{collections::BTreeMap, time::Duration};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::world::{
    id::{Id, StepId},
    material::Fingerprint,
};

use super::{Refused, Subject};

/// The largest certificate that is written and read, in bytes.
pub const LIMIT: usize = 64 << 20;

/// The first word of every certificate: its form and the version of it.
pub const MARK: &str = "keyroll/proof/2";

/// Why a plan keeps its promises.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Certificate {
    #[schemars(skip)]
    schema: String,
    /// The SHA-256 digest of `proof` as it is written here.
    pub digest: Fingerprint,
    /// What is proved, and why.
    pub proof: Claim,
}

/// What is proved, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    /// The plan's name.
    pub plan_name: String,
    /// Digest of the plan's text and the values of its parameters.
    pub plan: Fingerprint,
    /// Digest of the world that the plan starts from.
    pub start: Fingerprint,
    /// What the verdict says.
    pub statement: Statement,
    /// Why it is so.
    pub reason: Reason,
    /// Why no interruption lasts longer than the limits say that are stated.
    pub limits: Vec<Bound>,
}

/// What a verdict says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// The promises that hold in every order of events.
    pub promises: Vec<String>,
    /// How long interruptions last at most, of those promises that have a bound.
    pub limits: Vec<String>,
    /// What holds at the end.
    pub finals: Vec<String>,
    /// Hazards that the author accepts.
    pub waived: Vec<String>,
    /// What it rests on.
    pub assumptions: Vec<String>,
}

/// Why a plan keeps its promises. Steps, keys and all other things are counted from 0, in the order
/// of the plan's text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Reason {
    /// By the order of the steps.
    Cuts {
        /// Rows of steps, each after the one before it in words; no step is in two of them.
        lines: Vec<Vec<u32>>,
        /// Which step comes before which: from the first to the last one; from each to the next
        /// leads a word of the plan or a part of one of the lines.
        paths: Vec<Vec<u32>>,
        /// How a role comes to know something before its step.
        news: Vec<Told>,
        /// For each promise over facts the steps that are done at a moment of which it speaks, one after
        /// the other.
        moments: Vec<Vec<u32>>,
    },
    /// By every world that can be reached.
    Explicit {
        /// The worlds: the start, and each other one after a world from which one move leads to it.
        worlds: Vec<Row>,
    },
}

/// Rows of steps.
pub(super) type Rows = [Vec<u32>];

/// What is known, and the steps by which word of it comes.
pub(super) type Told = (News, Vec<u32>);

/// What is known where: the role of `to` knows, before it does that step, that `of` is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct News {
    /// The step of which word goes out.
    pub of: u32,
    /// The step that waits for word of it.
    pub to: u32,
    /// Whether it is only word of the window that was agreed: every message passes that on, and not
    /// reports alone.
    pub window: bool,
}

/// A world: the fewest moves from it to the end; what lies at each place; which keys each receiver
/// accepts; which flows run and which facts of the plan's own are set, the facts counted on behind the
/// flows; with which keys messages of each flow are under way; how far each window is agreed (0 not at
/// all, 1 proposed, 2 agreed, 3 begun); which steps are done; which messages between roles were received;
/// of the promises over facts (by number) those of which a way leads here on which what must come first
/// never was so.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Row(
    pub u32,
    pub Vec<Option<u32>>,
    pub Vec<Vec<u32>>,
    pub Vec<u32>,
    pub Vec<Vec<u32>>,
    pub Vec<u8>,
    pub Vec<u32>,
    pub Vec<u32>,
    pub Vec<u32>,
);

/// Why an interruption lasts no longer than a limit says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Bound {
    /// Which limit of the plan.
    pub limit: u32,
    /// The step that stops the flow; none: it does not run at the start.
    pub stop: Option<u32>,
    /// A step after it that starts the flow again.
    pub start: u32,
    /// Steps, each with the seconds within which it is done, counted from the moment at which the stop
    /// begins.
    pub within: Vec<(u32, u64)>,
}

/// What is read of a certificate first.
#[derive(Deserialize)]
struct Mark {
    schema: String,
}

/// The steps with these numbers.
pub(super) fn steps(numbers: &[u32]) -> Vec<StepId> {
    numbers.iter().map(|number| StepId::at(*number as usize)).collect()
}

/// The number of a step.
#[must_use]
pub fn number(step: StepId) -> u32 {
    u32::try_from(step.index()).unwrap_or(u32::MAX)
}

impl Bound {
    /// The step that stops the flow; none: it does not run at the start.
    pub(super) fn stop(&self) -> Option<StepId> {
        self.stop.map(|step| StepId::at(step as usize))
    }

    /// The step that starts it again.
    pub(super) fn start(&self) -> StepId {
        StepId::at(self.start as usize)
    }

    /// Within what time each step is done.
    pub(super) fn times(&self) -> BTreeMap<StepId, Duration> {
        let times = self.within.iter();
        times.map(|(step, time)| (StepId::at(*step as usize), Duration::from_secs(*time))).collect()
    }
}

impl Claim {
    /// Refuses what is about another plan, start or statement, or has numbers that are none of this plan.
    pub(super) fn is_about(&self, subject: &Subject<'_>) -> Result<(), Refused> {
        let plan = subject.checked.plan();
        let what = if self.plan != plan.digest() || self.plan_name != plan.name {
            "the plan or a value of its parameters"
        } else if self.start != subject.digest {
            "the start"
        } else if self.statement != subject.statement {
            "what it states: promises, what is waived, or assumptions"
        } else {
            let is_orderly = self.is_orderly(plan.steps.len());
            return Refused::unless(is_orderly, "reasons in their order, about steps of this plan");
        };
        Err(Refused::Foreign(what))
    }

    /// Whether all numbers of steps are those of a plan with so many, and all reasons stand in their
    /// order, no two about the same.
    #[must_use]
    pub fn is_orderly(&self, steps: usize) -> bool {
        let within = |row: &[u32]| row.iter().all(|step| (*step as usize) < steps);
        let bounds = self.limits.iter().all(|bound| {
            let times: Vec<u32> = bound.within.iter().map(|(step, _)| *step).collect();
            let ends: Vec<u32> = bound.stop.into_iter().chain([bound.start]).collect();
            within(&times) && within(&ends) && times.is_sorted_by(|one, next| one < next)
        });
        bounds
            && match &self.reason {
                Reason::Cuts { lines, paths, news, moments } => {
                    let chains = news.iter().map(|(_, chain)| chain);
                    let ends = |path: &Vec<u32>| (path.first().copied(), path.last().copied());
                    lines.iter().chain(paths).chain(moments).chain(chains).all(|row| within(row))
                        && paths.is_sorted_by(|one, next| ends(one) < ends(next))
                        && news.is_sorted_by(|one, next| one.0 < next.0)
                }
                Reason::Explicit { .. } => true,
            }
    }
}

impl News {
    /// What is known where, of steps.
    #[must_use]
    pub fn new(of: StepId, to: StepId, window: bool) -> Self {
        Self { of: number(of), to: number(to), window }
    }
}

impl Certificate {
    /// The certificate of a claim.
    #[must_use]
    pub fn of(proof: Claim) -> Self {
        let digest = Fingerprint::of(json(&proof).as_bytes());
        Self { schema: MARK.to_owned(), digest, proof }
    }

    /// The text: what [`Self::read`] takes, and nothing else.
    #[must_use]
    pub fn text(&self) -> String {
        json(self) + "\n"
    }

    /// Reads a text.
    ///
    /// # Errors
    /// When it is no certificate, one of another version, or not as it was written.
    pub fn read(text: &[u8]) -> Result<Self, Refused> {
        let unreadable = |error: serde_json::Error| Refused::Unreadable(error.to_string());
        if text.len() > LIMIT {
            return Err(Refused::Unreadable(format!("it has more than {} MiB", LIMIT >> 20)));
        }
        let mark: Mark = serde_json::from_slice(text).map_err(unreadable)?;
        if mark.schema != MARK {
            return Err(Refused::Version(crate::source::shown(&mark.schema)));
        }
        let certificate: Self = serde_json::from_slice(text).map_err(unreadable)?;
        let whole = Self::of(certificate.proof);
        // Another digest, a space, a number written otherwise: none of it was written so.
        if whole.text().as_bytes() == text { Ok(whole) } else { Err(Refused::Altered) }
    }
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
