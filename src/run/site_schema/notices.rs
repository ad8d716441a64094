//! Channels and contacts in the schema of sites.

use serde_json::{Value, json};

use crate::backend::post::smtp::Secrecy;

use super::{closed, path, text, words};

fn kind(name: &str) -> Value {
    json!({"const": name, "description": "What kind of way it is."})
}

/// A secret of a channel.
fn secret(what: &str) -> Value {
    let mut secret = super::secret();
    if let Some(told) = secret.as_object_mut() {
        let source = format!("Where the {what} comes from: env:NAME, file:PATH or credential:NAME.");
        told.insert("description".to_owned(), source.into());
    }
    secret
}

/// An address.
fn address(what: &str) -> Value {
    json!({
        "type": "string",
        "pattern": "^[!#-'*+\\-./0-9=?A-Z\\[\\]^_`a-z{|}~]+@[!#-'*+\\-./0-9=?A-Z\\[\\]^_`a-z{|}~]+$",
        "maxLength": 254,
        "description": format!("{what}, as in ops@example.org.")
    })
}

fn ca() -> Value {
    path("A PEM file of the certificates that the server is trusted by; without, those of the system")
}

/// By which channels somebody is told.
pub(super) fn notify() -> Value {
    json!({"type": "array", "items": {"type": "string"}, "description": "Channels of the site, by name."})
}

/// At which address.
pub(super) fn mail() -> Value {
    address("The address for channels of mails")
}

/// Somebody who is told.
pub(super) fn contact() -> Value {
    json!({"notify": notify(), "mail": mail()})
}

/// A mail server.
pub(super) fn smtp() -> Value {
    closed(
        &["kind", "host", "tls", "from"],
        json!({
            "kind": kind("smtp"),
            "host": text("The mail server."),
            "port": {"type": "integer", "minimum": 0, "maximum": 65535, "description": "Without, the one that goes with tls."},
            "tls": words(Secrecy::ALL.map(Secrecy::name), "How the connection is kept secret."),
            "user": text("Who logs in."),
            "password": secret("password"),
            "ca": ca(),
            "from": address("Whom the mails are from"),
        }),
    )
}

/// A webhook.
pub(super) fn webhook() -> Value {
    closed(
        &["kind", "url", "secret"],
        json!({
            "kind": kind("webhook"),
            "url": {"type": "string", "pattern": "^[Hh][Tt][Tt][Pp][Ss]?://[^@/]+(/.*)?$", "description": "A URL of https, or of http on this machine."},
            "secret": secret("secret"),
            "ca": ca(),
        }),
    )
}

/// A folder.
pub(super) fn spool() -> Value {
    closed(
        &["kind", "path", "from"],
        json!({
            "kind": kind("spool"),
            "path": path("The folder into which each mail is laid as a file"),
            "from": address("Whom the mails are from"),
        }),
    )
}
