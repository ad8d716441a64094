//! Certificates and what identifies them: the public half of a key, never the private one.

use std::{
    fmt,
    io::{self, Read},
};

use jiff::Timestamp;
use openssl::{
    nid::Nid,
    pkey::{Id, PKey, Public},
    x509::{X509, X509NameRef},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::public_text::PublicText;

/// So many characters of a public text are shown where a certificate shows its subject.
const SHOWN: usize = 64;

/// A SHA-256 digest that identifies a certificate (over its DER), or what a run is pinned to: a
/// plan, a site, a world.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// The digest of some bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(openssl::sha::sha256(bytes))
    }

    /// The digest of all that comes, of which nothing is kept.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn of_all(mut input: impl Read) -> io::Result<Self> {
        let (mut digest, mut part) = (openssl::sha::Sha256::new(), vec![0; 64 << 10]);
        loop {
            match input.read(&mut part) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => match part.get(..read?).filter(|part| !part.is_empty()) {
                    Some(part) => digest.update(part),
                    None => return Ok(Self(digest.finish())),
                },
            }
        }
    }

    /// The 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The first eight hexadecimal digits, for people who compare two at a glance.
    #[must_use]
    pub fn short(&self) -> String {
        self.to_string().chars().take(8).collect()
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({})", self.short())
    }
}

/// A text that is no fingerprint: not 64 hexadecimal digits.
#[derive(Debug, thiserror::Error)]
#[error("a fingerprint is 64 hexadecimal digits (SHA-256)")]
pub struct NoFingerprint;

impl TryFrom<String> for Fingerprint {
    type Error = NoFingerprint;
    fn try_from(text: String) -> Result<Self, NoFingerprint> {
        let digits: Vec<u8> = text
            .chars()
            .filter(|c| *c != ':')
            .map(|c| c.to_digit(16).and_then(|d| u8::try_from(d).ok()))
            .collect::<Option<_>>()
            .ok_or(NoFingerprint)?;
        let bytes: Vec<u8> = digits
            .chunks(2)
            .map(|pair| match pair {
                [high, low] => Ok(high << 4 | low),
                _ => Err(NoFingerprint),
            })
            .collect::<Result<_, _>>()?;
        Ok(Self(bytes.try_into().map_err(|_| NoFingerprint)?))
    }
}

impl From<Fingerprint> for String {
    fn from(fingerprint: Fingerprint) -> Self {
        fingerprint.to_string()
    }
}

/// The kind and size of a key pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyType {
    /// RSA with a modulus of so many bits.
    Rsa(u32),
    /// ECDSA on NIST P-256 (`prime256v1`).
    EcP256,
    /// ECDSA on NIST P-384 (`secp384r1`).
    EcP384,
    /// ECDSA on NIST P-521 (`secp521r1`).
    EcP521,
    /// EdDSA on Curve25519 (RFC 8410): good for certificates, and not in the profile of XML signatures.
    Ed25519,
    /// No key pair that keyroll knows of: a credential whose public half is a text.
    Opaque,
}

impl KeyType {
    /// The kinds that keyroll makes itself, as a site names them.
    pub const ALL: [Self; 7] = [
        Self::Rsa(2048),
        Self::Rsa(3072),
        Self::Rsa(4096),
        Self::EcP256,
        Self::EcP384,
        Self::EcP521,
        Self::Ed25519,
    ];
}

impl fmt::Display for KeyType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rsa(bits) => write!(f, "rsa-{bits}"),
            Self::EcP256 => f.write_str("ec-p256"),
            Self::EcP384 => f.write_str("ec-p384"),
            Self::EcP521 => f.write_str("ec-p521"),
            Self::Ed25519 => f.write_str("ed25519"),
            Self::Opaque => f.write_str("opaque"),
        }
    }
}

/// Why bytes are no certificate that keyroll can hold.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// Not an X.509 certificate in DER or PEM.
    #[error("not an X.509 certificate")]
    NotACertificate,
    /// Its validity cannot be read.
    #[error("the certificate's validity cannot be read")]
    Validity,
}

