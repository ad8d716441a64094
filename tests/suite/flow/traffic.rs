//! What the flow and its switch promise.

use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::Duration;

use jiff::Timestamp;
use keyroll::backend::Outcome;
use keyroll::backend::deployer::{Deployer, DeployerError, FlowState, InFlight};
use keyroll::backend::directory::TrustFolder;
use keyroll::backend::local_flow::{
    Delivered, FlowConfig, FlowError, FlowSwitch, LocalFlow, Sent, Spooled, Transit,
};
use keyroll::backend::memory::MemoryReceiver;
use keyroll::backend::receiver::{Judgement, Receiver, ReceiverError};
use keyroll::backend::signer::{Signer, SignerError};
use keyroll::name::Alias;
use keyroll::world::material::{Certificate, Fingerprint};

use super::keys::{KeyVerifier, Keyring, alias, pairs};

pub(super) const HOUR: Duration = Duration::from_secs(3_600);

pub(super) fn at(milliseconds: i64) -> Timestamp {
    Timestamp::from_millisecond(1_764_115_200_000 + milliseconds).unwrap()
}

pub(super) fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

pub(super) struct Stage {
    root: tempfile::TempDir,
    pub(super) ring: Keyring,
    pub(super) receiver: MemoryReceiver,
}

impl Stage {
    /// A deployed flow that signs with the first pair, and a receiver that accepts it.
    pub(super) fn new() -> Self {
        let stage = Self {
            root: tempfile::tempdir().unwrap(),
            ring: Keyring::of(&alias(), &pairs()[0]),
            receiver: MemoryReceiver::new(9, Box::<KeyVerifier>::default()),
        };
        stage.switch().bring_to(FlowState::Deployed, at(0)).unwrap();
        stage
    }

    pub(super) fn folder(&self) -> PathBuf {
        self.root.path().join("flow")
    }

    pub(super) fn switch(&self) -> FlowSwitch {
        FlowSwitch::open(self.folder()).unwrap()
    }

    pub(super) fn open(&self, transit: Transit) -> Result<LocalFlow, FlowError> {
        let config = FlowConfig { folder: self.folder(), alias: alias(), transit, cache: Duration::ZERO };
        LocalFlow::open(config, Box::new(self.ring.clone()))
    }

    fn flow(&self) -> LocalFlow {
        self.open(Transit::Within(HOUR)).unwrap()
    }

    /// The messages, finished or not.
    fn spool(&self) -> Vec<String> {
        self.files().into_iter().filter(|name| !name.ends_with(".free")).collect()
    }

