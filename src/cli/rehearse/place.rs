//! The folder of a rehearsal.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::cli::{exit::Exit, screen::Screen};

use super::Arguments;

/// Where the sandbox is built: the folder of --keep, or one that is gone afterwards.
pub(super) enum Place {
    /// It stays.
    Kept(PathBuf),
    /// It goes.
    Temporary(TempDir),
}

impl Place {
    /// Makes the folder, unless it is one to be kept, which the sandbox makes.
    ///
    /// # Errors
    /// The exit: there is no room for it; that has been said.
    pub(super) fn of(arguments: &Arguments, screen: &mut Screen) -> Result<Self, Exit> {
        if let Some(folder) = &arguments.keep {
            return Ok(Self::Kept(folder.clone()));
        }
        let made = tempfile::Builder::new()
            .prefix("keyroll-rehearsal-")
            .permissions(Permissions::from_mode(0o700))
            .tempdir();
        made.map(Self::Temporary).map_err(|error| {
            screen.talk(format_args!("cannot make a folder for the sandbox: {error}"));
            Exit::Backend
        })
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        match self {
            Self::Kept(folder) => folder,
            Self::Temporary(folder) => folder.path(),
        }
    }
}
