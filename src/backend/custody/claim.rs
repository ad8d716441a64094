//! The claim of a keystore by the runs of one journal.

use std::{
    io,
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::CustodyError;
use crate::{
    backend::file::{self, bounded},
    name::Alias,
};

/// The version of the format.
const VERSION: u32 = 1;

/// The largest claim that is read, in bytes.
const LIMIT: usize = 1 << 20;

/// Which runs of which journal work on a keystore.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    /// The version of the format: 1.
    pub held: u32,
    /// The journal, by its real path.
    pub journal: PathBuf,
    /// What its runs hold.
    pub runs: Vec<Hold>,
}

/// What one run holds of a keystore.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hold {
    /// The run.
    pub run: String,
    /// The name of its plan.
    pub plan: String,
    /// Since when.
    pub since: Timestamp,
    /// The aliases that its plan works on, those for staging and backup included.
    pub aliases: Vec<Alias>,
}

/// A run of a journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// The journal, by its real path.
    pub journal: PathBuf,
    /// The run.
    pub run: String,
}

impl Hold {
    /// The first of these aliases that it holds.
    fn holds<'a>(&self, aliases: &[&'a Alias]) -> Option<&'a Alias> {
        aliases.iter().find(|alias| self.aliases.iter().any(|own| own.same_entry(alias))).copied()
    }
}

impl Claim {
    /// Where the claim of a keystore lies.
    #[must_use]
    pub fn path(store: &Path) -> PathBuf {
        let mut name = store.as_os_str().to_owned();
        name.push(".held");
        name.into()
    }

    /// Reads the claim of a keystore, if there is one. Nothing is held that keeps it from changing:
    /// for people, not for decisions.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn read(store: &Path) -> Result<Option<Self>, CustodyError> {
        let path = Self::path(store);
        let bytes = match bounded::read(&path, LIMIT) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(cause) => return Err(CustodyError::Io { doing: "cannot read the claim", path, cause }),
        };
        match serde_json::from_slice::<Self>(&bytes) {
            Ok(claim) if claim.held == VERSION => Ok(Some(claim)),
            Ok(claim) => {
                let why = format!("it has version {}, and this keyroll knows {VERSION}", claim.held);
                Err(CustodyError::BadClaim { path, why })
            }
            Err(_) => Err(CustodyError::BadClaim { path, why: "it is not written as a claim is".to_owned() }),
        }
    }

    /// What a run holds.
    #[must_use]
    pub fn of(&self, run: &str) -> Option<&Hold> {
        self.runs.iter().find(|hold| hold.run == run)
    }

    fn write(&self, store: &Path) -> Result<(), CustodyError> {
        let path = Self::path(store);
        let written = if self.runs.is_empty() {
            file::atomic::remove(&path)
        } else {
            let text = serde_json::to_string_pretty(self).map_err(io::Error::from);
            text.and_then(|text| {
                file::atomic::replace_own(&path, format!("{text}\n").as_bytes(), Some(0o600))
            })
        };
        written.map_err(|cause| CustodyError::Io { doing: "cannot write the claim", path, cause })
    }
}

fn held(store: &Path, alias: Option<&Alias>, (hold, journal): (&Hold, &Path)) -> CustodyError {
    CustodyError::Held {
        store: store.to_owned(),
        alias: alias.cloned(),
        hold: Box::new(hold.clone()),
        journal: journal.to_owned(),
    }
}

/// Whether `by` may change these aliases.
pub(super) fn allow(store: &Path, by: Option<&Holder>, aliases: &[&Alias]) -> Result<(), CustodyError> {
    let claim = Claim::read(store)?;
    let Some(by) = by else {
        let Some(claim) = claim else { return Ok(()) };
        let taken = claim.runs.iter().find_map(|hold| Some((hold, hold.holds(aliases)?)));
        return match taken {
            Some((hold, alias)) => Err(held(store, Some(alias), (hold, &claim.journal))),
            None => Ok(()),
        };
    };
    let own = claim.as_ref().filter(|claim| claim.journal == by.journal).and_then(|claim| claim.of(&by.run));
    match aliases.iter().find(|alias| own.is_none_or(|own| own.holds(&[alias]).is_none())) {
        Some(alias) => {
            Err(CustodyError::Lost { store: store.to_owned(), alias: (*alias).clone(), run: by.run.clone() })
        }
        None => Ok(()),
    }
}

pub(super) fn take(store: &Path, journal: &Path, hold: Hold, alive: &[String]) -> Result<(), CustodyError> {
    let found = Claim::read(store)?;
    // A run that moved with its journal knows its own claim.
    let is_own = |claim: &Claim| {
        claim.journal == journal || (claim.of(&hold.run).is_some() && !claim.journal.exists())
    };
    if let Some(other) = found.as_ref().filter(|claim| !is_own(claim))
        && let Some(first) = other.runs.first()
    {
        return Err(held(store, None, (first, &other.journal)));
    }
    let mut runs = found.clone().map_or_else(Vec::new, |claim| claim.runs);
    // A journal knows of its own runs which are over.
    runs.retain(|other| other.run != hold.run && alive.contains(&other.run));
    let wanted: Vec<&Alias> = hold.aliases.iter().collect();
    if let Some((other, alias)) = runs.iter().find_map(|other| Some((other, other.holds(&wanted)?))) {
        return Err(held(store, Some(alias), (other, journal)));
    }
    let earlier = found.as_ref().and_then(|claim| claim.of(&hold.run));
    let since = earlier.map_or(hold.since, |earlier| earlier.since);
    runs.push(Hold { since, ..hold });
    let claim = Claim { held: VERSION, journal: journal.to_owned(), runs };
    if found.as_ref() == Some(&claim) { Ok(()) } else { claim.write(store) }
}

