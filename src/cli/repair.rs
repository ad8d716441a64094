//! `keyroll repair PLAN`

use std::io::Read;
use std::path::Path;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use schemars::JsonSchema;
use serde::Serialize;
use similar::TextDiff;

use crate::{
    backend::file::atomic,
    check,
    page::findings::{Entry, Lines, Place},
    plan::{answers, given::Given},
    proof::verdict::{BUDGET, Verdict, prove},
    repair::{Attempts, Repaired, repair},
    source::{Refusal, Source, Span, shown},
    syntax::MARK,
};

use super::{
    at_site::shown_path,
    exit::Exit,
    json::{Document, Format},
    screen::Screen,
    text::PlanText,
};

/// How long a person waits for an edit.
const PATIENCE: Duration = Duration::from_secs(60);

/// What is tried for a plan within that time.
fn attempts() -> Attempts {
    let until = Instant::now().checked_add(PATIENCE);
    Attempts { bytes: 400_000_000, states: 20_000, until, pairs: true }
}

/// Find the smallest edit that makes a refused plan provable, and show it; --apply writes it.
///
/// Needs, edges, reports and their addressees are tried, and two steps of one role in another
/// order: one edit first, then two together. What is shown was proved.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    plan: PlanText,
    /// Write the edit into the plan
    #[arg(long)]
    apply: bool,
    /// Text for people, or JSON
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
}

/// What became of a plan.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Mended {
    /// The plan's file, or `<stdin>`.
    file: String,
    /// The word for it.
    outcome: Outcome,
    /// The edit, as an order to the author; nothing unless there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    edit: Option<String>,
    /// What it changes, in the order of the text.
    changes: Vec<Changed>,
    /// How many edited plans were judged.
    tried: usize,
    /// Whether the edit was written into the plan.
    applied: bool,
    /// Why the plan is refused as it is.
    findings: Vec<Entry>,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Outcome {
    /// It is proved as it is.
    Proved,
    /// It is proved with the edit.
    Repaired,
    /// No edit was found.
    NotRepaired,
    /// The bound was reached before it was proved or refused as it is.
    NotProved,
}

/// One part of an edit.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct Changed {
    /// What is taken out; an empty place where something comes in.
    at: Place,
    /// What comes in.
    text: String,
}

impl Document for Mended {
    const NAME: &'static str = "repair";
}

/// Does it.
pub fn run(arguments: &Arguments, screen: &mut Screen) -> Exit {
    screen.speak(arguments.format);
    let path = arguments.plan.path();
    if arguments.apply && path.as_os_str() == "-" {
        screen.talk("--apply needs a file to write to: leave it out to see the edit");
        return Exit::Usage;
    }
    let read = arguments.plan.source(screen).and_then(|source| Ok((source, arguments.plan.given(screen)?)));
    let (source, given) = match read {
        Ok(read) => read,
        Err(exit) => return exit,
    };
    let (told, exit) = match judged(&source, &given, screen) {
        Err(found) => {
            let (said, told, exit) = *found;
            if screen.is_text() {
                screen.result(format_args!("{}: {said}", shown_path(path)));
            }
            (told, exit)
        }
        Ok(about) => match looked_for(&source, &given, &about, screen) {
            None => {
                if screen.is_text() {
                    let line = "no edit of one or two changes was found that repairs it";
                    screen.result(format_args!("{}: {line}", shown_path(path)));
                }
                (Mended::of(&source, Outcome::NotRepaired), Exit::Refused)
            }
            Some(repaired) => {
                if arguments.apply
                    && let Err(error) = written(path, &repaired.text)
                {
                    screen.talk(format_args!("cannot write {}: {error}", shown_path(path)));
                    return Exit::Backend;
                }
                if screen.is_text() {
                    draw((&source, &given), &repaired, arguments, screen);
                }
                (Mended::of(&source, Outcome::Repaired).by(&source, &repaired, arguments.apply), Exit::Done)
            }
        },
    };
    if arguments.format == Format::Json {
        let findings = screen.found().into_iter().flat_map(|found| found.findings).collect();
        screen.document(&Mended { findings, ..told });
    }
    exit
}

