//! A host in memory: small and true, for tests and for looking ahead.

use crate::{
    check::Checked,
    transition::{
        command::Command,
        event::Record,
        next::{Verdict, next},
        state::State,
    },
};

use super::{Host, HostError};

/// A run in memory.
#[derive(Debug)]
pub struct MemoryHost {
    state: State,
    records: Vec<Record>,
    outbox: Vec<Command>,
}

impl MemoryHost {
    /// A run that has not begun.
    #[must_use]
    pub fn new(checked: &Checked) -> Self {
        Self::at(State::new(checked))
    }

    /// A run that stands somewhere; what led there is not told.
    #[must_use]
    pub const fn at(state: State) -> Self {
        Self { state, records: Vec::new(), outbox: Vec::new() }
    }
}

impl Host for MemoryHost {
    fn run(&self) -> &'static str {
        "memory"
    }

    fn state(&self) -> &State {
        &self.state
    }

    fn refresh(&mut self, _checked: &Checked) -> Result<bool, HostError> {
        Ok(false)
    }

    fn submit(&mut self, checked: &Checked, record: &Record) -> Result<Verdict, HostError> {
        let verdict = next(checked, &mut self.state, record);
        if let Verdict::Applied(commands) = &verdict {
            self.records.push(record.clone());
            self.outbox.extend(commands.iter().cloned());
        }
        Ok(verdict)
    }

    fn outbox(&self) -> Result<Vec<Command>, HostError> {
        Ok(self.outbox.clone())
    }

    fn settle(&mut self, command: &Command) -> Result<(), HostError> {
        self.outbox.retain(|waiting| waiting != command);
        Ok(())
    }

    fn records(&self) -> Result<Vec<Record>, HostError> {
        Ok(self.records.clone())
    }
}
