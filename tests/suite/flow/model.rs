//! Whatever is done in whatever order, flow and receiver agree with a model of a few lines.

use jiff::Timestamp;
use keyroll::backend::deployer::{Deployer, FlowState, InFlight};
use keyroll::backend::directory::TrustFolder;
use keyroll::backend::local_flow::{LocalFlow, Sent, Transit};
use keyroll::backend::memory::MemoryReceiver;
use keyroll::backend::receiver::{Judgement, Receiver, ReceiverError};
use proptest::prelude::*;

use super::keys::{KeyVerifier, alias, pairs};
use super::traffic::{HOUR, Stage, at, delivered, ms};

const CAPACITY: usize = 2;
const KEYS: usize = 3;

#[derive(Clone, Debug)]
enum Act {
    Send { delay: u64 },
    Commit,
    Pass { milliseconds: i64 },
    Deliver,
    Switch { deployed: bool },
    Exchange { key: usize },
    Change { add: Vec<usize>, remove: Vec<usize> },
    Reopen,
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let keys = || prop::collection::vec(0..KEYS, 0..3);
    let act = prop_oneof![
        6 => (0_u64..50).prop_map(|delay| Act::Send { delay }),
        3 => Just(Act::Commit),
        3 => (0_i64..40).prop_map(|milliseconds| Act::Pass { milliseconds }),
        3 => Just(Act::Deliver),
        1 => any::<bool>().prop_map(|deployed| Act::Switch { deployed }),
        2 => (0..KEYS).prop_map(|key| Act::Exchange { key }),
        2 => (keys(), keys()).prop_map(|(add, remove)| Act::Change { add, remove }),
        1 => Just(Act::Reopen),
    ];
    prop::collection::vec(act, 1..60)
}

/// A message of the model: when it is due, its place among those sent, its key.
type Message = (Timestamp, usize, usize);

#[derive(Default)]
struct Model {
    now: i64,
    undeployed: bool,
    key: usize,
    sent: usize,
    written: Vec<Message>,
    waiting: Vec<Message>,
    accepted: Vec<usize>,
}

impl Model {
    /// The trusted set after a change, or `None` when it is refused.
    fn changed(&self, add: &[usize], remove: &[usize]) -> Option<Vec<usize>> {
        let stays = |key: &usize| self.accepted.contains(key) && !remove.contains(key);
        let after: Vec<usize> = (0..KEYS).filter(|key| add.contains(key) || stays(key)).collect();
        let grows = after.iter().any(|key| !self.accepted.contains(key));
        (!grows || after.len() <= CAPACITY).then_some(after)
    }

    fn due(&mut self) -> Vec<Message> {
        self.waiting.sort_unstable();
        let now = at(self.now);
        let later = self.waiting.iter().position(|(due, ..)| *due > now);
        self.waiting.drain(..later.unwrap_or(self.waiting.len())).collect()
    }

    fn in_flight(&self, key: usize) -> u64 {
        let all = self.written.iter().chain(&self.waiting);
        u64::try_from(all.filter(|(.., signed)| *signed == key).count()).unwrap()
    }
}

fn agrees(acts: &[Act], receiver: &mut dyn Receiver) {
    let stage = Stage::new();
    let open = || stage.open(Transit::Within(HOUR)).unwrap();
    let mut flow: Option<LocalFlow> = Some(open());
    let mut switch = stage.switch();
    let mut model = Model::default();
    let mut sequences = Vec::new();
    for act in acts {
        let live = flow.as_ref().unwrap();
        match act {
            Act::Send { delay } => {
                let sent = live.send(&mut &b"an order"[..], at(model.now), ms(*delay), receiver).unwrap();
                if let Sent::Spooled(message) = sent {
                    assert!(!model.undeployed);
                    assert_eq!(message.key, pairs()[model.key].fingerprint());
                    sequences.push(message.sequence);
                    model.written.push((message.due, model.sent, model.key));
                    assert_eq!(message.due, at(model.now + i64::try_from(*delay).unwrap()));
                    model.sent += 1;
                } else {
                    assert!(matches!(sent, Sent::NotDeployed) && model.undeployed, "{sent:?}");
                }
            }
            Act::Commit => {
                assert_eq!(live.commit().unwrap(), model.written.len());
                model.waiting.append(&mut model.written);
            }
            Act::Pass { milliseconds } => model.now += milliseconds,
            Act::Deliver => {
                let got = delivered(live, model.now, receiver);
                let expected = model.due();
                assert_eq!(got.len(), expected.len());
                for (one, (due, place, key)) in got.iter().zip(expected) {
                    assert_eq!((one.message.due, one.message.sequence), (due, sequences[place]));
                    let accepted = model.accepted.contains(&key);
                    assert_eq!(matches!(one.judgement, Judgement::Accepted(_)), accepted);
                }
            }
            Act::Switch { deployed } => {
                let state = if *deployed { FlowState::Deployed } else { FlowState::Undeployed };
                switch.bring_to(state, at(model.now)).unwrap();
                model.undeployed = !deployed;
            }
            Act::Exchange { key } => {
                stage.ring.exchange(&alias(), &pairs()[*key]);
                model.key = *key;
            }
            Act::Change { add, remove } => {
                let certificates: Vec<_> = add.iter().map(|key| pairs()[*key].certificate.clone()).collect();
                let removed: Vec<_> = remove.iter().map(|key| pairs()[*key].fingerprint()).collect();
                let changed = receiver.change(&certificates, &removed);
                match model.changed(add, remove) {
                    Some(after) => {
                        changed.unwrap();
                        model.accepted = after;
                    }
                    None => assert!(matches!(changed, Err(ReceiverError::Full { .. })), "{changed:?}"),
                }
            }
            Act::Reopen => {
                drop(flow.take());
                flow = Some(open());
                model.written.clear();
            }
        }
        for key in 0..KEYS {
            let counted = switch.in_flight(&pairs()[key].fingerprint()).unwrap();
            assert_eq!(counted, InFlight::Seen(model.in_flight(key)), "after {act:?}");
        }
        let mut held: Vec<_> = receiver.accepted().unwrap().iter().map(|one| one.fingerprint()).collect();
        let mut expected: Vec<_> = model.accepted.iter().map(|key| pairs()[*key].fingerprint()).collect();
        held.sort_unstable();
        expected.sort_unstable();
        assert_eq!(held, expected, "after {act:?}");
    }
    assert_eq!(sequences.iter().collect::<std::collections::BTreeSet<_>>().len(), sequences.len());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_order_agrees_with_the_model_over_a_folder(acts in acts()) {
        let scratch = tempfile::tempdir().unwrap();
        let path = scratch.path().join("trust");
        std::fs::create_dir(&path).unwrap();
        agrees(&acts, &mut TrustFolder::new(path, CAPACITY, Box::<KeyVerifier>::default()));
    }

    #[test]
    fn any_order_agrees_with_the_model_over_memory(acts in acts()) {
        agrees(&acts, &mut MemoryReceiver::new(CAPACITY, Box::<KeyVerifier>::default()));
    }
}
