//! Rehearsals of the likeness of a site: everything of it but its keys.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use keyroll::{
    backend::{
        directory::TrustFolder,
        keystore::{Entry, EntryKind, Keystore},
        pkcs12::Pkcs12Keystore,
        receiver::Receiver,
        signer::Signer,
        xml_dsig::{SignatureProfile, XmlSigner, XmlVerifier},
    },
    name::Alias,
    world::material::Certificate,
};
use openssl::pkey::PKey;

use super::{Place, gather};

const SMALL: &str = "--messages 200 --rate 300";

/// A site as they are after some years: a chain, other pairs, a partner's certificate, a secret,
/// and a trust folder in which a stranger lies.
fn grown() -> Place {
    let place = Place::two_keys();
    let common = ["-keystore", "tenant.p12", "-storetype", "PKCS12", "-storepass:file", "password"];
    let keytool = |words: &[&str]| place.tool("keytool", &[words, &common].concat()).out;
    keytool(&["-delete", "-alias", "orders-signer"]);
    let pair = ["-genkeypair", "-startdate", "-20d", "-validity", "100"];
    let ca = [
        "-alias",
        "ca",
        "-keyalg",
        "EC",
        "-groupname",
        "secp384r1",
        "-dname",
        "CN=House CA, O=Example",
        "-ext",
        "bc:c",
    ];
    keytool(&[&pair[..], &ca].concat());
    let signer = ["-alias", "orders-signer", "-keyalg", "RSA", "-keysize", "3072", "-signer", "ca"];
    keytool(&[&pair[..], &signer, &["-dname", "CN=orders, O=M\u{fc}ller und Co, C=DE"]].concat());
    keytool(
        &[&pair[..], &["-alias", "Other", "-keyalg", "EC", "-groupname", "secp256r1", "-dname", "CN=other"]]
            .concat(),
    );
    keytool(&["-genseckey", "-alias", "a-secret", "-keyalg", "AES", "-keysize", "256"]);
    let stranger =
        ["-subj", "/CN=stranger", "-days", "50", "-keyout", "stranger.key", "-out", "stranger.pem"];
    let request = ["req", "-x509", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"];
    place.tool("openssl", &[&request[..], &stranger].concat());
    fs::remove_file(place.folder.join("stranger.key")).unwrap();
    keytool(&["-importcert", "-noprompt", "-alias", "partner-tls", "-file", "stranger.pem"]);
    let pem = keytool(&["-exportcert", "-rfc", "-alias", "orders-signer"]);
    fs::remove_file(place.trusted()).unwrap();
    place.write(
        "partner-trust/orders.pem",
        pem.split("\n-----END CERTIFICATE-----").next().unwrap().to_owned() + "\n-----END CERTIFICATE-----\n",
    );
    fs::rename(place.folder.join("stranger.pem"), place.folder.join("partner-trust/stranger.pem")).unwrap();
    place.edit("site.toml", "capacity = 2", "capacity = 7");
    place.edit("site.toml", "[parameters]\n", "[parameters]\ndelivery = \"40m\"\n");
    place.edit("site.toml", "[keys]", "[keys.new]\ntype = \"ec-p384\"\ndays = 400");
    place
}

fn store(folder: &Path) -> Pkcs12Keystore {
    let password = fs::read_to_string(folder.join("password")).unwrap().trim_end().to_owned();
    Pkcs12Keystore::open(folder.join("tenant.p12"), password.into())
}

fn entries(folder: &Path) -> Vec<Entry> {
    store(folder).entries().unwrap()
}

fn entry(folder: &Path, alias: &str) -> Entry {
    store(folder)
        .entry(&Alias::new(alias.to_owned()).unwrap())
        .unwrap()
        .unwrap_or_else(|| panic!("no {alias}"))
}

fn chain(folder: &Path, alias: &str) -> Vec<Certificate> {
    match entry(folder, alias).kind {
        EntryKind::KeyPair { chain } => chain,
        other => panic!("{alias}: {other:?}"),
    }
}

fn trusted(folder: &Path) -> Vec<Certificate> {
    TrustFolder::new(folder.join("partner-trust"), 9, Box::new(XmlVerifier::default())).accepted().unwrap()
}

fn public(certificate: &Certificate) -> Vec<u8> {
    certificate.public_key().unwrap().public_key_to_der().unwrap()
}

/// The public halves of all private keys of a store, as openssl finds them.
fn keys(folder: &Path) -> BTreeSet<Vec<u8>> {
    let words = ["pkcs12", "-in", "tenant.p12", "-passin", "file:password", "-nodes", "-nocerts"];
    let output = Command::new("openssl").args(words).current_dir(folder).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let parts = text.split("-----BEGIN PRIVATE KEY-----").skip(1).filter_map(|part| {
        let body = part.split("-----END").next()?;
        let pem = format!("-----BEGIN PRIVATE KEY-----{body}-----END PRIVATE KEY-----\n");
        // A secret is no pair.
        PKey::private_key_from_pem(pem.as_bytes()).ok()?.public_key_to_der().ok()
    });
    parts.collect()
}

/// Whether a message verifies with a certificate's key, whatever it says of itself.
fn verifies(message: &Path, certificate: &Certificate) -> bool {
    let folder = tempfile::tempdir().unwrap();
    let pem = folder.path().join("key.crt");
    fs::write(&pem, certificate.pem()).unwrap();
    let words = ["--verify", "--enabled-key-data", "key-name", "--pubkey-cert-pem"];
    let output = Command::new("xmlsec1").args(words).arg(&pem).arg(message).output();
    output.unwrap_or_else(|e| panic!("these tests need `xmlsec1`: {e}")).status.success()
}

fn messages(folder: &Path) -> Vec<PathBuf> {
    let all = fs::read_dir(folder.join("messages")).unwrap().map(|entry| entry.unwrap().path());
    let mut all: Vec<PathBuf> = all.filter(|path| path.extension().is_some_and(|end| end == "xml")).collect();
    all.sort();
    // Some of both keys: the first and the last ones.
    let last = all.split_off(all.len() - 8);
    all.truncate(8);
    all.into_iter().chain(last).collect()
}

/// A message that is signed with the original key.
fn original_message(original: &Path) -> PathBuf {
    let mut signer = XmlSigner::new(store(original), SignatureProfile::default());
    let mut out = Vec::new();
    let alias = Alias::new("orders-signer".to_owned()).unwrap();
    signer.sign(&alias, &mut &b"<order>1</order>"[..], &mut out).unwrap();
    let path = original.join("original.xml");
    fs::write(&path, out).unwrap();
    path
}

/// What of an original's keys is in a sandbox, or works there.
fn copied(original: &Path, sandbox: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let own = keys(original);
    assert!(own.len() >= 3, "the original has pairs");
    let fresh = keys(sandbox);
    assert!(!fresh.is_empty(), "the sandbox has pairs");
    found.extend(own.intersection(&fresh).map(|_| "a private key lies in the sandbox".to_owned()));
    let certificates: Vec<Certificate> =
        entries(original).iter().filter_map(|e| e.certificate().cloned()).collect();
    let own_certificates: Vec<&Certificate> =
        certificates.iter().filter(|c| own.contains(&public(c))).collect();
    assert!(own_certificates.len() >= 3);
    let all: Vec<Certificate> =
        entries(sandbox).iter().filter_map(|e| e.certificate().cloned()).chain(trusted(sandbox)).collect();
    found.extend(
        all.iter()
            .filter(|c| own.contains(&public(c)))
            .map(|c| format!("{} is trusted or held", c.subject())),
    );
    let messages = messages(sandbox);
    for message in &messages {
        let with = own_certificates.iter().filter(|c| verifies(message, c));
        found.extend(
            with.map(|c| format!("{} verifies with the original {}", message.display(), c.subject())),
        );
        assert!(all.iter().any(|c| verifies(message, c)), "{} verifies with nothing", message.display());
    }
    let foreign = original_message(original);
    assert!(own_certificates.iter().any(|c| verifies(&foreign, c)), "the original signs");
    found.extend(
        all.iter()
            .filter(|c| verifies(&foreign, c))
            .map(|c| format!("the original's message verifies with {}", c.subject())),
    );
    fs::remove_file(foreign).unwrap();
    found
}

#[test]
fn a_likeness_has_everything_of_its_site_but_the_keys() {
    let place = grown();
    let before = place.files();
    let said =
        place.keyroll(&format!("rehearse plan.renewal --site site.toml {SMALL} --keep ../out")).ends(0);
    for note in [
        "rebuilt: tenant: 3 key pairs made anew",
        "rebuilt: tenant[\"a-secret\"]: left out, a secret",
        "rebuilt: tenant: 0 trusted certificates of keys made anew, 1 of others kept",
        "rebuilt: partner: 1 certificate of keys made anew, 1 of others kept",
    ] {
        assert!(said.err.contains(note), "{note}\n{}", said.err);
    }
    // Nothing at the site was touched: not a byte, not a time, and no lock or journal came.
    assert_eq!(place.files(), before);
    let mut all = std::collections::BTreeMap::new();
    gather(&place.folder, &mut all);
    assert!(all.keys().all(|path| !path.to_string_lossy().contains("keyroll.db")), "{:?}", all.keys());

    let out = place.folder.join("../out");
    assert!(fs::read_to_string(out.join("report.html")).unwrap().contains("Rebuilt from the site"));
    // The old pair is the backup by now.
    let (was, is) = (chain(&place.folder, "orders-signer"), chain(&out, "orders-signer-backup"));
    assert_eq!((was.len(), is.len()), (2, 2));
    for (was, is) in was.iter().zip(&is) {
        assert_eq!((was.subject(), was.key_type()), (is.subject(), is.key_type()));
        assert_eq!(
            was.x509().unwrap().issuer_name().to_der().unwrap(),
            is.x509().unwrap().issuer_name().to_der().unwrap()
        );
        let length = |c: &Certificate| c.not_after().duration_since(c.not_before());
        assert_eq!(length(was), length(is));
        assert!(is.not_before() < was.not_before(), "the clock of a rehearsal lies in the past");
    }
    let issuer = is[1].public_key().unwrap();
    assert!(is[0].x509().unwrap().verify(&issuer).unwrap());
    // The same authority, under its own alias and in the chain.
    assert_eq!(chain(&out, "ca").first(), is.get(1));
    assert_eq!(chain(&out, "Other")[0].subject(), "CN=other");
    assert_eq!(entry(&out, "partner-tls"), entry(&place.folder, "partner-tls"));
    let new = chain(&out, "orders-signer").remove(0);
    assert_eq!(new.key_type().unwrap().to_string(), "ec-p384");
    let trusts: Vec<String> = trusted(&out).iter().map(Certificate::subject).collect();
    assert_eq!(trusts.len(), 2, "{trusts:?}");
    assert!(trusts.contains(&"CN=stranger".to_owned()));
    assert_eq!(copied(&place.folder, &out), Vec::<String>::new());
    let site = fs::read_to_string(out.join("site.toml")).unwrap();
    assert!(site.contains("delivery = \"40m\"") && site.contains("capacity = 7"), "{site}");

    // A sandbox with the original's keys, its trust or its messages is seen.
    let mutant = |change: &dyn Fn(&Path)| {
        let folder = tempfile::tempdir().unwrap();
        let copy = Command::new("cp").arg("-r").arg(&out).arg(folder.path().join("out")).status().unwrap();
        assert!(copy.success());
        change(&folder.path().join("out"));
        copied(&place.folder, &folder.path().join("out")).join("\n")
    };
    let take = |from: &str, to: &Path| fs::copy(place.folder.join(from), to).map(drop).unwrap();
    let found = mutant(&|out| {
        take("tenant.p12", &out.join("tenant.p12"));
        take("password", &out.join("password"));
        // Its messages verify with what its receiver trusts.
        fs::write(out.join("partner-trust/fresh.pem"), is[0].pem() + &new.pem()).unwrap();
    });
    assert!(
        found.contains("a private key lies in the sandbox") && found.contains("original's message verifies"),
        "{found}"
    );
    let found = mutant(&|out| take("partner-trust/orders.pem", &out.join("partner-trust/orders.pem")));
    assert!(found.contains("is trusted or held"), "{found}");
    let found = mutant(&|out| {
        fs::copy(original_message(&place.folder), out.join("messages/0000.xml")).unwrap();
        take("partner-trust/orders.pem", &out.join("partner-trust/orders.pem"));
    });
    assert!(found.contains("verifies with the original"), "{found}");
}

#[test]
fn a_site_that_is_not_as_the_plan_starts_from_is_not_rehearsed() {
    let place = grown();
    let common = ["-keystore", "tenant.p12", "-storetype", "PKCS12", "-storepass:file", "password"];
    let occupied = ["-changealias", "-alias", "Other", "-destalias", "orders-signer-backup"];
    place.tool("keytool", &[&occupied[..], &common].concat());
    let before = place.files();
    let rehearse = format!("rehearse plan.renewal --site site.toml {SMALL} --keep ../out");
    let said = place.keyroll(&rehearse).ends(6).says("not as the plan starts from");
    assert!(
        said.out.contains("differs     tenant[\"orders-signer-backup\"]: the plan starts from nothing"),
        "{}",
        said.out
    );
    let dry = place.keyroll("dry-run plan.renewal").ends(6).out;
    assert_eq!(dry.lines().next(), said.out.lines().next(), "as a dry run says it");
    assert!(!place.folder.join("../out").exists());
    assert_eq!(place.files(), before);

    fs::remove_file(place.folder.join("partner-trust/orders.pem")).unwrap();
    place.keyroll(&rehearse).ends(6).says("differs     partner: the plan starts from old");
    place.write("password", "wrong");
    place.keyroll(&rehearse).ends(5).says("the password does not open");
    place.edit("site.toml", "[flows.orders]", "[flows.other]");
    place.keyroll(&rehearse).ends(1).says("keyroll::");
    place.keyroll("rehearse plan.renewal --site nowhere.toml").ends(2).says("cannot read the site");
    place
        .keyroll("rehearse plan.renewal --site site.toml --set delivery=1h")
        .ends(2)
        .says("--set does not go with --site");
}

#[test]
fn what_is_bound_to_a_person_is_made_as_the_plan_declares_it() {
    let place = grown();
    let common = ["-keystore", "tenant.p12", "-storetype", "PKCS12", "-storepass:file", "password"];
    let export = ["-exportcert", "-rfc", "-alias", "orders-signer", "-file", "old.pem"];
    place.tool("keytool", &[&export[..], &common].concat());
    let site = "site = 1\n[keystores.tenant]\nbackend = \"manual\"\n[receivers.partner]\nbackend = \"directory\"\npath = \"partner-trust\"\ncapacity = 7\n[flows.orders]\nbackend = \"manual\"\n[keys.old]\ncertificate = \"old.pem\"\n";
    place.write("by-hand.toml", site);
    let said = place.keyroll("rehearse plan.renewal --site by-hand.toml --stage --keep ../out").ends(0).out;
    assert!(said.contains("tenant: bound to a person"), "{said}");
    assert!(said.contains("partner: 1 certificate of keys made anew, 1 of others kept"), "{said}");
    let out = place.folder.join("../out");
    let old = chain(&out, "orders-signer").remove(0);
    assert_eq!(old.subject(), chain(&place.folder, "orders-signer")[0].subject());
    assert!(trusted(&out).contains(&old));
    // What was staged can be run.
    let plan = out.join("plan.renewal");
    let run = Command::new(env!("CARGO_BIN_EXE_keyroll"))
        .arg("dry-run")
        .arg(&plan)
        .arg("--site")
        .arg(out.join("site.toml"))
        .output()
        .unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
}
