//! DER in the two places where it comes from outside: behind the seal of a keystore, and as a
//! certificate.
#![no_main]

use keyroll::world::material::Certificate;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    for certificate in [Certificate::from_der(bytes), Certificate::from_pem(bytes)].into_iter().flatten() {
        let again = Certificate::from_der(certificate.der()).expect("what it keeps can be read");
        assert_eq!(again.fingerprint(), certificate.fingerprint());
        let _ = (
            certificate.subject(),
            certificate.key_type(),
            certificate.public_key().is_ok(),
            certificate.pem(),
        );
    }
    keyroll_fuzz::store::worked_on(&keyroll_fuzz::sealed::sealed(bytes));
});