/// An X.509 certificate (RFC 5280): the public half of a key pair, with its name and validity. Of a
/// credential that has none it is the public text that stands in its place, which certifies nothing.
/// Two are equal when their bytes are.
#[derive(Clone)]
pub struct Certificate {
    half: Half,
    der: Vec<u8>,
    fingerprint: Fingerprint,
    not_before: Timestamp,
    not_after: Timestamp,
}

#[derive(Clone)]
enum Half {
    X509(X509),
    Text(PublicText),
}

impl Certificate {
    /// The public half of a credential that is no certificate. Its fingerprint is that of the text's
    /// UTF-8 bytes, which are never DER; nothing is known of its validity.
    #[must_use]
    pub fn of_text(text: PublicText) -> Self {
        let der = text.as_str().as_bytes().to_vec();
        let (not_before, not_after) = (Timestamp::MIN, Timestamp::MAX);
        Self { fingerprint: Fingerprint::of(&der), half: Half::Text(text), der, not_before, not_after }
    }

    /// Reads DER.
    ///
    /// # Errors
    /// When the bytes are no certificate.
    pub fn from_der(der: &[u8]) -> Result<Self, CertificateError> {
        Self::from_x509(X509::from_der(der).map_err(|_| CertificateError::NotACertificate)?)
    }

    /// Reads the first certificate of a PEM text (RFC 7468), or a public text between its marks.
    ///
    /// # Errors
    /// When there is none.
    pub fn from_pem(pem: &[u8]) -> Result<Self, CertificateError> {
        if let Some(text) = PublicText::of_armour(pem) {
            return Ok(Self::of_text(text));
        }
        Self::from_x509(X509::from_pem(pem).map_err(|_| CertificateError::NotACertificate)?)
    }

    /// Takes over what OpenSSL holds.
    ///
    /// # Errors
    /// When its validity lies outside of what a calendar holds.
    pub fn from_x509(x509: X509) -> Result<Self, CertificateError> {
        let der = x509.to_der().map_err(|_| CertificateError::NotACertificate)?;
        let (not_before, not_after) = (timestamp(x509.not_before())?, timestamp(x509.not_after())?);
        Ok(Self { fingerprint: Fingerprint::of(&der), half: Half::X509(x509), der, not_before, not_after })
    }

    /// The certificate as DER, or the bytes of the text.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The certificate as PEM: lines of 64 characters (RFC 7468, section 2); a text between its marks.
    #[must_use]
    pub fn pem(&self) -> String {
        if let Half::Text(text) = &self.half {
            return text.armoured();
        }
        let base64 = openssl::base64::encode_block(&self.der);
        let mut pem = "-----BEGIN CERTIFICATE-----\n".to_owned();
        let mut rest = base64.as_str();
        while !rest.is_empty() {
            let (line, more) = rest.split_at_checked(64).unwrap_or((rest, ""));
            pem.push_str(line);
            pem.push('\n');
            rest = more;
        }
        pem.push_str("-----END CERTIFICATE-----\n");
        pem
    }

    /// OpenSSL's view of it; none of a text.
    #[must_use]
    pub const fn x509(&self) -> Option<&X509> {
        match &self.half {
            Half::X509(x509) => Some(x509),
            Half::Text(_) => None,
        }
    }

    /// The text, where one stands in the place of a certificate.
    #[must_use]
    pub const fn text(&self) -> Option<&PublicText> {
        match &self.half {
            Half::X509(_) => None,
            Half::Text(text) => Some(text),
        }
    }

