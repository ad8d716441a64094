//! Stores that are cut, flipped or forged.
#![cfg(test)]

use super::*;

#[test]
fn every_cut_and_every_flipped_bit_is_refused_or_harmless() {
    let one = pair("one");
    let bytes = store([both(&one, "one"), vec![odd_bag(0), odd_bag(1)]].concat());
    let whole = raws(&safe_of(&bytes, PASSWORD).unwrap());
    for cut in 0..bytes.len() {
        let refused = safe_of(&bytes[..cut], PASSWORD);
        assert!(matches!(refused, Err(Flaw::Damaged { .. })), "cut at {cut}");
    }
    let mut harmless = 0;
    for at in 0..bytes.len() {
        for bit in 0..8 {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1 << bit;
            if let Ok(safe) = safe_of(&flipped, PASSWORD) {
                assert_eq!(raws(&safe), whole, "bit {bit} of byte {at}");
                harmless += 1;
            }
        }
    }
    assert_eq!(harmless, 0);
}

#[test]
fn damage_under_a_true_integrity_check_is_damage() {
    let one = pair("one");
    let bytes = store(both(&one, "one"));
    let safe = safe_of(&bytes, PASSWORD).unwrap();
    // A certificate part under another password than the integrity check.
    let parts = vec![Part::new(Some(quick_scheme()))];
    let inner = Safe { parts, bags: vec![Arc::new(odd_bag(0))], ..safe };
    let other = inner.write("another password").unwrap();
    let mut fields = Reader::new(&other, 0).any().unwrap().reader();
    let (version, info) = (fields.any().unwrap(), fields.any().unwrap());
    let mut typed = info.reader();
    typed.any().unwrap();
    let content = typed.any().unwrap().reader().any().unwrap().content;
    let mac = inner.mac.unwrap().over(content, Password::new(PASSWORD, false)).unwrap();
    let forged = element(SEQUENCE, &[version.raw, info.raw, &mac]);
    assert!(matches!(safe_of(&forged, PASSWORD), Err(Flaw::Damaged { .. })));
    assert!(matches!(safe_of(&other, PASSWORD), Err(Flaw::WrongPassword)));
}
