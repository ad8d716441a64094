//! What is wrong with a store, before it is known which file it is.

use std::path::Path;

use openssl::error::ErrorStack;

use crate::backend::{key_pair::reason, keystore::KeystoreError};

/// A fault found while reading or writing a store's bytes.
#[derive(Debug)]
pub(super) enum Flaw {
    Damaged {
        what: String,
        offset: usize,
    },
    Unsupported(String),
    WrongPassword,
    /// The password opens what is encrypted, and the integrity check does not hold.
    Tampered,
    Crypto {
        doing: &'static str,
        cause: String,
    },
}

impl Flaw {
    pub(super) fn damaged(what: impl Into<String>, offset: usize) -> Self {
        Self::Damaged { what: what.into(), offset }
    }

    /// Takes over a refusal of OpenSSL.
    pub(super) fn crypto(doing: &'static str) -> impl Fn(ErrorStack) -> Self {
        move |stack| Self::Crypto { doing, cause: reason(&stack) }
    }

    /// The fault as one of this file.
    pub(super) fn of(self, path: &Path) -> KeystoreError {
        let path = path.to_owned();
        match self {
            Self::Damaged { what, offset } => KeystoreError::Damaged { path, what, offset },
            Self::Unsupported(what) => KeystoreError::Unsupported { path, what },
            Self::WrongPassword => KeystoreError::WrongPassword(path),
            Self::Tampered => KeystoreError::Tampered(path),
            Self::Crypto { doing, cause } => KeystoreError::Crypto { doing, cause },
        }
    }
}
