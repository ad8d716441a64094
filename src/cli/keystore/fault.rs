//! What can go wrong with a keystore, as a page with a code and what to do next.

use std::path::Path;

use miette::Diagnostic;
use thiserror::Error;

use crate::{
    backend::{
        custody::{CustodyError, Hold},
        keystore::{Entry, KeystoreError},
    },
    cli::{at_site::shown_path, exit::Exit, screen::Screen},
    journal::sqlite::Store,
    name::Alias,
    plan::suggest::nearest,
    source::{Finding, Refusal, Source, shown},
};

/// How many aliases are listed when none is near.
const LISTED: usize = 12;

/// One finding about a keystore. It stands in no text, so it has no place.
#[derive(Debug, Diagnostic, Error)]
enum Fault {
    #[error("{what}")]
    #[diagnostic(code(keyroll::keystore_missing), help("{help}"))]
    Missing { what: String, help: String },
    #[error("{what}")]
    #[diagnostic(code(keyroll::keystore_wrong_password), help("{help}"))]
    WrongPassword { what: String, help: String },
    #[error("{what}")]
    #[diagnostic(code(keyroll::keystore_damaged), help("{help}"))]
    Damaged { what: String, help: String },
    #[error("{what}")]
    #[diagnostic(code(keyroll::keystore_tampered), help("{help}"))]
    Tampered { what: String, help: String },
    #[error("{what}")]
    #[diagnostic(code(keyroll::keystore_not_the_answer), help("{help}"))]
    NotTheAnswer { what: String, help: String },
    #[error("{what}")]
    #[diagnostic(code(keyroll::keystore_unsupported), help("{help}"))]
    Unsupported { what: String, help: String },
    #[error("{what}")]
    #[diagnostic(code(keyroll::keystore_ambiguous), help("{help}"))]
    Ambiguous { what: String, help: String },
    #[error("{what}")]
    #[diagnostic(code(keyroll::keystore_occupied), help("{help}"))]
    Occupied { what: String, help: String },
    #[error("{what}")]
    #[diagnostic(code(keyroll::keystore_moved), help("{help}"))]
    Moved { what: String, help: String },
    #[error("{what}")]
    #[diagnostic(code(keyroll::keystore_no_key_pair), help("{help}"))]
    NoKeyPair { what: String, help: String },
    #[error("{what}")]
    #[diagnostic(code(keyroll::keystore_unknown_alias), help("{help}"))]
    UnknownAlias { what: String, help: String },
    #[error("{what}")]
    #[diagnostic(code(keyroll::keystore_failed), help("{help}"))]
    Failed { what: String, help: String },
    #[error("{what}")]
    #[diagnostic(code(keyroll::keystore_io), help("{help}"))]
    Io { what: String, help: String },
    #[error("{what}")]
    #[diagnostic(code(keyroll::keystore_locked), help("{help}"))]
    Locked { what: String, help: String },
    #[error("{what}")]
    #[diagnostic(code(keyroll::keystore_held), help("{help}"))]
    Held { what: String, help: String },
    #[error("{what}")]
    #[diagnostic(code(keyroll::keystore_released), help("{help}"))]
    Released { what: String, help: String },
    #[error("{what}")]
    #[diagnostic(code(keyroll::claim_unreadable), help("{help}"))]
    ClaimUnreadable { what: String, help: String },
    #[error("{what}")]
    #[diagnostic(code(keyroll::record_broken), help("{help}"))]
    RecordBroken { what: String, help: String },
}

/// Says what is wrong with a keystore; the exit that goes with it.
pub fn complain(error: &KeystoreError, screen: &mut Screen) -> Exit {
    let (finding, exit) = found(error);
    draw(finding, screen);
    exit
}

/// Says that no entry has an alias, and which is near.
pub fn unknown_alias(alias: &Alias, store: &Path, all: &[Entry], screen: &mut Screen) -> Exit {
    let known: Vec<&str> = all.iter().map(|entry| entry.alias.as_str()).collect();
    let list = format!("`keyroll keystore list {}`", shown_path(store));
    let help = match nearest(alias.as_str(), known.iter().copied()) {
        Some(near) => format!("did you mean `{}`? {list} shows all", shown(near)),
        None if known.is_empty() => "the keystore has no entries".to_owned(),
        None => {
            let listed: Vec<String> =
                known.iter().take(LISTED).map(|known| format!("`{}`", shown(known))).collect();
            format!("it has {}; {list} shows all", listed.join(", "))
        }
    };
    let what = format!("{} has no entry `{alias}`", shown_path(store));
    draw(Box::new(Fault::UnknownAlias { what, help }), screen);
    Exit::Refused
}

/// Says that the record of a keystore does not fit together.
pub fn record_broken(store: &Path, line: usize, screen: &mut Screen) -> Exit {
    let what = format!(
        "the record of {} was changed from outside: line {line} does not follow from the one before",
        shown_path(store)
    );
    let help = "compare it with a copy; the lines before that place are as they were written".to_owned();
    draw(Box::new(Fault::RecordBroken { what, help }), screen);
    Exit::Refused
}

fn draw(finding: Finding, screen: &mut Screen) {
    screen.page(&Refusal::new(Source::new("", ""), vec![finding]));
}

