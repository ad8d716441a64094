//! Whether a flow is deployed, on disk.

use std::io;
use std::path::Path;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::backend::{
    deployer::{DeployerError, FlowState},
    file,
};

/// What the state file says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Standing {
    pub(super) state: FlowState,
    pub(super) since: Timestamp,
}

/// What stands in the file; `None` when there is no file, for a flow that was never deployed.
pub(super) fn read(path: &Path) -> Result<Option<Standing>, DeployerError> {
    match std::fs::read(path) {
        Ok(bytes) => {
            serde_json::from_slice(&bytes).map(Some).map_err(|_| DeployerError::Damaged(path.to_owned()))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(cause) => Err(DeployerError::Io { doing: "cannot read", path: path.to_owned(), cause }),
    }
}

/// Writes it in one durable act.
pub(super) fn write(path: &Path, standing: Standing) -> Result<(), DeployerError> {
    serde_json::to_string(&standing)
        .map_err(io::Error::from)
        .and_then(|text| file::replace_own(path, text.as_bytes(), Some(0o600)))
        .map_err(|cause| DeployerError::Io { doing: "cannot write", path: path.to_owned(), cause })
}
