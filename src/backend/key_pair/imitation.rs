//! Fresh key pairs in the likeness of others: the same kind of key, the same names, the same time of
//! validity, moved by so much. Only the public halves of the others are looked at, and no private
//! key is ever read.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use openssl::{
    asn1::Asn1Time,
    error::ErrorStack,
    pkey::{PKey, Private},
    x509::{
        X509, X509NameRef,
        extension::{BasicConstraints, KeyUsage, SubjectKeyIdentifier},
    },
};

use super::{KeyPair, generate};
use crate::{
    backend::keystore::KeySpec,
    world::material::{Certificate, Fingerprint, KeyType},
};

/// The fewest bits of an RSA key that is made.
const LEAST_RSA: u32 = 2048;

/// Why a pair has no likeness.
#[derive(Debug, thiserror::Error)]
pub enum ImitationError {
    /// Its certificate is for a kind of key that keyroll does not make.
    #[error("its key is of a kind that keyroll does not make")]
    KeyType,
    /// OpenSSL refused.
    #[error("{}", generate::reason(.0))]
    Crypto(#[from] ErrorStack),
    /// What came out is no certificate that can be held.
    #[error("its certificate cannot be made again")]
    Certificate,
}

/// Makes likenesses, and remembers which one stands for which: an issuer of two chains has one, and
/// so has a key with two certificates.
#[derive(Debug)]
pub struct Imitator {
    shift: SignedDuration,
    keys: BTreeMap<Vec<u8>, PKey<Private>>,
    certificates: BTreeMap<Fingerprint, Certificate>,
    /// Keys of issuers by their names (DER): of those that are known, and of those that are not.
    issuers: BTreeMap<Vec<u8>, PKey<Private>>,
}

impl Imitator {
    /// Makes certificates whose validity is moved by so much.
    #[must_use]
    pub const fn new(shift: SignedDuration) -> Self {
        Self { shift, keys: BTreeMap::new(), certificates: BTreeMap::new(), issuers: BTreeMap::new() }
    }

    /// A fresh pair for the one whose chain this is, the key's own certificate first.
    ///
    /// # Errors
    /// When keyroll makes no keys of this kind. An issuer of such a kind gets another kind of key.
    pub fn pair(&mut self, chain: &[Certificate]) -> Result<KeyPair, ImitationError> {
        let own = chain.first().ok_or(ImitationError::Certificate)?;
        let kind = own.key_type().ok_or(ImitationError::KeyType)?;
        self.acquaint(chain)?;
        let mut made = Vec::new();
        // From the far end: each certificate is signed by the one behind it.
        for issuer in chain.iter().skip(1).rev() {
            let kind = issuer.key_type().unwrap_or(KeyType::EcP256);
            made.push(self.certificate(issuer, kind, true)?);
        }
        made.push(self.certificate(own, kind, false)?);
        made.reverse();
        let key = self.keys.get(&public(own)?).ok_or(ImitationError::Certificate)?;
        Ok(KeyPair::checked(key.clone(), made))
    }

    /// A fresh key pair that stands in for a credential that is no key pair: its certificate bears the
    /// beginning of the text.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn stand_in(&mut self, of: &Certificate, now: jiff::Timestamp) -> Result<KeyPair, ImitationError> {
        let name: String = of.subject().chars().filter(char::is_ascii).take(40).collect();
        let spec = KeySpec {
            key_type: KeyType::EcP256,
            subject: vec![("CN".to_owned(), format!("stand-in for {name}"))],
            not_before: now,
            days: 365,
        };
        let known = self.keys.get(of.der()).cloned().zip(self.certificates.get(&of.fingerprint()).cloned());
        let (key, made) = match known {
            Some(known) => known,
            None => generate::generate(&spec).map_err(|_| ImitationError::Certificate)?,
        };
        self.keys.insert(of.der().to_vec(), key.clone());
        self.certificates.insert(of.fingerprint(), made.clone());
        Ok(KeyPair::checked(key, vec![made]))
    }

