//! The third-party software that is built in, and its licences.

use std::collections::BTreeMap;
use std::process::Command;

use crate::readme::read;

/// The crates that are linked into the program on Linux, each with its licence: what `cargo tree` names
/// without what is used while building or testing only.
fn linked() -> BTreeMap<String, String> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["tree", "--locked", "--offline", "--edges", "normal,no-proc-macro", "--prefix", "none"]);
    cargo.args(["--target", "x86_64-unknown-linux-gnu", "--format", "{p}|{l}"]);
    let output = cargo.current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let rows = text.lines().filter_map(|line| line.trim_end_matches(" (*)").split_once('|'));
    let rows = rows.map(|(name, licence)| (name.split(' ').next().unwrap().to_owned(), licence.to_owned()));
    rows.filter(|(name, _)| name != "keyroll").collect()
}

#[test]
fn every_crate_is_on_the_page_with_its_licence() {
    let page = read("docs/third-party.md");
    let linked = linked();
    assert!(linked.len() > 40, "{linked:?}");
    let wanted: Vec<String> =
        linked.iter().map(|(name, licence)| format!("| `{name}` | {licence} |")).collect();
    let told: Vec<&str> = page.lines().filter(|line| line.starts_with("| `")).collect();
    assert!(told == wanted, "the table of docs/third-party.md should be\n{}", wanted.join("\n"));
    for (name, licence) in &linked {
        assert!(!licence.trim().is_empty(), "{name} has no licence");
    }
}

#[test]
fn what_is_built_in_besides_crates_is_on_the_page() {
    let page = read("docs/third-party.md");
    for (name, licence) in [("OpenSSL", "Apache-2.0"), ("SQLite", "public domain")] {
        assert!(
            page.lines().any(|line| line.starts_with(&format!("| {name} |")) && line.contains(licence)),
            "{name}"
        );
    }
}
