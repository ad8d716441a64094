//! The JSON Schema of `site.toml`, for editors and pipelines. The reader of sites is the judge: the schema
//! refuses no site that it takes, and of what it refuses all that a schema can tell.

mod notices;

use serde_json::{Map, Value, json};

use crate::backend::secret::ASK;
use crate::backend::xml_dsig::{Algorithm, Canonicalization, Digest, KeyInfoPart, Shape};

use super::site::{VALIDITY, VERSION};

/// What the schema is called.
pub const NAME: &str = "site";

/// The schema (draft 2020-12).
#[must_use]
pub fn schema() -> Value {
    let mark = format!("keyroll/{NAME}/{VERSION}");
    let mut whole = closed(
        &["site"],
        json!({
            "site": {"const": VERSION, "description": "The version of the format."},
            "parameters": map(json!({"type": "string"}), "Values for the plan's parameters."),
            "answers": map(json!({"enum": ["yes", "no"]}), "Answers to the plan's questions."),
            "roles": map(role(), "Who plays the roles; one that is not named is played by a person."),
            "calendars": map(calendar(), "Calendars of times in which roles change nothing."),
            "keystores": map(json!({"oneOf": [pkcs12(), command(json!({})), manual()]}), "What stands behind the keystores."),
            "receivers": map(json!({"oneOf": [directory(), command(json!({"capacity": capacity()})), manual()]}), "What stands behind the receivers."),
            "flows": map(json!({"oneOf": [local(), command(json!({})), manual()]}), "What stands behind the flows."),
            "facts": map(json!({"oneOf": [file(), command(json!({})), manual()]}), "What stands behind the facts of the plan's own."),
            "keys": map(key(), "What is generated for keys, where it is not to be as the key that it replaces."),
            "notices": map(json!({"oneOf": [notices::smtp(), notices::webhook(), notices::spool()]}), "By which ways people are told."),
            "partners": pace(),
            "coordinator": closed(&[], notices::contact()),
        }),
    );
    if let Some(root) = whole.as_object_mut() {
        let mut head = Map::new();
        head.insert("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema"));
        head.insert("$id".to_owned(), json!(format!("urn:{}", mark.replace('/', ":"))));
        head.insert("title".to_owned(), json!(mark));
        head.insert("description".to_owned(), json!("What stands behind the names of a plan: site.toml."));
        head.append(root);
        return Value::Object(head);
    }
    whole
}

/// A table with these keys and no other.
fn closed(required: &[&str], properties: Value) -> Value {
    json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false})
}

/// A table of tables, by name.
fn map(each: Value, description: &str) -> Value {
    json!({"type": "object", "additionalProperties": each, "description": description})
}

fn text(description: &str) -> Value {
    json!({"type": "string", "description": description})
}

fn words<'a>(known: impl IntoIterator<Item = &'a str>, description: &str) -> Value {
    let known: Vec<&str> = known.into_iter().collect();
    json!({"enum": known, "description": description})
}

fn backend(name: &str) -> Value {
    json!({"const": name, "description": "What stands behind the name."})
}

fn length(description: &str) -> Value {
    json!({"type": "string", "pattern": "^([0-9]+[smhd])+$", "description": description})
}

fn capacity() -> Value {
    json!({"type": "integer", "minimum": 0, "description": "How many certificates or credentials it can hold."})
}

fn path(what: &str) -> Value {
    text(&format!("{what}; a relative path begins at the site's folder."))
}

/// Where a secret comes from.
fn secret() -> Value {
    json!({"type": "string", "pattern": "^(env:[\\s\\S]+|file:[\\s\\S]+|credential:(?!\\.\\.$)[^/]+)$"})
}

fn password() -> Value {
    json!({
        "anyOf": [secret(), {"const": ASK}],
        "description": "Where the password comes from: env:NAME, file:PATH or credential:NAME; or ask, and whoever starts the command is asked. It is never written out."
    })
}

fn pairs() -> Value {
    let mut pairs =
        closed(&["path", "password"], json!({"path": path("A PKCS#12 file"), "password": password()}));
    if let Some(table) = pairs.as_object_mut() {
        let about = "Pairs that stand in for what a receiver makes, as in a trial.";
        table.insert("description".to_owned(), json!(about));
    }
    pairs
}

