//! Keystores: there, readable, opened by their password, and replaceable where the plan changes them.

use std::{collections::BTreeMap, path::Path};

use zeroize::Zeroizing;

use crate::{
    backend::{
        command::CommandKeystore,
        custody::Claim,
        keystore::{Entry, Keystore, KeystoreError},
        pkcs12::Pkcs12Keystore,
    },
    run::site::{KeystoreBinding, PairStore},
    world::{
        id::StoreId,
        landscape::{Fact, Store},
    },
};

use super::{
    commands,
    complaint::Kind,
    password,
    rights::{Others, not_replaceable},
    sheet::{Row, Sheet},
};

/// The entries of the keystores that could be looked into.
pub(super) type Opened = BTreeMap<StoreId, Vec<Entry>>;

/// Looks at all keystores of the plan.
pub(super) fn examine(sheet: &mut Sheet<'_>) -> Opened {
    let mut opened = Opened::new();
    let (plan, site) = (sheet.plan(), sheet.look.site);
    for (id, store) in plan.landscape.stores.iter() {
        let entries = match site.keystores.get(&store.name) {
            Some(KeystoreBinding::Pkcs12 { path, password, pairs }) => {
                let row = sheet.row("keystores", &store.name, "pkcs12");
                let path = sheet.look.folder.join(path);
                let password = password::examine(sheet, row, password);
                if let Some(pairs) = pairs {
                    examine_pairs(sheet, row, pairs);
                }
                of_file(sheet, row, (id, &path), password)
            }
            Some(KeystoreBinding::Command(binding)) => {
                let row = sheet.row("keystores", &store.name, "command");
                of_command(sheet, row, store, binding)
            }
            Some(KeystoreBinding::Manual {}) => {
                let row = sheet.row("keystores", &store.name, "manual");
                sheet.say(row, "a person does its steps");
                None
            }
            None => None,
        };
        opened.extend(entries.map(|entries| (id, entries)));
    }
    opened
}

fn of_command(
    sheet: &mut Sheet<'_>,
    row: Row,
    store: &Store,
    binding: &crate::run::command_binding::CommandBinding,
) -> Option<Vec<Entry>> {
    let program = commands::examine(sheet, row, binding)?;
    match CommandKeystore::new(&store.name, program).entries() {
        Ok(entries) => Some(entries),
        Err(error) => {
            commands::failed(sheet, row, &error);
            None
        }
    }
}

fn of_file(
    sheet: &mut Sheet<'_>,
    row: Row,
    (id, path): (StoreId, &Path),
    password: Option<Zeroizing<String>>,
) -> Option<Vec<Entry>> {
    let plan = sheet.plan();
    let is_of = |fact: &Fact| matches!(fact, Fact::Place(place) if plan.landscape.places[*place].store == id && plan.landscape.places[*place].of.is_none());
    if let Some(why) = not_replaceable(path).filter(|_| path.exists() && sheet.changes(is_of)) {
        let help = "let the user that runs keyroll write to that folder, as the owner of the keystore";
        sheet.refuse(row, Kind::NotWritable, why, help);
    }
    if let Ok(others) = Others::of(path) {
        others.judge(sheet, row, (&format!("the keystore {}", path.display()), false));
    }
    // Without a password it is still said whether there is a file at all.
    let keystore = Pkcs12Keystore::open(path, password.clone().unwrap_or_default());
    match keystore.entries() {
        Ok(entries) => {
            let word = if entries.len() == 1 { "entry" } else { "entries" };
            sheet.say(row, format!("{}, {} {word}", path.display(), entries.len()));
            Keystore::remarks(&keystore).unwrap_or_default().iter().for_each(|remark| sheet.say(row, remark));
            held(sheet, row, path);
            Some(entries)
        }
        Err(KeystoreError::WrongPassword(_) | KeystoreError::Tampered(_)) if password.is_none() => None,
        Err(error) => {
            complain(sheet, row, &error);
            None
        }
    }
}

fn complain(sheet: &mut Sheet<'_>, row: Row, error: &KeystoreError) {
    let (kind, help) = match error {
        KeystoreError::Missing(_) => {
            (Kind::Unreachable, "correct the path, which begins at the site's folder")
        }
        KeystoreError::Io { .. } => (Kind::Unreachable, "let the user that runs keyroll read it"),
        KeystoreError::WrongPassword(_) => (Kind::Password, "name the password that opens it"),
        _ => (Kind::Failed, "look at it with `keyroll keystore list`, or bring back a copy that is whole"),
    };
    sheet.refuse(row, kind, error.to_string(), help);
}

/// Says which runs hold a keystore.
fn held(sheet: &mut Sheet<'_>, row: Row, path: &Path) {
    let Ok(real) = crate::backend::file::atomic::resolve(path) else { return };
    match Claim::read(&real) {
        Ok(Some(claim)) => {
            for hold in &claim.runs {
                let journal = claim.journal.display();
                sheet.say(row, format!("held by run {} of the journal {journal}", hold.run));
            }
        }
        Ok(None) => {}
        Err(error) => {
            let help = "`keyroll keystore list` shows who holds it";
            sheet.refuse(row, Kind::Failed, error.to_string(), help);
        }
    }
}

/// Looks at a file of pairs that stand in for what a receiver makes.
pub(super) fn examine_pairs(sheet: &mut Sheet<'_>, row: Row, pairs: &PairStore) {
    let path = sheet.look.folder.join(&pairs.path);
    let Some(password) = password::examine(sheet, row, &pairs.password) else { return };
    if let Err(error) = Pkcs12Keystore::open(&path, password).entries() {
        complain(sheet, row, &error);
    }
    if let Some(why) = not_replaceable(&path).filter(|_| path.exists()) {
        sheet.refuse(row, Kind::NotWritable, why, "let the user that runs keyroll write to that folder");
    }
}