    /// Takes note of the issuers in a chain, so that what they signed can be signed again, in
    /// whichever order it is asked for.
    ///
    /// # Errors
    /// When an issuer has no likeness.
    pub fn acquaint(&mut self, chain: &[Certificate]) -> Result<(), ImitationError> {
        for (number, certificate) in chain.iter().enumerate() {
            if number > 0 || is_authority(certificate)? {
                let kind = certificate.key_type().unwrap_or(KeyType::EcP256);
                let key = remembered(&mut self.keys, public(certificate)?, kind)?;
                let name = x509(certificate)?.subject_name().to_der()?;
                self.issuers.entry(name).or_insert(key);
            }
        }
        Ok(())
    }

    /// The certificate that stands for another one: of a key that a fresh one stands for. `None` for
    /// a stranger's.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn counterpart(&mut self, of: &Certificate) -> Result<Option<Certificate>, ImitationError> {
        if let Some(known) = self.certificates.get(&of.fingerprint()) {
            return Ok(Some(known.clone()));
        }
        if of.text().is_some() {
            return Ok(None);
        }
        match (self.keys.contains_key(&public(of)?), of.key_type()) {
            (true, Some(kind)) => self.certificate(of, kind, false).map(Some),
            _ => Ok(None),
        }
    }

    fn certificate(
        &mut self,
        of: &Certificate,
        kind: KeyType,
        authority: bool,
    ) -> Result<Certificate, ImitationError> {
        let key = remembered(&mut self.keys, public(of)?, kind)?;
        let (subject, issuer) = (x509(of)?.subject_name(), x509(of)?.issuer_name());
        let authority = authority || is_authority(of)?;
        if let Some(made) = self.certificates.get(&of.fingerprint()) {
            return Ok(made.clone());
        }
        let signer = if subject.to_der()? == issuer.to_der()? {
            key.clone()
        } else {
            // Whoever issued it is known by its name, or made up: no private key of it is at hand.
            remembered(&mut self.issuers, issuer.to_der()?, kind)?
        };
        let x509 = self.signed(of, (&key, subject), (&signer, issuer), authority)?;
        let made = Certificate::from_x509(x509).map_err(|_| ImitationError::Certificate)?;
        self.certificates.insert(of.fingerprint(), made.clone());
        Ok(made)
    }

    fn signed(
        &self,
        of: &Certificate,
        (key, subject): (&PKey<Private>, &X509NameRef),
        (signer, issuer): (&PKey<Private>, &X509NameRef),
        authority: bool,
    ) -> Result<X509, ErrorStack> {
        let mut x509 = generate::begun()?;
        x509.set_subject_name(subject)?;
        x509.set_issuer_name(issuer)?;
        let moved = |at: jiff::Timestamp| at.checked_add(self.shift).unwrap_or(at).as_second();
        x509.set_not_before(&*Asn1Time::from_unix(moved(of.not_before()))?)?;
        x509.set_not_after(&*Asn1Time::from_unix(moved(of.not_after()))?)?;
        x509.set_pubkey(key)?;
        let (mut constraints, mut usage) = (BasicConstraints::new(), KeyUsage::new());
        constraints.critical();
        usage.critical();
        if authority {
            constraints.ca();
            usage.key_cert_sign().crl_sign();
        } else {
            usage.digital_signature();
        }
        x509.append_extension(constraints.build()?)?;
        x509.append_extension(usage.build()?)?;
        let identifier = SubjectKeyIdentifier::new().build(&x509.x509v3_context(None, None))?;
        x509.append_extension(identifier)?;
        x509.sign(signer, generate::digest(signer))?;
        Ok(x509.build())
    }
}

/// Whether a certificate says that its key signs others (RFC 5280, 4.2.1.9).
fn is_authority(certificate: &Certificate) -> Result<bool, ErrorStack> {
    let text = certificate.x509().map(|own| own.to_text()).transpose()?;
    Ok(text.is_some_and(|text| String::from_utf8_lossy(&text).contains("CA:TRUE")))
}

/// OpenSSL's view of a certificate that is one.
fn x509(certificate: &Certificate) -> Result<&X509, ImitationError> {
    certificate.x509().ok_or(ImitationError::KeyType)
}