pub(super) fn give_back(store: &Path, run: &str, journal: Option<&Path>) -> Result<bool, CustodyError> {
    let Some(mut claim) = Claim::read(store)? else { return Ok(false) };
    if claim.of(run).is_none() || journal.is_some_and(|journal| claim.journal != journal) {
        return Ok(false);
    }
    claim.runs.retain(|hold| hold.run != run);
    claim.write(store).map(|()| true)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alias(text: &str) -> Alias {
        Alias::new(text).unwrap()
    }

    fn hold(run: &str, aliases: &[&str]) -> Hold {
        let aliases = aliases.iter().map(|text| alias(text)).collect();
        Hold { run: run.to_owned(), plan: "p".to_owned(), since: Timestamp::UNIX_EPOCH, aliases }
    }

    fn by(journal: &Path, run: &str) -> Holder {
        Holder { journal: journal.to_owned(), run: run.to_owned() }
    }

    #[test]
    fn a_claimed_alias_is_changed_by_its_run_alone() {
        let folder = tempfile::tempdir().unwrap();
        let (store, journal) = (folder.path().join("a.p12"), folder.path().join("keyroll.db"));
        let alive = ["one".to_owned(), "two".to_owned()];
        let (live, other) = (alias("live"), alias("other"));
        allow(&store, None, &[&live]).unwrap();
        take(&store, &journal, hold("one", &["live", "live-next"]), &alive).unwrap();
        // Without case, as the entries themselves.
        let refused = allow(&store, None, &[&other, &alias("LIVE-next")]).unwrap_err();
        assert_eq!(
            refused.to_string(),
            format!("run one holds the alias `LIVE-next` of {}", store.display())
        );
        allow(&store, None, &[&other]).unwrap();
        allow(&store, Some(&by(&journal, "one")), &[&live]).unwrap();
        for (journal, run, alias) in
            [(&journal, "two", &live), (&store, "one", &live), (&journal, "one", &other)]
        {
            let lost = allow(&store, Some(&by(journal, run)), &[alias]).unwrap_err();
            assert!(matches!(lost, CustodyError::Lost { .. }), "{lost}");
        }
        // A store is claimed by one journal, an alias by one run.
        assert!(take(&store, &store, hold("three", &["other"]), &["three".to_owned()]).is_err());
        assert!(take(&store, &journal, hold("two", &["Live"]), &alive).is_err());
        take(&store, &journal, hold("two", &["other"]), &alive).unwrap();
        assert!(!give_back(&store, "one", Some(&store)).unwrap());
        assert!(give_back(&store, "one", Some(&journal)).unwrap());
        assert!(!give_back(&store, "one", Some(&journal)).unwrap());
        allow(&store, None, &[&live]).unwrap();
        assert!(allow(&store, None, &[&other]).is_err());
        assert!(give_back(&store, "two", None).unwrap());
        assert!(!Claim::path(&store).exists());
    }

    #[test]
    fn a_run_takes_its_claim_up_again_and_the_journal_drops_runs_that_are_over() {
        let folder = tempfile::tempdir().unwrap();
        let (store, journal) = (folder.path().join("a.p12"), folder.path().join("keyroll.db"));
        take(&store, &journal, hold("one", &["live"]), &["one".to_owned()]).unwrap();
        let later = Hold { since: Timestamp::MAX, ..hold("one", &["live"]) };
        take(&store, &journal, later, &["one".to_owned()]).unwrap();
        let since = Claim::read(&store).unwrap().unwrap().of("one").unwrap().since;
        assert_eq!(since, Timestamp::UNIX_EPOCH);
        take(&store, &journal, hold("two", &["live"]), &["two".to_owned()]).unwrap();
        assert!(Claim::read(&store).unwrap().unwrap().of("one").is_none());
    }

    #[test]
    fn a_run_that_moved_with_its_journal_knows_its_claim() {
        let folder = tempfile::tempdir().unwrap();
        let [store, old, new] = ["a.p12", "old.db", "new.db"].map(|name| folder.path().join(name));
        std::fs::write(&old, "").unwrap();
        let own = || hold("one", &["live"]);
        take(&store, &old, own(), &["one".to_owned()]).unwrap();
        assert!(take(&store, &new, own(), &["one".to_owned()]).is_err(), "a copy beside the original");
        std::fs::remove_file(&old).unwrap();
        assert!(take(&store, &new, hold("two", &["live"]), &["two".to_owned()]).is_err());
        take(&store, &new, own(), &["one".to_owned()]).unwrap();
        assert_eq!(Claim::read(&store).unwrap().unwrap().journal, new);
    }

    #[test]
    fn a_claim_that_cannot_be_read_allows_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let store = folder.path().join("a.p12");
        for text in
            ["", "{}", "{\"held\":2,\"journal\":\"/j\",\"runs\":[]}", "{\"held\":1,\"journal\":\"/j\"}"]
        {
            std::fs::write(Claim::path(&store), text).unwrap();
            let refused = allow(&store, None, &[&alias("a")]).unwrap_err();
            assert!(matches!(refused, CustodyError::BadClaim { .. }), "{text}: {refused}");
            assert!(take(&store, &store, hold("one", &["a"]), &[]).is_err(), "{text}");
        }
    }
}
