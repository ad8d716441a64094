//! What `synthesize` tells machines.

use std::path::Path;

use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    cli::{json::Document, output::Output},
    duration::Timing,
    page::findings::Entry,
    synthesis::{Acts, Bound, Found, Impossible},
};

/// What became of a scenario.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Synthesized {
    /// The scenario's file, or `<stdin>`.
    pub(super) file: String,
    /// The word for it.
    pub(super) outcome: Outcome,
    /// The plan, where one was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) plan: Option<Planned>,
    /// Why there is none, where that was proved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) impossible: Option<Impossibility>,
    /// Which bound was reached, where nothing is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) bound: Option<String>,
    /// The aliases beyond which no act was tried, where those that were do not reach what is wanted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) aliases: Vec<String>,
    /// The acts that would have helped, where they are known, with what stood against them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) barred: Vec<Barred>,
    /// The verbs that were tried.
    pub(super) verbs: Vec<String>,
    /// How many acts there are by them, on what the scenario declares.
    pub(super) acts: usize,
    /// Why the scenario is refused.
    pub(super) findings: Vec<Entry>,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Outcome {
    /// A plan was found, and proved.
    Proved,
    /// It was proved that there is none.
    Impossible,
    /// A bound was reached first, or what was tried does not suffice.
    NotFound,
    /// The scenario is refused.
    Refused,
}

/// A plan that was found.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(super) struct Planned {
    /// Its text.
    pub(super) text: String,
    /// The file that it was written to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) written: Option<String>,
    /// Acts and reports after a stop up to the start, one after the other; of all flows together.
    downtime_hops: u32,
    /// Each interruption of a flow.
    interruptions: Vec<Interrupted>,
    /// How long it waits for messages under way, in seconds.
    wait_seconds: u64,
    /// Rounds, in each of which a role does one thing at most.
    rounds: u32,
    /// Messages between roles.
    messages: u32,
    /// Steps.
    steps: u32,
    /// How many moments were looked at.
    moments: usize,
}

/// An interruption of a flow, as `prove` counts it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(super) struct Interrupted {
    /// The flow.
    pub(super) flow: String,
    /// The step that stops it; none: it does not run at the start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) stop: Option<String>,
    /// The step that starts it again; none: it is to stay stopped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) start: Option<String>,
    /// Acts on the longest chain from the stop to the start, both counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) acts: Option<usize>,
}

/// The proof that there is no plan.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(super) struct Impossibility {
    /// What is so in every world that can be reached.
    invariant: Vec<String>,
    /// What is wanted and is so in none of them.
    never: Vec<String>,
    /// The acts that would change what is always so.
    barred: Vec<Barred>,
    /// What is wrong with the start itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) start: Option<String>,
    /// How many worlds can be reached.
    worlds: usize,
}

/// An act that cannot be done.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(super) struct Barred {
    /// As a step would say it.
    act: String,
    /// Who could do it.
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<String>,
    /// What stands against it.
    why: Vec<String>,
}

impl Document for Synthesized {
    const NAME: &'static str = "synthesize";
}

/// The interruptions of a plan.
pub(super) fn interruptions(found: &Found) -> Vec<Interrupted> {
    let checked = found.proven.checked();
    let plan = checked.plan();
    let timing = Timing::of(plan, checked.order());
    let name = |step| plan.steps[step].name.value.clone();
    let rows = timing.interruptions.iter().map(|(one, stretch)| Interrupted {
        flow: plan.landscape.channels[one.flow].name.clone(),
        stop: one.stop.map(name),
        start: one.start.map(name),
        acts: stretch.hops,
    });
    rows.collect()
}

impl Planned {
    pub(super) fn of(found: &Found, output: Option<&Path>) -> Self {
        let written = Output::of(output).file();
        let cost = found.cost;
        Self {
            text: found.text.clone(),
            written: written.map(|path| path.display().to_string()),
            downtime_hops: cost.downtime,
            interruptions: interruptions(found),
            wait_seconds: cost.wait,
            rounds: cost.rounds,
            messages: cost.messages,
            steps: cost.steps,
            moments: found.moments,
        }
    }
}

impl From<crate::synthesis::Barred> for Barred {
    fn from(one: crate::synthesis::Barred) -> Self {
        Self { act: one.act, role: one.role, why: one.why }
    }
}

impl From<Impossible> for Impossibility {
    fn from(why: Impossible) -> Self {
        let barred = why.barred.into_iter().map(Barred::from);
        let Impossible { invariant, never, start, worlds, .. } = why;
        Self { invariant, never, barred: barred.collect(), start, worlds }
    }
}

impl Synthesized {
    /// What was not tried.
    pub(super) fn short_of(self, bound: Bound) -> Self {
        match bound {
            Bound::NotTried { aliases, barred } => {
                Self { aliases, barred: barred.into_iter().map(Barred::from).collect(), ..self }
            }
            _ => self,
        }
    }

    pub(super) fn of(file: &str, outcome: Outcome, acts: Option<&Acts>) -> Self {
        Self {
            file: file.to_owned(),
            outcome,
            plan: None,
            impossible: None,
            bound: None,
            aliases: Vec::new(),
            barred: Vec::new(),
            verbs: acts
                .map(|acts| acts.verbs.iter().map(|verb| (*verb).to_owned()).collect())
                .unwrap_or_default(),
            acts: acts.map_or(0, |acts| acts.count),
            findings: Vec::new(),
        }
    }
}