/// The finding for an error, and the exit that goes with it.
#[must_use]
pub fn found(error: &KeystoreError) -> (Finding, Exit) {
    let what = shown(&error.to_string());
    let list = |path: &Path| format!("keyroll keystore list {}", shown_path(path));
    let (fault, exit) = match error {
        KeystoreError::Missing(path) => {
            let help = format!(
                "check the path; `keyroll keystore create {} --new-store ...` makes a keystore there",
                shown_path(path)
            );
            (Fault::Missing { what, help }, Exit::Backend)
        }
        KeystoreError::WrongPassword(path) => {
            let help = format!(
                "name the password that {} was last written with by --password env:NAME or file:PATH",
                shown_path(path)
            );
            (Fault::WrongPassword { what, help }, Exit::Backend)
        }
        KeystoreError::Damaged { path, .. } => {
            let help = format!(
                "restore it from a copy; `openssl pkcs12 -info -noout -in {}` says what another tool makes of it",
                shown_path(path)
            );
            (Fault::Damaged { what, help }, Exit::Backend)
        }
        KeystoreError::Unsupported { path, .. } => {
            let help = format!(
                "write it anew: `keytool -importkeystore -srckeystore {} -destkeystore NEW -deststoretype pkcs12`",
                shown_path(path)
            );
            (Fault::Unsupported { what, help }, Exit::Backend)
        }
        KeystoreError::Ambiguous(alias) => {
            let help = format!("let another tool rename one of the two entries that answer to `{alias}`");
            (Fault::Ambiguous { what, help }, Exit::Refused)
        }
        KeystoreError::Occupied(alias) => {
            let help = format!(
                "look at it with `keyroll keystore show STORE --alias {alias}`, free it with `keyroll keystore \
                 remove STORE --alias {alias}`, or take another alias"
            );
            (Fault::Occupied { what, help }, Exit::Refused)
        }
        KeystoreError::Tampered(_) => {
            let help = "restore it from a copy, and find out who wrote to it".to_owned();
            (Fault::Tampered { what, help }, Exit::Backend)
        }
        KeystoreError::NotTheAnswer { alias, .. } => {
            let help =
                format!("ask for one with what `keyroll keystore request STORE --alias {alias}` writes");
            (Fault::NotTheAnswer { what, help }, Exit::Refused)
        }
        KeystoreError::Moved { alias, .. } | KeystoreError::Changed(alias) => {
            let help = format!("look again with `keyroll keystore show STORE --alias {alias}`");
            (Fault::Moved { what, help }, Exit::Stale)
        }
        KeystoreError::NoKeyPair(_) => {
            let help = "`keyroll keystore list` says what lies under each alias".to_owned();
            (Fault::NoKeyPair { what, help }, Exit::Refused)
        }
        KeystoreError::Crypto { .. } | KeystoreError::Command(_) | KeystoreError::NoHand(_) => {
            let help = "nothing was changed; give other keys, certificates or names".to_owned();
            (Fault::Failed { what, help }, Exit::Backend)
        }
        KeystoreError::Io { path, .. } => (Fault::Io { what, help: may_write(path) }, Exit::Backend),
        KeystoreError::Locked(path) => {
            let help = format!("let the other process end, and look at the outcome: `{}`", list(path));
            (Fault::Locked { what, help }, Exit::Backend)
        }
        KeystoreError::Custody(error) => return of_custody(error),
    };
    (Box::new(fault), exit)
}

fn of_custody(error: &CustodyError) -> (Finding, Exit) {
    let what = shown(&error.to_string());
    let (fault, exit) = match error {
        CustodyError::Held { store, hold, journal, .. } => {
            let standing = standing(journal, hold);
            let run = shown(&hold.run);
            let what = format!("{what} ({standing})");
            let help = format!(
                "let it come to its end; if it is given up: `keyroll keystore release {} --run {run} \
                 --because REASON`",
                shown_path(store)
            );
            (Fault::Held { what, help }, Exit::Waiting)
        }
        CustodyError::Lost { .. } => {
            let help = "find out who released it and why; `keyroll run` claims it again".to_owned();
            (Fault::Released { what, help }, Exit::Stale)
        }
        CustodyError::BadClaim { path, .. } => {
            let help =
                format!("find out which run wrote {}; remove it when none is under way", shown_path(path));
            (Fault::ClaimUnreadable { what, help }, Exit::Backend)
        }
        CustodyError::Io { path, .. } => (Fault::Io { what, help: may_write(path) }, Exit::Backend),
    };
    (Box::new(fault), exit)
}

fn may_write(path: &Path) -> String {
    format!("see to it that this user may read and write {} and its folder", shown_path(path))
}

/// What the journal of a claim says of its run.
#[must_use]
pub fn standing(journal: &Path, hold: &Hold) -> String {
    let place = format!("its journal is {}", shown_path(journal));
    if !journal.exists() {
        return format!("{place}, and that is gone");
    }
    match Store::open(journal).and_then(|store| store.runs()) {
        Err(_) => format!("{place}, and that cannot be read"),
        Ok(runs) => match runs.iter().find(|run| run.run == hold.run) {
            None => format!("{place}, and that has no such run"),
            Some(run) if run.finished => format!("{place}, and the run is done there"),
            Some(_) => format!("{place}, and the run is under way there"),
        },
    }
}
