//! Encryption under a password: PBES2 with PBKDF2 and AES-CBC (RFC 8018).

use std::ops::Range;

use openssl::{
    error::ErrorStack,
    hash::MessageDigest,
    pkcs5::pbkdf2_hmac,
    rand::rand_bytes,
    symm::{self, Cipher},
};
use zeroize::Zeroizing;

use super::{
    der::{Element, INTEGER, NULL, OCTET_STRING, OID, Reader, SEQUENCE, element},
    flaw::Flaw,
    oid,
};

/// The most iterations of a key derivation that are accepted: about a second of work. More would
/// let a hostile store hold the program for hours.
pub(super) const MOST_ITERATIONS: u64 = 5_000_000;

/// One algorithm with its parameters, kept as written, so that what is encrypted anew gets the same
/// iterations, lengths and functions.
#[derive(Clone)]
pub(super) struct Scheme {
    raw: Vec<u8>,
    salt: Range<usize>,
    iv: Range<usize>,
    iterations: usize,
    function: MessageDigest,
    cipher: Cipher,
}

impl Scheme {
    /// Reads an AlgorithmIdentifier.
    pub(super) fn read(algorithm: &Element<'_>) -> Result<Self, Flaw> {
        let mut parts = algorithm.reader();
        known(&parts.expect(OID, "an encryption algorithm")?, &[(oid::PBES2, ())])?;
        let parameters = parts.expect(SEQUENCE, "the parameters of an encryption")?;
        parts.finish("an encryption algorithm")?;
        let mut parts = parameters.reader();
        let derivation = parts.expect(SEQUENCE, "a key derivation")?;
        let encryption = parts.expect(SEQUENCE, "a cipher")?;
        parts.finish("the parameters of an encryption")?;

        let mut parts = encryption.reader();
        let ciphers = [
            (oid::AES_128_CBC, Cipher::aes_128_cbc as fn() -> Cipher),
            (oid::AES_192_CBC, Cipher::aes_192_cbc),
            (oid::AES_256_CBC, Cipher::aes_256_cbc),
        ];
        let cipher = known(&parts.expect(OID, "a cipher")?, &ciphers)?();
        let iv = parts.expect(OCTET_STRING, "an initialisation vector")?;
        parts.finish("a cipher")?;
        if Some(iv.content.len()) != cipher.iv_len() {
            return Err(Flaw::damaged("an initialisation vector has the wrong length", iv.place));
        }

        let mut parts = derivation.reader();
        known(&parts.expect(OID, "a key derivation")?, &[(oid::PBKDF2, ())])?;
        let parameters = parts.expect(SEQUENCE, "the parameters of a key derivation")?;
        parts.finish("a key derivation")?;
        let mut parts = parameters.reader();
        let salt = parts.expect(OCTET_STRING, "a salt")?;
        let count = iterations(&parts.expect(INTEGER, "a number of iterations")?)?;
        if let Some(length) = parts.optional(INTEGER)?
            && usize::try_from(length.number()?).ok() != Some(cipher.key_len())
        {
            return Err(Flaw::damaged("a key length does not fit its cipher", length.place));
        }
        let function = match parts.optional(SEQUENCE)? {
            Some(function) => pseudo_random_function(&function)?,
            None => MessageDigest::sha1(),
        };
        parts.finish("the parameters of a key derivation")?;
        Ok(Self {
            raw: algorithm.raw.to_vec(),
            salt: salt.content_within(algorithm),
            iv: iv.content_within(algorithm),
            iterations: usize::try_from(count).unwrap_or(usize::MAX),
            function,
            cipher,
        })
    }

    /// What keytool (Java 17) writes: AES-256-CBC under PBKDF2 with HMAC-SHA256, 10,000 iterations
    /// and 20 bytes of salt. Used for stores that have nothing yet.
    pub(super) fn usual() -> Result<Self, Flaw> {
        let function = element(SEQUENCE, &[&element(OID, &[oid::HMAC_SHA256]), &element(NULL, &[])]);
        let parameters = [
            element(OCTET_STRING, &[&[0; 20]]),
            element(INTEGER, &[&[0x27, 0x10]]),
            element(INTEGER, &[&[32]]),
            function,
        ]
        .concat();
        let derivation =
            element(SEQUENCE, &[&element(OID, &[oid::PBKDF2]), &element(SEQUENCE, &[&parameters])]);
        let cipher =
            element(SEQUENCE, &[&element(OID, &[oid::AES_256_CBC]), &element(OCTET_STRING, &[&[0; 16]])]);
        let both = element(SEQUENCE, &[&derivation, &cipher]);
        let raw = element(SEQUENCE, &[&element(OID, &[oid::PBES2]), &both]);
        Self::read(&Reader::new(&raw, 0).any()?)
    }

    /// Decrypts. `None` when the padding does not come out, which a wrong password shows in 255 of
    /// 256 cases.
    pub(super) fn decrypt(&self, ciphertext: &[u8], password: &str) -> Option<Zeroizing<Vec<u8>>> {
        let salt = self.raw.get(self.salt.clone())?;
        let key = self.key(salt, password).ok()?;
        symm::decrypt(self.cipher, &key, self.raw.get(self.iv.clone()), ciphertext).ok().map(Zeroizing::new)
    }

