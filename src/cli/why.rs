//! `keyroll why STEP`

use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    backend::clock::{Clock, WallClock},
    journal::{Host, survey::Survey},
    plan::answers::Question,
    run::{
        casting::Casting,
        drains::{Drained, drains, needed},
        notices::told::Told,
        status::{Standing, standing},
        time::to_the_second,
        wait::{Waiting, waits},
    },
    source::shown,
    transition::{compared::Substituted, pause::Pause},
};

use super::{
    answered,
    at_site::{AtSite, Attached, failed},
    exit::Exit,
    json::{Document, Format},
    of_run::pause::lines,
    screen::Screen,
    survey::{Surveyed, answers, found::meant, waits as asks},
};

/// Say why a step is not done: for whom or what it waits, since when, and what happens next.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The step; without one, everything that the run waits for
    step: Option<String>,
    #[command(flatten)]
    at: AtSite,
    /// Text for people, or JSON
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
}

/// Why a step, or the run, is not done.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Reasons {
    /// The run.
    run: String,
    /// Whether it is done.
    finished: bool,
    /// What it waits for; for one step, what that waits for.
    waits: Vec<Waiting>,
    /// Until when it stands still, and for whom, where somebody has it so.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    paused: Vec<Pause>,
    /// Certificates at partners that are other ones than were sent, and that nobody has seen to yet.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    substituted: Vec<Substituted>,
    /// Which flows are drained of which keys, and whether that was seen or waited for; of one step, those that
    /// it needs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    drained: Vec<Drained>,
    /// The answer to each question of the plan, and whether silence was taken for it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    answers: Vec<String>,
    /// What its roles are asked before it begins, or were asked, and what they have answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    survey: Option<Surveyed>,
    /// The step that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    step: Option<Standing>,
    /// The steps that come after it.
    #[serde(skip_serializing_if = "Option::is_none")]
    then: Option<Vec<String>>,
    /// What people were told of it, and how that stands.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notices: Vec<Told>,
}

impl Document for Reasons {
    const NAME: &'static str = "why";
}

