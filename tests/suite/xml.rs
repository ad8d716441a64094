//! XML signatures: both ways against Java and xmlsec1, against tampering, and against documents
//! that are none.

#![cfg(test)]

mod attacks;
mod canonical;
mod crossing;
mod documents;
mod encodings;
mod layers;
mod oracles;
mod pages;
mod random;
mod reading;
mod refusals;
mod shapes;

use std::{io::Cursor, sync::OnceLock};

use keyroll::{
    backend::xml_dsig::{
        Algorithm, SignatureProfile, SigningKey, Verified, VerifyOptions, XmlError, sign, verify,
    },
    world::material::Certificate,
};
use openssl::{
    asn1::Asn1Time,
    bn::BigNum,
    ec::{EcGroup, EcKey},
    hash::MessageDigest,
    nid::Nid,
    pkey::{PKey, Private},
    rsa::Rsa,
    x509::{X509, X509NameBuilder, extension::SubjectKeyIdentifier},
};

/// A key pair made for the tests.
struct Pair {
    name: &'static str,
    key: PKey<Private>,
    certificate: Certificate,
    algorithms: &'static [(&'static str, Algorithm)],
}

const RSA: &[(&str, Algorithm)] = &[
    ("rsa-sha256", Algorithm::RsaSha256),
    ("rsa-sha384", Algorithm::RsaSha384),
    ("rsa-sha512", Algorithm::RsaSha512),
];

fn pairs() -> &'static [Pair] {
    static PAIRS: OnceLock<Vec<Pair>> = OnceLock::new();
    PAIRS.get_or_init(|| {
        vec![
            pair("rsa2048", rsa(2048), RSA),
            pair("p256", ec(Nid::X9_62_PRIME256V1), &[("ecdsa-sha256", Algorithm::EcdsaSha256)]),
            pair("p384", ec(Nid::SECP384R1), &[("ecdsa-sha384", Algorithm::EcdsaSha384)]),
            pair("p521", ec(Nid::SECP521R1), &[("ecdsa-sha512", Algorithm::EcdsaSha512)]),
        ]
    })
}

fn rsa(bits: u32) -> PKey<Private> {
    PKey::from_rsa(Rsa::generate(bits).unwrap()).unwrap()
}

fn ec(curve: Nid) -> PKey<Private> {
    let group = EcGroup::from_curve_name(curve).unwrap();
    PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap()
}

fn pair(name: &'static str, key: PKey<Private>, algorithms: &'static [(&'static str, Algorithm)]) -> Pair {
    let certificate = certificate(name, &key);
    Pair { name, key, certificate, algorithms }
}

fn certificate(name: &str, key: &PKey<Private>) -> Certificate {
    let mut subject = X509NameBuilder::new().unwrap();
    subject.append_entry_by_text("CN", name).unwrap();
    let subject = subject.build();
    let mut builder = X509::builder().unwrap();
    builder.set_version(2).unwrap();
    builder.set_serial_number(&BigNum::from_u32(1).unwrap().to_asn1_integer().unwrap()).unwrap();
    builder.set_subject_name(&subject).unwrap();
    builder.set_issuer_name(&subject).unwrap();
    builder.set_not_before(&Asn1Time::days_from_now(0).unwrap()).unwrap();
    builder.set_not_after(&Asn1Time::days_from_now(30).unwrap()).unwrap();
    builder.set_pubkey(key).unwrap();
    // One certificate has no key identifier.
    if name != "p256" {
        let identifier = SubjectKeyIdentifier::new().build(&builder.x509v3_context(None, None)).unwrap();
        builder.append_extension(identifier).unwrap();
    }
    builder.sign(key, MessageDigest::sha256()).unwrap();
    Certificate::from_x509(builder.build()).unwrap()
}

fn signed_with(document: &[u8], pair: &Pair, algorithm: Algorithm) -> Result<Vec<u8>, XmlError> {
    let key = SigningKey::new(&pair.key, &pair.certificate)?.with_algorithm(algorithm)?;
    let mut out = Vec::new();
    sign(&mut &*document, &mut out, &key, &SignatureProfile::default())?;
    Ok(out)
}

/// Signs with P-256, the quickest.
fn signed(document: &str) -> String {
    let pair = &pairs()[1];
    String::from_utf8(signed_with(document.as_bytes(), pair, Algorithm::EcdsaSha256).unwrap()).unwrap()
}

/// Verifies, with what was written on success.
fn verified(message: &[u8], accepted: &[Certificate]) -> Result<(Verified, Vec<u8>), XmlError> {
    let mut out = Vec::new();
    let verified = verify(&mut Cursor::new(message), &mut out, accepted, &VerifyOptions::default())?;
    Ok((verified, out))
}

#[test]
fn a_certificate_is_written_as_openssl_writes_it() {
    for pair in pairs() {
        let pem = pair.certificate.x509().unwrap().to_pem().unwrap();
        assert_eq!(pair.certificate.pem(), String::from_utf8(pem).unwrap(), "{}", pair.name);
    }
}

fn accepted() -> Vec<Certificate> {
    pairs().iter().map(|pair| pair.certificate.clone()).collect()
}
