//! What `prove` tells machines.

use std::{collections::BTreeSet, path::Path};

use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    cli::{by_row::RowByRow, exit::Exit, json::Document},
    page::findings::{Entry, Lines, Place},
    plan::Plan,
    proof::{
        engine::How,
        story::{Story, form},
        verdict::{NotProven, Proof},
    },
    source::{Source, Span},
};

use super::{moments::WayBack, timed::Timed};

/// What a proof came to.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Judged {
    /// The plan's name.
    plan: String,
    /// Its file, or `<stdin>`.
    file: String,
    /// The word for it.
    outcome: Outcome,
    /// The answers for which it was judged, as in `holds_two is yes`; nothing unless the plan has several variants.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    answers: Vec<String>,
    /// The verdict on each variant of a plan with questions; nothing otherwise.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    variants: Vec<Judged>,
    /// How it was judged, where that was row by row; then promises, ends and durations hang on the answers, and are
    /// told of one variant.
    #[serde(skip_serializing_if = "Option::is_none")]
    row_by_row: Option<RowByRow>,
    /// The promises that hold in every order of events; nothing unless proved.
    promises: Vec<Kept>,
    /// What holds at the end; nothing unless proved.
    finals: Vec<String>,
    /// Hazards that the author accepts.
    waived: Vec<String>,
    /// What the proof rests on.
    assumptions: Vec<String>,
    /// The engine that reached the verdict.
    #[serde(skip_serializing_if = "Option::is_none")]
    engine: Option<By>,
    /// How many moments the order of the steps ruled out; where causal cuts proved the plan.
    #[serde(skip_serializing_if = "Option::is_none")]
    cuts: Option<usize>,
    /// Why the plan is not proved; nothing otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// How many states were looked at, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    states: Option<usize>,
    /// How many transitions between them.
    #[serde(skip_serializing_if = "Option::is_none")]
    transitions: Option<usize>,
    /// How many slices of the plan, each of which depends on nothing outside it, were looked at apart.
    #[serde(skip_serializing_if = "Option::is_none")]
    slices: Option<usize>,
    /// How many of these slices are like another one and were proved with it; `states` and `transitions`
    /// are those of the others.
    #[serde(skip_serializing_if = "Option::is_none")]
    alike: Option<usize>,
    /// The certificate that was written; nothing unless it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    certificate: Option<Certified>,
    /// A story in which a promise is broken; nothing unless refused.
    story: Vec<Told>,
    /// Whether no story is shorter; nothing unless refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    shortest: Option<bool>,
    /// With --all: the stories with different ends, that of `story` first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    stories: Vec<Tale>,
    /// With --all: whether there may be more.
    #[serde(skip_serializing_if = "Option::is_none")]
    more: Option<bool>,
    /// The files that stories were written into; nothing unless it was asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    written: Vec<String>,
    /// A small edit after which the plan is proved, as an order to the author; nothing unless refused
    /// and one was found at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    repair: Option<String>,
    /// How long it may take, from what it declares; nothing unless proved.
    #[serde(skip_serializing_if = "Option::is_none")]
    durations: Option<Timed>,
    /// How far there is a way back; nothing unless proved.
    #[serde(skip_serializing_if = "Option::is_none")]
    way_back: Option<WayBack>,
    /// What refuses the plan, and advice.
    findings: Vec<Entry>,
}

/// What a proof comes to.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Outcome {
    /// Every promise holds in every order of events.
    Proved,
    /// One does not.
    Refused,
    /// The bound was reached first.
    NotProved,
}

/// An engine.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum By {
    /// Asks the order of the steps.
    Cuts,
    /// Looks at every state.
    Explicit,
}

/// A promise that holds.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct Kept {
    /// As a sentence.
    promise: String,
    /// Whether the plan makes it in words; otherwise it is judged all the same.
    in_words: bool,
}

/// A file with the reason of a proof.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct Certified {
    /// Its name.
    file: String,
    /// How long it is.
    bytes: usize,
}

/// One of several stories.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct Tale {
    /// What happens.
    story: Vec<Told>,
    /// Whether no story with the same end is shorter.
    shortest: bool,
}

/// A moment of a story; the last one is its end.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct Told {
    /// What happens.
    text: String,
    /// The place in the plan that allows it.
    at: Place,
    /// Who does what, what it changes, and what is under way then.
    #[serde(flatten)]
    moment: Option<form::Told>,
    /// What is wrong, and why; of the last one alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    ending: Option<form::End>,
}

impl Document for Judged {
    const NAME: &'static str = "prove";
}

/// A story, moment by moment, with its end.
fn in_moments(plan: &Plan, lines: &Lines<'_>, story: &Story) -> Vec<Told> {
    let place = |at: Span| lines.place(at.start, at.end.saturating_sub(at.start));
    let moments = story.moments.iter().enumerate().map(|(index, moment)| Told {
        text: moment.text.clone(),
        at: place(moment.at),
        moment: Some(form::told(plan, index + 1, moment)),
        ending: None,
    });
    let end = Told {
        text: story.ending.text.clone(),
        at: place(story.ending.at),
        moment: None,
        ending: Some(form::end(plan, story.last(), &story.ending)),
    };
    moments.chain([end]).collect()
}

