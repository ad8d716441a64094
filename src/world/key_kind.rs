//! What kind of pair a key is, whether keyroll handles it or not.

use std::fmt;

use openssl::pkey::Id;

use super::material::{Certificate, KeyType, key_type};

/// The sizes of an RSA or DSA modulus that can be said, in bits.
const MODULUS: std::ops::RangeInclusive<u32> = 512..=16_384;

/// The curves that are known by name and that nothing is made on: the name, and the bits of its field.
const OTHER_CURVES: [(&str, u32); 2] = [("ec-p192", 192), ("ec-p224", 224)];

/// What kind of pair a key is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyKind {
    /// One that keyroll handles.
    Handled(KeyType),
    /// RSA with a modulus of so many bits, bound to RSASSA-PSS (RFC 4055, section 1.2): such a key signs in that way
    /// alone.
    Pss(u32),
    /// DSA with a modulus of so many bits.
    Dsa(u32),
    /// On another elliptic curve, over a field of so many bits.
    Curve(u32),
}

impl KeyKind {
    /// The kind that a word stands for, as a plan and a site write it: `rsa-2048`, `ec-p256`, `ed25519`,
    /// `rsa-pss-2048`, `dsa-1024`; `opaque` for a credential that is no key pair.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        let made = KeyType::ALL.into_iter().chain([KeyType::Opaque]);
        if let Some(known) = made.into_iter().find(|known| known.to_string() == word) {
            return Some(Self::Handled(known));
        }
        if let Some((_, bits)) = OTHER_CURVES.into_iter().find(|(name, _)| *name == word) {
            return Some(Self::Curve(bits));
        }
        let (family, bits) = word.rsplit_once('-')?;
        // One way to write a number.
        let bits = bits.parse().ok().filter(|n: &u32| MODULUS.contains(n) && n.to_string() == bits)?;
        match family {
            "rsa" => Some(Self::Handled(KeyType::Rsa(bits))),
            "rsa-pss" => Some(Self::Pss(bits)),
            "dsa" => Some(Self::Dsa(bits)),
            _ => None,
        }
    }

    /// Words that stand for a kind, those first that are made here.
    pub fn words() -> impl Iterator<Item = String> {
        let made = KeyType::ALL.into_iter().chain([KeyType::Opaque]).map(|kind| kind.to_string());
        let others = OTHER_CURVES.into_iter().map(|(name, _)| name.to_owned());
        made.chain(["rsa-1024", "rsa-pss-2048", "dsa-1024", "dsa-2048"].map(str::to_owned)).chain(others)
    }

    /// The kind of the key that a certificate certifies; of a text in its place it is opaque. Nothing of
    /// kinds that have no name here.
    #[must_use]
    pub fn of(certificate: &Certificate) -> Option<Self> {
        if certificate.text().is_some() {
            return Some(Self::Handled(KeyType::Opaque));
        }
        let key = certificate.public_key().ok()?;
        if let Some(known) = key_type(&*key) {
            return Some(Self::Handled(known));
        }
        match key.id() {
            Id::RSA_PSS => Some(Self::Pss(key.bits())),
            Id::DSA => Some(Self::Dsa(key.bits())),
            Id::EC => Some(Self::Curve(key.ec_key().ok()?.group().degree())),
            _ => None,
        }
    }

    /// The type that keyroll can make and use, if it is one.
    #[must_use]
    pub const fn handled(self) -> Option<KeyType> {
        match self {
            Self::Handled(kind) => Some(kind),
            Self::Pss(_) | Self::Dsa(_) | Self::Curve(_) => None,
        }
    }
}

impl fmt::Display for KeyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Handled(kind) => kind.fmt(f),
            Self::Pss(bits) => write!(f, "rsa-pss-{bits}"),
            Self::Dsa(bits) => write!(f, "dsa-{bits}"),
            Self::Curve(bits) => match OTHER_CURVES.into_iter().find(|(_, known)| known == bits) {
                Some((name, _)) => f.write_str(name),
                None => write!(f, "another elliptic curve of {bits} bits"),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_word_stands_for_the_kind_that_is_told_by_it() {
        for word in KeyKind::words() {
            assert_eq!(KeyKind::named(&word).unwrap().to_string(), word);
        }
        assert_eq!(KeyKind::named("rsa-3072"), Some(KeyKind::Handled(KeyType::Rsa(3072))));
        assert_eq!(KeyKind::named("rsa-16384").unwrap().handled(), Some(KeyType::Rsa(16_384)));
        for none in [
            "",
            "rsa",
            "rsa-",
            "rsa-pss",
            "rsa-pss-",
            "pss-2048",
            "rsa-x-2048",
            "rsa-511",
            "rsa-16385",
            "rsa-02048",
            "rsa-+2048",
            "ec-2048",
            "RSA-2048",
        ] {
            assert_eq!(KeyKind::named(none), None, "{none}");
        }
    }
}
