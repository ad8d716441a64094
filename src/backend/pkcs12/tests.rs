//! What a change does to the bags, byte by byte; stores that no tool would write.

mod encodings;
mod passwords;

use std::{collections::BTreeMap, fs, path::Path, sync::Arc};

use openssl::pkey::{PKey, Private};
use proptest::prelude::*;
use zeroize::Zeroizing;

use super::{
    Deed, Hand, Pkcs12Keystore, Remark,
    bag::{Bag, Kind},
    der::{CONTEXT_0, INTEGER, NULL, OCTET_STRING, OID, Reader, SEQUENCE, element},
    edit::Edit,
    flaw::Flaw,
    inventory::Inventory,
    mac::Mac,
    oid,
    password::Password,
    safe::{Part, Safe},
    scheme::Scheme,
    store::Act,
};
use crate::{
    backend::{
        Outcome,
        custody::{Record, Stage},
        key_pair::sample::{pair, spec},
        keystore::{Entry, EntryKind, Exchange, Keystore, KeystoreError},
    },
    name::Alias,
    world::material::{Certificate, Fingerprint},
};

const PASSWORD: &str = "changeit";

fn alias(text: &str) -> Alias {
    Alias::new(text).unwrap()
}

/// As openssl writes with `-iter 1`, so that tests need not wait.
fn quick_scheme() -> Scheme {
    let prf = element(SEQUENCE, &[&element(OID, &[oid::HMAC_SHA256]), &element(NULL, &[])]);
    let parameters = [element(OCTET_STRING, &[&[0; 8]]), element(INTEGER, &[&[1]]), prf].concat();
    let derivation = element(SEQUENCE, &[&element(OID, &[oid::PBKDF2]), &element(SEQUENCE, &[&parameters])]);
    let cipher =
        element(SEQUENCE, &[&element(OID, &[oid::AES_128_CBC]), &element(OCTET_STRING, &[&[0; 16]])]);
    let both = element(SEQUENCE, &[&derivation, &cipher]);
    let raw = element(SEQUENCE, &[&element(OID, &[oid::PBES2]), &both]);
    Scheme::read(&Reader::new(&raw, 0).any().unwrap()).unwrap()
}

/// One of the elder schemes, with one iteration.
fn elder(identifier: &[u8]) -> Scheme {
    let parameters = element(SEQUENCE, &[&element(OCTET_STRING, &[&[7; 8]]), &element(INTEGER, &[&[1]])]);
    let raw = element(SEQUENCE, &[&element(OID, &[identifier]), &parameters]);
    Scheme::read(&Reader::new(&raw, 0).any().unwrap()).unwrap()
}

fn quick_mac() -> Mac {
    let algorithm = element(SEQUENCE, &[&element(OID, &[oid::SHA256]), &element(NULL, &[])]);
    let info = element(SEQUENCE, &[&algorithm, &element(OCTET_STRING, &[&[0; 32]])]);
    let raw = element(SEQUENCE, &[&info, &element(OCTET_STRING, &[&[0; 8]])]);
    Mac::read(&Reader::new(&raw, 0).any().unwrap()).unwrap()
}

/// A store with a plain part for keys and an encrypted one for certificates.
fn store(bags: Vec<Bag>) -> Vec<u8> {
    let parts = vec![Part::new(None), Part::new(Some(quick_scheme()))];
    let mut bags = bags;
    bags.sort_by_key(|bag| bag.part);
    Safe { parts, bags, mac: Some(quick_mac()), is_without_password: false }.write(PASSWORD).unwrap()
}

fn key_bag((key, own): &(PKey<Private>, Certificate), name: &str, password: &str) -> Bag {
    let plain = key.private_key_to_pkcs8().unwrap();
    Bag::of_key(&plain, own, &alias(name), 0, (&quick_scheme(), Password::new(password, false))).unwrap()
}

fn both(pair: &(PKey<Private>, Certificate), name: &str) -> Vec<Bag> {
    vec![key_bag(pair, name, PASSWORD), Bag::of_certificate(&pair.1, &alias(name), 1).unwrap()]
}

