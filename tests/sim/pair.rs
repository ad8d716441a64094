//! Certificates for the pairs of the simulated keystore; their private halves are thrown away.

use std::cell::Cell;

use jiff::Timestamp;
use keyroll::world::material::Certificate;
use openssl::{
    asn1::Asn1Time,
    bn::BigNum,
    ec::{EcGroup, EcKey},
    hash::MessageDigest,
    nid::Nid,
    pkey::PKey,
    x509::{X509Builder, X509NameBuilder},
};

thread_local! {
    static SERIAL: Cell<u32> = const { Cell::new(1) };
}

/// A fresh pair's certificate, signed by itself.
pub(crate) fn self_signed(subject: &[(String, String)], not_before: Timestamp, days: u32) -> Certificate {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
    let key = PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap();
    let mut name = X509NameBuilder::new().unwrap();
    subject.iter().for_each(|(short, value)| name.append_entry_by_text(short, value).unwrap());
    let name = name.build();
    let mut built = X509Builder::new().unwrap();
    let serial = SERIAL.replace(SERIAL.get() + 1);
    built.set_version(2).unwrap();
    built.set_serial_number(&BigNum::from_u32(serial).unwrap().to_asn1_integer().unwrap()).unwrap();
    built.set_subject_name(&name).unwrap();
    built.set_issuer_name(&name).unwrap();
    built.set_pubkey(&key).unwrap();
    let end = not_before.as_second() + i64::from(days) * 86_400;
    built.set_not_before(&Asn1Time::from_unix(not_before.as_second()).unwrap()).unwrap();
    built.set_not_after(&Asn1Time::from_unix(end).unwrap()).unwrap();
    built.sign(&key, MessageDigest::sha256()).unwrap();
    Certificate::from_x509(built.build()).unwrap()
}
