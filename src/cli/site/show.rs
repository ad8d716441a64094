//! `keyroll site show`

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    cli::{
        at_site::AtSite,
        exit::Exit,
        json::{Document, Format},
        screen::Screen,
    },
    run::trust::Subject,
    source::shown,
};

use super::lines::Trust;

/// Show what a site has started, its digest, and whether it is trusted. Nothing is started.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The site: what stands behind the plan's names
    #[arg(long, default_value = "site.toml", value_name = "FILE")]
    site: PathBuf,
    /// Text for people, or JSON
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
}

/// What a site has started.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Shown {
    /// Its file.
    file: String,
    #[serde(flatten)]
    trust: Trust,
}

impl Document for Shown {
    const NAME: &'static str = "site-trust";
}

/// A site by its file alone.
pub(super) fn at(site: &std::path::Path) -> AtSite {
    AtSite::by(site, None)
}

/// What is to be trusted of a site.
///
/// # Errors
/// The exit: a program is not there, or cannot be read; it has been said.
pub(super) fn subject(at: &AtSite, screen: &mut Screen) -> Result<Subject, Exit> {
    let (site, _) = at.read(screen)?;
    Subject::of(&site, &at.folder()).map_err(|error| {
        screen.talk(shown(&error.to_string()));
        Exit::Backend
    })
}

/// Does it.
pub fn run(arguments: &Arguments, screen: &mut Screen) -> Result<Exit, Exit> {
    screen.speak(arguments.format);
    let at = at(&arguments.site);
    let trust = Trust::of(&at, &subject(&at, screen)?);
    tell(&at, trust, arguments.format, screen);
    Ok(Exit::Done)
}

/// Tells of a site.
pub(super) fn tell(at: &AtSite, trust: Trust, format: Format, screen: &mut Screen) {
    if format == Format::Json {
        screen.document(&Shown { file: at.site.display().to_string(), trust });
    } else {
        trust.lines().iter().for_each(|line| screen.result(line));
    }
}
