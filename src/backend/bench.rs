//! Where actions work: the backends of one site, and the certificates that the run knows.

use std::{collections::BTreeMap, io::Cursor};

use jiff::Timestamp;

use crate::world::{
    id::{AcceptorId, ChannelId, KeyId, OwnFactId, PlaceId, StoreId, Table},
    key_kind::KeyKind,
    landscape::{Fact, Landscape, Place},
    material::{Certificate, Fingerprint},
    weakness::Weakness,
};

use super::{
    Outcome,
    deployer::{Deployer, FlowState},
    fact_keeper::FactKeeper,
    keystore::{Exchange, Keystore, KeystoreError},
    receiver::{Judgement, Receiver},
    signer::Signer,
};

pub use super::{act_error::ActError, pinned::Material};

/// What stands behind a name of the plan.
#[derive(Debug)]
pub enum Bound<T> {
    /// A person: the role that owns it does its steps by hand.
    Manual,
    /// A backend.
    To(T),
}

impl<T> Bound<T> {
    /// The backend, unless a person stands there.
    pub const fn backend(&self) -> Option<&T> {
        match self {
            Self::Manual => None,
            Self::To(backend) => Some(backend),
        }
    }
}

/// The backends of one site.
#[derive(Debug, Default)]
pub struct Backends {
    /// Keystores.
    pub keystores: Table<StoreId, Bound<Box<dyn Keystore>>>,
    /// Receivers.
    pub receivers: Table<AcceptorId, Bound<Box<dyn Receiver>>>,
    /// Flows.
    pub flows: Table<ChannelId, Bound<Box<dyn Deployer>>>,
    /// Facts of the plan's own.
    pub facts: Table<OwnFactId, Bound<Box<dyn FactKeeper>>>,
    /// What signs a marked message of a flow, where that is done here.
    pub signers: BTreeMap<ChannelId, Signing>,
}

/// How the messages of a flow are signed.
#[derive(Debug)]
pub enum Signing {
    /// By this.
    With(Box<dyn Signer>),
    /// By the flow itself, which also hears what the receiver says.
    ByTheFlow,
    /// Not at all: nothing is sent, and what would come of it is told by what lies where.
    Imagined,
}

impl Backends {
    /// Whether the thing that this fact is about stands in a backend that can be read and changed.
    #[must_use]
    pub fn reaches(&self, landscape: &Landscape, fact: Fact) -> bool {
        match fact {
            Fact::Place(place) => match landscape.places[place].of {
                Some(flow) => self.flows[flow].backend().is_some(),
                None => self.keystores[landscape.places[place].store].backend().is_some(),
            },
            Fact::Accepts(acceptor, _) | Fact::AcceptsOther(acceptor) => {
                self.receivers[acceptor].backend().is_some()
            }
            Fact::Running(channel) => self.flows[channel].backend().is_some(),
            Fact::Window(_) => false,
            Fact::Own(own) => self.facts[own].backend().is_some(),
        }
    }
}

/// Where one act works.
#[derive(Debug)]
pub struct Workbench<'a> {
    /// The names of the plan.
    pub landscape: &'a Landscape,
    /// The backends of the site.
    pub backends: &'a mut Backends,
    /// The certificates that the run knows.
    pub material: &'a mut Material,
    /// The time now.
    pub now: Timestamp,
}

