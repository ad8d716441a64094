//! The integrity check of a store: that of PKCS#12 (RFC 7292 section 4, appendix A), or PBMAC1 (RFC
//! 9579).

use openssl::{memcmp, pkey::PKey, rand::rand_bytes, sign::Signer};

use super::{
    der::{Element, INTEGER, NULL, OCTET_STRING, OID, SEQUENCE, element},
    digest::{Digest, MAC_KEY, Stretch},
    flaw::Flaw,
    oid,
    password::Password,
    scheme::{self, Pbkdf2, is_few, pbkdf2},
};

/// An HMAC under a key derived from the store's password.
#[derive(Clone, Debug)]
pub(super) struct Mac {
    digest: Digest,
    kind: Kind,
    /// The AlgorithmIdentifier as written.
    algorithm: Vec<u8>,
    value: Vec<u8>,
    /// The salt of MacData. PBMAC1 has its own and leaves this one unused.
    salt: Vec<u8>,
    pub(super) iterations: u32,
    /// The iterations of MacData as written; empty where the default of one applies.
    count: Vec<u8>,
}

/// How the key comes from the password.
#[derive(Clone, Debug)]
enum Kind {
    Pkcs12,
    /// PBKDF2 with this function, giving so many bytes; its salt lies there in the algorithm.
    Pbmac1 {
        function: Digest,
        length: usize,
        salt: std::ops::Range<usize>,
    },
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
        let (digest, kind, iterations) = if identifier.content == oid::PBMAC1 {
            let parameters = parts.expect(SEQUENCE, "the parameters of PBMAC1")?;
            parts.finish("the algorithm of the integrity check")?;
            pbmac1(&algorithm, &parameters)?
        } else {
            let digest = Digest::from_oid(identifier.content).ok_or_else(|| {
                Flaw::Unsupported(format!("an integrity check with {}", oid::shown(identifier.content)))
            })?;
            scheme::no_parameters(parts, "the algorithm of the integrity check")?;
            (digest, Kind::Pkcs12, count.as_ref().map_or(Ok(1), scheme::iterations)?)
        };
        if value.content.len() != digest.length() {
            return Err(Flaw::damaged("the value of the integrity check has the wrong length", value.place));
        }
        Ok(Self {
            digest,
            kind,
            algorithm: algorithm.raw.to_vec(),
            value: value.content.to_vec(),
            salt: salt.content.to_vec(),
            iterations,
            count: count.map(|count| count.raw.to_vec()).unwrap_or_default(),
        })
    }

    /// What keytool (Java 17) writes: HMAC-SHA256, 10,000 iterations, 20 bytes of salt. Without a
    /// value until it is [computed](Self::over).
    pub(super) fn usual() -> Self {
        Self {
            digest: Digest::Sha256,
            kind: Kind::Pkcs12,
            algorithm: element(SEQUENCE, &[&element(OID, &[oid::SHA256]), &element(NULL, &[])]),
            value: Vec::new(),
            salt: vec![0; 20],
            iterations: 10_000,
            count: element(INTEGER, &[&[0x27, 0x10]]),
        }
    }

    /// Whether content and password are those that the check was computed over.
    pub(super) fn holds(&self, content: &[u8], password: Password<'_>) -> Result<bool, Flaw> {
        let value = self.compute(content, password)?;
        Ok(value.len() == self.value.len() && memcmp::eq(&value, &self.value))
    }

    /// The MacData of other content: same algorithm, iterations and length of salt, fresh salt.
    pub(super) fn over(&self, content: &[u8], password: Password<'_>) -> Result<Vec<u8>, Flaw> {
        let mut fresh = self.clone();
        let salt = match &self.kind {
            Kind::Pkcs12 => Some(fresh.salt.as_mut_slice()),
            Kind::Pbmac1 { salt, .. } => fresh.algorithm.get_mut(salt.clone()),
        };
        salt.map_or(Ok(()), rand_bytes).map_err(Flaw::crypto("cannot make a salt"))?;
        let value = fresh.compute(content, password)?;
        let info = element(SEQUENCE, &[&fresh.algorithm, &element(OCTET_STRING, &[&value])]);
        Ok(element(SEQUENCE, &[&info, &element(OCTET_STRING, &[&fresh.salt]), &fresh.count]))
    }

    /// How many bytes it takes at most.
    pub(super) fn room(&self) -> usize {
        self.algorithm.len() + self.salt.len() + self.count.len() + 128
    }

    fn compute(&self, content: &[u8], password: Password<'_>) -> Result<Vec<u8>, Flaw> {
        let failed = Flaw::crypto("cannot compute the integrity check");
        let key = match &self.kind {
            Kind::Pkcs12 => {
                let stretch = Stretch { salt: &self.salt, iterations: self.iterations };
                self.digest.derive(&password.bmp(), stretch, MAC_KEY, self.digest.length())
            }
            Kind::Pbmac1 { function, length, salt } => {
                let salt = self.algorithm.get(salt.clone()).unwrap_or_default();
                let stretch = Stretch { salt, iterations: self.iterations };
                pbkdf2(*function, password, stretch, *length).map_err(&failed)?
            }
        };
        PKey::hmac(&key)
            .and_then(|key| Signer::new(self.digest.openssl(), &key)?.sign_oneshot_to_vec(content))
            .map_err(failed)
    }

    /// What it is, in words.
    pub(super) fn name(&self) -> String {
        match &self.kind {
            Kind::Pkcs12 => format!("HMAC {} under the key derivation of PKCS#12", self.digest.name()),
            Kind::Pbmac1 { function, .. } => {
                format!("PBMAC1: HMAC {} under PBKDF2 with HMAC {}", self.digest.name(), function.name())
            }
        }
    }

    /// Whether it is one of those that are written today, with iterations enough.
    pub(super) const fn is_strong(&self) -> bool {
        !matches!(self.digest, Digest::Md5 | Digest::Sha1) && !is_few(self.iterations)
    }
}

