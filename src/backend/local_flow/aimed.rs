//! To which alias a flow was repointed, on disk.

use std::io;
use std::path::Path;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    backend::{deployer::DeployerError, file},
    name::Alias,
};

/// What the file says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Aimed {
    alias: Alias,
    since: Timestamp,
}

/// The alias; `None` when there is no file, for a flow that was never repointed.
pub(super) fn read(path: &Path) -> Result<Option<Alias>, DeployerError> {
    match std::fs::read(path) {
        Ok(bytes) => serde_json::from_slice(&bytes)
            .map(|aimed: Aimed| Some(aimed.alias))
            .map_err(|_| DeployerError::Astray(path.to_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(cause) => Err(DeployerError::Io { doing: "cannot read", path: path.to_owned(), cause }),
    }
}

/// Writes it in one durable act.
pub(super) fn write(path: &Path, alias: &Alias, since: Timestamp) -> Result<(), DeployerError> {
    serde_json::to_string(&Aimed { alias: alias.clone(), since })
        .map_err(io::Error::from)
        .and_then(|text| file::replace_own(path, text.as_bytes(), Some(0o600)))
        .map_err(|cause| DeployerError::Io { doing: "cannot write", path: path.to_owned(), cause })
}