/// Does it.
pub fn run(arguments: &Arguments, screen: &mut Screen) -> Exit {
    screen.speak(arguments.format);
    match meant(&arguments.at) {
        Ok(Some(survey)) => return not_begun(arguments, &survey, screen),
        Ok(None) => {}
        Err(error) => return failed(&error, screen),
    }
    let Attached { checked, host, site, pinned, .. } = match arguments.at.attach(false, screen) {
        Ok(attached) => attached,
        Err(exit) => return exit,
    };
    let plan = checked.plan();
    let casting = Casting::of(plan, &site);
    let state = host.state();
    let now = WallClock.now();
    let found = waits(&checked, &casting, state, now);
    let told = match host.deliveries() {
        Ok(deliveries) => Told::of(deliveries),
        Err(error) => return failed(&error, screen),
    };
    let drained = match host.course() {
        Ok(records) => drains(&checked, state, &records),
        Err(error) => return failed(&error, screen),
    };
    let survey = match host.survey() {
        Ok(survey) => survey,
        Err(error) => return failed(&error, screen),
    };
    let paused: Vec<Pause> = state.pauses.iter().filter(|pause| now < pause.until).cloned().collect();
    let standing_still = lines(&paused, now);
    let reasons = Reasons {
        run: pinned.run,
        finished: state.is_finished(),
        waits: found.iter().map(|wait| wait.waiting(&checked)).collect(),
        paused,
        substituted: state.substituted.clone(),
        drained: drained.clone(),
        answers: plan.questions.iter().map(Question::told).collect(),
        survey: survey.as_ref().map(|survey| Surveyed::of(survey, &survey.given, survey.moved())),
        step: None,
        then: None,
        notices: told,
    };
    let Some(name) = &arguments.step else {
        if arguments.format == Format::Json {
            screen.document(&reasons);
            return Exit::Done;
        }
        answered::lines(&plan.questions).for_each(|line| screen.result(line));
        for line in survey.iter().flat_map(|survey| answers(survey, survey.moved())) {
            screen.result(format_args!("  answer      {line}"));
        }
        standing_still.iter().for_each(|line| screen.result(line));
        for one in &reasons.substituted {
            screen.result(format_args!("substituted: {}", one.sentence()));
            screen.result(format_args!("  {}", one.mend(&arguments.at.options())));
        }
        for wait in &found {
            screen.result(wait.sentence(&checked));
        }
        drained.iter().for_each(|drained| screen.result(drained.sentence()));
        if found.is_empty() && standing_still.is_empty() && reasons.substituted.is_empty() {
            screen.result(if state.left {
                "the run was called off, and is over"
            } else if state.is_finished() {
                "the run is done"
            } else {
                "the run waits for nobody: `keyroll run` goes on"
            });
        }
        reasons.notices.iter().for_each(|told| screen.result(told.line()));
        return Exit::Done;
    };
    let Some(step) = plan.step(name) else {
        let names: Vec<String> = plan.steps.rows().map(|s| s.name.value.clone()).collect();
        let help = crate::plan::suggest::did_you_mean(name, "step", &names).text;
        screen.talk(format_args!("the plan has no step `{}`: {help}", shown(name)));
        return Exit::Usage;
    };
    let drained = needed(&checked, step, &drained);
    let row = standing(&checked, &casting, (state, now), step);
    let after = plan.steps.iter().filter(|(_, s)| s.after.iter().any(|b| b.value == step));
    let next: Vec<String> = after.map(|(_, s)| s.name.value.clone()).collect();
    let is_of_it = |told: &Told| told.step.as_ref() == Some(name);
    let notices: Vec<Told> = reasons.notices.into_iter().filter(is_of_it).collect();
    if arguments.format == Format::Json {
        let waits = reasons.waits.into_iter().filter(|wait| wait.step == *name).collect();
        screen.document(&Reasons { waits, drained, step: Some(row), then: Some(next), notices, ..reasons });
        return Exit::Done;
    }
    screen.result(format_args!("{} ({}, {}): {}", row.step, row.role, row.act, row.status.shown()));
    if let Some(why) = row.why {
        screen.result(format_args!("  {why}"));
    }
    drained.iter().for_each(|drained| screen.result(format_args!("  {}", drained.sentence())));
    if let Some(at) = row.compared {
        screen.result(format_args!("  the fingerprint was compared {}", to_the_second(at)));
    }
    if let Some(at) = row.not_after {
        screen.result(format_args!("  not after {}", to_the_second(at)));
    }
    notices.iter().for_each(|told| screen.result(format_args!("  {}", told.line())));
    if !next.is_empty() {
        screen.result(format_args!("  then: {}", shown(&next.join(", "))));
    }
    Exit::Done
}

/// Why a run has not begun: its roles are asked.
fn not_begun(arguments: &Arguments, survey: &Survey, screen: &mut Screen) -> Exit {
    let now = WallClock.now();
    let mut lines = answers(survey, now);
    lines.extend(asks(survey, &survey.given, now));
    if arguments.format == Format::Json {
        screen.document(&Reasons {
            run: survey.run.clone(),
            finished: false,
            waits: Vec::new(),
            substituted: Vec::new(),
            paused: Vec::new(),
            drained: Vec::new(),
            answers: answers(survey, now),
            survey: Some(Surveyed::of(survey, &survey.given, now)),
            step: None,
            then: None,
            notices: Vec::new(),
        });
        return Exit::Done;
    }
    if let Some(step) = &arguments.step {
        screen.result(format_args!("{}: the run has not begun, for its roles are asked", shown(step)));
    }
    lines.iter().for_each(|line| screen.result(line));
    if survey.open(&survey.given, now).next().is_none() {
        screen.result("nobody is waited for: `keyroll run` begins");
    }
    Exit::Done
}
