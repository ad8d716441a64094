//! What a certificate's file is called.

use openssl::{nid::Nid, x509::X509};

use crate::world::material::Certificate;

/// The longest name part that is taken over from a certificate, in characters.
const LONGEST: usize = 40;

/// A file name from the certificate's common name and fingerprint: `orders-signer-1f2e3d4c.pem`.
/// Only letters, digits and `-` of ASCII, whatever the certificate says.
pub(super) fn file_name(certificate: &Certificate) -> String {
    format!("{}{}.pem", slug(certificate), certificate.fingerprint().short())
}

/// The same with the whole fingerprint, for the day on which two short ones meet.
pub(super) fn full_file_name(certificate: &Certificate) -> String {
    format!("{}{}.pem", slug(certificate), certificate.fingerprint())
}

fn slug(certificate: &Certificate) -> String {
    let common = |own: &X509| {
        let entry = own.subject_name().entries_by_nid(Nid::COMMONNAME).next();
        entry.and_then(|entry| entry.data().to_string().ok())
    };
    let name = certificate.x509().and_then(common);
    let mut slug = String::new();
    for c in name.unwrap_or_default().chars() {
        if c.is_ascii_alphanumeric() {
            slug.push(c.to_ascii_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    let mut slug: String = slug.chars().take(LONGEST).collect();
    if !slug.is_empty() && !slug.ends_with('-') {
        slug.push('-');
    }
    slug
}
