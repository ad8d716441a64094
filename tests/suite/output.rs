//! What the program prints for machines and shells: JSON by its schemas, SARIF, completions, man
//! pages; and how it speaks: quiet or not, coloured or not, in which zone.

#![cfg(test)]

mod annotations;
mod fixes;
mod manners;
mod sarif;
pub(crate) mod schemas;
mod shells;
mod site_schema;

use std::io::Write;
use std::process::{Command, Stdio};

/// Runs another program on some input; what it prints.
#[track_caller]
pub(crate) fn tool(command: &mut Command, input: &str) -> String {
    let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = piped.spawn().unwrap_or_else(|error| panic!("these tests need {command:?}: {error}"));
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    let feeder = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && said.is_empty(), "{command:?}: {said}");
    feeder.join().unwrap().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

/// The program, in the folder of the repository.
fn keyroll(words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_keyroll"));
    command.args(words).current_dir(env!("CARGO_MANIFEST_DIR")).env("TZ", "UTC").stdin(Stdio::null());
    for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS"] {
        command.env_remove(name);
    }
    command
}

/// The exit code, and both streams.
fn said(command: &mut Command) -> (i32, String, String) {
    let output = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}
