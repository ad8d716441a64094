//! Where runs live. A host stores events and hands out commands; what an event means is said in
//! one place only, by `transition::next`.

pub mod chain;
pub mod desk;
mod held;
mod kept;
pub mod leg;
pub mod letter;
pub mod look;
pub mod memory;
pub mod notice;
mod place;
mod runs;
pub mod schema;
mod sheet;
pub mod sqlite;
pub mod store;
pub mod survey;
mod wording;

use std::fmt::Debug;
use std::path::PathBuf;

use crate::{
    check::Checked,
    transition::{command::Command, event::Record, next::Verdict, state::State},
};

/// One run in a host.
///
/// Laws: events of one run are applied one after the other; event, state and commands become
/// durable in one act; a command stays in the outbox until it is settled, so that it is carried
/// out at least once; a verdict is returned only after it is durable, but for what is taken in to be
/// [kept](Host::keep) later.
pub trait Host: Debug {
    /// The run's id.
    fn run(&self) -> &str;

    /// Where the run stands.
    fn state(&self) -> &State;

    /// Reads again where the run stands; somebody else may have submitted an act. Says whether
    /// anything has come.
    ///
    /// # Errors
    /// When the host cannot be read.
    fn refresh(&mut self, checked: &Checked) -> Result<bool, HostError>;

    /// Submits an event.
    ///
    /// # Errors
    /// When the host cannot write; then nothing happened.
    fn submit(&mut self, checked: &Checked, record: &Record) -> Result<Verdict, HostError>;

    /// Takes an event in that becomes durable with others, by the next [`keep`](Host::keep). Until then it is
    /// known here alone: nothing is done that rests on it and that the world sees, and nobody is told of it.
    ///
    /// The verdict is that of the run as it stands here. A host that keeps nothing back makes it durable at once.
    ///
    /// # Errors
    /// When the host cannot write; then nothing happened since the last [`keep`](Host::keep).
    fn take(&mut self, checked: &Checked, record: &Record) -> Result<Verdict, HostError> {
        self.submit(checked, record)
    }

    /// Makes durable in one act what was taken in. Says how many of the last events do not count after all, because
    /// somebody else acted meanwhile: the first that is refused then, and all after it.
    ///
    /// # Errors
    /// When the host cannot write; then nothing happened since the last time.
    fn keep(&mut self, _checked: &Checked) -> Result<usize, HostError> {
        Ok(0)
    }

    /// The commands that are not settled, in the order in which they arose.
    ///
    /// # Errors
    /// When the host cannot be read.
    fn outbox(&self) -> Result<Vec<Command>, HostError>;

    /// Takes a command out of the outbox: it was carried out. That is durable at once, or together with what was
    /// taken in before it.
    ///
    /// # Errors
    /// When the host cannot write.
    fn settle(&mut self, command: &Command) -> Result<(), HostError>;

    /// All records of the run in order.
    ///
    /// # Errors
    /// When the host cannot be read.
    fn records(&self) -> Result<Vec<Record>, HostError>;
}

/// Why a host did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum HostError {
    /// The journal's file.
    #[error("the journal {}: {cause}", path.display())]
    Journal {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        cause: String,
    },
    /// The file is a journal of another version.
    #[error("the journal {} has schema version {found}, and this keyroll knows {known}", path.display())]
    Version {
        /// Which file.
        path: PathBuf,
        /// Its version.
        found: String,
        /// The version that this program writes.
        known: u32,
    },
    /// A record was changed, taken out or put in.
    #[error("the journal {} was changed from outside: record {position} does not follow from the one before", path.display())]
    Broken {
        /// Which file.
        path: PathBuf,
        /// The first record that does not fit.
        position: i64,
    },
    /// The stored plan or state is not the one that was taken down.
    #[error("the journal {} was changed from outside: its plan, records and state do not fit each other", .0.display())]
    Misfit(PathBuf),
    /// The stored plan is accepted no more.
    #[error("the journal {}: the plan of run {run} is not accepted any more: it was changed from outside, or was run by another version of keyroll", path.display())]
    Unaccepted {
        /// Which file.
        path: PathBuf,
        /// Which run.
        run: String,
    },
    /// Another process runs it.
    #[error("another keyroll is at work on the journal {}", .0.display())]
    Busy(PathBuf),
    /// There is no such run.
    #[error("the journal {} holds no run {run}", path.display())]
    NoRun {
        /// Which file.
        path: PathBuf,
        /// Which run.
        run: String,
    },
}
