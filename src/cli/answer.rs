//! `keyroll answer RUN NAME=yes --as ROLE`

use std::path::Path;

use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    backend::clock::{Clock, WallClock},
    journal::{
        sqlite::Store,
        survey::{Refused, Survey},
    },
    plan::{answers::Answers, suggest::did_you_mean},
    run::notices::herald::SiteHerald,
    source::shown,
    transition::{event::Actor, why::Why},
};

use super::{
    answered::answer,
    at_site::{AtSite, failed, shown_path},
    exit::Exit,
    json::{Document, Format},
    screen::Screen,
    survey::{Surveyed, found::called},
};

/// Answer what a role is asked before a run begins.
///
/// An answer is kept with its date. Another one counts instead of it as long as the run has not begun, and both stay on
/// record.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The run, its plan, or the file of that, as `keyroll run` was called with it
    #[arg(value_name = "RUN")]
    called: String,
    /// The questions, each with its answer
    #[arg(value_name = "NAME=yes|no", value_parser = answer, required = true)]
    answers: Vec<(String, bool)>,
    /// The role that you act for
    #[arg(long = "as", value_name = "ROLE")]
    role: String,
    /// Who you are, for the journal
    #[arg(long, value_name = "NAME")]
    person: Option<String>,
    /// Why, for the journal
    #[arg(long, value_name = "WHY")]
    because: Option<String>,
    /// The site
    #[arg(long, default_value = "site.toml", value_name = "FILE")]
    site: std::path::PathBuf,
    /// The journal, if it is not keyroll.db beside the site
    #[arg(long, value_name = "FILE")]
    journal: Option<std::path::PathBuf>,
    /// Text for people, or JSON
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
}

/// Answers of a role that are in the journal.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct TakenDown {
    /// The run.
    run: String,
    /// The role.
    role: String,
    /// Whether any of them is new; otherwise they were taken down before, and nothing changed.
    new: bool,
    /// How what is asked stands now.
    survey: Surveyed,
}

impl Document for TakenDown {
    const NAME: &'static str = "answer";
}

/// Does it.
pub fn run(arguments: &Arguments, screen: &mut Screen) -> Exit {
    screen.speak(arguments.format);
    taken_down(arguments, screen).unwrap_or_else(|exit| exit)
}

fn taken_down(arguments: &Arguments, screen: &mut Screen) -> Result<Exit, Exit> {
    let mut answers = Answers::new();
    for (name, yes) in &arguments.answers {
        if answers.insert(name.clone(), *yes).is_some_and(|earlier| earlier != *yes) {
            screen.talk(format_args!("`{}` is answered with yes and with no", shown(name)));
            return Err(Exit::Usage);
        }
    }
    let at = AtSite::by(&arguments.site, arguments.journal.as_deref());
    let path = at.journal();
    if !path.exists() {
        let journal = shown_path(&path);
        screen.talk(format_args!("there is no journal {journal}: nothing was run here"));
        return Err(Exit::Usage);
    }
    let (site, _) = at.read(screen)?;
    let mut store = Store::open(&path).map_err(|error| failed(&error, screen))?;
    let found = called(&store, &arguments.called).map_err(|error| failed(&error, screen))?;
    let Some(survey) = found else { return Err(none(&path, &arguments.called, screen)) };
    screen.about(&survey.run);
    let by = Actor { role: arguments.role.clone(), person: arguments.person.clone(), automatic: false };
    let (herald, now) = (SiteHerald::of(&site), WallClock.now());
    let answers: Vec<(String, bool)> = answers.into_iter().collect();
    let how = (&by, arguments.because.as_deref(), now);
    let done = store.answer(&survey.run, &answers, how, herald.as_deref());
    let (after, new) = match done.map_err(|error| failed(&error, screen))? {
        Ok(done) => done,
        Err(refused) => return Err(not_taken_down(&refused, &survey, screen)),
    };
    if arguments.format == Format::Json {
        let survey = Surveyed::of(&after, &after.given, now);
        screen.document(&TakenDown { run: after.run.clone(), role: by.role, new, survey });
        return Ok(Exit::Done);
    }
    let has_other = |(name, yes): &(String, bool)| {
        let before = survey.asked.iter().find(|asked| asked.name == *name).and_then(|a| a.answers.last());
        before.is_some_and(|before| before.yes != *yes)
    };
    screen.result(if !new {
        "this was taken down before; nothing changed"
    } else if answers.iter().any(has_other) {
        "taken down instead of the answer before, which stays on record"
    } else if after.open(&after.given, now).next().is_some() {
        "taken down; others are still asked"
    } else {
        "taken down; `keyroll run` goes on from here"
    });
    Ok(Exit::Done)
}

fn none(path: &Path, called: &str, screen: &mut Screen) -> Exit {
    let journal = shown_path(path);
    screen.talk(format_args!("by the journal {journal} nobody is asked anything for {}", shown(called)));
    Exit::Usage
}

fn not_taken_down(refused: &Refused, survey: &Survey, screen: &mut Screen) -> Exit {
    let help = match refused {
        Refused::Why(Why::Unasked(name)) => {
            let names: Vec<String> = survey.asked.iter().map(|asked| asked.name.clone()).collect();
            format!(": {}", did_you_mean(name, "question", &names).text)
        }
        _ => String::new(),
    };
    screen.talk(format_args!("not taken down: {}{help}", shown(&refused.to_string())));
    match refused {
        Refused::Why(Why::Astray { .. }) => Exit::Backend,
        _ => Exit::Usage,
    }
}
