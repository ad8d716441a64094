//! Stores made by keytool and openssl, changed here, read back by both.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    sync::OnceLock,
};

use keyroll::backend::{
    Outcome,
    keystore::{EntryKind, Keystore, KeystoreError},
};
use openssl::{
    pkey::{PKey, Private},
    x509::{X509, X509Req},
};

use super::{alias, attempt, create, empty, exchange, named, open, run};

const KEYTOOL: [&str; 4] = ["-storepass:env", "STORE_PASSWORD", "-keystore", "s.p12"];

fn keytool(folder: &Path, arguments: &[&str]) -> String {
    run("keytool", &[arguments, &KEYTOOL].concat(), folder)
}

/// A store of keytool's with an RSA pair, an EC pair, a trusted certificate and a secret key.
fn keytool_store(folder: &Path) {
    static MADE: OnceLock<Vec<u8>> = OnceLock::new();
    let bytes = MADE.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let keytool = |arguments: &str| {
            keytool(folder.path(), &arguments.split(' ').collect::<Vec<_>>());
        };
        keytool("-genkeypair -alias Live -keyalg RSA -dname CN=live");
        keytool("-genkeypair -alias other -keyalg EC -groupname secp384r1 -dname CN=other");
        keytool("-exportcert -alias other -file other.cer");
        keytool("-importcert -noprompt -alias trusted -file other.cer");
        keytool("-genseckey -alias secret -keyalg AES -keysize 256");
        fs::read(folder.path().join("s.p12")).unwrap()
    });
    fs::write(folder.join("s.p12"), bytes).unwrap();
}

/// What `keytool -list -rfc` says, by alias.
fn listed(folder: &Path) -> BTreeMap<String, String> {
    let list = keytool(folder, &["-list", "-rfc"]).replace('\r', "");
    let sections = list.split("Alias name: ").skip(1);
    sections
        .map(|section| {
            let (name, rest) = section.split_once('\n').unwrap();
            let rest = rest.split("*****").next().unwrap().trim();
            (name.to_owned(), rest.to_owned())
        })
        .collect()
}

fn pem(section: &str) -> &str {
    &section[section.find("-----BEGIN").unwrap()..]
}

/// The keys and first certificates that openssl shows, by friendlyName.
fn dumped(folder: &Path) -> BTreeMap<String, (Option<PKey<Private>>, Option<X509>)> {
    let dump = run("openssl", &["pkcs12", "-in", "s.p12", "-passin", "env:STORE_PASSWORD", "-noenc"], folder);
    let mut all = BTreeMap::<String, (Option<_>, Option<_>)>::new();
    for bag in dump.split("Bag Attributes").skip(1) {
        let name = bag.lines().find_map(|line| line.trim().strip_prefix("friendlyName: "));
        let entry = all.entry(name.unwrap_or_default().to_owned()).or_default();
        if bag.contains("PRIVATE KEY-----") {
            entry.0 = Some(PKey::private_key_from_pem(bag.as_bytes()).unwrap());
        } else if bag.contains("BEGIN CERTIFICATE") && entry.1.is_none() {
            entry.1 = Some(X509::from_pem(bag.as_bytes()).unwrap());
        }
    }
    all
}

/// The algorithms, iterations and lengths that openssl sees.
fn algorithms(folder: &Path) -> BTreeSet<String> {
    let arguments = ["pkcs12", "-in", "s.p12", "-passin", "env:STORE_PASSWORD", "-noenc", "-info"];
    let output = attempt("openssl", &arguments, folder);
    assert!(output.status.success());
    let lines = String::from_utf8(output.stderr).unwrap();
    let found =
        lines.lines().filter_map(|line| line.find("PBES2").or(line.find("MAC")).map(|at| &line[at..]));
    found.map(str::to_owned).collect()
}

fn assert_java_signs_with(folder: &Path, name: &str, certificate: &X509) {
    let request = keytool(folder, &["-certreq", "-alias", name]);
    let request = X509Req::from_pem(request.as_bytes()).unwrap();
    assert!(request.verify(&certificate.public_key().unwrap()).unwrap(), "Java signs as {name}");
}

