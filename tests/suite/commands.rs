//! Backends that are programs: the laws of the faces over the examples, the protocol as its page has
//! it, whole renewals, hostile programs, and keyroll killed while one is at work.
#![cfg(test)]

mod crash;
mod hostile;
mod laws;
mod renewals;
mod secrets;
mod spoken;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use keyroll::{
    backend::{
        Outcome,
        command::{CommandFlow, CommandKeystore, CommandReceiver, Program, Start},
        deployer::{Deployer, FlowState},
        keystore::{KeySpec, Keystore},
        receiver::Receiver,
    },
    name::Alias,
    world::material::{Certificate, KeyType},
};

use crate::runs::Said;

/// What lies in `examples/commands`.
pub(crate) fn example(name: &str) -> String {
    format!("{}/examples/commands/{name}", env!("CARGO_MANIFEST_DIR"))
}

fn alias(text: &str) -> Alias {
    Alias::new(text).unwrap()
}

/// A program in a folder, with a time that no healthy one needs.
fn program(folder: &Path, command: &[&str]) -> Program {
    let command: Vec<String> = command.iter().map(|word| (*word).to_owned()).collect();
    let timeout = Duration::from_secs(60);
    Program::find(&Start { command: &command, folder, timeout, environment: &[], keep_output: false })
        .unwrap()
}

fn spec(kind: KeyType, name: &str) -> KeySpec {
    let subject = vec![("CN".to_owned(), name.to_owned()), ("O".to_owned(), "Example".to_owned())];
    KeySpec { key_type: kind, subject, not_before: "2026-11-01T00:00:00Z".parse().unwrap(), days: 365 }
}

/// Trusts the site in a folder, as somebody does who has looked at it: by the digest that is shown.
pub(crate) fn trust(folder: &Path) {
    let keyroll = |words: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_keyroll"));
        // A variable that the site passes on has to be there, whatever it says.
        let passed = [("API_URL", "https://gateway.example"), ("TZ", "UTC")];
        Said::of(command.args(words).current_dir(folder).envs(passed).output().unwrap()).ends(0)
    };
    let shown = keyroll(&["site", "show", "--format", "json"]).out;
    let shown: serde_json::Value = serde_json::from_str(&shown).unwrap();
    keyroll(&["site", "trust", shown["digest"].as_str().unwrap()]);
}

/// A folder with the renewal of a token and everything that it is about: the old token is in the
/// vault, the gateway accepts it, and the client runs.
pub(crate) struct Shop {
    _scratch: tempfile::TempDir,
    pub(crate) folder: PathBuf,
    pub(crate) old: Certificate,
}

impl Shop {
    pub(crate) fn new() -> Self {
        let scratch = tempfile::tempdir().unwrap();
        let folder = scratch.path().canonicalize().unwrap().join("shop");
        fs::create_dir(&folder).unwrap();
        for file in ["tokens.sh", "store.py", "tokens.renewal", "api-tokens.renewal", "site.toml"] {
            fs::copy(example(file), folder.join(file)).unwrap();
        }
        let tokens = || program(&folder, &["sh", "tokens.sh", "state"]);
        let mut vault = CommandKeystore::new("vault", tokens());
        let made = vault.create_key_pair(&alias("orders-api"), &spec(KeyType::Opaque, "old")).unwrap();
        let mut gateway = CommandReceiver::new("gateway", 2, tokens());
        assert_eq!(gateway.change(std::slice::from_ref(&made.1), &[]).unwrap(), Outcome::Changed);
        let mut client = CommandFlow::new("client", tokens());
        let now = jiff::Timestamp::UNIX_EPOCH;
        assert_eq!(client.bring_to(FlowState::Deployed, now).unwrap(), Outcome::Changed);
        let shop = Self { _scratch: scratch, folder, old: made.1 };
        shop.is_trusted();
        shop
    }

    /// Somebody has looked at the programs of the site as they are now, and trusts them.
    pub(crate) fn is_trusted(&self) {
        trust(&self.folder);
    }

    pub(crate) fn program(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_keyroll"));
        command.args(line.split(' ')).current_dir(&self.folder).env("TZ", "UTC").env_remove("NO_COLOR");
        command
    }

    pub(crate) fn keyroll(&self, line: &str) -> Said {
        Said::of(self.program(line).output().unwrap())
    }

    fn run(&self) -> Said {
        self.keyroll("run tokens.renewal")
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.folder.join(name), text).unwrap();
    }

    /// Puts a program of the test in front of the example, for everything that the site binds.
    pub(crate) fn behind(&self, script: &str, more: &str) {
        self.write("front.sh", script);
        let front = format!("command = [\"sh\", \"front.sh\", \"state\"]{more}");
        let site = self.read("site.toml");
        assert!(site.contains("command = ["));
        let lines = site.lines().map(|line| if line.starts_with("command = [") { &*front } else { line });
        let text: Vec<&str> = lines.collect();
        self.write("site.toml", &format!("{}\n", text.join("\n")));
        self.is_trusted();
    }

    /// What lies in the vault: alias, id and secret of each token.
    fn vault(&self) -> Vec<[String; 3]> {
        let rows = self.read("state/vault");
        let cells = rows.lines().map(|row| row.split('\t').map(str::to_owned).collect::<Vec<_>>());
        cells.map(|row| row.try_into().unwrap()).collect()
    }

    /// Makes sure that the renewal is through: one new token, which the gateway accepts alone.
    #[track_caller]
    fn is_renewed(&self) {
        let vault = self.vault();
        let [[alias, id, _]] = vault.as_slice() else { panic!("{vault:?}") };
        assert_eq!(alias, "orders-api");
        assert_ne!(Some(id.as_str()), self.old.text().map(|text| text.as_str()));
        assert_eq!(self.read("state/accepted"), format!("{id}\n"));
        assert_eq!(self.read("state/client"), "deployed\n");
    }
}
