//! The certificates that a channel trusts, where it does not trust those of the system: a PEM file.

use std::path::Path;

use openssl::x509::X509;

use crate::backend::file::bounded::{self, CERTIFICATE_LIMIT};

use super::fault::Undelivered;

/// Reads them, as DER.
///
/// # Errors
/// When the file cannot be read, or holds none.
pub fn read(path: &Path) -> Result<Vec<Vec<u8>>, Undelivered> {
    let unusable = |why: &str| Undelivered::Unusable(format!("{} {why}", path.display()));
    let bytes = bounded::read(path, CERTIFICATE_LIMIT).map_err(|_| unusable("cannot be read"))?;
    if bytes.len() > CERTIFICATE_LIMIT {
        return Err(unusable("is too large"));
    }
    let found = X509::stack_from_pem(&bytes).unwrap_or_default();
    let ders: Result<Vec<Vec<u8>>, _> = found.iter().map(|certificate| certificate.to_der()).collect();
    match ders {
        Ok(ders) if !ders.is_empty() => Ok(ders),
        _ => Err(unusable("holds no certificate in PEM")),
    }
}
