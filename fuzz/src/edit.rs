//! Changes of a keystore, beside a list of what must be in it after each.

use keyroll::backend::key_pair::{KeyPair, private_key::PrivateKey};
use keyroll::backend::keystore::{Entry, EntryKind, Exchange, Keystore, KeystoreError};
use keyroll::backend::pkcs12::Pkcs12Keystore;
use keyroll::name::Alias;
use keyroll::world::material::Fingerprint;

use crate::{pair, sealed, store};

/// Names that entries get: one of them twice, but for case.
const NAMES: [&str; 4] = ["fuzz-one", "Fuzz-One", "fuzz-zwei ü", "mykey"];

/// What is told of an entry: its name without case, its kind, and its certificate.
type Row = (String, u8, Option<Fingerprint>);

fn row(entry: &Entry) -> Row {
    let kind = match entry.kind {
        EntryKind::KeyPair { .. } => 0,
        EntryKind::Certificate(_) => 1,
        EntryKind::Secret => 2,
    };
    (entry.alias.folded(), kind, entry.certificate().map(|own| own.fingerprint()))
}

/// A store that is worked on.
pub struct Session {
    store: Pkcs12Keystore,
    entries: Vec<Entry>,
    rows: Vec<Row>,
}

impl Session {
    /// Opens the bytes as they are, or as what lies behind a seal. `None` when neither is a keystore.
    pub fn begin(bytes: &[u8]) -> Option<Self> {
        let (path, store) = store::opened();
        std::fs::write(&path, bytes).expect("the memory takes it");
        let entries = store.entries().or_else(|_| {
            std::fs::write(&path, sealed::sealed(bytes)).expect("the memory takes it");
            store.entries()
        });
        let entries = entries.ok()?;
        let mut rows: Vec<Row> = entries.iter().map(row).collect();
        rows.sort_unstable();
        Some(Self { store, entries, rows })
    }

    /// Does one change: which, to which entry, with which other, and under which name.
    pub fn change(&mut self, [which, one, other, name]: [usize; 4]) {
        let before = std::fs::read(self.store.path()).expect("it is there");
        let fresh = match name {
            0..4 => Alias::new(NAMES[name]).expect("a name"),
            _ => self
                .entries
                .get(name - 4)
                .map_or_else(|| Alias::new("else").expect("a name"), |e| e.alias.clone()),
        };
        let Some((result, expected)) = self.done(which, one, other, &fresh) else { return };
        let (path, again) = store::opened();
        match result {
            Ok(()) => {
                self.entries = again.entries().expect("what was written can be read");
                let mut rows: Vec<Row> = self.entries.iter().map(row).collect();
                rows.sort_unstable();
                assert_eq!(rows, expected, "{which}: the entries that it names, and no others");
                self.rows = rows;
            }
            Err(error) => {
                let _said = error.to_string();
                let after = std::fs::read(&path).expect("it is there");
                assert!(after == before, "a refused change changes nothing: {error}");
            }
        }
    }

    /// What the store answers, and what must be in it if that is a yes.
    fn done(
        &mut self,
        which: usize,
        one: usize,
        other: usize,
        fresh: &Alias,
    ) -> Option<(Result<(), KeystoreError>, Vec<Row>)> {
        let mut rows = self.rows.clone();
        let own = pair::certificate();
        let entry = |at: usize| self.entries.get(at % self.entries.len().max(1)).cloned();
        let result = match which {
            0 => {
                let result = store::create(&mut self.store, fresh);
                let made = result.as_ref().ok().map(|made| made.fingerprint());
                put(&mut rows, (fresh.folded(), 0, made));
                result.map(drop)
            }
            1 => {
                let key = PrivateKey::read(include_bytes!("pair.key.pem"), None).expect("a key");
                let pair = KeyPair::new(key, std::slice::from_ref(&own)).expect("a pair");
                put(&mut rows, (fresh.folded(), 0, Some(own.fingerprint())));
                self.store.import_pair(fresh, &pair).map(drop)
            }
            2 => {
                put(&mut rows, (fresh.folded(), 1, Some(own.fingerprint())));
                self.store.import_certificate(fresh, &own).map(drop)
            }
            3 => {
                let meant = entry(one)?;
                take(&mut rows, &row(&meant));
                self.store.remove_entry(&meant).map(drop)
            }
            4 => {
                let meant = entry(one)?;
                let answer = [own.clone(), meant.certificate()?.clone()];
                self.store.import_answer(&meant.alias, &answer).map(drop)
            }
            5 => {
                let meant = entry(one)?;
                let request = self.store.certificate_request(&meant.alias);
                let pair = self.store.key_pair(&meant.alias);
                assert!(request.is_err() || pair.is_ok(), "who can sign a request has the pair");
                let (_remarks, _opens) = (self.store.remarks(), self.store.opens(&meant.alias));
                Ok(())
            }
            _ => {
                let (named, staged) = (entry(one)?, entry(other)?);
                let (expected, wanted) =
                    (named.certificate()?.fingerprint(), staged.certificate()?.fingerprint());
                let backup = (one != other).then_some(fresh);
                let change = Exchange {
                    alias: &named.alias,
                    expected: &expected,
                    staged: &staged.alias,
                    wanted: &wanted,
                    backup,
                };
                let result = self.store.exchange(&change);
                if matches!(result, Ok(keyroll::backend::Outcome::Changed)) {
                    take(&mut rows, &row(&named));
                    take(&mut rows, &row(&staged));
                    rows.push((named.alias.folded(), 0, Some(wanted)));
                    if let Some(backup) = backup {
                        rows.push((backup.folded(), 0, Some(expected)));
                    }
                }
                result.map(drop)
            }
        };
        rows.sort_unstable();
        Some((result, rows))
    }
}

fn put(rows: &mut Vec<Row>, row: Row) {
    if !rows.contains(&row) {
        rows.push(row);
    }
}

fn take(rows: &mut Vec<Row>, row: &Row) {
    if let Some(at) = rows.iter().position(|known| known == row) {
        rows.remove(at);
    }
}
