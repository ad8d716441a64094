//! How a plan begins: with one of the library, under other names, proved before it is written.

#![cfg(test)]

mod answers;
mod files;
mod renames;
mod terminal;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    process::{Command, Stdio},
};

use insta::{assert_snapshot, with_settings};
use keyroll::{
    page::page,
    plan::mention::Mentions,
    source::{Refusal, Source},
    syntax::{
        format, parse,
        tree::{Item, SyntaxTree},
    },
    template::{Made, STOCK, Template, Unmade, Wishes, begun, make},
};

use super::runs::Said;

/// The program in a folder, with no terminal.
fn keyroll(folder: &Path, words: &[&str]) -> Said {
    let mut command = Command::new(env!("CARGO_BIN_EXE_keyroll"));
    Said::of(command.args(words).current_dir(folder).stdin(Stdio::null()).output().unwrap())
}

/// The templates that can be begun with.
fn templates() -> impl Iterator<Item = &'static Template> {
    STOCK.iter().filter(|template| template.hazard().is_none())
}

fn read(text: &str) -> (SyntaxTree, Mentions) {
    let source = Source::new("plan.renewal", text);
    let (tree, findings) = parse(&source);
    assert!(findings.is_empty(), "{findings:?}\n{text}");
    let mentions = Mentions::of(&source, &tree).unwrap_or_else(|findings| panic!("{findings:?}"));
    (tree, mentions)
}

fn wishes(names: &[(&str, &str)]) -> Wishes {
    let mut wishes = Wishes::default();
    names.iter().for_each(|(old, new)| wishes.rename(old, new));
    wishes
}

fn made(template: &Template, wishes: &Wishes) -> Made {
    make(template, wishes, "new.renewal").unwrap_or_else(|unmade| match unmade {
        Unmade::Refused(refusal) => panic!("{}\n{}", template.name, page(&refusal, false, 100)),
        other => panic!("{}: {other:?}", template.name),
    })
}

fn refused(template: &Template, wishes: &Wishes) -> Refusal {
    match make(template, wishes, "new.renewal") {
        Err(Unmade::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

fn two_keys() -> &'static Template {
    Template::named("xml-signature/two-keys").unwrap()
}

/// Below `plans`, but words and scenarios.
fn files(folder: &Path, found: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else {
            let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("plans");
            let name = path.strip_prefix(project).unwrap().with_extension("").display().to_string();
            if !["std/", "scenarios/"].iter().any(|other| name.starts_with(other)) {
                found.insert(name, fs::read_to_string(path).unwrap());
            }
        }
    }
}

#[test]
fn the_library_in_the_program_is_the_folder() {
    let mut there = BTreeMap::new();
    files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("plans"), &mut there);
    let within: BTreeMap<String, String> =
        STOCK.iter().map(|template| (template.name.to_owned(), template.text.to_owned())).collect();
    assert_eq!(within.len(), STOCK.len(), "a plan is in it twice");
    let names: Vec<&str> = STOCK.iter().map(|template| template.name).collect();
    assert!(names.is_sorted());
    let (only_there, only_within): (Vec<_>, Vec<_>) = (
        there.keys().filter(|name| !within.contains_key(*name)).collect(),
        within.keys().filter(|name| !there.contains_key(*name)).collect(),
    );
    assert!(only_there.is_empty() && only_within.is_empty(), "{only_there:?} {only_within:?}");
    assert_eq!(within, there);
}

/// Without wishes it is the plan itself.
#[test]
fn every_plan_to_begin_with_comes_out_as_it_is_and_proved() {
    let mut begun = 0;
    for template in templates() {
        let made = made(template, &Wishes::default());
        assert_eq!(made.text, template.text, "{}", template.name);
        assert!(made.proven.checked().plan().expected.is_none());
        begun += 1;
    }
    assert!(begun >= 45, "{begun}");
}

#[test]
fn every_finding_about_a_beginning_earns_its_page() {
    let found = |name: &str| match begun(name) {
        Err(refusal) => *refusal,
        Ok(template) => panic!("{template:?}"),
    };
    with_settings!({
        snapshot_path => "../golden/template",
        prepend_module_to_snapshot => false,
        omit_expression => true,
    }, {
        for (name, refusal) in [
            ("unknown_template", found("xml-signature/two-kesy")),
            ("refused_template", found("xml-signature/two-keys-as-documented")),
            ("unknown_rename", refused(two_keys(), &wishes(&[("tenat", "ours"), ("second", "x")]))),
            ("bad_new_name", refused(two_keys(), &wishes(&[("tenant", "9 lives"), ("old", "accepts")]))),
            ("name_taken", refused(two_keys(), &wishes(&[("tenant", "partner")]))),
            ("no_plan_fits", answers::refused("signature", "we", false, false)),
        ] {
            assert_eq!(refusal.codes().collect::<BTreeSet<_>>(), BTreeSet::from([name.to_owned()]));
            assert_snapshot!(name, page(&refusal, false, 100));
        }
    });
}

