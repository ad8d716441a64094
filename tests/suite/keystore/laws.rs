//! What every keystore promises.

use keyroll::{
    backend::{
        Outcome,
        keystore::{Entry, EntryKind, Exchange, Keystore, KeystoreError},
        memory::keystore::MemoryKeystore,
    },
    world::material::{Fingerprint, KeyType},
};

use super::{alias, create, empty, exchange, named, spec};

#[test]
fn memory_keeps_the_laws() {
    laws(&mut || Box::new(MemoryKeystore::new()));
}

#[test]
fn pkcs12_keeps_the_laws() {
    let folder = tempfile::tempdir().unwrap();
    let mut number = 0;
    laws(&mut || {
        number += 1;
        Box::new(empty(&folder.path().join(format!("{number}.p12"))))
    });
}

pub(crate) fn laws(fresh: &mut dyn FnMut() -> Box<dyn Keystore>) {
    creating_is_making_it_so(&mut *fresh());
    laws_of_places(fresh);
}

/// Those that say nothing of what kind an entry is.
pub(crate) fn laws_of_places(fresh: &mut dyn FnMut() -> Box<dyn Keystore>) {
    an_exchange_keeps_the_alias_and_frees_the_staged_one(&mut *fresh());
    an_exchange_without_backup_drops_the_old_pair(&mut *fresh());
    an_exchange_of_something_else_is_refused(&mut *fresh());
    removing_is_making_it_so(&mut *fresh());
    entries_keep_their_order(&mut *fresh());
}

fn creating_is_making_it_so(store: &mut dyn Keystore) {
    assert_eq!(store.entries().unwrap(), []);
    assert_eq!(store.entry(&alias("Live")).unwrap(), None);
    let (outcome, made) = store.create_key_pair(&alias("Live"), &spec("Live")).unwrap();
    assert_eq!(outcome, Outcome::Changed);
    assert_eq!(made.key_type(), Some(KeyType::EcP256));
    assert!(made.x509().unwrap().verify(&made.public_key().unwrap()).unwrap());
    let (outcome, found) = store.create_key_pair(&alias("lIVE"), &spec("Live")).unwrap();
    assert_eq!((outcome, &found), (Outcome::AlreadySo, &made));
    let mut other = spec("Live");
    other.key_type = KeyType::EcP384;
    for other in [other, spec("another")] {
        let refused = store.create_key_pair(&alias("live"), &other);
        assert!(matches!(refused, Err(KeystoreError::Occupied(_))), "{refused:?}");
    }
    let entry = Entry { alias: alias("Live"), kind: EntryKind::KeyPair { chain: vec![made] } };
    assert_eq!(store.entry(&alias("LIVE")).unwrap(), Some(entry.clone()));
    assert_eq!(store.entries().unwrap(), [entry]);
}

fn an_exchange_keeps_the_alias_and_frees_the_staged_one(store: &mut dyn Keystore) {
    let [old, new, other] = ["Live", "next", "other"].map(|name| create(store, name));
    let (live, next, before) = (alias("lIVE"), alias("NEXT"), alias("Before"));
    let change =
        Exchange { alias: &live, expected: &old, staged: &next, wanted: &new, backup: Some(&before) };
    assert_eq!(store.exchange(&change).unwrap(), Outcome::Changed);
    for _ in 0..2 {
        assert_eq!(named(store, "live"), Some(new));
        assert_eq!(named(store, "next"), None);
        assert_eq!(named(store, "before"), Some(old));
        assert_eq!(named(store, "other"), Some(other));
        assert_eq!(store.entry(&live).unwrap().unwrap().alias, alias("Live"), "the alias stays as written");
        assert_eq!(store.entries().unwrap().len(), 3);
        assert_eq!(store.exchange(&change).unwrap(), Outcome::AlreadySo);
    }
    let again = create(store, "next");
    let refused = store.exchange(&change);
    assert!(matches!(refused, Err(KeystoreError::Moved { .. })), "the staged alias is not free: {refused:?}");
    assert_eq!(named(store, "next"), Some(again));
}

fn an_exchange_without_backup_drops_the_old_pair(store: &mut dyn Keystore) {
    let [old, new] = ["live", "next"].map(|name| create(store, name));
    let (live, next) = (alias("live"), alias("next"));
    let change = Exchange { alias: &live, expected: &old, staged: &next, wanted: &new, backup: None };
    assert_eq!(store.exchange(&change).unwrap(), Outcome::Changed);
    assert_eq!(named(store, "live"), Some(new));
    assert_eq!(store.entries().unwrap().len(), 1);
    assert_eq!(store.exchange(&change).unwrap(), Outcome::AlreadySo);
}

fn an_exchange_of_something_else_is_refused(store: &mut dyn Keystore) {
    let [old, new, other] = ["live", "next", "other"].map(|name| create(store, name));
    let before = store.entries().unwrap();
    let unknown = Fingerprint::of(b"unknown");
    let mut refused = |live: &str, expected, staged: &str, wanted, backup: &str, moved: Option<&str>| {
        let (live, staged, backup) = (alias(live), alias(staged), alias(backup));
        let answer = store.exchange(&Exchange {
            alias: &live,
            expected,
            staged: &staged,
            wanted,
            backup: Some(&backup),
        });
        match (&answer, moved) {
            (Err(KeystoreError::Moved { alias: named, .. }), Some(moved)) => {
                assert!(named.same_entry(&alias(moved)), "{answer:?}");
            }
            (Err(KeystoreError::Occupied(named)), None) => assert!(named.same_entry(&backup), "{answer:?}"),
            _ => panic!("{answer:?}"),
        }
        assert_eq!(store.entries().unwrap(), before);
    };
    refused("live", &unknown, "next", &new, "b", Some("live"));
    refused("live", &other, "next", &new, "b", Some("live"));
    refused("nothing", &old, "next", &new, "b", Some("nothing"));
    refused("live", &old, "next", &other, "b", Some("next"));
    refused("live", &old, "nothing", &new, "b", Some("nothing"));
    refused("live", &new, "live", &new, "b", Some("live"));
    refused("live", &old, "live", &old, "b", Some("live"));
    refused("live", &old, "next", &new, "OTHER", None);
    refused("live", &old, "next", &new, "live", None);
    refused("live", &old, "next", &new, "next", None);
}

fn removing_is_making_it_so(store: &mut dyn Keystore) {
    let [one, two] = ["one", "two"].map(|name| create(store, name));
    let refused = store.remove(&alias("one"), &two);
    assert!(matches!(refused, Err(KeystoreError::Moved { .. })), "{refused:?}");
    assert_eq!(named(store, "one"), Some(one));
    assert_eq!(store.remove(&alias("ONE"), &one).unwrap(), Outcome::Changed);
    assert_eq!(store.remove(&alias("one"), &one).unwrap(), Outcome::AlreadySo);
    assert_eq!((named(store, "one"), named(store, "two")), (None, Some(two)));
    assert_eq!(store.remove(&alias("two"), &two).unwrap(), Outcome::Changed);
    assert_eq!(store.entries().unwrap(), []);
    create(store, "one");
    assert_eq!(store.entries().unwrap().len(), 1);
}

fn entries_keep_their_order(store: &mut dyn Keystore) {
    for name in ["c", "a", "b", "d"] {
        create(store, name);
    }
    exchange(store, ["a", "d", "e"]).unwrap();
    let names: Vec<_> = store.entries().unwrap().into_iter().map(|entry| entry.alias.to_string()).collect();
    assert_eq!(names, ["c", "e", "b", "a"], "an entry stays in its place");
}
