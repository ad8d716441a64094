//! The book in `docs/`: every page is in it, and its lists hold what the program holds.

#![cfg(test)]

mod checks;
mod notices;
mod reference;

use std::collections::{BTreeMap, BTreeSet};

use keyroll::plan::given::Given;
use keyroll::{
    action::VOCABULARY,
    condition::{CONDITIONS, known},
    invariant::promises,
    plan::resolve::resolve,
    source::Source,
    syntax::parse,
};

use crate::readme::{blocks, pages, read};

/// The pages that a summary names, in its order.
fn named(summary: &str) -> Vec<&str> {
    let links = summary.lines().filter_map(|line| line.trim_start().strip_prefix("- ["));
    links.map(|line| line.split_once("](").and_then(|(_, rest)| rest.strip_suffix(')')).unwrap()).collect()
}

#[test]
fn every_page_is_in_the_book_once() {
    let summary = read("docs/SUMMARY.md");
    let named = named(&summary);
    let set: BTreeSet<String> = named.iter().map(|page| format!("docs/{page}")).collect();
    assert_eq!(set.len(), named.len(), "a page is named twice: {named:?}");
    let there: BTreeSet<String> =
        pages().into_iter().filter(|page| page.starts_with("docs/") && page != "docs/SUMMARY.md").collect();
    assert_eq!(set, there);
}

#[test]
fn every_page_begins_with_its_title() {
    let made = ["docs/security.md", "docs/SUMMARY.md"];
    for page in pages().iter().filter(|page| page.starts_with("docs/") && !made.contains(&page.as_str())) {
        let text = read(page);
        assert!(text.starts_with("# "), "{page}");
        let (_, prose) = blocks(&text);
        assert_eq!(prose.lines().filter(|line| line.starts_with("# ")).count(), 1, "{page}");
    }
    let include = read("docs/security.md");
    assert_eq!(include, "{{#include ../SECURITY.md}}\n");
}

/// The rows of the language's own tables: how each word is written and what it means.
fn rows() -> Vec<(&'static str, &'static str)> {
    let verbs = VOCABULARY.iter().map(|verb| (verb.usage, verb.meaning));
    let conditions = CONDITIONS.iter().map(|form| (form.usage, form.meaning));
    verbs.chain(conditions).chain([(known::USAGE, known::MEANING)]).chain(promises()).collect()
}

#[test]
fn the_language_page_has_every_word_and_no_other() {
    let page = read("docs/language.md");
    let wanted: BTreeSet<String> =
        rows().iter().map(|(usage, says)| format!("| `{usage}` | {says} |")).collect();
    let heads = ["| verb |", "| condition |", "| promise |"].map(|head| format!("{head} meaning |"));
    let tables = page.split("\n\n").filter(|table| heads.iter().any(|head| table.starts_with(head)));
    let told: BTreeSet<String> =
        tables.flat_map(str::lines).filter(|line| line.starts_with("| `")).map(str::to_owned).collect();
    assert_eq!(told, wanted);
}

/// A plan in which an example may stand.
fn around(kind: &str, example: &str) -> Vec<String> {
    let minimal = read("docs/language.md");
    let (blocks, _) = blocks(&minimal);
    let whole = &blocks.iter().find(|block| block.fence == "renewal minimal.renewal").unwrap().text;
    let declared =
        format!("{whole}\nrole receiver_admin\nwindow downtime at most 4h\nfact change of operator\n")
            .replace("tenant[$alias]", "tenant[\"orders-signer\"]");
    let lines = example.lines();
    match kind {
        "line" => {
            lines.map(|line| format!("{declared}step example by operator {{\n  {line}\n}}\n")).collect()
        }
        "condition" => lines
            .flat_map(|line| {
                let step = format!(
                    "{declared}step example by operator {{\n  needs {line}\n  inform receiver_admin\n}}\n"
                );
                [step, format!("{declared}finally {line}\n")]
            })
            .collect(),
        "promise" => lines.map(|line| format!("{declared}promise {line}\n")).collect(),
        "item" => {
            let declared = declared.lines().filter(|line| {
                // What goes on in further lines begins in its first.
                !example.lines().filter(|said| !said.starts_with(' ')).any(|said| {
                    let head =
                        |line: &str| line.split([' ', ':']).take(2).map(str::to_owned).collect::<Vec<_>>();
                    head(said) == head(line)
                })
            });
            vec![declared.map(|line| format!("{line}\n")).collect::<String>() + example]
        }
        other => panic!("a fence of `renewal {other}`"),
    }
}

