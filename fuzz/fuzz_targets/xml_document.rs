//! A document: signed, verified, and its canonical form is a document with the same one.
#![no_main]

use std::io::Cursor;
use std::sync::LazyLock;

use keyroll::backend::xml_dsig::{Limits, SigningKey, XmlError, sign, verify};
use keyroll_fuzz::pair;
use libfuzzer_sys::fuzz_target;

static KEY: LazyLock<SigningKey> = LazyLock::new(pair::signing);

/// The verified bytes of a document that is signed here; `None` where it is refused.
fn canonical(document: &[u8]) -> Option<Vec<u8>> {
    let mut signed = Vec::new();
    match sign(&mut &document[..], &mut signed, &KEY, &Limits::default()) {
        Ok(_) => {}
        Err(error) => {
            assert!(!matches!(error, XmlError::Io(_)), "nothing is wrong with the memory: {error}");
            let _said = (error.to_string(), error.code());
            return None;
        }
    }
    let mut out = Vec::new();
    let verified = verify(&mut Cursor::new(&signed), &mut out, &[pair::certificate()], &Limits::default());
    if let Err(error) = verified {
        panic!("what was signed verifies: {error}\n{}", String::from_utf8_lossy(&signed));
    }
    Some(out)
}

fuzz_target!(|bytes: &[u8]| {
    let Some(first) = canonical(bytes) else { return };
    let second = canonical(&first).expect("a canonical form is a document");
    assert!(first == second, "its canonical form is its own:\n{}", String::from_utf8_lossy(&first));
});
