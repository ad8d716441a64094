//! What comes into a keystore by hand, and what is asked of an authority.

use super::Shelf;

/// An authority, as openssl plays one, and a pair of its own making with a chain.
fn authority() -> Shelf {
    let shelf = Shelf::with(&["live", "other"]);
    let openssl = |line: &str| shelf.tool("openssl", &line.split(' ').collect::<Vec<_>>());
    openssl(
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -subj /CN=authority -out ca.pem",
    );
    openssl("req -newkey rsa:2048 -nodes -keyout pair.key -subj /CN=outside -out pair.csr");
    openssl("x509 -req -in pair.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 90 -out pair.crt");
    openssl("pkcs8 -topk8 -in pair.key -passout env:STORE_PASSWORD -v2 aes-256-cbc -out locked.key");
    shelf.write("pair.pem", [shelf.read("pair.key"), shelf.read("ca.pem"), shelf.read("pair.crt")].concat());
    shelf
}

#[test]
fn an_answer_takes_the_place_of_the_pairs_own_certificate() {
    let shelf = authority();
    shelf.keystore(&["request", "a.p12", "--alias", "live", "--output", "live.csr"]).ends(0);
    shelf.keystore(&["request", "a.p12", "--alias", "live", "--der", "--output", "live.der"]).ends(0);
    let openssl = |line: &str| shelf.tool("openssl", &line.split(' ').collect::<Vec<_>>());
    openssl("req -in live.csr -noout -verify");
    let words = "-noout -pubkey -subject";
    let of_der = openssl(&format!("req -in live.der -inform DER {words}"));
    assert!(
        of_der.contains("CN = live") && of_der == openssl(&format!("req -in live.csr {words}")),
        "{of_der}"
    );
    openssl("x509 -req -in live.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 90 -out answer.pem");
    openssl("crl2pkcs7 -nocrl -certfile answer.pem -certfile ca.pem -out answer.p7b");
    let before = shelf.entries("a.p12");
    // For another pair it is none.
    shelf.keystore(&["import", "a.p12", "--alias", "other", "--answer", "answer.p7b"]).ends(1);
    shelf.keystore(&["import", "a.p12", "--alias", "nothing", "--answer", "answer.p7b"]).ends(1);
    shelf.keystore(&["import", "a.p12", "--alias", "live", "--answer", "answer.p7b"]).ends(0);
    let again = shelf.keystore(&["import", "a.p12", "--alias", "live", "--answer", "answer.p7b"]).ends(0);
    assert!(again.err.contains("it was so already"), "{}", again.err);
    let after = shelf.entries("a.p12");
    let about = |entries: &[String], alias: &str| {
        let own = entries.iter().find(|entry| entry.starts_with(&format!("{alias}\n")));
        own.unwrap_or_else(|| panic!("{alias}: {entries:?}")).clone()
    };
    assert_eq!(about(&after, "other"), about(&before, "other"));
    assert!(about(&after, "live").contains("Certificate chain length: 2"), "{after:?}");
    let chain = shelf.keystore(&["export", "a.p12", "--alias", "live", "--chain"]).ends(0).out;
    assert_eq!(chain.matches("BEGIN CERTIFICATE").count(), 2);
    let shown = shelf.keystore(&["show", "a.p12", "--alias", "live"]).ends(0).out;
    assert!(shown.contains("issuer      CN=authority") && shown.contains("issuer 1 of the chain"), "{shown}");
}

