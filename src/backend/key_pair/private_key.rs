//! Private keys from files: PKCS#8 in the clear or encrypted (RFC 5958), and the older PEM forms of
//! RSA and EC keys (RFC 8017, RFC 5915).

use std::fmt;

use openssl::pkey::{PKey, Private};
use zeroize::Zeroizing;

use crate::backend::pkcs12;

/// A private key that was read from a file. It is shown to nobody.
pub struct PrivateKey(PKey<Private>);

/// Why a file gives no private key. Never holds a passphrase or key material.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PrivateKeyError {
    /// No PEM block with a key, and no DER of one.
    #[error("there is no private key in it, neither PEM nor DER")]
    NoKey,
    /// More than one PEM block with a key.
    #[error("there are {0} private keys in it, and one is wanted")]
    Several(usize),
    /// The key is encrypted, and no passphrase was given.
    #[error("the private key in it is encrypted, and no passphrase was given")]
    PassphraseWanted,
    /// The passphrase does not decrypt it.
    #[error("the passphrase does not open the private key in it")]
    WrongPassphrase,
    /// Encrypted with something that is not handled.
    #[error("the private key in it is encrypted with {0}, which keyroll does not read")]
    Unsupported(String),
    /// The encoding of the key is broken, or of a kind that OpenSSL does not know.
    #[error("the private key in it is damaged, or of a kind that is not known")]
    Damaged,
}

impl PrivateKey {
    /// Reads the one private key of a file. Other PEM blocks, such as certificates, are skipped. A
    /// passphrase that is not needed is not used.
    ///
    /// # Errors
    /// When there is not exactly one, or it cannot be read.
    pub fn read(bytes: &[u8], passphrase: Option<&str>) -> Result<Self, PrivateKeyError> {
        let blocks = blocks(bytes);
        let keys: Vec<&Block<'_>> =
            blocks.iter().filter(|block| block.label.ends_with("PRIVATE KEY")).collect();
        match (blocks.is_empty(), keys.as_slice()) {
            (true, _) => Self::of_der(bytes, passphrase),
            (false, []) => Err(PrivateKeyError::NoKey),
            (false, [block]) => Self::of_block(block, passphrase),
            (false, several) => Err(PrivateKeyError::Several(several.len())),
        }
    }

    fn of_block(block: &Block<'_>, passphrase: Option<&str>) -> Result<Self, PrivateKeyError> {
        // The older forms say in headers how they are encrypted; OpenSSL knows how to read them.
        if block.whole.contains("Proc-Type:") {
            let Some(passphrase) = passphrase else { return Err(PrivateKeyError::PassphraseWanted) };
            let read = PKey::private_key_from_pem_passphrase(block.whole.as_bytes(), passphrase.as_bytes());
            return read.map(Self).map_err(|_| PrivateKeyError::WrongPassphrase);
        }
        Self::of_der(&block.der().ok_or(PrivateKeyError::Damaged)?, passphrase)
    }

    fn of_der(der: &[u8], passphrase: Option<&str>) -> Result<Self, PrivateKeyError> {
        if pkcs12::encrypted_key::is_one(der) {
            let Some(passphrase) = passphrase else { return Err(PrivateKeyError::PassphraseWanted) };
            return pkcs12::encrypted_key::open(der, passphrase).map(Self);
        }
        // OpenSSL takes any DER here, so what is no key at all is told apart first.
        if der.first() != Some(&0x30) {
            return Err(PrivateKeyError::NoKey);
        }
        PKey::private_key_from_der(der).map(Self).map_err(|_| PrivateKeyError::Damaged)
    }

    pub(crate) fn into_inner(self) -> PKey<Private> {
        self.0
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PrivateKey").finish_non_exhaustive()
    }
}

/// A PEM block (RFC 7468).
pub(super) struct Block<'a> {
    pub(super) label: &'a str,
    whole: &'a str,
    body: &'a str,
}

impl Block<'_> {
    /// What its body encodes; `None` when that is no Base64.
    pub(super) fn der(&self) -> Option<Zeroizing<Vec<u8>>> {
        let body = self.body.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
        let body = Zeroizing::new(String::from_utf8(body).ok()?);
        openssl::base64::decode_block(&body).ok().filter(|der| !der.is_empty()).map(Zeroizing::new)
    }
}

