//! What a change by hand came to.

use serde::Serialize;

use crate::{
    backend::Outcome,
    cli::{
        exit::Exit,
        json::{Format, line},
        screen::Screen,
    },
    name::Alias,
    source::shown,
    world::material::Certificate,
};

use super::at_store::AtStore;

/// A change, for machines.
#[derive(Debug, Serialize)]
pub struct Changed {
    /// The keystore.
    pub store: String,
    /// The command.
    pub command: &'static str,
    /// Whether anything was changed; if not, it was so already.
    pub changed: bool,
    /// What became of which alias.
    pub aliases: Vec<Became>,
}

/// What became of an alias.
#[derive(Debug, Serialize)]
pub struct Became {
    /// The alias.
    pub alias: String,
    /// The SHA-256 digest of the certificate that it names now; nothing when it is free.
    pub names: Option<String>,
    /// The subject of that certificate.
    pub subject: Option<String>,
}

impl Became {
    /// An alias that names something now, or nothing.
    #[must_use]
    pub fn of(alias: &Alias, names: Option<&Certificate>) -> Self {
        Self {
            alias: alias.to_string(),
            names: names.map(|own| own.fingerprint().to_string()),
            subject: names.map(Certificate::subject),
        }
    }
}

/// Says what was done.
pub fn tell(
    (at, format): (&AtStore, Format),
    command: &'static str,
    outcome: Outcome,
    aliases: Vec<Became>,
    screen: &mut Screen,
) -> Exit {
    let changed = outcome == Outcome::Changed;
    if format == Format::Json {
        let store = at.store.display().to_string();
        screen.result(line(&Changed { store, command, changed, aliases }));
        return Exit::Done;
    }
    if !changed {
        screen.talk("it was so already; nothing was changed");
    }
    for one in &aliases {
        let alias = shown(&one.alias);
        match (&one.names, &one.subject) {
            (Some(names), Some(subject)) => {
                let short: String = names.chars().take(8).collect();
                screen.result(format_args!("{alias} names {short} ({subject})"));
            }
            _ => screen.result(format_args!("{alias} is free")),
        }
    }
    Exit::Done
}
