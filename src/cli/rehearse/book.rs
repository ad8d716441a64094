//! What the run and the traffic of a rehearsal write down together.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use crate::{
    backend::{local_flow::of_both, receiver::Judgement},
    evidence::timeline::{Cause, Interruption, Timeline},
    run::traffic::{Down, Sighting},
    transition::event::{Event, Record},
    world::material::{Certificate, Fingerprint},
};

/// What both sides write down.
#[derive(Debug)]
pub struct Book {
    timeline: Mutex<Timeline>,
    labels: Mutex<BTreeMap<Fingerprint, String>>,
    accepted: AtomicU64,
    rejected: AtomicU64,
}

impl Book {
    /// A book that begins with this timeline.
    #[must_use]
    pub fn new(timeline: Timeline) -> Self {
        Self {
            timeline: Mutex::new(timeline),
            labels: Mutex::default(),
            accepted: AtomicU64::new(0),
            rejected: AtomicU64::new(0),
        }
    }

    /// The timeline as it was written.
    pub fn close(self) -> Timeline {
        self.timeline.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many messages were accepted and rejected so far.
    pub fn judged(&self) -> (u64, u64) {
        (self.accepted.load(Ordering::Relaxed), self.rejected.load(Ordering::Relaxed))
    }

    /// The timeline, to write on.
    pub fn timeline(&self) -> MutexGuard<'_, Timeline> {
        self.timeline.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says what the plan calls the key of a certificate.
    pub fn name(&self, name: &str, pem: &str) {
        if let Ok(certificate) = Certificate::from_pem(pem.as_bytes()) {
            let mut labels = self.labels.lock().unwrap_or_else(PoisonError::into_inner);
            let own = certificate.fingerprint();
            // A message may carry two of them.
            let known: Vec<(Fingerprint, String)> =
                labels.iter().map(|(key, name)| (*key, name.clone())).collect();
            for (other, before) in
                known.iter().filter(|(other, before)| *other != own && !before.contains(' '))
            {
                labels.insert(of_both(*other, own), format!("{before} and {name}"));
            }
            labels.insert(own, name.to_owned());
        }
    }

    fn label(&self, key: &Fingerprint) -> String {
        let labels = self.labels.lock().unwrap_or_else(PoisonError::into_inner);
        labels.get(key).cloned().unwrap_or_else(|| key.short())
    }

    /// Takes down what traffic saw.
    pub fn see(&self, sighting: Sighting) {
        match sighting {
            Sighting::Sent(at, key) => self.timeline().record_sent(at, &self.label(&key)),
            Sighting::Judged(at, key, Judgement::Accepted(_)) => {
                self.accepted.fetch_add(1, Ordering::Relaxed);
                self.timeline().record_judged(at, &self.label(&key), Ok(()));
            }
            Sighting::Judged(at, key, Judgement::Rejected(reason)) => {
                self.rejected.fetch_add(1, Ordering::Relaxed);
                self.timeline().record_judged(at, &self.label(&key), Err(&reason));
            }
            Sighting::Down(from, why) => {
                let cause = match why {
                    Down::Undeployed => Cause::Undeployed,
                    Down::Unresolved => Cause::AliasUnresolved,
                };
                self.up(from);
                self.timeline().interruptions.push(Interruption { from, to: None, cause });
            }
            Sighting::Up(at) => self.up(at),
        }
    }

    fn up(&self, at: Timestamp) {
        if let Some(last) = self.timeline().interruptions.last_mut().filter(|i| i.to.is_none()) {
            last.to = Some(at);
        }
    }

    /// Takes down a record: which keys have which certificates.
    pub fn record(&self, record: &Record) {
        if let Event::Started { certificates, .. } | Event::Ended { certificates, .. } = &record.event {
            for (name, pem) in certificates {
                self.name(name, pem);
            }
        }
    }
}
