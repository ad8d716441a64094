//! A document: its canonical form is a document with the same one; and what is signed verifies, and
//! what verified is the canonical form of what was given.
#![no_main]

use std::io::Cursor;
use std::sync::LazyLock;

use keyroll::backend::xml_dsig::{
    CanonicalForm, Canonicalization, Limits, Shape, SignatureProfile, SigningKey, VerifyOptions, XmlError,
    canonicalize, sign, verify,
};
use keyroll_fuzz::{comments, pair};
use libfuzzer_sys::fuzz_target;

static KEY: LazyLock<SigningKey> = LazyLock::new(pair::signing);

fn said(error: &XmlError) {
    assert!(!matches!(error, XmlError::Io(_)), "nothing is wrong with the memory: {error}");
    let _said = (error.to_string(), error.code());
}

fn canonical(document: &[u8], method: &Canonicalization) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    match canonicalize(&mut &document[..], method, &Limits::default(), &mut out) {
        Ok(()) => Some(out),
        Err(error) => {
            said(&error);
            None
        }
    }
}

fn methods() -> impl Iterator<Item = Canonicalization> {
    let plain = CanonicalForm::ALL.into_iter().map(Canonicalization::new);
    plain.flat_map(|method| [method.clone(), method.with_comments()])
}

/// Signs in a shape and takes the verified bytes; `None` where the document cannot be signed.
fn verified(document: &[u8], shape: Shape, method: &Canonicalization) -> Option<Vec<u8>> {
    let profile = SignatureProfile { shape, canonicalization: method.clone(), ..SignatureProfile::default() };
    let mut signed = Vec::new();
    if let Err(error) = sign(&mut &document[..], &mut signed, &KEY, &profile) {
        said(&error);
        return None;
    }
    let mut out = Vec::new();
    let options = VerifyOptions::default();
    if let Err(error) = verify(&mut Cursor::new(&signed), &mut out, &[pair::certificate()], &options) {
        panic!("what was signed verifies: {error}\n{}", String::from_utf8_lossy(&signed));
    }
    Some(out)
}

fuzz_target!(|bytes: &[u8]| {
    for (number, method) in methods().enumerate() {
        let Some(first) = canonical(bytes, &method) else { return };
        let second = canonical(&first, &method).expect("a canonical form is a document");
        assert!(first == second, "its canonical form is its own:\n{}", String::from_utf8_lossy(&first));
        // One signature an input: they cost more than all the rest.
        if number == bytes.len() % 6 {
            let _enveloping = verified(bytes, Shape::Enveloping, &method);
            if let Some(out) = verified(bytes, Shape::Enveloped, &method) {
                let wanted = canonical(bytes, &comments::without(&method)).expect("it has a canonical form");
                assert!(
                    out == wanted,
                    "{}\n{}",
                    String::from_utf8_lossy(&out),
                    String::from_utf8_lossy(&wanted)
                );
            }
        }
    }
});
