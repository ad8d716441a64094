//! A reader who types what a page says, in a folder of their own.

use std::{
    env, fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process::Command,
};

use super::{
    root,
    transcript::{agrees, commands},
};

/// What makes a rehearsal short: fewer messages, and a key that is quick to make.
const QUICK: &str = "--messages 300 --rate 300 --key-type ec-p256";

pub(super) struct Session {
    top: tempfile::TempDir,
    folder: PathBuf,
}

impl Session {
    /// A folder with `plans` in it, and `keyroll` on the path.
    pub(super) fn new() -> Self {
        let top = tempfile::tempdir().unwrap();
        let folder = top.path().join("keyroll");
        fs::create_dir_all(top.path().join("bin")).unwrap();
        fs::create_dir(&folder).unwrap();
        symlink(root().join("plans"), folder.join("plans")).unwrap();
        symlink(env!("CARGO_BIN_EXE_keyroll"), top.path().join("bin/keyroll")).unwrap();
        Self { top, folder }
    }

    /// Saves a file under a name that a page gives it.
    pub(super) fn save(&self, name: &str, text: &str) {
        assert!(!name.is_empty(), "a plan without a name");
        fs::write(self.folder.join(name), text).unwrap();
    }

    /// Runs a command; its exit code, and all that it printed in the order in which it did.
    pub(super) fn run(&self, line: &str) -> (i32, String) {
        let printed = self.top.path().join("printed");
        let file = fs::File::create(&printed).unwrap();
        let path = format!("{}:{}", self.top.path().join("bin").display(), env::var("PATH").unwrap());
        let mut shell = Command::new("sh");
        shell.arg("-c").arg(quick(line)).current_dir(&self.folder).env("PATH", path);
        shell.env("LC_ALL", "C.UTF-8").env("TZ", "UTC").env_remove("COLUMNS");
        shell.stdout(file.try_clone().unwrap()).stderr(file);
        let status = shell.status().expect("a shell runs");
        (status.code().unwrap_or(-1), untimed(&fs::read_to_string(&printed).unwrap()))
    }

    /// Types the commands of a console block.
    pub(super) fn replay(&mut self, block: &str) {
        for command in commands(block) {
            if let Some(folder) = command.line.strip_prefix("cd ") {
                self.folder = self.folder.join(folder).canonicalize().unwrap();
                continue;
            }
            let (exit, printed) = self.run(&command.line);
            assert!(
                exit == command.exit && agrees(&command.said, &printed),
                "`{}` ends with {exit} and prints:\n{printed}\nThe page says {}:\n{}",
                command.line,
                command.exit,
                command.said
            );
        }
    }

    /// A command of an installation: it is known, or it is run.
    pub(super) fn install(&self, line: &str) {
        if let Some(arguments) = line.strip_prefix("cargo run --release -- ") {
            let (exit, printed) = self.run(&format!("keyroll {arguments}"));
            assert_eq!(exit, 0, "{line}\n{printed}");
            assert!(self.folder.join("report.html").is_file(), "{line} leaves no report");
        } else if let Some(packages) = line.strip_prefix("apt-get install ") {
            // What the tests call is in a package that the page names.
            for wanted in [
                "openjdk-17-jdk-headless",
                "openssl",
                "xmlsec1",
                "chromium",
                "perl",
                "graphviz",
                "strace",
                "groff-base",
                "systemd",
                "python3-pip",
            ] {
                assert!(packages.split(' ').any(|package| package == wanted), "{line}: {wanted}");
            }
        } else if let Some(packages) = line.strip_prefix("pip install --break-system-packages ") {
            assert_eq!(packages, "aiosmtpd jsonschema lxml prometheus-client pyyaml xmlsec", "{line}");
        } else {
            assert!(["cargo test", "cargo install --path ."].contains(&line), "`{line}` is not known");
        }
    }
}

fn quick(line: &str) -> String {
    let rehearses = line.contains("keyroll rehearse ") && !line.contains(" --stage");
    if rehearses && line.contains(" --story ") {
        // It sends what its story tells.
        format!("{line} --key-type ec-p256")
    } else if rehearses {
        format!("{line} {QUICK}")
    } else {
        line.to_owned()
    }
}

/// A page says of each step that it is done within the first minute; a slow machine may take longer.
fn untimed(printed: &str) -> String {
    let line = |line: &str| match line.strip_prefix("  + ").and_then(|rest| rest.split_at_checked(5)) {
        Some((_, rest)) => format!("  +  0:00{rest}\n"),
        None => format!("{line}\n"),
    };
    printed.lines().map(line).collect()
}

#[test]
fn a_slow_machine_changes_no_page() {
    assert_eq!(untimed("  + 10:32  ops  create\nat 10:32\n"), "  +  0:00  ops  create\nat 10:32\n");
}

#[test]
fn a_command_that_does_something_else_is_seen() {
    for block in [
        "$ keyroll explain undrained\n",
        "$ keyroll explain nonsense\n...\n",
        "$ keyroll check nowhere\n...\n$ echo $?\n0\n",
        "$ cat nothing\n",
    ] {
        let seen = std::panic::catch_unwind(|| Session::new().replay(block));
        assert!(seen.is_err(), "{block}");
    }
    Session::new().replay("$ keyroll explain nonsense\n...\n$ echo $?\n2\n$ cd plans\n$ ls\n...\n");
    assert!(Path::new(env!("CARGO_BIN_EXE_keyroll")).is_file());
}