    fn files(&self) -> Vec<String> {
        let names = self.folder().join("spool").read_dir().unwrap();
        let mut names: Vec<_> =
            names.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    fn accept(&mut self, index: usize) {
        self.receiver.change(std::slice::from_ref(&pairs()[index].certificate), &[]).unwrap();
    }

    fn send(&mut self, flow: &LocalFlow, now: i64, delay: u64) -> Sent {
        flow.send(&mut &b"CANARY"[..], at(now), ms(delay), &mut self.receiver).unwrap()
    }

    fn in_flight(&self, index: usize) -> u64 {
        let InFlight::Seen(count) = self.switch().in_flight(&pairs()[index].fingerprint()).unwrap() else {
            panic!("a flow of this machine can tell");
        };
        count
    }
}

pub(super) fn delivered(flow: &LocalFlow, now: i64, receiver: &mut dyn Receiver) -> Vec<Delivered> {
    let mut all = Vec::new();
    let count = flow.deliver_due(at(now), receiver, &mut |one| all.push(one)).unwrap();
    assert_eq!(count, all.len());
    all
}

#[test]
fn messages_arrive_when_they_are_due_in_that_order_with_the_key_of_their_moment() {
    let mut stage = Stage::new();
    let flow = stage.flow();
    stage.accept(0);
    assert!(matches!(stage.send(&flow, 0, 300), Sent::Spooled(_)));
    stage.ring.exchange(&alias(), &pairs()[1]);
    assert!(matches!(stage.send(&flow, 1, 100), Sent::Spooled(_)));
    assert_eq!(flow.commit().unwrap(), 2);
    assert_eq!(flow.commit().unwrap(), 0);
    assert_eq!((stage.in_flight(0), stage.in_flight(1), stage.in_flight(2)), (1, 1, 0));
    assert_eq!((flow.waiting(), flow.next_due()), (2, Some(at(101))));
    for name in stage.files() {
        let file = stage.folder().join("spool").join(name);
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }
    for folder in [stage.folder(), stage.folder().join("spool")] {
        assert_eq!(folder.metadata().unwrap().permissions().mode() & 0o777, 0o700);
    }

    assert_eq!(delivered(&flow, 100, &mut stage.receiver), []);
    let [second] = &delivered(&flow, 101, &mut stage.receiver)[..] else { panic!("not one") };
    assert_eq!((second.message.sequence, second.message.key), (2, pairs()[1].fingerprint()));
    assert!(matches!(second.judgement, Judgement::Rejected(_)), "the new key is not accepted yet");
    assert_eq!((stage.in_flight(0), stage.in_flight(1)), (1, 0));
    let [first] = &delivered(&flow, 9_999, &mut stage.receiver)[..] else { panic!("not one") };
    assert_eq!(first.judgement, Judgement::Accepted(pairs()[0].fingerprint()));
    assert_eq!((first.message.sent, first.message.due), (at(0), at(300)));
    assert_eq!(stage.spool(), [] as [String; 0]);
}

#[test]
fn nothing_stays_under_way_longer_than_the_transit() {
    let mut stage = Stage::new();
    let flow = stage.open(Transit::Within(ms(50))).unwrap();
    let Sent::Spooled(message) = stage.send(&flow, 0, 9_999) else { panic!("not spooled") };
    assert_eq!(message.due, at(50));
}

#[test]
fn what_is_not_committed_is_not_sent_and_goes_with_its_sender() {
    let mut stage = Stage::new();
    stage.accept(0);
    let flow = stage.flow();
    stage.send(&flow, 0, 0);
    flow.commit().unwrap();
    stage.send(&flow, 0, 0);
    assert_eq!(stage.in_flight(0), 2, "a message being sent is under way");
    assert_eq!(delivered(&flow, 1, &mut stage.receiver).len(), 1);
    assert_eq!(stage.in_flight(0), 1);
    drop(flow);
    assert_eq!(stage.in_flight(0), 0, "nobody is left who could send it");
    std::fs::write(stage.folder().join("spool/0000000009.part"), "half").unwrap();
    let flow = stage.flow();
    assert_eq!(stage.spool(), [] as [String; 0]);
    assert_eq!(delivered(&flow, 1, &mut stage.receiver), []);
    let Sent::Spooled(message) = stage.send(&flow, 0, 0) else { panic!("not spooled") };
    assert!(message.sequence > 2, "a number is given out once");
}

#[test]
fn the_file_of_a_delivered_message_is_used_again_unless_it_is_known_elsewhere() {
    let mut stage = Stage::new();
    stage.accept(0);
    let flow = stage.flow();
    let folder = stage.folder().join("spool");
    let place = |message: &Spooled| folder.join(format!("{message}.xml"));
    let inode = |path: &Path| path.metadata().unwrap().ino();
    let send = |stage: &mut Stage, now| {
        let Sent::Spooled(message) = stage.send(&flow, now, 0) else { panic!("not spooled") };
        flow.commit().unwrap();
        message
    };
    let [first, second] = [send(&mut stage, 0), send(&mut stage, 0)];
    let copy = stage.folder().join("copy.xml");
    std::fs::hard_link(place(&first), &copy).unwrap();
    let (kept, used) = (inode(&copy), inode(&place(&second)));
    let content = std::fs::read(&copy).unwrap();
    assert_eq!(delivered(&flow, 1, &mut stage.receiver).len(), 2);
    assert_eq!((stage.spool().len(), stage.files().len()), (0, 2));
    // Their new names are durable only after the next commit.
    let third = send(&mut stage, 2);
    assert!(![kept, used].contains(&inode(&place(&third))));
    let fourth = send(&mut stage, 3);
    assert_eq!(inode(&place(&fourth)), used);
    let fifth = send(&mut stage, 4);
    assert!(![kept, used].contains(&inode(&place(&fifth))));
    assert_eq!(std::fs::read(&copy).unwrap(), content, "a copy stays what it was");
    assert_eq!(delivered(&flow, 9, &mut stage.receiver).len(), 3);
    drop(flow);
    assert_eq!(stage.files(), [] as [String; 0], "nothing is left of what was delivered");
    std::fs::write(stage.folder().join("spool/0000000009.free"), "left by a crash").unwrap();
    drop(stage.flow());
    assert_eq!(stage.files(), [] as [String; 0]);
}

#[test]
fn an_undeployed_flow_reads_nothing_and_still_delivers() {
    struct Untouched;
    impl Read for Untouched {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            panic!("the payload was read");
        }
    }
    let mut stage = Stage::new();
    stage.accept(0);
    let flow = stage.flow();
    stage.send(&flow, 0, 0);
    flow.commit().unwrap();
    let mut switch = stage.switch();
    assert_eq!(switch.since().unwrap(), Some(at(0)));
    assert_eq!(switch.bring_to(FlowState::Undeployed, at(5)).unwrap(), Outcome::Changed);
    assert_eq!(switch.bring_to(FlowState::Undeployed, at(6)).unwrap(), Outcome::AlreadySo);
    assert_eq!((switch.state().unwrap(), switch.since().unwrap()), (FlowState::Undeployed, Some(at(5))));
    let sent = flow.send(&mut Untouched, at(7), HOUR, &mut stage.receiver).unwrap();
    assert!(matches!(sent, Sent::NotDeployed));
    assert_eq!(delivered(&flow, 8, &mut stage.receiver).len(), 1);
    switch.bring_to(FlowState::Deployed, at(9)).unwrap();
    assert!(matches!(stage.send(&flow, 9, 0), Sent::Spooled(_)));
}

