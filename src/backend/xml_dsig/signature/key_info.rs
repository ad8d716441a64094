//! Writes a `ds:KeyInfo` (XML Signature 1.1, 4.5).

use openssl::{
    base64::encode_block,
    bn::BigNumContext,
    ec::PointConversionForm,
    pkey::{PKeyRef, Public},
};

use super::{NAMESPACE_11, claims::serial};
use crate::{
    backend::xml_dsig::{KeyFault, KeyInfo, KeyInfoPart, distinguished_name},
    world::material::{Certificate, KeyType, key_type},
};

/// The content of a `ds:KeyInfo`, with `p` before each name; the chain begins with the certificate
/// of the key.
pub(super) fn content(p: &str, parts: &KeyInfo, chain: &[Certificate]) -> Result<String, KeyFault> {
    let first = chain.first().ok_or(KeyFault::Failed)?;
    let (mut value, mut data) = (String::new(), String::new());
    for part in parts.parts() {
        match part {
            KeyInfoPart::KeyValue => value = key_value(p, first)?,
            KeyInfoPart::IssuerSerial => data += &issuer_serial(p, first)?,
            KeyInfoPart::SubjectKeyIdentifier => {
                let identifier =
                    first.x509().and_then(|own| own.subject_key_id()).ok_or(KeyFault::NoIdentifier)?;
                data += &element(p, "X509SKI", &encode_block(identifier.as_slice()));
            }
            KeyInfoPart::Subject => {
                let own = first.x509().ok_or(KeyFault::Kind)?;
                let name = distinguished_name::of(own.subject_name()).ok_or(KeyFault::Failed)?;
                data += &element(p, "X509SubjectName", &escaped(&name));
            }
            KeyInfoPart::Certificate => data += &certificate(p, first),
            KeyInfoPart::Chain => data.extend(chain.iter().map(|one| certificate(p, one))),
        }
    }
    let data = if data.is_empty() { data } else { element(p, "X509Data", &data) };
    Ok(value + &data)
}

fn certificate(p: &str, certificate: &Certificate) -> String {
    element(p, "X509Certificate", &encode_block(certificate.der()))
}

fn issuer_serial(p: &str, certificate: &Certificate) -> Result<String, KeyFault> {
    let own = certificate.x509().ok_or(KeyFault::Kind)?;
    let issuer = distinguished_name::of(own.issuer_name()).ok_or(KeyFault::Failed)?;
    let serial = serial(certificate).ok_or(KeyFault::Failed)?;
    let content = element(p, "X509IssuerName", &escaped(&issuer)) + &element(p, "X509SerialNumber", &serial);
    Ok(element(p, "X509IssuerSerial", &content))
}

fn key_value(p: &str, certificate: &Certificate) -> Result<String, KeyFault> {
    let key = certificate.public_key().map_err(|_| KeyFault::Kind)?;
    let curve = match key_type(&*key).ok_or(KeyFault::Kind)? {
        KeyType::Rsa(_) => None,
        KeyType::EcP256 => Some("1.2.840.10045.3.1.7"),
        KeyType::EcP384 => Some("1.3.132.0.34"),
        KeyType::EcP521 => Some("1.3.132.0.35"),
        KeyType::Ed25519 | KeyType::Opaque => return Err(KeyFault::Kind),
    };
    let content = match curve {
        None => {
            let rsa = key.rsa().map_err(|_| KeyFault::Failed)?;
            let (modulus, exponent) = (encode_block(&rsa.n().to_vec()), encode_block(&rsa.e().to_vec()));
            element(p, "RSAKeyValue", &(element(p, "Modulus", &modulus) + &element(p, "Exponent", &exponent)))
        }
        Some(curve) => {
            let point = encode_block(&point(&key).ok_or(KeyFault::Failed)?);
            format!(
                "<dsig11:ECKeyValue xmlns:dsig11=\"{NAMESPACE_11}\"><dsig11:NamedCurve URI=\"urn:oid:{curve}\"/>\
                 <dsig11:PublicKey>{point}</dsig11:PublicKey></dsig11:ECKeyValue>"
            )
        }
    };
    Ok(element(p, "KeyValue", &content))
}

/// The point of a key on a curve, uncompressed (SEC 1, 2.3.3).
pub(super) fn point(key: &PKeyRef<Public>) -> Option<Vec<u8>> {
    let key = key.ec_key().ok()?;
    let mut context = BigNumContext::new().ok()?;
    key.public_key().to_bytes(key.group(), PointConversionForm::UNCOMPRESSED, &mut context).ok()
}

fn element(p: &str, name: &str, content: &str) -> String {
    format!("<{p}{name}>{content}</{p}{name}>")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