#[test]
fn a_keytool_store_keeps_all_but_the_alias() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    keytool_store(folder);
    let before = listed(folder);
    assert_eq!(before.keys().collect::<Vec<_>>(), ["live", "other", "secret", "trusted"]);
    let algorithms_before = algorithms(folder);

    let mut store = open(&folder.join("s.p12"));
    let kinds: Vec<_> = store
        .entries()
        .unwrap()
        .into_iter()
        .map(|entry| match entry.kind {
            EntryKind::KeyPair { chain } => format!("{} pair {}", entry.alias, chain[0].subject()),
            EntryKind::Certificate(own) => format!("{} certificate {}", entry.alias, own.subject()),
            EntryKind::Secret => format!("{} secret", entry.alias),
        })
        .collect();
    assert_eq!(
        kinds,
        ["live pair CN=live", "other pair CN=other", "secret secret", "trusted certificate CN=other"]
    );
    let old = store.entry(&alias("LIVE")).unwrap().unwrap().certificate().cloned().unwrap();
    let (_, new) = store.create_key_pair(&alias("Next"), &super::spec("next")).unwrap();
    assert_eq!(exchange(&mut store, ["LIVE", "next", "Live-Old"]).unwrap(), Outcome::Changed);

    let after = listed(folder);
    assert_eq!(after.keys().collect::<Vec<_>>(), ["live", "live-old", "other", "secret", "trusted"]);
    for untouched in ["other", "secret", "trusted"] {
        assert_eq!(after[untouched], before[untouched]);
    }
    assert_eq!(after["live-old"], before["live"]);
    assert_eq!(pem(&after["live"]).trim(), new.pem().trim());
    assert_eq!(algorithms(folder), algorithms_before, "algorithms and iterations stay");

    let dump = dumped(folder);
    for (name, certificate) in [("live", &new), ("Live-Old", &old)] {
        let (key, shown) = &dump[name];
        let (key, shown) = (key.as_ref().unwrap(), shown.as_ref().unwrap());
        assert_eq!(shown.to_der().unwrap(), certificate.der());
        assert!(shown.public_key().unwrap().public_eq(key));
    }
    assert_java_signs_with(folder, "live", new.x509().unwrap());
    assert_java_signs_with(folder, "live-old", old.x509().unwrap());

    assert_eq!(store.remove(&alias("live-old"), &old.fingerprint()).unwrap(), Outcome::Changed);
    let removed = listed(folder);
    assert_eq!(removed.keys().collect::<Vec<_>>(), ["live", "other", "secret", "trusted"]);
    let trusted = named(&store, "trusted").unwrap();
    assert_eq!(store.remove(&alias("trusted"), &trusted).unwrap(), Outcome::Changed);
    assert_eq!(listed(folder).keys().collect::<Vec<_>>(), ["live", "other", "secret"]);
}

/// Exports a new pair with openssl, signed by the authority in the folder, which it makes if need be.
fn openssl_store(folder: &Path, name: &str, options: &[&str]) {
    let openssl = |arguments: &str| {
        run("openssl", &arguments.split(' ').collect::<Vec<_>>(), folder);
    };
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc";
    if !folder.join("ca.pem").exists() {
        openssl(&format!("req -x509 {key} -keyout ca.key -out ca.pem -subj /CN=authority"));
    }
    let subject = format!("/CN={name}");
    let request: Vec<_> = format!("req -new {key} -keyout leaf.key -out leaf.csr -subj")
        .split(' ')
        .map(str::to_owned)
        .chain([subject])
        .collect();
    run("openssl", &request.iter().map(String::as_str).collect::<Vec<_>>(), folder);
    openssl("x509 -req -in leaf.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out leaf.pem");
    let export = "pkcs12 -export -inkey leaf.key -in leaf.pem -certfile ca.pem -out s.p12";
    let arguments: Vec<_> =
        export.split(' ').chain(["-passout", "env:STORE_PASSWORD", "-name", name]).collect();
    run("openssl", &[&arguments, options].concat(), folder);
}

#[test]
fn an_openssl_store_keeps_its_chain_and_algorithms() {
    let choices: [&[&str]; 4] = [
        &[],
        &["-certpbe", "AES-128-CBC", "-keypbe", "AES-192-CBC", "-iter", "3000", "-macalg", "sha512"],
        &["-certpbe", "NONE", "-macalg", "sha1"],
        &["-keypbe", "AES-256-CBC", "-caname", "Authority"],
    ];
    for options in choices {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        openssl_store(folder, "Live Key", options);
        let before = algorithms(folder);
        let mut store = open(&folder.join("s.p12"));
        let entries = store.entries().unwrap();
        let [entry] = entries.as_slice() else { panic!("{entries:?}") };
        assert_eq!(entry.alias, alias("Live Key"), "an authority of a chain is no entry");
        let EntryKind::KeyPair { chain } = &entry.kind else { panic!("{entry:?}") };
        let subjects: Vec<_> = chain.iter().map(|own| own.subject()).collect();
        assert_eq!(subjects, ["CN=Live Key", "CN=authority"]);

        let new = create(&mut store, "next");
        exchange(&mut store, ["live key", "next", "old"]).unwrap();
        assert_eq!(algorithms(folder), before, "{options:?}");
        let dump = dumped(folder);
        for name in ["Live Key", "old"] {
            let (key, shown) = &dump[name];
            assert!(shown.as_ref().unwrap().public_key().unwrap().public_eq(key.as_ref().unwrap()));
        }
        let list = keytool(folder, &["-list", "-v"]);
        assert!(list.contains("Certificate chain length: 2"), "the old pair keeps its chain: {list}");
        assert!(list.contains("contains 2 entries"), "{list}");

        let old = named(&store, "old").unwrap();
        store.remove(&alias("old"), &old).unwrap();
        let left: Vec<_> = dumped(folder).into_keys().collect();
        assert_eq!(left, ["Live Key"], "the authority of the removed pair alone goes with it");
        store.remove(&alias("live key"), &new).unwrap();
        assert_eq!(store.entries().unwrap(), []);
        assert!(keytool(folder, &["-list"]).contains("contains 0 entries"));
        create(&mut store, "again");
        assert!(keytool(folder, &["-list"]).contains("contains 1 entry"));
        assert!(dumped(folder)["again"].0.is_some());
    }
}

