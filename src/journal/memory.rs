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
    /// How it was when it was kept last, where something was taken in since: state, number of records, commands.
    kept: Option<Box<(State, usize, Vec<Command>)>>,
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
        Self { state, records: Vec::new(), outbox: Vec::new(), kept: None }
    }

    /// Loses what was not kept, as where a program is cut off.
    pub fn lose(&mut self) {
        if let Some(kept) = self.kept.take() {
            let length;
            (self.state, length, self.outbox) = *kept;
            self.records.truncate(length);
        }
    }

    fn apply(&mut self, checked: &Checked, record: &Record) -> Verdict {
        let verdict = next(checked, &mut self.state, record);
        if let Verdict::Applied(commands) = &verdict {
            self.records.push(record.clone());
            self.outbox.extend(commands.iter().cloned());
        }
        verdict
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
        self.kept = None;
        Ok(self.apply(checked, record))
    }

    fn take(&mut self, checked: &Checked, record: &Record) -> Result<Verdict, HostError> {
        let before = || Box::new((self.state.clone(), self.records.len(), self.outbox.clone()));
        let kept = self.kept.take().unwrap_or_else(before);
        self.kept = Some(kept);
        Ok(self.apply(checked, record))
    }

    fn keep(&mut self, _checked: &Checked) -> Result<usize, HostError> {
        self.kept = None;
        Ok(0)
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
