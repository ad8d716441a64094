//! `keyroll keystore release STORE --run RUN --because REASON`

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    backend::{custody::Claim, file::atomic, pkcs12::release},
    cli::{
        at_site::shown_path,
        exit::Exit,
        json::{Document, Format},
        screen::Screen,
    },
    source::shown,
};

use super::fault::complain;

/// Free the aliases that a run holds, when that run is given up; the reason is written down.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The keystore; its password is not asked for
    store: PathBuf,
    /// The run that holds them
    #[arg(long, value_name = "RUN")]
    run: String,
    /// Why, for the record
    #[arg(long, value_name = "REASON")]
    because: String,
    /// Text for people, or JSON
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
}

/// A run that holds a keystore no more, for machines.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Released {
    /// The keystore.
    store: String,
    /// The run that held it.
    run: String,
    /// Why it was released.
    because: String,
}

impl Document for Released {
    const NAME: &'static str = "keystore-release";
}

/// Does it.
pub fn run(arguments: &Arguments, screen: &mut Screen) -> Result<Exit, Exit> {
    screen.speak(arguments.format);
    let Arguments { store, run, because, .. } = arguments;
    if because.trim().is_empty() {
        screen.talk("say why with --because");
        return Err(Exit::Usage);
    }
    if release(store, run, because).map_err(|error| complain(&error, screen))? {
        if arguments.format == Format::Json {
            let store = store.display().to_string();
            screen.document(&Released { store, run: run.clone(), because: because.clone() });
            return Ok(Exit::Done);
        }
        screen.result(format_args!("run {} holds nothing of {} any more", shown(run), shown_path(store)));
        return Ok(Exit::Done);
    }
    let claim = atomic::resolve(store).ok().and_then(|store| Claim::read(&store).ok().flatten());
    let runs: Vec<String> = claim.iter().flat_map(|claim| &claim.runs).map(|hold| shown(&hold.run)).collect();
    let who = if runs.is_empty() { "no run does".to_owned() } else { format!("{} does", runs.join(", ")) };
    screen.talk(format_args!("run {} holds nothing of {}; {who}", shown(run), shown_path(store)));
    Err(Exit::Usage)
}
