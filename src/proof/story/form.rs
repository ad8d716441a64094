//! A story as a text: one line of JSON, and one way to write it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    check::Checked,
    invariant::Breach,
    plan::Plan,
    proof::{
        rules::{Fault, Move},
        verdict::world_digest,
    },
    source::Span,
    world::{
        id::{ChannelId, KeyId},
        material::Fingerprint,
    },
};

use super::{Ending, Moment, Story, moment::Kind, refused::Refused, step_of};

/// The largest story that is read, in bytes.
pub const LIMIT: usize = 16 << 20;

/// The first word of every story that is written down: its form and the version of it.
pub const MARK: &str = "keyroll/story/1";

/// A story of a plan, from its start to a fault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StoryFile {
    #[schemars(skip)]
    pub(super) schema: String,
    /// The plan's name.
    pub plan: String,
    /// The SHA-256 digest of the plan's text and the values of its parameters.
    pub digest: Fingerprint,
    /// The SHA-256 digest of the world that the story starts from.
    pub start: Fingerprint,
    /// What happens, in order.
    pub moments: Vec<Told>,
    /// What is wrong then.
    pub ending: End,
}

/// A moment of a story. Roles, steps and other things are called as the plan calls them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Told {
    /// Its number, from one.
    pub number: usize,
    /// What kind of thing happens.
    pub kind: Kind,
    /// The role that acts, answers or receives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// The step that is done, answered or heard of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    /// The flow whose message is sent or arrives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flow: Option<String>,
    /// The key that signed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The window that begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<String>,
    /// What it changes.
    pub changes: Vec<Changed>,
    /// What is under way after it.
    pub under_way: Vec<UnderWay>,
    /// The line of the plan that allows it.
    pub line: usize,
    /// The plan within this one in whose file that line is, by its name; nothing for the plan's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<String>,
}

/// One thing that a moment changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Changed {
    /// What.
    pub what: String,
    /// What it was.
    pub before: String,
    /// What it is.
    pub after: String,
}

/// Messages under way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UnderWay {
    /// Of which flow.
    pub flow: String,
    /// Signed with which key.
    pub key: String,
}

/// What is wrong at the end of a story.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct End {
    /// The number of the moment at which it shows, from one.
    pub number: usize,
    /// What kind of fault it is.
    pub fault: FaultKind,
    /// The flow that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flow: Option<String>,
    /// The key of the message that is rejected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The step that does not fit, or that acts on a false belief.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    /// The condition or the promise that is broken, in the words of the plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub broken: Option<String>,
    /// What is wrong, in words.
    pub text: String,
    /// The line of the plan that forbids it.
    pub line: usize,
    /// The plan within this one in whose file that line is, by its name; nothing for the plan's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<String>,
    /// Why it is so.
    pub because: Vec<Reason>,
}

/// One reason of an ending.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Reason {
    /// What is so.
    pub text: String,
    /// The moment that made it so; nothing where it is so from the start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moment: Option<usize>,
    /// The line of the plan.
    pub line: usize,
    /// The plan within this one in whose file that line is, by its name; nothing for the plan's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<String>,
}

/// What kind of fault ends a story.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// A message is rejected.
    Rejected,
    /// A flow is down where it must not be.
    Interrupted,
    /// A flow runs while its alias names no key.
    AliasLost,
    /// A flow runs while an exchange with a gap is half done.
    FlowInGap,
    /// A step does not fit the world in which it is done.
    StepMisfit,
    /// A step is done on a belief that is false.
    StaleBelief,
    /// Every step is done, and what must be so then is not.
    GoalMissed,
    /// From here the plan cannot finish.
    CannotFinish,
    /// A promise over facts is broken.
    PromiseBroken,
    /// A promise speaks of no moment.
    PromiseVacuous,
}

impl FaultKind {
    /// The kind of a fault.
    #[must_use]
    pub const fn of(fault: Fault) -> Self {
        match fault {
            Fault::Breach(Breach::Rejected(..)) => Self::Rejected,
            Fault::Breach(Breach::Interrupted(_)) => Self::Interrupted,
            Fault::Breach(Breach::Unresolved(_)) => Self::AliasLost,
            Fault::Gap(_) => Self::FlowInGap,
            Fault::Misfit(..) => Self::StepMisfit,
            Fault::Stale(..) => Self::StaleBelief,
            Fault::Goal(_) => Self::GoalMissed,
            Fault::Stuck => Self::CannotFinish,
            Fault::Untrue(_) => Self::PromiseBroken,
            Fault::Vacuous(_) => Self::PromiseVacuous,
        }
    }
}

/// What is read of a story first.
#[derive(Deserialize)]
struct Mark {
    schema: String,
}

impl StoryFile {
    /// A story as it is written down.
    #[must_use]
    pub fn of(checked: &Checked, story: &Story) -> Self {
        let plan = checked.plan();
        let told = story.moments.iter().enumerate().map(|(index, moment)| told(plan, index + 1, moment));
        Self {
            schema: MARK.to_owned(),
            plan: plan.name.clone(),
            digest: plan.digest(),
            start: world_digest(checked, &plan.start),
            moments: told.collect(),
            ending: end(plan, story.last(), &story.ending),
        }
    }

