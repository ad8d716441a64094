//! The order of the rooms: text becomes a tree, a plan, a proof, a run and evidence, and no room
//! knows of one to its right.

#![cfg(test)]

mod imports;

use std::{fmt::Write as _, path::Path};

use crate::house::sources;
use imports::imports;

/// A room may import from those to its left, and from its own group.
///
/// `explanation` and `page` stand far left because they know findings alone, and each room that
/// has findings explains them. `invariant` stands before `plan`, as `action` and `condition` do:
/// the words of a promise are rows of its list, and the plan is read with them.
const ORDER: &[&[&str]] = &[
    &["source", "name", "explanation", "page", "worker"],
    &["syntax"],
    &["world"],
    &["moment"],
    &["backend"],
    &["action", "condition"],
    &["invariant"],
    &["plan"],
    &["graph"],
    &["duration", "way_back"],
    &["check"],
    &["transition"],
    &["certificate"],
    &["proof", "synthesis"],
    &["compare", "import", "repair", "template"],
    &["journal"],
    &["run"],
    &["rest"],
    &["evidence"],
    &["board", "runbook"],
    &["door"],
    &["cli"],
];

fn place(room: &str) -> Option<usize> {
    ORDER.iter().position(|group| group.contains(&room))
}

/// The rooms in their order.
pub(crate) fn rooms() -> impl Iterator<Item = &'static str> {
    ORDER.iter().copied().flatten().copied()
}

/// `src/graph/cycle.rs` is the module `graph::cycle`; `src/lib.rs` is the root.
fn module(path: &Path) -> Vec<String> {
    let path = path.strip_prefix("src").unwrap().with_extension("");
    let mut module: Vec<String> = path.iter().map(|part| part.to_str().unwrap().to_owned()).collect();
    if module.last().is_some_and(|last| last == "mod" || last == "lib") {
        module.pop();
    }
    module
}

/// What a file imports, as paths from the root of the library.
pub(crate) fn imports_of(path: &Path, text: &str) -> Vec<String> {
    let all = imports(&module(path), text);
    all.into_iter().map(|import| import.path.join("::")).collect()
}

/// What a file imports that it must not, one line each.
fn faults(path: &Path, text: &str) -> String {
    let module = module(path);
    let mut faults = String::new();
    let room = module.first().map_or("", String::as_str);
    let Some(own) = place(room) else {
        return format!("{}: the room `{room}` has no place in the order\n", path.display());
    };
    for import in imports(&module, text) {
        let at = format!("{}:{}", path.display(), import.line);
        let written = import.path.join("::");
        match import.path.first().map(|room| (room, place(room))) {
            None => writeln!(faults, "{at}: `{room}` takes hold of every room at once"),
            Some((_, None)) => writeln!(faults, "{at}: `{written}` is no room"),
            Some((_, Some(other))) if other > own => {
                writeln!(faults, "{at}: `{room}` knows of `{written}`, to its right")
            }
            Some(_) => Ok(()),
        }
        .unwrap();
    }
    faults
}

/// The library's files, without the root, which lists the rooms, and the program, which is none.
fn library() -> Vec<(std::path::PathBuf, String)> {
    let mut files = sources("src");
    files.retain(|(path, _)| path != Path::new("src/lib.rs") && path != Path::new("src/main.rs"));
    assert!(files.len() > 100, "only {} files were read", files.len());
    files
}

#[test]
fn no_room_knows_of_one_to_its_right() {
    let faults: String = library().iter().map(|(path, text)| faults(path, text)).collect();
    assert_eq!(faults, "");
}

#[test]
fn an_import_from_the_right_is_found_in_every_file() {
    let mut planted = 0;
    for (path, text) in library() {
        let own = place(&module(&path)[0]).unwrap();
        for room in ORDER[own + 1..].iter().copied().flatten() {
            let line = text.lines().count() + 1;
            let mutant = format!("{}\nuse crate::{room}::Thing;\n", text.trim_end_matches('\n'));
            let found = faults(&path, &mutant);
            assert!(found.contains(&format!("{}:{line}: ", path.display())), "{found}{room}");
            planted += 1;
        }
    }
    println!("{planted} imports from the right were planted, and found");
}

