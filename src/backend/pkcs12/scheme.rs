//! Encryption under a password: PBES2 (RFC 8018 section 6.2), and its elders, those of PKCS#12 (RFC
//! 7292 appendix C) and PBES1 (RFC 8018 section 6.1).

use std::ops::Range;

use openssl::{error::ErrorStack, pkcs5::pbkdf2_hmac, rand::rand_bytes};
use zeroize::Zeroizing;

use super::{
    cipher::Cipher,
    der::{Element, INTEGER, NULL, OCTET_STRING, OID, Reader, SEQUENCE, element},
    digest::{Digest, ENCRYPTION_IV, ENCRYPTION_KEY, Stretch},
    flaw::Flaw,
    oid,
    password::Password,
};

/// The most iterations of a key derivation that are accepted: about a second of work. More would
/// let a hostile store hold the program for hours.
pub(super) const MOST_ITERATIONS: u64 = 5_000_000;

/// Fewer iterations than these are reported (NIST SP 800-132 section 5.2).
const FEW_ITERATIONS: u32 = 1_000;

/// One algorithm with its parameters, kept as written, so that what is encrypted anew gets the same
/// iterations, lengths and functions.
#[derive(Clone)]
pub(super) struct Scheme {
    raw: Vec<u8>,
    salt: Range<usize>,
    /// Empty where the vector is derived as the key is.
    iv: Range<usize>,
    pub(super) iterations: u32,
    derivation: Derivation,
    cipher: Cipher,
}

/// How a password becomes a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Derivation {
    /// PBKDF2 with this HMAC.
    Pbkdf2(Digest),
    /// That of PKCS#12, with SHA-1.
    Pkcs12,
    /// PBKDF1.
    Pbkdf1(Digest),
}

/// The elders, each one name for a derivation and a cipher.
const ELDERS: [(&[u8], Derivation, Cipher); 10] = [
    (oid::PBE_RC4_128, Derivation::Pkcs12, Cipher::Rc4Of128),
    (oid::PBE_RC4_40, Derivation::Pkcs12, Cipher::Rc4Of40),
    (oid::PBE_TRIPLE_DES, Derivation::Pkcs12, Cipher::TripleDes),
    (oid::PBE_TWO_KEY_TRIPLE_DES, Derivation::Pkcs12, Cipher::TwoKeyTripleDes),
    (oid::PBE_RC2_128, Derivation::Pkcs12, Cipher::Rc2Of128),
    (oid::PBE_RC2_40, Derivation::Pkcs12, Cipher::Rc2Of40),
    (oid::PBE_MD5_DES, Derivation::Pbkdf1(Digest::Md5), Cipher::Des),
    (oid::PBE_MD5_RC2, Derivation::Pbkdf1(Digest::Md5), Cipher::Rc2Of64),
    (oid::PBE_SHA1_DES, Derivation::Pbkdf1(Digest::Sha1), Cipher::Des),
    (oid::PBE_SHA1_RC2, Derivation::Pbkdf1(Digest::Sha1), Cipher::Rc2Of64),
];

const CIPHERS: [(&[u8], Cipher); 5] = [
    (oid::AES_128_CBC, Cipher::Aes128),
    (oid::AES_192_CBC, Cipher::Aes192),
    (oid::AES_256_CBC, Cipher::Aes256),
    (oid::DES_EDE3_CBC, Cipher::TripleDes),
    (oid::DES_CBC, Cipher::Des),
];

impl Scheme {
    /// Reads an AlgorithmIdentifier.
    pub(super) fn read(algorithm: &Element<'_>) -> Result<Self, Flaw> {
        let mut parts = algorithm.reader();
        let identifier = parts.expect(OID, "an encryption algorithm")?;
        let elder = ELDERS.iter().find(|(elder, ..)| *elder == identifier.content);
        if elder.is_none() && identifier.content != oid::PBES2 {
            return Err(Flaw::Unsupported(oid::shown(identifier.content)));
        }
        let parameters = parts.expect(SEQUENCE, "the parameters of an encryption")?;
        parts.finish("an encryption algorithm")?;
        let read = match elder {
            Some((_, derivation, cipher)) => Self::elder(algorithm, &parameters, (*derivation, *cipher))?,
            None => Self::pbes2(algorithm, &parameters)?,
        };
        if read.cipher.is_there() {
            return Ok(read);
        }
        let name = read.cipher.name();
        Err(Flaw::Unsupported(format!("{name}, for which this OpenSSL has no legacy provider")))
    }

