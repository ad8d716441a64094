//! The traffic of a flow: signing, spooling, delivering.

use std::collections::BTreeMap;
use std::io::{self, BufWriter, Read, Write};
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::{
    backend::{
        deployer::{DeployerError, FlowState},
        file::lock::MOMENT,
        receiver::{Judgement, Receiver, ReceiverError},
        signer::{KeyCache, Signer, SignerError},
    },
    name::Alias,
};

use super::{
    aimed,
    locks::{Ownership, Stamping, Stillness},
    places::Places,
    sequence::Sequence,
    spool::{Found, Spool},
    spooled::Spooled,
    state,
    twice::Beside,
};

/// What a flow is told once.
#[derive(Clone, Debug)]
pub struct FlowConfig {
    /// Its folder, made when it is not there.
    pub folder: PathBuf,
    /// The alias whose key signs, as long as the flow is not repointed to another one.
    pub alias: Alias,
    /// How long its messages are under way.
    pub transit: Transit,
    /// How long a key may be used after its alias named it last.
    pub cache: Duration,
}

/// How long messages are under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transit {
    /// They are judged before the sender goes on.
    Immediately,
    /// They wait in the spool, never longer than this by their due time.
    Within(Duration),
}

/// What became of a message.
#[derive(Debug)]
pub enum Sent {
    /// The flow is not deployed; nothing was read or signed.
    NotDeployed,
    /// It is signed. It counts as sent after the next [`LocalFlow::commit`].
    Spooled(Spooled),
    /// It was judged at once.
    Delivered(Delivered),
    /// It is sent, but the receiver could not judge it at once: it waits in the spool.
    Held(Spooled, ReceiverError),
}

/// A message that arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivered {
    /// Which one.
    pub message: Spooled,
    /// What the receiver said.
    pub judgement: Judgement,
}

