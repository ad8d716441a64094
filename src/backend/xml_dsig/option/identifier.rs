//! Names that a signature gives: ids and the prefix.

use std::{fmt, str::FromStr};

use crate::backend::xml_dsig::document::is_plain_name;

/// A text that is no name without a colon (`NCName`, Namespaces in XML 1.0, 3).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{given}` is no XML name without a colon")]
pub struct NoPlainName {
    /// What was given, made harmless.
    pub given: String,
}

/// An id or a prefix that is to be written: a name without a colon.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PlainName(String);

impl PlainName {
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for PlainName {
    type Err = NoPlainName;

    fn from_str(text: &str) -> Result<Self, NoPlainName> {
        if is_plain_name(text) {
            Ok(Self(text.to_owned()))
        } else {
            Err(NoPlainName { given: crate::source::shown(text) })
        }
    }
}

/// The prefix of the names in a signature: `ds` unless another is asked for, or none.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Prefix(String);

impl Prefix {
    /// The prefix, empty for none.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Default for Prefix {
    fn default() -> Self {
        Self("ds".to_owned())
    }
}

impl FromStr for Prefix {
    type Err = NoPlainName;

    /// An empty text asks for no prefix. What begins with `xml` is reserved.
    fn from_str(text: &str) -> Result<Self, NoPlainName> {
        let reserved = text.get(..3).is_some_and(|first| first.eq_ignore_ascii_case("xml"));
        if text.is_empty() || (is_plain_name(text) && !reserved) {
            Ok(Self(text.to_owned()))
        } else {
            Err(NoPlainName { given: crate::source::shown(text) })
        }
    }
}
