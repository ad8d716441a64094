//! The habits of the house, kept by its files: each one declared, short, plainly named and finished.

#![cfg(test)]

use std::{
    collections::HashMap,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use crate::rooms::{imports_of, rooms};

type Files = Vec<(PathBuf, String)>;

/// The Rust files under a folder of the repository, in order, each with its text.
pub(crate) fn sources(folder: &str) -> Files {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    gather(&root.join(folder), &mut files);
    files.retain(|(path, _)| path.extension().is_some_and(|end| end == "rs"));
    files.iter_mut().for_each(|(path, _)| *path = path.strip_prefix(root).unwrap().to_owned());
    assert!(!files.is_empty(), "nothing was found in `{folder}`");
    files
}

fn gather(folder: &Path, files: &mut Files) {
    let mut entries: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            gather(&path, files);
        } else {
            let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
            files.push((path, text));
        }
    }
}

/// The file that must declare `path` as a module, whichever of the two is there.
fn parents(path: &Path, root: &Path) -> Option<[PathBuf; 2]> {
    let folder = path.parent().unwrap();
    let owner = if path.ends_with("mod.rs") { folder.parent().unwrap() } else { folder };
    if folder == root && path.ends_with(root_file(root)) || path.ends_with("main.rs") {
        return None;
    }
    if owner == root {
        return Some([root.join(root_file(root)), root.join(root_file(root))]);
    }
    Some([owner.join("mod.rs"), owner.with_extension("rs")])
}

fn root_file(root: &Path) -> &'static str {
    if root.ends_with("suite") { "main.rs" } else { "lib.rs" }
}

/// Files that no other file declares: they are never compiled.
fn forgotten(files: &Files, root: &str) -> String {
    let mut forgotten = String::new();
    let texts: HashMap<&Path, &str> = files.iter().map(|(path, text)| (&**path, &**text)).collect();
    for (path, _) in files {
        let Some(parents) = parents(path, Path::new(root)) else { continue };
        let name = if path.ends_with("mod.rs") { path.parent().unwrap() } else { path };
        let line = format!("mod {};", name.file_stem().unwrap().to_str().unwrap());
        let declared = parents.iter().filter_map(|other| texts.get(&**other)).any(|text| {
            text.lines()
                .any(|said| said == line || said.starts_with("pub") && said.ends_with(&format!(" {line}")))
        });
        if !declared {
            writeln!(forgotten, "{}", path.display()).unwrap();
        }
    }
    forgotten
}

#[test]
fn no_file_is_forgotten() {
    for root in ["src", "tests/suite"] {
        let files = sources(root);
        assert_eq!(forgotten(&files, root), "");
        // Each one is missed when nobody declares it.
        for (path, own) in &files {
            let mut alone: Files = files.iter().map(|(other, _)| (other.clone(), String::new())).collect();
            alone.iter_mut().filter(|(other, _)| other == path).for_each(|(_, text)| text.clone_from(own));
            let missed = forgotten(&alone, root).lines().any(|line| Path::new(line) == path);
            assert_eq!(missed, parents(path, Path::new(root)).is_some(), "{}", path.display());
        }
    }
}

/// The lines of a file before its own tests.
fn length(text: &str) -> usize {
    text.lines().take_while(|line| *line != "#[cfg(test)]" && *line != "#![cfg(test)]").count()
}

fn most(path: &Path) -> usize {
    if path.ends_with("mod.rs") { 180 } else { 400 }
}

/// What is too long among the library's files, and the median of them all.
fn lengths(files: &Files) -> (String, usize) {
    let mut long = String::new();
    let mut all = Vec::new();
    for (path, text) in files {
        let (length, most) = (length(text), most(path));
        if length > most {
            writeln!(long, "{}: {length} lines", path.display()).unwrap();
        }
        all.push(length);
    }
    all.sort_unstable();
    (long, all[all.len() / 2])
}

/// The library's files, without those that are tests from their first line.
fn library() -> Files {
    let mut files = sources("src");
    files.retain(|(path, _)| path.file_stem().is_none_or(|stem| stem != "tests"));
    files
}

#[test]
fn files_are_short() {
    let (long, median) = lengths(&library());
    println!("the median file of the library has {median} lines");
    assert_eq!(long, "");
    assert!(median < 120, "{median} lines");

    let file = |name: &str, lines: usize, end: &str| (PathBuf::from(name), "line\n".repeat(lines) + end);
    let tested = format!("#[cfg(test)]\n{}", "line\n".repeat(500));
    assert_eq!(lengths(&vec![file("a.rs", 400, &tested), file("b/mod.rs", 180, "")]), (String::new(), 400));
    assert_eq!(lengths(&vec![file("a.rs", 401, "")]).0, "a.rs: 401 lines\n");
    assert_eq!(lengths(&vec![file("b/mod.rs", 181, "")]).0, "b/mod.rs: 181 lines\n");
}

