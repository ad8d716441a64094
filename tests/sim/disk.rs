//! The journal's file on a disk whose power fails: what was answered to be durable is there afterwards, and of what was
//! being written each sector may be lost, or the rest of the file.

use std::{fs, path::PathBuf};

use jiff::Timestamp;
use keyroll::{
    check::Checked,
    journal::{
        Host, HostError,
        sqlite::{Pinned, SqliteHost, Store},
    },
    transition::{command::Command, event::Record, next::Verdict},
    world::material::Fingerprint,
};

use crate::{dice::Dice, world::Shared};

/// What a disk writes in one act.
const SECTOR: usize = 512;

const RUN: &str = "simulated-20261101-0badcafe";

#[derive(Debug)]
pub(crate) struct Disk {
    folder: tempfile::TempDir,
    /// How often the power has failed: each time the files are those of another folder.
    number: usize,
    host: Option<SqliteHost>,
    /// So many records were answered to be durable.
    durable: usize,
    /// So many are written in one act: all of them are there afterwards, or none.
    written: usize,
    /// From where on the log was being written when the power failed.
    torn: Option<usize>,
}

impl Disk {
    pub(crate) fn new(checked: &Checked, site: Fingerprint, now: Timestamp) -> Self {
        // In memory, where there is such a place: it is quick, and its power is not the one that fails.
        let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap();
        let mut disk = Self { folder, number: 0, host: None, durable: 0, written: 0, torn: None };
        fs::create_dir(disk.place()).unwrap();
        let plan = checked.plan();
        let pinned = Pinned {
            run: RUN.to_owned(),
            started: now,
            plan_name: plan.name.clone(),
            plan_file: "plan.renewal".to_owned(),
            plan_text: plan.source.text.clone(),
            plan_files: plan.files.clone(),
            plan: plan.digest(),
            site,
            parameters: Default::default(),
            finished: false,
        };
        let mut store = disk.open().unwrap();
        store.enter(checked, &pinned).unwrap();
        disk.host = Some(store.attach(checked, RUN, true).unwrap());
        disk
    }

    fn place(&self) -> PathBuf {
        self.folder.path().join(self.number.to_string())
    }

    fn open(&self) -> Result<Store, HostError> {
        Store::open(&self.place().join("keyroll.db"))
    }

    pub(crate) fn host(&self) -> &dyn Host {
        self.host.as_ref().unwrap()
    }

    pub(crate) fn host_mut(&mut self) -> &mut dyn Host {
        self.host.as_mut().unwrap()
    }

    /// Reads what is there: all of it is durable.
    pub(crate) fn opens(&mut self, checked: &Checked) {
        self.host_mut().refresh(checked).unwrap();
        self.durable = self.host().records().unwrap().len();
    }

    /// Lets another process do something to the run.
    pub(crate) fn beside(&mut self, checked: &Checked, act: impl FnOnce(&mut dyn Host) -> bool) -> bool {
        let mut other = self.open().unwrap().attach(checked, RUN, false).unwrap();
        let acted = act(&mut other);
        self.durable = other.records().unwrap().len();
        acted
    }

    /// Whether a second program is refused, which would do the same at the same time.
    pub(crate) fn refuses_a_second(&self, checked: &Checked) -> bool {
        matches!(self.open().unwrap().attach(checked, RUN, true), Err(HostError::Busy(_)))
    }

    /// How long the log is.
    fn length(&self) -> usize {
        let log = fs::metadata(self.place().join("keyroll.db-wal"));
        log.map_or(0, |log| usize::try_from(log.len()).unwrap())
    }

    pub(crate) fn submit(
        &mut self,
        checked: &Checked,
        record: &Record,
        world: &Shared,
    ) -> Result<Verdict, HostError> {
        let before = self.length();
        self.written = self.held() + 1;
        let verdict = self.host_mut().submit(checked, record)?;
        if !self.is_torn(before, world) {
            self.durable = self.host().records()?.len();
        }
        Ok(verdict)
    }

    /// How many records are known to the program alone.
    fn held(&self) -> usize {
        self.host().records().unwrap().len() - self.durable
    }

    pub(crate) fn keep(&mut self, checked: &Checked, world: &Shared) -> Result<usize, HostError> {
        let before = self.length();
        self.written = self.held();
        let dropped = self.host_mut().keep(checked)?;
        if !self.is_torn(before, world) {
            self.durable = self.host().records()?.len();
        }
        Ok(dropped)
    }

    /// Looks; what is held back is written on top of what others have written.
    pub(crate) fn refresh(&mut self, checked: &Checked) -> Result<bool, HostError> {
        let has_come = self.host_mut().refresh(checked)?;
        if has_come {
            self.durable = self.host().records()?.len();
        }
        Ok(has_come)
    }

    pub(crate) fn settle(&mut self, command: &Command, world: &Shared) -> Result<(), HostError> {
        let before = self.length();
        self.written = 0;
        self.host_mut().settle(command)?;
        self.is_torn(before, world);
        Ok(())
    }

    /// Whether the power fails before this was answered to be durable.
    fn is_torn(&mut self, before: usize, world: &Shared) -> bool {
        let mut world = world.look();
        if world.dice.chance(4) {
            world.fuse = Some(0);
        }
        let is_torn = world.fuse == Some(0) && world.dice.chance(70);
        self.torn = is_torn.then_some(before);
        is_torn
    }

    /// The power comes back, and the journal is opened again; says whether anything was torn.
    ///
    /// # Errors
    /// When it is not as before or behind what was being written.
    pub(crate) fn comes_back(&mut self, checked: &Checked, world: &Shared) -> Result<bool, String> {
        let from = self.place();
        self.number += 1;
        let to = self.place();
        fs::create_dir(&to).unwrap();
        fs::copy(from.join("keyroll.db"), to.join("keyroll.db")).unwrap();
        let torn = self.torn.take();
        if let Ok(mut log) = fs::read(from.join("keyroll.db-wal")) {
            if let Some(before) = torn {
                tear(&mut log, before, &mut world.look().dice);
            }
            fs::write(to.join("keyroll.db-wal"), log).unwrap();
        }
        // Whoever was at work is gone, and what it does at its end happens to the files that are gone too.
        self.host = None;
        fs::remove_dir_all(from).unwrap();
        let opened = self.open().and_then(|store| store.attach(checked, RUN, true));
        let host = opened.map_err(|error| format!("the power failed: {error}"))?;
        let records = host.records().map_err(|error| error.to_string())?.len();
        let written = torn.map_or(0, |_| self.written);
        if records != self.durable && records != self.durable + written {
            return Err(format!("{} records were durable, and there are {records}", self.durable));
        }
        self.durable = records;
        self.host = Some(host);
        Ok(torn.is_some())
    }
}

/// Loses of what was written from there on some sectors, and perhaps the end.
fn tear(log: &mut Vec<u8>, from: usize, dice: &mut Dice) {
    let from = from.min(log.len());
    for sector in log[from..].chunks_mut(SECTOR) {
        if dice.chance(30) {
            sector.fill(0);
        }
    }
    if dice.chance(60) {
        let bound = u64::try_from(log.len() - from + 1).unwrap();
        log.truncate(from + usize::try_from(dice.below(bound)).unwrap());
    }
}
