//! `keyroll import STEPS`

use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    backend::file,
    import::{Doubt, Draft, draft},
    source::{Refusal, shown},
};

use super::{
    at_site::shown_path,
    exit::Exit,
    json::{Document, Format},
    output::Output,
    screen::Screen,
    text::plan,
};

/// Draft a plan of numbered steps in prose, with a mark at everything that they leave open.
///
/// Roles, steps, their order and their verbs are guessed. Each guess and each gap is a comment that
/// begins with DOUBT, and is listed on standard error. No promise, no wait for messages and no time is
/// written that the prose does not say.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The text, Markdown or plain, or - for standard input
    #[arg(value_name = "STEPS")]
    steps: PathBuf,
    /// The heading of the procedure, or a part of it, where the text tells several
    #[arg(long, value_name = "HEADING")]
    section: Option<String>,
    /// Where the draft goes, if not to standard output; what is there already stays
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Replace the file of --output if it is there
    #[arg(long, requires = "output")]
    overwrite: bool,
    /// Text for people, or JSON
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
}

/// What was drafted.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Imported {
    /// The file of the prose, or `<stdin>`.
    file: String,
    /// The heading of the procedure.
    #[serde(skip_serializing_if = "Option::is_none")]
    heading: Option<String>,
    /// How many steps the draft has.
    steps: usize,
    /// How many of them have a verb.
    understood: usize,
    /// How many roles it has.
    roles: usize,
    /// What is open.
    doubts: Vec<Open>,
    /// Where the draft was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    output: Option<String>,
    /// The draft, where it went to no file.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
}

/// A doubt.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct Open {
    /// Its line in the draft.
    line: usize,
    /// The line of the prose that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    prose_line: Option<usize>,
    /// What is open.
    text: String,
}

impl Document for Imported {
    const NAME: &'static str = "import";
}

/// Does it.
pub fn run(arguments: &Arguments, screen: &mut Screen) -> Exit {
    screen.speak(arguments.format);
    let source = match plan(&arguments.steps, screen) {
        Ok(source) => source,
        Err(exit) => return exit,
    };
    let draft = match draft(&source, arguments.section.as_deref()) {
        Ok(draft) => draft,
        Err(finding) => {
            screen.page(&Refusal::new(source, vec![finding]));
            return Exit::Refused;
        }
    };
    let place = Output::of(arguments.output.as_deref()).file();
    if let Some(path) = place
        && let Err(exit) = placed(path, &draft, arguments.overwrite, screen)
    {
        return exit;
    }
    if arguments.format == Format::Json {
        let open =
            |doubt: &Doubt| Open { line: doubt.line, prose_line: doubt.prose, text: doubt.text.clone() };
        screen.document(&Imported {
            file: source.name.clone(),
            heading: draft.heading.clone(),
            steps: draft.steps,
            understood: draft.understood,
            roles: draft.roles,
            doubts: draft.doubts.iter().map(open).collect(),
            output: place.map(|path| path.display().to_string()),
            text: place.is_none().then(|| draft.text.clone()),
        });
        return Exit::Done;
    }
    if place.is_none() {
        screen.text(&draft.text);
    }
    tell(&draft, (&source.name, place), screen);
    Exit::Done
}

fn placed(path: &Path, draft: &Draft, overwrite: bool, screen: &mut Screen) -> Result<(), Exit> {
    let name = shown_path(path);
    if !overwrite && path.symlink_metadata().is_ok() {
        screen.talk(format_args!("{name} is there already: name another file, or add --overwrite"));
        return Err(Exit::Usage);
    }
    file::replace(path, draft.text.as_bytes(), None).map_err(|error| {
        screen.talk(format_args!("cannot write {name}: {error}"));
        Exit::Backend
    })
}

/// Lists the doubts, each with its line in the draft and in the prose.
fn tell(draft: &Draft, (from, place): (&str, Option<&Path>), screen: &mut Screen) {
    let (from, to) = (shown(from), place.map_or("<stdout>".to_owned(), shown_path));
    for doubt in &draft.doubts {
        let prose = doubt.prose.map(|line| format!(" [{from}:{line}]")).unwrap_or_default();
        screen.remark(format_args!("{to}:{}: {}{prose}", doubt.line, doubt.text));
    }
    let many = |count: usize, one: &str| format!("{count} {one}{}", if count == 1 { "" } else { "s" });
    let (steps, roles, doubts) =
        (many(draft.steps, "step"), many(draft.roles, "role"), many(draft.doubts.len(), "doubt"));
    let line = format!("{to}: a draft of {steps}, {} with a verb, {roles}, {doubts}", draft.understood);
    screen.remark(line);
}
