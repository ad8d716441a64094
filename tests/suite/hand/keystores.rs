//! Looking into keystores and changing them, compared with what keytool and openssl say.

use std::os::unix::fs::PermissionsExt;

use keyroll::world::material::Fingerprint;
use serde_json::{Value, json};

use super::Shelf;

/// A keystore as keytool makes it: two pairs, a chain of three, and a trusted certificate.
fn by_keytool() -> Shelf {
    let shelf = Shelf::new();
    let pass = ["-keystore", "a.p12", "-storepass:env", "STORE_PASSWORD", "-storetype", "pkcs12"];
    let keytool = |words: &str| {
        let words: Vec<&str> = words.split(' ').collect();
        shelf.tool("keytool", &[words.as_slice(), &pass].concat())
    };
    for (alias, name) in [("live", "CN=orders"), ("next", "CN=orders-next"), ("other", "CN=bystander")] {
        keytool(&format!(
            "-genkeypair -alias {alias} -dname {name},O=Example -keyalg EC -groupname secp256r1 -validity 90"
        ));
    }
    keytool("-exportcert -rfc -alias other -file other.pem");
    keytool("-importcert -noprompt -alias trusted -file other.pem");
    shelf
}

#[test]
fn an_exchange_by_hand_changes_the_named_aliases_only() {
    let shelf = by_keytool();
    let before = shelf.entries("a.p12");
    let bags = |shelf: &Shelf| {
        let words = ["pkcs12", "-info", "-in", "a.p12", "-passin", "env:STORE_PASSWORD", "-nokeys"];
        let said = shelf.tool("openssl", &words);
        let mut bags: Vec<String> = said.split("Bag Attributes").map(str::to_owned).collect();
        bags.retain(|bag| bag.contains("other") || bag.contains("trusted"));
        bags
    };
    let untouched = bags(&shelf);
    assert_eq!(untouched.len(), 2);
    let said = shelf.keystore(&["exchange", "a.p12", "--alias", "LIVE", "--with", "next"]).ends(0);
    assert_eq!(said.out.lines().count(), 3, "{}", said.out);
    let after = shelf.entries("a.p12");
    assert_eq!(bags(&shelf), untouched);
    let about = |entries: &[String], alias: &str| {
        let own = entries.iter().find(|entry| entry.lines().next() == Some(alias));
        own.map(|entry| entry.split_once('\n').unwrap().1.to_owned())
    };
    for alias in ["other", "trusted"] {
        assert_eq!(about(&after, alias), about(&before, alias), "{alias}");
    }
    assert_eq!(about(&after, "live"), about(&before, "next"));
    assert_eq!(about(&after, "live-backup"), about(&before, "live"));
    assert_eq!(about(&after, "next"), None);
    assert_eq!(after.len(), before.len());
    // And back, dropping the newer pair.
    let back = ["exchange", "a.p12", "--alias", "live", "--with", "live-backup", "--backup", "none"];
    shelf.keystore(&back).ends(0);
    let last = shelf.entries("a.p12");
    assert_eq!(about(&last, "live"), about(&before, "live"));
    assert_eq!(last.len(), before.len() - 1);
    shelf.keystore(&["remove", "a.p12", "--alias", "trusted"]).ends(0);
    let less = shelf.entries("a.p12");
    assert_eq!(about(&less, "trusted"), None);
    assert_eq!(about(&less, "other"), about(&before, "other"));
}

#[test]
fn what_is_shown_is_what_other_tools_say() {
    let shelf = by_keytool();
    let shown = shelf.json(&["show", "a.p12", "--alias", "live"]);
    let own = &shown["entries"][0]["chain"][0];
    shelf.keystore(&["export", "a.p12", "--alias", "live", "--output", "live.pem"]).ends(0);
    let x509 = |words: &str| {
        let words: Vec<&str> = words.split(' ').collect();
        shelf.tool("openssl", &[&["x509", "-in", "live.pem", "-noout"], words.as_slice()].concat())
    };
    let digest = x509("-fingerprint -sha256");
    let digest = digest.trim().rsplit('=').next().unwrap().replace(':', "").to_lowercase();
    assert_eq!(own["sha256"], json!(digest));
    let serial = x509("-serial").trim().rsplit('=').next().unwrap().to_lowercase();
    assert_eq!(own["serial"], json!(serial));
    assert_eq!(
        (&own["subject"], &own["issuer"]),
        (&json!("O=Example, CN=orders"), &json!("O=Example, CN=orders"))
    );
    assert_eq!((&own["key_type"], &own["validity"]), (&json!("ec-p256"), &json!("valid")));
    let words = "x509 -in live.pem -noout -pubkey -out key.pem";
    shelf.tool("openssl", &words.split(' ').collect::<Vec<_>>());
    shelf
        .tool("openssl", &"pkey -pubin -in key.pem -outform DER -out key.der".split(' ').collect::<Vec<_>>());
    assert_eq!(own["public_key_sha256"], json!(Fingerprint::of(&shelf.read("key.der")).to_string()));
    // Text for people has the same.
    let text = shelf.keystore(&["show", "a.p12", "--alias", "live"]).ends(0).out;
    for word in [digest.as_str(), serial.as_str(), "(valid now)", " UTC to ", "issuer      itself"] {
        assert!(text.contains(word), "{word}: {text}");
    }
    let all = shelf.keystore(&["list", "a.p12"]).ends(0).out;
    assert_eq!(all.lines().count(), 4, "{all}");
    assert!(all.contains("trusted  certificate"), "{all}");
}