#[test]
fn a_flow_that_was_never_deployed_is_undeployed_and_a_damaged_state_is_said() {
    let root = tempfile::tempdir().unwrap();
    let mut switch = FlowSwitch::open(root.path().join("flow")).unwrap();
    assert_eq!((switch.state().unwrap(), switch.since().unwrap()), (FlowState::Undeployed, None));
    std::fs::write(root.path().join("flow/flow.json"), "{\"state\":\"half").unwrap();
    assert!(matches!(switch.state(), Err(DeployerError::Damaged(_))));
    assert_eq!(switch.bring_to(FlowState::Deployed, at(0)).unwrap(), Outcome::Changed);
    assert_eq!(switch.state().unwrap(), FlowState::Deployed);
}

/// Signs only when it is told to, and says that it has begun.
#[derive(Debug)]
struct Slow {
    ring: Keyring,
    begun: mpsc::Sender<()>,
    go_on: mpsc::Receiver<()>,
}

impl Signer for Slow {
    fn sign(
        &mut self,
        alias: &Alias,
        document: &mut dyn Read,
        out: &mut dyn Write,
    ) -> Result<Certificate, SignerError> {
        self.begun.send(()).unwrap();
        self.go_on.recv().unwrap();
        self.ring.sign(alias, document, out)
    }
}

#[test]
fn undeploying_and_counting_wait_for_the_message_that_is_being_signed() {
    let mut stage = Stage::new();
    let (begun, has_begun) = mpsc::channel();
    let (go, go_on) = mpsc::channel();
    let slow = Slow { ring: stage.ring.clone(), begun, go_on };
    let config = FlowConfig {
        folder: stage.folder(),
        alias: alias(),
        transit: Transit::Within(HOUR),
        cache: Duration::ZERO,
    };
    let flow = LocalFlow::open(config, Box::new(slow)).unwrap();
    let (mut switch, counter) = (stage.switch(), stage.switch());
    let (done, is_done) = mpsc::channel();
    std::thread::scope(|scope| {
        // Dropped with a failing assertion, so that the signer fails too and does not wait for ever.
        let go = go;
        let (flow, receiver) = (&flow, &mut stage.receiver);
        scope.spawn(move || flow.send(&mut &b"CANARY"[..], at(0), HOUR, receiver).unwrap());
        has_begun.recv().unwrap();
        let said = done.clone();
        scope.spawn(move || {
            switch.bring_to(FlowState::Undeployed, at(1)).unwrap();
            said.send(None).unwrap();
        });
        scope.spawn(move || {
            done.send(Some(counter.in_flight(&pairs()[0].fingerprint()).unwrap())).unwrap();
        });
        assert!(is_done.recv_timeout(ms(150)).is_err(), "neither waited for the signer");
        go.send(()).unwrap();
        let answers = [is_done.recv().unwrap(), is_done.recv().unwrap()];
        assert!(answers.contains(&None) && answers.contains(&Some(InFlight::Seen(1))), "{answers:?}");
    });
    assert!(matches!(stage.send(&flow, 2, 0), Sent::NotDeployed));
}