/// Why a flow could not send or deliver. Never holds any part of a message.
#[derive(Debug, thiserror::Error)]
pub enum FlowError {
    /// The operating system refused.
    #[error("{doing} {}: {cause}", path.display())]
    Io {
        /// What was attempted, as in `cannot read`.
        doing: &'static str,
        /// On which file.
        path: PathBuf,
        /// What the system answered.
        cause: io::Error,
    },
    /// Another one sends and delivers.
    #[error("the flow in {} is in the hands of another process", .0.display())]
    Busy(PathBuf),
    /// The message could not be signed; nothing of it is left.
    #[error(transparent)]
    Signer(#[from] SignerError),
    /// The message could not be judged; it stays in the spool.
    #[error(transparent)]
    Receiver(#[from] ReceiverError),
    /// Whether the flow is deployed could not be read.
    #[error(transparent)]
    State(#[from] DeployerError),
    /// Somebody took a message out of the spool by hand. It is not asked for again.
    #[error("{} holds message {} no more", .0.display(), .1.sequence)]
    Vanished(PathBuf, Spooled),
}

/// The sending and delivering side of a flow. One value at a time holds a flow, in one process;
/// threads share it.
#[derive(Debug)]
pub struct LocalFlow {
    pub(super) config: FlowConfig,
    places: Places,
    spool: Spool,
    pub(super) signer: Mutex<Box<dyn Signer>>,
    /// The other alias whose key signs each message too.
    pub(super) beside: Option<Beside>,
    index: Mutex<Index>,
    _ownership: Ownership,
}

/// What the holder knows of the spool without looking.
#[derive(Debug)]
struct Index {
    sequence: Sequence,
    /// Signed, not yet sent.
    written: Vec<Spooled>,
    /// Sent, by due time.
    waiting: BTreeMap<(Timestamp, u64), Spooled>,
}

impl LocalFlow {
    /// Takes a flow over. Messages that a crash left uncommitted are removed; what is not a message
    /// stays where it is, see [`stray`](Self::stray).
    ///
    /// # Errors
    /// [`FlowError::Busy`] while another one holds it.
    pub fn open(config: FlowConfig, signer: Box<dyn Signer>) -> Result<Self, FlowError> {
        let places = Places::new(&config.folder);
        places.create().map_err(failed("cannot create", &config.folder))?;
        let still = Stillness::begin(&places).map_err(failed("cannot lock", places.stamping()))?;
        let ownership = still.ownership(&places, MOMENT).map_err(failed("cannot lock", places.owner()))?;
        let ownership = ownership.ok_or_else(|| FlowError::Busy(config.folder.clone()))?;
        let spool = Spool::open(places.spool()).map_err(failed("cannot open", places.spool()))?;
        let mut waiting = BTreeMap::new();
        for file in spool.scan().map_err(failed("cannot read", spool.path()))? {
            let cleared = match file {
                Found::Sent(message) => {
                    waiting.insert((message.due, message.sequence), message);
                    Ok(())
                }
                Found::Written(message) => spool.remove_written(&message),
                Found::Begun(name) | Found::Free(name) => spool.remove_left(&name),
                Found::Stray(_) => Ok(()),
            };
            cleared.map_err(failed("cannot clear", spool.path()))?;
        }
        let used = waiting.values().map(|message| message.sequence).max().unwrap_or(0);
        let sequence =
            Sequence::open(places.sequence(), used).map_err(failed("cannot read", places.sequence()))?;
        let index = Mutex::new(Index { sequence, written: Vec::new(), waiting });
        Ok(Self {
            config,
            places,
            spool,
            signer: Mutex::new(signer),
            beside: None,
            index,
            _ownership: ownership,
        })
    }

    /// Signs one message with the key that the alias names at this moment (or that the runtime keeps, where
    /// it may) and puts it under way, to
    /// arrive `delay` after `now` (never later than the transit allows). `receiver` is asked only by
    /// a flow that delivers immediately.
    ///
    /// # Errors
    /// When it was not signed; nothing is left of it then.
    pub fn send(
        &self,
        payload: &mut dyn Read,
        now: Timestamp,
        delay: Duration,
        receiver: &mut dyn Receiver,
    ) -> Result<Sent, FlowError> {
        let longest = match self.config.transit {
            Transit::Immediately => Duration::ZERO,
            Transit::Within(longest) => longest,
        };
        let delay = SignedDuration::try_from(delay.min(longest)).unwrap_or(SignedDuration::MAX);
        let Some(message) = self.stamp(payload, now, delay)? else { return Ok(Sent::NotDeployed) };
        match self.config.transit {
            Transit::Immediately => self.deliver_now(message, receiver),
            Transit::Within(_) => {
                self.index().written.push(message);
                Ok(Sent::Spooled(message))
            }
        }
    }

    /// Makes the messages signed so far durable, as one group: they are sent now. Returns how many.
    ///
    /// # Errors
    /// When they could not be made durable; they wait for the next commit then.
    pub fn commit(&self) -> Result<usize, FlowError> {
        let group = std::mem::take(&mut self.index().written);
        if group.is_empty() {
            return Ok(0);
        }
        let durable = self.make_durable(&group);
        let mut index = self.index();
        match durable {
            Ok(()) => {
                index.waiting.extend(group.iter().map(|message| ((message.due, message.sequence), *message)));
                Ok(group.len())
            }
            Err(cause) => {
                index.written.splice(0..0, group);
                Err(failed("cannot commit to", self.spool.path())(cause))
            }
        }
    }

    /// Hands the messages that are due to the receiver, in the order of their due times, and removes
    /// each after its judgement (its file may be used for a later message). `each` hears of every delivery. Returns how many there were.
    ///
    /// # Errors
    /// When one could not be judged or removed. It and those after it wait for the next time.
    pub fn deliver_due(
        &self,
        now: Timestamp,
        receiver: &mut dyn Receiver,
        each: &mut dyn FnMut(Delivered),
    ) -> Result<usize, FlowError> {
        let mut delivered = 0;
        while let Some(message) = self.claim(now) {
            match self.deliver(message, receiver, each) {
                Ok(()) => delivered += 1,
                Err(error @ FlowError::Vanished(..)) => return Err(error),
                Err(error) => {
                    self.index().waiting.insert((message.due, message.sequence), message);
                    return Err(error);
                }
            }
        }
        Ok(delivered)
    }

    /// When the next message is due.
    #[must_use]
    pub fn next_due(&self) -> Option<Timestamp> {
        self.index().waiting.first_key_value().map(|((due, _), _)| *due)
    }

    /// How many messages are sent and not delivered.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.index().waiting.len()
    }

    /// What lies in the spool and is no message. It is never touched.
    ///
    /// # Errors
    /// When the spool cannot be read.
    pub fn stray(&self) -> Result<Vec<PathBuf>, FlowError> {
        let files = self.spool.scan().map_err(failed("cannot read", self.spool.path()))?;
        let mut stray: Vec<PathBuf> = files
            .into_iter()
            .filter_map(|file| match file {
                Found::Stray(path) => Some(path),
                _ => None,
            })
            .collect();
        stray.sort();
        Ok(stray)
    }

    fn index(&self) -> MutexGuard<'_, Index> {
        self.index.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Signs a message into the spool, unless the flow is not deployed.
    fn stamp(
        &self,
        payload: &mut dyn Read,
        now: Timestamp,
        delay: SignedDuration,
    ) -> Result<Option<Spooled>, FlowError> {
        let lock = self.places.stamping();
        let _stamping = Stamping::begin(&self.places).map_err(failed("cannot lock", lock))?;
        let standing = state::read(&self.places.state())?;
        let Some(standing) = standing.filter(|standing| standing.state == FlowState::Deployed) else {
            return Ok(None);
        };
        let alias = aimed::read(&self.places.alias())?.unwrap_or_else(|| self.config.alias.clone());
        let time = SignedDuration::try_from(self.config.cache).unwrap_or(SignedDuration::MAX);
        let cache = KeyCache { now, since: standing.since, time };
        let sequence = self.index().sequence.take();
        let sequence = sequence.map_err(failed("cannot write", self.places.sequence()))?;
        let signed = self.sign((sequence, &alias), payload, &cache, delay);
        if signed.is_err() {
            // The first error is the one to tell; what could not be removed is never delivered.
            self.spool.abandon(sequence).unwrap_or_default();
        }
        signed.map(Some)
    }

    fn sign(
        &self,
        (sequence, alias): (u64, &Alias),
        payload: &mut dyn Read,
        cache: &KeyCache,
        delay: SignedDuration,
    ) -> Result<Spooled, FlowError> {
        let refused = |cause| failed("cannot write to", self.spool.path())(cause);
        let mut out = BufWriter::new(self.spool.begin(sequence).map_err(refused)?);
        let key = match &self.beside {
            Some(beside) => self.sign_twice((alias, beside), payload, &mut out)?,
            None => self.sign_once(alias, payload, cache, &mut out)?,
        };
        out.flush().map_err(refused)?;
        let message = Spooled::new(sequence, cache.now, delay, key);
        self.spool.written(&message).map_err(refused)?;
        Ok(message)
    }

    /// Content first, then names: a name in the spool never stands for less than a whole message.
    /// Renaming while somebody counts could hide a message from the count, so it is a stamping too.
    fn make_durable(&self, group: &[Spooled]) -> io::Result<()> {
        self.spool.sync(group)?;
        let _stamping = Stamping::begin(&self.places)?;
        group.iter().try_for_each(|message| self.spool.sent(message))?;
        self.spool.sync_names()
    }

    fn deliver_now(&self, message: Spooled, receiver: &mut dyn Receiver) -> Result<Sent, FlowError> {
        let refused = |cause| failed("cannot remove from", self.spool.path())(cause);
        let file = self.spool.open_written(&message).map_err(ReceiverError::Message);
        match file.and_then(|mut file| receiver.judge(&mut file)) {
            Ok(judgement) => {
                self.spool.remove_written(&message).map_err(refused)?;
                Ok(Sent::Delivered(Delivered { message, judgement }))
            }
            Err(error) => {
                self.index().written.push(message);
                self.commit()?;
                Ok(Sent::Held(message, error))
            }
        }
    }

    /// Takes the first message that is due.
    fn claim(&self, now: Timestamp) -> Option<Spooled> {
        let mut index = self.index();
        let first = index.waiting.first_entry()?;
        (first.key().0 <= now).then(|| first.remove())
    }

    fn deliver(
        &self,
        message: Spooled,
        receiver: &mut dyn Receiver,
        each: &mut dyn FnMut(Delivered),
    ) -> Result<(), FlowError> {
        let mut file = match self.spool.open_sent(&message) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(FlowError::Vanished(self.spool.path().to_owned(), message));
            }
            other => other.map_err(failed("cannot read from", self.spool.path()))?,
        };
        let judgement = receiver.judge(&mut file)?;
        each(Delivered { message, judgement });
        self.spool.remove_sent(&message).map_err(failed("cannot remove from", self.spool.path()))
    }
}

fn failed(doing: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> FlowError {
    let path = path.into();
    move |cause| FlowError::Io { doing, path, cause }
}
