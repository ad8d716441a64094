//! `keyroll fmt PLAN`

use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    backend::file::atomic,
    page::findings::Entry,
    source::Refusal,
    syntax::{format, parse},
};

use super::{
    at_site::shown_path,
    exit::Exit,
    json::{Document, Format},
    screen::Screen,
    text::plan,
};

/// Write plans in their one canonical form; comments stay.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The plans, or - to read standard input and write standard output
    #[arg(required = true)]
    plans: Vec<PathBuf>,
    /// Change nothing; exit 1 if a plan is not in its canonical form
    #[arg(long)]
    check: bool,
    /// Text for people, or JSON
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
}

/// What became of each plan.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Formatted {
    /// The plans, in the order in which they were named.
    files: Vec<One>,
}

/// What became of one plan.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct One {
    /// Its file, or `<stdin>`.
    file: String,
    /// The word for it.
    outcome: Outcome,
    /// The canonical text, for a plan that came on standard input and is not only checked.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    /// Why the plan is refused.
    findings: Vec<Entry>,
}

/// What becomes of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Outcome {
    /// It is in canonical form.
    Canonical,
    /// It was not, and is now.
    Written,
    /// It is not, and was left so.
    Differs,
    /// It has no form, for it is no plan.
    Refused,
    /// It cannot be read or written; why is on standard error.
    Failed,
}

impl Document for Formatted {
    const NAME: &'static str = "fmt";
}

/// Does it.
pub fn run(arguments: &Arguments, screen: &mut Screen) -> Exit {
    screen.speak(arguments.format);
    let mut exit = Exit::Done;
    let mut files = Vec::new();
    for path in &arguments.plans {
        let (ended, outcome, text) = one(path, arguments.check, screen);
        exit = exit.max(ended);
        let findings = screen.found().into_iter().flat_map(|found| found.findings).collect();
        let stdin = path.as_os_str() == "-";
        let file = if stdin { "<stdin>".to_owned() } else { path.display().to_string() };
        files.push(One { file, outcome, text: text.filter(|_| stdin && !arguments.check), findings });
    }
    if arguments.format == Format::Json {
        screen.document(&Formatted { files });
    }
    exit
}

fn one(path: &Path, check: bool, screen: &mut Screen) -> (Exit, Outcome, Option<String>) {
    let source = match plan(path, screen) {
        Ok(source) => source,
        Err(Exit::Refused) => return (Exit::Refused, Outcome::Refused, None),
        Err(exit) => return (exit, Outcome::Failed, None),
    };
    let (tree, findings) = parse(&source);
    if !findings.is_empty() {
        screen.page(&Refusal::new(source, findings));
        return (Exit::Refused, Outcome::Refused, None);
    }
    let text = format(&tree);
    let same = text == source.text;
    if check && !same {
        if screen.is_text() {
            screen.result(format_args!("{} is not in canonical form", shown_path(path)));
        }
        return (Exit::Refused, Outcome::Differs, None);
    }
    if path.as_os_str() == "-" {
        if screen.is_text() && !check {
            screen.text(&text);
        }
        return (Exit::Done, if same { Outcome::Canonical } else { Outcome::Differs }, Some(text));
    }
    if same {
        return (Exit::Done, Outcome::Canonical, None);
    }
    match atomic::replace(path, text.as_bytes(), None) {
        Ok(()) => (Exit::Done, Outcome::Written, None),
        Err(error) => {
            screen.talk(format_args!("cannot write {}: {error}", shown_path(path)));
            (Exit::Backend, Outcome::Failed, None)
        }
    }
}
