//! The numbered points: every call of a backend, and every commit of the journal.
#![cfg(test)]

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering},
};

use jiff::Timestamp;
use keyroll::{
    backend::{
        Outcome,
        bench::{Backends, Bound},
        deployer::{Deployer, DeployerError, FlowState, InFlight, SignsWith},
        fact_keeper::{FactError, FactKeeper, Told},
        keystore::{Entry, Exchange, KeySpec, Keystore, KeystoreError},
        receiver::{Judgement, Message, Receiver, ReceiverError},
    },
    check::Checked,
    journal::{Host, HostError},
    name::Alias,
    transition::{command::Command, event::Record, next::Verdict, state::State},
    world::{
        id::{Id, Table},
        material::{Certificate, Fingerprint},
    },
};

/// Counts the points, and kills the process at one of them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Points {
    seen: Arc<Mutex<Vec<String>>>,
    last: Option<usize>,
    /// Whether something was taken in that is not durable.
    holds: Arc<AtomicBool>,
}

impl Points {
    /// Points of which the one with this number, from one, is the last.
    pub(crate) fn until(number: usize) -> Self {
        Self { last: Some(number), ..Self::default() }
    }

    /// What was passed, in order.
    pub(crate) fn passed(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }

    fn pass(&self, kind: String) {
        let mut seen = self.seen.lock().unwrap();
        seen.push(kind);
        if self.last == Some(seen.len()) {
            let own = rustix::process::getpid();
            rustix::process::kill_process(own, rustix::process::Signal::KILL).unwrap();
        }
    }

    fn hold(&self) {
        self.holds.store(true, Ordering::Relaxed);
    }

    fn is_held(&self) -> bool {
        self.holds.swap(false, Ordering::Relaxed)
    }

    /// A call that changes nothing: whether it is cut off after it or before the next one is one.
    fn read<T>(&self, what: &str, call: impl FnOnce() -> T) -> T {
        self.pass(format!("before {what}"));
        call()
    }

    fn change<T>(&self, what: &str, call: impl FnOnce() -> T) -> T {
        self.pass(format!("before {what}"));
        let done = call();
        self.pass(format!("after {what}"));
        done
    }

    /// The same backends, with points around their calls.
    pub(crate) fn around(&self, backends: Backends) -> Backends {
        Backends {
            keystores: wrap(backends.keystores, |b| Box::new(Cut(b, self.clone()))),
            receivers: wrap(backends.receivers, |b| Box::new(Cut(b, self.clone()))),
            flows: wrap(backends.flows, |b| Box::new(Cut(b, self.clone()))),
            facts: wrap(backends.facts, |b| Box::new(Cut(b, self.clone()))),
            // A marked message changes nothing: there is nothing to cut.
            signers: backends.signers,
        }
    }
}

fn wrap<I: Id, T>(mut table: Table<I, Bound<T>>, around: impl Fn(T) -> T) -> Table<I, Bound<T>> {
    let ids: Vec<I> = table.ids().collect();
    let each = ids.into_iter().map(|id| match std::mem::replace(&mut table[id], Bound::Manual) {
        Bound::To(backend) => Bound::To(around(backend)),
        Bound::Manual => Bound::Manual,
    });
    each.collect()
}

/// Something with points around its calls.
#[derive(Debug)]
pub(crate) struct Cut<T>(pub(crate) T, pub(crate) Points);

impl Keystore for Cut<Box<dyn Keystore>> {
    fn entry(&self, alias: &Alias) -> Result<Option<Entry>, KeystoreError> {
        self.1.read("keystore entry", || self.0.entry(alias))
    }
    fn entries(&self) -> Result<Vec<Entry>, KeystoreError> {
        self.1.read("keystore entries", || self.0.entries())
    }
    fn create_key_pair(
        &mut self,
        alias: &Alias,
        spec: &KeySpec,
    ) -> Result<(Outcome, Certificate), KeystoreError> {
        self.1.change("keystore create", || self.0.create_key_pair(alias, spec))
    }
    fn install(&mut self, alias: &Alias, answer: &[Certificate]) -> Result<Outcome, KeystoreError> {
        self.1.change("keystore install", || self.0.install(alias, answer))
    }
    fn exchange(&mut self, exchange: &Exchange<'_>) -> Result<Outcome, KeystoreError> {
        self.1.change("keystore exchange", || self.0.exchange(exchange))
    }
    fn remove(&mut self, alias: &Alias, meant: &Fingerprint) -> Result<Outcome, KeystoreError> {
        self.1.change("keystore remove", || self.0.remove(alias, meant))
    }
}

