//! `keyroll rehearse PLAN`

pub mod book;
pub mod play;
pub mod progress;
pub mod schedule;

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::time::Duration;

use serde_json::json;

use crate::{
    backend::clock::{Clock, WallClock},
    check::Checked,
    evidence::{
        outcome::{self, Ending},
        page::Page,
        summary::Summary,
        timeline::{Timeline, Verdict as Known},
    },
    plan::given::Given,
    proof::verdict::{BUDGET, Verdict, prove},
    run::{
        sandbox::{Props, Sandbox},
        site::key_type,
    },
    source::{Refusal, shown},
    world::material::KeyType,
};

use super::{
    at_site::shown_path,
    exit::Exit,
    json::{Format, summary},
    prove::told,
    screen::Screen,
    stop,
    text::{assignment, checked, plan, values},
};
use play::{Stage, play};

/// Rehearse a plan: build its world in a sandbox, play every role, run it under signed traffic.
///
/// Time is compressed; nothing outside of the sandbox is read or changed.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The plan, or - for standard input
    plan: PathBuf,
    /// Give a parameter another value
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = assignment)]
    set: Vec<(String, String)>,
    /// Messages a second, on the wall clock
    #[arg(long, default_value_t = 800, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    rate: u32,
    /// Send at least so many messages
    #[arg(long, default_value_t = 5_500, value_name = "N", value_parser = clap::value_parser!(u64).range(..=10_000_000))]
    messages: u64,
    /// How long a message may be under way, instead of what the plan says (as in 15m)
    #[arg(long, value_name = "DURATION", value_parser = length)]
    transit: Option<Duration>,
    /// The kind of the keys: rsa-2048, rsa-3072, rsa-4096, ec-p256, ec-p384, ec-p521
    #[arg(long, default_value = "rsa-2048", value_name = "TYPE", value_parser = kind)]
    key_type: KeyType,
    /// Leave everything in this folder: keystore, trust folder, messages, journal, report
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
    /// Only build the sandbox in the folder of --keep: a world to try `dry-run` and `run` in
    #[arg(long, requires = "keep")]
    stage: bool,
    /// Where the report goes, if not to report.html here or in the folder of --keep
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Rehearse a plan although its proof refuses it, to see it fail
    #[arg(long)]
    unproved: bool,
    /// Text for people, or JSON lines
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
}

fn length(text: &str) -> Result<Duration, String> {
    crate::plan::parameter::duration(text).ok_or_else(|| "write it as 90s, 15m, 24h or 1h30m".to_owned())
}

fn kind(text: &str) -> Result<KeyType, String> {
    let known = "one of rsa-2048, rsa-3072, rsa-4096, ec-p256, ec-p384, ec-p521";
    key_type(text).ok_or_else(|| known.to_owned())
}

/// Does it.
pub fn run(arguments: &Arguments, screen: &mut Screen) -> Exit {
    let (checked, known) = match judged(arguments, screen) {
        Ok(judged) => judged,
        Err(exit) => return exit,
    };
    if let (true, Some(folder)) = (arguments.stage, &arguments.keep) {
        return staged(&checked, folder, arguments.key_type, screen);
    }
    // From here on Ctrl-C comes to a good end: there is a folder to be taken away.
    let stop = stop::flag();
    let temporary;
    let folder = match &arguments.keep {
        Some(folder) => folder.clone(),
        None => match tempfile::Builder::new()
            .prefix("keyroll-rehearsal-")
            .permissions(Permissions::from_mode(0o700))
            .tempdir()
        {
            Ok(folder) => {
                temporary = folder;
                temporary.path().to_owned()
            }
            Err(error) => {
                screen.talk(format_args!("cannot make a folder for the sandbox: {error}"));
                return Exit::Backend;
            }
        },
    };
    let stage = Stage {
        folder: &folder,
        copies: arguments.keep.is_some(),
        rate: arguments.rate,
        messages: arguments.messages,
        key_type: arguments.key_type,
        lines: arguments.format == Format::Json,
    };
    let played = match play(&checked, &stage, known, screen) {
        Ok(played) => played,
        Err(error) => {
            screen.talk(format_args!("the rehearsal cannot be held: {}", shown(&error.to_string())));
            return Exit::Backend;
        }
    };
    if stop.load(Ordering::Relaxed) {
        screen.talk("interrupted");
        return Exit::Interrupted;
    }
    let report = arguments.report.clone().unwrap_or_else(|| match &arguments.keep {
        Some(folder) => folder.join("report.html"),
        None => PathBuf::from("report.html"),
    });
    let written = crate::backend::file::replace(&report, Page(&played.timeline).to_string().as_bytes(), None);
    if let Err(error) = &written {
        screen.talk(format_args!("cannot write the report {}: {error}", shown_path(&report)));
    }
    if let Some(error) = &played.failed {
        screen.talk(format_args!("the rehearsal did not come to its end: {}", shown(&error.to_string())));
    }
    let exit =
        if played.failed.is_some() || written.is_err() { Exit::Backend } else { ended(&played.timeline) };
    tell(arguments, &played.timeline, exit, written.is_ok().then_some(report.as_path()), screen);
    exit
}

