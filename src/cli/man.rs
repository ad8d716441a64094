//! `keyroll man`

use std::io;
use std::path::{Path, PathBuf};

use clap_mangen::Man;

use crate::{backend::file::atomic, plan::suggest::nearest, source::shown};

use super::{at_site::shown_path, exit::Exit, screen::Screen};

/// Print a man page, or write one for each verb to a folder.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The verb, as in `keyroll man check`; without one, the page of keyroll itself
    verb: Vec<String>,
    /// Write all pages to this folder, which is made if need be, such as ~/.local/share/man/man1
    #[arg(long, value_name = "DIR", conflicts_with = "verb")]
    output: Option<PathBuf>,
}

/// Does it.
pub fn run(arguments: &Arguments, screen: &mut Screen) -> Exit {
    let program = whole();
    if let Some(folder) = &arguments.output {
        return write(&program, folder, screen);
    }
    let mut found = &program;
    for verb in &arguments.verb {
        let Some(next) = found.get_subcommands().find(|next| next.get_name() == verb) else {
            let near = nearest(verb, found.get_subcommands().map(clap::Command::get_name));
            let help = near.map_or_else(
                || "`keyroll --help` lists all verbs".to_owned(),
                |near| format!("did you mean `{near}`?"),
            );
            screen.talk(format_args!("there is no verb `{}`: {help}", shown(verb)));
            return Exit::Usage;
        };
        found = next;
    }
    match page(found) {
        Ok(page) => {
            screen.text(&String::from_utf8_lossy(&page));
            Exit::Done
        }
        Err(_) => Exit::Bug,
    }
}

/// The program with what each verb inherits.
fn whole() -> clap::Command {
    let mut program = super::command().disable_help_subcommand(true);
    program.build();
    program
}

fn write(program: &clap::Command, folder: &Path, screen: &mut Screen) -> Exit {
    if let Err(error) = std::fs::create_dir_all(folder) {
        screen.talk(format_args!("cannot make {}: {error}", shown_path(folder)));
        return Exit::Backend;
    }
    let mut open = vec![program];
    while let Some(verb) = open.pop() {
        let path = folder.join(format!("{}.1", name(verb)));
        if let Err(error) = page(verb).and_then(|page| atomic::replace(&path, &page, Some(0o644))) {
            screen.talk(format_args!("cannot write {}: {error}", shown_path(&path)));
            return Exit::Backend;
        }
        open.extend(verb.get_subcommands());
    }
    Exit::Done
}

/// `keyroll-keystore-list`
fn name(verb: &clap::Command) -> String {
    verb.get_display_name().unwrap_or_else(|| verb.get_name()).to_owned()
}

fn page(verb: &clap::Command) -> io::Result<Vec<u8>> {
    let mut page = Vec::new();
    Man::new(verb.clone())
        .title(name(verb))
        .source(format!("keyroll {}", super::version::SHORT))
        .render(&mut page)?;
    Ok(page)
}
