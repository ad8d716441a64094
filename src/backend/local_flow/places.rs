//! Where the parts of a flow lie in its folder.

use std::fs::DirBuilder;
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

/// The folder of a flow.
#[derive(Clone, Debug)]
pub(super) struct Places {
    folder: PathBuf,
}

impl Places {
    pub(super) fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// Makes the folders that are missing, for the owner alone.
    pub(super) fn create(&self) -> io::Result<()> {
        for folder in [&self.folder, &self.spool()] {
            DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        }
        Ok(())
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(super) fn state(&self) -> PathBuf {
        self.folder.join("flow.json")
    }

    /// To which alias it was repointed.
    pub(super) fn alias(&self) -> PathBuf {
        self.folder.join("alias.json")
    }

    pub(super) fn spool(&self) -> PathBuf {
        self.folder.join("spool")
    }

    pub(super) fn sequence(&self) -> PathBuf {
        self.folder.join("sequence")
    }

    /// Held by the one process that sends and delivers, as long as it does.
    pub(super) fn owner(&self) -> PathBuf {
        self.folder.join("owner.lock")
    }

    /// Held shared while a message is stamped, exclusively while nothing may be.
    pub(super) fn stamping(&self) -> PathBuf {
        self.folder.join("stamping.lock")
    }

    /// Passed by everybody on the way to the stamping lock.
    pub(super) fn turnstile(&self) -> PathBuf {
        self.folder.join("turnstile.lock")
    }
}
