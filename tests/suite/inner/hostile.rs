//! Files that lead astray, and plans that would have no end.

use std::{collections::BTreeSet, fs, time::Instant};

use keyroll::{
    check,
    plan::given::Given,
    source::{Refusal, Source},
};

use super::{TWO_KEYS, read, read_with};

fn outer(file: &str) -> String {
    format!(
        "keyroll 1\nplan outer\nrole a\nrole b\nplan one from \"{file}\" {{\n  tenant_admin = a\n  receiver_admin = b\n}}\n"
    )
}

#[test]
fn no_plan_outside_the_folder_is_read() {
    let around = tempfile::tempdir().unwrap();
    let folder = around.path().join("plans");
    fs::create_dir_all(folder.join("below")).unwrap();
    fs::write(around.path().join("p.renewal"), TWO_KEYS).unwrap();
    fs::write(folder.join("p.renewal"), TWO_KEYS).unwrap();
    fs::write(folder.join("not.renewal"), [0xff, 0xfe]).unwrap();
    fs::write(folder.join("below/out.renewal"), outer("../p.renewal")).unwrap();
    let read = |text: &str| -> Result<_, Refusal> {
        check::read(&Source::new("plan", text).in_folder(&folder), &Given::default())
    };
    assert!(read(&outer("p.renewal")).is_ok());
    let outside = around.path().join("p.renewal").display().to_string();
    for name in [
        "../p.renewal",
        "./../p.renewal",
        &outside,
        "",
        ".",
        "/",
        "below",
        "x/../p.renewal",
        "C:\\\\p.renewal",
        "absent.renewal",
        "not.renewal",
        "std/absent",
        "std/../p.renewal",
        "below/out.renewal",
    ] {
        let refusal = read(&outer(name)).unwrap_err();
        assert_eq!(refusal.codes().collect::<Vec<_>>(), ["inner_plan_file"], "{name}");
    }
    // From standard input there is no folder, and a plan that comes with keyroll needs none.
    assert!(super::read(&outer("p.renewal")).unwrap_err().has_code("inner_plan_file"));
    assert!(super::read(&outer("std/xml-signature/two-keys")).is_ok());
}

/// A link leads where it leads; one that leads into itself ends with the depth.
#[cfg(unix)]
#[test]
fn a_folder_in_itself_has_an_end() {
    let folder = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(".", folder.path().join("again")).unwrap();
    let text = outer("again/p.renewal");
    fs::write(folder.path().join("p.renewal"), &text).unwrap();
    let refusal =
        check::read(&Source::new("q", text).in_folder(folder.path()), &Given::default()).unwrap_err();
    assert_eq!(refusal.codes().collect::<BTreeSet<_>>(), BTreeSet::from(["inner_plan_depth".to_owned()]));
}

#[test]
fn a_circle_is_told_with_its_files() {
    let circle = [
        ("a.renewal", outer("b.renewal")),
        ("b.renewal", outer("c.renewal")),
        ("c.renewal", outer("a.renewal")),
    ];
    let files: Vec<(&str, &str)> = circle.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let refusal = read_with(&outer("a.renewal"), &files).unwrap_err();
    assert_eq!(refusal.codes().collect::<Vec<_>>(), ["inner_plan_circle"]);
    let said = refusal.findings[0].to_string();
    assert_eq!(
        said,
        "the plan `a.renewal` would be a part of itself, by way of `a.renewal`, `b.renewal`, `c.renewal`, `a.renewal`"
    );
}

/// Eight plans stand in each other, and not nine, whatever was counted before.
#[test]
fn eight_is_the_depth() {
    let deep = |n: usize| {
        format!("keyroll 1\nplan deep\nrole a\nrole b\nplan p from \"{n}\" {{\n  a = a\n  b = b\n}}\n")
    };
    let last = "keyroll 1\nplan last\nrole a\nrole b\nstep s by a {\n  inform b\n}\n".to_owned();
    let texts: Vec<(String, String)> =
        (1..8).map(|n| (n.to_string(), deep(n + 1))).chain([("8".to_owned(), last)]).collect();
    let mut files: Vec<(&str, &str)> =
        texts.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let checked = read_with(&deep(1), &files).unwrap();
    let names: Vec<&str> = checked.plan().steps.rows().map(|step| step.name.value.as_str()).collect();
    assert_eq!(names, ["p-p-p-p-p-p-p-p-s"]);
    let around = deep(1);
    files.push(("0", &around));
    let both =
        format!("{}{}", deep(1), deep(0).split_once("role b\n").unwrap().1.replace("plan p", "plan q"));
    let refusal = read_with(&both, &files).unwrap_err();
    assert_eq!(refusal.codes().collect::<Vec<_>>(), ["inner_plan_depth"]);
}

