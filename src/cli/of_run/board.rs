//! `keyroll board PLAN...`

use std::path::PathBuf;

use jiff::Timestamp;

use crate::{
    backend::clock::{Clock, WallClock},
    board::{Board, Boards, Page, Subject, text},
    check::Checked,
    journal::{chain::replay, survey::Survey},
    plan::{given::Given, suggest::did_you_mean},
    run::{casting::Casting, opening::material, site::Site, time::moment},
    source::{Source, shown},
    transition::{event::Record, state::State},
};

use super::super::{
    answered::{Answered, vain},
    at_site::{AtSite, Looked, failed},
    exit::Exit,
    json::{self, Document, line},
    output::Output,
    screen::Screen,
    survey::found::{meant, read as known},
    text::{pinned, plan},
};

/// Show where a renewal stands with each partner, and what the exchange still waits for.
///
/// It is told from the plan, the site and the journal: nothing is looked at in the world, and nothing is
/// written. A plan that was not begun has a board too.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The plans, each with its youngest run; without one, the run of the journal
    plans: Vec<PathBuf>,
    #[command(flatten)]
    at: AtSite,
    #[command(flatten)]
    answered: Answered,
    /// Who coordinates, and is no partner; without it, the role that speaks to most others
    #[arg(long = "as", value_name = "ROLE")]
    role: Option<String>,
    /// Show it as it stood, or will stand if nobody acts, at a moment: 2026-12-01T08:00:00Z
    #[arg(long = "at", value_name = "TIME", value_parser = moment)]
    moment: Option<Timestamp>,
    /// How it is written
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
    /// Write it to this file, not to standard output
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// The ways to write a board.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// A table for a terminal
    #[default]
    Text,
    /// One page, to show or to print
    Html,
    /// JSON by a published schema
    Json,
}

impl Document for Boards {
    const NAME: &'static str = "board";
}

/// Does it.
pub fn run(arguments: &Arguments, screen: &mut Screen) -> Exit {
    screen.speak(if arguments.format == Format::Json { json::Format::Json } else { json::Format::Text });
    let boards = match boards(arguments, screen) {
        Ok(boards) => boards,
        Err(exit) => return exit,
    };
    let written = match arguments.format {
        Format::Text => text(&boards, width()),
        Format::Html => Page(&boards).to_string(),
        Format::Json => line(&boards) + "\n",
    };
    match Output::of(arguments.output.as_deref()).write(written.as_bytes(), screen) {
        Ok(exit) | Err(exit) => exit,
    }
}

/// The width of a board as text: what `COLUMNS` says, from 80 to 120 characters.
fn width() -> usize {
    let columns = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    columns.unwrap_or(100).clamp(80, 120)
}

fn boards(arguments: &Arguments, screen: &mut Screen) -> Result<Boards, Exit> {
    let survey = if arguments.plans.is_empty() { meant(&arguments.at) } else { Ok(None) };
    let survey = survey.map_err(|error| failed(&error, screen))?;
    let is_alone = arguments.plans.is_empty() && survey.is_none();
    let alone = if is_alone { Some(arguments.at.looked(screen)?) } else { None };
    let (site, _) = arguments.at.read(screen)?;
    let at = arguments.moment.unwrap_or_else(|| WallClock.now());
    let asked = Asked { arguments, site: &site, at };
    let mut boards = Vec::new();
    if let Some(run) = alone {
        boards.push(asked.of_run(run, screen)?);
    }
    if let Some(survey) = survey {
        let source = Source::new(survey.plan_file.clone(), survey.plan_text.clone())
            .with_files(survey.plan_files.clone());
        let given = Given::at_site(site.parameters.clone(), survey.answers(&site.answers()));
        let checked = pinned(&source, &given, screen)?;
        let state = State::new(&checked);
        boards.push(asked.board((&checked, &state, &[]), (None, Some(&survey)), screen)?);
    }
    for path in &arguments.plans {
        let source = plan(path, screen)?;
        let given = arguments.answered.given(&site, screen)?;
        let (checked, given, survey) = known(&arguments.at, (&source, given), screen)?;
        vain(&given, &site, &checked, screen)?;
        let run = match &survey {
            Some(_) => None,
            None => arguments.at.look(Some(&checked.plan().name)).map_err(|error| failed(&error, screen))?,
        };
        boards.push(match run {
            Some(run) => {
                if run.pinned.plan != checked.plan().digest() {
                    screen.remark(format_args!(
                        "the run {} goes on under the plan with which it began; the file was changed since",
                        shown(&run.pinned.run)
                    ));
                }
                asked.of_run(run, screen)?
            }
            None => {
                let state = State::new(&checked);
                asked.board((&checked, &state, &[]), (None, survey.as_deref()), screen)?
            }
        });
    }
    Ok(Boards { at, boards })
}

struct Asked<'a> {
    arguments: &'a Arguments,
    site: &'a Site,
    at: Timestamp,
}

impl Asked<'_> {
    /// The board of a run, as it stood at the moment.
    fn of_run(&self, run: Looked, screen: &mut Screen) -> Result<Board, Exit> {
        let Looked { checked, mut state, mut records, pinned, survey, .. } = run;
        let all = records.len();
        records.retain(|record| record.at <= self.at);
        if records.len() < all {
            state = replay(&checked, &records);
        }
        let began = (pinned.run, pinned.started);
        let began = Some(began).filter(|_| state.started);
        self.board((&checked, &state, &records), (began, survey.as_ref()), screen)
    }

    fn board(
        &self,
        (checked, state, records): (&Checked, &State, &[Record]),
        (run, survey): (Option<(String, Timestamp)>, Option<&Survey>),
        screen: &mut Screen,
    ) -> Result<Board, Exit> {
        let roles = &checked.plan().landscape.roles;
        let coordinator = match &self.arguments.role {
            None => None,
            Some(name) => match roles.find(|role| role == name) {
                Some(role) => Some(role),
                None => {
                    let names: Vec<String> = roles.rows().cloned().collect();
                    let help = did_you_mean(name, "role", &names).text;
                    screen.talk(format_args!("the plan has no role `{}`: {help}", shown(name)));
                    return Err(Exit::Usage);
                }
            },
        };
        let casting = Casting::of(checked.plan(), self.site);
        let material = material(checked, self.site, state, self.at);
        let subject = Subject {
            checked,
            casting: &casting,
            material: &material,
            state,
            records,
            now: self.at,
            survey,
            coordinator,
        };
        Ok(Board::of(&subject, run))
    }
}