/// A bag of a kind that nobody knows, with an attribute that nobody knows.
fn odd_bag(part: usize) -> Bag {
    let attribute = element(SEQUENCE, &[&element(OID, &[&[0x2A, 3]]), &element(0x31, &[&[5, 0]])]);
    let value = element(CONTEXT_0, &[&element(NULL, &[])]);
    let raw = element(SEQUENCE, &[&element(OID, &[&[0x2A, 4]]), &value, &element(0x31, &[&attribute])]);
    Bag::read(&Reader::new(&raw, 0).any().unwrap(), part).unwrap()
}

/// A bag with other attributes.
fn with_attributes(bag: &Bag, attributes: &[(&[u8], Vec<u8>)]) -> Bag {
    let mut parts = Reader::new(&bag.raw, 0).any().unwrap().reader();
    let (kind, value) = (parts.any().unwrap(), parts.any().unwrap());
    let attributes: Vec<u8> = attributes
        .iter()
        .flat_map(|(id, value)| element(SEQUENCE, &[&element(OID, &[id]), &element(0x31, &[value])]))
        .collect();
    let raw = element(SEQUENCE, &[kind.raw, value.raw, &element(0x31, &[&attributes])]);
    Bag::read(&Reader::new(&raw, 0).any().unwrap(), bag.part).unwrap()
}

fn bmp(text: &str) -> Vec<u8> {
    let units: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    element(0x1E, &[&units])
}

fn open(folder: &Path, bytes: &[u8]) -> Pkcs12Keystore {
    let path = folder.join("s.p12");
    fs::write(&path, bytes).unwrap();
    Pkcs12Keystore::open(path, Zeroizing::new(PASSWORD.to_owned()))
}

fn read(store: &Pkcs12Keystore) -> Safe {
    Safe::read(&fs::read(store.path()).unwrap(), PASSWORD).unwrap()
}

fn raws(safe: &Safe) -> Vec<Vec<u8>> {
    safe.bags.iter().map(|bag| bag.raw.to_vec()).collect()
}

fn names(store: &Pkcs12Keystore) -> Vec<String> {
    store.entries().unwrap().iter().map(|entry| entry.alias.to_string()).collect()
}

fn print(pair: &(PKey<Private>, Certificate)) -> Fingerprint {
    pair.1.fingerprint()
}

fn exchange(
    store: &mut Pkcs12Keystore,
    [live, staged]: [&str; 2],
    [old, new]: [&(PKey<Private>, Certificate); 2],
) -> Result<Outcome, KeystoreError> {
    store.exchange(&Exchange {
        alias: &alias(live),
        expected: &print(old),
        staged: &alias(staged),
        wanted: &print(new),
        backup: Some(&alias("backup")),
    })
}

#[test]
fn an_exchange_changes_four_bags_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let pairs = ["live", "next", "other"].map(pair);
    let mut bags: Vec<_> =
        pairs.iter().zip(["Live", "next", "other"]).flat_map(|(pair, name)| both(pair, name)).collect();
    bags.insert(0, odd_bag(0));
    bags.push(odd_bag(1));
    let mut store = open(folder.path(), &store(bags));
    let before = read(&store);
    exchange(&mut store, ["live", "next"], [&pairs[0], &pairs[1]]).unwrap();
    let after = read(&store);
    let changed: Vec<_> = before
        .bags
        .iter()
        .zip(&after.bags)
        .filter(|(old, new)| old.raw != new.raw)
        .map(|(old, new)| (old.name.clone().unwrap(), new.name.clone().unwrap()))
        .collect();
    let renamed = |old: &str, new: &str| (old.to_owned(), new.to_owned());
    let expected = [renamed("Live", "backup"), renamed("next", "Live")];
    assert_eq!(changed, [expected.clone(), expected].concat());
    assert_eq!(before.bags.len(), after.bags.len());
    for (old, new) in before.bags.iter().zip(&after.bags) {
        assert_eq!(old.key_id, new.key_id);
        if let (Kind::ShroudedKey(old), Kind::ShroudedKey(new)) = (&old.kind, &new.kind) {
            assert_eq!(old, new, "no key is encrypted anew");
        }
    }
}

