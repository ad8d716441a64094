//! Addresses of mail (RFC 5321, section 4.1.2), checked at birth: none of them holds the end of a line.

use serde::{Deserialize, Serialize};

/// The longest one (RFC 5321, section 4.5.3.1.3, without the brackets).
const LONGEST: usize = 254;

/// An address such as `ops@example.org`, without a name before it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Address(String);

impl Address {
    /// Its text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part behind its `@`.
    #[must_use]
    pub fn domain(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(_, domain)| domain)
    }
}

impl TryFrom<String> for Address {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        let is_one = text.is_ascii()
            && text.len() <= LONGEST
            && !text.contains(['"', '<', '>', ',', ';', ':', '\\'])
            && text.bytes().all(|byte| byte.is_ascii_graphic())
            && text.parse::<lettre::Address>().is_ok();
        let why = "an address of mail is written as `ops@example.org`, in ASCII and without a name before it";
        if is_one { Ok(Self(text)) } else { Err(why.to_owned()) }
    }
}

impl From<Address> for String {
    fn from(address: Address) -> Self {
        address.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_address_holds_what_could_end_a_line_or_begin_another_address() {
        for text in ["ops@example.org", "o.p+s@sub.example.org", "a@[127.0.0.1]", "o'p@example.org"] {
            assert!(Address::try_from(text.to_owned()).is_ok(), "{text}");
        }
        for text in [
            "",
            "ops",
            "ops@",
            "@example.org",
            "ops@example.org\r\nBcc: x@example.org",
            "ops@example.org\nx",
            "a@example.org,b@example.org",
            "Ops <ops@example.org>",
            "<ops@example.org>",
            "\"a b\"@example.org",
            "ops@exämple.org",
            "ops @example.org",
        ] {
            assert!(Address::try_from(text.to_owned()).is_err(), "{text:?}");
        }
        assert!(Address::try_from(format!("{}@example.org", "a".repeat(300))).is_err());
    }
}