/// The public half of a certificate's key (SubjectPublicKeyInfo), as DER.
fn public(certificate: &Certificate) -> Result<Vec<u8>, ImitationError> {
    let key = certificate.public_key().map_err(|_| ImitationError::KeyType)?;
    Ok(key.public_key_to_der()?)
}

/// The fresh key that stands for something, made when it is asked for first.
fn remembered(
    keys: &mut BTreeMap<Vec<u8>, PKey<Private>>,
    of: Vec<u8>,
    kind: KeyType,
) -> Result<PKey<Private>, ErrorStack> {
    if let Some(key) = keys.get(&of) {
        return Ok(key.clone());
    }
    let kind = match kind {
        KeyType::Rsa(bits) => KeyType::Rsa(bits.max(LEAST_RSA)),
        other => other,
    };
    let key = generate::private_key(kind)?;
    keys.insert(of, key.clone());
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn original(name: &str) -> (PKey<Private>, Certificate) {
        let spec = KeySpec {
            key_type: KeyType::EcP256,
            subject: vec![("CN".to_owned(), name.to_owned()), ("O".to_owned(), "Example".to_owned())],
            not_before: "2026-11-01T00:00:00Z".parse().unwrap(),
            days: 30,
        };
        generate::generate(&spec).unwrap()
    }

    #[test]
    fn a_likeness_has_everything_but_the_key() {
        let (key, own) = original("orders");
        let mut imitator = Imitator::new(SignedDuration::from_hours(-48));
        let pair = imitator.pair(std::slice::from_ref(&own)).unwrap();
        let [made] = pair.chain() else { panic!("{pair:?}") };
        assert_eq!((made.subject(), made.key_type()), (own.subject(), own.key_type()));
        assert_eq!(made.not_before().to_string(), "2026-10-30T00:00:00Z");
        assert_eq!(
            made.not_after().duration_since(made.not_before()),
            own.not_after().duration_since(own.not_before())
        );
        assert!(!made.public_key().unwrap().public_eq(&key) && !made.x509().unwrap().verify(&key).unwrap());
        assert!(made.x509().unwrap().verify(pair.key()).unwrap());
        // One likeness for one certificate, and none for a stranger's.
        assert_eq!(imitator.counterpart(&own).unwrap().as_ref(), Some(made));
        assert_eq!(imitator.counterpart(&original("stranger").1).unwrap(), None);
    }

    /// A certificate of a key, issued by another one.
    fn issued(name: &str, by: (&PKey<Private>, &Certificate)) -> Certificate {
        let (key, own) = original(name);
        let subject = own.x509().unwrap().subject_name();
        let signer = (by.0, by.1.x509().unwrap().subject_name());
        let maker = Imitator::new(SignedDuration::ZERO);
        Certificate::from_x509(maker.signed(&own, (&key, subject), signer, false).unwrap()).unwrap()
    }

    #[test]
    fn issuers_are_made_anew_in_whichever_order_they_come() {
        let (key, root) = original("root");
        let [one, other] = ["one", "other"].map(|name| issued(name, (&key, &root)));
        for alone_first in [true, false] {
            let mut imitator = Imitator::new(SignedDuration::ZERO);
            let chains = [vec![one.clone()], vec![other.clone(), root.clone()]];
            chains.iter().for_each(|chain| imitator.acquaint(chain).unwrap());
            let mut pairs: Vec<KeyPair> = Vec::new();
            let order = if alone_first { [0, 1] } else { [1, 0] };
            order.iter().for_each(|n| pairs.push(imitator.pair(&chains[*n]).unwrap()));
            let fresh = imitator.counterpart(&root).unwrap().unwrap();
            assert_ne!(public(&fresh).unwrap(), public(&root).unwrap());
            let signer = fresh.public_key().unwrap();
            for pair in &pairs {
                assert!(pair.chain()[0].x509().unwrap().verify(&signer).unwrap());
                assert!(!pair.chain()[0].x509().unwrap().verify(&key).unwrap());
            }
        }
    }
}
