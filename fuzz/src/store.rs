//! What is asked of a keystore, whatever its bytes are.

use std::cell::RefCell;
use std::path::PathBuf;

use keyroll::backend::keystore::{Entry, Exchange, KeySpec, Keystore, KeystoreError};
use keyroll::backend::pkcs12::Pkcs12Keystore;
use keyroll::name::Alias;
use keyroll::world::material::{Certificate, Fingerprint, KeyType};
use zeroize::Zeroizing;

use crate::sealed::PASSWORD;

thread_local! {
    /// One folder in memory for the whole run: a folder each would be most of the work.
    static FOLDER: RefCell<tempfile::TempDir> =
        RefCell::new(tempfile::tempdir_in("/dev/shm").expect("a folder in memory"));
}

/// The one keystore of this run, and where it lies.
pub fn opened() -> (PathBuf, Pkcs12Keystore) {
    let path = FOLDER.with_borrow(|folder| folder.path().join("store.p12"));
    let store = Pkcs12Keystore::open(&path, Zeroizing::new(PASSWORD.to_owned()));
    (path, store)
}

/// What a store holds, to compare.
fn held(entries: &[Entry]) -> Vec<(String, Option<Fingerprint>)> {
    entries.iter().map(|e| (e.alias.folded(), e.certificate().map(|c| c.fingerprint()))).collect()
}

/// Reads a store, and edits it where it can be read: after each change everything else is as it was.
pub fn worked_on(bytes: &[u8]) {
    let (path, mut store) = opened();
    std::fs::write(&path, bytes).expect("the memory takes it");
    let before = match store.entries() {
        Ok(entries) => entries,
        Err(error) => {
            let _said = error.to_string();
            assert!(edited(&mut store).is_none(), "what cannot be read cannot be changed");
            assert_eq!(std::fs::read(&path).expect("it is there"), bytes, "a refused store stays");
            return;
        }
    };
    for entry in &before {
        // Two entries of one name are listed, and neither is taken for the other.
        assert!(!matches!(store.entry(&entry.alias), Ok(None)), "what is listed is found");
    }
    let Some(fresh) = edited(&mut store) else {
        assert_eq!(std::fs::read(&path).expect("it is there"), bytes, "a refused change changes nothing");
        return;
    };
    let mut expected = held(&before);
    let (_, again) = opened();
    let mut found = held(&again.entries().expect("what was written can be read"));
    let at = found.iter().position(|row| *row == fresh).expect("the new entry is there");
    found.remove(at);
    found.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    expected.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    assert_eq!(found, expected, "the other entries stay");
    exchanged(&mut store, &before, &fresh);
}

/// A new pair under a name that hardly any store has.
fn edited(store: &mut Pkcs12Keystore) -> Option<(String, Option<Fingerprint>)> {
    let alias = Alias::new("fuzz-fresh").expect("a name");
    let certificate = create(store, &alias).ok()?;
    Some((alias.folded(), Some(certificate.fingerprint())))
}

/// Creates a pair under an alias.
pub fn create(store: &mut Pkcs12Keystore, alias: &Alias) -> Result<Certificate, KeystoreError> {
    let spec = KeySpec {
        key_type: KeyType::EcP256,
        subject: vec![("CN".to_owned(), "fuzz".to_owned())],
        not_before: "2026-01-01T00:00:00Z".parse().expect("a time"),
        days: 30,
    };
    store.create_key_pair(alias, &spec).map(|(_, certificate)| certificate)
}

/// Lets the first pair and the new one change places, and takes the new one out again.
fn exchanged(store: &mut Pkcs12Keystore, before: &[Entry], fresh: &(String, Option<Fingerprint>)) {
    let (staged, backup) =
        (Alias::new("fuzz-fresh").expect("a name"), Alias::new("fuzz-kept").expect("a name"));
    let (Some(first), Some(wanted)) = (before.first(), fresh.1.as_ref()) else { return };
    let Some(expected) = first.certificate().map(|c| c.fingerprint()) else { return };
    let change =
        Exchange { alias: &first.alias, expected: &expected, staged: &staged, wanted, backup: Some(&backup) };
    if store.exchange(&change).is_err() {
        return;
    }
    let now = |alias: &Alias| store.entry(alias).ok().flatten()?.certificate().map(|c| c.fingerprint());
    assert_eq!(now(&first.alias), Some(*wanted), "the alias names the new pair");
    assert_eq!(now(&backup), Some(expected), "the old pair is kept");
    assert_eq!(now(&staged), None, "the staged name is free");
}