/// Writes an edited text. A byte order mark, which belongs to the file and not to the text, stays.
fn written(path: &Path, text: &str) -> std::io::Result<()> {
    let mut first = Vec::new();
    std::fs::File::open(path)?.take(MARK.len() as u64).read_to_end(&mut first)?;
    let mark = if first == MARK.as_bytes() { MARK } else { "" };
    atomic::replace(path, format!("{mark}{text}").as_bytes(), None)
}

/// The steps that the story of a refused plan is about; or why there is nothing to repair.
fn judged(
    source: &Source,
    given: &Given,
    screen: &mut Screen,
) -> Result<Vec<String>, Box<(String, Mended, Exit)>> {
    let checked = match check::read(source, given) {
        Ok(checked) => checked,
        Err(refusal) => {
            screen.page(&refusal);
            return Ok(Vec::new());
        }
    };
    let start = checked.plan().start.clone();
    match prove(checked, &start, BUDGET) {
        Verdict::Proven(_) => {
            Err(Box::new(("proved as it is".to_owned(), Mended::of(source, Outcome::Proved), Exit::Done)))
        }
        Verdict::NotProven(open) => {
            let said = format!("not proved: {}", open.reason());
            Err(Box::new((said, Mended::of(source, Outcome::NotProved), Exit::NotProved)))
        }
        Verdict::Refuted(refuted) => {
            screen.page(&Refusal::new(source.clone(), vec![refuted.finding]));
            Ok(refuted.about)
        }
    }
}

/// Looks for an edit, and shows how many were tried.
fn looked_for(source: &Source, given: &Given, about: &[String], screen: &Screen) -> Option<Repaired> {
    let is_shown = screen.is_live() && screen.is_text() && !screen.is_quiet();
    let target = if is_shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let bar = ProgressBar::with_draw_target(None, target);
    if let Ok(style) = ProgressStyle::with_template("{pos} edited plans judged, {elapsed}") {
        bar.set_style(style);
    }
    let repaired = repair(source, given, about, attempts(), |tried| bar.set_position(tried as u64));
    bar.finish_and_clear();
    repaired
}

fn draw((source, given): (&Source, &Given), repaired: &Repaired, arguments: &Arguments, screen: &mut Screen) {
    let path = shown_path(arguments.plan.path());
    screen.result(format_args!("{path}: proved with an edit of {}", repaired.edit.size()));
    if !given.answers.is_empty() {
        let answers = shown(&answers::written(&given.answers));
        screen.result(format_args!("  where {answers}; `keyroll prove` tells of the other answers"));
    }
    screen.result(format_args!("  {}", repaired.edit.sentence));
    let diff = TextDiff::from_lines(source.text.as_str(), repaired.text.as_str());
    let name = shown(&source.name);
    screen.text(&diff.unified_diff().context_radius(2).header(&name, &name).to_string());
    screen.result(if arguments.apply { "written" } else { "--apply writes it" });
}

impl Mended {
    fn of(source: &Source, outcome: Outcome) -> Self {
        let (file, edit, findings) = (source.name.clone(), None, Vec::new());
        Self { file, outcome, edit, changes: Vec::new(), tried: 0, applied: false, findings }
    }

    fn by(self, source: &Source, repaired: &Repaired, applied: bool) -> Self {
        let lines = Lines::of(source);
        let place = |at: Span| lines.place(at.start, at.end.saturating_sub(at.start));
        let mut changes = repaired.edit.changes.clone();
        changes.sort();
        let changes = changes.into_iter().map(|change| Changed { at: place(change.at), text: change.text });
        let (edit, tried) = (Some(repaired.edit.sentence.clone()), repaired.tried);
        Self { edit, changes: changes.collect(), tried, applied, ..self }
    }
}