#[test]
fn one_holds_a_flow_at_a_time() {
    let stage = Stage::new();
    let flow = stage.flow();
    assert!(matches!(stage.open(Transit::Immediately), Err(FlowError::Busy(_))));
    drop(flow);
    assert!(stage.open(Transit::Immediately).is_ok());
}

#[test]
fn a_receiver_that_cannot_judge_loses_nothing() {
    let mut stage = Stage::new();
    let trust = stage.root.path().join("trust");
    let mut receiver = TrustFolder::new(&trust, 2, Box::<KeyVerifier>::default());
    let flow = stage.flow();
    stage.send(&flow, 0, 0);
    stage.send(&flow, 0, 5);
    flow.commit().unwrap();
    for _ in 0..2 {
        let failed = flow.deliver_due(at(9), &mut receiver, &mut |_| panic!("delivered"));
        assert!(matches!(failed, Err(FlowError::Receiver(ReceiverError::Io { .. }))), "{failed:?}");
        assert_eq!((stage.in_flight(0), flow.waiting()), (2, 2));
    }
    std::fs::create_dir(&trust).unwrap();
    receiver.change(std::slice::from_ref(&pairs()[0].certificate), &[]).unwrap();
    let all = delivered(&flow, 9, &mut receiver);
    assert!(all.iter().all(|one| one.judgement == Judgement::Accepted(pairs()[0].fingerprint())));
    assert_eq!(all.iter().map(|one| one.message.sequence).collect::<Vec<_>>(), [1, 2]);
}

#[test]
fn delivered_immediately_means_judged_in_the_call() {
    let mut stage = Stage::new();
    let flow = stage.open(Transit::Immediately).unwrap();
    let Sent::Delivered(first) = stage.send(&flow, 0, 99) else { panic!("not delivered") };
    assert!(matches!(first.judgement, Judgement::Rejected(_)));
    stage.accept(0);
    let Sent::Delivered(second) = stage.send(&flow, 0, 99) else { panic!("not delivered") };
    assert_eq!(second.judgement, Judgement::Accepted(pairs()[0].fingerprint()));
    assert_eq!((second.message.due, stage.spool()), (at(0), vec![]));
    assert_eq!(stage.receiver.counts().of(&pairs()[0].fingerprint()).rejected, 1);

    let mut broken = TrustFolder::new("/nowhere/at/all", 2, Box::<KeyVerifier>::default());
    let held = flow.send(&mut &b"CANARY"[..], at(1), HOUR, &mut broken).unwrap();
    let Sent::Held(message, _) = held else { panic!("not held") };
    assert_eq!(stage.in_flight(0), 1);
    let [late] = &delivered(&flow, 1, &mut stage.receiver)[..] else { panic!("not one") };
    assert_eq!(late.message, message);
}

#[test]
fn what_is_no_message_is_reported_and_left_alone() {
    let mut stage = Stage::new();
    stage.accept(0);
    let flow = stage.flow();
    stage.send(&flow, 0, 0);
    flow.commit().unwrap();
    drop(flow);
    let spool = stage.folder().join("spool");
    let name = stage.spool().remove(0);
    let other = name.replacen("0000000001", "0000000002", 1);
    std::os::unix::fs::symlink(spool.join(&name), spool.join(&other)).unwrap();
    std::fs::create_dir(spool.join(name.replacen("0000000001", "0000000003", 1))).unwrap();
    for damaged in
        ["notes.txt", "7.part", &name.to_uppercase(), &name.replace(".xml", ".xml.bak"), "x-1-2-3.xml"]
    {
        std::fs::write(spool.join(damaged), "CANARY").unwrap();
    }
    let flow = stage.flow();
    assert_eq!(stage.in_flight(0), 1);
    assert_eq!(delivered(&flow, 1, &mut stage.receiver).len(), 1);
    assert_eq!(flow.stray().unwrap().len(), 7);
    assert!(flow.stray().unwrap().contains(&spool.join("notes.txt")));
    assert_eq!(stage.spool().len(), 7);
}

#[test]
fn a_spool_that_is_a_link_is_not_followed() {
    let stage = Stage::new();
    let spool = stage.folder().join("spool");
    std::fs::remove_dir(&spool).unwrap();
    std::os::unix::fs::symlink(stage.root.path(), &spool).unwrap();
    let refused = stage.open(Transit::Immediately);
    assert!(matches!(refused, Err(FlowError::Io { .. })), "{refused:?}");
}

