//! Keystores: the laws of the face over every backend, the tools that others use, and faults.
#![cfg(test)]

mod cut;
mod faults;
mod imports;
mod kinds;
pub(crate) mod laws;
mod material;
mod tools;

use std::{
    path::Path,
    process::{Command, Output},
};

use keyroll::{
    backend::{
        keystore::{Exchange, KeySpec, Keystore},
        pkcs12::Pkcs12Keystore,
    },
    name::Alias,
    world::material::{Fingerprint, KeyType},
};
use zeroize::Zeroizing;

const PASSWORD: &str = "changeit-canary-7";

fn alias(text: &str) -> Alias {
    Alias::new(text).unwrap()
}

fn spec(name: &str) -> KeySpec {
    KeySpec {
        key_type: KeyType::EcP256,
        subject: vec![("CN".to_owned(), name.to_owned()), ("O".to_owned(), "Example".to_owned())],
        not_before: "2026-11-01T00:00:00Z".parse().unwrap(),
        days: 365,
    }
}

fn open(path: &Path) -> Pkcs12Keystore {
    Pkcs12Keystore::open(path, Zeroizing::new(PASSWORD.to_owned()))
}

fn empty(path: &Path) -> Pkcs12Keystore {
    Pkcs12Keystore::create_empty(path, Zeroizing::new(PASSWORD.to_owned())).unwrap()
}

fn create(store: &mut dyn Keystore, name: &str) -> Fingerprint {
    store.create_key_pair(&alias(name), &spec(name)).unwrap().1.fingerprint()
}

/// What an alias names.
fn named(store: &dyn Keystore, name: &str) -> Option<Fingerprint> {
    store.entry(&alias(name)).unwrap().and_then(|entry| entry.certificate().map(|own| own.fingerprint()))
}

/// Exchanges `live` for the pair under `staged`, the old pair going to `backup`.
fn exchange(
    store: &mut dyn Keystore,
    [live, staged, backup]: [&str; 3],
) -> Result<keyroll::backend::Outcome, keyroll::backend::keystore::KeystoreError> {
    let [expected, wanted] = [live, staged].map(|name| named(store, name).unwrap());
    store.exchange(&Exchange {
        alias: &alias(live),
        expected: &expected,
        staged: &alias(staged),
        wanted: &wanted,
        backup: Some(&alias(backup)),
    })
}

/// Runs a tool that must be there and must succeed; its standard output.
fn run(program: &str, arguments: &[&str], folder: &Path) -> String {
    let output = attempt(program, arguments, folder);
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{program} {arguments:?} failed:\n{out}{err}");
    out.into_owned()
}

fn attempt(program: &str, arguments: &[&str], folder: &Path) -> Output {
    Command::new(program)
        .args(arguments)
        .env("STORE_PASSWORD", PASSWORD)
        .env("LC_ALL", "C.UTF-8")
        .current_dir(folder)
        .output()
        .unwrap_or_else(|error| panic!("these tests need `{program}`: {error}"))
}