    /// Encrypts under a fresh salt and initialisation vector: the AlgorithmIdentifier, otherwise as
    /// it was, and the ciphertext.
    pub(super) fn encrypt(&self, plain: &[u8], password: &str) -> Result<(Vec<u8>, Vec<u8>), Flaw> {
        let mut raw = self.raw.clone();
        for range in [&self.salt, &self.iv] {
            raw.get_mut(range.clone()).map_or(Ok(()), rand_bytes).map_err(Flaw::crypto("cannot encrypt"))?;
        }
        let salt = raw.get(self.salt.clone()).unwrap_or_default();
        let encrypted = self
            .key(salt, password)
            .and_then(|key| symm::encrypt(self.cipher, &key, raw.get(self.iv.clone()), plain))
            .map_err(Flaw::crypto("cannot encrypt"))?;
        Ok((raw, encrypted))
    }

    /// The key of a password. Its text goes in as UTF-8, as keytool and openssl do it.
    fn key(&self, salt: &[u8], password: &str) -> Result<Zeroizing<Vec<u8>>, ErrorStack> {
        let mut key = Zeroizing::new(vec![0; self.cipher.key_len()]);
        pbkdf2_hmac(password.as_bytes(), salt, self.iterations, self.function, &mut key)?;
        Ok(key)
    }
}

/// Reads a number of iterations, within what is accepted.
pub(super) fn iterations(number: &Element<'_>) -> Result<u32, Flaw> {
    match number.number()? {
        0 => Err(Flaw::damaged("a number of iterations is zero", number.place)),
        count if count > MOST_ITERATIONS => Err(Flaw::Unsupported(format!(
            "{count} iterations of a key derivation, more than the {MOST_ITERATIONS} accepted (at byte {})",
            number.place
        ))),
        count => u32::try_from(count).map_err(|_| Flaw::damaged("a number is out of range", number.place)),
    }
}

/// Checks that an algorithm's parameters are absent or NULL.
pub(super) fn no_parameters(mut rest: Reader<'_>, what: &str) -> Result<(), Flaw> {
    if let Some(null) = rest.optional(NULL)?
        && !null.content.is_empty()
    {
        return Err(Flaw::damaged(format!("{what} has odd parameters"), null.place));
    }
    rest.finish(what)
}

fn pseudo_random_function(algorithm: &Element<'_>) -> Result<MessageDigest, Flaw> {
    let mut parts = algorithm.reader();
    let functions = [
        (oid::HMAC_SHA1, MessageDigest::sha1 as fn() -> MessageDigest),
        (oid::HMAC_SHA224, MessageDigest::sha224),
        (oid::HMAC_SHA256, MessageDigest::sha256),
        (oid::HMAC_SHA384, MessageDigest::sha384),
        (oid::HMAC_SHA512, MessageDigest::sha512),
    ];
    let function = known(&parts.expect(OID, "a pseudo-random function")?, &functions)?();
    no_parameters(parts, "a pseudo-random function")?;
    Ok(function)
}

fn known<T: Copy>(identifier: &Element<'_>, list: &[(&[u8], T)]) -> Result<T, Flaw> {
    list.iter()
        .find_map(|(known, value)| (*known == identifier.content).then_some(*value))
        .ok_or_else(|| Flaw::Unsupported(oid::shown(identifier.content)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_encrypted_keeps_its_algorithm_and_gets_a_fresh_salt() {
        let scheme = Scheme::usual().unwrap();
        let (raw, ciphertext) = scheme.encrypt(b"plain", "sécret").unwrap();
        let again = Scheme::read(&Reader::new(&raw, 0).any().unwrap()).unwrap();
        assert_eq!(again.decrypt(&ciphertext, "sécret").unwrap().as_slice(), b"plain");
        assert_eq!((again.salt.len(), again.iv.len(), again.iterations), (20, 16, 10_000));
        let third = scheme.encrypt(b"plain", "sécret").unwrap().0;
        assert_ne!(third[again.salt.clone()], raw[again.salt.clone()]);
        assert_ne!(third[again.iv.clone()], raw[again.iv.clone()]);
        assert_ne!(
            again.decrypt(&ciphertext, "secret").as_ref().map(|p| p.to_vec()),
            Some(b"plain".to_vec())
        );
    }

    #[test]
    fn endless_iterations_are_refused() {
        for (content, accepted) in
            [(&[0x4C, 0x4B, 0x40][..], true), (&[0x4C, 0x4B, 0x41], false), (&[0], false)]
        {
            let number = element(INTEGER, &[content]);
            assert_eq!(iterations(&Reader::new(&number, 0).any().unwrap()).is_ok(), accepted);
        }
    }

    #[test]
    fn every_cut_of_an_algorithm_is_refused() {
        let raw = Scheme::usual().unwrap().raw;
        for cut in 0..raw.len() {
            assert!(Reader::new(&raw[..cut], 0).any().and_then(|whole| Scheme::read(&whole)).is_err());
        }
    }
}
