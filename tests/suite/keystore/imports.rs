//! What comes in by hand: pairs, certificates, the answers of authorities; and any entry removed.

use std::fs;

use keyroll::backend::{
    Outcome,
    key_pair::{KeyPair, KeyPairError, certificates, private_key::PrivateKey},
    keystore::{Entry, EntryKind, Keystore, KeystoreError},
    pkcs12::Pkcs12Keystore,
    signer::Signer,
    xml_dsig::{KeyInfo, KeyInfoPart, SignatureProfile, XmlSigner},
};
use openssl::x509::X509Req;
use zeroize::Zeroizing;

use super::{
    PASSWORD, alias, create, empty,
    material::{answer, authority, issued, openssl},
    named, open, run,
};

fn entry(store: &Pkcs12Keystore, name: &str) -> Entry {
    store.entry(&alias(name)).unwrap().unwrap()
}

fn subjects(store: &Pkcs12Keystore, name: &str) -> Vec<String> {
    match entry(store, name).kind {
        EntryKind::KeyPair { chain } => chain.iter().map(|own| own.subject()).collect(),
        other => panic!("{name}: {other:?}"),
    }
}

/// A flow says of its key what its site asks for, also when that is the chain.
#[test]
fn a_flow_signs_with_the_chain_that_its_keystore_has() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path();
    issued(folder, "live");
    let file = |name: &str| fs::read(folder.join(name)).unwrap();
    let certificates = certificates::read(&[file("live.pem"), file("ca.pem")].concat()).unwrap();
    let key = PrivateKey::read(&file("live.key"), None).unwrap();
    let mut store = empty(&folder.join("s.p12"));
    store.import_pair(&alias("live"), &KeyPair::new(key, &certificates).unwrap()).unwrap();
    for (parts, written) in [(KeyInfoPart::Certificate, 1), (KeyInfoPart::Chain, 2)] {
        let profile = SignatureProfile { key_info: KeyInfo::of(&[parts]), ..SignatureProfile::default() };
        let mut out = Vec::new();
        let signer = &mut XmlSigner::new(open(&folder.join("s.p12")), profile);
        let own = signer.sign(&alias("live"), &mut &b"<order/>"[..], &mut out).unwrap();
        assert_eq!(own.subject(), "CN=live");
        let message = String::from_utf8(out).unwrap();
        assert_eq!(message.matches("<ds:X509Certificate>").count(), written, "{message}");
    }
}

#[test]
fn a_pair_from_files_gets_its_alias_and_chain() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path();
    issued(folder, "live");
    issued(folder, "other");
    let file = |name: &str| fs::read(folder.join(name)).unwrap();
    // The chain stands in the wrong order, with a stranger in it.
    let certificates =
        certificates::read(&[file("ca.pem"), file("other.pem"), file("live.pem")].concat()).unwrap();
    let key = |name: &str| PrivateKey::read(&file(name), None).unwrap();
    let pair = KeyPair::new(key("live.key"), &certificates).unwrap();
    let alone = &certificates[..2];
    let stranger = KeyPair::new(key("live.key"), alone).unwrap_err();
    assert_eq!(stranger, KeyPairError::Mismatch);

    let mut store = empty(&folder.join("s.p12"));
    create(&mut store, "first");
    assert_eq!(store.import_pair(&alias("Live"), &pair).unwrap(), Outcome::Changed);
    assert_eq!(store.import_pair(&alias("LIVE"), &pair).unwrap(), Outcome::AlreadySo);
    let second = KeyPair::new(key("other.key"), &certificates).unwrap();
    for taken in ["live", "First"] {
        let refused = store.import_pair(&alias(taken), &second);
        assert!(matches!(refused, Err(KeystoreError::Occupied(_))), "{refused:?}");
    }
    assert_eq!(store.import_pair(&alias("other"), &second).unwrap(), Outcome::Changed);
    for name in ["live", "other"] {
        assert_eq!(subjects(&store, name), [format!("CN={name}"), "CN=authority".to_owned()]);
    }
    // The authority is there once, and both chains end in it, for others too.
    let list =
        run("keytool", &["-list", "-v", "-storepass:env", "STORE_PASSWORD", "-keystore", "s.p12"], folder);
    assert_eq!(list.matches("Certificate chain length: 2").count(), 2, "{list}");
    let shown = "pkcs12 -in s.p12 -passin env:STORE_PASSWORD -noenc";
    assert_eq!(openssl(folder, shown).matches("-----BEGIN CERTIFICATE").count(), 4);

    // Into another store, out of this one.
    let mut moved =
        Pkcs12Keystore::create_empty(folder.join("m.p12"), Zeroizing::new("other".into())).unwrap();
    moved.import_pair(&alias("moved"), &store.key_pair(&alias("live")).unwrap()).unwrap();
    assert_eq!(subjects(&moved, "moved"), ["CN=live", "CN=authority"]);
    assert!(moved.opens(&alias("moved")).unwrap().unwrap());
    let only = moved.only_key_pair().unwrap().unwrap();
    assert_eq!(only.chain().len(), 2);
    assert!(store.only_key_pair().unwrap().is_none());
    assert!(!format!("{only:?}").contains("PRIVATE"));
}

