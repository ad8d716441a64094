//! Traffic: signed messages through a local flow to its receiver, at a steady rate, for as long as
//! it is asked for.

use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};

use crate::{
    backend::{
        clock::Clock,
        directory::TrustFolder,
        local_flow::{Delivered, FlowConfig, FlowError, LocalFlow, Sent, Spooled, Transit},
        pkcs12::Pkcs12Keystore,
        receiver::Judgement,
        secret::SecretError,
        signer::{Signer, SignerError},
        xml_dsig::XmlSigner,
    },
    name::Alias,
    plan::Plan,
    world::{
        id::{ChannelId, PlaceId},
        landscape,
        material::Fingerprint,
    },
};

use super::signature_binding::{SignatureBinding, verifier};
use super::site::{FlowBinding, KeystoreBinding, ReceiverBinding, Site};

/// How many messages become durable together.
const GROUP: u64 = 200;

/// How often it is written down how many messages were judged.
const COUNTING: Duration = Duration::from_secs(1);

/// The file in a flow's folder that says how many of its messages were judged, by key.
pub const COUNTS: &str = "counts.json";

/// Every so many messages one is under way for the whole transit time.
const LATEST: u64 = 5;

/// What traffic saw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sighting {
    /// A message left, signed with this certificate's key.
    Sent(Timestamp, Fingerprint),
    /// A message arrived and was judged.
    Judged(Timestamp, Fingerprint, Judgement),
    /// From here on no message could leave: the flow is not deployed, or else its alias names nothing.
    Down(Timestamp, Down),
    /// Messages leave again.
    Up(Timestamp),
}

/// Why no message could leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Down {
    /// The flow is not deployed.
    Undeployed,
    /// Its alias names no key pair.
    Unresolved,
}

/// Why traffic came to an end before its time.
#[derive(Debug, thiserror::Error)]
pub enum TrafficError {
    /// The flow.
    #[error(transparent)]
    Flow(#[from] FlowError),
    /// A password.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// The site binds something that cannot carry traffic here.
    #[error("`{0}` is not bound to something on this machine")]
    NotHere(String),
    /// A copy of a message could not be kept.
    #[error("cannot keep a copy in {}: {cause}", path.display())]
    Copy {
        /// Where.
        path: PathBuf,
        /// What the system answered.
        cause: std::io::Error,
    },
}

/// How much traffic there is.
#[derive(Debug)]
pub struct Pace<'a> {
    /// Messages a second on the clock of the wall.
    pub rate: u32,
    /// Set when no more messages are to be sent; those under way are still delivered.
    pub enough: &'a AtomicBool,
    /// Set when everything is to stop at once.
    pub stop: &'a AtomicBool,
    /// How many messages have been sent.
    pub sent: &'a AtomicU64,
    /// A folder that gets a copy of each message, if there is one.
    pub copies: Option<PathBuf>,
}

/// A message to be sent.
#[derive(Clone, Copy)]
struct Draft {
    number: u64,
    /// How long it is under way.
    delay: Duration,
}

/// One flow with its receiver.
#[derive(Debug)]
pub struct Traffic {
    pub(super) flow: LocalFlow,
    pub(super) receiver: TrustFolder,
    spool: PathBuf,
    counts: PathBuf,
    transit: Duration,
}

