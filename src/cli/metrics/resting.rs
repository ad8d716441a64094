//! The wall clock of a run that stays while it waits: when the run lies down to sleep, its figures are written.

use std::path::{Path, PathBuf};
use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicBool, Ordering},
};
use std::time::{Duration, Instant};

use jiff::Timestamp;

use crate::{
    backend::clock::{Clock, WallClock},
    check::Checked,
    cli::{
        at_site::shown_path,
        screen::log::{Level, Log, Talk},
    },
    journal::{Host as _, sqlite::Store},
    run::site::Site,
    source::shown,
};

use super::{Seen, place};

/// Figures of a run that waits are never older than this, on the clock of the wall.
const OLDEST: Duration = Duration::from_secs(60);

/// Where the figures of a run go while it waits.
#[derive(Debug)]
pub struct Figures<'a> {
    /// The file.
    pub path: &'a Path,
    /// The plan.
    pub checked: &'a Checked,
    /// The site.
    pub site: &'a Site,
    /// The journal.
    pub journal: PathBuf,
    /// The run.
    pub run: String,
    /// Where it is said that they cannot be written.
    pub log: Log,
}

impl Figures<'_> {
    /// Reads the journal as others do, and writes what it holds. What fails holds no run up.
    fn write(&self) {
        let host = Store::open(&self.journal).and_then(|store| store.attach(self.checked, &self.run, false));
        let figures = host.and_then(|host| {
            let (records, state) = (host.records()?, host.state());
            let Self { checked, site, run, .. } = self;
            Ok(Seen { checked, site, run, state, records: &records, ended: None }.figures())
        });
        let written = figures.map_err(|error| error.to_string()).and_then(|figures| {
            let failed = |error| format!("cannot write {}: {error}", shown_path(self.path));
            place(self.path, &figures).map_err(failed)
        });
        if let Err(error) = written {
            let error = shown(&error);
            self.log.say(&error, || Talk::now(Level::Error, &*error));
        }
    }
}

/// The wall clock, with what is done when a run lies down.
#[derive(Debug)]
pub struct Resting<'a> {
    figures: Option<Figures<'a>>,
    /// Whether something has happened since the figures were written.
    moved: AtomicBool,
    written: Mutex<Option<Instant>>,
}

impl<'a> Resting<'a> {
    /// The clock for a run with these figures, or with none.
    #[must_use]
    pub const fn of(figures: Option<Figures<'a>>) -> Self {
        Self { figures, moved: AtomicBool::new(true), written: Mutex::new(None) }
    }

    /// Something has happened.
    pub fn moved(&self) {
        self.moved.store(true, Ordering::Relaxed);
    }

    fn lie_down(&self) {
        let Some(figures) = &self.figures else { return };
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        let is_old = written.is_none_or(|at| at.elapsed() >= OLDEST);
        if self.moved.swap(false, Ordering::Relaxed) || is_old {
            figures.write();
            *written = Some(Instant::now());
        }
    }
}

impl Clock for Resting<'_> {
    fn now(&self) -> Timestamp {
        WallClock.now()
    }

    fn sleep(&self, duration: Duration) {
        self.lie_down();
        WallClock.sleep(duration);
    }
}
