//! Keys, a signer and a verifier that are small and true: a message is the length of a signature, the
//! signature (ECDSA, SHA-256), the fingerprint of the certificate, and the payload.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::sync::{Arc, LazyLock, Mutex};

use keyroll::backend::receiver::Message;
use keyroll::backend::signer::{Signer, SignerError};
use keyroll::backend::verifier::{Verifier, VerifierError};
use keyroll::name::Alias;
use keyroll::world::material::{Certificate, Fingerprint};
use openssl::asn1::Asn1Time;
use openssl::bn::BigNum;
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::sign::{Signer as Signing, Verifier as Verifying};
use openssl::x509::{X509Builder, X509NameBuilder};

#[derive(Clone)]
pub(super) struct Pair {
    pub(super) key: PKey<Private>,
    pub(super) certificate: Certificate,
}

impl Pair {
    pub(super) fn fingerprint(&self) -> Fingerprint {
        self.certificate.fingerprint()
    }
}

pub(super) fn pair(name: &str) -> Pair {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
    let key = PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap();
    let mut subject = X509NameBuilder::new().unwrap();
    subject.append_entry_by_text("CN", name).unwrap();
    let subject = subject.build();
    let mut builder = X509Builder::new().unwrap();
    builder.set_version(2).unwrap();
    let mut serial = BigNum::new().unwrap();
    serial.rand(120, openssl::bn::MsbOption::MAYBE_ZERO, false).unwrap();
    builder.set_serial_number(&serial.to_asn1_integer().unwrap()).unwrap();
    builder.set_subject_name(&subject).unwrap();
    builder.set_issuer_name(&subject).unwrap();
    builder.set_not_before(&Asn1Time::days_from_now(0).unwrap()).unwrap();
    builder.set_not_after(&Asn1Time::days_from_now(30).unwrap()).unwrap();
    builder.set_pubkey(&key).unwrap();
    builder.sign(&key, MessageDigest::sha256()).unwrap();
    Pair { key, certificate: Certificate::from_x509(builder.build()).unwrap() }
}

/// A few pairs that all tests share.
pub(super) fn pairs() -> &'static [Pair] {
    static PAIRS: LazyLock<Vec<Pair>> =
        LazyLock::new(|| (0..6).map(|i| pair(&format!("Orders Signer {i}"))).collect());
    &PAIRS
}

/// Which key an alias names at this moment.
#[derive(Clone, Default)]
pub(super) struct Keyring(Arc<Mutex<BTreeMap<String, Pair>>>);

impl Keyring {
    pub(super) fn of(alias: &Alias, pair: &Pair) -> Self {
        let ring = Self::default();
        ring.exchange(alias, pair);
        ring
    }

    pub(super) fn exchange(&self, alias: &Alias, pair: &Pair) {
        self.0.lock().unwrap().insert(alias.folded(), pair.clone());
    }
}

impl std::fmt::Debug for Keyring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keyring")
    }
}

impl Signer for Keyring {
    fn sign(
        &mut self,
        alias: &Alias,
        document: &mut dyn Read,
        out: &mut dyn Write,
    ) -> Result<Certificate, SignerError> {
        let pair = self.0.lock().unwrap().get(&alias.folded()).cloned();
        let pair = pair.ok_or_else(|| SignerError::Unresolved(alias.clone()))?;
        let mut payload = Vec::new();
        document.read_to_end(&mut payload)?;
        let mut signing = Signing::new(MessageDigest::sha256(), &pair.key).unwrap();
        let signature = signing.sign_oneshot_to_vec(&payload).unwrap();
        out.write_all(&[u8::try_from(signature.len()).unwrap()])?;
        out.write_all(&signature)?;
        out.write_all(pair.fingerprint().as_bytes())?;
        out.write_all(&payload)?;
        Ok(pair.certificate)
    }
}

/// The payload of a message.
pub(super) fn payload(message: &[u8]) -> &[u8] {
    message.get(1 + usize::from(message[0]) + 32..).unwrap_or_default()
}

/// Told of a verified payload.
pub(super) type Seen = Box<dyn Fn(&[u8]) + Send + Sync>;

/// Verifies what [`Keyring`] signs, and shows each verified payload to `seen`.
pub(super) struct KeyVerifier {
    pub(super) seen: Seen,
}

impl Default for KeyVerifier {
    fn default() -> Self {
        Self { seen: Box::new(|_| {}) }
    }
}

impl std::fmt::Debug for KeyVerifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("KeyVerifier")
    }
}

impl Verifier for KeyVerifier {
    fn verify(
        &self,
        message: &mut dyn Message,
        accepted: &[Certificate],
    ) -> Result<Fingerprint, VerifierError> {
        let mut bytes = Vec::new();
        message.read_to_end(&mut bytes).map_err(VerifierError::Unreadable)?;
        let rejected = |reason: &str, claimed| VerifierError::Rejected { reason: reason.to_owned(), claimed };
        let length = bytes.first().map_or(0, |length| usize::from(*length));
        let (Some(signature), Some(claimed)) = (bytes.get(1..=length), bytes.get(length + 1..length + 33))
        else {
            return Err(rejected("the message is cut off", None));
        };
        let hex: String = claimed.iter().map(|byte| format!("{byte:02x}")).collect();
        let claimed = Fingerprint::try_from(hex).unwrap();
        for certificate in accepted {
            let key = certificate.public_key().unwrap();
            let mut verifying = Verifying::new(MessageDigest::sha256(), &key).unwrap();
            if verifying.verify_oneshot(signature, payload(&bytes)).unwrap_or(false) {
                (self.seen)(payload(&bytes));
                return Ok(certificate.fingerprint());
            }
        }
        Err(rejected("no accepted certificate verifies it", Some(claimed)))
    }
}

pub(super) fn alias() -> Alias {
    Alias::new("orders_signer").unwrap()
}

/// A payload signed by a pair.
pub(super) fn signed(pair: &Pair, payload: &[u8]) -> std::io::Cursor<Vec<u8>> {
    let mut out = Vec::new();
    Keyring::of(&alias(), pair).sign(&alias(), &mut &*payload, &mut out).unwrap();
    std::io::Cursor::new(out)
}
