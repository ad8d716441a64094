//! The journal: what is in it outlives the program, which may be cut off before an event is there or behind it. People
//! write to it while the program is at work, which knows of it once it has looked.

use jiff::Timestamp;
use keyroll::{
    check::Checked,
    journal::{Host, HostError, memory::MemoryHost},
    run::{
        casting::Casting,
        wait::{Wait, waits},
    },
    transition::{command::Command, event::Record, next::Verdict, state::State},
};

use crate::{disk::Disk, people, world::Shared};

/// Where it is kept.
#[derive(Debug)]
pub(crate) enum Kept {
    Memory(Box<MemoryHost>),
    /// In a file, on a disk that loses writes.
    File(Box<Disk>),
}

impl Kept {
    pub(crate) fn host(&self) -> &dyn Host {
        match self {
            Self::Memory(host) => host.as_ref(),
            Self::File(disk) => disk.host(),
        }
    }

    pub(crate) fn host_mut(&mut self) -> &mut dyn Host {
        match self {
            Self::Memory(host) => host.as_mut(),
            Self::File(disk) => disk.host_mut(),
        }
    }
}

#[derive(Debug)]
pub(crate) struct Journal {
    pub(crate) kept: Kept,
    /// Where the run stands, as far as the program has looked.
    seen: State,
    /// Whether it knows of more than is durable.
    is_held: bool,
    pub(crate) world: Shared,
    casting: Casting,
    /// How often in a hundred somebody acts where the program looks or writes.
    busy: u64,
    /// How often somebody has.
    pub(crate) meanwhile: u64,
}

impl Journal {
    pub(crate) fn of(kept: Kept, world: Shared, casting: Casting, busy: u64) -> Self {
        let seen = kept.host().state().clone();
        Self { kept, seen, is_held: false, world, casting, busy, meanwhile: 0 }
    }

    /// The run goes on under another plan.
    pub(crate) fn goes_over(&mut self, host: MemoryHost, casting: Casting) {
        (self.kept, self.casting) = (Kept::Memory(Box::new(host)), casting);
        self.seen = self.kept.host().state().clone();
    }

    /// A program begins, which reads where the run stands.
    pub(crate) fn opens(&mut self, checked: &Checked) {
        match &mut self.kept {
            Kept::Memory(_) => {}
            Kept::File(disk) => disk.opens(checked),
        }
        self.is_held = false;
        self.seen = self.kept.host().state().clone();
    }

    /// What people are asked for.
    pub(crate) fn asked(&self, checked: &Checked, at: Timestamp) -> Vec<Wait> {
        let mut asked = waits(checked, &self.casting, self.kept.host().state(), at);
        asked.retain(|wait| wait.cause.role().is_some());
        asked
    }

    /// Somebody does what is asked of them, while the program is at work.
    fn others_act(&mut self, checked: &Checked) {
        let at = {
            let mut world = self.world.look();
            // In memory all act on one state: nobody does while the program knows more than is durable.
            let is_apart = matches!(self.kept, Kept::File(_));
            if !self.seen.started || self.is_held && !is_apart || !world.dice.chance(self.busy) {
                return;
            }
            world.shown()
        };
        let world = self.world.clone();
        let casting = &self.casting;
        let act = |host: &mut dyn Host| {
            let asked = waits(checked, casting, host.state(), at);
            let asked: Vec<_> = asked.iter().filter(|wait| wait.cause.role().is_some()).collect();
            let wait = world.look().dice.one(&asked).copied();
            wait.map(|wait| people::act(host, &world, checked, wait, at)).is_some()
        };
        let acted = match &mut self.kept {
            Kept::Memory(host) => act(host.as_mut()),
            Kept::File(disk) => disk.beside(checked, act),
        };
        self.meanwhile += u64::from(acted);
    }
}

impl Host for Journal {
    fn run(&self) -> &str {
        self.kept.host().run()
    }

    fn state(&self) -> &State {
        &self.seen
    }

    fn refresh(&mut self, checked: &Checked) -> Result<bool, HostError> {
        self.world.look().point();
        self.others_act(checked);
        match &mut self.kept {
            Kept::Memory(host) => host.refresh(checked)?,
            Kept::File(disk) => disk.refresh(checked)?,
        };
        let come = self.seen != *self.kept.host().state();
        if come {
            self.seen = self.kept.host().state().clone();
        }
        Ok(come)
    }

    fn submit(&mut self, checked: &Checked, record: &Record) -> Result<Verdict, HostError> {
        self.world.look().point();
        self.others_act(checked);
        let verdict = match &mut self.kept {
            Kept::Memory(host) => host.submit(checked, record)?,
            Kept::File(disk) => disk.submit(checked, record, &self.world)?,
        };
        self.is_held = false;
        self.seen = self.kept.host().state().clone();
        self.world.look().point();
        Ok(verdict)
    }

    fn take(&mut self, checked: &Checked, record: &Record) -> Result<Verdict, HostError> {
        self.world.look().point();
        self.others_act(checked);
        let verdict = self.kept.host_mut().take(checked, record)?;
        self.is_held = true;
        self.seen = self.kept.host().state().clone();
        self.world.look().point();
        Ok(verdict)
    }

    fn keep(&mut self, checked: &Checked) -> Result<usize, HostError> {
        if !self.is_held {
            return Ok(0);
        }
        self.world.look().point();
        self.others_act(checked);
        let dropped = match &mut self.kept {
            Kept::Memory(host) => host.keep(checked)?,
            Kept::File(disk) => disk.keep(checked, &self.world)?,
        };
        self.is_held = false;
        self.seen = self.kept.host().state().clone();
        self.world.look().point();
        Ok(dropped)
    }

    fn outbox(&self) -> Result<Vec<Command>, HostError> {
        self.kept.host().outbox()
    }

    fn settle(&mut self, command: &Command) -> Result<(), HostError> {
        self.world.look().point();
        match &mut self.kept {
            Kept::Memory(host) => host.settle(command)?,
            Kept::File(disk) => disk.settle(command, &self.world)?,
        }
        self.world.look().point();
        Ok(())
    }

    fn records(&self) -> Result<Vec<Record>, HostError> {
        self.kept.host().records()
    }
}
