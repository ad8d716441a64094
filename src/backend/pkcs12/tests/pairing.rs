//! Which certificate is a key's, and what one that several have does.
#![cfg(test)]

use super::*;
use crate::backend::key_pair::sample::issued;

#[test]
fn a_key_is_never_moved_with_the_certificate_of_another() {
    let folder = tempfile::tempdir().unwrap();
    let pairs = ["live", "next", "other"].map(pair);
    // The key under `next` is not the one of the certificate under `next`, whatever they are called.
    let wrong = (pairs[2].0.clone(), pairs[1].1.clone());
    let bytes = store([both(&pairs[0], "live"), both(&wrong, "next")].concat());
    let mut mixed = open(folder.path(), &bytes);
    for refused in [
        exchange(&mut mixed, ["live", "next"], [&pairs[0], &pairs[1]]).map(|_| ()),
        exchange(&mut mixed, ["next", "live"], [&pairs[1], &pairs[0]]).map(|_| ()),
        mixed.remove(&alias("next"), &print(&pairs[1])).map(|_| ()),
        mixed.create_key_pair(&alias("next"), &spec("next")).map(|_| ()),
        mixed.private_key(&alias("next")).map(|_| ()),
    ] {
        assert!(matches!(refused, Err(KeystoreError::Crypto { .. })), "{refused:?}");
        assert_eq!(fs::read(mixed.path()).unwrap(), bytes);
    }
}

/// A localKeyID as keytool writes it.
fn time() -> Vec<u8> {
    element(OCTET_STRING, &[b"Time 1795425735975"])
}

fn named(bag: &Bag, name: &str) -> Bag {
    with_attributes(bag, &[(oid::FRIENDLY_NAME, bmp(name)), (oid::LOCAL_KEY_ID, time())])
}

#[test]
fn colliding_local_key_ids_do_not_mix_pairs() {
    let folder = tempfile::tempdir().unwrap();
    let pairs = ["one", "two"].map(pair);
    let unnamed = |bag: &Bag| with_attributes(bag, &[(oid::LOCAL_KEY_ID, time())]);
    let [one, two] = [both(&pairs[0], "one"), both(&pairs[1], "two")];
    let full =
        vec![named(&one[0], "one"), named(&two[0], "two"), named(&two[1], "two"), named(&one[1], "one")];
    // Only the keys can tell here.
    let bare = vec![named(&one[0], "one"), named(&two[0], "two"), unnamed(&two[1]), unnamed(&one[1])];
    // One key lost its certificate; the other's must not be taken for it.
    let lost = vec![named(&two[0], "two"), named(&one[0], "one"), named(&one[1], "one")];
    let claimed = vec![named(&two[0], "two"), named(&one[0], "one"), unnamed(&one[1])];
    for (bags, two_is_whole) in [(full, true), (bare, true), (lost, false), (claimed, false)] {
        let store = open(folder.path(), &store(bags));
        let shown = |name: &str| store.entry(&alias(name)).unwrap().unwrap().certificate().cloned();
        assert_eq!(shown("one").unwrap(), pairs[0].1);
        assert_eq!(shown("two"), two_is_whole.then(|| pairs[1].1.clone()));
        assert!(store.private_key(&alias("one")).unwrap().0.public_eq(&pairs[0].0));
        assert_eq!(store.private_key(&alias("two")).is_ok(), two_is_whole);
        let none = store.private_key(&alias("three"));
        assert!(matches!(none, Err(KeystoreError::NoKeyPair(_))), "{none:?}");
    }
}

#[test]
fn one_authority_for_two_chains_goes_with_the_last() {
    let folder = tempfile::tempdir().unwrap();
    let [old, root] = ["authority", "authority"].map(pair);
    let middle = issued("middle", &root);
    let [one, two] = ["one", "two"].map(|name| issued(name, &middle));
    let authorities =
        [&old, &middle, &root].map(|own| Bag::of_certificate(&own.1, &alias("odd"), 1).unwrap());
    let unnamed = authorities.map(|bag| with_attributes(&bag, &[]));
    let bags = [both(&one, "one"), both(&two, "two"), unnamed.to_vec()].concat();
    let mut store = open(folder.path(), &store(bags));
    let chain = |store: &Pkcs12Keystore, name: &str| match store.entry(&alias(name)).unwrap().unwrap().kind {
        EntryKind::KeyPair { chain } => chain,
        other => panic!("{other:?}"),
    };
    let whole = [two.1.clone(), middle.1.clone(), root.1.clone()];
    assert_eq!(chain(&store, "two"), whole, "of two authorities of one name, the one that signed");
    store.remove(&alias("one"), &print(&one)).unwrap();
    assert_eq!(chain(&store, "two"), whole);
    assert_eq!(read(&store).bags.len(), 5);
    store.remove(&alias("two"), &print(&two)).unwrap();
    assert_eq!(read(&store).bags.len(), 1, "what was in no chain stays");
}

#[test]
fn a_local_key_id_against_the_alias_is_not_believed() {
    let folder = tempfile::tempdir().unwrap();
    let pairs = ["one", "two"].map(pair);
    let [one, two] = [both(&pairs[0], "one"), both(&pairs[1], "two")];
    for (certificate, fits) in [(&one[1], false), (&two[1], true)] {
        let store = open(folder.path(), &store(vec![named(&two[0], "two"), named(certificate, "one")]));
        let shown = store.entry(&alias("two")).unwrap().unwrap();
        assert_eq!(shown.certificate().is_some(), fits);
        assert_eq!(store.entry(&alias("one")).unwrap().is_none(), fits, "a certificate of its own");
    }
}
