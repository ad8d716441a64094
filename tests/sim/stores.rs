//! The backends, the clock and the network, over the world.

use std::{io, path::PathBuf, time::Duration};

use jiff::{SignedDuration, Timestamp};
use keyroll::{
    backend::{
        Outcome,
        clock::Clock,
        deployer::{Deployer, DeployerError, FlowState, InFlight},
        keystore::{Entry, EntryKind, Exchange, KeySpec, Keystore, KeystoreError},
        notifier::{Notice, Notifier, NotifierError},
        receiver::{Judgement, Message, Receiver, ReceiverError},
    },
    name::Alias,
    world::material::{Certificate, Fingerprint},
};

use crate::{pair::self_signed, world::Shared};

fn out_of_order() -> io::Error {
    io::Error::other("out of order")
}

/// The keystore.
#[derive(Debug)]
pub(crate) struct Vault(pub(crate) Shared);

impl Vault {
    fn fault() -> KeystoreError {
        KeystoreError::Io { doing: "cannot use", path: PathBuf::from("vault"), cause: out_of_order() }
    }

    /// Does something to the pairs, all or nothing; what goes wrong goes wrong before it or behind it.
    fn act<T>(
        &self,
        act: impl FnOnce(&mut crate::world::World) -> Result<T, KeystoreError>,
    ) -> Result<T, KeystoreError> {
        let mut world = self.0.look();
        world.point();
        if world.fails() {
            return Err(Self::fault());
        }
        let done = act(&mut world)?;
        world.point();
        if world.fails() { Err(Self::fault()) } else { Ok(done) }
    }
}

fn names(held: Option<&Certificate>, meant: &Fingerprint) -> bool {
    held.is_some_and(|held| held.fingerprint() == *meant)
}

fn moved(alias: &Alias, expected: &Fingerprint, found: Option<&Certificate>) -> KeystoreError {
    let found = found.map_or_else(|| "nothing".to_owned(), |found| found.fingerprint().short());
    KeystoreError::Moved { alias: alias.clone(), expected: expected.short(), found }
}

impl Keystore for Vault {
    fn entry(&self, alias: &Alias) -> Result<Option<Entry>, KeystoreError> {
        Ok(self.entries()?.into_iter().find(|entry| entry.alias == *alias))
    }

    fn entries(&self) -> Result<Vec<Entry>, KeystoreError> {
        let mut world = self.0.look();
        world.point();
        if world.fails() {
            return Err(Self::fault());
        }
        let pair = |held: &Certificate| EntryKind::KeyPair { chain: vec![held.clone()] };
        Ok(world.store.iter().map(|(alias, held)| Entry { alias: alias.clone(), kind: pair(held) }).collect())
    }

    fn create_key_pair(
        &mut self,
        alias: &Alias,
        spec: &KeySpec,
    ) -> Result<(Outcome, Certificate), KeystoreError> {
        self.act(|world| {
            if let Some(there) = world.store.get(alias) {
                return Ok((Outcome::AlreadySo, there.clone()));
            }
            let fresh = self_signed(&spec.subject, spec.not_before, spec.days);
            world.store.insert(alias.clone(), fresh.clone());
            world.made += 1;
            Ok((Outcome::Changed, fresh))
        })
    }

    fn exchange(&mut self, exchange: &Exchange<'_>) -> Result<Outcome, KeystoreError> {
        self.act(|world| {
            let Exchange { alias, expected, staged, wanted, backup } = exchange;
            if names(world.store.get(*alias), wanted) {
                return Ok(Outcome::AlreadySo);
            }
            if !names(world.store.get(*alias), expected) {
                return Err(moved(alias, expected, world.store.get(*alias)));
            }
            if !names(world.store.get(*staged), wanted) {
                return Err(moved(staged, wanted, world.store.get(*staged)));
            }
            let fresh = world.store.remove(*staged).unwrap();
            let kept = world.store.insert((*alias).clone(), fresh).unwrap();
            backup.map(|backup| world.store.insert(backup.clone(), kept));
            Ok(Outcome::Changed)
        })
    }

    fn remove(&mut self, alias: &Alias, meant: &Fingerprint) -> Result<Outcome, KeystoreError> {
        self.act(|world| match world.store.get(alias) {
            None => Ok(Outcome::AlreadySo),
            held if names(held, meant) => {
                world.store.remove(alias);
                Ok(Outcome::Changed)
            }
            held => Err(moved(alias, meant, held)),
        })
    }
}