    /// SHA-256 over the DER, or over the text.
    #[must_use]
    pub const fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }

    /// The public key.
    ///
    /// # Errors
    /// When OpenSSL does not know its kind, and of a text.
    pub fn public_key(&self) -> Result<PKey<Public>, CertificateError> {
        let x509 = self.x509().ok_or(CertificateError::NotACertificate)?;
        x509.public_key().map_err(|_| CertificateError::NotACertificate)
    }

    /// Which kind of key it certifies; `None` for kinds that keyroll does not handle.
    #[must_use]
    pub fn key_type(&self) -> Option<KeyType> {
        match &self.half {
            Half::X509(x509) => key_type(&*x509.public_key().ok()?),
            Half::Text(_) => Some(KeyType::Opaque),
        }
    }

    /// The subject as one line, hostile characters escaped: `CN=orders, O=Example`. Of a text its
    /// beginning.
    #[must_use]
    pub fn subject(&self) -> String {
        match &self.half {
            Half::X509(x509) => one_line(x509.subject_name()),
            Half::Text(text) => crate::source::shown(&text.as_str().chars().take(SHOWN).collect::<String>()),
        }
    }

    /// The issuer, as the subject is written; nothing of a text.
    #[must_use]
    pub fn issuer(&self) -> String {
        self.x509().map(|x509| one_line(x509.issuer_name())).unwrap_or_default()
    }

    /// The serial number, in hexadecimal digits of whole bytes; nothing of a text.
    #[must_use]
    pub fn serial(&self) -> String {
        let number = self.x509().and_then(|x509| x509.serial_number().to_bn().ok()?.to_hex_str().ok());
        number.map(|digits| digits.to_lowercase()).unwrap_or_default()
    }

    /// SHA-256 over the public key as it stands in the certificate (SubjectPublicKeyInfo): the same
    /// for every certificate of a key.
    ///
    /// # Errors
    /// When OpenSSL does not know the kind of the key.
    pub fn public_key_digest(&self) -> Result<Fingerprint, CertificateError> {
        let der = self.public_key()?.public_key_to_der().map_err(|_| CertificateError::NotACertificate)?;
        Ok(Fingerprint::of(&der))
    }

    /// First moment of its validity; of a text, of which nothing is known, the first of all.
    #[must_use]
    pub const fn not_before(&self) -> Timestamp {
        self.not_before
    }

    /// Last moment of its validity; of a text the last of all.
    #[must_use]
    pub const fn not_after(&self) -> Timestamp {
        self.not_after
    }
}

fn one_line(name: &X509NameRef) -> String {
    let entries = name.entries().map(|entry| {
        let name = entry.object().nid().short_name().unwrap_or("OID").to_owned();
        let value = entry.data().to_string().unwrap_or_default();
        format!("{name}={}", crate::source::shown(&value))
    });
    entries.collect::<Vec<_>>().join(", ")
}

/// The kind of a key, public or private; `None` for kinds that keyroll does not handle.
#[must_use]
pub fn key_type<T: openssl::pkey::HasPublic>(key: &openssl::pkey::PKeyRef<T>) -> Option<KeyType> {
    match key.id() {
        Id::RSA => Some(KeyType::Rsa(key.bits())),
        Id::EC => match key.ec_key().ok()?.group().curve_name()? {
            Nid::X9_62_PRIME256V1 => Some(KeyType::EcP256),
            Nid::SECP384R1 => Some(KeyType::EcP384),
            Nid::SECP521R1 => Some(KeyType::EcP521),
            _ => None,
        },
        Id::ED25519 => Some(KeyType::Ed25519),
        _ => None,
    }
}

fn timestamp(time: &openssl::asn1::Asn1TimeRef) -> Result<Timestamp, CertificateError> {
    let epoch = openssl::asn1::Asn1Time::from_unix(0).map_err(|_| CertificateError::Validity)?;
    let since = epoch.diff(time).map_err(|_| CertificateError::Validity)?;
    let seconds = i64::from(since.days) * 86_400 + i64::from(since.secs);
    Timestamp::from_second(seconds).map_err(|_| CertificateError::Validity)
}

impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        self.der == other.der
    }
}

impl Eq for Certificate {}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Certificate({}, {})", self.fingerprint.short(), self.subject())
    }
}
