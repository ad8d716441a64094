//! The examples keep the laws of the faces, as the backends in memory do.

use std::cell::Cell;

use keyroll::{
    backend::{
        Outcome,
        command::{CommandFact, CommandFlow, CommandKeystore, CommandReceiver},
        deployer::{Deployer, FlowState, InFlight, SignsWith},
        fact_file::FactFile,
        fact_keeper::{FactKeeper, Told},
        keystore::{Entry, EntryKind, Exchange, KeySpec, Keystore, KeystoreError},
        memory::{MemoryFact, MemoryFlow, MemoryReceiver, keystore::MemoryKeystore},
        receiver::{Judgement, Receiver, ReceiverError},
        xml_dsig::XmlVerifier,
    },
    name::Alias,
    world::{
        material::{Certificate, Fingerprint, KeyType},
        public_text::PublicText,
    },
};

use super::{alias, example, program, spec};
use crate::keystore::laws::{laws, laws_of_places};

/// A keystore in which each key pair that is asked for is a token.
#[derive(Debug)]
struct Tokens(CommandKeystore);

impl Keystore for Tokens {
    fn entry(&self, alias: &Alias) -> Result<Option<Entry>, KeystoreError> {
        self.0.entry(alias)
    }

    fn entries(&self) -> Result<Vec<Entry>, KeystoreError> {
        self.0.entries()
    }

    fn create_key_pair(
        &mut self,
        alias: &Alias,
        spec: &KeySpec,
    ) -> Result<(Outcome, Certificate), KeystoreError> {
        self.0.create_key_pair(alias, &KeySpec { key_type: KeyType::Opaque, ..spec.clone() })
    }

    fn exchange(&mut self, exchange: &Exchange<'_>) -> Result<Outcome, KeystoreError> {
        self.0.exchange(exchange)
    }

    fn remove(&mut self, alias: &Alias, meant: &Fingerprint) -> Result<Outcome, KeystoreError> {
        self.0.remove(alias, meant)
    }
}

#[test]
fn the_example_in_python_keeps_the_laws_of_keystores() {
    let folder = tempfile::tempdir().unwrap();
    let count = Cell::new(0);
    laws(&mut || {
        count.set(count.get() + 1);
        let command = ["python3", &example("store.py"), &count.get().to_string()];
        Box::new(CommandKeystore::new("vault", program(folder.path(), &command)))
    });
}

#[test]
fn the_example_in_shell_keeps_the_laws_of_keystores() {
    let folder = tempfile::tempdir().unwrap();
    let count = Cell::new(0);
    laws_of_places(&mut || {
        count.set(count.get() + 1);
        let command = ["sh", &example("tokens.sh"), &count.get().to_string()];
        Box::new(Tokens(CommandKeystore::new("vault", program(folder.path(), &command))))
    });
}

/// The examples, each with a folder for its state.
fn both() -> [(tempfile::TempDir, [String; 3]); 2] {
    [("python3", "store.py"), ("sh", "tokens.sh")].map(|(runs, file)| {
        (tempfile::tempdir().unwrap(), [runs.to_owned(), example(file), "state".to_owned()])
    })
}

#[test]
fn a_token_is_made_once() {
    for (folder, [runs, file, state]) in both() {
        let command = [&*runs, &*file, &*state];
        let mut store = CommandKeystore::new("vault", program(folder.path(), &command));
        let token = spec(KeyType::Opaque, "token");
        let (outcome, made) = store.create_key_pair(&alias("Api"), &token).unwrap();
        assert_eq!((outcome, made.key_type()), (Outcome::Changed, Some(KeyType::Opaque)));
        let again = store.create_key_pair(&alias("aPI"), &token).unwrap();
        assert_eq!(again, (Outcome::AlreadySo, made.clone()));
        let entry = Entry { alias: alias("Api"), kind: EntryKind::KeyPair { chain: vec![made.clone()] } };
        assert_eq!(store.entries().unwrap(), [entry]);
        // What is there is no key pair, and none is put over it.
        let pair = store.create_key_pair(&alias("api"), &spec(KeyType::EcP256, "token"));
        assert!(matches!(pair, Err(KeystoreError::Occupied(_))), "{file}: {pair:?}");
        assert_eq!(store.remove(&alias("API"), &made.fingerprint()).unwrap(), Outcome::Changed);
        assert_eq!(store.entries().unwrap(), []);
    }
    // A store that keyroll keeps itself has no tokens.
    let refused = MemoryKeystore::new().create_key_pair(&alias("api"), &spec(KeyType::Opaque, "token"));
    assert!(refused.unwrap_err().to_string().contains("made by a command"));
}

fn sorted(mut halves: Vec<Certificate>) -> Vec<Certificate> {
    halves.sort_by_key(Certificate::fingerprint);
    halves
}

/// What every receiver with room for three does.
fn receives(receiver: &mut dyn Receiver, [a, b, c, d]: &[Certificate; 4]) {
    let set = |all: &[&Certificate]| sorted(all.iter().map(|one| (*one).clone()).collect());
    let one = std::slice::from_ref;
    assert_eq!((receiver.capacity(), receiver.accepted().unwrap()), (3, vec![]));
    assert_eq!(receiver.change(one(a), &[]).unwrap(), Outcome::Changed);
    assert_eq!(receiver.change(one(a), &[]).unwrap(), Outcome::AlreadySo);
    assert_eq!(receiver.change(&[], &[b.fingerprint()]).unwrap(), Outcome::AlreadySo);
    let twice = [b.clone(), b.clone()];
    assert_eq!(receiver.change(&twice, &[a.fingerprint(), a.fingerprint()]).unwrap(), Outcome::Changed);
    assert_eq!(receiver.accepted().unwrap(), one(b));
    // What is added and removed is there.
    assert_eq!(receiver.change(one(b), &[b.fingerprint()]).unwrap(), Outcome::AlreadySo);
    assert_eq!(receiver.change(one(a), &[a.fingerprint()]).unwrap(), Outcome::Changed);
    let full = receiver.change(&[c.clone(), d.clone()], &[]);
    assert!(matches!(full, Err(ReceiverError::Full { capacity: 3, wanted: 4 })), "{full:?}");
    assert_eq!(sorted(receiver.accepted().unwrap()), set(&[a, b]));
    assert_eq!(receiver.change(&[c.clone(), d.clone()], &[a.fingerprint()]).unwrap(), Outcome::Changed);
    assert_eq!(sorted(receiver.accepted().unwrap()), set(&[b, c, d]));
}

