//! A desk at which several runs of one process write in one journal: what they have to say at the same time is made
//! durable by one commit.
//!
//! Each run writes what it has to say itself, one after the other, in a transaction that is open for all of them.
//! Whoever finds nobody behind it commits for all, and the others wait for that: a verdict is returned only after it
//! is durable, as where a run writes alone.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{
        Arc, Condvar, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use rusqlite::Connection;

use super::{
    HostError,
    sqlite::{SqliteHost, Store},
    store::failure,
};

/// A desk; its copies are the same desk.
#[derive(Clone, Debug)]
pub struct Desk(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    path: PathBuf,
    /// How many are about to write and have not begun.
    behind: AtomicUsize,
    page: Mutex<Page>,
    turned: Condvar,
}

#[derive(Debug)]
struct Page {
    store: Store,
    /// The number of the transaction that is open, or is opened next.
    number: u64,
    is_open: bool,
    /// The transactions that did not become durable, and why.
    lost: BTreeMap<u64, String>,
    /// How many became durable.
    commits: u64,
}

impl Desk {
    /// A desk at a journal.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn at(path: &Path) -> Result<Self, HostError> {
        let store = Store::open(path)?;
        let page = Page { store, number: 0, is_open: false, lost: BTreeMap::new(), commits: 0 };
        let (behind, turned) = (AtomicUsize::new(0), Condvar::new());
        Ok(Self(Arc::new(Shared { path: path.to_owned(), behind, page: Mutex::new(page), turned })))
    }

    /// How many commits were made here.
    #[must_use]
    pub fn commits(&self) -> u64 {
        self.0.page.lock().unwrap_or_else(PoisonError::into_inner).commits
    }

    /// Lets somebody write, and comes back when that is durable. Of what fails nothing is written, and what the
    /// others write beside it is.
    pub(super) fn write<T>(
        &self,
        write: impl FnOnce(&Connection) -> Result<T, HostError>,
    ) -> Result<T, HostError> {
        let desk = &*self.0;
        desk.behind.fetch_add(1, Ordering::SeqCst);
        let mut page = desk.page.lock().unwrap_or_else(PoisonError::into_inner);
        desk.behind.fetch_sub(1, Ordering::SeqCst);
        let number = page.number;
        let written = page.join(&desk.path, write);
        if page.number == number && page.is_open {
            if desk.behind.load(Ordering::SeqCst) == 0 {
                page.turn();
            } else if written.is_ok() {
                while page.number == number {
                    page = desk.turned.wait(page).unwrap_or_else(PoisonError::into_inner);
                }
            }
        }
        if page.number != number {
            desk.turned.notify_all();
        }
        match page.lost.get(&number) {
            Some(cause) if written.is_ok() => {
                Err(HostError::Journal { path: desk.path.clone(), cause: cause.clone() })
            }
            _ => written,
        }
    }
}

impl Page {
    /// Writes in the transaction that is open, and opens one where there is none.
    fn join<T>(
        &mut self,
        path: &Path,
        write: impl FnOnce(&Connection) -> Result<T, HostError>,
    ) -> Result<T, HostError> {
        let connection = &self.store.connection;
        let fail = |e: rusqlite::Error| failure(path, &e);
        if !self.is_open {
            connection.execute_batch("BEGIN IMMEDIATE").map_err(fail)?;
            self.is_open = true;
        }
        connection.execute_batch("SAVEPOINT mine").map_err(fail)?;
        let written = write(connection);
        let end = if written.is_ok() { "RELEASE mine" } else { "ROLLBACK TO mine; RELEASE mine" };
        let ended = connection.execute_batch(end).map_err(fail);
        if connection.is_autocommit() {
            // Where there is no space left, SQLite takes back the whole transaction by itself.
            let cause = |error: &HostError| match error {
                HostError::Journal { cause, .. } => cause.clone(),
                other => other.to_string(),
            };
            let why = written.as_ref().err().or(ended.as_ref().err()).map(cause).unwrap_or_default();
            self.lose(why);
        }
        written.and_then(|written| ended.map(|()| written))
    }

    /// Makes durable what was written.
    fn turn(&mut self) {
        match self.store.connection.execute_batch("COMMIT") {
            Ok(()) => {
                self.commits += 1;
                self.next();
            }
            Err(error) => {
                let why = super::wording::wording(&error).to_owned();
                let _taken_back_already = self.store.connection.execute_batch("ROLLBACK");
                self.lose(why);
            }
        }
    }

    fn lose(&mut self, why: String) {
        self.lost.insert(self.number, why);
        self.next();
    }

    const fn next(&mut self) {
        self.number += 1;
        self.is_open = false;
    }
}

impl SqliteHost {
    /// From here on it writes at this desk, which is one of its journal.
    #[must_use]
    pub fn writes_at(mut self, desk: &Desk) -> Self {
        self.desk = Some(desk.clone());
        self
    }
}
