//! A desk at which several runs of one process write in one journal: what they have to say at the same time is made
//! durable by one commit.
//!
//! A run lays down a sheet with its rows. Whoever finds nobody at work writes what lies there, for all, in one
//! transaction, and commits when nobody is behind it. A run of which people are told writes itself in that
//! transaction. The verdict of each is returned only after it is durable, as where a run writes alone.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread::{self, Thread},
};

use rusqlite::Connection;

use super::{
    HostError,
    sheet::{Laid, Sheet},
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
    tray: Mutex<Tray>,
}

/// What lies there to be written.
#[derive(Debug, Default)]
struct Tray {
    sheets: Vec<(Sheet, Arc<Slip>)>,
    /// Whether somebody is about to write what lies there.
    has_writer: bool,
}

/// What becomes of a sheet, for whoever waits for it.
#[derive(Debug)]
struct Slip {
    waits: Thread,
    said: Mutex<Option<Result<Laid, String>>>,
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
    /// The sheets of the transaction that is open.
    open: Vec<(Arc<Slip>, Laid)>,
    /// Those of which it is known what became of them.
    told: Vec<(Arc<Slip>, Result<Laid, String>)>,
}

impl Desk {
    /// A desk at a journal.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn at(path: &Path) -> Result<Self, HostError> {
        let store = Store::open(path)?;
        let (lost, open, told) = (BTreeMap::new(), Vec::new(), Vec::new());
        let page = Mutex::new(Page { store, number: 0, is_open: false, lost, commits: 0, open, told });
        let (behind, turned, tray) = (AtomicUsize::new(0), Condvar::new(), Mutex::default());
        Ok(Self(Arc::new(Shared { path: path.to_owned(), behind, page, turned, tray })))
    }

    /// How many commits were made here.
    #[must_use]
    pub fn commits(&self) -> u64 {
        locked(&self.0.page).commits
    }

    /// Lets a sheet be written, and comes back when that is durable. Of what fails nothing is written, and what the
    /// others write beside it is.
    pub(super) fn post(&self, sheet: Sheet) -> Result<Laid, HostError> {
        let slip = Arc::new(Slip { waits: thread::current(), said: Mutex::default() });
        let mut tray = locked(&self.0.tray);
        tray.sheets.push((sheet, Arc::clone(&slip)));
        let has_writer = std::mem::replace(&mut tray.has_writer, true);
        drop(tray);
        if !has_writer {
            self.0.write_all();
        }
        slip.wait().map_err(|cause| HostError::Journal { path: self.0.path.clone(), cause })
    }

    /// Lets somebody write, and comes back when that is durable. Of what fails nothing is written, and what the
    /// others write beside it is.
    pub(super) fn write<T>(
        &self,
        write: impl FnOnce(&Connection) -> Result<T, HostError>,
    ) -> Result<T, HostError> {
        let desk = &*self.0;
        let mut page = desk.turn_has_come();
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
        let cause = page.lost.get(&number).cloned();
        desk.tell(page, number);
        match cause {
            Some(cause) if written.is_ok() => Err(HostError::Journal { path: desk.path.clone(), cause }),
            _ => written,
        }
    }
}

impl Shared {
    fn turn_has_come(&self) -> MutexGuard<'_, Page> {
        self.behind.fetch_add(1, Ordering::SeqCst);
        let page = locked(&self.page);
        self.behind.fetch_sub(1, Ordering::SeqCst);
        page
    }

    /// Writes what lies in the tray, and what is laid there meanwhile.
    fn write_all(&self) {
        let mut page = self.turn_has_come();
        let number = page.number;
        loop {
            let mut tray = locked(&self.tray);
            let sheets = std::mem::take(&mut tray.sheets);
            // Whoever comes now writes behind this.
            tray.has_writer = !sheets.is_empty();
            drop(tray);
            if sheets.is_empty() {
                break;
            }
            page.lay(&self.path, sheets);
        }
        if page.is_open && self.behind.load(Ordering::SeqCst) == 0 {
            page.turn();
        }
        self.tell(page, number);
    }

    /// Says to those who wait what became of what they wrote, once nobody need wait for this.
    fn tell(&self, mut page: MutexGuard<'_, Page>, number: u64) {
        if page.number != number {
            self.turned.notify_all();
        }
        let told = std::mem::take(&mut page.told);
        drop(page);
        told.into_iter().for_each(|(slip, said)| slip.say(said));
    }
}

