//! Names, checked at birth: whoever holds one need not look at it again.

use std::{borrow::Cow, fmt};

use serde::{Deserialize, Serialize};

use crate::source::is_hostile;

/// The longest alias that a keystore may hold, in characters.
pub const ALIAS_LIMIT: usize = 250;

/// Why a text is no alias.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AliasError {
    /// Nothing was written.
    #[error("an alias has at least one character")]
    Empty,
    /// More than [`ALIAS_LIMIT`] characters.
    #[error("an alias has at most {ALIAS_LIMIT} characters, this one has {0}")]
    TooLong(usize),
    /// A control or direction character.
    #[error("an alias holds no control or direction characters, this one holds U+{0:04X}")]
    Hostile(u32),
}

/// The name of an entry in a keystore, kept as written. Two aliases are the same entry when they
/// are equal without case, as Java compares them.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Alias(String);

impl Alias {
    /// Takes a text as an alias.
    ///
    /// # Errors
    /// When it is empty, longer than [`ALIAS_LIMIT`] or holds control or direction characters.
    pub fn new(text: impl Into<String>) -> Result<Self, AliasError> {
        let text = text.into();
        let length = text.chars().count();
        if length == 0 {
            return Err(AliasError::Empty);
        }
        if length > ALIAS_LIMIT {
            return Err(AliasError::TooLong(length));
        }
        if let Some(c) = text.chars().find(|c| is_hostile(*c) || matches!(c, '\n' | '\r' | '\t')) {
            return Err(AliasError::Hostile(u32::from(c)));
        }
        Ok(Self(text))
    }

    /// The alias as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether both name the same entry: equal without case.
    #[must_use]
    pub fn same_entry(&self, other: &Self) -> bool {
        self.is_spelt(&other.0)
    }

    /// Whether a text is this alias, in upper or lower case.
    #[must_use]
    pub fn is_spelt(&self, text: &str) -> bool {
        if self.0.is_ascii() && text.is_ascii() {
            return self.0.eq_ignore_ascii_case(text);
        }
        folded(&self.0) == folded(text)
    }

    /// The form that is compared: lower case.
    #[must_use]
    pub fn folded(&self) -> String {
        self.0.to_lowercase()
    }
}

/// A text in the form in which aliases are compared: lower case.
pub(crate) fn folded(text: &str) -> Cow<'_, str> {
    let is_folded = text.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase());
    if is_folded { Cow::Borrowed(text) } else { Cow::Owned(text.to_lowercase()) }
}

impl fmt::Display for Alias {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Alias {
    type Error = AliasError;
    fn try_from(text: String) -> Result<Self, AliasError> {
        Self::new(text)
    }
}

impl From<Alias> for String {
    fn from(alias: Alias) -> Self {
        alias.0
    }
}

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        ///
        /// Begins with a letter, goes on with letters, digits, `_` and `-` (ASCII); the grammar
        /// lets nothing else through.
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Takes a text as a name, if it is one.
            pub fn new(text: impl Into<String>) -> Option<Self> {
                let text = text.into();
                is_name(&text).then_some(Self(text))
            }

            /// The name as written.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

names! {
    /// What a plan calls a flow.
    FlowName;
    /// What a plan calls a key.
    KeyName;
    /// What a plan calls a keystore.
    KeystoreName;
    /// What a plan calls itself.
    PlanName;
    /// What a plan calls a receiver.
    ReceiverName;
    /// What a plan calls a role.
    RoleName;
    /// What a plan calls a step.
    StepName;
    /// What a plan calls a window.
    WindowName;
}

/// Whether a text begins with a letter and goes on with letters, digits, `_` and `-`.
#[must_use]
pub fn is_name(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(|c| c.is_ascii_alphabetic())
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aliases_are_compared_as_java_does() {
        let (a, b) = (Alias::new("Orders-Signer").unwrap(), Alias::new("orders-signer").unwrap());
        assert!(a.same_entry(&b) && a != b);
    }

    #[test]
    fn a_hostile_or_endless_alias_is_refused() {
        assert_eq!(Alias::new(""), Err(AliasError::Empty));
        assert_eq!(Alias::new("a\u{202e}"), Err(AliasError::Hostile(0x202e)));
        assert_eq!(Alias::new("a".repeat(251)), Err(AliasError::TooLong(251)));
    }

    #[test]
    fn names_begin_with_a_letter() {
        assert!(StepName::new("create_key").is_some());
        assert!(StepName::new("1st").is_none());
        assert!(StepName::new("").is_none());
    }
}
