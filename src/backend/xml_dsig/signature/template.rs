//! The signature element as it is written. Its `ds:SignedInfo` is in canonical form already, but
//! for the namespace declaration that the canonical form repeats.

use openssl::base64::encode_block;

use super::NAMESPACE;
use crate::{
    backend::xml_dsig::algorithm::{Algorithm, ENVELOPED, EXCLUSIVE},
    world::material::Certificate,
};

/// The canonical form of `ds:SignedInfo`: the bytes to sign.
pub(in crate::backend::xml_dsig) fn signed_info(algorithm: Algorithm, digest_value: &[u8]) -> String {
    info(algorithm, digest_value, &format!(" xmlns:ds=\"{NAMESPACE}\""))
}

/// The whole `ds:Signature`.
pub(in crate::backend::xml_dsig) fn signature(
    algorithm: Algorithm,
    digest_value: &[u8],
    signature_value: &[u8],
    certificate: &Certificate,
) -> String {
    let (info, value) = (info(algorithm, digest_value, ""), encode_block(signature_value));
    let certificate = encode_block(certificate.der());
    format!(
        "<ds:Signature xmlns:ds=\"{NAMESPACE}\">{info}<ds:SignatureValue>{value}</ds:SignatureValue>\
         <ds:KeyInfo><ds:X509Data><ds:X509Certificate>{certificate}</ds:X509Certificate></ds:X509Data>\
         </ds:KeyInfo></ds:Signature>"
    )
}

fn info(algorithm: Algorithm, digest_value: &[u8], declaration: &str) -> String {
    let (method, digest, value) = (algorithm.uri(), algorithm.digest().uri(), encode_block(digest_value));
    format!(
        "<ds:SignedInfo{declaration}>\
         <ds:CanonicalizationMethod Algorithm=\"{EXCLUSIVE}\"></ds:CanonicalizationMethod>\
         <ds:SignatureMethod Algorithm=\"{method}\"></ds:SignatureMethod>\
         <ds:Reference URI=\"\"><ds:Transforms>\
         <ds:Transform Algorithm=\"{ENVELOPED}\"></ds:Transform>\
         <ds:Transform Algorithm=\"{EXCLUSIVE}\"></ds:Transform>\
         </ds:Transforms><ds:DigestMethod Algorithm=\"{digest}\"></ds:DigestMethod>\
         <ds:DigestValue>{value}</ds:DigestValue></ds:Reference></ds:SignedInfo>"
    )
}
