//! Every kind of store that `docs/keystores.md` lists, made as it says there: one alias is exchanged,
//! and what keytool and openssl say before and after differs at that alias only.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use keyroll::backend::{
    Outcome,
    keystore::{EntryKind, Keystore},
    pkcs12::Remark,
};

use super::{alias, attempt, create, exchange, named, open, run};
use crate::readme;

/// The kinds of the page: name, and the commands that make one.
fn kinds() -> Vec<(String, String)> {
    let (blocks, _) = readme::blocks(&readme::read("docs/keystores.md"));
    let named = blocks.into_iter().filter_map(|block| {
        let name = block.fence.strip_prefix("sh ")?.to_owned();
        Some((name, block.text))
    });
    named.collect()
}

/// What is weak in the kinds that are, in the words of their remarks.
const WEAK: &[(&str, &[&str])] = &[
    (
        "openssl-legacy",
        &[
            "HMAC SHA-1 under the key derivation of PKCS#12, 2048 iterations",
            "certificates are encrypted weakly: 40 bit RC2 under the key derivation of PKCS#12 with SHA-1, 2048",
            "three-key Triple DES under the key derivation of PKCS#12 with SHA-1, 2048 iterations (`Live`)",
        ],
    ),
    ("keytool-legacy", &["HMAC SHA-1", "40 bit RC2", "three-key Triple DES"]),
    ("openssl-3des", &["HMAC SHA-1", "three-key", "three-key"]),
    ("openssl-2des", &["HMAC SHA-1", "two-key", "two-key"]),
    ("openssl-rc2", &["HMAC SHA-1", "128 bit RC2", "40 bit RC2"]),
    ("openssl-rc4", &["HMAC SHA-1", "128 bit RC4", "40 bit RC4"]),
    ("openssl-pbes1", &["HMAC MD5", "DES under PBKDF1 with MD5", "64 bit RC2 under PBKDF1 with SHA-1"]),
    ("openssl-pbes2-3des", &["three-key Triple DES under PBKDF2", "three-key Triple DES under PBKDF2"]),
    ("openssl-nomac", &["no integrity check"]),
    ("keytool-nomac", &["no integrity check"]),
    ("openssl-plain-key", &["the key of `Live` is not encrypted"]),
];

/// Kinds that Java does not read at all.
const NOT_FOR_JAVA: [&str; 3] = ["openssl-2des", "openssl-pbes1", "openssl-pbes2-3des"];

/// What keytool says of each store, by alias.
fn listed(stores: &[PathBuf], folder: &Path) -> BTreeMap<PathBuf, BTreeMap<String, String>> {
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracles/Keystores.java");
    let exports = "java.base/sun.security.tools.keytool=ALL-UNNAMED";
    let mut arguments = vec!["--add-exports", exports, program.to_str().unwrap()];
    arguments.extend(stores.iter().map(|store| store.to_str().unwrap()));
    let output = run("java", &arguments, folder).replace('\r', "");
    let mut all = BTreeMap::new();
    for list in output.split("##### ").skip(1) {
        let (file, list) = list.split_once('\n').unwrap();
        assert!(list.contains("Keystore type: PKCS12"), "{file}: {list}");
        let sections = list.split("Alias name: ").skip(1).map(|section| {
            let (name, rest) = section.split_once('\n').unwrap();
            (name.to_owned(), rest.split("*****").next().unwrap().trim().to_owned())
        });
        all.insert(PathBuf::from(file), sections.collect());
    }
    all
}

/// What openssl says of a store: its bags by friendlyName, and all else.
fn shown(store: &Path) -> (BTreeMap<String, BTreeSet<String>>, BTreeSet<String>) {
    let store = store.to_str().unwrap();
    let arguments = ["pkcs12", "-in", store, "-passin", "env:STORE_PASSWORD", "-noenc", "-info", "-legacy"];
    let output = attempt("openssl", &arguments, Path::new("/"));
    let (out, err) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert!(output.status.success(), "{store}: {err}");
    let mut bags = BTreeMap::<String, BTreeSet<String>>::new();
    for bag in out.split("Bag Attributes").skip(1) {
        let name = bag.lines().find_map(|line| line.trim().strip_prefix("friendlyName: "));
        bags.entry(name.unwrap_or_default().to_owned()).or_default().insert(bag.trim().to_owned());
    }
    (bags, err.lines().map(str::to_owned).collect())
}

