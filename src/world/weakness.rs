//! What is too weak to begin with, of a key and of the signature on its certificate.
//!
//! The limits are those of the documents that say what a new signature may be made with:
//!
//! - RSA from 2048 bits: NIST SP 800-131A Rev. 2 (2019), section 3, disallows less for signatures; RFC 8301,
//!   section 3.2, asks signers for it.
//! - No DSA: FIPS 186-5 (2023) approves it for no new signature any more.
//! - Curves from 256 bits, which is keyroll's own limit: of the curves of NIST, the CA/Browser Forum's Baseline
//!   Requirements, section 6.1.5, take P-256, P-384 and P-521; SP 800-131A would allow P-224 too.
//! - No signature over MD5 or SHA-1: RFC 9155, section 2, and NIST SP 800-131A Rev. 2, section 9; RFC 8301,
//!   section 3.1. The older digests MD2 and MD4 and the short RIPEMD-160 count as well.

use std::fmt;

use openssl::nid::Nid;

use super::{
    key_kind::KeyKind,
    material::{Certificate, KeyType},
};

/// The least RSA modulus, in bits.
pub const LEAST_RSA: u32 = 2_048;

/// The least field of an elliptic curve, in bits.
pub const LEAST_CURVE: u32 = 256;

/// What to take instead of a weak key, for people.
pub const STRONG: &str = "rsa-2048 or more, ec-p256, ec-p384, ec-p521 or ed25519";

/// Why something is too weak.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Weakness {
    /// An RSA modulus of so few bits.
    Rsa(u32),
    /// DSA.
    Dsa(u32),
    /// An elliptic curve of so few bits.
    Curve(u32),
    /// A certificate that is signed over this digest.
    Digest(&'static str),
}

impl Weakness {
    /// What is weak about a kind of key.
    #[must_use]
    pub const fn of_kind(kind: KeyKind) -> Option<Self> {
        match kind {
            KeyKind::Handled(KeyType::Rsa(bits)) | KeyKind::Pss(bits) if bits < LEAST_RSA => {
                Some(Self::Rsa(bits))
            }
            KeyKind::Dsa(bits) => Some(Self::Dsa(bits)),
            KeyKind::Curve(bits) if bits < LEAST_CURVE => Some(Self::Curve(bits)),
            KeyKind::Handled(_) | KeyKind::Pss(_) | KeyKind::Curve(_) => None,
        }
    }

    /// What is weak about a certificate: its key, and what it is signed over.
    #[must_use]
    pub fn of(certificate: &Certificate) -> Vec<Self> {
        let key = KeyKind::of(certificate).and_then(Self::of_kind);
        key.into_iter().chain(digest(certificate).map(Self::Digest)).collect()
    }

    /// What is weak about a certificate and those of its issuers that come with it. What an issuer signed
    /// for itself shows nothing, so that signature does not count.
    #[must_use]
    pub fn of_chain(chain: &[Certificate]) -> Vec<Self> {
        let is_own_issuer = |one: &Certificate| one.issuer() == one.subject();
        let counts = |number: usize, one: &Certificate, found: &Self| {
            number == 0 || !matches!(found, Self::Digest(_)) || !is_own_issuer(one)
        };
        let each = chain.iter().enumerate().flat_map(|(number, one)| {
            Self::of(one).into_iter().filter(move |found| counts(number, one, found))
        });
        each.collect()
    }

    /// Why a key is not brought in anew, and what to do.
    #[must_use]
    pub fn refused(self, key: &str) -> String {
        let remedy = self.remedy();
        format!(
            "`{key}` is to be new, and is weak: {self}; {remedy}, or say in the plan why it has to be so: \
             `waive {key} weak because \"...\"`"
        )
    }

    /// What to do about it, as an order.
    #[must_use]
    pub fn remedy(self) -> String {
        match self {
            Self::Rsa(_) | Self::Dsa(_) | Self::Curve(_) => format!("take {STRONG}"),
            Self::Digest(_) => "have it signed over SHA-256, SHA-384 or SHA-512".to_owned(),
        }
    }
}