#[test]
fn every_example_of_the_language_page_is_read_and_resolved() {
    let page = read("docs/language.md");
    let mut examples: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for block in blocks(&page).0 {
        let kind =
            block.fence.strip_prefix("renewal ").unwrap_or_else(|| panic!("a fence of `{}`", block.fence));
        if kind.ends_with(".renewal") {
            continue;
        }
        for text in around(kind, &block.text) {
            let source = Source::new("language.md", text.as_str());
            let (tree, findings) = parse(&source);
            assert!(findings.is_empty(), "{findings:?}\n{text}");
            if let Err(findings) = resolve(&source, &tree, &Given { silence: true, ..Given::default() }) {
                panic!("{findings:?}\n{text}");
            }
        }
        examples.entry(kind.to_owned()).or_default().extend(block.text.lines().map(str::to_owned));
    }
    // Each word has its example: what is fixed in its usage line stands in one.
    for (kind, usages) in [
        ("line", VOCABULARY.iter().map(|verb| verb.usage).collect::<Vec<_>>()),
        ("condition", CONDITIONS.iter().map(|form| form.usage).collect()),
        ("promise", promises().map(|(usage, _)| usage).collect()),
    ] {
        for usage in usages {
            let fixed: Vec<&str> = usage.split(' ').filter(|word| !word.starts_with('<')).collect();
            let shown = examples[kind].iter().any(|line| {
                let words: Vec<&str> = line.split(' ').collect();
                let is_open = usage.contains("<act>") || usage.contains("<condition>");
                let is_long = words.len() == usage.split(' ').count() || is_open;
                is_long && fixed.iter().all(|word| words.contains(word))
            });
            assert!(shown, "`{usage}` has no example");
        }
    }
}

#[test]
fn a_wrong_example_is_seen() {
    for (kind, example) in
        [("line", "exchange partner for new"), ("condition", "orders drained"), ("promise", "orders late")]
    {
        for text in around(kind, example) {
            let source = Source::new("language.md", text.as_str());
            let (tree, findings) = parse(&source);
            assert!(!findings.is_empty() || resolve(&source, &tree, &Given::default()).is_err(), "{text}");
        }
    }
}

/// The first cells of the rows of a page that begin with a number.
fn codes(page: &str) -> Vec<[String; 2]> {
    let rows = page.lines().filter_map(|line| line.strip_prefix("| "));
    let rows =
        rows.map(|row| row.split(" | ").map(|cell| cell.trim_end_matches('|').trim().to_owned()).collect());
    rows.filter(|row: &Vec<String>| row[0].parse::<u8>().is_ok() && row.len() > 1)
        .map(|row| [row[0].clone(), row[1].clone()])
        .collect()
}

#[test]
fn the_exit_codes_are_those_of_the_readme() {
    let (book, readme) = (codes(&read("docs/exits.md")), codes(&read("README.md")));
    assert!(book.len() > 8, "{book:?}");
    assert_eq!(book, readme);
}

