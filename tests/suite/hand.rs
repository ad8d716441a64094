//! Single steps by hand: the program on keystores of its own and of other tools, and on those that a
//! run holds.
#![cfg(test)]

mod canaries;
mod claims;
mod imports;
mod keystores;
mod pages;
mod signatures;
mod terminal;

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use serde_json::Value;

use crate::runs::Said;

/// The password of every keystore here.
const PASSWORD: &str = "changeit-canary-7";

/// A page as one line, wherever it was wrapped.
fn unwrapped(page: &str) -> String {
    page.split_whitespace().filter(|word| *word != "│").collect::<Vec<_>>().join(" ")
}

/// A folder with keystores.
struct Shelf {
    scratch: tempfile::TempDir,
}

impl Shelf {
    fn new() -> Self {
        Self { scratch: tempfile::tempdir().unwrap() }
    }

    /// With a keystore of the program's own making, with pairs under these aliases.
    fn with(aliases: &[&str]) -> Self {
        let shelf = Self::new();
        for alias in aliases {
            let subject = format!("CN={alias},O=Example");
            shelf
                .keystore(&["create", "a.p12", "--new-store", "--alias", alias, "--subject", &subject])
                .ends(0);
        }
        shelf
    }

    fn folder(&self) -> &Path {
        self.scratch.path()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder().join(name)
    }

    fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.path(name), bytes).unwrap();
    }

    fn names(&self) -> Vec<String> {
        let names = fs::read_dir(self.folder()).unwrap().map(|file| file.unwrap().file_name());
        let mut names: Vec<String> = names.map(|name| name.into_string().unwrap()).collect();
        names.sort();
        names
    }

    fn program(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.folder()).stdin(Stdio::null()).env_remove("NO_COLOR").env_remove("COLUMNS");
        command.env("STORE_PASSWORD", PASSWORD).env("LC_ALL", "C.UTF-8");
        command
    }

    fn keyroll(&self, words: &[&str]) -> Said {
        Said::of(self.program(env!("CARGO_BIN_EXE_keyroll")).args(words).output().unwrap())
    }

    /// With bytes on standard input.
    fn fed(&self, words: &[&str], input: &[u8]) -> Said {
        let mut command = self.program(env!("CARGO_BIN_EXE_keyroll"));
        command.args(words).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let _closed = child.stdin.take().unwrap().write_all(input);
        Said::of(child.wait_with_output().unwrap())
    }

    /// `keyroll keystore`, with the right password.
    fn keystore(&self, words: &[&str]) -> Said {
        self.keyroll(&[&["keystore"], words, &["--password", "env:STORE_PASSWORD"]].concat())
    }

    /// Another tool, which must succeed; its standard output.
    fn tool(&self, program: &str, words: &[&str]) -> String {
        let output = self.program(program).args(words).output();
        let output = output.unwrap_or_else(|error| panic!("these tests need `{program}`: {error}"));
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{program} {words:?} failed:\n{out}{err}");
        out.into_owned()
    }

    /// What keytool says of a keystore, entry by entry, without the line of its date.
    fn entries(&self, store: &str) -> Vec<String> {
        let words = ["-list", "-v", "-keystore", store, "-storepass:env", "STORE_PASSWORD"];
        let said = self.tool("keytool", &words);
        let mut entries: Vec<String> = said.split("\nAlias name: ").skip(1).map(str::to_owned).collect();
        for entry in &mut entries {
            let lines = entry.lines().filter(|line| !line.starts_with("Creation date: "));
            *entry = lines.collect::<Vec<_>>().join("\n").trim_end_matches(['*', '\n']).to_owned();
        }
        entries
    }

    fn json(&self, words: &[&str]) -> Value {
        let said = self.keystore(&[words, &["--format", "json"]].concat()).ends(0);
        assert_eq!(said.out.lines().count(), 1, "{}", said.out);
        serde_json::from_str(&said.out).unwrap()
    }

    /// The digest of the certificate under each alias, as the program lists them.
    fn digests(&self, store: &str) -> Vec<(String, String)> {
        let listed = self.json(&["list", store]);
        let entries = listed["entries"].as_array().unwrap();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        entries.iter().map(|entry| (text(&entry["alias"]), text(&entry["chain"][0]["sha256"]))).collect()
    }
}