#[test]
fn a_part_without_a_touched_bag_keeps_its_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let pairs = ["live", "other"].map(pair);
    let mut bags: Vec<_> = both(&pairs[0], "live");
    bags.extend(both(&pairs[1], "other").into_iter().map(|bag| Bag { part: bag.part + 2, ..bag }));
    let parts = vec![
        Part::new(None),
        Part::new(Some(quick_scheme())),
        Part::new(None),
        Part::new(Some(quick_scheme())),
    ];
    bags.sort_by_key(|bag| bag.part);
    let bytes =
        Safe { parts, bags, mac: Some(quick_mac()), is_without_password: false }.write(PASSWORD).unwrap();
    let mut store = open(folder.path(), &bytes);
    store.create_key_pair(&alias("next"), &spec("next")).unwrap();
    let (_, next) = store.private_key(&alias("next")).unwrap();
    let change = Exchange {
        alias: &alias("live"),
        expected: &print(&pairs[0]),
        staged: &alias("next"),
        wanted: &next.fingerprint(),
        backup: None,
    };
    store.exchange(&change).unwrap();
    let after = fs::read(store.path()).unwrap();
    // The last two parts, from the list in the authenticated safe.
    let tail = |bytes: &[u8]| {
        let mut fields = Reader::new(bytes, 0).any().unwrap().reader();
        fields.any().unwrap();
        let mut typed = fields.any().unwrap().reader();
        typed.any().unwrap();
        let octets = typed.any().unwrap().reader().any().unwrap();
        let mut list = octets.reader().any().unwrap().reader();
        (0..4).map(|_| list.any().unwrap().raw.to_vec()).skip(2).collect::<Vec<_>>()
    };
    assert_eq!(tail(&after), tail(&bytes));
    assert_eq!(names(&store), ["live", "other"]);
}

#[test]
fn a_new_name_leaves_the_other_attributes_and_their_order() {
    let certificate = pair("a").1;
    let own = Bag::of_certificate(&certificate, &alias("a"), 1).unwrap();
    let long = alias("a name that comes after the other attributes");
    let fresh = Bag::of_certificate(&certificate, &long, 1).unwrap();
    assert_eq!(*own.renamed(&long).unwrap().raw, *fresh.raw, "what was sorted stays sorted");
    let id = element(OCTET_STRING, &[b"Time 1"]);
    let odd: &[u8] = &[0x2A, 3];
    for order in [[0, 1, 2], [2, 1, 0], [1, 0, 2]] {
        let all = [(oid::FRIENDLY_NAME, bmp("A")), (oid::LOCAL_KEY_ID, id.clone()), (odd, vec![5, 0])];
        let bag = with_attributes(&own, &order.map(|at| all[at].clone()));
        let renamed = bag.renamed(&alias("Bé")).unwrap();
        assert_eq!(renamed.name.as_deref(), Some("Bé"));
        assert_eq!(*renamed.renamed(&alias("A")).unwrap().raw, *bag.raw, "{order:?}");
    }
    let bare = with_attributes(&own, &[(oid::LOCAL_KEY_ID, id)]);
    assert_eq!(bare.renamed(&alias("b")).unwrap().key_id, bare.key_id);
}

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