    /// The text: what [`Self::read`] takes.
    #[must_use]
    pub fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default() + "\n"
    }

    /// Reads a text. What it says is not believed yet: see [`replay`](super::replay::replay).
    ///
    /// # Errors
    /// When it is no story, or one of another version.
    pub fn read(text: &[u8]) -> Result<Self, Refused> {
        let unreadable = |error: serde_json::Error| Refused::Unreadable(error.to_string());
        if text.len() > LIMIT {
            return Err(Refused::Unreadable(format!("it has more than {} MiB", LIMIT >> 20)));
        }
        let mark: Mark = serde_json::from_slice(text).map_err(unreadable)?;
        if mark.schema != MARK {
            return Err(Refused::Version(crate::source::shown(&mark.schema)));
        }
        let whole: serde_json::Value = serde_json::from_slice(text).map_err(unreadable)?;
        let file = Self::deserialize(&whole).map_err(unreadable)?;
        // A schema allows more fields than it lists; a story that is to be believed has no others.
        if serde_json::to_value(&file).ok() != Some(whole) {
            return Err(Refused::Unreadable("it has a field that no story has".to_owned()));
        }
        Ok(file)
    }
}

fn line(plan: &Plan, at: Span) -> usize {
    plan.source.line_column(at).0
}

fn part(plan: &Plan, at: Span) -> Option<String> {
    plan.source.part_at(at.start).map(|part| part.called.clone())
}

/// A moment as it is written down.
#[must_use]
pub fn told(plan: &Plan, number: usize, moment: &Moment) -> Told {
    let land = &plan.landscape;
    let message = match moment.step {
        Move::Send(flow, key) | Move::Arrive(flow, key) => Some((flow, key)),
        _ => None,
    };
    let window = match moment.step {
        Move::Open(window) => Some(land.windows[window].name.clone()),
        _ => None,
    };
    let changed = moment.changes.iter().map(|change| Changed {
        what: change.what.clone(),
        before: change.before.clone(),
        after: change.after.clone(),
    });
    let under_way = moment.under_way.iter().map(|(flow, key)| UnderWay {
        flow: land.channels[*flow].name.clone(),
        key: land.keys[*key].clone(),
    });
    Told {
        number,
        kind: Kind::of(moment.step),
        role: moment.role(plan).map(|role| land.roles[role].clone()),
        step: step_of(plan, moment.step).map(|step| plan.steps[step].name.value.clone()),
        flow: message.map(|(flow, _)| land.channels[flow].name.clone()),
        key: message.map(|(_, key)| land.keys[key].clone()),
        window,
        changes: changed.collect(),
        under_way: under_way.collect(),
        line: line(plan, moment.at),
        part: part(plan, moment.at),
    }
}

/// An ending as it is written down.
#[must_use]
pub fn end(plan: &Plan, number: usize, ending: &Ending) -> End {
    let land = &plan.landscape;
    let (flow, key): (Option<ChannelId>, Option<KeyId>) = match ending.fault {
        Fault::Breach(Breach::Rejected(flow, key)) => (Some(flow), Some(key)),
        Fault::Breach(Breach::Interrupted(flow) | Breach::Unresolved(flow)) => (Some(flow), None),
        Fault::Gap(gap) => (Some(gap.flow), None),
        _ => (None, None),
    };
    let step = match ending.fault {
        Fault::Misfit(step, _) | Fault::Stale(step, _) => Some(step),
        Fault::Gap(gap) => Some(gap.step),
        _ => None,
    };
    let because = ending.because.iter().map(|because| Reason {
        text: because.text.clone(),
        moment: because.moment,
        line: line(plan, because.at),
        part: part(plan, because.at),
    });
    End {
        number,
        fault: FaultKind::of(ending.fault),
        flow: flow.map(|flow| land.channels[flow].name.clone()),
        key: key.map(|key| land.keys[key].clone()),
        step: step.map(|step| plan.steps[step].name.value.clone()),
        broken: broken(plan, ending.fault),
        text: ending.text.clone(),
        line: line(plan, ending.at),
        part: part(plan, ending.at),
        because: because.collect(),
    }
}

/// What is broken, in the words of the plan.
fn broken(plan: &Plan, fault: Fault) -> Option<String> {
    use crate::{
        invariant::Hazard,
        proof::ending::{belief, promise, statement},
    };
    let promised =
        |flow, hazard| promise(plan, (flow, hazard)).map(|promise| promise.value.sentence(&plan.landscape));
    match fault {
        Fault::Breach(Breach::Rejected(flow, _)) => promised(flow, Hazard::Rejected),
        Fault::Breach(Breach::Interrupted(flow)) => promised(flow, Hazard::Interrupted),
        Fault::Goal(number) => plan.finals.get(number).map(|goal| goal.value.sentence(&plan.landscape)),
        Fault::Stale(step, need) => Some(belief(plan, step, need).0),
        Fault::Untrue(number) | Fault::Vacuous(number) => Some(statement(plan, number).0),
        Fault::Breach(Breach::Unresolved(_)) | Fault::Gap(_) | Fault::Misfit(..) | Fault::Stuck => None,
    }
}
