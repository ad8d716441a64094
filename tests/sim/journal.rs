//! The journal: what is in it outlives the program, which may be cut off before an event is there or behind it.

use keyroll::{
    check::Checked,
    journal::{Host, HostError, memory::MemoryHost},
    transition::{command::Command, event::Record, next::Verdict, state::State},
};

use crate::world::Shared;

#[derive(Debug)]
pub(crate) struct Journal {
    pub(crate) kept: MemoryHost,
    pub(crate) world: Shared,
}

impl Host for Journal {
    fn run(&self) -> &str {
        self.kept.run()
    }

    fn state(&self) -> &State {
        self.kept.state()
    }

    fn refresh(&mut self, checked: &Checked) -> Result<bool, HostError> {
        self.world.look().point();
        self.kept.refresh(checked)
    }

    fn submit(&mut self, checked: &Checked, record: &Record) -> Result<Verdict, HostError> {
        self.world.look().point();
        let verdict = self.kept.submit(checked, record)?;
        self.world.look().point();
        Ok(verdict)
    }

    fn take(&mut self, checked: &Checked, record: &Record) -> Result<Verdict, HostError> {
        self.world.look().point();
        let verdict = self.kept.take(checked, record)?;
        self.world.look().point();
        Ok(verdict)
    }

    fn keep(&mut self, checked: &Checked) -> Result<usize, HostError> {
        self.world.look().point();
        let dropped = self.kept.keep(checked)?;
        self.world.look().point();
        Ok(dropped)
    }

    fn outbox(&self) -> Result<Vec<Command>, HostError> {
        self.kept.outbox()
    }

    fn settle(&mut self, command: &Command) -> Result<(), HostError> {
        self.world.look().point();
        self.kept.settle(command)?;
        self.world.look().point();
        Ok(())
    }

    fn records(&self) -> Result<Vec<Record>, HostError> {
        self.kept.records()
    }
}