impl Slip {
    fn say(&self, said: Result<Laid, String>) {
        *locked(&self.said) = Some(said);
        self.waits.unpark();
    }

    fn wait(&self) -> Result<Laid, String> {
        loop {
            if let Some(said) = locked(&self.said).take() {
                return said;
            }
            thread::park();
        }
    }
}

fn locked<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Page {
    /// Writes sheets in the transaction that is open, and opens one where there is none.
    fn lay(&mut self, path: &Path, sheets: Vec<(Sheet, Arc<Slip>)>) {
        let fail = |e: rusqlite::Error| failure(path, &e);
        let all = |connection: &Connection| {
            sheets.iter().map(|(sheet, _)| sheet.write(connection).map_err(fail)).collect()
        };
        let laid: Result<Vec<Laid>, HostError> = self.join(path, all);
        if let Ok(laid) = laid {
            let slips = sheets.into_iter().map(|(_, slip)| slip);
            self.open.extend(slips.zip(laid));
            return;
        }
        // One of them failed, and with it those beside it: so each is written apart.
        for (sheet, slip) in sheets {
            match self.join(path, |connection| sheet.write(connection).map_err(fail)) {
                Ok(laid) => self.open.push((slip, laid)),
                Err(error) => self.told.push((slip, Err(cause(&error)))),
            }
        }
    }

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
                let open = std::mem::take(&mut self.open);
                self.told.extend(open.into_iter().map(|(slip, laid)| (slip, Ok(laid))));
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
        let open = std::mem::take(&mut self.open);
        self.told.extend(open.into_iter().map(|(slip, _)| (slip, Err(why.clone()))));
        self.lost.insert(self.number, why);
        self.next();
    }

    const fn next(&mut self) {
        self.number += 1;
        self.is_open = false;
    }
}

fn cause(error: &HostError) -> String {
    match error {
        HostError::Journal { cause, .. } => cause.clone(),
        other => other.to_string(),
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

#[cfg(test)]
mod tests {
    use super::super::sheet::Row;
    use super::*;

    /// A row that is refused takes nothing with it of those beside it in one transaction, and leaves nothing of its own.
    #[test]
    fn a_sheet_that_is_refused_stands_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keyroll.db");
        let desk = Desk::at(&path).unwrap();
        let slip = || Arc::new(Slip { waits: thread::current(), said: Mutex::default() });
        let (good, bad) = (slip(), slip());
        let sheet = |rows| Sheet { run: "nobody".to_owned(), after: None, rows, stands: None };
        let record = Row::Record { position: 0, body: "{}".to_owned(), digest: String::new() };
        let sheets = vec![
            (sheet(vec![Row::Version(2)]), Arc::clone(&good)),
            (sheet(vec![Row::Version(3), record]), Arc::clone(&bad)),
        ];
        let mut page = desk.0.turn_has_come();
        page.lay(&path, sheets);
        page.turn();
        desk.0.tell(page, 0);
        assert_eq!(good.wait(), Ok(Laid::Written));
        let why = bad.wait().unwrap_err();
        assert!(why.contains("does not fit together"), "{why}");
        let version: String = Connection::open(&path)
            .unwrap()
            .query_row("SELECT value FROM meta WHERE name = 'schema'", [], |row| row.get(0))
            .unwrap();
        assert_eq!((version.as_str(), desk.commits()), ("2", 1));
    }
}
