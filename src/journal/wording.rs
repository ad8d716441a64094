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

#[cfg(test)]
mod tests {
    use super::super::{
        Host as _,
        desk::Desk,
        sqlite::{Pinned, Store},
    };
    use crate::{
        check,
        plan::given::Given,
        source::Source,
        transition::event::{Event, Record},
        world::material::Fingerprint,
    };

    /// Somebody who holds the journal for longer than it is waited for is named as the cause, and nothing happened.
    #[test]
    fn a_journal_that_another_process_holds_is_said_to_be_held() {
        let text = include_str!("../../plans/xml-signature/two-keys.renewal");
        let checked = check::read(&Source::new("plan", text), &Given::default()).unwrap();
        let (plan, folder) = (checked.plan(), tempfile::tempdir().unwrap());
        let path = folder.path().join("keyroll.db");
        let (site, started) = (Fingerprint::of(b"a site"), "2026-11-01T12:00:00Z".parse().unwrap());
        let pinned = Pinned {
            run: "run".to_owned(),
            started,
            plan_name: plan.name.clone(),
            plan_file: "plan".to_owned(),
            plan_text: text.to_owned(),
            plan_files: plan.files.clone(),
            plan: plan.digest(),
            site,
            parameters: Default::default(),
            finished: false,
        };
        Store::open(&path).unwrap().enter(&checked, &pinned).unwrap();
        let other = Store::open(&path).unwrap();
        let at_once = "PRAGMA busy_timeout = 0";
        let desk = Desk::at(&path).unwrap();
        desk.write(|connection| {
            connection.execute_batch(at_once).map_err(|e| super::super::store::failure(&path, &e))
        })
        .unwrap();
        let alone = Store::open(&path).unwrap().attach(&checked, "run", false).unwrap();
        alone.store.connection.execute_batch(at_once).unwrap();
        let beside = Store::open(&path).unwrap().attach(&checked, "run", false).unwrap().writes_at(&desk);
        let event = Event::Started { plan: plan.digest(), site, certificates: Default::default() };
        let record = Record { at: started, event };
        for mut host in [alone, beside] {
            other.connection.execute_batch("BEGIN IMMEDIATE").unwrap();
            let error = host.submit(&checked, &record).unwrap_err().to_string();
            assert!(error.ends_with("another process holds it: try again when that one is done"), "{error}");
            assert_eq!((host.state().started, host.records().unwrap().len()), (false, 0));
            host.take(&checked, &record).unwrap();
            let error = host.keep(&checked).unwrap_err().to_string();
            assert!(error.contains("another process holds it"), "{error}");
            assert!(!host.state().started);
            other.connection.execute_batch("COMMIT").unwrap();
        }
        let mut host = Store::open(&path).unwrap().attach(&checked, "run", false).unwrap();
        host.submit(&checked, &record).unwrap();
    }
}
