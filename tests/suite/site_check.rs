//! `keyroll site check`: everything that a site binds, looked at in the world, and all that is wrong told at once.

#![cfg(test)]

mod found;

use std::{
    collections::BTreeSet,
    fs,
    os::unix::fs::{PermissionsExt, chown},
    path::{Path, PathBuf},
    process::Command,
};

use insta::{assert_snapshot, with_settings};
use keyroll::{
    backend::{
        keystore::{KeySpec, Keystore},
        memory::keystore::MemoryKeystore,
        pkcs12::Pkcs12Keystore,
    },
    name::Alias,
    run::site_check::complaint,
    world::material::KeyType,
};
use rustix::process::geteuid;
use zeroize::Zeroizing;

use crate::{
    answers::JOINED,
    commands::Shop,
    runs::{Place, Said},
};

/// Somebody who is not root.
const NOBODY: u32 = 65_534;

const CHECK: &str = "site check plan.renewal";

fn alias(text: &str) -> Alias {
    Alias::new(text).unwrap()
}

fn spec(begins: &str, days: u32) -> KeySpec {
    KeySpec {
        key_type: KeyType::EcP256,
        subject: vec![("CN".to_owned(), "orders-signer".to_owned())],
        not_before: begins.parse().unwrap(),
        days,
    }
}

/// Puts another keystore in the place of the sandbox's, with a pair that was made so.
fn renew(place: &Place, spec: &KeySpec) {
    let path = place.folder.join("tenant.p12");
    fs::remove_file(&path).unwrap();
    let password = Zeroizing::new(place.read("password").trim_end().to_owned());
    let mut store = Pkcs12Keystore::create_empty(&path, password).unwrap();
    let (_, old) = store.create_key_pair(&alias("orders-signer"), spec).unwrap();
    trusts(place, &old.pem());
}

/// Lets the receiver accept this certificate and no other.
fn trusts(place: &Place, pem: &str) {
    let folder = place.folder.join("partner-trust");
    for file in fs::read_dir(&folder).unwrap() {
        fs::remove_file(file.unwrap().path()).unwrap();
    }
    fs::write(folder.join("old.pem"), pem).unwrap();
}

/// The same with a key and a certificate of the tool's.
fn by_tool(place: &Place, words: &str) {
    let line = format!(
        "openssl req -x509 -nodes -subj /CN=orders-signer -days 365 -keyout key.pem -out cert.pem {words} && \
         openssl pkcs12 -export -inkey key.pem -in cert.pem -name orders-signer -passout file:password \
         -out tenant.p12 && rm key.pem"
    );
    place.tool("sh", &["-euc", &line]);
    trusts(place, &place.read("cert.pem"));
}

/// The program as somebody who may do less than root, in a place that is theirs and may not be written to.
fn hindered(place: &Place, words: &[&str], close: &[&str]) -> Said {
    let program = place.folder.join("keyroll");
    fs::copy(env!("CARGO_BIN_EXE_keyroll"), &program).unwrap();
    let mut scratch = place.folder.parent().unwrap().to_owned();
    fs::set_permissions(&scratch, fs::Permissions::from_mode(0o755)).unwrap();
    scratch.push("place");
    if geteuid().is_root() {
        give_away(&scratch);
    }
    for name in close {
        fs::set_permissions(place.folder.join(name), fs::Permissions::from_mode(0o555)).unwrap();
    }
    let mut command = Command::new(&program);
    command.args(words).current_dir(&place.folder).env("TZ", "UTC").env("OPENSSL_CONF", "/dev/null");
    if geteuid().is_root() {
        std::os::unix::process::CommandExt::uid(&mut command, NOBODY);
        std::os::unix::process::CommandExt::gid(&mut command, NOBODY);
    }
    let said = Said::of(command.output().unwrap());
    for name in close {
        fs::set_permissions(place.folder.join(name), fs::Permissions::from_mode(0o755)).unwrap();
    }
    said
}

fn give_away(folder: &Path) {
    chown(folder, Some(NOBODY), Some(NOBODY)).unwrap();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { give_away(&path) } else { chown(&path, Some(NOBODY), Some(NOBODY)).unwrap() }
    }
}

