//! The signature of a webhook, as Standard Webhooks has it (standard-webhooks.md, version 1.0.0, "Signature
//! scheme"): HMAC-SHA256 over id, time and body, under a secret that both sides know.

use openssl::{base64, hash::MessageDigest, pkey::PKey, sign::Signer};
use zeroize::Zeroizing;

use super::fault::Undelivered;

/// What a secret begins with where it says what it is.
const MARK: &str = "whsec_";

/// A secret of webhooks: 24 to 64 bytes.
pub struct HookSecret(Zeroizing<Vec<u8>>);

impl std::fmt::Debug for HookSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("HookSecret")
    }
}

impl HookSecret {
    /// Reads one: Base64, with `whsec_` before it or without.
    ///
    /// # Errors
    /// When it is none. It is not repeated.
    pub fn read(text: &str) -> Result<Self, Undelivered> {
        let why = "the secret is not 24 to 64 bytes in Base64, as `openssl rand -base64 32` makes it";
        let none = || Undelivered::Secret(why.to_owned());
        let text = text.trim();
        let bytes = base64::decode_block(text.strip_prefix(MARK).unwrap_or(text)).map_err(|_| none())?;
        let bytes = Zeroizing::new(bytes);
        if (24..=64).contains(&bytes.len()) { Ok(Self(bytes)) } else { Err(none()) }
    }

    /// The value of the header `webhook-signature`.
    ///
    /// # Errors
    /// When OpenSSL fails.
    pub fn signature(&self, id: &str, second: i64, body: &[u8]) -> Result<String, Undelivered> {
        let fail = |_: openssl::error::ErrorStack| Undelivered::Unusable("OpenSSL cannot sign it".to_owned());
        let key = PKey::hmac(&self.0).map_err(fail)?;
        let mut signer = Signer::new(MessageDigest::sha256(), &key).map_err(fail)?;
        signer.update(format!("{id}.{second}.").as_bytes()).map_err(fail)?;
        signer.update(body).map_err(fail)?;
        Ok(format!("v1,{}", base64::encode_block(&signer.sign_to_vec().map_err(fail)?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification's own libraries (`test_sign_function`, standardwebhooks for Python).
    #[test]
    fn a_known_answer() {
        let secret = HookSecret::read("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let body = br#"{"test": 2432232314}"#;
        let signature = secret.signature("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, body).unwrap();
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn a_secret_that_is_none_is_not_repeated() {
        for text in ["hunter2-canary", "", "whsec_", "c2hvcnQ=", &"QUFB".repeat(40)] {
            let error = HookSecret::read(text).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("canary"), "{text}");
        }
        assert_eq!(format!("{:?}", HookSecret::read(&"QUFB".repeat(10)).unwrap()), "HookSecret");
    }
}