impl Workbench<'_> {
    fn keystore(&mut self, store: StoreId) -> Result<&mut Box<dyn Keystore>, ActError> {
        match &mut self.backends.keystores[store] {
            Bound::To(keystore) => Ok(keystore),
            Bound::Manual => Err(ActError::Manual(self.landscape.stores[store].name.clone())),
        }
    }

    /// The certificate of what lies at a place.
    fn held(&mut self, place: &Place) -> Result<Option<Fingerprint>, ActError> {
        let entry = self.keystore(place.store)?.entry(&place.alias)?;
        Ok(entry.as_ref().and_then(|entry| entry.certificate()).map(Certificate::fingerprint))
    }

    fn certificate(&self, key: KeyId) -> Result<Certificate, ActError> {
        self.material
            .certificate(key)
            .cloned()
            .ok_or_else(|| ActError::UnknownKey(self.landscape.keys[key].clone()))
    }

    /// Generates the pair of `key` under the alias of `place` and pins its certificate.
    ///
    /// # Errors
    /// When the keystore refuses or nothing says what to generate.
    pub fn create(&mut self, place: PlaceId, key: KeyId) -> Result<Outcome, ActError> {
        let spec = self
            .material
            .spec(key)
            .cloned()
            .ok_or_else(|| ActError::Unspecified(self.landscape.keys[key].clone()))?;
        self.admits(key, Weakness::of_kind(KeyKind::Handled(spec.key_type)))?;
        let place = self.landscape.places[place].clone();
        let found = self.held(&place)?;
        let pinned = self.material.certificate(key).map(Certificate::fingerprint);
        match (pinned, found) {
            // What lies there may be made to the same specification and still be another key.
            (_, Some(found)) if self.material.key_of(found).is_some_and(|other| other != key) => {
                Err(KeystoreError::Occupied(place.alias).into())
            }
            // One key is one pair: a second one would be trusted by nobody.
            (Some(pinned), found) if found != Some(pinned) => Err(KeystoreError::Moved {
                alias: place.alias,
                expected: pinned.short(),
                found: found.map_or_else(|| "nothing".to_owned(), |f| f.short()),
            }
            .into()),
            _ => {
                let (outcome, certificate) =
                    self.keystore(place.store)?.create_key_pair(&place.alias, &spec)?;
                self.admits_made(key, &certificate, &place)?;
                self.material.pin(key, certificate);
                Ok(outcome)
            }
        }
    }

    /// Puts the certificate of `key`, which another role made, under the alias of `place`.
    ///
    /// # Errors
    /// When the keystore refuses, or has no hand for it.
    pub fn import(&mut self, place: PlaceId, key: KeyId) -> Result<Outcome, ActError> {
        let certificate = self.certificate(key)?;
        let (wanted, place) = (certificate.fingerprint(), self.landscape.places[place].clone());
        if self.held(&place)? == Some(wanted) {
            return Ok(Outcome::AlreadySo);
        }
        // A key lies in one place; where it is in use by now, it is not put here again.
        for other in self.landscape.places.rows() {
            let reached = self.backends.keystores[other.store].backend().is_some();
            if reached && self.held(other)? == Some(wanted) {
                return Err(KeystoreError::Occupied(other.alias.clone()).into());
            }
        }
        Ok(self.keystore(place.store)?.put_certificate(&place.alias, &certificate)?)
    }

    /// Puts what was issued for `key` in place of the certificate with which its pair was made, under the
    /// alias of `place`.
    ///
    /// # Errors
    /// When nothing was issued, another pair lies there, or the keystore refuses what was issued.
    pub fn install(&mut self, place: PlaceId, key: KeyId) -> Result<Outcome, ActError> {
        let name = || self.landscape.keys[key].clone();
        let answer = self.material.answer(key).map(<[Certificate]>::to_vec);
        let answer = answer.ok_or_else(|| ActError::Unanswered(name()))?;
        let expected = self.certificate(key)?.fingerprint();
        let place = self.landscape.places[place].clone();
        let found = self.held(&place)?;
        if found.and_then(|found| self.material.key_of(found)) != Some(key) {
            return Err(KeystoreError::Moved {
                alias: place.alias,
                expected: expected.short(),
                found: found.map_or_else(|| "nothing".to_owned(), |found| found.short()),
            }
            .into());
        }
        Ok(self.keystore(place.store)?.install(&place.alias, &answer)?)
    }

    /// Makes the credential `key` at a receiver, which accepts it from then on, and pins its certificate.
    ///
    /// # Errors
    /// When the receiver refuses, or nothing says what to generate.
    pub fn generate(&mut self, receiver: AcceptorId, key: KeyId) -> Result<Outcome, ActError> {
        if self.material.certificate(key).is_some() {
            return self.change_accepted(receiver, Some(key), None);
        }
        let spec = self.material.spec(key).cloned();
        let spec = spec.ok_or_else(|| ActError::Unspecified(self.landscape.keys[key].clone()))?;
        self.admits(key, Weakness::of_kind(KeyKind::Handled(spec.key_type)))?;
        let material = &*self.material;
        match &mut self.backends.receivers[receiver] {
            Bound::To(receiver) => {
                let certificate = receiver.generate(&spec, &|found| material.key_of(found).is_some())?;
                self.admits(key, Weakness::of(&certificate).first().copied())?;
                self.material.pin(key, certificate);
                Ok(Outcome::Changed)
            }
            Bound::Manual => Err(ActError::Manual(self.landscape.acceptors[receiver].name.clone())),
        }
    }

    /// Makes `place` name the pair of `key`, which waits at `staged`; the old pair goes to `backup`.
    ///
    /// # Errors
    /// When the keystore refuses, or holds something else than this run put there.
    pub fn exchange(
        &mut self,
        place: PlaceId,
        staged: PlaceId,
        key: KeyId,
        backup: PlaceId,
    ) -> Result<Outcome, ActError> {
        let wanted = self.certificate(key)?.fingerprint();
        let places = &self.landscape.places;
        let (kept, staged, backup) = (places[place].clone(), places[staged].clone(), places[backup].clone());
        let landscape = self.landscape;
        let expected = {
            match self.held(&kept)? {
                Some(found) if found == wanted || self.material.key_of(found).is_some() => found,
                found => {
                    return Err(KeystoreError::Moved {
                        alias: kept.alias,
                        expected: format!("a key of this plan or `{}`", landscape.keys[key]),
                        found: found.map_or_else(|| "nothing".to_owned(), |f| f.short()),
                    }
                    .into());
                }
            }
        };
        let exchange = Exchange {
            alias: &kept.alias,
            expected: &expected,
            staged: &staged.alias,
            wanted: &wanted,
            backup: Some(&backup.alias),
        };
        Ok(self.keystore(kept.store)?.exchange(&exchange)?)
    }

    /// Removes the pair of `key` from `place`.
    ///
    /// # Errors
    /// When the keystore refuses, or holds something else there.
    pub fn remove(&mut self, place: PlaceId, key: KeyId) -> Result<Outcome, ActError> {
        let meant = self.certificate(key)?.fingerprint();
        let place = self.landscape.places[place].clone();
        Ok(self.keystore(place.store)?.remove(&place.alias, &meant)?)
    }

    /// Lets a receiver accept `add` and no longer accept `remove`, in one act.
    ///
    /// # Errors
    /// When the receiver refuses.
    pub fn change_accepted(
        &mut self,
        receiver: AcceptorId,
        add: Option<KeyId>,
        remove: Option<KeyId>,
    ) -> Result<Outcome, ActError> {
        let add: Vec<_> = add.map(|key| self.certificate(key)).transpose()?.into_iter().collect();
        let remove: Vec<_> =
            remove.map(|key| self.certificate(key)).transpose()?.iter().map(|c| c.fingerprint()).collect();
        match &mut self.backends.receivers[receiver] {
            Bound::To(receiver) => Ok(receiver.change(&add, &remove)?),
            Bound::Manual => Err(ActError::Manual(self.landscape.acceptors[receiver].name.clone())),
        }
    }

    /// Signs one marked message of a flow with a key that lies in the keystore which the flow signs with,
    /// and has the receiver verify it. It goes past the flow: nothing is put under way, and what the
    /// receiver says is counted nowhere.
    ///
    /// # Errors
    /// When the key lies nowhere there, cannot sign, or the receiver does not verify what it signed.
    pub fn test(&mut self, flow: ChannelId, key: KeyId) -> Result<Outcome, ActError> {
        let wanted = self.certificate(key)?.fingerprint();
        let land = self.landscape;
        let (channel, name) = (&land.channels[flow], land.keys[key].clone());
        let store = land.places[channel.stamps].store;
        let mut alias = None;
        for place in land.places.rows().filter(|place| land.stamps_from(flow, place.store)) {
            if alias.is_none() && self.held(place)? == Some(wanted) {
                alias = Some(&place.alias);
            }
        }
        let Some(alias) = alias else {
            return Err(ActError::Absent { key: name, store: land.stores[store].name.clone() });
        };
        let receiver = land.acceptors[channel.acceptor].name.clone();
        let Bound::To(judge) = &mut self.backends.receivers[channel.acceptor] else {
            return Err(ActError::Manual(receiver));
        };
        let rejected =
            |why: String| ActError::Rejected { receiver: receiver.clone(), key: name.clone(), why };
        if !judge.accepted()?.iter().any(|held| held.fingerprint() == wanted) {
            return Err(rejected("it does not accept its certificate".to_owned()));
        }
        let judgement = match (self.backends.signers.get_mut(&flow), &mut self.backends.flows[flow]) {
            (Some(Signing::With(signer)), _) => {
                let (text, mut signed) = (marked(&channel.name, self.now), Vec::new());
                signer.sign(alias, &mut text.as_bytes(), &mut signed)?;
                judge.judge(&mut Cursor::new(signed))?
            }
            (Some(Signing::ByTheFlow), Bound::To(flow)) => flow.test(alias, &wanted)?,
            (Some(Signing::Imagined), _) => return Ok(Outcome::Changed),
            (Some(Signing::ByTheFlow) | None, _) => return Err(ActError::Manual(channel.name.clone())),
        };
        match judgement {
            Judgement::Accepted(found) if found == wanted => Ok(Outcome::Changed),
            Judgement::Accepted(found) => Err(rejected(format!("it verifies with {}", found.short()))),
            Judgement::Rejected(why) => Err(rejected(why)),
        }
    }

    /// Starts or stops a flow.
    ///
    /// # Errors
    /// When the flow refuses.
    pub fn bring_to(&mut self, flow: ChannelId, state: FlowState) -> Result<Outcome, ActError> {
        let now = self.now;
        match &mut self.backends.flows[flow] {
            Bound::To(flow) => Ok(flow.bring_to(state, now)?),
            Bound::Manual => Err(ActError::Manual(self.landscape.channels[flow].name.clone())),
        }
    }

    /// Lets a flow sign with the pair of `key`, which lies under the alias of `place`.
    ///
    /// # Errors
    /// When something else lies there, or the flow refuses.
    pub fn repoint(&mut self, flow: ChannelId, place: PlaceId, key: KeyId) -> Result<Outcome, ActError> {
        let place = self.landscape.places[place].clone();
        // A keystore that a person looks after is not looked at here.
        if self.backends.keystores[place.store].backend().is_some() {
            let (wanted, found) = (self.certificate(key)?.fingerprint(), self.held(&place)?);
            if found != Some(wanted) {
                return Err(KeystoreError::Moved {
                    alias: place.alias,
                    expected: wanted.short(),
                    found: found.map_or_else(|| "nothing".to_owned(), |found| found.short()),
                }
                .into());
            }
        }
        let now = self.now;
        match &mut self.backends.flows[flow] {
            Bound::To(flow) => Ok(flow.repoint(&place.alias, now)?),
            Bound::Manual => Err(ActError::Manual(self.landscape.channels[flow].name.clone())),
        }
    }

    /// Makes a fact of the plan's own so, or ends that it is so.
    ///
    /// # Errors
    /// When whoever keeps it refuses.
    pub fn bring_fact_to(&mut self, fact: OwnFactId, set: bool) -> Result<Outcome, ActError> {
        match &mut self.backends.facts[fact] {
            Bound::To(keeper) => Ok(keeper.bring_to(set)?),
            Bound::Manual => Err(ActError::Manual(self.landscape.own_facts[fact].name.clone())),
        }
    }
}

/// A message that says of itself that it is none to be processed.
fn marked(flow: &str, now: Timestamp) -> String {
    format!(
        "<canary xmlns=\"urn:keyroll:canary\" flow=\"{flow}\" at=\"{now}\">A test of a key: not to be processed</canary>"
    )
}
