//! Signature values: made and verified (XML Signature 1.1, 6.4; RFC 6931, 2.3).

use openssl::{
    bn::BigNum,
    ecdsa::EcdsaSig,
    error::ErrorStack,
    hash::{DigestBytes, hash},
    md::{Md, MdRef},
    pkey::{HasPublic, PKeyRef, Private, Public},
    pkey_ctx::PkeyCtx,
    rsa::Padding,
    sign::RsaPssSaltlen,
};

use super::{Algorithm, Digest};
use crate::world::material::{KeyType, key_type};

/// A key pair, ready to sign with one algorithm: what OpenSSL looks up for that, it looks up once.
pub(super) struct SignatureMaker {
    algorithm: Algorithm,
    signing: PkeyCtx<Private>,
    verifying: PkeyCtx<Public>,
    coordinate_width: Option<u8>,
    /// Whether a signature of this pair was verified.
    proved: bool,
}

impl SignatureMaker {
    pub(super) fn new(
        private: &PKeyRef<Private>,
        public: &PKeyRef<Public>,
        algorithm: Algorithm,
    ) -> Result<Self, ErrorStack> {
        let (mut signing, mut verifying) = (PkeyCtx::new(private)?, PkeyCtx::new(public)?);
        signing.sign_init()?;
        configure(&mut signing, algorithm)?;
        verifying.verify_init()?;
        configure(&mut verifying, algorithm)?;
        let coordinate_width = coordinate_width(public);
        Ok(Self { algorithm, signing, verifying, coordinate_width, proved: false })
    }

    pub(super) const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The signature value over some bytes; `None` when the public key does not verify it.
    ///
    /// Of RSA the first one is verified. It shows that the numbers of the private key belong together and
    /// to the public one; from then on OpenSSL's own check of each result is enough: it raises what it
    /// computed from the primes to the public exponent, and computes anew where the two differ
    /// (`rsa_ossl_mod_exp`). Of ECDSA, where it has no such check, each is verified.
    pub(super) fn make(&mut self, bytes: &[u8]) -> Result<Option<Vec<u8>>, ErrorStack> {
        let digest = digest(self.algorithm, bytes)?;
        let mut value = Vec::new();
        self.signing.sign_to_vec(&digest, &mut value)?;
        if let Some(width) = self.coordinate_width {
            value = raw(&value, width)?;
        }
        if self.coordinate_width.is_some() || !self.proved {
            self.proved = holds(&mut self.verifying, self.coordinate_width, &digest, &value).unwrap_or(false);
        }
        Ok(self.proved.then_some(value))
    }
}

/// Whether a signature value over some bytes was made with the private half of a key.
pub(super) fn verifies(key: &PKeyRef<Public>, algorithm: Algorithm, bytes: &[u8], value: &[u8]) -> bool {
    let attempt = || -> Result<bool, ErrorStack> {
        let mut context = PkeyCtx::new(key)?;
        context.verify_init()?;
        configure(&mut context, algorithm)?;
        holds(&mut context, coordinate_width(key), &digest(algorithm, bytes)?, value)
    };
    attempt().unwrap_or(false)
}

fn configure<T>(context: &mut PkeyCtx<T>, algorithm: Algorithm) -> Result<(), ErrorStack> {
    let digest = message_digest(algorithm.digest());
    context.set_signature_md(digest)?;
    if algorithm.is_pss() {
        context.set_rsa_padding(Padding::PKCS1_PSS)?;
        context.set_rsa_mgf1_md(digest)?;
        context.set_rsa_pss_saltlen(RsaPssSaltlen::DIGEST_LENGTH)?;
    }
    Ok(())
}

fn holds<T: HasPublic>(
    context: &mut PkeyCtx<T>,
    width: Option<u8>,
    digest: &[u8],
    value: &[u8],
) -> Result<bool, ErrorStack> {
    let Some(width) = width else { return context.verify(digest, value) };
    let Some((r, s)) = value.split_at_checked(usize::from(width)).filter(|(r, s)| r.len() == s.len()) else {
        return Ok(false);
    };
    let pair = EcdsaSig::from_private_components(BigNum::from_slice(r)?, BigNum::from_slice(s)?)?;
    context.verify(digest, &pair.to_der()?)
}