impl fmt::Display for Weakness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rsa(bits) => write!(f, "RSA of {bits} bits, where {LEAST_RSA} is the least"),
            Self::Dsa(_) => f.write_str("DSA, with which nothing new is signed any more"),
            Self::Curve(bits) => {
                write!(f, "an elliptic curve of {bits} bits, where {LEAST_CURVE} is the least")
            }
            Self::Digest(name) => write!(f, "a certificate that is signed over {name}"),
        }
    }
}

/// The weak digest that a certificate is signed over.
fn digest(certificate: &Certificate) -> Option<&'static str> {
    let algorithm = certificate.x509()?.signature_algorithm().object().nid();
    if algorithm == Nid::RSASSAPSS {
        return pss_digest(certificate.der());
    }
    match algorithm.signature_algorithms()?.digest {
        Nid::SHA1 => Some("SHA-1"),
        Nid::MD5 => Some("MD5"),
        Nid::MD4 => Some("MD4"),
        Nid::MD2 => Some("MD2"),
        Nid::RIPEMD160 => Some("RIPEMD-160"),
        _ => None,
    }
}

/// The weak digest of an RSASSA-PSS signature, from its parameters: SHA-1 where they name none (RFC 4055,
/// section 3.1).
fn pss_digest(certificate: &[u8]) -> Option<&'static str> {
    let (_, whole, _) = element(certificate)?;
    let (_, _, after_certified) = element(whole)?;
    let (_, algorithm, _) = element(after_certified)?;
    let (_, _, parameters) = element(algorithm)?;
    let (_, parameters, _) = element(parameters)?;
    let Some((HASH, hash, _)) = element(parameters) else { return Some("SHA-1") };
    let (_, identifier, _) = element(hash)?;
    match element(identifier)?.1 {
        [0x2B, 0x0E, 0x03, 0x02, 0x1A] => Some("SHA-1"),
        [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x02, 0x05] => Some("MD5"),
        _ => None,
    }
}

/// The tag of `hashAlgorithm`, `[0] EXPLICIT`.
const HASH: u8 = 0xA0;

/// The first element of some DER: its tag, what is in it, and what follows.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&[tag, first], after) = der.split_first_chunk::<2>()?;
    let (length, after) = match first {
        0..=0x7F => (usize::from(first), after),
        0x81..=0x84 => {
            let (bytes, after) = after.split_at_checked(usize::from(first & 0x7F))?;
            (bytes.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte)), after)
        }
        _ => return None,
    };
    let (content, rest) = after.split_at_checked(length)?;
    Some((tag, content, rest))
}

#[cfg(test)]
mod tests {
    use openssl::{
        asn1::Asn1Time,
        bn::BigNum,
        dsa::Dsa,
        ec::{EcGroup, EcKey},
        hash::MessageDigest,
        pkey::{PKey, Private},
        rsa::Rsa,
        x509::{X509, X509NameBuilder},
    };

    use super::*;

    fn certificate(key: &PKey<Private>, subject: &str, issuer: &str, digest: MessageDigest) -> Certificate {
        let name = |text: &str| {
            let mut name = X509NameBuilder::new().unwrap();
            name.append_entry_by_text("CN", text).unwrap();
            name.build()
        };
        let mut x509 = X509::builder().unwrap();
        x509.set_subject_name(&name(subject)).unwrap();
        x509.set_issuer_name(&name(issuer)).unwrap();
        x509.set_not_before(&Asn1Time::days_from_now(0).unwrap()).unwrap();
        x509.set_not_after(&Asn1Time::days_from_now(9).unwrap()).unwrap();
        x509.set_serial_number(&BigNum::from_u32(7).unwrap().to_asn1_integer().unwrap()).unwrap();
        x509.set_pubkey(key).unwrap();
        x509.sign(key, digest).unwrap();
        Certificate::from_x509(x509.build()).unwrap()
    }

    fn rsa(bits: u32) -> PKey<Private> {
        PKey::from_rsa(Rsa::generate(bits).unwrap()).unwrap()
    }

    fn curve(nid: Nid) -> PKey<Private> {
        PKey::from_ec_key(EcKey::generate(&EcGroup::from_curve_name(nid).unwrap()).unwrap()).unwrap()
    }

