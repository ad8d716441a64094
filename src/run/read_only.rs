//! Backends that only read: what is changed through them is remembered and goes nowhere. A dry run
//! is the same runner over these.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::{
    backend::{
        Outcome,
        bench::{Backends, Bound, Signing},
        clock::Clock,
        deployer::{Deployer, DeployerError, FlowState, InFlight, SignsWith},
        fact_keeper::{FactError, FactKeeper, Told},
        key_pair,
        keystore::{Entry, EntryKind, Exchange, KeySpec, Keystore, KeystoreError},
        memory::keystore::MemoryKeystore,
        receiver::{Judgement, Message, Receiver, ReceiverError},
    },
    name::Alias,
    world::{
        material::{Certificate, Fingerprint, KeyType},
        public_text::PublicText,
    },
};

/// Puts what only reads in front of every backend; what a person does by hand stays so.
#[must_use]
pub fn read_only(backends: Backends) -> Backends {
    fn over<T>(bound: Bound<T>, cover: impl FnOnce(T) -> T) -> Bound<T> {
        match bound {
            Bound::Manual => Bound::Manual,
            Bound::To(backend) => Bound::To(cover(backend)),
        }
    }
    let Backends { keystores, receivers, flows, facts, signers } = backends;
    // Nothing is signed either.
    let signers = signers.into_keys().map(|flow| (flow, Signing::Imagined)).collect();
    Backends {
        signers,
        keystores: keystores
            .into_rows()
            .map(|bound| over(bound, |real| Box::new(Store { real, changed: BTreeMap::new() })))
            .collect(),
        receivers: receivers
            .into_rows()
            .map(|bound| over(bound, |real| Box::new(Trust { real, accepted: None })))
            .collect(),
        flows: flows
            .into_rows()
            .map(|bound| over(bound, |real| Box::new(Flow { real, state: None, alias: None })))
            .collect(),
        facts: facts
            .into_rows()
            .map(|bound| over(bound, |real| Box::new(Kept { real, set: None })))
            .collect(),
    }
}

/// A keystore of which only the public halves are looked at.
#[derive(Debug)]
struct Store {
    real: Box<dyn Keystore>,
    /// By alias without case: what would lie there.
    changed: BTreeMap<String, Option<Entry>>,
}

impl Store {
    fn put(&mut self, alias: &Alias, entry: Option<&Entry>) {
        let entry = entry.map(|entry| Entry { alias: alias.clone(), kind: entry.kind.clone() });
        self.changed.insert(alias.folded(), entry);
    }
}

fn moved(alias: &Alias, expected: &Fingerprint, found: Option<&Entry>) -> KeystoreError {
    let found = found.and_then(Entry::certificate).map(|c| c.fingerprint().short());
    KeystoreError::Moved {
        alias: alias.clone(),
        expected: expected.short(),
        found: found.unwrap_or_else(|| "nothing".to_owned()),
    }
}

/// The public half of what would be made: of a pair of that kind, so that what follows is judged on
/// a real certificate, or a text in its place.
pub(super) fn imagined(alias: &Alias, spec: &KeySpec) -> Result<Certificate, KeystoreError> {
    if spec.key_type != KeyType::Opaque {
        return Ok(MemoryKeystore::new().create_key_pair(alias, spec)?.1);
    }
    let crypto = |cause: String| KeystoreError::Crypto { doing: "cannot imagine a credential", cause };
    // Two of them are never the same one, wherever they would lie.
    let mut number = [0; 16];
    openssl::rand::rand_bytes(&mut number).map_err(|error| crypto(error.to_string()))?;
    let text = format!("imagined {} {}", alias.folded(), openssl::base64::encode_block(&number));
    PublicText::new(&text).map(Certificate::of_text).map_err(|error| crypto(error.to_string()))
}

impl Keystore for Store {
    fn entry(&self, alias: &Alias) -> Result<Option<Entry>, KeystoreError> {
        match self.changed.get(&alias.folded()) {
            Some(entry) => Ok(entry.clone()),
            None => self.real.entry(alias),
        }
    }