/// Builds the sandbox and nothing else. Its roles do not pause: nobody watches a clock.
fn staged(checked: &Checked, folder: &Path, key_type: KeyType, screen: &mut Screen) -> Exit {
    let props = Props { key_type, start: WallClock.now(), pause: Duration::ZERO };
    match Sandbox::build(checked.plan(), folder, &props) {
        Ok(sandbox) => {
            let folder = shown_path(sandbox.folder());
            screen.result(format_args!("built: {folder}"));
            screen.result(format_args!(
                "try:   keyroll dry-run {folder}/plan.renewal --site {folder}/site.toml"
            ));
            screen.result(format_args!("       keyroll run {folder}/plan.renewal --site {folder}/site.toml"));
            Exit::Done
        }
        Err(error) => {
            screen.talk(format_args!("the sandbox cannot be built: {}", shown(&error.to_string())));
            Exit::Backend
        }
    }
}

fn ended(timeline: &Timeline) -> Exit {
    match outcome::ending(timeline) {
        Ending::Good => Exit::Done,
        Ending::Broken => Exit::Broken,
        Ending::Unfinished => Exit::Waiting,
    }
}

fn tell(arguments: &Arguments, timeline: &Timeline, exit: Exit, report: Option<&Path>, screen: &mut Screen) {
    let word = match exit {
        Exit::Done => "done",
        Exit::Broken => "broken",
        Exit::Waiting => "waiting",
        _ => "failed",
    };
    let figures = timeline.figures();
    match arguments.format {
        Format::Json => {
            let more = json!({
                "plan": timeline.plan.name,
                "proved": timeline.verdict.proved,
                "under_way": figures.under_way,
                "outside_window_ms": figures.outside_ms,
                "wall_ms": u64::try_from(timeline.wall.as_millis()).unwrap_or(u64::MAX),
                "compression": timeline.compression,
                "report": report.map(|report| report.display().to_string()),
            });
            screen.result(summary(word, Some(&figures), &timeline.run, more));
        }
        Format::Text => {
            screen.text(&Summary(timeline).to_string());
            if let Some(report) = report {
                screen.result(format_args!("report: {}", shown_path(report)));
            }
            if let Some(folder) = &arguments.keep {
                screen.result(format_args!("kept:   {}", shown_path(folder)));
            }
        }
    }
}

/// The plan, checked, and what the proof says of it.
fn judged(arguments: &Arguments, screen: &mut Screen) -> Result<(Checked, Known), Exit> {
    let source = plan(&arguments.plan, screen)?;
    let given = Given { parameters: values(&arguments.set, screen)?, transit: arguments.transit };
    let checked = checked(&source, &given, screen)?;
    let start = checked.plan().start.clone();
    match prove(checked, &start, BUDGET) {
        Verdict::Proven(proven) => {
            let proof = proven.proof().clone();
            let how = format!("{} states, every order of events", proof.states);
            let lines = proof.promises.iter().map(|(p, _)| p.clone()).chain(proof.finals).chain([how]);
            let known = Known {
                proved: true,
                lines: lines.collect(),
                assumptions: proof.assumptions,
                waived: proof.waived,
            };
            Ok((proven.into_checked(), known))
        }
        Verdict::Refuted(refuted) if arguments.unproved => {
            let mut lines = vec![refuted.finding.to_string()];
            lines.extend(told(&source, &refuted.story).iter().map(|line| line.trim().to_owned()));
            Ok((refuted.checked, Known { proved: false, lines, ..Known::default() }))
        }
        Verdict::Refuted(refuted) => {
            screen.page(&Refusal::new(source, vec![refuted.finding]));
            screen.talk("the plan is not proved, so it is not rehearsed; --unproved shows how it fails");
            Err(Exit::Refused)
        }
        Verdict::NotProven(open) if arguments.unproved => {
            let lines = vec![format!("not proved: bound reached ({} states)", open.states)];
            Ok((open.checked, Known { proved: false, lines, ..Known::default() }))
        }
        Verdict::NotProven(open) => {
            screen.talk(format_args!("not proved: bound reached ({} states)", open.states));
            Err(Exit::NotProved)
        }
    }
}
