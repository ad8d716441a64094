//! `keyroll graph` as a shell sees it.

use std::{fs, process::Command};

use super::{path, stock};

/// What the command wrote to standard output and standard error, and how it ended.
fn graph(folder: &std::path::Path, words: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_keyroll"))
        .arg("graph")
        .args(words)
        .current_dir(folder)
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let (out, err) = (text(output.stdout), text(output.stderr));
    assert!(!err.contains("panicked"), "{err}");
    (output.status.code().unwrap(), out, err)
}

#[test]
fn a_plan_is_drawn_to_standard_output_or_to_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let plan = path("plans/xml-signature/one-key.renewal").display().to_string();
    let (exit, svg, err) = graph(folder.path(), &[&plan]);
    assert_eq!((exit, err.as_str()), (0, ""));
    assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>\n"));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "nothing else is written");
    let starts = [("mermaid", "flowchart TB\n"), ("dot", "digraph "), ("json", "{\"")];
    for (format, start) in starts {
        let (exit, out, _) = graph(folder.path(), &[&plan, "--format", format]);
        assert!(exit == 0 && out.starts_with(start), "{format}: {out}");
    }
    let (exit, out, _) = graph(folder.path(), &[&plan, "--output", "drawn.svg"]);
    assert_eq!((exit, out.as_str()), (0, ""));
    assert_eq!(fs::read_to_string(folder.path().join("drawn.svg")).unwrap(), svg);
    let names: Vec<_> =
        fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["drawn.svg"]);
    let (exit, _, err) = graph(folder.path(), &[&plan, "--output", "no/such/folder.svg"]);
    assert_eq!(exit, 5);
    assert!(err.contains("cannot write no/such/folder.svg"), "{err}");
}

#[test]
fn what_is_refused_by_the_check_alone_is_not_drawn() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: String| fs::write(folder.path().join(name), text).unwrap();
    // Its proof refuses it.
    write("hasty.renewal", stock("two-keys").replace("  needs orders drained of old\n", ""));
    let (exit, svg, _) = graph(folder.path(), &["hasty.renewal"]);
    assert!(exit == 0 && svg.contains("retire_old"), "{svg}");
    write(
        "cycle.renewal",
        stock("two-keys").replace("\"Create the new key pair\" {", "\"Create\" {\n  after retire_old"),
    );
    let (exit, out, err) = graph(folder.path(), &["cycle.renewal"]);
    assert_eq!((exit, out.as_str()), (1, ""));
    assert!(err.contains("keyroll::"), "{err}");
    let plan = path("plans/xml-signature/one-key.renewal").display().to_string();
    let (_, other, _) = graph(folder.path(), &[&plan, "--set", "downtime=2h"]);
    assert!(other.contains("window downtime, at most 2h"));
    assert_eq!(graph(folder.path(), &["nowhere.renewal"]).0, 2);
    assert_eq!(graph(folder.path(), &[&plan, "--format", "png"]).0, 2);
}
