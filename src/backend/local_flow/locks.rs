//! Who may stamp a message, among threads and processes.
//!
//! Each lock is taken on a file opened for it, so two threads of one process exclude each other as
//! two processes do, and the system lets go of it when its holder is killed. File locks are not
//! fair: a sender that locks again at once could keep a deployer waiting for ever. So everybody
//! passes a turnstile first, and whoever wants to be alone waits in it.

use std::{fs::File, io, time::Duration};

use super::places::Places;
use crate::backend::file::{lock::locked, private::open};

/// The right to stamp a message. Others may have it too.
#[derive(Debug)]
pub(super) struct Stamping {
    _room: File,
}

/// The certainty that nobody stamps a message.
#[derive(Debug)]
pub(super) struct Stillness {
    _room: File,
    _turnstile: File,
}

/// The right to send and deliver, of one holder.
#[derive(Debug)]
pub(super) struct Ownership {
    _owner: File,
}

impl Stamping {
    /// Waits while somebody keeps the flow still.
    pub(super) fn begin(places: &Places) -> io::Result<Self> {
        let turnstile = open(&places.turnstile())?;
        turnstile.lock()?;
        let room = open(&places.stamping())?;
        room.lock_shared()?;
        Ok(Self { _room: room })
    }
}

impl Stillness {
    /// Waits until the messages being stamped are finished; new ones wait from now on.
    pub(super) fn begin(places: &Places) -> io::Result<Self> {
        let turnstile = open(&places.turnstile())?;
        turnstile.lock()?;
        let room = open(&places.stamping())?;
        room.lock()?;
        Ok(Self { _room: room, _turnstile: turnstile })
    }

    /// The ownership, or `None` while somebody else has it for so long. Only to be asked while the flow is
    /// still, so that a mere question never makes the true owner fail.
    pub(super) fn ownership(&self, places: &Places, patience: Duration) -> io::Result<Option<Ownership>> {
        let owner = open(&places.owner())?;
        Ok(locked(&owner, patience)?.then_some(Ownership { _owner: owner }))
    }
}