/// The judge of certificates is read by whoever trusts nobody: it is small, and knows of nothing that searches.
/// All that decides about a certificate, of whichever kind, is in it.
#[test]
fn the_judge_of_certificates_is_small_and_apart() {
    let judge: Files = sources("src").into_iter().filter(|(p, _)| p.starts_with(JUDGE)).collect();
    let lines: usize = judge.iter().map(|(_, text)| text.lines().count()).sum();
    let code = judge.iter().flat_map(|(_, text)| text.lines()).filter(|line| is_code(line)).count();
    println!("the judge has {code} lines of code, {lines} with comments");
    assert!(code > 300 && code < 500, "{code} lines of code");
    // Nothing is hidden in lines that are too long to be read.
    let long = |text: &str| text.lines().any(|line| line.chars().count() > 110);
    assert!(judge.iter().all(|(_, text)| !long(text)));
    assert_eq!(strangers(&judge), "");
    for import in [
        "use crate::proof::explicit::search::explore;",
        "use crate::{check::Checked, proof::cuts::settle};",
        "use crate::moment::Course;",
        "use super::super::super::super::moment::Course;",
        "fn f() { crate::proof::survey::survey() }",
        "use crate::duration::Timing;",
        "use crate::duration::{gate::Gate, timing::Timing};",
    ] {
        for (path, text) in &judge {
            let planted = vec![(path.clone(), format!("{text}\n{import}\n"))];
            assert_eq!(strangers(&planted).lines().count(), 1, "{import}");
        }
    }
}

/// Whether a line is more than a comment or nothing.
fn is_code(line: &str) -> bool {
    !line.trim().is_empty() && !line.trim_start().starts_with("//")
}

const JUDGE: &str = "src/certificate/judge";

/// The rooms of which the judge may know: what a plan says, and what its words mean; and of durations what a
/// step waits for.
const KNOWN: [&str; 10] = [
    "action",
    "certificate",
    "check",
    "condition",
    "duration::gate",
    "invariant",
    "plan",
    "source",
    "transition",
    "world",
];

/// What files of the judge import from other rooms, one line each.
fn strangers(files: &Files) -> String {
    let is_known = |import: &str| {
        KNOWN.iter().any(|known| {
            import.strip_prefix(known).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
        })
    };
    let mut found = String::new();
    for (path, text) in files {
        for import in imports_of(path, text).into_iter().filter(|import| !is_known(import)) {
            writeln!(found, "{}: `{import}`", path.display()).unwrap();
        }
    }
    found
}

/// Words that stand for no idea.
fn hollow(files: &Files) -> String {
    let mut hollow = String::new();
    for (path, text) in files {
        let modules = text.lines().filter_map(|line| {
            let (before, name) = line.trim().split_once("mod ")?;
            (before.is_empty() || before.starts_with("pub")).then_some(name.split([' ', ';']).next()?)
        });
        let folders = path.iter().map(|part| part.to_str().unwrap().trim_end_matches(".rs"));
        for name in folders.chain(modules) {
            let mut words = name.split('_');
            if words
                .any(|w| ["util", "helper", "manager", "common", "misc"].contains(&w.trim_end_matches('s')))
            {
                writeln!(hollow, "{}: `{name}`", path.display()).unwrap();
            }
        }
    }
    hollow
}

#[test]
fn every_file_is_named_after_its_idea() {
    let files = [sources("src"), sources("tests")].concat();
    assert_eq!(hollow(&files), "");
    for (path, text) in [
        ("src/utils.rs", ""),
        ("src/plan/helpers/mod.rs", ""),
        ("src/store_manager.rs", ""),
        ("src/plan/mod.rs", "pub(crate) mod common;"),
        ("src/plan/mod.rs", "mod util {"),
    ] {
        assert_eq!(hollow(&vec![(path.into(), text.into())]).lines().count(), 1, "{path}: {text}");
    }
}