fn role() -> Value {
    closed(
        &[],
        json!({
            "answers_within": length("How long after it is asked an act of the role is due, as in 5d."),
            "automatic": {"type": "boolean", "description": "Whether keyroll does the role's acts of speech by itself."},
            "calendars": {"type": "array", "items": {"type": "string"}, "description": "Calendars of the site, by name: while one of them is closed the role changes nothing."},
            "pause": length("How long a step of the role waits after it could begin, as in 5m."),
            "fingerprint": words(["demanded"], "Whether its people name the fingerprint of each certificate that the role accepts."),
            "people": {"type": "array", "items": {"type": "string"}, "description": "Who plays the role."},
            "notify": notices::notify(),
            "mail": notices::mail(),
        }),
    )
}

fn pace() -> Value {
    let count =
        |what: &str| json!({"type": "integer", "minimum": 1, "maximum": u32::MAX, "description": what});
    closed(
        &[],
        json!({
            "first": {"type": "array", "items": {"type": "string"}, "description": "The partners that go first, by their roles."},
            "at_once": count("How many partners at most are under way at once."),
            "stop_after": count("With how many partners a step has failed when no further one is begun."),
        }),
    )
}

fn calendar() -> Value {
    closed(
        &["path"],
        json!({
            "path": path("A file in the format of iCalendar"),
            "zone": text("The zone of times in it that name none, and of whole days, as in Europe/Vienna; without, UTC."),
        }),
    )
}

fn manual() -> Value {
    closed(&["backend"], json!({"backend": backend("manual")}))
}

fn pkcs12() -> Value {
    closed(
        &["backend", "path", "password"],
        json!({
            "backend": backend("pkcs12"),
            "path": path("The keystore"),
            "password": password(),
            "pairs": pairs(),
        }),
    )
}

fn directory() -> Value {
    closed(
        &["backend", "path", "capacity"],
        json!({
            "backend": backend("directory"),
            "path": path("A folder of trusted certificates"),
            "capacity": capacity(),
            "pairs": pairs(),
        }),
    )
}

fn local() -> Value {
    closed(
        &["backend", "path"],
        json!({
            "backend": backend("local"),
            "path": path("The folder of the flow"),
            "stand_in": {"type": "boolean", "description": "Whether its XML signatures stand for what the plan says."},
            "signature": signature(),
        }),
    )
}

fn file() -> Value {
    closed(
        &["backend", "path"],
        json!({"backend": backend("file"), "path": path("A file that says set or clear")}),
    )
}

/// A program, with what one face is told beside the others.
fn command(more: Value) -> Value {
    let mut properties = json!({
        "backend": backend("command"),
        "command": {
            "type": "array",
            "items": {"type": "string", "pattern": "^[^\\u0000]*$"},
            "minItems": 1,
            "description": "The program and its arguments; no shell reads them."
        },
        "timeout": length("How long it may take for one act, from 1s to 1h."),
        "environment": {
            "type": "array",
            "items": {"type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_]*$"},
            "description": "The names of the variables that are passed on."
        },
        "keep_output": {"type": "boolean", "description": "Whether what it says is kept when it fails."},
    });
    let mut required = vec!["backend", "command"];
    if let (Some(all), Value::Object(more)) = (properties.as_object_mut(), more) {
        if more.contains_key("capacity") {
            required.push("capacity");
        }
        all.extend(more);
    }
    closed(&required, properties)
}

fn signature() -> Value {
    let part = KeyInfoPart::ALL.map(KeyInfoPart::name).join("|");
    closed(
        &[],
        json!({
            "type": words(Shape::ALL.map(Shape::name), "How the signature stands to what it signs."),
            "algorithm": words(Algorithm::ALL.map(Algorithm::name), "It fits every key of the flow; without, each key's own."),
            "digest": words(Digest::ALL.map(Digest::name), "Without, as the algorithm."),
            "c14n": words(Canonicalization::all().map(|one| one.name()).collect::<Vec<_>>(), "The canonicalization."),
            "key_info": {
                "type": "string",
                "pattern": format!("^(none|\\s*({part})\\s*(,\\s*({part})\\s*)*)$"),
                "description": "What is said of the key."
            },
            "prefix": {
                "type": "string",
                "pattern": "^(?![xX][mM][lL])[^\\s:]*$",
                "description": "Of the signature's elements; empty for none."
            },
        }),
    )
}

fn key() -> Value {
    closed(
        &[],
        json!({
            "type": {
                "type": "string",
                "examples": ["rsa-3072", "ec-p256"],
                "description": "rsa-2048, rsa-3072, rsa-4096, ec-p256, ec-p384, ec-p521, ed25519; opaque for what a command makes."
            },
            "subject": text("The subject, as in CN=orders, O=Example."),
            "certificate": path("The certificate of a key that no backend shows"),
            "days": {
                "type": "integer",
                "minimum": VALIDITY.start(),
                "maximum": VALIDITY.end(),
                "description": "Days of validity."
            },
        }),
    )
}