/// As authorities send them: one pair, no friendlyName.
#[test]
fn a_pair_without_a_name_can_be_taken_over() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path();
    issued(folder, "live");
    let export = "pkcs12 -export -inkey live.key -in live.pem -certfile ca.pem -passout env:STORE_PASSWORD";
    openssl(folder, &format!("{export} -out sent.p12"));
    let mut sent = open(&folder.join("sent.p12"));
    assert_eq!(sent.entries().unwrap(), []);
    let remarks: Vec<_> = sent.remarks().unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(remarks, ["1 entries have no alias that can be asked for; they are kept"]);
    let bytes = fs::read(folder.join("sent.p12")).unwrap();
    let pair = sent.only_key_pair().unwrap().unwrap();
    assert!(sent.import_pair(&alias("live"), &pair).is_err(), "a store of which nothing is seen");
    assert_eq!(fs::read(folder.join("sent.p12")).unwrap(), bytes);
    let mut store = empty(&folder.join("s.p12"));
    store.import_pair(&alias("live"), &pair).unwrap();
    assert_eq!(subjects(&store, "live"), ["CN=live", "CN=authority"]);
}

#[test]
fn an_answer_takes_the_place_of_the_certificate_and_the_key_stays() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path();
    authority(folder);
    let mut store = empty(&folder.join("s.p12"));
    for name in ["live", "other"] {
        create(&mut store, name);
    }
    let before = openssl(folder, "pkcs12 -in s.p12 -passin env:STORE_PASSWORD -noenc -nocerts");
    let request = store.certificate_request(&alias("live")).unwrap();
    let read = X509Req::from_der(&request).unwrap();
    assert!(read.verify(&read.public_key().unwrap()).unwrap());
    fs::write(folder.join("live.csr"), read.to_pem().unwrap()).unwrap();
    assert!(openssl(folder, "req -in live.csr -verify -noout -subject").contains("CN = live, O = Example"));
    answer(folder, "live");
    issued(folder, "stranger");
    let file = |name: &str| certificates::read(&fs::read(folder.join(name)).unwrap()).unwrap();

    let bytes = fs::read(folder.join("s.p12")).unwrap();
    for (name, answer) in [("live", file("stranger.pem")), ("other", file("live.pem")), ("live", Vec::new())]
    {
        let refused = store.import_answer(&alias(name), &answer).unwrap_err();
        assert!(matches!(refused, KeystoreError::NotTheAnswer { .. }), "{refused:?}");
    }
    let refused = store.import_answer(&alias("nobody"), &file("live.pem")).unwrap_err();
    assert!(matches!(refused, KeystoreError::NoKeyPair(_)), "{refused:?}");
    assert_eq!(fs::read(folder.join("s.p12")).unwrap(), bytes);

    // As PKCS#7, in PEM and DER, the certificates in any order.
    openssl(folder, "crl2pkcs7 -nocrl -certfile ca.pem -certfile live.pem -out live.p7b");
    openssl(folder, "crl2pkcs7 -nocrl -certfile ca.pem -certfile live.pem -outform DER -out live.p7c");
    assert_eq!(file("live.p7b"), file("live.p7c"));
    let (outcome, chain) = store.import_answer(&alias("LIVE"), &file("live.p7b")).unwrap();
    assert_eq!((outcome, chain.len()), (Outcome::Changed, 2));
    let (outcome, _) = store.import_answer(&alias("live"), &file("live.p7c")).unwrap();
    assert_eq!(outcome, Outcome::AlreadySo);
    assert_eq!(subjects(&store, "live"), ["CN=live, O=Example", "CN=authority"]);
    let after = openssl(folder, "pkcs12 -in s.p12 -passin env:STORE_PASSWORD -noenc -nocerts");
    assert_eq!(after, before, "keys and their attributes stay");
    let list =
        run("keytool", &["-list", "-v", "-storepass:env", "STORE_PASSWORD", "-keystore", "s.p12"], folder);
    assert!(list.contains("Certificate chain length: 2") && list.contains("contains 2 entries"), "{list}");

    // Another answer, alone: the authority is in the store already. Then another authority.
    answer(folder, "live");
    let (_, chain) = store.import_answer(&alias("live"), &file("live.pem")).unwrap();
    assert_eq!(chain.len(), 2);
    fs::rename(folder.join("ca.pem"), folder.join("old.pem")).unwrap();
    authority(folder);
    answer(folder, "live");
    let both = [file("live.pem"), file("ca.pem")].concat();
    assert_eq!(store.import_answer(&alias("live"), &both).unwrap().1.len(), 2);
    let dump = openssl(folder, "pkcs12 -in s.p12 -passin env:STORE_PASSWORD -nokeys");
    assert_eq!(dump.matches("-----BEGIN CERTIFICATE").count(), 3, "the old authority went with its chain");
}

