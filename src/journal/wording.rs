//! What the database says, in words that tell what to do.

use rusqlite::ErrorCode;

/// What went wrong with a journal, said after its file name.
#[must_use]
pub(super) fn wording(error: &rusqlite::Error) -> &'static str {
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => "this file is no journal, or its beginning was damaged",
        Some(ErrorCode::DatabaseCorrupt) => "it is damaged: go on with a copy from before",
        Some(ErrorCode::DiskFull) => "there is no space left to write it",
        Some(ErrorCode::ReadOnly) => "it cannot be written: the file or its folder is read-only",
        Some(
            ErrorCode::PermissionDenied | ErrorCode::CannotOpen | ErrorCode::AuthorizationForStatementDenied,
        ) => "it cannot be opened",
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::FileLockingProtocolFailed) => {
            "another process holds it: try again when that one is done"
        }
        Some(ErrorCode::SystemIoFailure) => "the system does not let it be read or written",
        Some(ErrorCode::ConstraintViolation) => "it holds this already, or holds what does not fit together",
        Some(ErrorCode::OutOfMemory | ErrorCode::TooBig) => "it is too large for the memory there is",
        // A table or a column that is missing, and values of another type.
        _ => "it was changed from outside: its tables are not those of a journal",
    }
}
