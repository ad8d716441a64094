//! Where a plan is written: never over another file, whole or not at all.

use std::os::unix::fs::{PermissionsExt as _, symlink};

use super::*;

const FROM: [&str; 3] = ["new", "--from", "xml-signature/two-keys"];

fn new(folder: &Path, words: &[&str]) -> Said {
    keyroll(folder, &[&FROM, words].concat())
}

#[test]
fn what_is_written_is_in_its_one_form_checked_and_proved() {
    let folder = tempfile::tempdir().unwrap();
    let named = [
        "--name",
        "payments-signer",
        "--rename",
        "tenant_admin=payments_ops",
        "--rename",
        "tenant=vault",
        "--rename",
        "partner=bank",
        "--rename",
        "orders=payments",
        "--title",
        "tenant_admin=Payments operations",
        "--set",
        "alias=payments-2026",
        "--set",
        "delivery=2h",
        "--output",
        "payments.renewal",
    ];
    let said = new(folder.path(), &named).ends(0);
    for says in [
        "payments-signer: 7 steps, made of xml-signature/two-keys, proved",
        "promise     payments never rejected",
        "stands still never",
        "next: keyroll check payments.renewal",
        "keyroll rehearse payments.renewal --keep trial --stage",
    ] {
        assert!(said.out.contains(says), "{says}\n{}", said.out);
    }
    for line in ["check", "fmt --check", "prove"] {
        let words: Vec<&str> = line.split(' ').chain(["payments.renewal"]).collect();
        keyroll(folder.path(), &words).ends(0);
    }
    // Without a file it is standard output, and what is said of it stands beside.
    let shown = new(folder.path(), &named[..named.len() - 2]).ends(0);
    assert_eq!(shown.out, fs::read_to_string(folder.path().join("payments.renewal")).unwrap());
    let quiet = new(folder.path(), &["--quiet"]).ends(0);
    assert_eq!((quiet.out.as_str(), quiet.err.as_str()), (two_keys().text, ""));
    let json = new(folder.path(), &["--format", "json"]).ends(0).out;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["text"], two_keys().text);
    assert_eq!((&json["stands_still"], &json["steps"]), (&"never".into(), &7.into()));
}

#[test]
fn nothing_is_written_over_what_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::write(path("a.renewal"), "mine").unwrap();
    symlink("a.renewal", path("link.renewal")).unwrap();
    symlink("nowhere", path("dead.renewal")).unwrap();
    fs::create_dir(path("folder")).unwrap();
    for name in ["a.renewal", "link.renewal", "dead.renewal", "folder"] {
        new(folder.path(), &["--output", name]).ends(2).says("is there already");
        assert_eq!(fs::read_to_string(path("a.renewal")).unwrap(), "mine");
    }
    assert!(!path("nowhere").exists());
    // What is refused replaces nothing either.
    new(folder.path(), &["--output", "a.renewal", "--overwrite", "--rename", "x=y"]).ends(1);
    assert_eq!(fs::read_to_string(path("a.renewal")).unwrap(), "mine");
    new(folder.path(), &["--output", "a.renewal", "--force"]).ends(0);
    assert_eq!(fs::read_to_string(path("a.renewal")).unwrap(), two_keys().text);
    new(folder.path(), &["--output", "no/such/folder.renewal"]).ends(5).says("cannot write");
    new(folder.path(), &["--output", "folder", "--overwrite"]).ends(5);
    new(folder.path(), &["--rename", "tenant"]).ends(2).says("NAME=VALUE");
    new(folder.path(), &["--set", "delivery=1h", "--set", "delivery=2h"]).ends(2).says("two values");
    let left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 4, "{left:?}");
}

#[test]
fn a_folder_that_may_not_be_written_to_stays_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let inner = folder.path().join("inner");
    fs::create_dir(&inner).unwrap();
    fs::set_permissions(&inner, fs::Permissions::from_mode(0o500)).unwrap();
    // The superuser heeds modes only without capabilities.
    let line = format!(
        "if [ $(id -u) = 0 ]; then set -- setpriv --bounding-set=-all --inh-caps=-all \"$@\"; fi; \
         exec \"$@\" {} --output inner/a.renewal",
        FROM.join(" ")
    );
    let mut shell = Command::new("sh");
    shell.args(["-c", &line, "sh", env!("CARGO_BIN_EXE_keyroll")]).current_dir(folder.path());
    Said::of(shell.output().unwrap()).ends(5).says("Permission denied");
    fs::set_permissions(&inner, fs::Permissions::from_mode(0o700)).unwrap();
    assert_eq!(fs::read_dir(&inner).unwrap().count(), 0);
}

#[test]
fn a_kill_while_it_writes_leaves_the_old_file_or_the_new_one() {
    let (mut old, mut whole) = (0, 0);
    for call in ["write", "fsync", "fdatasync", "rename", "renameat", "renameat2", "link", "linkat"] {
        for number in [1, 2] {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("a.renewal");
            fs::write(&path, "mine").unwrap();
            let inject = format!("inject={call}:signal=KILL:when={number}");
            let mut strace = Command::new("strace");
            strace.args(["-f", "-qq", "-o", "/dev/null"]);
            strace.args(["-e", &format!("trace={call}"), "-e", &inject, env!("CARGO_BIN_EXE_keyroll")]);
            strace.args(FROM).args(["--output", "a.renewal", "--overwrite"]);
            strace.current_dir(folder.path()).stdin(Stdio::null()).stdout(Stdio::null());
            strace.stderr(Stdio::null()).status().expect("these tests need `strace`");
            match fs::read_to_string(&path).unwrap() {
                text if text == "mine" => old += 1,
                text if text == two_keys().text => whole += 1,
                text => panic!("{call} {number}: {} bytes", text.len()),
            }
        }
    }
    assert!(old >= 2 && whole >= 2, "{old} {whole}");
}