#[test]
fn colliding_local_key_ids_do_not_mix_pairs() {
    let folder = tempfile::tempdir().unwrap();
    let pairs = ["one", "two"].map(pair);
    let id = element(OCTET_STRING, &[b"Time 1795425735975"]);
    let named = |bag: &Bag, name: &str| {
        with_attributes(bag, &[(oid::FRIENDLY_NAME, bmp(name)), (oid::LOCAL_KEY_ID, id.clone())])
    };
    let unnamed = |bag: &Bag| with_attributes(bag, &[(oid::LOCAL_KEY_ID, id.clone())]);
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

/// A pair whose certificate another pair signed.
fn issued(name: &str, issuer: &(PKey<Private>, Certificate)) -> (PKey<Private>, Certificate) {
    let (key, own) = pair(name);
    let mut x509 = openssl::x509::X509::builder().unwrap();
    x509.set_version(2).unwrap();
    x509.set_subject_name(own.x509().subject_name()).unwrap();
    x509.set_issuer_name(issuer.1.x509().subject_name()).unwrap();
    x509.set_not_before(own.x509().not_before()).unwrap();
    x509.set_not_after(own.x509().not_after()).unwrap();
    x509.set_pubkey(&key).unwrap();
    x509.sign(&issuer.0, openssl::hash::MessageDigest::sha256()).unwrap();
    (key, Certificate::from_x509(x509.build()).unwrap())
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
    let id = element(OCTET_STRING, &[b"Time 1795425735975"]);
    let named = |bag: &Bag, name: &str| {
        with_attributes(bag, &[(oid::FRIENDLY_NAME, bmp(name)), (oid::LOCAL_KEY_ID, id.clone())])
    };
    let [one, two] = [both(&pairs[0], "one"), both(&pairs[1], "two")];
    for (certificate, fits) in [(&one[1], false), (&two[1], true)] {
        let store = open(folder.path(), &store(vec![named(&two[0], "two"), named(certificate, "one")]));
        let shown = store.entry(&alias("two")).unwrap().unwrap();
        assert_eq!(shown.certificate().is_some(), fits);
        assert_eq!(store.entry(&alias("one")).unwrap().is_none(), fits, "a certificate of its own");
    }
}

#[test]
fn a_key_under_another_password_stays_and_can_be_set_aside() {
    let folder = tempfile::tempdir().unwrap();
    let pairs = ["live", "next", "other"].map(pair);
    let mut bags = [both(&pairs[0], "live"), both(&pairs[1], "next"), both(&pairs[2], "other")].concat();
    bags[0] = key_bag(&pairs[0], "live", "its own");
    bags[4] = key_bag(&pairs[2], "other", "its own");
    let bytes = store(bags);
    let mut kept = open(folder.path(), &bytes);
    let refused = exchange(&mut kept, ["next", "other"], [&pairs[1], &pairs[2]]);
    assert!(matches!(refused, Err(KeystoreError::Crypto { .. })), "{refused:?}");
    assert_eq!(fs::read(kept.path()).unwrap(), bytes);
    exchange(&mut kept, ["live", "next"], [&pairs[0], &pairs[1]]).unwrap();
    let after = read(&kept);
    let inventory = Inventory::of(&after, "unused").unwrap();
    for (name, pair) in [("backup", &pairs[0]), ("other", &pairs[2])] {
        let found = inventory.find(&alias(name)).unwrap().unwrap();
        assert!(after.private_key(found.bag, "its own").unwrap().public_eq(&pair.0));
    }
}

#[test]
fn an_ambiguous_alias_is_refused_and_others_are_not() {
    let folder = tempfile::tempdir().unwrap();
    let pairs = ["a", "a", "live", "next"].map(pair);
    let names = ["Twice", "twice", "live", "next"];
    let bags = pairs.iter().zip(names).flat_map(|(pair, name)| both(pair, name)).collect();
    let mut store = open(folder.path(), &store(bags));
    assert_eq!(store.entries().unwrap().len(), 4);
    let refused = store.entry(&alias("TWICE"));
    assert!(matches!(refused, Err(KeystoreError::Ambiguous(_))), "{refused:?}");
    let refused = store.remove(&alias("twice"), &print(&pairs[0]));
    assert!(matches!(refused, Err(KeystoreError::Ambiguous(_))), "{refused:?}");
    exchange(&mut store, ["live", "next"], [&pairs[2], &pairs[3]]).unwrap();
    assert_eq!(store.entries().unwrap().len(), 4);
}

#[test]
fn a_store_without_visible_entries_is_not_written() {
    let folder = tempfile::tempdir().unwrap();
    let bytes = store(vec![odd_bag(0)]);
    let mut store = open(folder.path(), &bytes);
    assert_eq!(store.entries().unwrap(), []);
    let refused = store.create_key_pair(&alias("a"), &spec("a"));
    assert!(matches!(refused, Err(KeystoreError::Unsupported { .. })), "{refused:?}");
    assert_eq!(fs::read(store.path()).unwrap(), bytes);
}

#[test]
fn names_of_bags_that_are_no_entry_are_occupied() {
    let folder = tempfile::tempdir().unwrap();
    let live = pair("live");
    let named = with_attributes(&odd_bag(0), &[(oid::FRIENDLY_NAME, bmp("Odd"))]);
    let mut store = open(folder.path(), &store([both(&live, "live"), vec![named]].concat()));
    assert_eq!(names(&store), ["live"]);
    let refused = store.create_key_pair(&alias("odd"), &spec("odd"));
    assert!(matches!(refused, Err(KeystoreError::Occupied(_))), "{refused:?}");
}

#[test]
fn an_edit_that_would_change_another_entry_does_not_leave() {
    let pairs = ["live", "other"].map(pair);
    let bytes = store([both(&pairs[0], "live"), both(&pairs[1], "other")].concat());
    let safe = Safe::read(&bytes, PASSWORD).unwrap();
    let inventory = Inventory::of(&safe, PASSWORD).unwrap();
    let other = inventory.find(&alias("other")).unwrap().unwrap();
    let mut edit = Edit::new(&safe, &inventory, PASSWORD);
    edit.drop(other).unwrap();
    edit.expect(&alias("live"), Some(print(&pairs[0])));
    assert!(matches!(edit.write(), Err(Flaw::Crypto { .. })));
    let mut edit = Edit::new(&safe, &inventory, PASSWORD);
    edit.rename(other, &alias("live")).unwrap();
    edit.expect(&alias("live"), Some(print(&pairs[1])));
    edit.expect(&alias("other"), None);
    assert!(matches!(edit.write(), Err(Flaw::Crypto { .. })), "two under one alias");
    for expected in [None, Some(print(&pairs[0]))] {
        let mut edit = Edit::new(&safe, &inventory, PASSWORD);
        edit.rename(other, &alias("third")).unwrap();
        edit.expect(&alias("other"), None);
        edit.expect(&alias("third"), expected);
        assert!(matches!(edit.write(), Err(Flaw::Crypto { .. })), "not what was meant");
    }
}

#[test]
fn every_cut_and_every_flipped_bit_is_refused_or_harmless() {
    let one = pair("one");
    let bytes = store([both(&one, "one"), vec![odd_bag(0), odd_bag(1)]].concat());
    let whole = raws(&Safe::read(&bytes, PASSWORD).unwrap());
    for cut in 0..bytes.len() {
        let refused = Safe::read(&bytes[..cut], PASSWORD);
        assert!(matches!(refused, Err(Flaw::Damaged { .. })), "cut at {cut}");
    }
    let mut harmless = 0;
    for at in 0..bytes.len() {
        for bit in 0..8 {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1 << bit;
            if let Ok(safe) = Safe::read(&flipped, PASSWORD) {
                assert_eq!(raws(&safe), whole, "bit {bit} of byte {at}");
                harmless += 1;
            }
        }
    }
    assert_eq!(harmless, 0);
}

#[test]
fn damage_under_a_true_integrity_check_is_damage() {
    let one = pair("one");
    let bytes = store(both(&one, "one"));
    let safe = Safe::read(&bytes, PASSWORD).unwrap();
    // A certificate part under another password than the integrity check.
    let parts = vec![Part::new(Some(quick_scheme()))];
    let inner = Safe { parts, bags: vec![odd_bag(0)], ..safe };
    let other = inner.write("another password").unwrap();
    let mut fields = Reader::new(&other, 0).any().unwrap().reader();
    let (version, info) = (fields.any().unwrap(), fields.any().unwrap());
    let mut typed = info.reader();
    typed.any().unwrap();
    let content = typed.any().unwrap().reader().any().unwrap().content;
    let mac = inner.mac.unwrap().over(content, Password::new(PASSWORD, false)).unwrap();
    let forged = element(SEQUENCE, &[version.raw, info.raw, &mac]);
    assert!(matches!(Safe::read(&forged, PASSWORD), Err(Flaw::Damaged { .. })));
    assert!(matches!(Safe::read(&other, PASSWORD), Err(Flaw::WrongPassword)));
}

#[test]
fn what_another_tool_wrote_meanwhile_is_not_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), &store(both(&pair("live"), "live")));
    let refused = store.change(&[], |content| {
        fs::write(store.path(), "by another tool").unwrap();
        let written = Edit::new(&content.safe, &content.inventory, PASSWORD).write().unwrap();
        Ok(Act::Write(Box::new(written), ()))
    });
    assert!(matches!(refused, Err(KeystoreError::Locked(_))), "{refused:?}");
    assert_eq!(fs::read(store.path()).unwrap(), b"by another tool");
}

