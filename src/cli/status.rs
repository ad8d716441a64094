//! `keyroll status`

mod asked;
mod before;
mod lanes;
mod terminal;
mod watched;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    backend::clock::{Clock, WallClock},
    plan::answers::Question,
    run::{
        casting::Casting,
        drains::{Drained, drains},
        notices::told::Told,
        site::Site,
        status::{Standing, standings},
        time::to_the_second,
        wait::{Waiting, waits},
    },
    source::shown,
    transition::{
        compared::Substituted,
        event::{Actor, Bound, Event, Record},
        pause::Pause,
        waived::Waived,
    },
};

use super::{
    answered,
    at_site::{AtSite, Looked, failed},
    exit::Exit,
    json::{Document, Format},
    metrics::{Metrics, Seen},
    of_run::pause::lines,
    screen::Screen,
    survey::{Surveyed, answers, found::meant},
};

/// Show where a run stands, step by step.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    at: AtSite,
    #[command(flatten)]
    metrics: Metrics,
    /// Stay, and show the lanes of all roles again whenever something was recorded; q ends it
    #[arg(long, conflicts_with = "file")]
    watch: bool,
    /// Text for people, or JSON
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
}

/// Where a run stands.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Standings {
    /// The run.
    run: String,
    /// The plan's name.
    plan: String,
    /// When it began.
    started: Timestamp,
    /// Whether it is done.
    finished: bool,
    /// Why it is not under the plan with which it began, or goes on under none, where that is so.
    #[serde(skip_serializing_if = "Option::is_none")]
    departed: Option<Departed>,
    /// The partners that it goes on without.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    waived: Vec<Waived>,
    /// Until when it stands still, and for whom, where somebody has it so.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    paused: Vec<Pause>,
    /// Certificates at partners that are other ones than were sent, and that nobody has seen to yet.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    substituted: Vec<Substituted>,
    /// Which flows are drained of which keys, and whether that was seen or waited for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    drained: Vec<Drained>,
    /// The answer to each question of the plan, and whether silence was taken for it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    answers: Vec<String>,
    /// What its roles are asked before it begins, or were asked, and what they have answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    survey: Option<Surveyed>,
    /// Each step, in the order of the plan; none before it begins, where its roles are asked.
    steps: Vec<Standing>,
    /// What it waits for, a sentence each.
    waits: Vec<String>,
    /// What it waits for.
    waiting: Vec<Waiting>,
    /// Promises that were broken on the way.
    broken: Vec<String>,
    /// What people were told, and how that stands.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notices: Vec<Told>,
}

/// How a run came to leave the plan with which it began.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct Departed {
    /// Where it is bound for since.
    bound: Bound,
    /// Whether nothing more is to come.
    over: bool,
    /// Who had it so.
    by: Actor,
    /// Why.
    because: String,
}

impl Departed {
    /// What the records of this part of the run tell of it.
    fn of(records: &[Record]) -> Option<Self> {
        let told = records.iter().rev().map(|record| &record.event).find_map(|event| match event {
            Event::Left { bound, by, because, .. } => Some((*bound, true, by, because)),
            Event::Continued { bound, by, because, .. } => Some((*bound, false, by, because)),
            _ => None,
        });
        told.map(|(bound, over, by, because)| Self { bound, over, by: by.clone(), because: because.clone() })
    }

    /// In words.
    fn line(&self) -> String {
        let what = match self.bound {
            Bound::Back => "called off",
            Bound::Amended => "moved to another plan",
            Bound::Skipped => "goes on without a step",
            Bound::Waived => "goes on without a partner",
        };
        let who = self.by.person.as_ref().map_or_else(|| self.by.role.clone(), Clone::clone);
        format!("  {what} by {}: {}", shown(&who), shown(&self.because))
    }
}

impl Document for Standings {
    const NAME: &'static str = "status";
}

