//! Which password is the store's, and what is wrong when none is.
#![cfg(test)]

use super::*;

/// A store with this integrity check and password, its certificates encrypted or not.
fn made(mac: Option<Mac>, password: (&str, bool), is_sealed: bool) -> Vec<u8> {
    let live = pair("live");
    let certificates = is_sealed.then(quick_scheme);
    let parts = vec![Part::new(None), Part::new(certificates)];
    let plain = live.0.private_key_to_pkcs8().unwrap();
    let sealed = (&elder(oid::PBE_TRIPLE_DES), Password::new(password.0, password.1));
    let bags = vec![
        Bag::of_key(&plain, &live.1, &alias("live"), 0, sealed).unwrap(),
        Bag::of_certificate(&live.1, &alias("live"), 1).unwrap(),
    ];
    Safe { parts, bags: shared(bags), mac, is_without_password: password.1 }
        .write(password.0)
        .unwrap()
        .to_vec()
}

#[test]
fn an_empty_password_is_taken_in_both_its_forms_and_kept_in_its_own() {
    for is_none in [false, true] {
        for mac in [Some(quick_mac()), None] {
            for is_sealed in [true, false] {
                let has_mac = mac.is_some();
                let bytes = made(mac.clone(), ("", is_none), is_sealed);
                let safe = safe_of(&bytes, "").unwrap();
                // Without a check and under PBES2 both forms are the same; the key can tell.
                if has_mac || !is_sealed {
                    assert_eq!(safe.is_without_password, is_none);
                    safe.private_key(0, "").unwrap();
                }
                let again = safe_of(&safe.write("").unwrap(), "").unwrap();
                assert_eq!(again.is_without_password, safe.is_without_password);
                if has_mac {
                    let openssl = openssl::pkcs12::Pkcs12::from_der(&bytes).unwrap().parse2("").unwrap();
                    assert!(openssl.pkey.is_some());
                }
                assert!(matches!(safe_of(&bytes, "a"), Err(Flaw::WrongPassword)));
            }
        }
    }
}

#[test]
fn a_store_without_a_check_opens_with_what_decrypts_it() {
    for is_sealed in [true, false] {
        let bytes = made(None, (PASSWORD, false), is_sealed);
        let safe = safe_of(&bytes, PASSWORD).unwrap();
        assert!(safe.mac.is_none());
        let again = safe_of(&safe.write(PASSWORD).unwrap(), PASSWORD).unwrap();
        assert!(again.mac.is_none(), "it stays without");
        for wrong in ["", "changeit "] {
            assert!(matches!(safe_of(&bytes, wrong), Err(Flaw::WrongPassword)), "{wrong:?}");
        }
    }
    // Nothing is encrypted: any password is as good as another.
    let certificate = Bag::of_trusted(&pair("a").1, &alias("a"), 0).unwrap();
    let parts = vec![Part::new(None)];
    let open = Safe { parts, bags: shared(vec![certificate]), mac: None, is_without_password: false };
    assert_eq!(safe_of(&open.write("").unwrap(), "any").unwrap().bags.len(), 1);
}

#[test]
fn a_check_that_does_not_hold_is_no_wrong_password() {
    for is_sealed in [true, false] {
        let bytes = made(Some(quick_mac()), (PASSWORD, false), is_sealed);
        let mut changed = bytes.clone();
        // The last byte of the salt of the integrity check.
        *changed.last_mut().unwrap() ^= 1;
        assert!(matches!(safe_of(&changed, PASSWORD), Err(Flaw::Tampered)), "sealed: {is_sealed}");
        assert!(matches!(safe_of(&changed, "another"), Err(Flaw::WrongPassword)));
        assert!(matches!(safe_of(&bytes, "another"), Err(Flaw::WrongPassword)));
    }
}

#[test]
fn a_store_of_endless_work_is_refused_before_it_is_done() {
    let mut scheme = quick_scheme();
    // The iterations are read from the algorithm, so they are written there.
    let parts: Vec<Part> = (0..5)
        .map(|_| {
            scheme.iterations = 5_000_000;
            Part::new(Some(scheme.clone()))
        })
        .collect();
    let safe = Safe { parts, bags: Vec::new(), mac: None, is_without_password: false };
    match safe.bound() {
        Err(Flaw::Unsupported(what)) => assert!(what.contains("25000000 iterations"), "{what}"),
        other => panic!("{other:?}"),
    }
}
