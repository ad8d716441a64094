//! Where the reason of a proof goes.

use std::path::Path;

use crate::{
    backend::file,
    certificate::MARK,
    cli::{at_site::shown_path, exit::Exit, output::Output, own_file::is_something_else, screen::Screen},
    proof::{
        reason::{Unwritten, certificate},
        verdict::Proven,
    },
    world::state::World,
};

/// A file for a certificate; nothing where none is asked for.
pub(super) struct Place<'a>(Option<&'a Path>);

impl<'a> Place<'a> {
    /// The place, before there is anything to write: the proof may take long.
    ///
    /// # Errors
    /// The exit: it is no file, or one that is not keyroll's to replace.
    pub(super) fn of(path: Option<&'a Path>, screen: &mut Screen) -> Result<Self, Exit> {
        let Some(named) = path else { return Ok(Self(None)) };
        if Output::of(path).file().is_none() {
            screen.talk("--certificate needs a file: the verdict goes to standard output");
            return Err(Exit::Usage);
        }
        let begin = format!("{{\"schema\":\"{}", MARK.trim_end_matches(|c: char| c.is_ascii_digit()));
        if is_something_else(named, &begin) {
            let name = shown_path(named);
            screen.talk(format_args!(
                "{name} is there and is no certificate: name another file, or take it away"
            ));
            return Err(Exit::Usage);
        }
        Ok(Self(path))
    }

    /// Writes the certificate of a proof; gives its length in bytes.
    ///
    /// # Errors
    /// The exit; what is wrong has been said.
    pub(super) fn write(
        &self,
        (proven, start): (&Proven, &World),
        budget: usize,
        screen: &mut Screen,
    ) -> Result<Option<(&'a Path, usize)>, Exit> {
        let Some(path) = self.0 else { return Ok(None) };
        let text = match certificate(proven, start, budget) {
            Ok(certificate) => certificate.text(),
            Err(why) => {
                let next = match why {
                    Unwritten::TooLarge(_) => "The plan is proved all the same; split it for a certificate.",
                    Unwritten::Differ(_) => "This is a fault of keyroll: please report it, with the plan.",
                };
                screen.talk(format_args!("no certificate is written: {why}. {next}"));
                return Err(Exit::Backend);
            }
        };
        file::replace_own(path, text.as_bytes(), None).map_err(|error| {
            screen.talk(format_args!("cannot write {}: {error}", shown_path(path)));
            Exit::Backend
        })?;
        Ok(Some((path, text.len())))
    }

    /// Says that there is nothing to write.
    pub(super) fn stays_empty(&self, screen: &mut Screen) {
        if self.0.is_some() {
            screen.remark("no certificate is written: the plan is not proved");
        }
    }
}