    #[test]
    fn the_limits_lie_where_the_documents_draw_them() {
        let of = |word: &str| KeyKind::named(word).and_then(Weakness::of_kind);
        assert_eq!(of("rsa-2047"), Some(Weakness::Rsa(2047)));
        assert_eq!(of("rsa-2048"), None);
        assert_eq!((of("rsa-pss-2047"), of("rsa-pss-2048")), (Some(Weakness::Rsa(2047)), None));
        assert_eq!(of("dsa-3072"), Some(Weakness::Dsa(3072)));
        assert_eq!(of("ec-p224"), Some(Weakness::Curve(224)));
        assert_eq!(Weakness::of_kind(KeyKind::Curve(255)), Some(Weakness::Curve(255)));
        assert_eq!(Weakness::of_kind(KeyKind::Curve(256)), None);
        for strong in KeyType::ALL.into_iter().chain([KeyType::Opaque]) {
            assert_eq!(Weakness::of_kind(KeyKind::Handled(strong)), None, "{strong}");
        }
    }

    #[test]
    fn a_certificate_shows_its_key_and_what_it_is_signed_over() {
        let (sha1, sha256) = (MessageDigest::sha1(), MessageDigest::sha256());
        let of = |key: &PKey<Private>, digest| Weakness::of(&certificate(key, "a", "a", digest));
        let strong = rsa(2048);
        assert_eq!(of(&strong, sha256), []);
        assert_eq!(of(&strong, sha1), [Weakness::Digest("SHA-1")]);
        assert_eq!(of(&strong, MessageDigest::md5()), [Weakness::Digest("MD5")]);
        assert_eq!(of(&rsa(1024), sha1), [Weakness::Rsa(1024), Weakness::Digest("SHA-1")]);
        let p256 = curve(Nid::X9_62_PRIME256V1);
        assert_eq!(of(&p256, sha256), []);
        assert_eq!(of(&p256, sha1), [Weakness::Digest("SHA-1")]);
        assert_eq!(of(&curve(Nid::SECP224R1), sha256), [Weakness::Curve(224)]);
        assert_eq!(of(&curve(Nid::SECP256K1), sha256), [], "another curve of 256 bits");
        let dsa = PKey::from_dsa(Dsa::generate(1024).unwrap()).unwrap();
        assert_eq!(of(&dsa, sha256), [Weakness::Dsa(1024)]);
    }

    #[test]
    fn what_an_issuer_signed_for_itself_does_not_count() {
        let (key, sha1, sha256) = (rsa(2048), MessageDigest::sha1(), MessageDigest::sha256());
        let own = certificate(&key, "own", "middle", sha256);
        let root = certificate(&key, "root", "root", sha1);
        assert_eq!(Weakness::of_chain(&[own.clone(), root.clone()]), []);
        let middle = certificate(&key, "middle", "root", sha1);
        assert_eq!(Weakness::of_chain(&[own, middle, root.clone()]), [Weakness::Digest("SHA-1")]);
        assert_eq!(
            Weakness::of_chain(std::slice::from_ref(&root)),
            [Weakness::Digest("SHA-1")],
            "it is the first"
        );
    }

    /// A certificate of which only what is read of a PSS signature is there.
    fn pss(parameters: &[u8]) -> Vec<u8> {
        let wrap = |tag: u8, content: &[u8]| {
            let mut der = vec![tag, u8::try_from(content.len()).unwrap()];
            der.extend(content);
            der
        };
        let mut algorithm = vec![0x06, 0x01, 0x2A];
        algorithm.extend(wrap(0x30, parameters));
        let mut whole = wrap(0x30, &[0x02, 0x01, 0x00]);
        whole.extend(wrap(0x30, &algorithm));
        wrap(0x30, &whole)
    }

    #[test]
    fn a_pss_signature_names_its_digest_or_means_sha1() {
        assert_eq!(pss_digest(&pss(&[])), Some("SHA-1"));
        let sha1 = [0xA0, 0x09, 0x30, 0x07, 0x06, 0x05, 0x2B, 0x0E, 0x03, 0x02, 0x1A];
        assert_eq!(pss_digest(&pss(&sha1)), Some("SHA-1"));
        let sha256 =
            [0xA0, 0x0D, 0x30, 0x0B, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01];
        assert_eq!(pss_digest(&pss(&sha256)), None);
        assert_eq!(pss_digest(&[0x30, 0x82, 0xFF]), None, "cut off");
    }
}