#[test]
fn a_certificate_is_written_out_as_keytool_does_it_and_never_a_key() {
    let shelf = by_keytool();
    let words = "-exportcert -alias live -file wanted.der -keystore a.p12 -storepass:env STORE_PASSWORD";
    shelf.tool("keytool", &words.split(' ').collect::<Vec<_>>());
    shelf.keystore(&["export", "a.p12", "--alias", "live", "--der", "--output", "own.der"]).ends(0);
    assert_eq!(shelf.read("own.der"), shelf.read("wanted.der"));
    let pem = shelf.keystore(&["export", "a.p12", "--alias", "live", "--chain"]).ends(0).out;
    assert_eq!(pem.matches("BEGIN CERTIFICATE").count(), 1);
    assert!(!pem.contains("PRIVATE"));
    shelf.keystore(&["export", "a.p12", "--alias", "live", "--chain", "--der"]).ends(2);
    // What cannot be written is said, and nothing is left.
    let said = shelf.keystore(&["export", "a.p12", "--alias", "live", "--output", "no/such.pem"]).ends(5);
    assert!(said.err.starts_with("cannot write no/such.pem: "), "{}", said.err);
}

#[test]
fn a_keystore_is_made_only_when_that_is_said() {
    let shelf = Shelf::new();
    let create = ["create", "a.p12", "--alias", "live", "--subject", "CN=orders", "--key-type", "rsa-2048"];
    shelf.keystore(&create).ends(5);
    assert_eq!(shelf.names(), [""; 0]);
    let new = [&create[..], &["--new-store", "--days", "30"]].concat();
    shelf.keystore(&new).ends(0);
    assert_eq!(shelf.names(), ["a.p12", "a.p12.lock", "a.p12.record"]);
    for name in shelf.names() {
        let mode = shelf.path(&name).metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{name}");
    }
    let said = shelf.entries("a.p12");
    assert!(said.len() == 1 && said[0].contains("2048-bit RSA key"), "{said:?}");
    // The same again is already so, and something else is refused.
    let bytes = shelf.read("a.p12");
    assert!(shelf.keystore(&new).ends(0).err.contains("it was so already"));
    shelf.keystore(&["create", "a.p12", "--alias", "Live", "--subject", "CN=others"]).ends(1);
    assert_eq!(shelf.read("a.p12"), bytes);
    shelf.keystore(&["create", "a.p12", "--alias", "x", "--subject", "orders"]).ends(2);
    shelf.keystore(&["create", "a.p12", "--alias", "x", "--subject", "CN=x", "--days", "0"]).ends(2);
    shelf.keystore(&["create", "a.p12", "--alias", "x\ty", "--subject", "CN=x"]).ends(2);
}

#[test]
fn the_record_tells_each_change_and_shows_when_it_was_changed_itself() {
    let shelf = Shelf::with(&["live", "next"]);
    let digests = shelf.digests("a.p12");
    shelf.keystore(&["exchange", "a.p12", "--alias", "live", "--with", "next"]).ends(0);
    shelf.keystore(&["remove", "a.p12", "--alias", "live-backup"]).ends(0);
    // A refused change is told too, and one that was not even begun is not.
    shelf.keystore(&["create", "a.p12", "--alias", "live", "--subject", "CN=other"]).ends(1);
    shelf.keystore(&["remove", "a.p12", "--alias", "nothing"]).ends(1);
    let record = |shelf: &Shelf| -> Value {
        let said = shelf.keyroll(&["keystore", "record", "a.p12", "--format", "json"]);
        serde_json::from_str(&said.out).unwrap()
    };
    let told = record(&shelf);
    assert_eq!(told["whole"], json!(true));
    let lines = told["lines"].as_array().unwrap();
    let stages: Vec<String> = lines
        .iter()
        .map(|line| format!("{} {}", line["command"].as_str().unwrap(), line["stage"].as_str().unwrap()))
        .collect();
    let wanted = ["create", "create", "exchange", "remove"];
    let mut wanted: Vec<String> =
        wanted.iter().flat_map(|c| [format!("{c} intent"), format!("{c} done")]).collect();
    wanted.extend(["create intent".to_owned(), "create failed".to_owned()]);
    assert_eq!(stages, wanted);
    let [live, next] = [0, 1].map(|at| json!(digests[at].1));
    assert_eq!(lines[4]["aliases"], json!({"live": live, "live-backup": null, "next": next}));
    assert_eq!(lines[5]["aliases"], json!({"live": next, "live-backup": live, "next": null}));
    assert_eq!(lines[9]["store"], json!(Fingerprint::of(&shelf.read("a.p12")).to_string()));
    assert_eq!(lines[9]["store"], lines[7]["store"]);
    let text = shelf.keyroll(&["keystore", "record", "a.p12"]).ends(0).out;
    assert!(text.lines().all(|line| line.contains(" UTC  ")) && text.lines().count() == 10, "{text}");
    // Every line counts.
    let whole = String::from_utf8(shelf.read("a.p12.record")).unwrap();
    let kept: Vec<&str> = whole.lines().collect();
    for missing in 0..kept.len() - 1 {
        let lines = kept.iter().enumerate().filter(|(at, _)| *at != missing);
        shelf.write("a.p12.record", lines.map(|(_, line)| format!("{line}\n")).collect::<String>());
        shelf.keyroll(&["keystore", "record", "a.p12"]).ends(1);
        assert_eq!(record(&shelf)["whole"], json!(false));
    }
}

#[test]
fn aliases_that_are_the_same_are_no_exchange() {
    let shelf = Shelf::with(&["live", "next"]);
    let bytes = shelf.read("a.p12");
    for words in [
        &["--alias", "live", "--with", "LIVE"][..],
        &["--alias", "live", "--with", "next", "--backup", "next"],
        &["--alias", "live", "--with", "next", "--backup", "Live"],
    ] {
        shelf.keystore(&[&["exchange", "a.p12"], words].concat()).ends(2);
    }
    assert_eq!(shelf.read("a.p12"), bytes);
}
