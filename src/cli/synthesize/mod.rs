//! `keyroll synthesize SCENARIO`

mod document;
mod words;

use std::path::PathBuf;

use crate::{
    backend::file,
    cli::{
        at_site::shown_path, exit::Exit, json::Format, output::Output, prove::Watch, screen::Screen, stop,
        text::PlanText,
    },
    synthesis::{Bound, Bounds, Found, Progress, Scenario, Synthesis, synthesize},
};

use document::{Outcome, Planned};
use words::{draw_bound, draw_impossible, draw_plan, sentence};

pub use document::Synthesized;

/// How many moments are looked at unless another bound is given.
const BUDGET: usize = 1_000_000;

/// Find the best plan for a scenario, a plan text without steps, and prove it; or prove that none
/// exists.
///
/// The best plan has the least downtime, counted in hops; of those the shortest wait for messages under
/// way, then the fewest rounds, the fewest reports and the fewest steps. It is written behind the text
/// of the scenario, once it is proved. Ctrl-C ends the search with what is known.
#[derive(Debug, clap::Args)]
#[command(mut_arg("plan", |plan| plan.value_name("SCENARIO").help("The scenario, or - for standard input")))]
pub struct Arguments {
    #[command(flatten)]
    scenario: PlanText,
    /// Let each report reach one role only, and each role send one after the other
    #[arg(long)]
    one_addressee: bool,
    /// Look at so many moments at most; exit 8 when that was not enough
    #[arg(long, value_name = "MOMENTS", default_value_t = BUDGET)]
    budget: usize,
    /// Where the plan goes, if not to standard output; what is there already stays
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Replace the file of --output if it is there
    #[arg(long, requires = "output")]
    overwrite: bool,
    /// Text for people, or JSON
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
}

/// Does it.
pub fn run(arguments: &Arguments, screen: &mut Screen) -> Exit {
    screen.speak(arguments.format);
    let read =
        arguments.scenario.source(screen).and_then(|source| Ok((source, arguments.scenario.given(screen)?)));
    let (source, given) = match read {
        Ok(read) => read,
        Err(exit) => return exit,
    };
    let scenario = match Scenario::read(&source, &given) {
        Ok(scenario) => scenario,
        Err(refusal) => {
            screen.page(&refusal);
            let findings = screen.found().into_iter().flat_map(|found| found.findings).collect();
            if arguments.format == Format::Json {
                let refused = Synthesized::of(&source.name, Outcome::Refused, None);
                screen.document(&Synthesized { findings, ..refused });
            }
            return Exit::Refused;
        }
    };
    if let Err(exit) = is_free(arguments, screen) {
        return exit;
    }
    let bounds = Bounds { moments: arguments.budget, several: !arguments.one_addressee };
    let watch = Watch::of(screen);
    let goes_on = |progress| {
        watch.says(match progress {
            Progress::Worlds(count) => format!("{count} worlds"),
            Progress::Moments(count) => format!("{count} moments"),
        })
    };
    let (synthesis, acts) = synthesize(&scenario, &given, bounds, &goes_on);
    watch.ends();
    let (told, exit) = match synthesis {
        Synthesis::Found(found) => match placed(&found, arguments, screen) {
            Err(exit) => return exit,
            Ok(()) => {
                draw_plan(&found, arguments.output.as_deref(), screen);
                let planned = Planned::of(&found, arguments.output.as_deref());
                let told = Synthesized::of(&source.name, Outcome::Proved, Some(&acts));
                (Synthesized { plan: Some(planned), ..told }, Exit::Done)
            }
        },
        Synthesis::Impossible(why) => {
            if screen.is_text() {
                draw_impossible(scenario.plan(), &why, &acts, screen);
            }
            let told = Synthesized::of(&source.name, Outcome::Impossible, Some(&acts));
            (Synthesized { impossible: Some(why.into()), ..told }, Exit::Refused)
        }
        Synthesis::Bound(bound) => {
            let line = sentence(&bound);
            if screen.is_text() {
                draw_bound(scenario.plan(), &bound, screen);
            }
            let exit = if matches!(bound, Bound::Stopped { .. }) { stop::exit() } else { Exit::NotProved };
            let told = Synthesized::of(&source.name, Outcome::NotFound, Some(&acts));
            (Synthesized { bound: Some(line), ..told }.short_of(bound), exit)
        }
    };
    if arguments.format == Format::Json {
        screen.document(&told);
    }
    exit
}

/// Nothing is written over what is there, unless that is asked for.
fn is_free(arguments: &Arguments, screen: &mut Screen) -> Result<(), Exit> {
    let Some(path) = Output::of(arguments.output.as_deref()).file() else { return Ok(()) };
    if !arguments.overwrite && path.symlink_metadata().is_ok() {
        let name = shown_path(path);
        screen.talk(format_args!("{name} is there already: name another file, or add --overwrite"));
        return Err(Exit::Usage);
    }
    Ok(())
}

fn placed(found: &Found, arguments: &Arguments, screen: &mut Screen) -> Result<(), Exit> {
    match Output::of(arguments.output.as_deref()).file() {
        Some(path) => file::replace(path, found.text.as_bytes(), None).map_err(|error| {
            screen.talk(format_args!("cannot write {}: {error}", shown_path(path)));
            Exit::Backend
        }),
        None => {
            if screen.is_text() {
                screen.text(&found.text);
            }
            Ok(())
        }
    }
}
