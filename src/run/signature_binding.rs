//! How the messages of a flow are signed, as a site says it.

use std::fmt::Display;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{
    backend::xml_dsig::{
        Algorithm, Canonicalization, Digest, KeyInfo, Prefix, Shape, SignatureProfile, XmlVerifier,
    },
    plan::Plan,
    world::id::AcceptorId,
};

/// The options of a signature; what is not said is as [`SignatureProfile`] has it by default.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignatureBinding {
    /// `enveloped` or `enveloping`.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    shape: Option<Word<Shape>>,
    /// Such as `rsa-pss-sha256`; it must fit every key of the flow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    algorithm: Option<Word<Algorithm>>,
    /// Such as `sha512`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    digest: Option<Word<Digest>>,
    /// Such as `inclusive`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    c14n: Option<Word<Canonicalization>>,
    /// Such as `certificate,issuer-serial`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    key_info: Option<Word<KeyInfo>>,
    /// The prefix of the signature's elements.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    prefix: Option<Word<Prefix>>,
}

/// A value that is written as a word.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(
    try_from = "String",
    into = "String",
    bound = "T: FromStr + Display + Clone, <T as FromStr>::Err: Display"
)]
struct Word<T>(T);

impl<T: FromStr> TryFrom<String> for Word<T> {
    type Error = T::Err;
    fn try_from(text: String) -> Result<Self, T::Err> {
        text.parse().map(Self)
    }
}

impl<T: Display> From<Word<T>> for String {
    fn from(word: Word<T>) -> Self {
        word.0.to_string()
    }
}

impl SignatureBinding {
    /// What a signature is to be like.
    #[must_use]
    pub fn profile(&self) -> SignatureProfile {
        let usual = SignatureProfile::default();
        SignatureProfile {
            shape: word(&self.shape).unwrap_or(usual.shape),
            algorithm: word(&self.algorithm),
            digest: word(&self.digest),
            canonicalization: word(&self.c14n).unwrap_or(usual.canonicalization),
            key_info: word(&self.key_info).unwrap_or(usual.key_info),
            prefix: word(&self.prefix).unwrap_or(usual.prefix),
            ..SignatureProfile::default()
        }
    }
}

/// What verifies the messages at a receiver: where a flow to it lists two aliases, one signature of two is enough.
#[must_use]
pub fn verifier(plan: &Plan, receiver: AcceptorId) -> XmlVerifier {
    let mut flows = plan.landscape.channels.rows().filter(|flow| flow.acceptor == receiver);
    let verifier = XmlVerifier::default();
    if flows.any(|flow| flow.beside.is_some()) { verifier.of_either() } else { verifier }
}

fn word<T: Clone>(word: &Option<Word<T>>) -> Option<T> {
    word.as_ref().map(|word| word.0.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_are_those_of_the_options() {
        let read = |text: &str| toml::from_str::<SignatureBinding>(text);
        assert_eq!(read("").unwrap().profile(), SignatureProfile::default());
        let text = "type = \"enveloping\"\nalgorithm = \"rsa-pss-sha512\"\ndigest = \"sha384\"\n\
                    c14n = \"inclusive-1.1\"\nkey_info = \"key-value,ski\"\nprefix = \"sig\"\n";
        let binding = read(text).unwrap();
        let profile = binding.profile();
        assert_eq!((profile.shape, profile.algorithm), (Shape::Enveloping, Some(Algorithm::RsaPssSha512)));
        assert_eq!(
            (profile.digest, profile.canonicalization.name()),
            (Some(Digest::Sha384), "inclusive-1.1")
        );
        assert_eq!(
            (profile.key_info.to_string().as_str(), profile.prefix.as_str()),
            ("key-value,ski", "sig")
        );
        assert_eq!(toml::to_string(&binding).unwrap(), text);
        for (text, says) in [
            ("algorithm = \"rsa-sha1\"", "`rsa-sha1` is no signature algorithm: rsa-sha256, "),
            ("c14n = \"c14n\"", "`c14n` is no canonicalization: exclusive, "),
            ("position = \"head\"", "unknown field `position`"),
        ] {
            let error = read(text).unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
        }
    }
}