/// What is said of a site that has this wrong with it, with the exit that goes with it.
fn page(code: &str) -> Said {
    let place = Place::two_keys();
    let at = |name: &str| place.folder.join(name);
    match code {
        "site_unreachable" => fs::remove_dir_all(at("partner-trust")).unwrap(),
        "site_password" => place.edit("site.toml", "file:password", "env:KEYROLL_TEST_UNSET"),
        "asks_for_password" => place.edit("site.toml", "file:password", "ask"),
        "site_open" => fs::set_permissions(at("password"), fs::Permissions::from_mode(0o644)).unwrap(),
        "site_not_writable" => return hindered(&place, &["site", "check", "plan.renewal"], &["."]).ends(1),
        "site_key_missing" => place.edit("plan.renewal", "\"orders-signer\"", "\"orders-singer\""),
        "site_key_type" => {
            let site = place.read("site.toml");
            place.write(
                "site.toml",
                format!("{site}\n[flows.orders.signature]\nalgorithm = \"rsa-sha256\"\n"),
            );
        }
        "site_alias_shared" => twin(&place),
        "site_over_capacity" => {
            let (_, stranger) = MemoryKeystore::new()
                .create_key_pair(&alias("stranger"), &spec("2026-11-01T00:00:00Z", 30))
                .unwrap();
            place.write("partner-trust/stranger.pem", stranger.pem());
        }
        "site_bound_twice" => place.edit("site.toml", "path = \"orders-flow\"", "path = \"partner-trust\""),
        "site_certificate_ends" => renew(&place, &spec("2020-01-01T00:00:00Z", 30)),
        "site_weak" => by_tool(&place, "-newkey rsa:1024"),
        "site_untold" => {
            let silence = "  silence means no\n";
            place.write("plan.renewal", JOINED.replace(silence, &format!("  answers within 14d\n{silence}")));
        }
        "site_backend_failed" => place.write("orders-flow/flow.json", "nonsense"),
        "untrusted" => {
            let shop = Shop::new();
            fs::remove_file(shop.folder.join("site.toml.trust")).unwrap();
            return shop.keyroll("run tokens.renewal").ends(1);
        }
        other => panic!("there is no page for {other}"),
    }
    let exit = match code {
        "site_backend_failed" => 5,
        "asks_for_password" | "site_alias_shared" | "site_certificate_ends" | "site_untold" | "site_weak" => {
            0
        }
        _ => 1,
    };
    place.keyroll(CHECK).ends(exit)
}

/// The pair of the old key lies under another alias too.
fn twin(place: &Place) {
    let out = "openssl pkcs12 -in tenant.p12 -passin file:password -noenc -out pair.pem";
    place.tool("sh", &["-euc", out]);
    place
        .keyroll("keystore import tenant.p12 --alias legacy --pair pair.pem --password file:password")
        .ends(0);
    fs::remove_file(place.folder.join("pair.pem")).unwrap();
}

/// A page without the digest of a program, which is another one in each folder.
fn steady(text: &str) -> String {
    let is_digest = |word: &str| word.len() == 64 && word.chars().all(|c| c.is_ascii_hexdigit());
    let words = text.split_inclusive(|c: char| !c.is_ascii_alphanumeric());
    let steady = words.map(|word| {
        let bare = word.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
        if is_digest(bare) { word.replace(bare, "DIGEST") } else { word.to_owned() }
    });
    steady.collect()
}

#[test]
fn every_finding_about_what_stands_behind_a_site_has_its_page() {
    let codes = complaint::EXPLANATIONS.iter().map(|explanation| explanation.code).chain(["untrusted"]);
    let codes: BTreeSet<&str> = codes.collect();
    with_settings!({ snapshot_path => "../golden/site", prepend_module_to_snapshot => false, omit_expression => true }, {
        for code in &codes {
            let said = page(code);
            let found: BTreeSet<&str> =
                said.err.lines().filter_map(|line| line.strip_prefix("keyroll::")).collect();
            assert_eq!(found, [*code].into(), "{code}:\n{}\n{}", said.out, said.err);
            assert!(said.err.contains("site.toml:"), "{code} points nowhere: {}", said.err);
            assert_snapshot!(*code, steady(&said.err));
        }
    });
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden/site");
    let pages = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let pages: BTreeSet<String> =
        pages.map(|path| path.file_stem().unwrap().to_string_lossy().into_owned()).collect();
    assert_eq!(pages, codes.into_iter().map(str::to_owned).collect());
}