/// Reads the parameters of PBMAC1 (RFC 8018 appendix A.5): a key derivation, whose length of key is
/// needed here (RFC 9579 section 4), and an HMAC.
fn pbmac1(algorithm: &Element<'_>, parameters: &Element<'_>) -> Result<(Digest, Kind, u32), Flaw> {
    let mut parts = parameters.reader();
    let derivation = parts.expect(SEQUENCE, "the key derivation of PBMAC1")?;
    let scheme = parts.expect(SEQUENCE, "the function of PBMAC1")?;
    parts.finish("the parameters of PBMAC1")?;
    let digest = scheme::hmac(&scheme)?;
    let pbkdf2 = Pbkdf2::read(&derivation)?;
    let (length, place) = pbkdf2
        .length
        .ok_or_else(|| Flaw::damaged("the length of PBMAC1's key is missing", derivation.place))?;
    if !(1..=64).contains(&length) {
        return Err(Flaw::damaged("the length of PBMAC1's key is out of range", place));
    }
    let kind =
        Kind::Pbmac1 { function: pbkdf2.function, length, salt: pbkdf2.salt.content_within(algorithm) };
    Ok((digest, kind, pbkdf2.iterations))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::pkcs12::der::Reader;

    #[test]
    fn a_check_holds_for_its_content_and_password_only() {
        let password = |text| Password::new(text, false);
        let raw = Mac::usual().over(b"content", password("pässword")).unwrap();
        let mac = Mac::read(&Reader::new(&raw, 0).any().unwrap()).unwrap();
        assert!(mac.holds(b"content", password("pässword")).unwrap());
        assert!(!mac.holds(b"contenu", password("pässword")).unwrap());
        assert!(!mac.holds(b"content", password("password")).unwrap());
        assert_eq!((mac.salt.len(), mac.iterations), (20, 10_000));
        assert_ne!(mac.over(b"content", password("pässword")).unwrap(), raw);
    }
}
