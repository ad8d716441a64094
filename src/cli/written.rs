//! What was written where, for machines: a document beside a result that is no text for them.

use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::Serialize;

use crate::{name::Alias, world::material::Certificate};

use super::{
    exit::Exit,
    json::{Document, Format},
    output::Output,
    screen::Screen,
};

/// A file that was written with the key pair or the certificate under an alias. Never a private key.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Written {
    /// The command.
    command: &'static str,
    /// The file.
    file: String,
    /// How long it is.
    bytes: u64,
    /// The keystore.
    store: String,
    /// The alias.
    alias: String,
    /// The SHA-256 digest of the certificate under the alias.
    certificate: String,
    /// The subject of that certificate.
    subject: String,
}

impl Document for Written {
    const NAME: &'static str = "written";
}

/// Where a result goes, and how it is told.
#[derive(Debug, clap::Args)]
pub struct Destination {
    /// Where it goes, if not to standard output
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Text for people, or with --output JSON that tells what was written
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
}

impl Destination {
    /// The file, or standard output.
    ///
    /// # Errors
    /// The exit: JSON is asked for, and the result itself goes to standard output.
    pub fn begin(&self, screen: &mut Screen) -> Result<Output<'_>, Exit> {
        screen.speak(self.format);
        let output = Output::of(self.output.as_deref());
        if self.format == Format::Json && output.file().is_none() {
            screen.talk("--format json needs --output FILE: the result itself goes to standard output");
            return Err(Exit::Usage);
        }
        Ok(output)
    }

    /// Tells machines what was written.
    pub fn told(
        &self,
        command: &'static str,
        (store, alias): (&Path, &Alias),
        own: &Certificate,
        screen: &mut Screen,
    ) {
        let Some(path) = Output::of(self.output.as_deref()).file() else { return };
        if self.format == Format::Json {
            screen.document(&Written {
                command,
                file: path.display().to_string(),
                bytes: std::fs::metadata(path).map_or(0, |found| found.len()),
                store: store.display().to_string(),
                alias: alias.to_string(),
                certificate: own.fingerprint().to_string(),
                subject: own.subject(),
            });
        }
    }
}
