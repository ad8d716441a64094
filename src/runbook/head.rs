//! What stands before the steps of a runbook.

use crate::{
    check::Checked,
    duration::Timing,
    invariant::{Hazard, Invariant},
    plan::{Plan, parameter::Parameter},
    proof::verdict::Verdict,
    world::id::{StepId, Table},
};

use super::{standing::Standing, time};

/// What stands before the steps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// What the procedure is for; the name of the plan where it has no title.
    pub title: String,
    /// The name of the plan.
    pub plan: String,
    /// The document that it follows.
    pub document: Option<String>,
    /// Whether it is proved.
    pub standing: Standing,
    /// The questions that the plan asks, each with the answer that this is for.
    pub answers: Vec<String>,
    /// The parameters whose values are bounded: what each is, and what it may be.
    pub values: Vec<String>,
    /// The keys, by their names.
    pub keys: Vec<String>,
    /// What is promised.
    pub promises: Vec<Promise>,
    /// What holds at the end.
    pub finals: Vec<String>,
    /// Hazards that the author accepts, with the reason.
    pub waived: Vec<String>,
    /// What the proof rests on; nothing where there is none.
    pub assumptions: Vec<String>,
    /// How long it may take, and each interruption in it.
    pub times: Vec<String>,
}

/// A promise, and what it comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promise {
    /// In the words of the plan.
    pub sentence: String,
    /// What it comes to.
    pub kept: Kept,
}

/// What a promise comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// It is proved.
    Proved,
    /// It is not promised in words, and proved all the same.
    Implied,
    /// It is promised, and not proved.
    Promised,
    /// Something on the way does not say how long it takes.
    NotBounded,
    /// The author accepts that it may be broken.
    Waived,
}

impl Kept {
    /// In a few words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Proved => "proved",
            Self::Implied => "proved, though not promised in words",
            Self::Promised => "promised, NOT proved",
            Self::NotBounded => "not bounded: not every step says how long it takes",
            Self::Waived => "waived by the author",
        }
    }
}

impl Head {
    /// That of a plan.
    pub(super) fn of(verdict: &Verdict, checked: &Checked, numbers: &Table<StepId, usize>) -> Self {
        let plan = checked.plan();
        let timing = Timing::of(plan, checked.order());
        let mut promises = promised(verdict, plan);
        promises.extend(limits(verdict, plan, &timing));
        let (waived, assumptions) = match verdict {
            Verdict::Proven(proven) => (proven.proof().waived.clone(), proven.proof().assumptions.clone()),
            _ => (waived(plan), Vec::new()),
        };
        Self {
            title: plan.title.clone().unwrap_or_else(|| plan.name.clone()),
            plan: plan.name.clone(),
            document: plan.document.clone(),
            standing: Standing::of(verdict),
            answers: plan.questions.iter().map(|asked| format!("{} {}", asked.text, asked.told())).collect(),
            values: plan.parameters.iter().filter_map(bounded).collect(),
            keys: plan.landscape.own_keys().map(|key| plan.landscape.keys[key].clone()).collect(),
            promises,
            finals: match verdict {
                Verdict::Proven(proven) => proven.proof().finals.clone(),
                _ => plan.finals.iter().map(|end| end.value.sentence(&plan.landscape)).collect(),
            },
            waived,
            assumptions,
            times: time::times(checked, &timing, numbers),
        }
    }
}

/// A parameter whose values are bounded.
fn bounded(parameter: &Parameter) -> Option<String> {
    let range = Some(parameter.range.sentence()).filter(|range| !range.is_empty())?;
    Some(format!("{} is {}; it may be {range}", parameter.name, parameter.value))
}

/// The promises but those of durations.
fn promised(verdict: &Verdict, plan: &Plan) -> Vec<Promise> {
    if let Verdict::Proven(proven) = verdict {
        let kept = |in_words: bool| if in_words { Kept::Proved } else { Kept::Implied };
        let proved = proven.proof().promises.iter();
        return proved.map(|(what, said)| Promise { sentence: what.clone(), kept: kept(*said) }).collect();
    }
    let land = &plan.landscape;
    let flows = plan.promises.iter().map(|promise| promise.value.sentence(land));
    let facts = plan.statements.iter().map(|promise| promise.value.sentence(land));
    let courses = plan.courses.iter().map(|course| course.value.sentence().to_owned());
    let all = flows.chain(facts).chain(courses);
    all.map(|sentence| Promise { sentence, kept: Kept::Promised }).collect()
}

/// The promises of durations. One that is broken refuses the plan before it is proved.
fn limits(verdict: &Verdict, plan: &Plan, timing: &Timing) -> Vec<Promise> {
    let waived = plan.waived(Hazard::Interrupted);
    let limits = plan.limits.iter().map(|limit| {
        let kept = if waived.contains(&limit.value.flow) {
            Kept::Waived
        } else if timing.longest(limit.value.flow).is_err() {
            Kept::NotBounded
        } else if matches!(verdict, Verdict::Proven(_)) {
            Kept::Proved
        } else {
            Kept::Promised
        };
        Promise { sentence: limit.value.sentence(&plan.landscape), kept }
    });
    limits.collect()
}

fn waived(plan: &Plan) -> Vec<String> {
    let flow = |waiver: &crate::plan::Waiver| &plan.landscape.channels[waiver.flow].name;
    let flows = plan.waivers.iter().map(|waiver| format!("{}: {}", flow(waiver), waiver.because));
    flows.chain(plan.waived_uses()).chain(plan.waived_kinds()).collect()
}