#[test]
fn an_authority_that_another_chain_needs_stays() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    for name in ["one", "two"] {
        openssl_store(folder, name, &[]);
        fs::rename(folder.join("s.p12"), folder.join("from.p12")).unwrap();
        let arguments = "-importkeystore -srckeystore from.p12 -srcstorepass:env STORE_PASSWORD \
             -destkeystore both.p12 -deststorepass:env STORE_PASSWORD";
        run("keytool", &arguments.split_whitespace().collect::<Vec<_>>(), folder);
    }
    fs::rename(folder.join("both.p12"), folder.join("s.p12")).unwrap();
    let before = listed(folder);
    let mut store = open(&folder.join("s.p12"));
    let names: Vec<_> = store.entries().unwrap().iter().map(|entry| entry.alias.to_string()).collect();
    assert_eq!(names, ["one", "two"]);
    let one = named(&store, "one").unwrap();
    store.remove(&alias("one"), &one).unwrap();
    let after = listed(folder);
    assert_eq!(after.keys().collect::<Vec<_>>(), ["two"]);
    assert_eq!(after["two"], before["two"]);
    assert!(after["two"].contains("chain length: 2"));
}

#[test]
fn what_is_made_here_is_read_by_both() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let mut store = empty(&folder.join("s.p12"));
    assert!(keytool(folder, &["-list"]).contains("contains 0 entries"));
    let mut made = BTreeMap::new();
    for (name, key_type) in [
        ("rsa", super::KeyType::Rsa(2048)),
        ("p256", super::KeyType::EcP256),
        ("p384", super::KeyType::EcP384),
        ("Grüße-P521", super::KeyType::EcP521),
    ] {
        let spec = keyroll::backend::keystore::KeySpec { key_type, ..super::spec(name) };
        made.insert(name, store.create_key_pair(&alias(name), &spec).unwrap().1);
    }
    let dump = dumped(folder);
    let list = listed(folder);
    for (name, certificate) in &made {
        assert_eq!(pem(&list[&name.to_lowercase()]).trim(), certificate.pem().trim());
        assert_java_signs_with(folder, name, certificate.x509().unwrap());
    }
    for name in ["rsa", "p256", "p384"] {
        assert!(dump[name].0.as_ref().unwrap().public_eq(&made[name].public_key().unwrap()));
    }
}

/// Java takes ASCII passwords only; openssl takes any, as UTF-8 and UTF-16.
#[test]
fn a_password_beyond_ascii_is_the_one_of_openssl() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.p12");
    let password = zeroize::Zeroizing::new("pässwörd-🔑".to_owned());
    let mut store = keyroll::backend::pkcs12::Pkcs12Keystore::create_empty(&path, password.clone()).unwrap();
    create(&mut store, "live");
    let pass = format!("pass:{}", *password);
    let dump = run("openssl", &["pkcs12", "-in", "s.p12", "-passin", &pass, "-noenc"], folder.path());
    assert!(dump.contains("PRIVATE KEY-----") && dump.contains("friendlyName: live"));
}

#[test]
fn what_is_not_handled_is_named_and_left_alone() {
    let cases: [(&[&str], &str); 2] =
        [(&["-macalg", "sha3-256"], "SHA3-256"), (&["-certpbe", "CAMELLIA-256-CBC"], "Camellia-256")];
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    for (options, named) in cases {
        openssl_store(folder, "live", options);
        let bytes = fs::read(folder.join("s.p12")).unwrap();
        let mut store = open(&folder.join("s.p12"));
        let listed = store.entries().map(|_| ());
        let created = store.create_key_pair(&alias("next"), &super::spec("next")).map(|_| ());
        for answer in [listed, created] {
            match answer {
                Err(KeystoreError::Unsupported { what, .. }) => assert!(what.contains(named), "{what}"),
                other => panic!("{options:?}: {other:?}"),
            }
        }
        assert_eq!(fs::read(folder.join("s.p12")).unwrap(), bytes);
    }
}

#[test]
fn a_key_that_is_not_handled_is_carried_along() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    openssl_store(folder, "live", &["-keypbe", "CAMELLIA-256-CBC"]);
    let mut store = open(&folder.join("s.p12"));
    let remarks: Vec<_> = store.remarks().unwrap().iter().map(ToString::to_string).collect();
    assert!(remarks[0].contains("Camellia-256") && remarks[0].contains("`live`"), "{remarks:?}");
    assert_eq!(store.opens(&alias("live")).unwrap(), Some(false));
    let refused = store.create_key_pair(&alias("next"), &super::spec("next")).unwrap_err();
    assert!(refused.to_string().contains("Camellia-256"), "{refused}");
    let live = named(&store, "live").unwrap();
    assert_eq!(store.remove(&alias("live"), &live).unwrap(), Outcome::Changed);
}