#[test]
fn an_exchange_in_each_kind_changes_the_alias_only() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path();
    super::material::issued(folder, "live");
    let kinds = kinds();
    assert!(kinds.len() >= 18, "only {} kinds are listed", kinds.len());
    let mut stores = Vec::new();
    for (name, commands) in &kinds {
        run("sh", &["-euc", commands], folder);
        let store = folder.join(format!("{name}.p12"));
        fs::rename(folder.join("s.p12"), &store).unwrap();
        stores.push(store);
    }
    let mut seen: Vec<_> = WEAK.iter().map(|(kind, _)| *kind).collect();
    for (store, (name, _)) in stores.iter().zip(&kinds) {
        let remarks = open(store).remarks().unwrap();
        let weak = remarks.iter().filter(|remark| remark.is_weakness()).map(ToString::to_string);
        let expected = WEAK.iter().find(|(kind, _)| kind == name).map_or(&[][..], |(_, weak)| weak);
        let weak: Vec<String> = weak.collect();
        assert_eq!(weak.len(), expected.len(), "{name}: {weak:?}");
        for (said, expected) in weak.iter().zip(expected) {
            assert!(said.contains(expected), "{name}: {said}");
        }
        seen.retain(|kind| kind != name);
        // What is to be exchanged for it is made first: the exchange alone is compared.
        create(&mut open(store), "next");
        assert_eq!(open(store).remarks().unwrap().iter().filter(|r| r.is_weakness()).count(), expected.len());
    }
    assert_eq!(seen, [""; 0], "kinds that are no more listed");

    let for_java: Vec<PathBuf> = stores
        .iter()
        .filter(|store| !NOT_FOR_JAVA.contains(&store.file_stem().unwrap().to_str().unwrap()))
        .cloned()
        .collect();
    let before = listed(&for_java, folder);
    let shown_before: Vec<_> = stores.iter().map(|store| shown(store)).collect();
    for store in &stores {
        let mut own = open(store);
        let next = named(&own, "next").unwrap();
        assert_eq!(exchange(&mut own, ["live", "next", "live-old"]).unwrap(), Outcome::Changed);
        assert_eq!(named(&own, "live"), Some(next));
    }
    let after = listed(&for_java, folder);
    for ((store, (name, _)), shown_before) in stores.iter().zip(&kinds).zip(&shown_before) {
        if !for_java.contains(store) {
            let list = ["-list", "-keystore", store.to_str().unwrap(), "-storepass:env", "STORE_PASSWORD"];
            assert!(!attempt("keytool", &list, folder).status.success(), "Java reads {name} by now");
        }
        let nothing = BTreeMap::new();
        let (before, after) = (before.get(store).unwrap_or(&nothing), after.get(store).unwrap_or(&nothing));
        if !for_java.contains(store) {
            assert!(before.is_empty());
        } else if name == "openssl-plain-key" {
            assert_eq!(before.keys().collect::<Vec<_>>(), ["next"], "Java sees no key in the clear");
            assert_eq!(after["live"], before["next"]);
        } else {
            assert_eq!(after["live"], before["next"], "{name}");
            assert_eq!(after["live-old"], before["live"], "{name}");
            let touched = ["live", "next", "live-old"];
            let others = |all: &BTreeMap<String, String>| -> BTreeMap<String, String> {
                all.clone().into_iter().filter(|(alias, _)| !touched.contains(&alias.as_str())).collect()
            };
            assert_eq!(others(after), others(before), "{name}");
        }
        let (bags_before, else_before) = shown_before;
        let (mut bags_after, else_after) = shown(store);
        assert_eq!(else_after, *else_before, "{name}: algorithms and iterations stay");
        let was = |bags: &BTreeSet<String>, old: &str, new: &str| -> BTreeSet<String> {
            bags.iter().map(|bag| bag.replace(old, new)).collect()
        };
        let written = if bags_before.contains_key("Live") { "Live" } else { "live" };
        let label = |name: &str| format!("friendlyName: {name}\n");
        let live = bags_after.remove(written).unwrap();
        assert_eq!(live, was(&bags_before["next"], &label("next"), &label(written)), "{name}");
        let old = bags_after.remove("live-old").unwrap();
        assert_eq!(old, was(&bags_before[written], &label(written), &label("live-old")), "{name}");
        for (other, bags) in bags_after {
            assert_eq!(bags, bags_before[&other], "{name}: {other}");
        }
    }
}

#[test]
fn what_java_does_not_see_is_said() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path();
    super::material::issued(folder, "live");
    let export = "openssl pkcs12 -export -nokeys -in live.pem -certfile ca.pem -caname live -caname authority \
                  -passout env:STORE_PASSWORD -out s.p12";
    run("sh", &["-euc", export], folder);
    let mut store = open(&folder.join("s.p12"));
    let remarks = store.remarks().unwrap();
    let unmarked = ["live", "authority"].map(|name| Remark::UnmarkedCertificate(alias(name)));
    assert!(unmarked.iter().all(|remark| remarks.contains(remark)), "{remarks:?}");
    let count = |folder: &Path| listed(&[folder.join("s.p12")], folder)[&folder.join("s.p12")].len();
    assert_eq!(count(folder), 0);
    let entry = store.entry(&alias("authority")).unwrap().unwrap();
    let EntryKind::Certificate(own) = entry.kind else { panic!("{entry:?}") };
    assert_eq!(store.import_certificate(&alias("Seen"), &own).unwrap(), Outcome::Changed);
    assert_eq!(store.import_certificate(&alias("seen"), &own).unwrap(), Outcome::AlreadySo);
    assert_eq!(count(folder), 1);
    assert_eq!(store.entries().unwrap().len(), 3);
}