#[test]
fn a_change_by_hand_that_another_tool_wrote_over_is_no_success() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), &store(both(&pair("live"), "live")));
    let path = store.path().to_owned();
    let elder = fs::read(&path).unwrap();
    for is_overwritten in [false, true] {
        let name = alias(if is_overwritten { "second" } else { "first" });
        let deed = Deed { command: "create", aliases: vec![name.clone()], may_make: false };
        let hand = Hand::on(&path, Zeroizing::new(PASSWORD.to_owned()), deed).unwrap();
        let done = hand.change(|store| {
            let made = store.create_key_pair(&name, &spec("new"))?;
            if is_overwritten {
                fs::write(&path, &elder).unwrap();
            }
            Ok(made)
        });
        assert_eq!(matches!(done, Err(KeystoreError::Locked(_))), is_overwritten, "{done:?}");
        assert_eq!(names(&store).contains(&"first".to_owned()), !is_overwritten);
        let kept = Record::read(&path).unwrap();
        let last = kept.lines.last().unwrap().line.as_ref().unwrap();
        assert_eq!(last.note.stage, if is_overwritten { Stage::Failed } else { Stage::Done });
    }
}

#[test]
fn the_same_bytes_are_parsed_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path(), &store(both(&pair("live"), "live")));
    let first = store.content().unwrap();
    let bytes = fs::read(store.path()).unwrap();
    // Young, so that nothing but the bytes tells that it is the same.
    fs::write(store.path(), bytes).unwrap();
    assert!(Arc::ptr_eq(&first, &store.content().unwrap()));
    store.create_key_pair(&alias("new"), &spec("new")).unwrap();
    let written = store.content().unwrap();
    assert!(!Arc::ptr_eq(&first, &written) && Arc::ptr_eq(&written, &store.content().unwrap()));
    assert_eq!(names(&store).len(), 2);
}