/// Ten million steps are counted, not made.
#[test]
fn what_is_too_much_is_refused_with_the_count() {
    let ten = |file: &str| {
        let one = |number: usize| format!("plan p{number} from \"{file}\" {{\n  a = a\n  b = b\n}}\n");
        format!("keyroll 1\nplan ten\nrole a\nrole b\n{}", (0..10).map(one).collect::<String>())
    };
    let steps: String = (0..10).map(|n| format!("step s{n} by a {{\n  inform b\n}}\n")).collect();
    let least = format!("keyroll 1\nplan least\nrole a\nrole b\n{steps}");
    let texts: Vec<(String, String)> = (1..6)
        .map(|n| (format!("{n}"), ten(&format!("{}", n + 1))))
        .chain([("6".to_owned(), least)])
        .collect();
    let files: Vec<(&str, &str)> = texts.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let begun = Instant::now();
    let refusal = read_with(&ten("1"), &files).unwrap_err();
    assert_eq!(refusal.codes().collect::<Vec<_>>(), ["inner_plan_size"]);
    let said = refusal.findings[0].to_string();
    assert!(said.contains("this plan has 2") || said.contains("this plan has 1"), "{said}");
    let count: u64 = said.split_whitespace().find_map(|word| word.parse().ok()).unwrap();
    assert!((10_000_000..40_000_000).contains(&count), "{said}");
    assert!(begun.elapsed().as_secs() < 5, "{:?}", begun.elapsed());
    // The same ten times less deep is made.
    let small = read_with(&ten("4"), &files).unwrap();
    assert_eq!(small.plan().steps.len(), 10_000);
}

/// Rows of a table multiply a part, and so do the tables within it.
#[test]
fn rows_are_counted_with_the_parts_that_they_ask_for() {
    let rows: String = (0..2_000).map(|n| format!("  r{n}\n")).collect();
    let table = |inner: &str| {
        format!("keyroll 1\nplan rows\nrole a\nrole b\ntable row {{\n{rows}}}\nfor each row {{\n{inner}}}\n")
    };
    let steps = table("  step s-$row by a {\n    inform b\n  }\n");
    let outer = table("  plan p-$row from \"rows\" {\n    a = a\n    b = b\n  }\n");
    let refusal = read_with(&outer, &[("rows", steps.as_str())]).unwrap_err();
    assert_eq!(refusal.codes().collect::<Vec<_>>(), ["inner_plan_size"]);
    let said = refusal.findings[0].to_string();
    let count: u64 = said.split_whitespace().find_map(|word| word.parse().ok()).unwrap();
    assert!(count >= 4_000_000, "{said}");
}

/// A fault of a part is told in its own text, and beside it where the part is asked for.
#[test]
fn a_fault_is_told_where_it_is() {
    let typo = TWO_KEYS.replace("accept new at partner", "accept new at partnr");
    let refusal = read_with(&outer("two.renewal"), &[("two.renewal", typo.as_str())]).unwrap_err();
    let page = keyroll::page::page(&refusal, false, 100);
    let line = typo.lines().position(|line| line.contains("partnr")).unwrap() + 1;
    assert!(page.contains(&format!("two.renewal:{line}:")), "{page}");
    assert!(page.contains("it is a part of `one`") && page.contains("[plan:5:6]"), "{page}");
    let found = keyroll::page::findings::Findings::of(&refusal);
    let entry = &found.findings[0];
    assert_eq!((entry.spans[0].file.as_str(), entry.spans[0].line), ("two.renewal", line));
    assert_eq!((entry.related[0].spans[0].file.as_str(), entry.related[0].spans[0].line), ("plan", 5));
    assert_eq!(read(&typo).unwrap_err().codes().collect::<Vec<_>>(), refusal.codes().collect::<Vec<_>>());
}
