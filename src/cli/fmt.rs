//! `keyroll fmt PLAN`

use std::path::{Path, PathBuf};

use crate::{
    source::Refusal,
    syntax::{format, parse},
};

use super::{at_site::shown_path, exit::Exit, screen::Screen, text::plan};

/// Write plans in their one canonical form; comments stay.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The plans, or - to read standard input and write standard output
    #[arg(required = true)]
    plans: Vec<PathBuf>,
    /// Change nothing; exit 1 if a plan is not in its canonical form
    #[arg(long)]
    check: bool,
}

/// Does it.
pub fn run(arguments: &Arguments, screen: &mut Screen) -> Exit {
    let mut exit = Exit::Done;
    for path in &arguments.plans {
        exit = exit.max(one(path, arguments.check, screen));
    }
    exit
}

fn one(path: &Path, check: bool, screen: &mut Screen) -> Exit {
    let source = match plan(path, screen) {
        Ok(source) => source,
        Err(exit) => return exit,
    };
    let (tree, findings) = parse(&source);
    if !findings.is_empty() {
        screen.page(&Refusal::new(source, findings));
        return Exit::Refused;
    }
    let text = format(&tree);
    let same = text == source.text;
    match (path.as_os_str() == "-", check) {
        (_, true) if same => Exit::Done,
        (_, true) => {
            screen.result(format_args!("{} is not in canonical form", shown_path(path)));
            Exit::Refused
        }
        (true, false) => {
            screen.text(&text);
            Exit::Done
        }
        (false, false) if same => Exit::Done,
        (false, false) => match crate::backend::file::atomic::replace(path, text.as_bytes(), None) {
            Ok(()) => Exit::Done,
            Err(error) => {
                screen.talk(format_args!("cannot write {}: {error}", shown_path(path)));
                Exit::Backend
            }
        },
    }
}