#[test]
fn what_was_read_is_kept_only_while_the_file_is_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let [one, two] = ["one", "two"].map(|name| store(both(&pair(name), name)));
    let store = open(folder.path(), &one);
    while !store.stamp().unwrap().is_settled() {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    for _ in 0..2 {
        assert_eq!(names(&store), ["one"]);
    }
    fs::write(store.path(), two).unwrap();
    assert_eq!(names(&store), ["two"]);
    fs::remove_file(store.path()).unwrap();
    assert!(matches!(store.entries(), Err(KeystoreError::Missing(_))));
}

#[test]
fn nothing_shown_holds_a_secret() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), &store(both(&pair("live"), "live")));
    let store = Pkcs12Keystore::open(store.path(), Zeroizing::new("canary".to_owned()));
    let error = store.entries().unwrap_err();
    assert!(!format!("{store:?} {error} {error:?}").contains("canary"));
}

#[derive(Clone, Debug)]
enum Move {
    Create(u8),
    Trust(u8),
    Discard(u8),
    Exchange(u8, u8, Option<u8>),
    Remove(u8),
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let name = || 0..5_u8;
    let one = prop_oneof![
        3 => name().prop_map(Move::Create),
        3 => (name(), name(), prop::option::of(name())).prop_map(|(a, b, c)| Move::Exchange(a, b, c)),
        1 => name().prop_map(Move::Remove),
        1 => name().prop_map(Move::Trust),
        1 => name().prop_map(Move::Discard),
    ];
    prop::collection::vec(one, 1..25)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_moves_agree_with_a_simple_map(moves in moves(), kind in 0..4_usize, has_mac in any::<bool>()) {
        let folder = tempfile::tempdir().unwrap();
        let bystander = pair("bystander");
        let trusted = pair("trusted").1;
        let scheme = [quick_scheme(), elder(oid::PBE_TRIPLE_DES), elder(oid::PBE_RC2_40), elder(oid::PBE_MD5_DES)]
            .into_iter().nth(kind).unwrap();
        let key = bystander.0.private_key_to_pkcs8().unwrap();
        let sealed = (&scheme, Password::new(PASSWORD, false));
        let bags = vec![
            odd_bag(0),
            Bag::of_key(&key, &bystander.1, &alias("bystander"), 0, sealed).unwrap(),
            Bag::of_certificate(&bystander.1, &alias("bystander"), 1).unwrap(),
            odd_bag(1),
        ];
        let parts = vec![Part::new(None), Part::new(Some(scheme.clone()))];
        let start = Safe { parts, bags, mac: has_mac.then(quick_mac), is_without_password: false };
        let mut store = open(folder.path(), &start.write(PASSWORD).unwrap());
        let weak = store.remarks().unwrap();
        let mut map = BTreeMap::from([("bystander".to_owned(), print(&bystander))]);
        let unknown = Fingerprint::of(b"unknown");
        for one in moves {
            let before = read(&store);
            let name = |number: u8| alias(&format!("Name{number}"));
            let held = |map: &BTreeMap<String, Fingerprint>, alias: &Alias| map.get(&alias.folded()).copied();
            let touched: Vec<Alias> = match &one {
                Move::Create(a) | Move::Remove(a) | Move::Trust(a) | Move::Discard(a) => vec![name(*a)],
                Move::Exchange(a, b, c) => [Some(*a), Some(*b), *c].into_iter().flatten().map(name).collect(),
            };
            match one {
                Move::Trust(a) => {
                    let known = held(&map, &name(a));
                    match (store.import_certificate(&name(a), &trusted), known) {
                        (Ok(outcome), None) => {
                            prop_assert_eq!(outcome, Outcome::Changed);
                            map.insert(name(a).folded(), trusted.fingerprint());
                        }
                        (Ok(outcome), Some(own)) => {
                            prop_assert_eq!((outcome, own), (Outcome::AlreadySo, trusted.fingerprint()));
                        }
                        (Err(_), known) => prop_assert!(known.is_some_and(|own| own != trusted.fingerprint())),
                    }
                }
                Move::Discard(a) => {
                    if let Some(entry) = store.entry(&name(a)).unwrap() {
                        prop_assert_eq!(store.remove_entry(&entry).unwrap(), Outcome::Changed);
                        prop_assert_eq!(store.remove_entry(&entry).unwrap(), Outcome::AlreadySo);
                        prop_assert!(map.remove(&name(a).folded()).is_some());
                    }
                }
                Move::Create(a) if held(&map, &name(a)) == Some(trusted.fingerprint()) => {
                    prop_assert!(store.create_key_pair(&name(a), &spec("same")).is_err());
                }
                Move::Create(a) => {
                    let (outcome, own) = store.create_key_pair(&name(a), &spec("same")).unwrap();
                    let known = held(&map, &name(a));
                    prop_assert_eq!(outcome == Outcome::AlreadySo, known.is_some());
                    prop_assert!(known.is_none_or(|known| known == own.fingerprint()));
                    map.insert(name(a).folded(), own.fingerprint());
                }
                Move::Exchange(a, b, c) => {
                    let (live, staged, backup) = (name(a), name(b), c.map(name));
                    let (old, new) = (held(&map, &live), held(&map, &staged));
                    let done = store.exchange(&Exchange {
                        alias: &live,
                        expected: &old.unwrap_or(unknown),
                        staged: &staged,
                        wanted: &new.unwrap_or(unknown),
                        backup: backup.as_ref(),
                    });
                    let is_free = backup.as_ref().is_none_or(|backup| held(&map, backup).is_none());
                    let is_pair = [old, new].iter().all(|own| *own != Some(trusted.fingerprint()));
                    match (old, new) {
                        (Some(old), Some(new)) if old != new && is_free && is_pair => {
                            prop_assert_eq!(done.unwrap(), Outcome::Changed);
                            map.remove(&staged.folded());
                            map.insert(live.folded(), new);
                            backup.into_iter().for_each(|backup| { map.insert(backup.folded(), old); });
                        }
                        _ => prop_assert!(done.is_err()),
                    }
                }
                Move::Remove(a) => {
                    let known = held(&map, &name(a));
                    let done = store.remove(&name(a), &known.unwrap_or(unknown)).unwrap();
                    prop_assert_eq!(done == Outcome::Changed, known.is_some());
                    map.remove(&name(a).folded());
                }
            }
            let after = read(&store);
            let others = |safe: &Safe| -> Vec<Vec<u8>> {
                let untouched = safe.bags.iter().filter(|bag| !touched.iter().any(|own| bag.answers_to(own)));
                untouched.map(|bag| bag.raw.to_vec()).collect()
            };
            prop_assert_eq!(others(&before), others(&after));
            let shown: BTreeMap<_, _> = store.entries().unwrap().iter().map(|entry| {
                (entry.alias.folded(), entry.certificate().unwrap().fingerprint())
            }).collect();
            prop_assert_eq!(&shown, &map);
            let is_kind = |remark: &Remark| !matches!(remark, Remark::WeakKeys(..));
            let kept = |remarks: Vec<Remark>| remarks.into_iter().filter(is_kind).collect::<Vec<_>>();
            prop_assert_eq!(kept(store.remarks().unwrap()), kept(weak.clone()), "its strength is kept");
            let pairs = store.entries().unwrap().into_iter();
            for entry in pairs.filter(|entry| matches!(entry.kind, EntryKind::KeyPair { .. })) {
                let (key, own) = store.private_key(&entry.alias).unwrap();
                prop_assert!(own.public_key().unwrap().public_eq(&key));
            }
        }
    }