/// The limits on the page of formats, by the name of what has them.
#[test]
fn the_sizes_are_those_of_the_program() {
    use keyroll::backend::{file::bounded::CERTIFICATE_LIMIT, xml_dsig::Limits};
    let page = read("docs/formats.md");
    let limits = Limits::default();
    let mib = |bytes: u64| format!("{} MiB", bytes >> 20);
    let grouped = |number: usize| {
        let digits = number.to_string();
        if number < 1_000 {
            digits
        } else {
            format!("{},{}", &digits[..digits.len() - 3], &digits[digits.len() - 3..])
        }
    };
    for (what, most) in [
        ("a plan", mib(keyroll::syntax::SIZE_LIMIT as u64)),
        ("a certificate file", mib(CERTIFICATE_LIMIT as u64)),
        ("open elements of a document", grouped(limits.depth)),
        ("attributes of one element", grouped(limits.attributes)),
        ("namespaces in scope", grouped(limits.namespaces)),
        ("declarations and `xml:` attributes in scope", mib(limits.scope)),
        ("a name in a document", format!("{} bytes", grouped(limits.name))),
        ("a name", format!("{} characters", keyroll::syntax::NAME_LIMIT)),
        ("an alias", format!("{} characters", keyroll::name::ALIAS_LIMIT)),
        ("keys of a scenario", grouped(keyroll::synthesis::MOST_KEYS)),
        ("certificates of one file", grouped(keyroll::backend::key_pair::certificates::MOST_CERTIFICATES)),
        ("a tag, comment, instruction or CDATA section", mib(limits.token)),
        ("distinct ids in a document", grouped(limits.ids)),
        ("a public text", format!("{} bytes", grouped(keyroll::world::public_text::PUBLIC_TEXT_LIMIT))),
        ("the answer of a command", mib(keyroll::backend::command::ANSWER_LIMIT as u64)),
        ("a signature element", format!("{} KiB", limits.signature >> 10)),
    ] {
        let row = format!("| {what} | {most} |");
        assert!(page.contains(&row), "{row}");
    }
}

/// Those that the program keeps to itself, as its source has them.
#[test]
fn the_sizes_are_those_of_the_source() {
    let page = read("docs/formats.md");
    for (row, file, constant) in [
        (
            "| findings in one text before reading ends | 1,000 |",
            "syntax/parser",
            "FAULT_LIMIT: usize = 1000",
        ),
        ("| memory for the order of the steps | 256 MiB |", "graph/order", "ROOM: usize = 256 * 1024 * 1024"),
        ("`--budget` says otherwise | 2,000,000 |", "proof/verdict", "BUDGET: usize = 2_000_000"),
        ("`import` drafts | 10,000 |", "import/fault", "MOST_STEPS: usize = 10_000"),
        ("| a keystore | 64 MiB |", "backend/pkcs12/store", "LARGEST_STORE: u64 = 64 << 20"),
        ("in a keystore | 5,000,000 |", "backend/pkcs12/scheme", "MOST_ITERATIONS: u64 = 5_000_000"),
        ("a keystore takes | 20,000,000 |", "backend/pkcs12/safe", "MOST_IN_ALL: u64 = 4 * MOST_ITERATIONS"),
        ("apart takes | 50,000,000 |", "backend/pkcs12/pairing", "MOST_IN_ALL: u64 = 10 * MOST_ITERATIONS"),
        ("| elements of a BER store in each other | 32 |", "backend/pkcs12/ber", "DEEPEST: usize = 32"),
        (
            "| certificates of a chain, beyond which no issuer is looked for | 32 |",
            "backend/key_pair/chain",
            "LONGEST_CHAIN: usize = 32",
        ),
        ("| a record of changes by hand | 64 MiB |", "backend/custody/record", "LIMIT: usize = 64 << 20"),
        ("| a file in a trust folder | 16 MiB |", "backend/directory/reading", "LARGEST: u64 = 16 << 20"),
        ("| a password file | 4,096 bytes |", "backend/secret", "LARGEST: usize = 4096"),
        (
            "standard error, kept in memory | 64 KiB |",
            "backend/command/process",
            "ERROR_LIMIT: usize = 64 << 10",
        ),
        (
            "| references of a signature | 8 |",
            "backend/xml_dsig/signature/block",
            "MOST_REFERENCES: usize = 8",
        ),
    ] {
        assert!(page.contains(row), "{row}");
        let source = read(&format!("src/{file}.rs"));
        assert!(source.contains(&format!("const {constant};")), "src/{file}.rs has no `{constant}`: {row}");
    }
}
