//! Certificates from a file: PEM, DER, or the PKCS#7 that authorities answer with (RFC 7468, RFC
//! 2315).

use openssl::pkcs7::Pkcs7;

use crate::world::material::{Certificate, CertificateError};

/// The most certificates that are read from one file.
pub const MOST_CERTIFICATES: usize = 1_000;

/// Why a file gives no certificates.
#[derive(Debug, thiserror::Error)]
pub enum CertificatesError {
    /// Neither PEM nor DER with a certificate in it.
    #[error("there is no certificate in it, neither PEM nor DER nor PKCS#7")]
    NoCertificate,
    /// One of its PEM blocks is not whole.
    #[error("its PEM block number {0} is damaged")]
    Damaged(usize),
    /// One of them is no certificate that can be held.
    #[error("certificate number {number} in it cannot be read: {cause}")]
    Certificate {
        /// Which one, from one.
        number: usize,
        /// Why.
        cause: CertificateError,
    },
    /// More than [`MOST_CERTIFICATES`].
    #[error("there are more than {MOST_CERTIFICATES} certificates in it")]
    TooMany,
}

/// Reads all certificates of a file, in its order. Other PEM blocks, such as keys, are skipped.
///
/// # Errors
/// When there is none, or something in it is not whole.
pub fn read(bytes: &[u8]) -> Result<Vec<Certificate>, CertificatesError> {
    let mut found = Vec::new();
    let blocks = super::private_key::blocks(bytes);
    for (number, block) in (1..).zip(&blocks) {
        let der = block.der();
        match block.label {
            "CERTIFICATE" | "X509 CERTIFICATE" | "TRUSTED CERTIFICATE" => {
                let der = der.ok_or(CertificatesError::Damaged(number))?;
                found.push(held(&der, found.len())?);
            }
            "PKCS7" | "CMS" | "PKCS #7 SIGNED DATA" => {
                let der = der.ok_or(CertificatesError::Damaged(number))?;
                found.extend(of_pkcs7(&der).ok_or(CertificatesError::Damaged(number))??);
            }
            _ => {}
        }
        if found.len() > MOST_CERTIFICATES {
            return Err(CertificatesError::TooMany);
        }
    }
    if blocks.is_empty() {
        found = match (Certificate::from_der(bytes), of_pkcs7(bytes)) {
            (Ok(certificate), _) => vec![certificate],
            (Err(_), Some(inside)) => inside?,
            (Err(_), None) => Vec::new(),
        };
    }
    if found.is_empty() { Err(CertificatesError::NoCertificate) } else { Ok(found) }
}

fn held(der: &[u8], before: usize) -> Result<Certificate, CertificatesError> {
    Certificate::from_der(der)
        .map_err(|cause| CertificatesError::Certificate { number: before.saturating_add(1), cause })
}

/// The certificates of a SignedData; `None` when it is none.
fn of_pkcs7(der: &[u8]) -> Option<Result<Vec<Certificate>, CertificatesError>> {
    let pkcs7 = Pkcs7::from_der(der).ok()?;
    let inside = pkcs7.signed()?.certificates();
    let inside: Vec<Vec<u8>> = inside.into_iter().flatten().filter_map(|x509| x509.to_der().ok()).collect();
    if inside.len() > MOST_CERTIFICATES {
        return Some(Err(CertificatesError::TooMany));
    }
    Some(inside.iter().enumerate().map(|(before, der)| held(der, before)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_holds_no_certificate_is_said_to_hold_none() {
        for bytes in [&b""[..], b"text", b"\x30\x00", b"-----BEGIN X-----\nAA==\n-----END X-----\n"] {
            assert!(matches!(read(bytes), Err(CertificatesError::NoCertificate)), "{bytes:?}");
        }
        let broken = b"-----BEGIN CERTIFICATE-----\n*\n-----END CERTIFICATE-----\n";
        assert!(matches!(read(broken), Err(CertificatesError::Damaged(1))));
        let other = b"-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n";
        assert!(matches!(read(other), Err(CertificatesError::Certificate { number: 1, .. })));
    }
}