#[test]
fn pairs_come_from_files_and_from_other_keystores() {
    let shelf = authority();
    shelf.keystore(&["import", "a.p12", "--alias", "one", "--pair", "pair.pem"]).ends(0);
    shelf.write("key.txt", shelf.read("locked.key"));
    let locked = ["import", "a.p12", "--alias", "two", "--pair", "key.txt", "--chain", "pair.crt"];
    let said = shelf.keystore(&locked).ends(2);
    assert!(said.err.starts_with("cannot import key.txt: "), "{}", said.err);
    shelf.keystore(&[&locked[..], &["--pair-password", "env:PWD"]].concat()).ends(2);
    shelf.keystore(&[&locked[..], &["--pair-password", "env:STORE_PASSWORD"]].concat()).ends(0);
    let words = "pkcs12 -export -in pair.pem -inkey pair.key -out other.p12 -passout env:STORE_PASSWORD";
    shelf.tool("openssl", &words.split(' ').collect::<Vec<_>>());
    let from = ["--from", "other.p12", "--from-password", "env:STORE_PASSWORD"];
    shelf.keystore(&[&["import", "new.p12", "--new-store", "--alias", "three"], &from[..]].concat()).ends(0);
    let several = ["--from", "a.p12", "--from-password", "env:STORE_PASSWORD"];
    let into = ["import", "new.p12", "--alias", "four"];
    shelf.keystore(&[&into[..], &several].concat()).ends(2);
    shelf.keystore(&[&into[..], &several, &["--from-alias", "nothing"]].concat()).ends(1);
    shelf.keystore(&[&into[..], &several, &["--from-alias", "live"]].concat()).ends(0);
    let digest = |store: &str, alias: &str| {
        shelf
            .digests(store)
            .into_iter()
            .find(|(name, _)| name == alias)
            .unwrap_or_else(|| panic!("{alias}"))
            .1
    };
    assert_eq!(digest("a.p12", "one"), digest("a.p12", "two"));
    assert_eq!(digest("a.p12", "one"), digest("new.p12", "three"));
    assert_eq!(digest("a.p12", "live"), digest("new.p12", "four"));
    assert_eq!(shelf.entries("new.p12").len(), 2);
    assert_eq!(shelf.entries("a.p12").len(), 4);
    // The key that came in signs.
    shelf.write("a.xml", "<a/>");
    let sign = [
        "sign",
        "a.xml",
        "--keystore",
        "a.p12",
        "--alias",
        "two",
        "--password",
        "env:STORE_PASSWORD",
        "--output",
        "s.xml",
    ];
    shelf.keyroll(&sign).ends(0);
    shelf.tool("xmlsec1", &["--verify", "--trusted-pem", "ca.pem", "s.xml"]);
}

#[test]
fn what_cannot_come_in_leaves_everything_as_it_is() {
    let shelf = authority();
    let bytes = shelf.read("a.p12");
    let record = shelf.read("a.p12.record");
    shelf.write("two.pem", [shelf.read("ca.pem"), shelf.read("pair.crt")].concat());
    for (words, exit) in [
        (&["--alias", "x"][..], 2),
        (&["--alias", "x", "--pair", "pair.pem", "--certificate", "ca.pem"], 2),
        (&["--alias", "x", "--certificate", "two.pem"], 2),
        (&["--alias", "x", "--certificate", "pair.key"], 2),
        (&["--alias", "x", "--pair", "ca.pem"], 2),
        (&["--alias", "x", "--pair", "pair.key", "--chain", "ca.pem"], 2),
        (&["--alias", "x", "--from", "none.p12"], 5),
        (&["--alias", "x", "--answer", "ca.pem"], 1),
        (&["--alias", "x", "--chain", "ca.pem"], 2),
    ] {
        let said = shelf.keystore(&[&["import", "a.p12"], words].concat());
        assert_eq!(said.exit, exit, "{words:?}: {said:?}");
        assert!(!said.err.is_empty());
    }
    shelf.keystore(&["import", "b.p12", "--alias", "x", "--pair", "pair.pem"]).ends(5);
    assert_eq!((shelf.read("a.p12"), shelf.read("a.p12.record")), (bytes.clone(), record));
    assert!(!shelf.path("b.p12").exists() && !shelf.path("b.p12.lock").exists());
    // An occupied alias is seen under the lock, and told in the record.
    shelf.keystore(&["import", "a.p12", "--alias", "live", "--certificate", "ca.pem"]).ends(1);
    assert_eq!(shelf.read("a.p12"), bytes);
}

#[test]
fn a_trusted_certificate_is_seen_by_java_and_a_weak_keystore_is_called_weak() {
    let shelf = authority();
    shelf.keystore(&["import", "a.p12", "--alias", "ca", "--certificate", "ca.pem"]).ends(0);
    let entries = shelf.entries("a.p12");
    assert!(entries.iter().any(|entry| entry.contains("trustedCertEntry")), "{entries:?}");
    shelf.keystore(&["remove", "a.p12", "--alias", "ca"]).ends(0);
    assert_eq!(shelf.entries("a.p12").len(), 2);
    let words = "pkcs12 -export -legacy -in pair.pem -inkey pair.key -name old -out old.p12 -passout env:STORE_PASSWORD";
    shelf.tool("openssl", &words.split(' ').collect::<Vec<_>>());
    let shown = shelf.keystore(&["show", "old.p12"]).ends(0).out;
    assert!(shown.contains("\nweak: "), "{shown}");
    let shown = shelf.json(&["show", "old.p12"]);
    assert_eq!(shown["remarks"][0]["weakness"], true);
    assert!(!shelf.keystore(&["show", "a.p12"]).ends(0).out.contains("weak: "));
}
