//! Calling off what was asked for a run that has not begun: nothing is to be taken back but the questions.

use crate::{
    backend::clock::{Clock, WallClock},
    check,
    cli::{
        at_site::{AtSite, failed},
        exit::Exit,
        json::Format,
        of_run::called_off::CalledOff,
        screen::Screen,
    },
    journal::{
        sqlite::Store,
        survey::{CalledOff as How, Survey},
    },
    plan::given::Given,
    run::notices::herald::SiteHerald,
    source::{Source, shown},
    transition::event::Actor,
};

use super::{Arguments, acting};

/// Calls it off, where that is said with --yes.
///
/// # Errors
/// The exit; what is wrong has been said.
pub(super) fn call_off(
    (arguments, at): (&Arguments, &AtSite),
    survey: &Survey,
    screen: &mut Screen,
) -> Result<Exit, Exit> {
    let (site, _) = at.read(screen)?;
    let source =
        Source::new(survey.plan_file.clone(), survey.plan_text.clone()).with_files(survey.plan_files.clone());
    let given = Given::at_site(site.parameters.clone(), survey.given.clone());
    let checked = check::read(&source, &given).map_err(|refusal| {
        screen.page(&refusal);
        Exit::Refused
    })?;
    acting(&checked, &arguments.role, screen)?;
    let run = shown(&survey.run);
    if let (true, Some(because)) = (arguments.yes, &arguments.because) {
        let by = Actor { role: arguments.role.clone(), person: arguments.person.clone(), automatic: false };
        let how = How { by, because: because.clone(), at: WallClock.now() };
        let herald = SiteHerald::of(&site);
        let done = Store::open(&at.journal())
            .and_then(|mut store| store.call_off(&survey.run, &how, herald.as_deref()));
        if !done.map_err(|error| failed(&error, screen))? {
            screen.talk(format_args!("{run} has begun meanwhile, or was called off: look again"));
            return Err(Exit::Usage);
        }
    }
    if arguments.format == Format::Json {
        screen.document(&CalledOff::of_survey(&survey.run, arguments.yes));
    } else if arguments.yes {
        screen.result(format_args!("{run} is called off before it began: nobody is asked any more"));
    } else {
        screen.result(format_args!("{run} has not begun: nothing is to be taken back but what is asked"));
        let with = format!("--as {} --person NAME --because \"...\" --yes", shown(&arguments.role));
        screen.remark(format_args!("keyroll abort {run}{} {with} calls it off", arguments.at.options()));
    }
    Ok(Exit::Done)
}