/// The two numbers of an ECDSA signature one behind the other (RFC 6931, 2.3.6).
fn raw(der: &[u8], width: u8) -> Result<Vec<u8>, ErrorStack> {
    let pair = EcdsaSig::from_der(der)?;
    let mut raw = pair.r().to_vec_padded(i32::from(width))?;
    raw.extend(pair.s().to_vec_padded(i32::from(width))?);
    Ok(raw)
}

fn digest(algorithm: Algorithm, bytes: &[u8]) -> Result<DigestBytes, ErrorStack> {
    hash(algorithm.digest().message_digest(), bytes)
}

fn message_digest(digest: Digest) -> &'static MdRef {
    match digest {
        Digest::Sha256 => Md::sha256(),
        Digest::Sha384 => Md::sha384(),
        Digest::Sha512 => Md::sha512(),
    }
}

/// The bytes of one coordinate of an elliptic curve; `None` for RSA.
fn coordinate_width<T: HasPublic>(key: &PKeyRef<T>) -> Option<u8> {
    match key_type(key)? {
        KeyType::EcP256 => Some(32),
        KeyType::EcP384 => Some(48),
        KeyType::EcP521 => Some(66),
        KeyType::Rsa(_) | KeyType::Ed25519 | KeyType::Opaque => None,
    }
}

#[cfg(test)]
mod tests {
    use openssl::{
        pkey::PKey,
        rsa::{Rsa, RsaPrivateKeyBuilder},
    };

    use super::*;

    /// An RSA pair whose numbers were changed: those for the primes, and perhaps the exponent itself.
    fn damaged(exponent_too: bool) -> (PKey<Private>, PKey<Public>) {
        let whole = Rsa::generate(2048).unwrap();
        let changed = |number: Option<&openssl::bn::BigNumRef>| {
            let mut number = number.unwrap().to_owned().unwrap();
            number.sub_word(2).unwrap();
            number
        };
        let own = |number: Option<&openssl::bn::BigNumRef>| number.unwrap().to_owned().unwrap();
        let d = if exponent_too { changed(Some(whole.d())) } else { own(Some(whole.d())) };
        let key = RsaPrivateKeyBuilder::new(own(Some(whole.n())), own(Some(whole.e())), d).unwrap();
        let key = key.set_factors(own(whole.p()), own(whole.q())).unwrap();
        let key =
            key.set_crt_params(changed(whole.dmp1()), changed(whole.dmq1()), own(whole.iqmp())).unwrap();
        let public =
            Rsa::from_public_components(own(Some(whole.n())), own(Some(whole.e()))).and_then(PKey::from_rsa);
        (PKey::from_rsa(key.build()).unwrap(), public.unwrap())
    }

    #[test]
    fn a_damaged_private_key_gives_no_signature() {
        for algorithm in [Algorithm::RsaSha256, Algorithm::RsaPssSha256] {
            let (private, public) = damaged(true);
            let mut maker = SignatureMaker::new(&private, &public, algorithm).unwrap();
            for _ in 0..3 {
                assert_eq!(maker.make(b"some bytes").unwrap(), None, "{algorithm:?}");
            }
        }
    }

    /// What is not verified here any more is right because OpenSSL checks what the primes gave.
    #[test]
    fn where_only_the_numbers_of_the_primes_are_damaged_every_signature_verifies() {
        let (private, public) = damaged(false);
        let algorithm = Algorithm::RsaSha256;
        let mut maker = SignatureMaker::new(&private, &public, algorithm).unwrap();
        for round in 0_u8..8 {
            let value = maker.make(&[round; 40]).unwrap().unwrap();
            assert!(verifies(&public, algorithm, &[round; 40], &value), "{round}");
        }
    }
}
