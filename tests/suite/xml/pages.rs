//! The page and the script about signatures know every word of every option, and no other.

use std::{collections::BTreeSet, fs, path::Path};

use keyroll::backend::xml_dsig::{Algorithm, Canonicalization, Digest, KeyInfoPart, Shape};

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// Option and its words.
fn options() -> Vec<(&'static str, BTreeSet<&'static str>)> {
    vec![
        ("--type", Shape::ALL.into_iter().map(Shape::name).collect()),
        ("--algorithm", Algorithm::ALL.into_iter().map(Algorithm::name).collect()),
        ("--digest", Digest::ALL.into_iter().map(Digest::name).collect()),
        ("--c14n", Canonicalization::all().map(|one| one.name()).collect()),
        ("--content-c14n", Canonicalization::all().map(|one| one.name()).collect()),
        ("--key-info", KeyInfoPart::ALL.into_iter().map(KeyInfoPart::name).chain(["none"]).collect()),
    ]
}

#[test]
fn the_page_lists_the_words_of_each_option() {
    let page = read("docs/xml-signatures.md");
    for (option, words) in options() {
        let row = page.lines().find(|line| line.starts_with(&format!("| `{option}` |"))).unwrap();
        let values = row.split('|').nth(2).unwrap();
        let listed: BTreeSet<&str> = values.split('`').skip(1).step_by(2).collect();
        assert_eq!(listed, words, "{option}");
    }
}

#[test]
fn the_script_signs_with_every_option_that_the_page_lists() {
    let (page, script) = (read("docs/xml-signatures.md"), read("docs/check-signatures.sh"));
    let ways = script.split("\nways() {\n").nth(1).unwrap().split("\n}\n").next().unwrap();
    let signing = page.split("\n## Signing\n").nth(1).unwrap().split("\n## ").next().unwrap();
    let listed = signing.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    let mut count = 0;
    for option in listed {
        assert!(ways.contains(option), "the script leaves out {option}");
        count += 1;
    }
    assert_eq!(count, 13);
    let typed: BTreeSet<&str> = ways.split([' ', ',', '\n', ';', '"', '=']).collect();
    for (option, words) in options() {
        // The script signs enveloped by default.
        let left_out: Vec<_> = words.iter().filter(|word| !typed.contains(*word)).collect();
        assert!(left_out.is_empty(), "the script leaves out {left_out:?} of {option}");
    }
}
