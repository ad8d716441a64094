//! A certificate as an authority would issue it, by one that is thrown away: for a dry run, in which
//! nobody answers.

use jiff::Timestamp;
use openssl::{
    asn1::Asn1Time,
    error::ErrorStack,
    pkey::{PKey, Private},
    x509::{X509, X509Ref},
};

use super::generate::{begun, crypto, digest, generate};
use crate::{
    backend::keystore::{KeySpec, KeystoreError},
    world::material::{Certificate, KeyType},
};

/// A certificate for the key and with the subject of another one, and that of its issuer.
///
/// # Errors
/// [`KeystoreError::Crypto`] when it cannot be made, as for what is no certificate.
pub(crate) fn issued(like: &Certificate, now: Timestamp) -> Result<Vec<Certificate>, KeystoreError> {
    let doing = "cannot imagine what is issued";
    let subject = vec![("CN".to_owned(), "thrown away".to_owned())];
    let (key, authority) =
        generate(&KeySpec { key_type: KeyType::EcP256, subject, not_before: now, days: 1 })?;
    let (Some(own), Some(issuer)) = (like.x509(), authority.x509()) else {
        let cause = "what it is for is no certificate".to_owned();
        return Err(KeystoreError::Crypto { doing, cause });
    };
    let made = signed(own, (issuer, &key), now).map_err(crypto(doing))?;
    let made = Certificate::from_x509(made)
        .map_err(|error| KeystoreError::Crypto { doing, cause: error.to_string() })?;
    Ok(vec![made, authority])
}

fn signed(
    own: &X509Ref,
    (issuer, key): (&X509Ref, &PKey<Private>),
    now: Timestamp,
) -> Result<X509, ErrorStack> {
    let mut x509 = begun()?;
    x509.set_subject_name(own.subject_name())?;
    x509.set_issuer_name(issuer.subject_name())?;
    x509.set_not_before(&*Asn1Time::from_unix(now.as_second())?)?;
    x509.set_not_after(own.not_after())?;
    x509.set_pubkey(&*own.public_key()?)?;
    x509.sign(key, digest(key))?;
    Ok(x509.build())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::key_pair::{chain, own, sample::pair};

    #[test]
    fn it_is_for_the_key_and_has_an_issuer() {
        let (key, made) = pair("own");
        let all = issued(&made, Timestamp::now()).unwrap();
        let found = own(&key, &all).unwrap();
        assert_eq!(found.subject(), made.subject());
        assert_ne!(found.fingerprint(), made.fingerprint());
        assert_eq!(chain::ordered(found, &all), all);
    }
}
