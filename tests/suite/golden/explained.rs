//! `keyroll explain` knows every finding, and what it shows can be written.

use super::*;
use keyroll::run::site::Site;
use keyroll::syntax::parse;

/// The sources that findings may stand in.
const ROOMS: [&str; 11] = [
    "backend",
    "syntax",
    "plan",
    "check",
    "certificate",
    "proof",
    "synthesis",
    "import",
    "template",
    "run",
    "cli",
];

fn sources(folder: &Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else {
            found.push(std::fs::read_to_string(path).unwrap());
        }
    }
}

/// The codes that a source gives to its findings.
fn codes(source: &str) -> Vec<String> {
    let until = |rest: &str, end: char| rest.split(end).next().unwrap().trim().to_owned();
    let written = source.split("code(keyroll::").skip(1).map(|rest| until(rest, ')'));
    // A list of findings made by a macro: `/// ...` and `Name: code, "..."`.
    let listed = source.split("\nrefusals! {").skip(1).flat_map(|rest| {
        let list = rest.split("\n}").next().unwrap();
        list.lines()
            .filter(|l| !l.trim().starts_with("//"))
            .filter_map(|l| l.split_once(": "))
            .map(|(_, rest)| until(rest, ','))
    });
    // What is wrong around a document has no type of its own: `=> return "xml_io".to_owned()`.
    let around = source.split("=> return \"xml_").skip(1).map(|rest| format!("xml_{}", until(rest, '"')));
    written.chain(listed).chain(around).filter(|code| !code.starts_with('$')).collect()
}

#[test]
fn every_code_in_the_source_is_explained_and_no_other() {
    let mut found = BTreeSet::new();
    for room in ROOMS {
        let mut texts = Vec::new();
        sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(room), &mut texts);
        found.extend(texts.iter().flat_map(|text| codes(text)));
    }
    let explained: BTreeSet<String> = explain::all().iter().map(|e| e.code.to_owned()).collect();
    assert_eq!(explained, found);
    assert_eq!(explained.len(), explain::all().len(), "a code is explained twice");
}

#[test]
fn the_search_for_codes_finds_them() {
    assert_eq!(codes("Self::Io(_) => return \"xml_io\".to_owned(),"), ["xml_io"]);
    let source = "#[diagnostic(code(keyroll::one), help(\"x\"))]\nrefusals! {\n    /// A: b, c\n    Two: two, \"{what}\";\n}\ncode(keyroll::$code)";
    assert_eq!(codes(source), ["one", "two"]);
}

#[test]
fn every_explanation_is_there_and_fits_a_terminal() {
    for explanation in explain::all() {
        assert!(!explanation.title.is_empty() && !explanation.title.ends_with('.'), "{}", explanation.code);
        assert!(explanation.text.trim().len() > 40, "{}", explanation.code);
        for line in explanation.text.lines() {
            assert!(line.chars().count() <= 100, "{}: {line}", explanation.code);
            assert!(!line.contains('\t') && line == line.trim_end(), "{}: {line:?}", explanation.code);
        }
    }
}

/// The lines of an explanation that are set off by an indentation, as one text for each block.
fn examples(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        let is_example = line.starts_with("  ") || (inside && line.is_empty());
        if is_example {
            if !inside {
                found.push(String::new());
            }
            let last = found.last_mut().unwrap();
            last.push_str(line.strip_prefix("  ").unwrap_or(line));
            last.push('\n');
        }
        inside = is_example;
    }
    found
}

#[test]
fn the_examples_of_explanations_can_be_read() {
    let mut tried = 0;
    for explanation in explain::all().iter().filter(|e| !is_of_the_reader(e.code)) {
        for example in examples(explanation.text) {
            tried += 1;
            if example.starts_with("site = 1") {
                let site = Site::read(&Source::new(explanation.code, example));
                assert!(site.is_ok(), "{}: {:?}", explanation.code, site.err());
                continue;
            }
            // Prose is drafted.
            if example.starts_with("1. ") {
                let draft = keyroll::import::draft(&Source::new(explanation.code, example), None);
                assert!(draft.is_ok(), "{}", explanation.code);
                continue;
            }
            let head = if example.starts_with("keyroll 1") { "" } else { "keyroll 1\n\n" };
            let source = Source::new(explanation.code, format!("{head}{example}"));
            let (_, findings) = parse(&source);
            let refusal = Refusal::new(source, findings);
            assert!(refusal.findings.is_empty(), "{}", page(&refusal, false, 100));
        }
    }
    assert!(tried >= 8, "only {tried} examples");
}