/// The PEM blocks of a text, in its order; none when it is no text.
pub(super) fn blocks(bytes: &[u8]) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    let mut rest = std::str::from_utf8(bytes).unwrap_or_default();
    while let Some((_, begun)) = rest.split_once("-----BEGIN ") {
        let start = rest.len() - begun.len() - "-----BEGIN ".len();
        let Some((label, body)) = begun.split_once("-----") else { break };
        let end = format!("-----END {label}-----");
        let Some((body, after)) = body.split_once(&end) else {
            rest = begun;
            continue;
        };
        let whole = rest.get(start..rest.len() - after.len()).unwrap_or_default();
        blocks.push(Block { label, whole, body });
        rest = after;
    }
    blocks
}

#[cfg(test)]
mod tests {
    use openssl::{ec::EcGroup, ec::EcKey, nid::Nid, rsa::Rsa, symm::Cipher};

    use super::*;

    fn is(read: Result<PrivateKey, PrivateKeyError>, key: &PKey<Private>) -> bool {
        read.unwrap().0.public_eq(key)
    }

    #[test]
    fn every_form_of_a_key_is_read() {
        let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
        let ec = EcKey::generate(&group).unwrap();
        let rsa = Rsa::generate(2048).unwrap();
        let traditional = [
            (ec.private_key_to_pem().unwrap(), ec.private_key_to_der().unwrap()),
            (rsa.private_key_to_pem().unwrap(), rsa.private_key_to_der().unwrap()),
        ];
        let keys = [PKey::from_ec_key(ec).unwrap(), PKey::from_rsa(rsa).unwrap()];
        for (key, (pem, der)) in keys.iter().zip(&traditional) {
            let aes = Cipher::aes_256_cbc();
            let encrypted = key.private_key_to_pem_pkcs8_passphrase(aes, "gehéim".as_bytes()).unwrap();
            let encrypted_der = key.private_key_to_pkcs8_passphrase(aes, "gehéim".as_bytes()).unwrap();
            assert!(is(PrivateKey::read(pem, None), key));
            assert!(is(PrivateKey::read(der, None), key));
            assert!(is(PrivateKey::read(&key.private_key_to_pem_pkcs8().unwrap(), Some("unused")), key));
            assert!(is(PrivateKey::read(&key.private_key_to_pkcs8().unwrap(), None), key));
            for sealed in [&encrypted, &encrypted_der] {
                assert!(is(PrivateKey::read(sealed, Some("gehéim")), key));
                let wrong = PrivateKey::read(sealed, Some("canary")).unwrap_err();
                assert_eq!(wrong, PrivateKeyError::WrongPassphrase);
                assert_eq!(PrivateKey::read(sealed, None).unwrap_err(), PrivateKeyError::PassphraseWanted);
            }
            let twice = [pem.as_slice(), &encrypted].concat();
            assert_eq!(PrivateKey::read(&twice, None).unwrap_err(), PrivateKeyError::Several(2));
        }
    }

    #[test]
    fn the_older_encrypted_form_is_read_and_asks_nobody() {
        let rsa = Rsa::generate(2048).unwrap();
        let pem = rsa.private_key_to_pem_passphrase(Cipher::aes_128_cbc(), b"secret").unwrap();
        let key = PKey::from_rsa(rsa).unwrap();
        assert!(is(PrivateKey::read(&pem, Some("secret")), &key));
        assert_eq!(PrivateKey::read(&pem, Some("other")).unwrap_err(), PrivateKeyError::WrongPassphrase);
        assert_eq!(PrivateKey::read(&pem, None).unwrap_err(), PrivateKeyError::PassphraseWanted);
    }

    #[test]
    fn what_is_no_key_is_refused_and_never_shown() {
        let begin = "-----BEGIN PRIVATE KEY-----\n";
        let end = "\n-----END PRIVATE KEY-----\n";
        for (text, error) in [
            (String::new(), PrivateKeyError::NoKey),
            ("canary".to_owned(), PrivateKeyError::NoKey),
            (
                "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----".to_owned(),
                PrivateKeyError::NoKey,
            ),
            (format!("{begin}canary*{end}"), PrivateKeyError::Damaged),
            (format!("{begin}MAA={end}"), PrivateKeyError::Damaged),
            (format!("{begin}MAA="), PrivateKeyError::NoKey),
        ] {
            let refused = PrivateKey::read(text.as_bytes(), None).unwrap_err();
            assert_eq!(refused, error, "{text}");
            assert!(!format!("{refused} {refused:?}").contains("canary"));
        }
    }
}
