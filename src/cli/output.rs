//! Where the bytes of a result go: to a file, in one act, or to standard output.

use std::path::Path;

use crate::backend::file;

use super::{at_site::shown_path, exit::Exit, screen::Screen};

/// A file, or standard output.
#[derive(Clone, Copy, Debug)]
pub struct Output<'a>(Option<&'a Path>);

impl<'a> Output<'a> {
    /// The file that was named; none, or `-`, is standard output.
    #[must_use]
    pub fn of(path: Option<&'a Path>) -> Self {
        Self(path.filter(|path| path.as_os_str() != "-"))
    }

    /// The file, if it is one.
    #[must_use]
    pub const fn file(self) -> Option<&'a Path> {
        self.0
    }

    /// Writes a whole result.
    ///
    /// # Errors
    /// The exit; what is wrong has been said.
    pub fn write(self, bytes: &[u8], screen: &mut Screen) -> Result<Exit, Exit> {
        match self.0 {
            None => screen.bytes(bytes),
            Some(path) => file::replace(path, bytes, None).map_err(|error| {
                screen.talk(format_args!("cannot write {}: {error}", shown_path(path)));
                Exit::Backend
            })?,
        }
        Ok(Exit::Done)
    }
}
