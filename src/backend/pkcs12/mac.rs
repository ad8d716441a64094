//! The integrity check of a store (RFC 7292 section 4, appendix A).

use openssl::{memcmp, pkey::PKey, rand::rand_bytes, sign::Signer};

use super::{
    der::{Element, INTEGER, NULL, OCTET_STRING, OID, SEQUENCE, element},
    digest::{Digest, MAC_KEY, Stretch, bmp},
    flaw::Flaw,
    oid, scheme,
};

/// An HMAC under a key derived from the store's password.
#[derive(Clone, Debug)]
pub(super) struct Mac {
    digest: Digest,
    /// The digest's AlgorithmIdentifier as written.
    algorithm: Vec<u8>,
    value: Vec<u8>,
    salt: Vec<u8>,
    iterations: u32,
    /// The iterations as written; empty where the default of one applies.
    count: Vec<u8>,
}

impl Mac {
    /// Reads a MacData.
    pub(super) fn read(data: &Element<'_>) -> Result<Self, Flaw> {
        let mut parts = data.reader();
        let info = parts.expect(SEQUENCE, "the digest of the integrity check")?;
        let salt = parts.expect(OCTET_STRING, "the salt of the integrity check")?;
        let count = parts.optional(INTEGER)?;
        parts.finish("the integrity check")?;
        let mut parts = info.reader();
        let algorithm = parts.expect(SEQUENCE, "the algorithm of the integrity check")?;
        let value = parts.expect(OCTET_STRING, "the value of the integrity check")?;
        parts.finish("the digest of the integrity check")?;
        let mut parts = algorithm.reader();
        let identifier = parts.expect(OID, "the algorithm of the integrity check")?;
        let digest = Digest::from_oid(identifier.content).ok_or_else(|| {
            Flaw::Unsupported(format!("an integrity check with {}", oid::shown(identifier.content)))
        })?;
        scheme::no_parameters(parts, "the algorithm of the integrity check")?;
        if value.content.len() != digest.length() {
            return Err(Flaw::damaged("the value of the integrity check has the wrong length", value.place));
        }
        Ok(Self {
            digest,
            algorithm: algorithm.raw.to_vec(),
            value: value.content.to_vec(),
            salt: salt.content.to_vec(),
            iterations: count.as_ref().map_or(Ok(1), scheme::iterations)?,
            count: count.map(|count| count.raw.to_vec()).unwrap_or_default(),
        })
    }

    /// What keytool (Java 17) writes: HMAC-SHA256, 10,000 iterations, 20 bytes of salt. Without a
    /// value until it is [computed](Self::over).
    pub(super) fn usual() -> Self {
        Self {
            digest: Digest::Sha256,
            algorithm: element(SEQUENCE, &[&element(OID, &[oid::SHA256]), &element(NULL, &[])]),
            value: Vec::new(),
            salt: vec![0; 20],
            iterations: 10_000,
            count: element(INTEGER, &[&[0x27, 0x10]]),
        }
    }

    /// Whether content and password are those that the check was computed over.
    pub(super) fn holds(&self, content: &[u8], password: &str) -> Result<bool, Flaw> {
        let value = self.compute(content, password)?;
        Ok(value.len() == self.value.len() && memcmp::eq(&value, &self.value))
    }

    /// The MacData of other content: same algorithm, iterations and length of salt, fresh salt.
    pub(super) fn over(&self, content: &[u8], password: &str) -> Result<Vec<u8>, Flaw> {
        let mut fresh = self.clone();
        rand_bytes(&mut fresh.salt).map_err(Flaw::crypto("cannot make a salt"))?;
        let value = fresh.compute(content, password)?;
        let info = element(SEQUENCE, &[&fresh.algorithm, &element(OCTET_STRING, &[&value])]);
        Ok(element(SEQUENCE, &[&info, &element(OCTET_STRING, &[&fresh.salt]), &fresh.count]))
    }

    fn compute(&self, content: &[u8], password: &str) -> Result<Vec<u8>, Flaw> {
        let length = self.digest.length();
        let stretch = Stretch { salt: &self.salt, iterations: self.iterations };
        let key = self.digest.derive(&bmp(password), stretch, MAC_KEY, length);
        PKey::hmac(&key)
            .and_then(|key| Signer::new(self.digest.openssl(), &key)?.sign_oneshot_to_vec(content))
            .map_err(Flaw::crypto("cannot compute the integrity check"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::pkcs12::der::Reader;

    #[test]
    fn a_check_holds_for_its_content_and_password_only() {
        let raw = Mac::usual().over(b"content", "pässword").unwrap();
        let mac = Mac::read(&Reader::new(&raw, 0).any().unwrap()).unwrap();
        assert!(mac.holds(b"content", "pässword").unwrap());
        assert!(!mac.holds(b"contenu", "pässword").unwrap());
        assert!(!mac.holds(b"content", "password").unwrap());
        assert_eq!((mac.salt.len(), mac.iterations), (20, 10_000));
        assert_ne!(mac.over(b"content", "pässword").unwrap(), raw);
    }
}
