//! The world of one renewal: a keystore, a receiver, a flow with its messages, and what goes wrong with them.
//!
//! Everything in it outlives the program: when that is cut off, the world stands as it is.

use std::{
    collections::BTreeMap,
    panic::resume_unwind,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use jiff::{SignedDuration, Timestamp};
use keyroll::{
    name::Alias,
    world::{
        effect::Effect,
        material::{Certificate, Fingerprint},
    },
};

use crate::dice::Dice;

/// What the program dies of when it is cut off.
#[derive(Debug)]
pub(crate) struct Cut;

/// What the world is made of.
#[derive(Debug)]
pub(crate) struct World {
    /// The time as it is.
    pub(crate) now: Timestamp,
    /// By how much the program's clock is wrong.
    pub(crate) skew: SignedDuration,
    pub(crate) dice: Dice,
    /// At how many more points the program goes on before it is cut off.
    pub(crate) fuse: Option<u64>,
    /// How often in a hundred a backend fails, before it did something or behind it.
    pub(crate) faults: u64,
    /// How many of them there were.
    pub(crate) failed: u64,
    /// Key pairs by their aliases.
    pub(crate) store: BTreeMap<Alias, Certificate>,
    /// What the flow signs with.
    pub(crate) alias: Alias,
    /// How many pairs were made.
    pub(crate) made: usize,
    pub(crate) trusted: Vec<Certificate>,
    pub(crate) capacity: usize,
    pub(crate) deployed: bool,
    /// How long the flow stood still in all.
    pub(crate) still: SignedDuration,
    /// How long a message is under way at most.
    pub(crate) transit: SignedDuration,
    /// Whether the flow can tell what is under way.
    pub(crate) is_seen: bool,
    /// What is under way: when it arrives, and with what it is signed.
    pub(crate) under_way: Vec<(Timestamp, Fingerprint)>,
    pub(crate) arrived: u64,
    /// Whether the receiver can be looked at.
    pub(crate) is_observed: bool,
    /// Whether the partner says now and then that it has done what it has not.
    pub(crate) liar: bool,
    /// What it has said so.
    pub(crate) owed: Vec<Vec<Effect>>,
    /// What it took away in silence.
    pub(crate) withdrawn: Option<Certificate>,
    /// How many messages were rejected because of what it said, and whether it has not been told yet.
    pub(crate) blamed: u64,
    pub(crate) is_found_out: bool,
    /// A certificate that nobody has to do with.
    pub(crate) stranger: String,
    /// What must never be.
    pub(crate) wrong: Vec<String>,
}

/// How often a message is sent.
const OFTEN: SignedDuration = SignedDuration::from_mins(17);

impl World {
    /// Lets time pass: messages are sent and arrive.
    pub(crate) fn pass(&mut self, time: SignedDuration) {
        let end = self.now.saturating_add(time).unwrap_or(Timestamp::MAX);
        while self.now < end {
            let next = self.now.saturating_add(OFTEN).unwrap_or(Timestamp::MAX).min(end);
            if self.deployed {
                self.send();
            } else {
                self.still += next.duration_since(self.now);
            }
            self.arrive(next);
            self.now = next;
        }
    }

    fn send(&mut self) {
        let Some(signed) = self.store.get(&self.alias).map(Certificate::fingerprint) else {
            return self.wrong.push(format!("{}: `{}` names nothing to sign with", self.now, self.alias));
        };
        let most = u64::try_from(self.transit.as_secs()).unwrap();
        let way = SignedDuration::from_secs(i64::try_from(self.dice.below(most + 1)).unwrap());
        // Some come twice.
        for _ in 0..1 + u64::from(self.dice.chance(3)) {
            self.under_way.push((self.now.saturating_add(way).unwrap_or(Timestamp::MAX), signed));
        }
    }

    fn arrive(&mut self, until: Timestamp) {
        let (mut come, rest): (Vec<_>, Vec<_>) = self.under_way.drain(..).partition(|(at, _)| *at <= until);
        self.under_way = rest;
        come.sort_by_key(|(at, _)| *at);
        for (at, signed) in come {
            self.arrived += 1;
            if self.trusted.iter().any(|held| held.fingerprint() == signed) {
                continue;
            }
            if !self.is_observed && !self.owed.is_empty() {
                (self.blamed, self.is_found_out) = (self.blamed + 1, true);
            } else {
                self.wrong.push(format!("{at}: a message signed by {} is rejected", signed.short()));
            }
        }
    }

    /// Whether something is not as it was said.
    pub(crate) fn is_false(&self) -> bool {
        !self.owed.is_empty() || self.withdrawn.is_some()
    }

    /// What the program's clock shows.
    pub(crate) fn shown(&self) -> Timestamp {
        self.now.saturating_add(self.skew).unwrap_or(Timestamp::MAX)
    }

    /// Here the program may be cut off.
    pub(crate) fn point(&mut self) {
        match &mut self.fuse {
            Some(0) => {
                self.fuse = None;
                resume_unwind(Box::new(Cut));
            }
            Some(left) => *left -= 1,
            None => {}
        }
    }

    /// Whether a backend fails here.
    pub(crate) fn fails(&mut self) -> bool {
        let fails = self.dice.chance(self.faults);
        self.failed += u64::from(fails);
        fails
    }
}

/// The world, as all see it.
#[derive(Clone, Debug)]
pub(crate) struct Shared(Arc<Mutex<World>>);

impl Shared {
    pub(crate) fn of(world: World) -> Self {
        Self(Arc::new(Mutex::new(world)))
    }

    /// The world; that the program was cut off at something changes nothing of it.
    pub(crate) fn look(&self) -> MutexGuard<'_, World> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
