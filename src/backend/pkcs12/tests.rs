//! What a change does to the bags, byte by byte; stores that no tool would write.

mod damage;
mod encodings;
mod large;
mod meanwhile;
mod moves;
mod pairing;
mod passwords;

use std::{collections::BTreeMap, fs, io, path::Path, sync::Arc};

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
    octets::Octets,
    oid,
    part::Part,
    password::Password,
    safe::Safe,
    scheme::Scheme,
    store::Act,
};
use crate::{
    backend::{
        Outcome,
        custody::{Record, Stage},
        file::atomic::Draft,
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
    Safe { parts, bags: shared(bags), mac: Some(quick_mac()), is_without_password: false }
        .write(PASSWORD)
        .unwrap()
        .to_vec()
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
    Bag::written(raw, part).unwrap()
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
    Bag::written(raw, bag.part).unwrap()
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
    safe_of(&fs::read(store.path()).unwrap(), PASSWORD).unwrap()
}

fn safe_of(bytes: &[u8], password: &str) -> Result<Safe, Flaw> {
    Safe::read(&Octets::new(Zeroizing::new(bytes.to_vec())), password)
}

fn shared(bags: Vec<Bag>) -> Vec<Arc<Bag>> {
    bags.into_iter().map(Arc::new).collect()
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
    let bytes = Safe { parts, bags: shared(bags), mac: Some(quick_mac()), is_without_password: false }
        .write(PASSWORD)
        .unwrap()
        .to_vec();
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
    assert_eq!(own.renamed(&long).unwrap().raw, fresh.raw, "what was sorted stays sorted");
    let id = element(OCTET_STRING, &[b"Time 1"]);
    let odd: &[u8] = &[0x2A, 3];
    for order in [[0, 1, 2], [2, 1, 0], [1, 0, 2]] {
        let all = [(oid::FRIENDLY_NAME, bmp("A")), (oid::LOCAL_KEY_ID, id.clone()), (odd, vec![5, 0])];
        let bag = with_attributes(&own, &order.map(|at| all[at].clone()));
        let renamed = bag.renamed(&alias("Bé")).unwrap();
        assert_eq!(renamed.name.as_deref(), Some("Bé"));
        assert_eq!(renamed.renamed(&alias("A")).unwrap().raw, bag.raw, "{order:?}");
    }
    let bare = with_attributes(&own, &[(oid::LOCAL_KEY_ID, id)]);
    assert_eq!(bare.renamed(&alias("b")).unwrap().key_id, bare.key_id);
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
    let safe = safe_of(&bytes, PASSWORD).unwrap();
    let inventory = Inventory::of(&safe, PASSWORD).unwrap();
    let other = inventory.find(&alias("other")).unwrap().unwrap();
    let mut edit = Edit::new(&safe, &inventory, PASSWORD);
    edit.drop(other).unwrap();
    edit.expect(&alias("live"), Some(print(&pairs[0])));
    let begin = |_: &[u8]| -> io::Result<Draft> { panic!("a store that is refused is not begun") };
    assert!(matches!(edit.write(begin), Err(Flaw::Crypto { .. })));
    let mut edit = Edit::new(&safe, &inventory, PASSWORD);
    edit.rename(other, &alias("live")).unwrap();
    edit.expect(&alias("live"), Some(print(&pairs[1])));
    edit.expect(&alias("other"), None);
    assert!(matches!(edit.write(begin), Err(Flaw::Crypto { .. })), "two under one alias");
    for expected in [None, Some(print(&pairs[0]))] {
        let mut edit = Edit::new(&safe, &inventory, PASSWORD);
        edit.rename(other, &alias("third")).unwrap();
        edit.expect(&alias("other"), None);
        edit.expect(&alias("third"), expected);
        assert!(matches!(edit.write(begin), Err(Flaw::Crypto { .. })), "not what was meant");
    }
}

#[test]
fn nothing_shown_holds_a_secret() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), &store(both(&pair("live"), "live")));
    let store = Pkcs12Keystore::open(store.path(), Zeroizing::new("canary".to_owned()));
    let error = store.entries().unwrap_err();
    assert!(!format!("{store:?} {error} {error:?}").contains("canary"));
}