#[test]
fn a_plan_is_named_by_its_path() {
    for name in ["xml-signature/two-keys", "plans/xml-signature/two-keys.renewal"] {
        assert_eq!(begun(name).unwrap().name, "xml-signature/two-keys");
    }
    for (name, says) in [
        ("two-keys", "did you mean `"),
        ("", "lists them"),
        ("../two-keys", "no plan `../two-keys`"),
        ("std/tls", "no plan `std/tls`"),
        ("scenarios/one-key", "no plan `scenarios/one-key`"),
        ("\u{1b}[31m\u{202e}", "no plan `\\u{1b}[31m\\u{202e}`"),
        ("/etc/passwd", "no plan `/etc/passwd`"),
    ] {
        let refusal = begun(name).unwrap_err();
        let page = page(&refusal, false, 200);
        assert_eq!(refusal.codes().collect::<Vec<_>>(), ["unknown_template"], "{name}");
        assert!(page.contains(says), "{name}: {page}");
    }
    // Each plan that shows a hazard is refused, and its safe one is named where it has one.
    let mut hazards = 0;
    for template in STOCK.iter().filter(|template| template.hazard().is_some()) {
        let refusal = begun(template.name).unwrap_err();
        assert_eq!(refusal.codes().collect::<Vec<_>>(), ["refused_template"]);
        let safe = template.name.strip_suffix("-as-documented").and_then(Template::named);
        let page = page(&refusal, false, 400);
        assert_eq!(page.contains("which is safe"), safe.is_some(), "{page}");
        hazards += 1;
    }
    assert!(hazards >= 30, "{hazards}");
}

#[test]
fn the_list_tells_of_each_plan_what_it_is_for_and_whether_it_interrupts() {
    let folder = tempfile::tempdir().unwrap();
    let said = keyroll(folder.path(), &["new", "--list"]).ends(0);
    let listed: Vec<&str> = said.out.lines().filter(|line| !line.starts_with(' ')).collect();
    assert_eq!(listed, templates().map(|template| template.name).collect::<Vec<_>>());
    assert!(said.out.contains(
        "xml-signature/two-keys\n    Renew an XML signature key while the receiver trusts the old and the new \
         key\n    stands still: never\n"
    ));
    assert!(said.out.contains("stands still: at most 1h5m\n") && said.out.contains("accepts a hazard"));
    let json = keyroll(folder.path(), &["new", "--list", "--format", "json"]).ends(0).out;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["templates"].as_array().unwrap().len(), listed.len());
    for others in [&["--from", "x"][..], &["--what", "tls-client"], &["--output", "x"], &["--rename", "a=b"]]
    {
        keyroll(folder.path(), &[&["new", "--list"], others].concat()).ends(2);
    }
}

/// What the page of the library says of a plan is what the list says.
#[test]
fn the_list_agrees_with_the_page_of_the_library() {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/library.md")).unwrap();
    for entry in templates().filter_map(Template::entry) {
        let (field, name) = entry.name.split_once('/').unwrap();
        let section = page.split(&format!("\n## {field}\n")).nth(1).unwrap().split("\n## ").next().unwrap();
        let row = section.lines().find(|line| line.starts_with(&format!("| `{name}` |"))).unwrap();
        let waives = if entry.waives { "; a hazard is waived" } else { "" };
        assert!(row.contains(&format!("| {}{waives} | proved |", entry.still.word())), "{row}\n{entry:?}");
    }
}

#[test]
fn a_template_is_in_its_one_form_and_its_names_are_found() {
    for template in templates() {
        let (tree, mentions) = read(template.text);
        assert_eq!(format(&tree), template.text);
        // Each thing is spoken of again, but for a flow that only runs.
        for thing in &mentions.declared {
            let named = mentions.all.iter().filter(|mention| mention.name.value == thing.name.value).count();
            let alone = ["step", "flow"].contains(&thing.kind);
            assert!(named > usize::from(!alone), "{}: {}", template.name, thing.name.value);
        }
        // A plan that is made of parts has theirs.
        let has_parts = tree.items.iter().any(|line| matches!(line.node, Item::Inner(_)));
        let has_flow = mentions.declared.iter().any(|thing| thing.kind == "flow");
        assert!(has_flow || has_parts, "{}", template.name);
    }
}
