//! Making a key pair with its self-signed certificate.

use openssl::{
    asn1::{Asn1Integer, Asn1Time},
    bn::{BigNum, MsbOption},
    ec::{EcGroup, EcKey},
    error::ErrorStack,
    hash::MessageDigest,
    nid::Nid,
    pkey::{PKey, PKeyRef, Private},
    rsa::Rsa,
    x509::{
        X509, X509Builder, X509Name, X509NameBuilder,
        extension::{BasicConstraints, KeyUsage, SubjectKeyIdentifier},
    },
};

use crate::{
    backend::keystore::{KeySpec, KeystoreError},
    world::material::{Certificate, KeyType, key_type},
};

/// The RSA moduli that are generated, in bits: below is weak, above takes minutes.
const RSA_BITS: std::ops::RangeInclusive<u32> = 2048..=16384;

/// Generates a key pair and a self-signed X.509 v3 certificate (RFC 5280): random serial number,
/// subject key identifier, key usage `digitalSignature`, no certification authority.
///
/// # Errors
/// [`KeystoreError::Crypto`] when the specification cannot be met.
pub(crate) fn generate(spec: &KeySpec) -> Result<(PKey<Private>, Certificate), KeystoreError> {
    if let KeyType::Rsa(bits) = spec.key_type
        && !RSA_BITS.contains(&bits)
    {
        let cause = format!("RSA keys of {bits} bits are not made, only of 2048 to 16384");
        return Err(KeystoreError::Crypto { doing: "cannot generate a key pair", cause });
    }
    if spec.key_type == KeyType::Opaque {
        let cause = "a credential that is no key pair is made by a command".to_owned();
        return Err(KeystoreError::Crypto { doing: "cannot generate a key pair", cause });
    }
    let key = private_key(spec.key_type).map_err(crypto("cannot generate a key pair"))?;
    let name = subject(spec).map_err(crypto("cannot write the subject of the certificate"))?;
    let x509 = self_signed(spec, &key, &name).map_err(crypto("cannot make a self-signed certificate"))?;
    let certificate = Certificate::from_x509(x509).map_err(|error| KeystoreError::Crypto {
        doing: "cannot make a self-signed certificate",
        cause: error.to_string(),
    })?;
    Ok((key, certificate))
}

/// Whether a certificate is the one that a specification asks for: key type and subject.
pub(crate) fn is_made_to(certificate: &Certificate, spec: &KeySpec) -> bool {
    let Some(x509) = certificate.x509() else { return false };
    let written = x509.subject_name().entries().map(|entry| {
        let name = entry.object().nid().short_name().unwrap_or_default().to_owned();
        (name, entry.data().to_string().unwrap_or_default())
    });
    let asked = spec.subject.iter().map(|(name, value)| {
        // A plan may say `commonName` where the certificate says `CN`.
        let nid = openssl::asn1::Asn1Object::from_str(name).map(|object| object.nid());
        let short = nid.ok().and_then(|nid| nid.short_name().ok()).unwrap_or(name);
        (short.to_owned(), value.clone())
    });
    certificate.key_type() == Some(spec.key_type) && written.eq(asked)
}

/// Turns a refusal of OpenSSL into one of a keystore: its reason, without file names and numbers.
pub(crate) fn crypto(doing: &'static str) -> impl Fn(ErrorStack) -> KeystoreError {
    move |stack| KeystoreError::Crypto { doing, cause: reason(&stack) }
}

/// The reason of the first error.
pub(crate) fn reason(stack: &ErrorStack) -> String {
    let reason = stack.errors().first().and_then(|error| error.reason());
    reason.unwrap_or("OpenSSL gives no reason").to_owned()
}

pub(super) fn private_key(key_type: KeyType) -> Result<PKey<Private>, ErrorStack> {
    let curve = match key_type {
        KeyType::Rsa(bits) => return PKey::from_rsa(Rsa::generate(bits)?),
        KeyType::EcP256 => Nid::X9_62_PRIME256V1,
        KeyType::EcP384 => Nid::SECP384R1,
        KeyType::EcP521 => Nid::SECP521R1,
        KeyType::Ed25519 => return PKey::generate_ed25519(),
        // A store that keyroll keeps itself holds key pairs only.
        KeyType::Opaque => return Err(ErrorStack::get()),
    };
    let group = EcGroup::from_curve_name(curve)?;
    PKey::from_ec_key(EcKey::generate(&group)?)
}

