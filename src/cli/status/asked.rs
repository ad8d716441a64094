//! Where a run stands that has not begun, for its roles are asked.

use std::path::Path;

use crate::{
    backend::clock::{Clock, WallClock},
    cli::{
        at_site::failed,
        exit::Exit,
        json::Format,
        screen::Screen,
        survey::{Surveyed, answers, waits},
    },
    journal::{sqlite::Store, survey::Survey},
    run::{notices::told::Told, time::to_the_second},
    source::shown,
};

use super::{Arguments, Standings};

/// Shows it.
pub(super) fn show(
    (arguments, figures): (&Arguments, Option<&Path>),
    survey: &Survey,
    screen: &mut Screen,
) -> Exit {
    screen.about(&survey.run);
    if figures.is_some() {
        screen.talk("a run that has not begun has no figures");
    }
    let told = Store::look(&arguments.at.journal(), |store| store.deliveries(&survey.run));
    let notices = match told {
        Ok(deliveries) => Told::of(deliveries),
        Err(error) => return failed(&error, screen),
    };
    let now = WallClock.now();
    let (waits, said) = (waits(survey, &survey.given, now), answers(survey, now));
    if arguments.format == Format::Json {
        screen.document(&Standings {
            run: survey.run.clone(),
            plan: survey.plan_name.clone(),
            started: survey.opened,
            finished: false,
            departed: None,
            waived: Vec::new(),
            paused: Vec::new(),
            drained: Vec::new(),
            answers: said,
            survey: Some(Surveyed::of(survey, &survey.given, now)),
            steps: Vec::new(),
            waits,
            waiting: Vec::new(),
            broken: Vec::new(),
            substituted: Vec::new(),
            notices,
        });
        return Exit::Done;
    }
    let (plan, run, since) = (shown(&survey.plan_name), shown(&survey.run), to_the_second(survey.opened));
    screen.result(format_args!("{plan} ({run}), not begun: its roles are asked since {since}"));
    said.iter().for_each(|line| screen.result(format_args!("  answer      {line}")));
    waits.iter().for_each(|line| screen.result(format_args!("  {line}")));
    notices.iter().for_each(|told| screen.result(format_args!("  {}", told.line())));
    if waits.is_empty() {
        screen.result("  nobody is waited for: `keyroll run` begins");
    }
    Exit::Done
}
