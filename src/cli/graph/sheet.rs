//! `keyroll graph --format json`

use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    cli::json::Document,
    graph::outline::{GateKind, MessageKind, Outline},
    syntax::spelt,
    world::id::{RoleId, StepId},
};

/// A plan's graph for machines. Steps and roles are told by their names.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Sheet {
    /// The name of the plan.
    pub plan: String,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The roles, in the order of the plan.
    pub lanes: Vec<Lane>,
    /// The steps, in the order of the plan.
    pub steps: Vec<Step>,
    /// Which step comes after which.
    pub edges: Vec<Edge>,
    /// Which role tells which one what.
    pub messages: Vec<Message>,
    /// The windows that can be agreed.
    pub windows: Vec<Window>,
    /// Where flows do not run.
    pub standstills: Vec<Standstill>,
}

impl Document for Sheet {
    const NAME: &'static str = "graph";
}

/// A role.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Lane {
    /// Its name.
    pub role: String,
    /// What people call it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
}

/// A step.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Step {
    /// Its number, from one.
    pub number: usize,
    /// Its name.
    pub name: String,
    /// What people call it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The role that acts.
    pub role: String,
    /// What it does, as in the plan.
    pub act: String,
    /// How many steps come before it at least, one after the other.
    pub rank: usize,
    /// What must hold before it.
    pub gates: Vec<Gate>,
}

/// What must hold before a step.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Gate {
    /// What it needs, or how long it waits after which step, or before or after which date it does not begin.
    pub needs: String,
    /// What opens it.
    pub kind: Opener,
}

/// What opens a gate.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Opener {
    /// Somebody does something.
    Facts,
    /// The last message that is under way arrives.
    Drained,
    /// An agreed window begins.
    Window,
    /// A time passes, or a date comes.
    Time,
}

/// One step after another.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Edge {
    /// The earlier step.
    pub from: String,
    /// The later step.
    pub to: String,
    /// Whether a message travels along it.
    pub kind: Verb,
    /// Whether no other edges lead from the one to the other.
    pub necessary: bool,
}

/// What an edge or a message is.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verb {
    /// No message: order alone.
    Order,
    /// Says what is done.
    Inform,
    /// Hands over the public half of a key.
    Provide,
    /// Asks for something.
    Request,
    /// Allows something.
    Allow,
    /// Proposes a window, and is answered.
    Agree,
}

/// What a role tells another one.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Message {
    /// The step that says it.
    pub from: String,
    /// The role that is told.
    pub to: String,
    /// What is said.
    pub kind: Verb,
    /// The steps of that role that come right after it.
    pub heard_by: Vec<String>,
}

/// A window.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Window {
    /// Its name.
    pub name: String,
    /// How long it may last, as in `4h`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_most: Option<String>,
}

/// A stretch in which a flow does not run.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Standstill {
    /// The flow.
    pub flow: String,
    /// The window inside of which it lies, where the plan says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window: Option<String>,
    /// The step that stops the flow; none where it does not run at the start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stop: Option<String>,
    /// The step that starts it again; none where nobody does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start: Option<String>,
    /// The steps that lie inside in every run, both ends included.
    pub inside: Vec<String>,
}

impl From<MessageKind> for Verb {
    fn from(kind: MessageKind) -> Self {
        match kind {
            MessageKind::Inform => Self::Inform,
            MessageKind::Provide => Self::Provide,
            MessageKind::Request => Self::Request,
            MessageKind::Allow => Self::Allow,
            MessageKind::Agree => Self::Agree,
        }
    }
}

impl Sheet {
    /// The graph of an outline.
    #[must_use]
    pub fn of(outline: &Outline) -> Self {
        let step = |id: StepId| outline.steps[id].name.clone();
        let role = |id: RoleId| outline.lanes[id].role.clone();
        let all = |ids: &[StepId]| ids.iter().copied().map(step).collect();
        Self {
            plan: outline.name.clone(),
            title: outline.title.clone(),
            lanes: outline
                .lanes
                .rows()
                .map(|l| Lane { role: l.role.clone(), title: l.title.clone() })
                .collect(),
            steps: outline.steps.ids().map(|id| Step::of(outline, id)).collect(),
            edges: outline
                .edges
                .iter()
                .map(|edge| Edge {
                    from: step(edge.from),
                    to: step(edge.to),
                    kind: edge.kind.map_or(Verb::Order, Verb::from),
                    necessary: edge.necessary,
                })
                .collect(),
            messages: outline
                .messages
                .iter()
                .map(|message| Message {
                    from: step(message.from),
                    to: role(message.to),
                    kind: message.kind.into(),
                    heard_by: all(&message.heard_by),
                })
                .collect(),
            windows: outline
                .windows
                .iter()
                .map(|(name, most)| Window { name: name.clone(), at_most: most.map(spelt) })
                .collect(),
            standstills: outline
                .standstills
                .iter()
                .map(|still| Standstill {
                    flow: still.flow.clone(),
                    window: still.window.as_ref().map(|(name, _)| name.clone()),
                    stop: still.stop.map(step),
                    start: still.start.map(step),
                    inside: all(&still.inside),
                })
                .collect(),
        }
    }
}

impl Step {
    fn of(outline: &Outline, id: StepId) -> Self {
        let node = &outline.steps[id];
        let gates = node.gates.iter().map(|gate| Gate {
            needs: gate.sentence.clone(),
            kind: match gate.kind {
                GateKind::Facts => Opener::Facts,
                GateKind::Drained => Opener::Drained,
                GateKind::Window => Opener::Window,
                GateKind::Time => Opener::Time,
            },
        });
        Self {
            number: Outline::number(id),
            name: node.name.clone(),
            title: node.title.clone(),
            role: outline.lanes[node.role].role.clone(),
            act: node.sentence.clone(),
            rank: node.rank,
            gates: gates.collect(),
        }
    }
}