impl Traffic {
    /// Takes a flow of a site over.
    ///
    /// # Errors
    /// When flow, keystore or receiver are not bound to things on this machine, or are in use.
    pub fn over(plan: &Plan, flow: ChannelId, site: &Site, folder: &Path) -> Result<Self, TrafficError> {
        let land = &plan.landscape;
        let row = &land.channels[flow];
        let receiver = &land.acceptors[row.acceptor].name;
        let Some(FlowBinding::Local { path, signature, .. }) = site.flows.get(&row.name) else {
            return Err(TrafficError::NotHere(row.name.clone()));
        };
        let profile = signature.as_ref().map(SignatureBinding::profile).unwrap_or_default();
        let signer = |place: PlaceId| -> Result<(Alias, Box<dyn Signer>), TrafficError> {
            let place = &land.places[place];
            let store = &land.stores[place.store].name;
            let Some(KeystoreBinding::Pkcs12 { path, password, .. }) = site.keystores.get(store) else {
                return Err(TrafficError::NotHere(store.clone()));
            };
            let keystore = Pkcs12Keystore::open(folder.join(path), password.fetch(folder)?);
            Ok((place.alias.clone(), Box::new(XmlSigner::new(keystore, profile.clone()))))
        };
        let (alias, own) = signer(row.alias)?;
        let beside = row.beside.map(signer).transpose()?;
        let Some(ReceiverBinding::Directory { path: trust, capacity, .. }) = site.receivers.get(receiver)
        else {
            return Err(TrafficError::NotHere(receiver.clone()));
        };
        let transit = match row.transit {
            landscape::Transit::Immediately => Transit::Immediately,
            landscape::Transit::Within(time) => Transit::Within(time),
        };
        let config = FlowConfig { folder: folder.join(path), alias, transit, cache: row.cache };
        let spool = config.folder.join("spool");
        let counts = config.folder.join(COUNTS);
        let verifier = Box::new(verifier(plan, row.acceptor));
        let receiver = TrustFolder::new(folder.join(trust), *capacity, verifier);
        let transit = land.transit(flow);
        let mut flow = LocalFlow::open(config, own)?;
        if let Some((alias, signer)) = beside {
            flow = flow.with_beside(alias, signer);
        }
        Ok(Self { flow, receiver, spool, counts, transit })
    }

    /// Writes down how many messages were judged, beside the flow, for whoever asks.
    fn count(&mut self) -> Result<(), TrafficError> {
        self.receiver.save_counts(&self.counts).map_err(FlowError::from)?;
        Ok(())
    }

    /// Sends and delivers until enough is sent and the last message has arrived.
    ///
    /// # Errors
    /// When the flow fails otherwise than by being down.
    pub fn run(
        &mut self,
        clock: &dyn Clock,
        pace: &Pace<'_>,
        see: &mut dyn FnMut(Sighting),
    ) -> Result<(), TrafficError> {
        let begin = Instant::now();
        let mut counted = begin;
        let mut turns = 0u64;
        let mut group: Vec<Spooled> = Vec::new();
        let mut down: Option<Down> = None;
        let mut first: Vec<Fingerprint> = Vec::new();
        loop {
            if pace.stop.load(Ordering::Relaxed) {
                return self.count();
            }
            let sending = !pace.enough.load(Ordering::Relaxed);
            let due = (begin.elapsed().as_secs_f64() * f64::from(pace.rate)) as u64;
            let mut now_turns = 0;
            while sending && turns < due && now_turns < GROUP {
                turns += 1;
                now_turns += 1;
                let draft = Draft { number: turns, delay: self.transit_of(turns) };
                let seen = self.send(clock, draft, (&mut group, pace), see)?;
                if seen != down {
                    see(seen.map_or_else(|| Sighting::Up(clock.now()), |d| Sighting::Down(clock.now(), d)));
                    down = seen;
                    // The next message is the first of its key, perhaps.
                    first.clear();
                }
            }
            // A key that was not seen before is under way for the whole transit time at least once.
            if let Some(fresh) = group.iter().map(|m| m.key).find(|key| !first.contains(key)) {
                first.push(fresh);
                let draft = Draft { number: turns, delay: self.transit };
                self.send(clock, draft, (&mut group, pace), see)?;
            }
            self.commit(&mut group, pace, see)?;
            let now = clock.now();
            self.flow.deliver_due(now, &mut self.receiver, &mut |delivered| see(judged(now, delivered)))?;
            if !sending && self.flow.waiting() == 0 {
                return self.count();
            }
            if counted.elapsed() >= COUNTING {
                self.count()?;
                counted = Instant::now();
            }
            if pace.enough.load(Ordering::Relaxed) {
                self.doze(clock, now);
            } else {
                let next = Duration::from_secs_f64((turns + 1) as f64 / f64::from(pace.rate.max(1)));
                let left = next.saturating_sub(begin.elapsed());
                std::thread::sleep(left.min(Duration::from_millis(20)));
            }
        }
    }