impl Receiver for Cut<Box<dyn Receiver>> {
    fn accepted(&self) -> Result<Vec<Certificate>, ReceiverError> {
        self.1.read("receiver accepted", || self.0.accepted())
    }
    fn change(&mut self, add: &[Certificate], remove: &[Fingerprint]) -> Result<Outcome, ReceiverError> {
        self.1.change("receiver change", || self.0.change(add, remove))
    }
    fn judge(&mut self, message: &mut dyn Message) -> Result<Judgement, ReceiverError> {
        self.0.judge(message)
    }
    fn capacity(&self) -> usize {
        self.0.capacity()
    }
}

impl Deployer for Cut<Box<dyn Deployer>> {
    fn state(&self) -> Result<FlowState, DeployerError> {
        self.1.read("flow state", || self.0.state())
    }
    fn bring_to(&mut self, state: FlowState, now: Timestamp) -> Result<Outcome, DeployerError> {
        self.1.change("flow switch", || self.0.bring_to(state, now))
    }
    fn signs_with(&self) -> Result<SignsWith, DeployerError> {
        self.1.read("flow alias", || self.0.signs_with())
    }
    fn repointed(&self) -> Result<Option<Alias>, DeployerError> {
        self.0.repointed()
    }
    fn repoint(&mut self, alias: &Alias, now: Timestamp) -> Result<Outcome, DeployerError> {
        self.1.change("flow repoint", || self.0.repoint(alias, now))
    }
    fn in_flight(&self, key: &Fingerprint) -> Result<InFlight, DeployerError> {
        self.1.read("flow messages", || self.0.in_flight(key))
    }
}

impl FactKeeper for Cut<Box<dyn FactKeeper>> {
    fn is_set(&self) -> Result<Told, FactError> {
        self.1.read("fact state", || self.0.is_set())
    }
    fn bring_to(&mut self, set: bool) -> Result<Outcome, FactError> {
        self.1.change("fact switch", || self.0.bring_to(set))
    }
}

fn word(record: &Record) -> String {
    let words = serde_json::to_value(&record.event).unwrap();
    words.get("event").unwrap().as_str().unwrap().to_owned()
}

impl<H: Host> Host for Cut<H> {
    fn run(&self) -> &str {
        self.0.run()
    }
    fn state(&self) -> &State {
        self.0.state()
    }
    fn refresh(&mut self, checked: &Checked) -> Result<bool, HostError> {
        self.0.refresh(checked)
    }
    fn submit(&mut self, checked: &Checked, record: &Record) -> Result<Verdict, HostError> {
        let what = format!("commit {}", word(record));
        self.1.change(&what, || self.0.submit(checked, record))
    }
    fn take(&mut self, checked: &Checked, record: &Record) -> Result<Verdict, HostError> {
        self.1.hold();
        self.1.change(&format!("take {}", word(record)), || self.0.take(checked, record))
    }
    fn keep(&mut self, checked: &Checked) -> Result<usize, HostError> {
        if self.1.is_held() {
            return self.1.change("commit", || self.0.keep(checked));
        }
        self.0.keep(checked)
    }
    fn outbox(&self) -> Result<Vec<Command>, HostError> {
        self.0.outbox()
    }
    fn settle(&mut self, command: &Command) -> Result<(), HostError> {
        self.1.change("settle", || self.0.settle(command))
    }
    fn records(&self) -> Result<Vec<Record>, HostError> {
        self.0.records()
    }
}
