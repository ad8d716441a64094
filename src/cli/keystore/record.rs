//! `keyroll keystore record STORE`

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    backend::{
        custody::{Kept, Line, Record, Stage},
        file::atomic,
        keystore::KeystoreError,
    },
    cli::{
        exit::Exit,
        json::{Document, Format},
        screen::Screen,
    },
    run::time::to_the_second,
    source::shown,
};

use super::fault::{complain, record_broken};

/// Show the record of changes by hand, and whether each of its lines follows from the one before.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The keystore; its password is not asked for
    store: PathBuf,
    /// Text for people, or JSON
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
}

/// A record, for machines.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Recorded<'a> {
    /// The keystore.
    store: String,
    /// Whether each line follows from the one before.
    whole: bool,
    /// Its lines; nothing in the place of one that was cut off while it was written.
    lines: Vec<Option<&'a Line>>,
}

impl Document for Recorded<'_> {
    const NAME: &'static str = "keystore-record";
}

/// Does it.
pub fn run(arguments: &Arguments, screen: &mut Screen) -> Result<Exit, Exit> {
    screen.speak(arguments.format);
    let store = atomic::resolve(&arguments.store).unwrap_or_else(|_| arguments.store.clone());
    if !store.exists() {
        return Err(complain(&KeystoreError::Missing(arguments.store.clone()), screen));
    }
    let record = Record::read(&store).map_err(|error| complain(&error.into(), screen))?;
    let broken = record.lines.iter().position(|kept| !kept.follows);
    if arguments.format == Format::Json {
        let lines = record.lines.iter().map(|kept| kept.line.as_ref()).collect();
        let store = arguments.store.display().to_string();
        screen.document(&Recorded { store, whole: broken.is_none(), lines });
    } else {
        for kept in &record.lines {
            screen.result(told(kept));
        }
        if record.lines.is_empty() {
            screen.remark("nobody has changed this keystore by hand with keyroll");
        }
        if record.open().is_some() {
            screen.talk(
                "the last change was cut off, or is just being made; the keystore says what it came to",
            );
        }
    }
    match broken {
        Some(number) => {
            let exit = record_broken(&arguments.store, number + 1, screen);
            // The document says it already: it is not whole.
            drop(screen.found());
            Err(exit)
        }
        None => Ok(Exit::Done),
    }
}

fn told(kept: &Kept) -> String {
    let Some(line) = &kept.line else { return "a line that was cut off".to_owned() };
    let note = &line.note;
    let stage = match note.stage {
        Stage::Intent => "begins",
        Stage::Done => "done",
        Stage::Failed => "refused",
        Stage::CutOff => "was cut off",
    };
    let names = note.aliases.iter().map(|(alias, names)| {
        let names = names.map_or_else(|| "nothing".to_owned(), |names| names.short());
        format!("{alias} names {names}")
    });
    let about: Vec<String> = names
        .chain(note.run.iter().map(|run| format!("run {}", shown(run))))
        .chain(note.because.iter().map(|why| format!("because: {}", shown(why))))
        .collect();
    let (at, user, command) = (to_the_second(line.at), shown(&line.user), shown(&note.command));
    format!("{at}  {user}  {command} {stage}: {}", about.join(", "))
}