#[test]
fn a_message_that_cannot_be_signed_leaves_nothing() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::ErrorKind::ConnectionReset.into())
        }
    }
    let mut stage = Stage::new();
    let flow = stage.flow();
    let failed = flow.send(&mut Broken, at(0), HOUR, &mut stage.receiver);
    assert!(matches!(failed, Err(FlowError::Signer(SignerError::Io(_)))), "{failed:?}");
    drop(flow);
    let config = FlowConfig {
        folder: stage.folder(),
        alias: Alias::new("nobody").unwrap(),
        transit: Transit::Within(HOUR),
        cache: Duration::ZERO,
    };
    let flow = LocalFlow::open(config, Box::new(stage.ring.clone())).unwrap();
    let failed = flow.send(&mut &b"CANARY"[..], at(0), HOUR, &mut stage.receiver);
    let Err(FlowError::Signer(SignerError::Unresolved(_))) = &failed else { panic!("{failed:?}") };
    assert!(!format!("{failed:?} {flow:?}").contains("CANARY"));
    assert_eq!((flow.commit().unwrap(), stage.spool()), (0, vec![]));
}

#[test]
fn a_message_taken_away_by_hand_is_said_once_and_blocks_nothing() {
    let mut stage = Stage::new();
    stage.accept(0);
    let flow = stage.flow();
    stage.send(&flow, 0, 0);
    stage.send(&flow, 0, 1);
    flow.commit().unwrap();
    let first = stage.spool().remove(0);
    std::fs::remove_file(stage.folder().join("spool").join(first)).unwrap();
    let failed = flow.deliver_due(at(9), &mut stage.receiver, &mut |_| panic!("delivered"));
    assert!(matches!(&failed, Err(FlowError::Vanished(_, message)) if message.sequence == 1), "{failed:?}");
    assert_eq!(delivered(&flow, 9, &mut stage.receiver).len(), 1);
}

/// Signs nothing: what a flow costs without its signatures.
#[derive(Debug)]
struct Trivial(Certificate);

impl Signer for Trivial {
    fn sign(
        &mut self,
        _: &Alias,
        document: &mut dyn Read,
        out: &mut dyn Write,
    ) -> Result<Certificate, SignerError> {
        io::copy(document, out)?;
        Ok(self.0.clone())
    }
}

/// Accepts everything.
#[derive(Debug)]
struct Gullible(Fingerprint);

impl keyroll::backend::verifier::Verifier for Gullible {
    fn verify(
        &self,
        message: &mut dyn keyroll::backend::receiver::Message,
        _: &[Certificate],
    ) -> Result<Fingerprint, keyroll::backend::verifier::VerifierError> {
        io::copy(message, &mut io::sink()).unwrap();
        Ok(self.0)
    }
}

/// Not a test of speed: it prints what it measured and asserts that all arrived.
#[test]
fn five_thousand_messages_are_sent_counted_and_delivered() {
    const MESSAGES: i64 = 5_000;
    let stage = Stage::new();
    let first = &pairs()[0];
    let trust = stage.root.path().join("trust");
    std::fs::create_dir(&trust).unwrap();
    let mut receiver = TrustFolder::new(&trust, 2, Box::new(Gullible(first.fingerprint())));
    receiver.change(std::slice::from_ref(&first.certificate), &[]).unwrap();
    let config = FlowConfig {
        folder: stage.folder(),
        alias: alias(),
        transit: Transit::Within(HOUR),
        cache: Duration::ZERO,
    };
    let flow = LocalFlow::open(config, Box::new(Trivial(first.certificate.clone()))).unwrap();
    let payload = [b'x'; 3_000];
    let begun = std::time::Instant::now();
    for number in 0..MESSAGES {
        flow.send(&mut &payload[..], at(number), HOUR, &mut receiver).unwrap();
        if number % 50 == 49 {
            flow.commit().unwrap();
        }
    }
    let sent = begun.elapsed();
    let begun = std::time::Instant::now();
    assert_eq!(stage.in_flight(0), 5_000);
    let counted = begun.elapsed();
    let begun = std::time::Instant::now();
    assert_eq!(flow.deliver_due(at(99_999_999), &mut receiver, &mut |_| {}).unwrap(), 5_000);
    println!("5,000 sent in {sent:?}, counted in {counted:?}, delivered in {:?}", begun.elapsed());
}