/// Does it.
pub fn run(arguments: &Arguments, screen: &mut Screen) -> Exit {
    screen.speak(arguments.format);
    let figures = match arguments.metrics.file(screen) {
        Ok(figures) => figures,
        Err(exit) => return exit,
    };
    if arguments.watch {
        let ended = before::watch(arguments, screen);
        return ended.unwrap_or_else(|| watched::run(&arguments.at, arguments.format, screen));
    }
    match meant(&arguments.at) {
        Ok(Some(survey)) => return asked::show((arguments, figures), &survey, screen),
        Ok(None) => {}
        Err(error) => return failed(&error, screen),
    }
    let found = arguments.at.looked(screen).and_then(|looked| Ok((looked, arguments.at.read(screen)?.0)));
    let (looked, site) = match found {
        Ok(found) => found,
        Err(exit) => return exit,
    };
    screen.about(&looked.pinned.run);
    if let Some(path) = figures {
        let Looked { checked, state, records, pinned, .. } = &looked;
        let seen = Seen { checked, site: &site, run: &pinned.run, state, records, ended: None };
        if let Err(exit) = seen.write(path, screen) {
            return exit;
        }
    }
    let now = WallClock.now();
    let found = Standings::of(&looked, &site, now);
    if arguments.format == Format::Json {
        screen.document(&found);
        return Exit::Done;
    }
    screen.result(format_args!(
        "{} ({}), begun {}{}",
        found.plan,
        found.run,
        to_the_second(found.started),
        match &found.departed {
            Some(departed) if departed.over => ", called off",
            _ if found.finished => ", done",
            _ => "",
        }
    ));
    found.departed.iter().for_each(|departed| screen.result(departed.line()));
    for waived in &found.waived {
        screen.result(format_args!("  {} waived {}", shown(&waived.partner), waived.reason()));
    }
    lines(&found.paused, now).iter().for_each(|line| screen.result(format_args!("  {line}")));
    for one in &found.substituted {
        screen.result(format_args!("  substituted: {}", one.sentence()));
    }
    answered::lines(&looked.checked.plan().questions).for_each(|line| screen.result(line));
    for line in looked.survey.iter().flat_map(|survey| answers(survey, survey.moved())) {
        screen.result(format_args!("  answer      {line}"));
    }
    for (number, row) in found.steps.iter().enumerate() {
        screen.result(line(number + 1, row));
    }
    found.drained.iter().for_each(|drained| screen.result(format_args!("  {}", drained.sentence())));
    found.notices.iter().for_each(|told| screen.result(format_args!("  {}", told.line())));
    Exit::Done
}

impl Standings {
    /// Where a run stands at a moment.
    fn of(looked: &Looked, site: &Site, now: Timestamp) -> Self {
        let Looked { checked, state, records, course, deliveries, survey, pinned } = looked;
        let casting = Casting::of(checked.plan(), site);
        let found = waits(checked, &casting, state, now);
        Self {
            run: pinned.run.clone(),
            plan: pinned.plan_name.clone(),
            started: pinned.started,
            finished: state.is_finished(),
            departed: Departed::of(records),
            waived: state.waived.clone(),
            paused: state.pauses.iter().filter(|pause| now < pause.until).cloned().collect(),
            substituted: state.substituted.clone(),
            drained: drains(checked, state, course),
            answers: checked.plan().questions.iter().map(Question::told).collect(),
            survey: survey.as_ref().map(|survey| Surveyed::of(survey, &survey.given, survey.moved())),
            steps: standings(checked, &casting, state, now),
            waits: found.iter().map(|wait| wait.sentence(checked)).collect(),
            waiting: found.iter().map(|wait| wait.waiting(checked)).collect(),
            broken: state.broken.clone(),
            notices: Told::of(deliveries.clone()),
        }
    }
}

fn line(number: usize, row: &Standing) -> String {
    let why = row.why.as_ref().map_or_else(String::new, |why| format!("\n      {why}"));
    let since = row.since.map_or_else(String::new, |at| format!("  {}", to_the_second(at)));
    let until =
        row.not_after.map_or_else(String::new, |at| format!("\n      not after {}", to_the_second(at)));
    let line = format!("  {number:>2}  {:<10}  {:<22} {:<22}{since}", row.status.shown(), row.role, row.step);
    let compared = row
        .compared
        .map_or_else(String::new, |at| format!("\n      the fingerprint was compared {}", to_the_second(at)));
    format!("{}{why}{until}{compared}", line.trim_end())
}