impl Judged {
    /// Nothing but which plan, and the word for it.
    fn of(plan: &str, source: &Source, outcome: Outcome) -> Self {
        Self {
            plan: plan.to_owned(),
            file: source.name.clone(),
            outcome,
            answers: Vec::new(),
            variants: Vec::new(),
            row_by_row: None,
            promises: Vec::new(),
            finals: Vec::new(),
            waived: Vec::new(),
            assumptions: Vec::new(),
            engine: None,
            cuts: None,
            reason: None,
            states: None,
            transitions: None,
            slices: None,
            alike: None,
            certificate: None,
            story: Vec::new(),
            shortest: None,
            stories: Vec::new(),
            more: None,
            written: Vec::new(),
            repair: None,
            durations: None,
            way_back: None,
            findings: Vec::new(),
        }
    }

    /// What was proved.
    pub(super) fn proved(plan: &str, source: &Source, proof: &Proof) -> Self {
        let kept =
            |(promise, in_words): &(String, bool)| Kept { promise: promise.clone(), in_words: *in_words };
        let judged = Self {
            promises: proof.promises.iter().map(kept).collect(),
            finals: proof.finals.clone(),
            waived: proof.waived.clone(),
            assumptions: proof.assumptions.clone(),
            ..Self::of(plan, source, Outcome::Proved)
        };
        match proof.how {
            How::Cuts { questions } => Self { engine: Some(By::Cuts), cuts: Some(questions), ..judged },
            How::Explicit { states, transitions, slices, alike } => Self {
                engine: Some(By::Explicit),
                states: Some(states),
                transitions: Some(transitions),
                slices: Some(slices),
                alike: Some(alike),
                ..judged
            },
        }
    }

    /// How promises are broken: the stories, each with whether no other one with its end is shorter;
    /// where all were asked for, whether there may be more.
    pub(super) fn refused(plan: &Plan, tales: &[(Story, bool)], more: Option<bool>) -> Self {
        let lines = Lines::of(&plan.source);
        let mut all: Vec<Tale> = tales
            .iter()
            .map(|(story, shortest)| Tale { story: in_moments(plan, &lines, story), shortest: *shortest })
            .collect();
        let first = all.first().cloned();
        if more.is_none() {
            all.clear();
        }
        let (story, shortest) = first.map(|first| (first.story, first.shortest)).unzip();
        Self {
            story: story.unwrap_or_default(),
            shortest,
            stories: all,
            more,
            ..Self::of(&plan.name, &plan.source, Outcome::Refused)
        }
    }

    /// The same with the files that the stories went to.
    pub(super) fn drawn(self, written: Vec<String>) -> Self {
        Self { written, ..self }
    }

    /// How far the proof came.
    pub(super) fn open(plan: &str, source: &Source, open: &NotProven) -> Self {
        let states = (open.states > 0).then_some(open.states);
        Self { states, reason: Some(open.reason()), ..Self::of(plan, source, Outcome::NotProved) }
    }

    /// The same with an edit that repairs the plan.
    pub(super) fn mended(self, repair: Option<String>) -> Self {
        Self { repair, ..self }
    }

    /// The same with the certificate that was written, and its length.
    pub(super) fn certified(self, written: Option<(&Path, usize)>) -> Self {
        let certified = |(file, bytes): (&Path, usize)| Certified { file: file.display().to_string(), bytes };
        Self { certificate: written.map(certified), ..self }
    }

    /// The same with how long it takes, and how far there is a way back.
    pub(super) fn in_time(self, durations: Timed, way_back: WayBack) -> Self {
        Self { durations: Some(durations), way_back: Some(way_back), ..self }
    }

    /// The same for answers.
    pub(super) fn under(self, answers: Vec<String>) -> Self {
        Self { answers, ..self }
    }

    /// What became of a plan with several variants.
    pub(super) fn of_all((plan, source): (&str, &Source), exit: Exit, variants: Vec<Self>) -> Self {
        let outcome = match exit {
            Exit::Done => Outcome::Proved,
            Exit::Refused => Outcome::Refused,
            _ => Outcome::NotProved,
        };
        Self { variants, ..Self::of(plan, source, outcome) }
    }

    /// A plan that is proved row by row, with the proofs of some variants of the whole, and how many moments the
    /// order of the steps rules out.
    pub(super) fn row_by_row(
        (plan, source): (&str, &Source),
        proofs: &[Proof],
        (rows, cuts): (RowByRow, usize),
    ) -> Self {
        let unique = |of: fn(&Proof) -> &[String]| {
            let all: BTreeSet<String> = proofs.iter().flat_map(of).cloned().collect();
            all.into_iter().collect::<Vec<String>>()
        };
        Self {
            row_by_row: Some(rows),
            engine: Some(By::Cuts),
            cuts: Some(cuts),
            waived: unique(|proof| &proof.waived),
            assumptions: unique(|proof| &proof.assumptions),
            ..Self::of(plan, source, Outcome::Proved)
        }
    }

    /// A plan of which a row alone is not proved.
    pub(super) fn open_row_by_row((plan, source): (&str, &Source), reason: String) -> Self {
        Self { reason: Some(reason), ..Self::of(plan, source, Outcome::NotProved) }
    }

    /// The same with findings.
    pub(super) fn with(self, findings: Vec<Entry>) -> Self {
        Self { findings, ..self }
    }
}
