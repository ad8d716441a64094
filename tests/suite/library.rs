//! Folders of plans: each is judged by itself and held against what its head says.

#![cfg(test)]

mod page;

use std::{fs, path::Path, process::Command};

use keyroll::{
    proof::verdict::{BUDGET, Verdict, Why, prove},
    source::Source,
    syntax::{format, parse},
};

use super::{
    reference::read,
    runs::{Place, Said},
};

const TWO_KEYS: &str = include_str!("../../plans/xml-signature/two-keys.renewal");
const DOCUMENTED: &str = include_str!("../../plans/xml-signature/two-keys-as-documented.renewal");

/// A folder, and the program in it.
struct Folder(tempfile::TempDir);

impl Folder {
    fn of(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        Self(folder)
    }

    fn keyroll(&self, line: &str) -> Said {
        let mut command = Command::new(env!("CARGO_BIN_EXE_keyroll"));
        Said::of(command.args(line.split(' ')).current_dir(self.0.path()).output().unwrap())
    }
}

#[test]
fn the_plans_of_the_project_are_as_their_heads_say() {
    let project = Path::new(env!("CARGO_MANIFEST_DIR"));
    let said = |line: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_keyroll"));
        Said::of(command.args(line.split(' ')).current_dir(project).output().unwrap()).ends(0)
    };
    let proved = said("prove --library plans").out;
    assert!(proved.ends_with("each as its head says\n") && !proved.contains('!'), "{proved}");
    assert!(proved.matches("refused     undrained, as its head says").count() >= 10, "{proved}");
    assert!(said("check plans").out.contains("without errors"));
}

#[test]
fn a_plan_that_is_not_as_its_head_says_is_told_of() {
    let wrong = DOCUMENTED.replace("refused undrained", "refused stuck");
    let proved =
        TWO_KEYS.replace("\nparam alias", "\nexpect refused undrained because \"it waits\"\n\nparam alias");
    let hasty = TWO_KEYS.replace("  needs orders drained of old\n", "");
    let broken = TWO_KEYS.replace("after create_key", "after creat_key");
    let expected =
        broken.replace("\nparam alias", "\nexpect refused unknown_step because \"a slip\"\n\nparam alias");
    let folder = Folder::of(&[
        ("a/fine.renewal", TWO_KEYS),
        ("a/b/documented.renewal", DOCUMENTED),
        ("a/.hidden/x.renewal", "no plan"),
        ("a/notes.txt", "no plan"),
    ]);
    for line in [
        "prove --library a",
        "check a",
        "prove --library a/fine.renewal",
        "prove --library a/b/documented.renewal",
    ] {
        folder.keyroll(line).ends(0);
    }
    for (name, text, says) in [
        ("wrong", &*wrong, "refused     undrained, and its head says: refused, stuck"),
        ("proved", &proved, "not proved  and its head says: refused, undrained; it keeps its promises"),
        ("hasty", &hasty, "refused     undrained\n"),
        ("broken", &broken, "refused     unknown_step\n"),
        ("empty", "", "refused     empty_plan\n"),
    ] {
        let path = folder.0.path().join("a").join(format!("{name}.renewal"));
        fs::write(&path, text).unwrap();
        let said = folder.keyroll("prove --library a").ends(1).says(says);
        assert!(said.out.contains(&format!("! a/{name}.renewal")), "{}", said.out);
        assert!(said.out.ends_with("; 1 is not as its head says\n"), "{}", said.out);
        assert_eq!(said.err.contains("keyroll::"), name != "proved", "{}", said.err);
        // Alone it ends as ever.
        folder.keyroll(&format!("prove a/{name}.renewal")).ends(if name == "proved" { 8 } else { 1 });
        fs::remove_file(path).unwrap();
    }
    fs::write(folder.0.path().join("a/expected.renewal"), expected).unwrap();
    for line in ["prove --library a", "check a"] {
        folder.keyroll(line).ends(0).says("refused     unknown_step, as its head says");
    }
}

#[test]
fn what_is_no_folder_of_plans_is_said() {
    let folder = Folder::of(&[("empty/notes.txt", "x"), ("one/a.renewal", TWO_KEYS)]);
    folder.keyroll("check empty").ends(2).says("holds no plan");
    folder.keyroll("prove --library nowhere").ends(2).says("not read").says("nowhere");
    folder.keyroll("check one --set alias=x").ends(2).says("--set goes with one plan");
    folder.keyroll("prove --library one --all").ends(2);
    folder.keyroll("prove one").ends(2).says("cannot read one");
    let json = folder.keyroll("prove --library one --format json").ends(0).out;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["schema"], "keyroll/library/1");
    assert_eq!(json["plans"][0]["outcome"], "proved");
    assert_eq!(json["plans"][0]["as_its_head_says"], true);
    std::os::unix::fs::symlink("nowhere", folder.0.path().join("empty/dead.renewal")).unwrap();
    std::os::unix::fs::symlink("..", folder.0.path().join("empty/loop")).unwrap();
    folder.keyroll("check empty").ends(2).says("! empty/dead.renewal  not read");
    // A plan that cannot be judged within the bound is not as its head says.
    let bound = folder.keyroll("prove --library one --engine explicit --budget 5").ends(1);
    bound.says("! one/a.renewal  not proved").says("bound reached");
}

#[test]
fn a_plan_that_says_it_is_refused_is_never_proved_and_never_runs() {
    let text =
        TWO_KEYS.replace("\nparam alias", "\nexpect refused undrained because \"it waits\"\n\nparam alias");
    let checked = read(&text).unwrap();
    let start = checked.plan().start.clone();
    match prove(checked, &start, BUDGET) {
        Verdict::NotProven(open) => assert_eq!(open.why, Why::Expected("undrained".to_owned())),
        other => panic!("{other:?}"),
    }
    let place = Place::two_keys();
    place.write("plan.renewal", &text);
    for line in ["run plan.renewal", "dry-run plan.renewal", "rehearse plan.renewal --messages 10"] {
        let said = place.keyroll(line);
        assert!(![0, 3].contains(&said.exit), "{line}: {}\n{}", said.out, said.err);
        said.says("its head says that it is refused");
    }
    place.write("plan.renewal", DOCUMENTED);
    assert_eq!(place.run().exit, 1);
}

#[test]
fn what_a_plan_says_of_itself_reads_as_it_was_written() {
    let (tree, findings) = parse(&Source::new("plan", DOCUMENTED));
    assert!(findings.is_empty());
    assert_eq!(format(&tree), DOCUMENTED);
    let split = "keyroll 1\nplan p\nexpect  refused undrained # a\n\n  because \"b\"\n";
    let (tree, findings) = parse(&Source::new("plan", split));
    assert!(findings.is_empty(), "{findings:?}");
    assert_eq!(format(&tree), "keyroll 1\nplan p\nexpect refused undrained because \"b\"           # a\n");
    for (text, says) in [
        ("expect", "`refused`"),
        ("expect refused", "a name"),
        ("expect refused undrained", "`because`"),
        ("expect refused undrained because", "a text"),
        ("expect proved", "`refused`"),
    ] {
        let (_, findings) = parse(&Source::new("plan", format!("keyroll 1\nplan p\n{text}\n")));
        let told: Vec<String> = findings
            .iter()
            .map(|finding| format!("{finding} {:?}", finding.labels().unwrap().next()))
            .collect();
        assert!(findings.len() == 1 && told[0].contains(says), "{text}: {told:?}");
    }
}
