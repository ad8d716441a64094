//! What a plan looks like before it runs: lanes of roles, steps in their necessary order, messages
//! between roles, gates before steps, and where a flow stands still. Every drawing of a plan is made
//! of this.

use std::collections::BTreeSet;

use crate::{
    action::SpeechKind,
    condition::Asks,
    invariant::Hazard,
    plan::{Plan, Step},
    syntax::spelt,
    world::{
        id::{ChannelId, RoleId, StepId, Table, WindowId},
        landscape::{Fact, Value},
    },
};

use super::order::Order;

/// A plan as it is drawn.
#[derive(Clone, Debug)]
pub struct Outline {
    /// The name of the plan.
    pub name: String,
    /// What it is for.
    pub title: Option<String>,
    /// The roles.
    pub lanes: Table<RoleId, Lane>,
    /// The steps, in the order of the text.
    pub steps: Table<StepId, Node>,
    /// What comes before what, as written, each pair once.
    pub edges: Vec<Edge>,
    /// What a role tells another one.
    pub messages: Vec<Message>,
    /// The windows that can be agreed.
    pub windows: Vec<(String, Option<std::time::Duration>)>,
    /// Where flows do not run.
    pub standstills: Vec<Standstill>,
}

/// A role.
#[derive(Clone, Debug)]
pub struct Lane {
    /// Its name.
    pub role: String,
    /// What people call it.
    pub title: Option<String>,
}

/// A step.
#[derive(Clone, Debug)]
pub struct Node {
    /// Its name.
    pub name: String,
    /// What people call it.
    pub title: Option<String>,
    /// Who acts.
    pub role: RoleId,
    /// What it does, as the author would write it.
    pub sentence: String,
    /// What must hold before it.
    pub gates: Vec<Gate>,
    /// How many steps come before it at least, one after the other.
    pub rank: usize,
}

/// What must hold before a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gate {
    /// In the words of the plan.
    pub sentence: String,
    /// What opens it.
    pub kind: GateKind,
}

/// What opens a gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GateKind {
    /// Somebody does something.
    Facts,
    /// The last message that is under way arrives.
    Drained,
    /// An agreed window begins.
    Window,
    /// A time passes, or a date comes.
    Time,
}

impl Gate {
    /// As a line of its own.
    #[must_use]
    pub fn line(&self) -> String {
        match self.kind {
            GateKind::Time => self.sentence.clone(),
            _ => format!("needs {}", self.sentence),
        }
    }
}

/// A step that comes after another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edge {
    /// The earlier step.
    pub from: StepId,
    /// The later one.
    pub to: StepId,
    /// Whether no other way leads from the one to the other.
    pub necessary: bool,
    /// The message that travels along it, where the earlier step tells the role of the later one.
    pub kind: Option<MessageKind>,
}

/// What one role tells another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The step that says it.
    pub from: StepId,
    /// Who is told.
    pub to: RoleId,
    /// What kind of speech it is.
    pub kind: MessageKind,
    /// The fewest words for it: `provide new`.
    pub label: String,
    /// The steps of that role that come right after it.
    pub heard_by: Vec<StepId>,
}

/// The kinds of messages, named as the verbs are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MessageKind {
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

impl MessageKind {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Inform, Self::Provide, Self::Request, Self::Allow, Self::Agree];

    /// The verb.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Inform => "inform",
            Self::Provide => "provide",
            Self::Request => "request",
            Self::Allow => "allow",
            Self::Agree => "agree",
        }
    }
}

impl From<SpeechKind> for MessageKind {
    fn from(kind: SpeechKind) -> Self {
        match kind {
            SpeechKind::Report => Self::Inform,
            SpeechKind::Provision(_) => Self::Provide,
            SpeechKind::Request => Self::Request,
            SpeechKind::Permission => Self::Allow,
            SpeechKind::Proposal(_) => Self::Agree,
        }
    }
}

/// A stretch of a plan in which a flow does not run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standstill {
    /// The flow.
    pub flow: String,
    /// The window inside of which it lies, where the plan says so, and how long that may last.
    pub window: Option<(String, Option<std::time::Duration>)>,
    /// The step that stops the flow; `None`: it does not run at the start.
    pub stop: Option<StepId>,
    /// The step that starts it again; `None`: nobody does.
    pub start: Option<StepId>,
    /// The steps that lie between the two in every run.
    pub inside: Vec<StepId>,
}

impl Outline {
    /// The outline of a plan without cycles.
    #[must_use]
    pub fn of(plan: &Plan, order: &Order) -> Self {
        let land = &plan.landscape;
        let lane =
            |(id, name): (RoleId, &String)| Lane { role: name.clone(), title: plan.role_titles[id].clone() };
        let messages = messages(plan);
        Self {
            name: plan.name.clone(),
            title: plan.title.clone(),
            lanes: land.roles.iter().map(lane).collect(),
            steps: nodes(plan, order),
            edges: edges(plan, order, &messages),
            messages,
            windows: land.windows.rows().map(|w| (w.name.clone(), w.at_most)).collect(),
            standstills: land.channels.ids().flat_map(|flow| standstills(plan, order, flow)).collect(),
        }
    }

    /// The number of a step, counted from one as people do.
    #[must_use]
    pub fn number(step: StepId) -> usize {
        crate::world::id::Id::index(step) + 1
    }
}