#[test]
fn no_way_of_writing_an_import_escapes() {
    for (file, text) in [
        ("graph/order.rs", "use crate::proof::Proven;"),
        ("graph/order.rs", "pub use crate::proof::Proven;"),
        ("graph/order.rs", "pub(crate) use crate::proof::Proven as Shown;"),
        ("graph/order.rs", "use ::std::fmt;\nuse crate :: proof :: *;"),
        ("graph/order.rs", "use crate::{plan::Plan, proof};"),
        ("graph/order.rs", "use crate::{\n    plan::{Plan, Step as S},\n    // why\n    run::Runner,\n};"),
        ("graph/order.rs", "use crate::{plan::{self, steps::{A, B}}, cli::exit::Exit};"),
        ("graph/order.rs", "use {std::fmt, crate::proof::Proven};"),
        ("graph/order.rs", "use super::super::proof::Proven;"),
        ("graph/order.rs", "use super::{super::proof::Proven, node};"),
        ("graph/order.rs", "use self::super::super::proof;"),
        ("graph/mod.rs", "use super::proof::Proven;"),
        ("name.rs", "use super::world::Id;"),
        ("graph/order.rs", "mod tests { mod deep { use super::super::super::super::cli::run; } }"),
        ("graph/order.rs", "mod tests { }\nuse super::super::cli::run;"),
        ("graph/order.rs", "#[cfg(test)]\nmod tests {\n    use crate::run::Runner;\n}"),
        ("graph/order.rs", "fn f() -> crate::proof::Proven { g::<crate::plan::Plan>() }"),
        ("graph/order.rs", "fn f() { let c = '\"'; crate::proof::prove(\"}\") }"),
        ("graph/order.rs", "fn f<'a>(x: &'a str) { let c = '\\''; crate::proof::prove(x) }"),
        ("graph/order.rs", "fn f() { h(r#\"a \" // \"#); crate::proof::prove(x) }"),
        ("graph/order.rs", "/* /* */ */ use crate::proof::Proven;"),
        ("graph/order.rs", "impl crate::proof::Verdict for Order {}"),
        ("graph/order.rs", "macro_rules! m { () => { $crate::proof::prove() } }"),
        ("graph/order.rs", "#[serde(with = \"crate::journal::stamp\")]"),
        ("graph/order.rs", "use crate::*;"),
        ("graph/order.rs", "use super::super::*;"),
        ("graph/order.rs", "use crate as house;"),
        ("graph/order.rs", "use crate::{self as house};"),
        ("graph/order.rs", "use super::super as house;"),
        ("graph/order.rs", "extern crate self as house;"),
        ("graph/order.rs", "use crate::attic::Box;"),
        ("attic/mod.rs", ""),
        ("backend/bench.rs", "use crate::action::Action;"),
        ("world/state.rs", "use crate::{source::Span, backend::Outcome};"),
    ] {
        let found = faults(&Path::new("src").join(file), text);
        assert_eq!(found.lines().count(), 1, "{file}: {text}\n{found}");
    }
}

#[test]
fn what_is_allowed_is_not_refused() {
    for (file, text) in [
        ("graph/order.rs", "use crate::{graph::StepGraph, plan::Plan, source::Span, world::id::StepId};"),
        ("graph/order.rs", "use super::{StepGraph, node};\nmod tests { use super::*; }"),
        ("action/usage.rs", "use crate::condition::Condition;"),
        ("condition/mod.rs", "use crate::action::Action;"),
        ("graph/order.rs", "//! See [`prove`](crate::proof::prove).\n/* use crate::run::Runner; */"),
        ("graph/order.rs", "const A: &str = \"use crate::run;\";\nconst B: &str = r\"crate :: run\";"),
        ("graph/order.rs", "pub(crate) fn f(self) {}\npub(in crate::graph) fn g(&self) { self.f() }"),
        ("graph/order.rs", "use petgraph::graph::DiGraph;\nuse proof_like::crate_like::Thing;"),
        ("cli/mod.rs", "use crate::{run::Runner, proof};"),
    ] {
        assert_eq!(faults(&Path::new("src").join(file), text), "", "{file}: {text}");
    }
}