#[test]
fn receivers_keep_the_same_laws() {
    let names = ["a", "b", "c", "d"];
    let mut store = MemoryKeystore::new();
    let certificates =
        names.map(|name| store.create_key_pair(&alias(name), &spec(KeyType::EcP256, name)).unwrap().1);
    let tokens = names.map(|name| Certificate::of_text(PublicText::new(name).unwrap()));
    let memory = || MemoryReceiver::new(3, Box::new(XmlVerifier::default()));
    receives(&mut memory(), &certificates);
    receives(&mut memory(), &tokens);
    for (folder, [runs, file, state]) in both() {
        let command = [&*runs, &*file, &*state];
        receives(&mut CommandReceiver::new("gateway", 3, program(folder.path(), &command)), &tokens);
    }
    let folder = tempfile::tempdir().unwrap();
    let command = ["python3", &example("store.py"), "state"];
    receives(&mut CommandReceiver::new("gateway", 3, program(folder.path(), &command)), &certificates);
}

/// What every flow does.
fn flows(flow: &mut dyn Deployer, key: &Fingerprint) {
    let now = jiff::Timestamp::UNIX_EPOCH;
    assert_eq!(flow.state().unwrap(), FlowState::Undeployed);
    for state in [FlowState::Deployed, FlowState::Undeployed] {
        assert_eq!(flow.bring_to(state, now).unwrap(), Outcome::Changed);
        assert_eq!(flow.bring_to(state, now).unwrap(), Outcome::AlreadySo);
        assert_eq!(flow.state().unwrap(), state);
    }
    let next = alias("orders-api-next");
    assert_ne!(flow.signs_with().unwrap(), SignsWith::Alias(next.clone()));
    assert_eq!(flow.repoint(&next, now).unwrap(), Outcome::Changed);
    assert_eq!(flow.repoint(&next, now).unwrap(), Outcome::AlreadySo);
    assert_eq!(flow.signs_with().unwrap(), SignsWith::Alias(next));
    assert_eq!(flow.in_flight(key).unwrap(), InFlight::Seen(0));
}

#[test]
fn flows_keep_the_same_laws() {
    let key = Fingerprint::of(b"token-7");
    flows(&mut MemoryFlow::new(FlowState::Undeployed), &key);
    for (folder, [runs, file, state]) in both() {
        let command = [&*runs, &*file, &*state];
        flows(&mut CommandFlow::new("client", program(folder.path(), &command)), &key);
    }
    let (folder, [runs, file, state]) = both().into_iter().nth(1).unwrap();
    std::fs::create_dir(folder.path().join("state")).unwrap();
    std::fs::write(folder.path().join("state/under_way"), "token-7\ntoken-8\ntoken-7\n").unwrap();
    let flow = CommandFlow::new("client", program(folder.path(), &[&*runs, &*file, &*state]));
    assert_eq!(flow.in_flight(&key).unwrap(), InFlight::Seen(2));
}

/// What every fact does.
fn facts(fact: &mut dyn FactKeeper) {
    assert_eq!(fact.is_set().unwrap(), Told::Is(false));
    for set in [true, false, true] {
        assert_eq!(fact.bring_to(set).unwrap(), Outcome::Changed);
        assert_eq!(fact.bring_to(set).unwrap(), Outcome::AlreadySo);
        assert_eq!(fact.is_set().unwrap(), Told::Is(set));
    }
}

#[test]
fn facts_keep_the_same_laws() {
    facts(&mut MemoryFact::new(false));
    let folder = tempfile::tempdir().unwrap();
    facts(&mut FactFile::at(folder.path().join("change")));
    for (folder, [runs, file, state]) in both() {
        let command = [&*runs, &*file, &*state];
        facts(&mut CommandFact::new("change", program(folder.path(), &command)));
        // One fact is not another one.
        facts(&mut CommandFact::new("freeze", program(folder.path(), &command)));
    }
}

/// A test of a credential says with which one the receiver saw it, or that it did not.
#[test]
fn a_test_is_what_the_gateway_says() {
    for (folder, [runs, file, state]) in both() {
        let asked = || program(folder.path(), &[&*runs, &*file, &*state]);
        let token = spec(KeyType::Opaque, "token");
        let made = CommandKeystore::new("vault", asked()).create_key_pair(&alias("api"), &token).unwrap().1;
        let mut client = CommandFlow::new("client", asked());
        let rejected = Judgement::Rejected("the program rejects it".to_owned());
        assert_eq!(client.test(&alias("api"), &made.fingerprint()).unwrap(), rejected);
        CommandReceiver::new("gateway", 1, asked()).change(std::slice::from_ref(&made), &[]).unwrap();
        let accepted = Judgement::Accepted(made.fingerprint());
        assert_eq!(client.test(&alias("API"), &made.fingerprint()).unwrap(), accepted);
    }
    assert!(MemoryFlow::new(FlowState::Deployed).test(&alias("a"), &Fingerprint::of(b"a")).is_err());
}