    /// The receiver, with how many messages it accepted and rejected.
    #[must_use]
    pub fn receiver(&self) -> &TrustFolder {
        &self.receiver
    }

    /// Waits for the next message that is under way, on the clock of the rehearsal.
    fn doze(&self, clock: &dyn Clock, now: Timestamp) {
        let next = self.flow.next_due().map_or(SignedDuration::ZERO, |at| at.duration_since(now));
        // What was due before now has not to be waited for.
        let next = Duration::try_from(next).unwrap_or_default();
        clock.sleep(next.min(self.transit / 50));
    }

    /// How long a message is under way: every so often for the whole time, otherwise spread evenly.
    fn transit_of(&self, turn: u64) -> Duration {
        if turn.is_multiple_of(LATEST) {
            return self.transit;
        }
        // Weyl's sequence: evenly spread, and the same in every rehearsal.
        let share = (turn as f64 * 0.618_033_988_749_895).fract();
        self.transit.mul_f64(share)
    }

    fn send(
        &mut self,
        clock: &dyn Clock,
        draft: Draft,
        (group, pace): (&mut Vec<Spooled>, &Pace<'_>),
        see: &mut dyn FnMut(Sighting),
    ) -> Result<Option<Down>, TrafficError> {
        let now = clock.now();
        let mut payload = Cursor::new(payload(draft.number, now));
        match self.flow.send(&mut payload, now, draft.delay, &mut self.receiver) {
            Ok(Sent::Spooled(message)) => group.push(message),
            Ok(Sent::Held(message, error)) => {
                group.push(message);
                return Err(FlowError::Receiver(error).into());
            }
            Ok(Sent::Delivered(delivered)) => {
                pace.sent.fetch_add(1, Ordering::Relaxed);
                see(Sighting::Sent(now, delivered.message.key));
                see(judged(now, delivered));
            }
            Ok(Sent::NotDeployed) => return Ok(Some(Down::Undeployed)),
            Err(FlowError::Signer(SignerError::Unresolved(_))) => return Ok(Some(Down::Unresolved)),
            Err(error) => return Err(error.into()),
        }
        Ok(None)
    }

    fn commit(
        &mut self,
        group: &mut Vec<Spooled>,
        pace: &Pace<'_>,
        see: &mut dyn FnMut(Sighting),
    ) -> Result<(), TrafficError> {
        if group.is_empty() {
            return Ok(());
        }
        self.flow.commit()?;
        for message in group.drain(..) {
            pace.sent.fetch_add(1, Ordering::Relaxed);
            see(Sighting::Sent(message.sent, message.key));
            if let Some(copies) = &pace.copies {
                let name = format!("{message}.xml");
                let to = copies.join(format!("{:06}-{}.xml", message.sequence, message.key.short()));
                std::fs::hard_link(self.spool.join(name), &to)
                    .map_err(|cause| TrafficError::Copy { path: to, cause })?;
            }
        }
        Ok(())
    }
}

fn judged(now: Timestamp, delivered: Delivered) -> Sighting {
    Sighting::Judged(now, delivered.message.key, delivered.judgement)
}

/// An order, as a flow of orders sends it: about two kilobytes.
pub(super) fn payload(turn: u64, now: Timestamp) -> Vec<u8> {
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<order xmlns=\"urn:example:order\" number=\"{turn}\">\n  <placed>{now}</placed>\n"
    );
    for line in 1..=16u64 {
        text.push_str(&format!(
            "  <line number=\"{line}\"><article>A-{:05}</article><quantity unit=\"piece\">{}</quantity><note>to be delivered to gate {line}</note></line>\n",
            (turn * 31 + line * 7) % 100_000,
            1 + (turn + line) % 9
        ));
    }
    text.push_str("</order>\n");
    text.into_bytes()
}