/// The receiver.
#[derive(Debug)]
pub(crate) struct Partner(pub(crate) Shared);

impl Partner {
    fn fault() -> ReceiverError {
        ReceiverError::Io { doing: "cannot use", path: PathBuf::from("partner"), cause: out_of_order() }
    }
}

impl Receiver for Partner {
    fn accepted(&self) -> Result<Vec<Certificate>, ReceiverError> {
        let mut world = self.0.look();
        world.point();
        if world.fails() { Err(Self::fault()) } else { Ok(world.trusted.clone()) }
    }

    fn change(&mut self, add: &[Certificate], remove: &[Fingerprint]) -> Result<Outcome, ReceiverError> {
        let mut world = self.0.look();
        world.point();
        if world.fails() {
            return Err(Self::fault());
        }
        let mut after: Vec<Certificate> =
            world.trusted.iter().filter(|held| !remove.contains(&held.fingerprint())).cloned().collect();
        for fresh in add {
            if !after.contains(fresh) {
                after.push(fresh.clone());
            }
        }
        if after.len() > world.capacity {
            return Err(ReceiverError::Full { capacity: world.capacity, wanted: after.len() });
        }
        let outcome = if after == world.trusted { Outcome::AlreadySo } else { Outcome::Changed };
        world.trusted = after;
        world.point();
        if world.fails() { Err(Self::fault()) } else { Ok(outcome) }
    }

    fn judge(&mut self, _message: &mut dyn Message) -> Result<Judgement, ReceiverError> {
        Err(ReceiverError::NoHand("judge"))
    }

    fn capacity(&self) -> usize {
        self.0.look().capacity
    }
}

/// The flow.
#[derive(Debug)]
pub(crate) struct Line(pub(crate) Shared);

impl Line {
    fn fault() -> DeployerError {
        DeployerError::Io { doing: "cannot use", path: PathBuf::from("flow"), cause: out_of_order() }
    }
}

impl Deployer for Line {
    fn state(&self) -> Result<FlowState, DeployerError> {
        let mut world = self.0.look();
        world.point();
        if world.fails() {
            return Err(Self::fault());
        }
        Ok(if world.deployed { FlowState::Deployed } else { FlowState::Undeployed })
    }

    fn bring_to(&mut self, state: FlowState, _now: Timestamp) -> Result<Outcome, DeployerError> {
        let mut world = self.0.look();
        world.point();
        if world.fails() {
            return Err(Self::fault());
        }
        let deployed = state == FlowState::Deployed;
        let changed = std::mem::replace(&mut world.deployed, deployed) != deployed;
        world.point();
        let outcome = if changed { Outcome::Changed } else { Outcome::AlreadySo };
        if world.fails() { Err(Self::fault()) } else { Ok(outcome) }
    }

    fn in_flight(&self, key: &Fingerprint) -> Result<InFlight, DeployerError> {
        let mut world = self.0.look();
        world.point();
        if world.fails() {
            return Err(Self::fault());
        }
        let count = world.under_way.iter().filter(|(_, signed)| signed == key).count();
        Ok(if world.is_seen { InFlight::Seen(u64::try_from(count).unwrap()) } else { InFlight::Unknown })
    }
}

/// The clock that the program goes by.
#[derive(Debug)]
pub(crate) struct Shown(pub(crate) Shared);

impl Clock for Shown {
    fn now(&self) -> Timestamp {
        self.0.look().shown()
    }

    fn sleep(&self, duration: Duration) {
        let time = SignedDuration::try_from(duration).unwrap_or(SignedDuration::MAX);
        let mut world = self.0.look();
        world.point();
        world.pass(time);
    }

    fn pace(&self) -> f64 {
        3600.0
    }
}

/// Whoever tells people: over a network that is not always there.
#[derive(Debug)]
pub(crate) struct Network(pub(crate) Shared);

impl Notifier for Network {
    fn send(&mut self, _notice: &Notice) -> Result<(), NotifierError> {
        let mut world = self.0.look();
        world.point();
        if world.dice.chance(30) { Err(NotifierError("nobody answers".to_owned())) } else { Ok(()) }
    }
}
