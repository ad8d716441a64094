//! Which lanes a story needs, and what stands in them at each moment.

use std::collections::BTreeMap;

use crate::{
    invariant::Breach,
    plan::Plan,
    proof::{
        rules::{Fault, Move},
        story::{Moment, Story},
    },
    source::shown,
    world::id::{ChannelId, KeyId, RoleId, StepId},
};

/// What a story shows.
pub(super) struct Scene {
    /// The roles that do something in it, by what people call them and by their names.
    pub roles: Vec<(Option<String>, String)>,
    /// The flows whose messages are under way.
    pub flows: Vec<String>,
    /// What happens, in order.
    pub rows: Vec<Row>,
    /// The messages under way.
    pub messages: Vec<Message>,
    /// What is wrong in the end, and why.
    pub ending: Vec<String>,
}

/// A moment.
pub(super) enum Row {
    /// Somebody does something.
    Card(Card),
    /// Something happens to all: a window begins.
    Band(String),
    /// A message is sent or arrives: what is said of it stands in the lane of its flow.
    Traffic,
}

/// What a role does.
pub(super) struct Card {
    /// Its lane among the roles.
    pub lane: usize,
    /// The step.
    pub name: String,
    /// What is done, in the words of the plan.
    pub sentence: String,
    /// What it changes.
    pub changes: Vec<String>,
    /// The row from which word of it comes.
    pub from: Option<usize>,
    /// Whether it is an act, and not something that is received.
    pub acts: bool,
    /// Whether it goes wrong.
    pub fails: bool,
}

/// A message under way.
pub(super) struct Message {
    /// Its lane among the flows.
    pub lane: usize,
    /// Beside how many others of its flow it stands.
    pub beside: usize,
    /// The key that signed it.
    pub key: String,
    /// The row in which it is sent.
    pub sent: usize,
    /// The row in which it arrives; nothing where it is still under way.
    pub arrives: Option<usize>,
    /// Whether it is the one that is rejected.
    pub falls: bool,
}

impl Scene {
    /// The scene of a story.
    pub(super) fn of(plan: &Plan, story: &Story) -> Self {
        let (roles, flows) = (roles(plan, story), flows(plan, story));
        let mut rows = Vec::new();
        // Where a step was done last, and by whom: word of it comes from there.
        let mut done: BTreeMap<StepId, usize> = BTreeMap::new();
        for (index, moment) in story.moments.iter().enumerate() {
            let last = index + 1 == story.moments.len();
            rows.push(row(plan, &roles, moment, &done));
            if let (Row::Card(card), true) = (rows.last_mut().unwrap_or(&mut Row::Traffic), last) {
                card.fails = matches!(story.ending.fault, Fault::Misfit(..) | Fault::Stale(..));
            }
            if let Move::Act(step) | Move::Answer(step) = moment.step {
                done.insert(step, index);
            }
        }
        let land = &plan.landscape;
        let because = story.ending.because.iter().map(|because| because.text.clone());
        let titled =
            |role: &RoleId| (plan.role_titles[*role].as_deref().map(shown), shown(&land.roles[*role]));
        Self {
            roles: roles.iter().map(titled).collect(),
            messages: messages(plan, &flows, story),
            flows: flows.iter().map(|flow| shown(&land.channels[*flow].name)).collect(),
            rows,
            ending: std::iter::once(story.ending.text.clone()).chain(because).collect(),
        }
    }
}

/// The roles that do something in the story, in the order of the plan.
fn roles(plan: &Plan, story: &Story) -> Vec<RoleId> {
    let acting = |role: &RoleId| story.moments.iter().any(|moment| moment.role(plan) == Some(*role));
    plan.landscape.roles.ids().filter(acting).collect()
}

/// The flows that have something under way in it, or that the end is about.
fn flows(plan: &Plan, story: &Story) -> Vec<ChannelId> {
    let ending = match story.ending.fault {
        Fault::Breach(Breach::Rejected(flow, _) | Breach::Interrupted(flow) | Breach::Unresolved(flow)) => {
            Some(flow)
        }
        _ => None,
    };
    let sends = |flow: ChannelId| {
        let mut moments = story.moments.iter();
        moments.any(|m| matches!(m.step, Move::Send(f, _) | Move::Arrive(f, _) if f == flow))
    };
    plan.landscape.channels.ids().filter(|flow| ending == Some(*flow) || sends(*flow)).collect()
}

fn row(plan: &Plan, roles: &[RoleId], moment: &Moment, done: &BTreeMap<StepId, usize>) -> Row {
    let named = |step: StepId| shown(&plan.steps[step].name.value);
    let lane = moment.role(plan).and_then(|role| roles.iter().position(|r| *r == role));
    let (step, sentence, acts, word_from) = match moment.step {
        Move::Act(step) => (step, shown(&plan.sentence(step)), true, None),
        Move::Answer(step) => (step, "agrees".to_owned(), true, Some(step)),
        Move::Receive(message) => {
            let step = plan.deliveries[message].step;
            let role = shown(&plan.landscape.roles[plan.steps[step].role.value]);
            (step, format!("has word from {role}"), false, Some(step))
        }
        Move::Open(_) | Move::Late(_) => return Row::Band(moment.text.clone()),
        Move::Send(..) | Move::Arrive(..) => return Row::Traffic,
    };
    let changes = moment.changes.iter().filter(|change| change.fact.is_some());
    Row::Card(Card {
        lane: lane.unwrap_or(0),
        name: named(step),
        sentence,
        changes: changes.map(|c| format!("{}: {} \u{2192} {}", c.what, c.before, c.after)).collect(),
        from: word_from.and_then(|step| done.get(&step).copied()),
        acts,
        fails: false,
    })
}

fn messages(plan: &Plan, flows: &[ChannelId], story: &Story) -> Vec<Message> {
    let falls =
        |flow: ChannelId, key: KeyId| story.ending.fault == Fault::Breach(Breach::Rejected(flow, key));
    let mut found: Vec<Message> = Vec::new();
    let mut open: BTreeMap<(ChannelId, KeyId), usize> = BTreeMap::new();
    for (index, moment) in story.moments.iter().enumerate() {
        match moment.step {
            Move::Send(flow, key) => {
                open.insert((flow, key), found.len());
                found.push(Message {
                    lane: flows.iter().position(|f| *f == flow).unwrap_or(0),
                    beside: open.keys().filter(|(f, k)| *f == flow && *k != key).count(),
                    key: shown(&plan.landscape.keys[key]),
                    sent: index,
                    arrives: None,
                    falls: false,
                });
            }
            Move::Arrive(flow, key) => {
                let sent = open.remove(&(flow, key)).and_then(|message| found.get_mut(message));
                if let Some(message) = sent {
                    message.arrives = Some(index);
                }
            }
            _ => {}
        }
    }
    for ((flow, key), message) in open {
        if let Some(message) = found.get_mut(message) {
            message.falls = falls(flow, key);
        }
    }
    found
}