/// What a step waits for by the clock.
fn times(plan: &Plan, step: &Step) -> impl Iterator<Item = Gate> {
    let waits = step.extra().waits.iter().map(|waits| {
        let after = &plan.steps[waits.after].name.value;
        format!("waits {} after {after}", spelt(waits.time))
    });
    let until = step.extra().not_after.map(|deadline| deadline.sentence());
    let all: Vec<String> =
        waits.chain(step.extra().not_before.map(|date| date.sentence())).chain(until).collect();
    all.into_iter().map(|sentence| Gate { sentence, kind: GateKind::Time })
}

fn nodes(plan: &Plan, order: &Order) -> Table<StepId, Node> {
    let mut ranks: Table<StepId, usize> = Table::like(&plan.steps, 0);
    for step in order.sequence() {
        let before = plan.steps[*step].after.iter().map(|before| ranks[before.value] + 1);
        ranks[*step] = before.max().unwrap_or(0);
    }
    let gate = |condition: &dyn crate::condition::Condition| Gate {
        sentence: condition.sentence(&plan.landscape),
        kind: match condition.asks() {
            Asks::Facts(_) => GateKind::Facts,
            Asks::Drained(..) => GateKind::Drained,
            Asks::Open(_) => GateKind::Window,
        },
    };
    let rows = plan.steps.iter().map(|(id, step)| Node {
        name: step.name.value.clone(),
        title: step.title.clone(),
        role: step.role.value,
        sentence: plan.sentence(id),
        gates: step.needs.iter().map(|need| gate(&*need.value)).chain(times(plan, step)).collect(),
        rank: ranks[id],
    });
    rows.collect()
}

fn messages(plan: &Plan) -> Vec<Message> {
    let mut next: Table<StepId, BTreeSet<StepId>> = Table::like(&plan.steps, BTreeSet::new());
    for (id, step) in plan.steps.iter() {
        step.after.iter().for_each(|before| {
            next[before.value].insert(id);
        });
    }
    let mut messages = Vec::new();
    for (from, step) in plan.steps.iter() {
        let Some(speech) = &step.speech else { continue };
        let object = match speech.kind {
            SpeechKind::Provision(key) => format!(" {}", plan.landscape.keys[key]),
            SpeechKind::Proposal(window) => format!(" {}", plan.landscape.windows[window].name),
            SpeechKind::Report | SpeechKind::Request | SpeechKind::Permission => String::new(),
        };
        let kind = MessageKind::from(speech.kind);
        messages.extend(speech.to.iter().map(|to| {
            let own = |step: &&StepId| plan.steps[**step].role.value == *to;
            Message {
                from,
                to: *to,
                kind,
                label: format!("{}{object}", kind.word()),
                heard_by: next[from].iter().filter(own).copied().collect(),
            }
        }));
    }
    messages
}

fn edges(plan: &Plan, order: &Order, messages: &[Message]) -> Vec<Edge> {
    let mut told: Table<StepId, Vec<&Message>> = Table::like(&plan.steps, Vec::new());
    messages.iter().for_each(|message| told[message.from].push(message));
    let mut edges = Vec::new();
    for (to, step) in plan.steps.iter() {
        let before: BTreeSet<StepId> = step.after.iter().map(|before| before.value).collect();
        for from in &before {
            let necessary = !before.iter().any(|other| order.is_before(*from, *other));
            let message = told[*from].iter().find(|message| message.to == step.role.value);
            edges.push(Edge { from: *from, to, necessary, kind: message.map(|message| message.kind) });
        }
    }
    edges
}

/// Where a flow stands still: from the start of the plan, and from each step that stops it.
fn standstills(plan: &Plan, order: &Order, flow: ChannelId) -> Vec<Standstill> {
    let changes = |on: bool| {
        let makes = move |id: &StepId| {
            let effects = plan.steps[*id].action.value.effects();
            effects.iter().flat_map(|e| e.writes()).any(|w| w == (Fact::Running(flow), Value::Is(on)))
        };
        order.sequence().iter().copied().filter(makes).collect::<Vec<_>>()
    };
    let (stops, starts) = (changes(false), changes(true));
    let stretch = |stop: Option<StepId>| {
        let follows = |step: StepId| stop.is_none_or(|stop| order.is_before(stop, step));
        let start = starts.iter().copied().find(|start| follows(*start));
        let lies_inside = |step: &StepId| {
            stop == Some(*step)
                || start == Some(*step)
                || (follows(*step) && start.is_none_or(|start| order.is_before(*step, start)))
        };
        let window = stop.and_then(|stop| opened_for(plan, stop)).or_else(|| allowed(plan, flow));
        Standstill {
            flow: plan.landscape.channels[flow].name.clone(),
            window: window.map(|w| &plan.landscape.windows[w]).map(|w| (w.name.clone(), w.at_most)),
            stop,
            start,
            inside: plan.steps.ids().filter(lies_inside).collect(),
        }
    };
    let from_the_start = (!plan.start.running[flow]).then_some(None);
    from_the_start.into_iter().chain(stops.into_iter().map(Some)).map(stretch).collect()
}

/// The window that a step waits for.
fn opened_for(plan: &Plan, step: StepId) -> Option<WindowId> {
    plan.steps[step].needs.iter().find_map(|need| match need.value.asks() {
        Asks::Open(window) => Some(window),
        _ => None,
    })
}

/// The window inside of which the plan promises to keep an interruption.
fn allowed(plan: &Plan, flow: ChannelId) -> Option<WindowId> {
    let promises = plan.promises.iter().filter(|p| p.value.hazard() == (flow, Hazard::Interrupted));
    promises.filter_map(|promise| promise.value.window()).next()
}