#[test]
fn entries_of_any_kind_go_and_others_stay() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path();
    issued(folder, "live");
    let make = "keytool -genseckey -alias secret -keyalg AES -keysize 256 -storepass:env STORE_PASSWORD \
                -keystore s.p12";
    run("sh", &["-euc", make], folder);
    let mut store = open(&folder.join("s.p12"));
    let file = |name: &str| certificates::read(&fs::read(folder.join(name)).unwrap()).unwrap();
    let key = PrivateKey::read(&fs::read(folder.join("live.key")).unwrap(), None).unwrap();
    let pair = KeyPair::new(key, &[file("live.pem"), file("ca.pem")].concat()).unwrap();
    // The authority is trusted by an alias of its own, and is the issuer in a chain.
    store.import_certificate(&alias("authority"), &file("ca.pem")[0]).unwrap();
    store.import_pair(&alias("live"), &pair).unwrap();
    assert_eq!(store.entries().unwrap().len(), 3);

    let authority = entry(&store, "authority");
    assert_eq!(store.remove_entry(&authority).unwrap(), Outcome::Changed);
    assert_eq!(store.remove_entry(&authority).unwrap(), Outcome::AlreadySo);
    assert_eq!(subjects(&store, "live"), ["CN=live", "CN=authority"], "it stays in the chain");
    let list =
        run("keytool", &["-list", "-v", "-storepass:env", "STORE_PASSWORD", "-keystore", "s.p12"], folder);
    assert!(list.contains("Certificate chain length: 2") && list.contains("contains 2 entries"), "{list}");

    let secret = entry(&store, "secret");
    let mistaken = Entry { alias: alias("live"), ..secret.clone() };
    let refused = store.remove_entry(&mistaken);
    assert!(matches!(refused, Err(KeystoreError::Changed(_))), "{refused:?}");
    assert_eq!(store.remove_entry(&secret).unwrap(), Outcome::Changed);
    let live = entry(&store, "live");
    assert_eq!(store.remove_entry(&live).unwrap(), Outcome::Changed);
    assert_eq!(store.entries().unwrap(), []);
    let dump = openssl(folder, "pkcs12 -in s.p12 -passin env:STORE_PASSWORD -noenc");
    assert!(!dump.contains("BEGIN"), "{dump}");
}

/// A pair that issues, as the root of a small house: its certificate is in the chain of another.
#[test]
fn a_certificate_that_another_chain_needs_outlives_its_pair() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path();
    issued(folder, "live");
    let file = |name: &str| fs::read(folder.join(name)).unwrap();
    let certificates = certificates::read(&[file("live.pem"), file("ca.pem")].concat()).unwrap();
    let pair = |key: &str| KeyPair::new(PrivateKey::read(&file(key), None).unwrap(), &certificates).unwrap();
    let mut store = empty(&folder.join("s.p12"));
    store.import_pair(&alias("root"), &pair("ca.key")).unwrap();
    store.import_pair(&alias("live"), &pair("live.key")).unwrap();
    assert_eq!(subjects(&store, "live"), ["CN=live", "CN=authority"]);
    let root = entry(&store, "root");
    store.remove_entry(&root).unwrap();
    assert_eq!(named(&store, "root"), None);
    assert_eq!(subjects(&store, "live"), ["CN=live", "CN=authority"]);
    assert!(!format!("{store:?}").contains(PASSWORD));
}
