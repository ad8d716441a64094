//! What a signature says of its key.

use std::{fmt, str::FromStr};

use super::choice::{UnknownChoice, choices};

/// One thing that a `ds:KeyInfo` may say (XML Signature 1.1, 4.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum KeyInfoPart {
    /// The public key itself: `ds:KeyValue`.
    KeyValue,
    /// Issuer and serial number of the certificate: `ds:X509IssuerSerial`.
    IssuerSerial,
    /// The subject key identifier of the certificate: `ds:X509SKI`.
    SubjectKeyIdentifier,
    /// The subject of the certificate: `ds:X509SubjectName`.
    Subject,
    /// The certificate of the key: `ds:X509Certificate`.
    Certificate,
    /// The certificate of the key and those above it.
    Chain,
}

choices!(
    KeyInfoPart,
    "key information",
    6,
    KeyValue = "key-value",
    IssuerSerial = "issuer-serial",
    SubjectKeyIdentifier = "ski",
    Subject = "subject",
    Certificate = "certificate",
    Chain = "chain",
);

/// What is written into a `ds:KeyInfo`: any of the parts, or nothing.
///
/// As a text: the parts, parted by commas, or `none`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct KeyInfo(Vec<KeyInfoPart>);

impl KeyInfo {
    /// No `ds:KeyInfo` at all.
    pub const NONE: Self = Self(Vec::new());

    /// These parts, each once, in the order in which they are written.
    #[must_use]
    pub fn of(parts: &[KeyInfoPart]) -> Self {
        let mut parts = parts.to_vec();
        parts.sort_unstable();
        parts.dedup();
        // The chain begins with the certificate.
        if parts.contains(&KeyInfoPart::Chain) {
            parts.retain(|part| *part != KeyInfoPart::Certificate);
        }
        Self(parts)
    }

    /// The parts, in the order in which they are written.
    #[must_use]
    pub fn parts(&self) -> &[KeyInfoPart] {
        &self.0
    }
}

impl Default for KeyInfo {
    fn default() -> Self {
        Self(vec![KeyInfoPart::Certificate])
    }
}

impl fmt::Display for KeyInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.0.iter().map(|part| part.name()).collect();
        f.write_str(if names.is_empty() { "none".to_owned() } else { names.join(",") }.as_str())
    }
}

impl FromStr for KeyInfo {
    type Err = UnknownChoice;

    fn from_str(text: &str) -> Result<Self, UnknownChoice> {
        if text == "none" {
            return Ok(Self::NONE);
        }
        let known = || KeyInfoPart::ALL.into_iter().map(KeyInfoPart::name).chain(["none"]);
        let parts: Result<Vec<KeyInfoPart>, _> = text.split(',').map(|part| part.trim().parse()).collect();
        parts
            .map(|parts| Self::of(&parts))
            .map_err(|unknown: UnknownChoice| UnknownChoice { known: known().collect(), ..unknown })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_a_set_with_one_order() {
        let read = |text: &str| text.parse::<KeyInfo>().map(|info| info.to_string());
        assert_eq!(read("certificate").unwrap(), KeyInfo::default().to_string());
        assert_eq!(read("certificate, key-value,certificate").unwrap(), "key-value,certificate");
        assert_eq!(read("chain,certificate").unwrap(), "chain");
        assert_eq!(read("none").unwrap(), "none");
        for text in ["", "none,ski", "Certificate", "ski,,"] {
            assert!(read(text).is_err(), "{text}");
        }
        assert_eq!(
            read("\u{1b}x").unwrap_err().to_string(),
            "`\\u{1b}x` is no key information: key-value, issuer-serial, ski, subject, certificate, chain, none"
        );
    }
}
