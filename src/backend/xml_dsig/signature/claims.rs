//! What a `ds:KeyInfo` says of the key (XML Signature 1.1, 4.5). It makes nobody trusted.

use super::{NAMESPACE_11, SignatureFault, node::Node};
use crate::world::material::Certificate;

/// The certificates and keys that a message names. Good for choosing among accepted ones.
#[derive(Debug, Default)]
pub(in crate::backend::xml_dsig) struct Claims {
    /// In DER.
    pub(in crate::backend::xml_dsig) certificates: Vec<Vec<u8>>,
    /// Serial numbers, in decimal digits.
    serials: Vec<String>,
    /// Subject key identifiers.
    identifiers: Vec<Vec<u8>>,
    /// RSA moduli, and points on curves.
    keys: Vec<Vec<u8>>,
}

impl Claims {
    pub(super) fn read(key_info: &Node) -> Result<Self, SignatureFault> {
        let mut claims = Self::default();
        for kind in key_info.elements(&["Id"])? {
            match (kind.name(), kind.name_in(NAMESPACE_11)) {
                ("X509Data", _) => claims.read_x509_data(kind)?,
                ("KeyValue", _) => claims.read_key_value(kind)?,
                ("KeyName", _) | (_, "DEREncodedKeyValue") => {}
                ("RetrievalMethod", _) | (_, "KeyInfoReference") => {
                    return Err(SignatureFault::KeyInfoReference);
                }
                _ => return Err(SignatureFault::KeyInfo),
            }
        }
        Ok(claims)
    }

    fn read_x509_data(&mut self, data: &Node) -> Result<(), SignatureFault> {
        for child in &data.children {
            match child.name() {
                "X509Certificate" => self.certificates.push(child.bytes(&[])?),
                "X509SKI" => self.identifiers.push(child.bytes(&[])?),
                "X509IssuerSerial" => {
                    let serials = child.children.iter().filter(|part| part.name() == "X509SerialNumber");
                    self.serials.extend(serials.map(|part| part.text.trim_ascii().to_owned()));
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn read_key_value(&mut self, value: &Node) -> Result<(), SignatureFault> {
        for part in value.children.iter().flat_map(|kind| &kind.children) {
            if part.name() == "Modulus" || part.name_in(NAMESPACE_11) == "PublicKey" {
                self.keys.push(part.bytes(&[])?);
            }
        }
        Ok(())
    }

    /// Whether a certificate is one that is named.
    pub(in crate::backend::xml_dsig) fn name(&self, certificate: &Certificate) -> bool {
        self.certificates.iter().any(|der| der == certificate.der())
            || self.identifiers.iter().any(|own| identifier(certificate).is_some_and(|id| id == own))
            || (!self.serials.is_empty()
                && serial(certificate).is_some_and(|serial| self.serials.contains(&serial)))
            || (!self.keys.is_empty() && key(certificate).is_some_and(|key| self.keys.contains(&key)))
    }
}

/// The subject key identifier.
fn identifier(certificate: &Certificate) -> Option<&[u8]> {
    Some(certificate.x509()?.subject_key_id()?.as_slice())
}

/// The serial number in decimal digits.
pub(super) fn serial(certificate: &Certificate) -> Option<String> {
    Some(certificate.x509()?.serial_number().to_bn().ok()?.to_dec_str().ok()?.to_string())
}

/// The modulus of an RSA key, or the point of one on a curve, uncompressed.
fn key(certificate: &Certificate) -> Option<Vec<u8>> {
    let key = certificate.public_key().ok()?;
    match key.rsa() {
        Ok(rsa) => Some(rsa.n().to_vec()),
        Err(_) => super::key_info::point(&key),
    }
}
