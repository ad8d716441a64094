//! A signed document, broken: it is refused, or it says what it said before.
#![no_main]

use std::io::Cursor;
use std::sync::LazyLock;

use keyroll::backend::xml_dsig::{VerifyOptions, verify};
use keyroll::world::material::Certificate;
use keyroll_fuzz::pair;
use libfuzzer_sys::fuzz_target;

static ACCEPTED: LazyLock<[Certificate; 1]> = LazyLock::new(|| [pair::certificate()]);

fuzz_target!(|bytes: &[u8]| {
    let mut out = Vec::new();
    match verify(&mut Cursor::new(bytes), &mut out, &*ACCEPTED, &VerifyOptions::default()) {
        Ok(verified) => {
            assert_eq!(verified.certificate.fingerprint(), ACCEPTED[0].fingerprint());
            // What verified once is verified again, with the same bytes.
            let mut again = Vec::new();
            verify(&mut Cursor::new(bytes), &mut again, &*ACCEPTED, &VerifyOptions::default())
                .expect("twice the same");
            assert_eq!(out, again);
        }
        Err(error) => {
            let _said = (error.to_string(), error.code());
        }
    }
});