    /// Salt and iterations (RFC 7292 appendix C, RFC 8018 appendix A.3).
    fn elder(
        algorithm: &Element<'_>,
        parameters: &Element<'_>,
        (derivation, cipher): (Derivation, Cipher),
    ) -> Result<Self, Flaw> {
        let mut parts = parameters.reader();
        let salt = parts.expect(OCTET_STRING, "a salt")?;
        let iterations = iterations(&parts.expect(INTEGER, "a number of iterations")?)?;
        parts.finish("the parameters of an encryption")?;
        let salt = salt.content_within(algorithm);
        Ok(Self { raw: algorithm.raw.to_vec(), salt, iv: 0..0, iterations, derivation, cipher })
    }

    fn pbes2(algorithm: &Element<'_>, parameters: &Element<'_>) -> Result<Self, Flaw> {
        let mut parts = parameters.reader();
        let derivation = parts.expect(SEQUENCE, "a key derivation")?;
        let encryption = parts.expect(SEQUENCE, "a cipher")?;
        parts.finish("the parameters of an encryption")?;
        let mut parts = encryption.reader();
        let cipher = known(&parts.expect(OID, "a cipher")?, &CIPHERS)?;
        let iv = parts.expect(OCTET_STRING, "an initialisation vector")?;
        parts.finish("a cipher")?;
        if iv.content.len() != cipher.iv_length() {
            return Err(Flaw::damaged("an initialisation vector has the wrong length", iv.place));
        }
        let pbkdf2 = Pbkdf2::read(&derivation)?;
        if let Some((length, place)) = pbkdf2.length
            && length != cipher.key_length()
        {
            return Err(Flaw::damaged("a key length does not fit its cipher", place));
        }
        Ok(Self {
            raw: algorithm.raw.to_vec(),
            salt: pbkdf2.salt.content_within(algorithm),
            iv: iv.content_within(algorithm),
            iterations: pbkdf2.iterations,
            derivation: Derivation::Pbkdf2(pbkdf2.function),
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
    pub(super) fn decrypt(&self, ciphertext: &[u8], password: Password<'_>) -> Option<Zeroizing<Vec<u8>>> {
        let (key, iv) = self.key(&self.raw, password).ok()?;
        self.cipher.decrypt(&key, &iv, ciphertext)
    }

    /// Encrypts under a fresh salt and initialisation vector: the AlgorithmIdentifier, otherwise as
    /// it was, and the ciphertext.
    pub(super) fn encrypt(&self, plain: &[u8], password: Password<'_>) -> Result<(Vec<u8>, Vec<u8>), Flaw> {
        let mut raw = self.raw.clone();
        for range in [&self.salt, &self.iv] {
            raw.get_mut(range.clone()).map_or(Ok(()), rand_bytes).map_err(Flaw::crypto("cannot encrypt"))?;
        }
        let encrypted = self
            .key(&raw, password)
            .and_then(|(key, iv)| self.cipher.encrypt(&key, &iv, plain))
            .map_err(Flaw::crypto("cannot encrypt"))?;
        Ok((raw, encrypted))
    }

    /// The key of a password, and the initialisation vector.
    fn key(&self, raw: &[u8], password: Password<'_>) -> Result<(Zeroizing<Vec<u8>>, Vec<u8>), ErrorStack> {
        let salt = raw.get(self.salt.clone()).unwrap_or_default();
        let stretch = Stretch { salt, iterations: self.iterations };
        let (length, iv_length) = (self.cipher.key_length(), self.cipher.iv_length());
        match self.derivation {
            Derivation::Pbkdf2(function) => {
                let iv = raw.get(self.iv.clone()).unwrap_or_default();
                Ok((pbkdf2(function, password, stretch, length)?, iv.to_vec()))
            }
            Derivation::Pkcs12 => {
                let derive = |id, length| Digest::Sha1.derive(&password.bmp(), stretch, id, length);
                Ok((derive(ENCRYPTION_KEY, length), derive(ENCRYPTION_IV, iv_length).to_vec()))
            }
            Derivation::Pbkdf1(digest) => {
                let both = digest.derive_once(password.utf8(), stretch);
                let (key, rest) = both.split_at_checked(length).unwrap_or_default();
                let iv = rest.get(..iv_length).unwrap_or_default();
                Ok((Zeroizing::new(key.to_vec()), iv.to_vec()))
            }
        }
    }

    /// What it is, in words.
    pub(super) fn name(&self) -> String {
        let cipher = self.cipher.name();
        match self.derivation {
            Derivation::Pbkdf2(function) => format!("{cipher} under PBKDF2 with HMAC {}", function.name()),
            Derivation::Pkcs12 => format!("{cipher} under the key derivation of PKCS#12 with SHA-1"),
            Derivation::Pbkdf1(digest) => format!("{cipher} under PBKDF1 with {}", digest.name()),
        }
    }

    /// Whether it is one of those that are written today, with iterations enough.
    pub(super) fn is_strong(&self) -> bool {
        let is_current = matches!(self.derivation, Derivation::Pbkdf2(function) if function != Digest::Md5);
        is_current && self.cipher.is_strong() && !is_few(self.iterations)
    }
}

/// The parameters of PBKDF2 (RFC 8018 appendix A.2).
pub(super) struct Pbkdf2<'a> {
    pub(super) salt: Element<'a>,
    pub(super) iterations: u32,
    /// The length of the key and where it is written, if it is.
    pub(super) length: Option<(usize, usize)>,
    pub(super) function: Digest,
}

impl<'a> Pbkdf2<'a> {
    /// Reads the AlgorithmIdentifier of a key derivation.
    pub(super) fn read(derivation: &Element<'a>) -> Result<Self, Flaw> {
        let mut parts = derivation.reader();
        known(&parts.expect(OID, "a key derivation")?, &[(oid::PBKDF2, ())])?;
        let parameters = parts.expect(SEQUENCE, "the parameters of a key derivation")?;
        parts.finish("a key derivation")?;
        let mut parts = parameters.reader();
        let salt = parts.expect(OCTET_STRING, "a salt")?;
        let iterations = iterations(&parts.expect(INTEGER, "a number of iterations")?)?;
        let length = parts.optional(INTEGER)?;
        let length =
            length.map(|n| Ok((usize::try_from(n.number()?).unwrap_or(usize::MAX), n.place))).transpose()?;
        let function = match parts.optional(SEQUENCE)? {
            Some(function) => hmac(&function)?,
            None => Digest::Sha1,
        };
        parts.finish("the parameters of a key derivation")?;
        Ok(Self { salt, iterations, length, function })
    }
}

/// PBKDF2 with an HMAC over this digest.
pub(super) fn pbkdf2(
    function: Digest,
    password: Password<'_>,
    Stretch { salt, iterations }: Stretch<'_>,
    length: usize,
) -> Result<Zeroizing<Vec<u8>>, ErrorStack> {
    let mut key = Zeroizing::new(vec![0; length]);
    let iterations = usize::try_from(iterations).unwrap_or(usize::MAX);
    pbkdf2_hmac(password.utf8(), salt, iterations, function.openssl(), &mut key)?;
    Ok(key)
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

/// Whether so many iterations do not slow down guessing.
pub(super) const fn is_few(iterations: u32) -> bool {
    iterations < FEW_ITERATIONS
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

/// Reads the AlgorithmIdentifier of an HMAC.
pub(super) fn hmac(algorithm: &Element<'_>) -> Result<Digest, Flaw> {
    let mut parts = algorithm.reader();
    let identifier = parts.expect(OID, "a pseudo-random function")?;
    let function = Digest::from_hmac(identifier.content)
        .ok_or_else(|| Flaw::Unsupported(oid::shown(identifier.content)))?;
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

    fn password(text: &str) -> Password<'_> {
        Password::new(text, false)
    }

    #[test]
    fn what_is_encrypted_keeps_its_algorithm_and_gets_a_fresh_salt() {
        let scheme = Scheme::usual().unwrap();
        let (raw, ciphertext) = scheme.encrypt(b"plain", password("sécret")).unwrap();
        let again = Scheme::read(&Reader::new(&raw, 0).any().unwrap()).unwrap();
        assert_eq!(again.decrypt(&ciphertext, password("sécret")).unwrap().as_slice(), b"plain");
        assert_eq!((again.salt.len(), again.iv.len(), again.iterations), (20, 16, 10_000));
        let third = scheme.encrypt(b"plain", password("sécret")).unwrap().0;
        assert_ne!(third[again.salt.clone()], raw[again.salt.clone()]);
        assert_ne!(third[again.iv.clone()], raw[again.iv.clone()]);
        assert_ne!(
            again.decrypt(&ciphertext, password("secret")).as_ref().map(|p| p.to_vec()),
            Some(b"plain".to_vec())
        );
    }

    #[test]
    fn the_elders_encrypt_under_a_fresh_salt_too() {
        for (identifier, derivation, cipher) in ELDERS {
            let parameters = element(SEQUENCE, &[&element(OCTET_STRING, &[&[7; 8]]), &[2, 1, 3]]);
            let raw = element(SEQUENCE, &[&element(OID, &[identifier]), &parameters]);
            let scheme = Scheme::read(&Reader::new(&raw, 0).any().unwrap()).unwrap();
            assert_eq!((scheme.derivation, scheme.cipher, scheme.iterations), (derivation, cipher, 3));
            let (fresh, ciphertext) = scheme.encrypt(b"plain", password("sécret")).unwrap();
            assert_ne!(fresh, raw);
            let again = Scheme::read(&Reader::new(&fresh, 0).any().unwrap()).unwrap();
            assert_eq!(again.decrypt(&ciphertext, password("sécret")).unwrap().as_slice(), b"plain");
            assert!(!again.is_strong() && again.name().contains(cipher.name()));
        }
        assert!(Scheme::usual().unwrap().is_strong());
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
