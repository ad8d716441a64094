//! Faults of sites, through the program. Their pages are golden elsewhere.

use super::Place;

/// What a run says of a site with this text in place of that one.
#[track_caller]
fn refused(from: &str, to: &str, code: &str, words: &str) {
    let place = Place::two_keys();
    place.edit("site.toml", from, to);
    for line in ["run plan.renewal", "dry-run plan.renewal"] {
        let before = place.files();
        let said = place.keyroll(line).ends(1);
        assert!(said.err.contains(&format!("keyroll::{code}")), "{}", said.err);
        // A long sentence is drawn on several lines.
        let drawn = said.err.replace('│', " ");
        let sentence = drawn.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(sentence.contains(words), "{words}: {}", said.err);
        assert!(said.err.contains("site.toml:"), "it points nowhere: {}", said.err);
        assert!(!said.err.contains("canary"), "{}", said.err);
        assert_eq!(place.files(), before);
        assert!(!place.folder.join("keyroll.db").exists());
    }
}

#[test]
fn a_site_that_does_not_read_is_refused_at_its_line() {
    refused("automatic = true", "automatik = true", "bad_site", "automatik");
    refused("site = 1", "site = 2", "bad_site", "site = 1");
    refused("site = 1\n", "", "bad_site", "site");
    refused("[flows.orders]", "[flows.orders", "bad_site", "here");
    refused("\"pkcs12\"", "\"pkcs11\"", "bad_site", "pkcs11");
    refused("pause = \"0s\"", "pause = \"soon\"", "bad_site", "90s");
    refused("capacity = 2", "capacity = -2", "bad_site", "here");
    refused("file:password", "hunter2-canary", "bad_site", "never written out");
}

#[test]
fn a_site_that_does_not_fit_its_plan_is_refused() {
    refused("[keystores.tenant]", "[keystores.tennant]", "unbound", "tenant");
    refused("[keystores.tenant]", "[keystores.tennant]", "bound_to_nothing", "did you mean");
    refused("[flows.orders]", "[flows.order]", "unbound", "[flows.orders]");
    refused("[roles.tenant_admin]", "[roles.tenant_adm]", "bound_to_nothing", "tenant_admin");
    refused("capacity = 2", "capacity = 1", "weak_binding", "counts on 2");
    refused("[keys]", "[keys.new]\ntype = \"rsa-1024\"", "weak_algorithm", "rsa-2048");
    refused("[keys]", "[keys.new]\ntype = \"ed25519\"", "bad_binding", "cannot do so with Ed25519");
    refused("[keys]", "[keys.new]\ntype = \"ed25519\"", "bad_binding", "an EC key on P-256");
    refused("[keys]", "[keys.new]\nsubject = \"orders\"", "bad_binding", "CN=orders");
}

/// The old key cannot sign what the flow signs: that is seen before anything is done.
#[test]
fn a_key_in_use_that_signs_no_xml_is_refused_first() {
    use keyroll::{
        backend::{
            keystore::{KeySpec, Keystore},
            pkcs12::Pkcs12Keystore,
        },
        name::Alias,
        world::material::KeyType,
    };
    let place = Place::two_keys();
    let password = zeroize::Zeroizing::new(place.read("password").trim_end().to_owned());
    let path = place.folder.join("tenant.p12");
    std::fs::remove_file(&path).unwrap();
    let spec = KeySpec {
        key_type: KeyType::Ed25519,
        subject: vec![("CN".to_owned(), "orders-signer".to_owned())],
        not_before: "2026-11-01T00:00:00Z".parse().unwrap(),
        days: 365,
    };
    let mut store = Pkcs12Keystore::create_empty(&path, password).unwrap();
    store.create_key_pair(&Alias::new("orders-signer").unwrap(), &spec).unwrap();
    let before = std::fs::read(&path).unwrap();
    for line in ["dry-run plan.renewal", "run plan.renewal"] {
        let said = place.keyroll(line);
        assert!(said.err.contains("cannot do so with `old` (ed25519)"), "{line}: {}", said.err);
        assert!(said.err.contains("an RSA key from 2048 bits"), "{line}: {}", said.err);
    }
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[test]
fn a_site_that_is_no_text_or_not_there_is_refused() {
    let place = Place::two_keys();
    let mut bytes = place.read("site.toml").into_bytes();
    bytes.insert(10, 0xff);
    place.write("site.toml", bytes);
    place.run().ends(1).says("UTF-8");
    std::fs::remove_file(place.folder.join("site.toml")).unwrap();
    place.run().ends(2).says("cannot read the site");
    for line in ["status", "why", "inbox --as tenant_admin", "confirm create_key --as tenant_admin"] {
        place.keyroll(line).ends(2).says("there is no journal");
    }
    assert!(!place.folder.join("keyroll.db").exists());
}

#[test]
fn a_password_that_is_written_out_is_not_repeated() {
    let place = Place::two_keys();
    place.edit("site.toml", "file:password", "hunter2-canary");
    for line in ["run plan.renewal", "dry-run plan.renewal", "run plan.renewal --format json"] {
        let said = place.keyroll(line).ends(1);
        assert!(!format!("{}{}", said.out, said.err).contains("hunter2"), "{}", said.err);
    }
}
