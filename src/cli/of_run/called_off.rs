//! What calling a run off comes to, for machines and for people.

use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    duration::{Timing, interruption::Interruption, stretch::Stretch},
    journal::Host,
    proof::verdict::Proven,
    rest::way::{Left, Way},
    source::shown,
    world::id::StepId,
};

use crate::cli::{at_site::Attached, json::Document};

/// What calling a run off comes to.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct CalledOff {
    /// The run.
    pub(in crate::cli) run: String,
    /// Where the way leads.
    way: Whither,
    /// Whether it is taken.
    pub(in crate::cli) taken: bool,
    /// The part of the run in which it goes on, where it is taken and goes on under another plan.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::cli) part: Option<String>,
    /// The plan of the way back.
    #[serde(skip_serializing_if = "Option::is_none")]
    plan: Option<String>,
    /// The digest of that plan.
    #[serde(skip_serializing_if = "Option::is_none")]
    digest: Option<String>,
    /// How it was proved.
    #[serde(skip_serializing_if = "Option::is_none")]
    proof: Option<String>,
    /// The steps that are still to be done, in an order in which they can be.
    steps: Vec<ToDo>,
    /// Who is told to stop before anything else, and says that they have.
    told: Vec<String>,
    /// Where a flow stands still on the way back, or does so now.
    interruptions: Vec<StandsStill>,
    /// Steps of which nothing was recorded, and whose effect is seen.
    pub(in crate::cli) unrecorded: Vec<String>,
    /// Steps of which somebody has to say whether they are done, before a way can be told.
    pub(in crate::cli) asked: Vec<String>,
    /// What stays otherwise than it was at the start.
    stays: Vec<String>,
    /// Promises of the plan that are said of it from its start on, and were not asked of the way.
    not_asked: Vec<String>,
    /// Why there is no way back, where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
}

/// Where a way leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Whither {
    /// Nothing is to be taken back.
    Nowhere,
    /// To how it was at the start.
    Back,
    /// To the end of the plan.
    Forward,
    /// Neither is proved.
    Unknown,
}

/// A flow that stands still.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct StandsStill {
    /// The flow.
    flow: String,
    /// From which step on; nothing where it stands still now.
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    /// Up to which step; nothing where it is not to run.
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<String>,
    /// Acts on the longest chain in between.
    #[serde(skip_serializing_if = "Option::is_none")]
    acts: Option<usize>,
}

/// A step that is still to be done.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct ToDo {
    /// Its name.
    step: String,
    /// Its role.
    role: String,
    /// What it does.
    act: String,
}

impl Document for CalledOff {
    const NAME: &'static str = "abort";
}

impl CalledOff {
    /// Of a run that has not begun: nothing is to be taken back.
    pub(in crate::cli) fn of_survey(run: &str, taken: bool) -> Self {
        Self { way: Whither::Nowhere, taken, ..Self::of(run) }
    }

    pub(in crate::cli) fn of(run: &str) -> Self {
        Self {
            run: run.to_owned(),
            way: Whither::Unknown,
            taken: false,
            part: None,
            plan: None,
            digest: None,
            proof: None,
            steps: Vec::new(),
            told: Vec::new(),
            interruptions: Vec::new(),
            unrecorded: Vec::new(),
            asked: Vec::new(),
            stays: Vec::new(),
            not_asked: Vec::new(),
            why: None,
        }
    }

    fn left(&mut self, left: &Left) {
        self.stays.clone_from(&left.stays);
        self.not_asked.clone_from(&left.not_asked);
    }

    pub(in crate::cli) fn fill(&mut self, found: &Way, attached: &Attached) {
        match found {
            Way::Nothing(left) => {
                self.way = Whither::Nowhere;
                self.left(left);
            }
            Way::Back(back) => {
                let plan = back.proven.checked().plan();
                self.way = Whither::Back;
                self.plan = Some(plan.source.text.clone());
                self.digest = Some(plan.digest().to_string());
                self.proof = Some(back.proven.proof().how.sentence());
                self.steps = to_do(&back.proven, |_| true);
                self.told.clone_from(&back.told);
                self.interruptions = interruptions(&back.proven);
                self.left(&back.left);
            }
            Way::Forward(forward) => {
                self.way = Whither::Forward;
                self.proof = Some(forward.proven.proof().how.sentence());
                self.why = Some(forward.because.clone());
                let world = &attached.host.state().world;
                self.steps = to_do(&forward.proven, |step| !world.is_done(step));
            }
            Way::None { back, forward } => {
                self.why = Some(format!("{back}; and the rest of the plan: {forward}"));
            }
        }
    }
}

/// Where flows stand still under a plan.
fn interruptions(proven: &Proven) -> Vec<StandsStill> {
    let checked = proven.checked();
    let plan = checked.plan();
    let name = |step: StepId| plan.steps[step].name.value.clone();
    let timing = Timing::of(plan, checked.order());
    let row = |(one, stretch): &(Interruption, Stretch)| StandsStill {
        flow: plan.landscape.channels[one.flow].name.clone(),
        from: one.stop.map(name),
        until: one.start.map(name),
        acts: stretch.hops,
    };
    timing.interruptions.iter().map(row).collect()
}

/// The steps of a plan that are still to be done.
fn to_do(proven: &Proven, is_open: impl Fn(StepId) -> bool) -> Vec<ToDo> {
    let checked = proven.checked();
    let plan = checked.plan();
    let open = checked.order().sequence().iter().copied().filter(|step| is_open(*step));
    let row = |step: StepId| ToDo {
        step: plan.steps[step].name.value.clone(),
        role: plan.landscape.roles[plan.steps[step].role.value].clone(),
        act: plan.sentence(step),
    };
    open.map(row).collect()
}

/// The same for people.
pub(in crate::cli) fn lines(told: &CalledOff) -> Vec<String> {
    let run = shown(&told.run);
    let mut lines = vec![match told.way {
        Whither::Nowhere => {
            format!("{run}: nothing is to be taken back, everything is as it was at the start")
        }
        Whither::Back => format!("{run}: the way back, proved"),
        Whither::Forward => format!("{run}: there is no way back; the way forward, proved"),
        Whither::Unknown => format!("{run}: neither a way back nor the way forward is proved"),
    }];
    let mut row = |head: &str, text: &str| lines.push(format!("  {head:<11} {}", shown(text)));
    told.why.iter().for_each(|why| row("because", why));
    told.proof.iter().for_each(|how| row("how", how));
    if told.way == Whither::Back && told.interruptions.is_empty() {
        row("downtime", "none");
    }
    for one in &told.interruptions {
        let from = one.from.as_ref().map_or_else(|| "now".to_owned(), |step| format!("from `{step}`"));
        let until = one.until.as_ref().map_or_else(String::new, |step| format!(" up to `{step}`"));
        let acts = one.acts.map_or_else(String::new, |acts| format!(", {acts} acts one after the other"));
        row("downtime", &format!("{} stands still {from}{until}{acts}", one.flow));
    }
    told.told.iter().for_each(|role| {
        row("first", &format!("{role} is told to stop, and says that nothing was done since"))
    });
    told.unrecorded
        .iter()
        .for_each(|step| row("seen", &format!("`{step}` is done, though nothing was recorded of it")));
    told.stays.iter().for_each(|what| row("stays", what));
    told.not_asked.iter().for_each(|promise| row("not asked", promise));
    for (number, step) in told.steps.iter().enumerate() {
        let (role, name, act) = (shown(&step.role), shown(&step.step), shown(&step.act));
        lines.push(format!("  {:>2}  {role:<22} {name}: {act}", number + 1));
    }
    lines
}