fn subject(spec: &KeySpec) -> Result<X509Name, ErrorStack> {
    let mut name = X509NameBuilder::new()?;
    for (field, value) in &spec.subject {
        name.append_entry_by_text(field, value)?;
    }
    Ok(name.build())
}

/// A certificate of version 3 with a random serial number (RFC 5280, 4.1.2.1 and 4.1.2.2).
pub(super) fn begun() -> Result<X509Builder, ErrorStack> {
    let mut x509 = X509::builder()?;
    x509.set_version(2)?;
    let mut serial = BigNum::new()?;
    serial.rand(127, MsbOption::ONE, false)?;
    x509.set_serial_number(&*Asn1Integer::from_bn(&serial)?)?;
    Ok(x509)
}

fn self_signed(spec: &KeySpec, key: &PKey<Private>, name: &X509Name) -> Result<X509, ErrorStack> {
    let mut x509 = begun()?;
    x509.set_subject_name(name)?;
    x509.set_issuer_name(name)?;
    let start = spec.not_before.as_second();
    x509.set_not_before(&*Asn1Time::from_unix(start)?)?;
    x509.set_not_after(&*Asn1Time::from_unix(start.saturating_add(i64::from(spec.days) * 86_400))?)?;
    x509.set_pubkey(key)?;
    x509.append_extension(BasicConstraints::new().critical().build()?)?;
    x509.append_extension(KeyUsage::new().critical().digital_signature().build()?)?;
    let identifier = SubjectKeyIdentifier::new().build(&x509.x509v3_context(None, None))?;
    x509.append_extension(identifier)?;
    x509.sign(key, digest(key))?;
    Ok(x509.build())
}

/// What a key signs certificates and requests over, as keytool chooses it: a digest as strong as the
/// key, and none for Ed25519, which brings its own (RFC 8410).
pub(super) fn digest(key: &PKeyRef<Private>) -> MessageDigest {
    match key_type(key) {
        Some(KeyType::Ed25519) => MessageDigest::null(),
        Some(KeyType::EcP521) => MessageDigest::sha512(),
        Some(KeyType::EcP384) => MessageDigest::sha384(),
        Some(KeyType::Rsa(bits)) if bits > 3_072 => MessageDigest::sha384(),
        Some(KeyType::Rsa(_) | KeyType::EcP256 | KeyType::Opaque) | None => MessageDigest::sha256(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(key_type: KeyType) -> KeySpec {
        let subject = [("CN", "orders"), ("O", "Example"), ("C", "DE")];
        KeySpec {
            key_type,
            subject: subject.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec(),
            not_before: "2026-11-01T00:00:00Z".parse().unwrap(),
            days: 30,
        }
    }

    #[test]
    fn a_pair_is_made_to_its_specification() {
        for key_type in KeyType::ALL {
            let spec = spec(key_type);
            let (key, certificate) = generate(&spec).unwrap();
            assert!(certificate.x509().unwrap().verify(&key).unwrap());
            assert!(certificate.public_key().unwrap().public_eq(&key));
            assert!(is_made_to(&certificate, &spec));
            assert_eq!(certificate.subject(), "CN=orders, O=Example, C=DE");
            assert_eq!(certificate.not_after().to_string(), "2026-12-01T00:00:00Z");
            let text = String::from_utf8(certificate.x509().unwrap().to_text().unwrap()).unwrap();
            for part in ["Digital Signature", "CA:FALSE", "Subject Key Identifier", "Version: 3"] {
                assert!(text.contains(part), "{part} is not in {text}");
            }
            if key_type == KeyType::EcP256 {
                assert_ne!(certificate.fingerprint(), generate(&spec).unwrap().1.fingerprint());
            }
        }
    }

    #[test]
    fn another_key_type_or_subject_is_another_pair() {
        let made = spec(KeyType::EcP256);
        let (_, certificate) = generate(&made).unwrap();
        let mut asked = made.clone();
        asked.key_type = KeyType::EcP384;
        assert!(!is_made_to(&certificate, &asked));
        asked = made.clone();
        asked.subject.swap(0, 1);
        assert!(!is_made_to(&certificate, &asked));
        asked = made;
        asked.subject[0].0 = "commonName".to_owned();
        assert!(is_made_to(&certificate, &asked));
    }

    #[test]
    fn what_cannot_be_made_is_refused() {
        let mut bad = spec(KeyType::EcP256);
        bad.subject[2].1 = "Germany".to_owned();
        assert!(matches!(generate(&bad), Err(KeystoreError::Crypto { .. })));
        assert!(matches!(generate(&spec(KeyType::Rsa(1024))), Err(KeystoreError::Crypto { .. })));
    }
}
