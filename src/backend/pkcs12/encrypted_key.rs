//! Private keys under a password of their own (RFC 5958 section 3): in bags, and in files.

use openssl::pkey::{PKey, Private};
use zeroize::Zeroizing;

use super::{
    ber,
    der::{OCTET_STRING, Reader, SEQUENCE},
    flaw::Flaw,
    password::Password,
    scheme::Scheme,
};
use crate::backend::key_pair::private_key::PrivateKeyError;

/// How a key is encrypted, and its ciphertext.
pub(super) fn shroud(info: &[u8]) -> Result<(Scheme, &[u8]), Flaw> {
    let mut file = Reader::new(info, 0);
    let mut fields = file.expect(SEQUENCE, "an encrypted key")?.reader();
    let scheme = Scheme::read(&fields.expect(SEQUENCE, "an encryption algorithm")?)?;
    Ok((scheme, fields.expect(OCTET_STRING, "an encrypted key")?.content))
}

/// Whether DER begins as an EncryptedPrivateKeyInfo does: with an algorithm, where a key in the
/// clear has its version.
pub(in crate::backend) fn is_one(der: &[u8]) -> bool {
    let mut file = Reader::new(der, 0);
    file.expect(SEQUENCE, "").is_ok_and(|whole| whole.reader().next_tag() == Some(SEQUENCE))
}

/// Decrypts the key of a file.
pub(in crate::backend) fn open(der: &[u8], passphrase: &str) -> Result<PKey<Private>, PrivateKeyError> {
    let der = Zeroizing::new(ber::definite(der).into_owned());
    let (scheme, ciphertext) = shroud(&der).map_err(|flaw| match flaw {
        Flaw::Unsupported(what) => PrivateKeyError::Unsupported(what),
        _ => PrivateKeyError::Damaged,
    })?;
    let plain = scheme.decrypt(ciphertext, Password::new(passphrase, false));
    let plain = plain.ok_or(PrivateKeyError::WrongPassphrase)?;
    PKey::private_key_from_pkcs8(&plain).map_err(|_| PrivateKeyError::WrongPassphrase)
}