/// What only work that is not finished says, and places that only one machine has. Each is put
/// together here, so that this list is not found by itself.
fn marks() -> Vec<(String, &'static str)> {
    let join = |parts: &[&str]| parts.concat();
    vec![
        (join(&["todo", "!"]), "is not finished"),
        (join(&["unimplemented", "!"]), "is not finished"),
        (join(&["TO", "DO"]), "is not finished"),
        (join(&["FIX", "ME"]), "is not finished"),
        (join(&["#[", "ignore"]), "is a test that never runs"),
        (join(&["#[", "allow("]), "excuses without a reason: use `expect`"),
        (join(&["#![", "allow("]), "excuses without a reason: use `expect`"),
        (join(&[", ", "allow("]), "excuses without a reason: use `expect`"),
        (join(&["#[", "path"]), "hides where a module stands"),
        (join(&["/", "root/"]), "is a place of one machine"),
        (join(&["/", "home/"]), "is a place of one machine"),
        (join(&["/", "work/"]), "is a place of one machine"),
        (join(&["/", "Users/"]), "is a place of one machine"),
        (join(&["C:", "\\Users"]), "is a place of one machine"),
    ]
}

fn unfinished(files: &Files) -> String {
    let mut found = String::new();
    for (path, text) in files {
        for (number, line) in (1..).zip(text.lines()) {
            for (_, why) in marks().iter().filter(|(mark, _)| line.contains(mark)) {
                writeln!(found, "{}:{number}: {why}", path.display()).unwrap();
            }
        }
    }
    found
}

#[test]
fn everything_is_finished_and_at_home_anywhere() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    for folder in [
        "src",
        "tests",
        "plans",
        "grammar",
        ".ci",
        ".config",
        "docs",
        "benches",
        "examples",
        "fuzz/src",
        "fuzz/fuzz_targets",
    ] {
        if root.join(folder).is_dir() {
            gather(&root.join(folder), &mut files);
        }
    }
    // At the top only what belongs there: a rehearsal may have left its report beside it.
    for name in [
        "Cargo.toml",
        "Cargo.lock",
        "README.md",
        "CHANGELOG.md",
        "SECURITY.md",
        ".gitignore",
        ".clippy.toml",
        ".deny.toml",
        ".rustfmt.toml",
    ] {
        let path = root.join(name);
        if path.is_file() {
            files.push((path.clone(), fs::read_to_string(path).unwrap()));
        }
    }
    assert!(files.len() > 200, "only {} files were read", files.len());
    assert_eq!(unfinished(&files), "");
    for (mark, why) in marks() {
        let text = format!("first\n    {mark}\n");
        assert!(unfinished(&vec![("a.rs".into(), text)]).contains(&format!("a.rs:2: {why}")), "{mark}");
    }
}

/// What is wrong with the root of the library: it lists the rooms in their order, says a line about
/// each, and does nothing else.
fn map_faults(text: &str) -> Vec<String> {
    let listed: Vec<&str> =
        text.lines().filter_map(|l| l.strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    let drawn: Vec<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("//! - [`")?.split_once("`]: "))
        .filter_map(|(room, said)| (!said.is_empty()).then_some(room))
        .collect();
    let ordered: Vec<&str> = rooms().filter(|room| listed.contains(room)).collect();
    let mut faults = Vec::new();
    if drawn != ordered {
        faults.push(format!("the map shows {drawn:?}, the house is {ordered:?}"));
    }
    for room in listed.iter().filter(|room| !ordered.contains(room)) {
        faults.push(format!("`{room}` has no place in the order"));
    }
    for line in text.lines() {
        let lists = ["//!", "pub mod ", "pub use door::"];
        if !(line.is_empty() || lists.iter().any(|list| line.starts_with(list))) {
            faults.push(format!("`{line}` is more than a list"));
        }
    }
    faults
}

#[test]
fn the_map_of_the_house_is_true() {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).unwrap();
    assert_eq!(map_faults(&text), Vec::<String>::new());
    // Without any one of its lines that shows a room or lists one, it would not be.
    for line in text.lines().filter(|line| line.starts_with("//! - [`") || line.starts_with("pub mod ")) {
        assert_eq!(map_faults(&text.replacen(line, "", 1)).len(), 1, "{line}");
    }
    assert_eq!(map_faults(&format!("{text}pub mod attic;\n")).len(), 1);
    assert_eq!(map_faults(&format!("{text}fn main() {{}}\n")).len(), 1);
}

/// The program parses, prints and ends; all it does is in the room of the command line.
#[test]
fn the_program_is_thin() {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/main.rs")).unwrap();
    assert!(text.lines().count() < 30);
    assert!(text.contains("keyroll::cli::"));
    assert_eq!(text.matches("keyroll::").count(), text.matches("keyroll::cli::").count());
}
