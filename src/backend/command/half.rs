//! Public halves in requests and answers: a certificate as PEM, or a text. There is no field for a
//! private half.

use serde_json::{Value, json};

use crate::{
    backend::Outcome,
    world::{
        material::{Certificate, Fingerprint},
        public_text::PublicText,
    },
};

use super::ask::Fields;

/// A public half as a request has it, with its fingerprint.
pub(super) fn written(half: &Certificate) -> Value {
    let fingerprint = half.fingerprint().to_string();
    match half.text() {
        Some(text) => json!({"fingerprint": fingerprint, "text": text.as_str()}),
        None => json!({"fingerprint": fingerprint, "certificate": half.pem()}),
    }
}

/// A public half in an answer. Its fingerprint is what keyroll makes of it; one that the program
/// names must be the same.
pub(super) fn of(value: &Value) -> Result<Certificate, &'static str> {
    let object = value.as_object().ok_or("a public half is no object")?;
    let half = match (object.get("certificate"), object.get("text")) {
        (Some(Value::String(pem)), None) => {
            let half = Certificate::from_pem(pem.as_bytes()).ok().filter(|half| half.text().is_none());
            half.ok_or("`certificate` is no X.509 certificate in PEM")?
        }
        (None, Some(Value::String(text))) => {
            let text = PublicText::new(text);
            Certificate::of_text(text.map_err(|_| "`text` is not one line of at most 4096 bytes")?)
        }
        (None, None) => return Err("a public half has neither `certificate` nor `text`"),
        (Some(_), Some(_)) => return Err("a public half has both `certificate` and `text`"),
        _ => return Err("`certificate` or `text` is not written as a text"),
    };
    match object.get("fingerprint") {
        Some(named) if *named != half.fingerprint().to_string() => {
            Err("the `fingerprint` of a public half is that of another one")
        }
        _ => Ok(half),
    }
}

/// The public halves in a list of an answer.
pub(super) fn all_of(value: Option<&Value>) -> Result<Vec<Certificate>, &'static str> {
    let list = value.and_then(Value::as_array).ok_or("the list of public halves is missing")?;
    list.iter().map(of).collect()
}

/// A fingerprint in an answer.
pub(super) fn fingerprint(value: &Value) -> Result<Fingerprint, &'static str> {
    let text = value.as_str().ok_or("a fingerprint is not written as a text")?;
    Fingerprint::try_from(text.to_owned()).map_err(|_| "a fingerprint is 64 hexadecimal digits")
}

/// What an act did, in its answer.
pub(super) fn outcome(ok: &Fields) -> Result<Outcome, &'static str> {
    match ok.get("outcome").map(Value::as_str) {
        Some(Some("changed")) => Ok(Outcome::Changed),
        Some(Some("already_so")) => Ok(Outcome::AlreadySo),
        Some(_) => Err("`outcome` is neither `changed` nor `already_so`"),
        None => Err("`outcome` is missing"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_identified_by_its_bytes() {
        let half = of(&json!({"text": "token-7"})).unwrap();
        assert_eq!(half.fingerprint(), Fingerprint::of(b"token-7"));
        assert_eq!(of(&written(&half)).unwrap(), half);
        let other = json!({"text": "token-7", "fingerprint": Fingerprint::of(b"token-8").to_string()});
        assert!(of(&other).is_err());
        let marked = json!({"certificate": half.pem()});
        assert!(of(&marked).is_err(), "a text in the place of a certificate");
    }
}