    fn entries(&self) -> Result<Vec<Entry>, KeystoreError> {
        let real = self.real.entries()?;
        let kept = real.into_iter().filter(|entry| !self.changed.contains_key(&entry.alias.folded()));
        Ok(kept.chain(self.changed.values().flatten().cloned()).collect())
    }

    fn create_key_pair(
        &mut self,
        alias: &Alias,
        spec: &KeySpec,
    ) -> Result<(Outcome, Certificate), KeystoreError> {
        if self.entry(alias)?.is_some() {
            return Err(KeystoreError::Occupied(alias.clone()));
        }
        let certificate = imagined(alias, spec)?;
        let kind = EntryKind::KeyPair { chain: vec![certificate.clone()] };
        self.put(alias, Some(&Entry { alias: alias.clone(), kind }));
        Ok((Outcome::Changed, certificate))
    }

    fn install(&mut self, alias: &Alias, answer: &[Certificate]) -> Result<Outcome, KeystoreError> {
        let held = self.entry(alias)?;
        let key = held.as_ref().and_then(Entry::certificate).and_then(|own| own.public_key().ok());
        let key = key.ok_or_else(|| KeystoreError::NoKeyPair(alias.clone()))?;
        let own = key_pair::own(&key, answer)
            .map_err(|cause| KeystoreError::NotTheAnswer { alias: alias.clone(), cause })?;
        let kind = EntryKind::KeyPair { chain: key_pair::chain::ordered(own, answer) };
        if held.is_some_and(|held| held.kind == kind) {
            return Ok(Outcome::AlreadySo);
        }
        self.put(alias, Some(&Entry { alias: alias.clone(), kind }));
        Ok(Outcome::Changed)
    }

    fn exchange(&mut self, exchange: &Exchange<'_>) -> Result<Outcome, KeystoreError> {
        let Exchange { alias, expected, staged, wanted, backup } = *exchange;
        let named =
            |entry: &Option<Entry>| entry.as_ref().and_then(Entry::certificate).map(Certificate::fingerprint);
        let (held, waiting) = (self.entry(alias)?, self.entry(staged)?);
        if named(&held) == Some(*wanted) && waiting.is_none() {
            return Ok(Outcome::AlreadySo);
        }
        if named(&held) != Some(*expected) {
            return Err(moved(alias, expected, held.as_ref()));
        }
        if named(&waiting) != Some(*wanted) {
            return Err(moved(staged, wanted, waiting.as_ref()));
        }
        if let Some(backup) = backup {
            if self.entry(backup)?.is_some() {
                return Err(KeystoreError::Occupied(backup.clone()));
            }
            self.put(backup, held.as_ref());
        }
        self.put(alias, waiting.as_ref());
        self.put(staged, None);
        Ok(Outcome::Changed)
    }

    fn remove(&mut self, alias: &Alias, meant: &Fingerprint) -> Result<Outcome, KeystoreError> {
        let held = self.entry(alias)?;
        match held.as_ref().and_then(Entry::certificate).map(Certificate::fingerprint) {
            None if held.is_none() => Ok(Outcome::AlreadySo),
            Some(found) if found == *meant => {
                self.put(alias, None);
                Ok(Outcome::Changed)
            }
            _ => Err(moved(alias, meant, held.as_ref())),
        }
    }
}

/// A receiver whose trusted set stays as it is.
#[derive(Debug)]
struct Trust {
    real: Box<dyn Receiver>,
    accepted: Option<Vec<Certificate>>,
}

impl Receiver for Trust {
    fn accepted(&self) -> Result<Vec<Certificate>, ReceiverError> {
        self.accepted.clone().map_or_else(|| self.real.accepted(), Ok)
    }

