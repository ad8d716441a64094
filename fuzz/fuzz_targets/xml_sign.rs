//! A document and how it is to be signed: in every shape, canonicalization, place and encoding, what
//! is signed verifies and hands out the canonical form of what was given; and one byte changed in it
//! is noticed, or changes nothing of what it says.
#![no_main]

use std::io::Cursor;
use std::sync::LazyLock;

use keyroll::backend::xml_dsig::{
    CanonicalForm, Canonicalization, Digest, ElementId, KeyInfo, KeyInfoPart, Limits, Place, Position,
    Selector, Shape, SignatureProfile, Signed, SigningKey, VerifyOptions, XmlError, canonicalize,
    canonicalize_element, sign, sign_seekable, verify,
};
use keyroll_fuzz::{choices::Choices, comments, encoded::encoded, pair};
use libfuzzer_sys::fuzz_target;

static KEY: LazyLock<SigningKey> = LazyLock::new(pair::signing);

const ELEMENTS: [&str; 6] = ["#x", "a", "b", "/a/b", "/a/b[2]", "{urn:a}a"];

fn method(choices: &mut Choices<'_>) -> Canonicalization {
    let form = CanonicalForm::ALL[choices.below(3)];
    let method = Canonicalization::new(form);
    let method = if choices.below(2) == 1 { method.with_comments() } else { method };
    if form != CanonicalForm::Exclusive {
        return method;
    }
    match choices.below(4) {
        1 => method.with_prefix_list("p #default").expect("a list"),
        2 => method.with_prefix_list("q").expect("a list"),
        _ => method,
    }
}

fn element(choices: &mut Choices<'_>) -> Selector {
    ELEMENTS[choices.below(ELEMENTS.len())].parse().expect("a selector")
}

fn profile(choices: &mut Choices<'_>) -> SignatureProfile {
    let shape = Shape::ALL[choices.below(3)];
    let whole = shape == Shape::Enveloping || (shape == Shape::Enveloped && choices.below(2) == 0);
    let position = match choices.below(4) {
        0 => Some(Position::Inside(element(choices))),
        1 => Some(Position::After(element(choices))),
        _ => None,
    };
    let info = choices.below(64);
    let parts: Vec<KeyInfoPart> = KeyInfoPart::ALL
        .into_iter()
        .enumerate()
        .filter(|(n, _)| info >> n & 1 == 1)
        .map(|(_, p)| p)
        .collect();
    SignatureProfile {
        shape,
        reference: (!whole).then(|| element(choices)),
        position: position.filter(|_| shape != Shape::Enveloping),
        digest: [None, Some(Digest::Sha256), Some(Digest::Sha512)][choices.below(3)],
        canonicalization: method(choices),
        content_canonicalization: Some(method(choices)),
        key_info: KeyInfo::of(&parts),
        sign_key_info: !parts.is_empty() && choices.below(2) == 1,
        prefix: ["ds", "", "p"][choices.below(3)].parse().expect("a prefix"),
        id: (choices.below(2) == 1).then(|| "sig".parse().expect("a name")),
        ..SignatureProfile::default()
    }
}

fn said(error: &XmlError) {
    assert!(!matches!(error, XmlError::Io(_)), "nothing is wrong with the memory: {error}");
    let _said = (error.to_string(), error.code(), error.advice(), error.position());
}

fn checked(signed: &[u8]) -> Result<Vec<u8>, XmlError> {
    let options = VerifyOptions { place: Place::Anywhere, ..VerifyOptions::default() };
    let mut out = Vec::new();
    verify(&mut Cursor::new(signed), &mut out, &[pair::certificate()], &options)?;
    Ok(out)
}

/// The canonical form of what the profile signs, made without a signature.
fn canonical(document: &[u8], profile: &SignatureProfile, made: &Signed) -> Vec<u8> {
    let (mut out, limits) = (Vec::new(), Limits::default());
    let method = profile.content_canonicalization.as_ref().expect("it is always chosen");
    let method = &comments::without(method);
    match made.uri.strip_prefix('#') {
        Some(id) => {
            let element = ElementId { id, attributes: &profile.id_attributes };
            let found = canonicalize_element(&mut &document[..], element, method, &limits, &mut out);
            assert!(found.expect("what was signed can be read"), "and is there");
        }
        None => canonicalize(&mut &document[..], method, &limits, &mut out).expect("it can be read"),
    }
    out
}

fuzz_target!(|bytes: &[u8]| {
    let (mut choices, rest) = Choices::of(bytes);
    let profile = profile(&mut choices);
    let (encoding, at, change) = (choices.below(4), choices.below(1 << 16), choices.below(256));
    let Some(document) = encoded(rest, encoding) else { return };
    let (mut signed, mut seeked) = (Vec::new(), Vec::new());
    let made = sign(&mut &document[..], &mut signed, &KEY, &profile);
    let again = sign_seekable(&mut Cursor::new(&document), &mut seeked, &KEY, &profile);
    let made = match (made, again) {
        (Ok(made), Ok(again)) => {
            assert_eq!(made, again, "a document that can be read twice is signed the same");
            made
        }
        (Err(one), Err(other)) => {
            said(&one);
            assert_eq!(one.to_string(), other.to_string());
            return;
        }
        (one, other) => panic!("{:?} {:?}", one.err(), other.err()),
    };
    let shown = String::from_utf8_lossy(&signed);
    let out =
        checked(&signed).unwrap_or_else(|e| panic!("what was signed verifies: {e}\n{profile:?}\n{shown}"));
    // What an enveloping signature holds stands in another scope than the document did.
    if profile.shape != Shape::Enveloping {
        let expected = canonical(&document, &profile, &made);
        assert!(out == expected, "{profile:?}\n{shown}\n{}", String::from_utf8_lossy(&expected));
    }
    // A byte that is changed is noticed, or changes nothing.
    let spot = at % signed.len();
    if signed[spot] == change as u8 {
        return;
    }
    signed[spot] = change as u8;
    match checked(&signed) {
        Ok(still) => assert!(still == out, "{profile:?}\n{}", String::from_utf8_lossy(&signed)),
        Err(error) => said(&error),
    }
});
