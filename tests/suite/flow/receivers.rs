//! The laws of every receiver, over the folder and over memory.

use keyroll::backend::Outcome;
use keyroll::backend::counts::{Counts, Tally};
use keyroll::backend::directory::TrustFolder;
use keyroll::backend::memory::MemoryReceiver;
use keyroll::backend::receiver::{Judgement, Receiver, ReceiverError};
use keyroll::world::material::Certificate;

use super::keys::{KeyVerifier, pairs, signed};

fn sorted(mut certificates: Vec<Certificate>) -> Vec<Certificate> {
    certificates.sort_by_key(Certificate::fingerprint);
    certificates
}

/// What every receiver with room for three certificates does.
fn obeys_the_laws<R: Receiver>(receiver: &mut R, counts: fn(&R) -> &Counts) {
    let [a, b, c, d, ..] = pairs() else { panic!("too few pairs") };
    let (ca, cb, cc, cd) = (&a.certificate, &b.certificate, &c.certificate, &d.certificate);
    let set = |all: &[&Certificate]| sorted(all.iter().map(|one| (*one).clone()).collect());

    assert_eq!(receiver.capacity(), 3);
    assert_eq!(receiver.accepted().unwrap(), []);
    assert_eq!(receiver.change(std::slice::from_ref(ca), &[]).unwrap(), Outcome::Changed);
    assert_eq!(receiver.change(std::slice::from_ref(ca), &[]).unwrap(), Outcome::AlreadySo);
    assert_eq!(receiver.change(&[], &[b.fingerprint()]).unwrap(), Outcome::AlreadySo);

    // Both in one act; what is named twice counts once.
    let twice = [cb.clone(), cb.clone()];
    assert_eq!(receiver.change(&twice, &[a.fingerprint(), a.fingerprint()]).unwrap(), Outcome::Changed);
    assert_eq!(sorted(receiver.accepted().unwrap()), set(&[cb]));
    // What is added and removed is there.
    assert_eq!(receiver.change(std::slice::from_ref(cb), &[b.fingerprint()]).unwrap(), Outcome::AlreadySo);
    assert_eq!(receiver.change(std::slice::from_ref(ca), &[a.fingerprint()]).unwrap(), Outcome::Changed);
    assert_eq!(sorted(receiver.accepted().unwrap()), set(&[ca, cb]));

    // The capacity counts all of them, and a refused change changes nothing.
    let full = receiver.change(&[cc.clone(), cd.clone()], &[]);
    assert!(matches!(full, Err(ReceiverError::Full { capacity: 3, wanted: 4 })), "{full:?}");
    assert_eq!(sorted(receiver.accepted().unwrap()), set(&[ca, cb]));
    assert_eq!(receiver.change(&[cc.clone(), cd.clone()], &[a.fingerprint()]).unwrap(), Outcome::Changed);
    assert_eq!(sorted(receiver.accepted().unwrap()), set(&[cb, cc, cd]));

    // Judged against what is accepted at this moment.
    let mut message = signed(b, b"an order");
    assert_eq!(receiver.judge(&mut message).unwrap(), Judgement::Accepted(b.fingerprint()));
    assert_eq!(receiver.judge(&mut message).unwrap(), Judgement::Accepted(b.fingerprint()));
    receiver.change(&[], &[b.fingerprint()]).unwrap();
    assert!(matches!(receiver.judge(&mut message).unwrap(), Judgement::Rejected(_)));
    receiver.change(std::slice::from_ref(cb), &[]).unwrap();
    assert_eq!(receiver.judge(&mut message).unwrap(), Judgement::Accepted(b.fingerprint()));
    let mut tampered = signed(c, b"an order");
    *tampered.get_mut().last_mut().unwrap() ^= 1;
    assert!(matches!(receiver.judge(&mut tampered).unwrap(), Judgement::Rejected(_)));
    let mut cut = std::io::Cursor::new(vec![70, 1, 2]);
    assert!(matches!(receiver.judge(&mut cut).unwrap(), Judgement::Rejected(_)));
    let counts = counts(receiver);
    assert_eq!(counts.of(&b.fingerprint()), Tally { accepted: 3, rejected: 1 });
    assert_eq!(counts.of(&c.fingerprint()), Tally { accepted: 0, rejected: 1 });
    assert_eq!(counts.unattributed, 1);
    assert_eq!(counts.total(), Tally { accepted: 3, rejected: 3 });
}

#[test]
fn the_folder_obeys_the_laws() {
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("trust");
    std::fs::create_dir(&path).unwrap();
    let mut receiver = TrustFolder::new(&path, 3, Box::<KeyVerifier>::default());
    obeys_the_laws(&mut receiver, TrustFolder::counts);
    let total = Tally { accepted: 3, rejected: 3 };
    assert_eq!(receiver.counts().total(), total);
    // Two savers add up, and nothing is counted twice.
    let file = scratch.path().join("counts.json");
    assert_eq!(receiver.save_counts(&file).unwrap().total(), total);
    assert_eq!(receiver.save_counts(&file).unwrap().total(), total);
    let mut other = TrustFolder::new(&path, 3, Box::<KeyVerifier>::default());
    other.judge(&mut signed(&pairs()[1], b"an order")).unwrap();
    other.save_counts(&file).unwrap();
    let read: Counts = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    assert_eq!(read.total(), Tally { accepted: 4, rejected: 3 });
}

#[test]
fn memory_obeys_the_laws() {
    let mut receiver = MemoryReceiver::new(3, Box::<KeyVerifier>::default());
    obeys_the_laws(&mut receiver, MemoryReceiver::counts);
    assert_eq!(receiver.counts().total(), Tally { accepted: 3, rejected: 3 });
    assert_eq!(receiver.counts().of(&pairs()[1].fingerprint()), Tally { accepted: 3, rejected: 1 });
}