    fn change(&mut self, add: &[Certificate], remove: &[Fingerprint]) -> Result<Outcome, ReceiverError> {
        let before = self.accepted()?;
        let mut after = before.clone();
        after.retain(|held| !remove.contains(&held.fingerprint()));
        let fresh = add.iter().filter(|certificate| !before.contains(certificate)).cloned();
        after.extend(fresh.collect::<Vec<_>>());
        let capacity = self.capacity();
        if after.len() > capacity && after.len() > before.len() {
            return Err(ReceiverError::Full { capacity, wanted: after.len() });
        }
        let outcome = if after == before { Outcome::AlreadySo } else { Outcome::Changed };
        self.accepted = Some(after);
        Ok(outcome)
    }

    /// Nothing is sent in a dry run, so nothing is judged.
    fn judge(&mut self, _message: &mut dyn Message) -> Result<Judgement, ReceiverError> {
        Ok(Judgement::Rejected("a dry run judges no messages".to_owned()))
    }

    fn capacity(&self) -> usize {
        self.real.capacity()
    }
}

/// A flow that goes on as it is.
#[derive(Debug)]
struct Flow {
    real: Box<dyn Deployer>,
    state: Option<FlowState>,
    alias: Option<Alias>,
}

impl Deployer for Flow {
    fn state(&self) -> Result<FlowState, DeployerError> {
        self.state.map_or_else(|| self.real.state(), Ok)
    }

    fn bring_to(&mut self, state: FlowState, _now: Timestamp) -> Result<Outcome, DeployerError> {
        let outcome = if self.state()? == state { Outcome::AlreadySo } else { Outcome::Changed };
        self.state = Some(state);
        Ok(outcome)
    }

    fn signs_with(&self) -> Result<SignsWith, DeployerError> {
        self.alias.clone().map_or_else(|| self.real.signs_with(), |alias| Ok(SignsWith::Alias(alias)))
    }

    fn repointed(&self) -> Result<Option<Alias>, DeployerError> {
        self.alias.clone().map_or_else(|| self.real.repointed(), |alias| Ok(Some(alias)))
    }

    fn repoint(&mut self, alias: &Alias, _now: Timestamp) -> Result<Outcome, DeployerError> {
        let is_so = matches!(self.signs_with()?, SignsWith::Alias(before) if before.same_entry(alias));
        self.alias = Some(alias.clone());
        Ok(if is_so { Outcome::AlreadySo } else { Outcome::Changed })
    }

    /// What is under way now will have arrived by then: time decides.
    fn in_flight(&self, _key: &Fingerprint) -> Result<InFlight, DeployerError> {
        Ok(InFlight::Unknown)
    }
}

/// A fact that stays as it is.
#[derive(Debug)]
struct Kept {
    real: Box<dyn FactKeeper>,
    set: Option<bool>,
}

impl FactKeeper for Kept {
    fn is_set(&self) -> Result<Told, FactError> {
        self.set.map_or_else(|| self.real.is_set(), |set| Ok(Told::Is(set)))
    }

    fn bring_to(&mut self, set: bool) -> Result<Outcome, FactError> {
        let outcome = if self.is_set()? == Told::Is(set) { Outcome::AlreadySo } else { Outcome::Changed };
        self.set = Some(set);
        Ok(outcome)
    }
}

/// A clock on which whoever waits finds that the time has come.
#[derive(Debug)]
pub struct Leaping(Mutex<Timestamp>);

impl Leaping {
    /// A clock that shows this time until somebody sleeps.
    #[must_use]
    pub const fn from(now: Timestamp) -> Self {
        Self(Mutex::new(now))
    }
}

impl Clock for Leaping {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn sleep(&self, duration: Duration) {
        let mut now = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let leap = SignedDuration::try_from(duration).unwrap_or(SignedDuration::MAX);
        *now = now.saturating_add(leap).unwrap_or(Timestamp::MAX);
    }

    fn pace(&self) -> f64 {
        // A beat on this clock is an hour: a wait of days takes no time.
        36_000.0
    }
}