    #[test]
    fn any_bytes_are_refused_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(Safe::read(&bytes, PASSWORD).is_err());
    }

    /// Under a true integrity check even a hostile content must be read without a panic.
    #[test]
    fn any_mutation_under_a_true_check_is_read_without_a_panic(
        cuts in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let bytes = store(both(&pair("one"), "one"));
        let mut fields = Reader::new(&bytes, 0).any().unwrap().reader();
        let (version, info) = (fields.any().unwrap(), fields.any().unwrap());
        let mut typed = info.reader();
        typed.any().unwrap();
        let mut content = typed.any().unwrap().reader().any().unwrap().content.to_vec();
        for (at, byte) in cuts {
            *at.get_mut(&mut content) = byte;
        }
        let mac = quick_mac().over(&content, Password::new(PASSWORD, false)).unwrap();
        let octets = element(CONTEXT_0, &[&element(OCTET_STRING, &[&content])]);
        let info = element(SEQUENCE, &[&element(OID, &[oid::DATA]), &octets]);
        let forged = element(SEQUENCE, &[version.raw, &info, &mac]);
        if let Ok(safe) = Safe::read(&forged, PASSWORD) {
            let inventory = Inventory::of(&safe, PASSWORD).unwrap();
            let pairs = inventory.entries(&safe).into_iter().filter(|entry: &Entry| {
                matches!(entry.kind, EntryKind::KeyPair { .. })
            });
            prop_assert!(pairs.count() <= 1);
        }
    }
}
