//! The ciphers of stores, from AES down to those that only old stores still use.

use std::sync::OnceLock;

use openssl::{
    cipher::{Cipher as Fetched, CipherRef},
    cipher_ctx::{CipherCtx, CipherCtxRef},
    error::ErrorStack,
    lib_ctx::LibCtx,
    provider::Provider,
};
use zeroize::Zeroizing;

/// A cipher in CBC mode, or RC4.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cipher {
    Aes128,
    Aes192,
    Aes256,
    TripleDes,
    TwoKeyTripleDes,
    Des,
    Rc2Of128,
    Rc2Of64,
    Rc2Of40,
    Rc4Of128,
    Rc4Of40,
}

/// How a context is made to encrypt or to decrypt.
type Init = fn(&mut CipherCtxRef, Option<&CipherRef>, Option<&[u8]>, Option<&[u8]>) -> Result<(), ErrorStack>;

/// OpenSSL's provider of what is no longer recommended, in a library context of its own, so that
/// nothing else in the program can come to use it.
struct Legacy {
    context: LibCtx,
    _provider: Provider,
}

fn legacy() -> Option<&'static Legacy> {
    static LEGACY: OnceLock<Option<Legacy>> = OnceLock::new();
    let load = || {
        let context = LibCtx::new().ok()?;
        let provider = Provider::try_load(Some(&context), "legacy", true).ok()?;
        Some(Legacy { context, _provider: provider })
    };
    LEGACY.get_or_init(load).as_ref()
}

impl Cipher {
    pub(super) const fn key_length(self) -> usize {
        match self {
            Self::Aes128 | Self::TwoKeyTripleDes | Self::Rc2Of128 | Self::Rc4Of128 => 16,
            Self::Aes192 | Self::TripleDes => 24,
            Self::Aes256 => 32,
            Self::Des | Self::Rc2Of64 => 8,
            Self::Rc2Of40 | Self::Rc4Of40 => 5,
        }
    }

    /// Bytes of its initialisation vector; zero for RC4, which has none.
    pub(super) const fn iv_length(self) -> usize {
        match self {
            Self::Aes128 | Self::Aes192 | Self::Aes256 => 16,
            Self::Rc4Of128 | Self::Rc4Of40 => 0,
            _ => 8,
        }
    }

    /// What people call it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Aes128 => "AES-128",
            Self::Aes192 => "AES-192",
            Self::Aes256 => "AES-256",
            Self::TripleDes => "three-key Triple DES",
            Self::TwoKeyTripleDes => "two-key Triple DES",
            Self::Des => "DES",
            Self::Rc2Of128 => "128 bit RC2",
            Self::Rc2Of64 => "64 bit RC2",
            Self::Rc2Of40 => "40 bit RC2",
            Self::Rc4Of128 => "128 bit RC4",
            Self::Rc4Of40 => "40 bit RC4",
        }
    }

    /// Whether it is one of those that are written today.
    pub(super) const fn is_strong(self) -> bool {
        matches!(self, Self::Aes128 | Self::Aes192 | Self::Aes256)
    }

    /// Its name within OpenSSL, and whether the legacy provider has it.
    const fn source(self) -> (&'static str, bool) {
        match self {
            Self::Aes128 => ("AES-128-CBC", false),
            Self::Aes192 => ("AES-192-CBC", false),
            Self::Aes256 => ("AES-256-CBC", false),
            Self::TripleDes | Self::TwoKeyTripleDes => ("DES-EDE3-CBC", false),
            Self::Des => ("DES-CBC", true),
            Self::Rc2Of128 => ("RC2-CBC", true),
            Self::Rc2Of64 => ("RC2-64-CBC", true),
            Self::Rc2Of40 => ("RC2-40-CBC", true),
            Self::Rc4Of128 => ("RC4", true),
            Self::Rc4Of40 => ("RC4-40", true),
        }
    }

    fn fetch(self) -> Option<Fetched> {
        let (name, is_legacy) = self.source();
        let context = if is_legacy { Some(&legacy()?.context) } else { None };
        Fetched::fetch(context.map(|context| &**context), name, None).ok()
    }

    /// Whether this build has it.
    pub(super) fn is_there(self) -> bool {
        self.fetch().is_some()
    }

    /// Decrypts; `None` when the padding does not come out.
    pub(super) fn decrypt(self, key: &[u8], iv: &[u8], ciphertext: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        self.apply(key, iv, ciphertext, CipherCtxRef::decrypt_init).ok()
    }

    pub(super) fn encrypt(self, key: &[u8], iv: &[u8], plain: &[u8]) -> Result<Vec<u8>, ErrorStack> {
        // What is encrypted is no secret, and may be large.
        self.apply(key, iv, plain, CipherCtxRef::encrypt_init).map(|mut out| std::mem::take(&mut *out))
    }

    fn apply(
        self,
        key: &[u8],
        iv: &[u8],
        input: &[u8],
        init: Init,
    ) -> Result<Zeroizing<Vec<u8>>, ErrorStack> {
        let cipher = self.fetch().ok_or_else(ErrorStack::get)?;
        let mut context = CipherCtx::new()?;
        let whole = match (self, key.split_at_checked(8)) {
            // K1, K2, K1: there is no cipher of its own for two keys.
            (Self::TwoKeyTripleDes, Some((first, _))) => Zeroizing::new([key, first].concat()),
            _ => Zeroizing::new(key.to_vec()),
        };
        let iv = (self.iv_length() > 0).then_some(iv);
        init(&mut context, Some(&cipher), Some(&whole), iv)?;
        // All at once, so that no half of it is left behind in memory.
        let mut output = Zeroizing::new(Vec::with_capacity(input.len() + 32));
        context.cipher_update_vec(input, &mut output)?;
        context.cipher_final_vec(&mut output)?;
        Ok(output)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_encrypted_comes_back_and_only_with_its_key() {
        for cipher in [
            Cipher::Aes128,
            Cipher::Aes192,
            Cipher::Aes256,
            Cipher::TripleDes,
            Cipher::TwoKeyTripleDes,
            Cipher::Des,
            Cipher::Rc2Of128,
            Cipher::Rc2Of64,
            Cipher::Rc2Of40,
            Cipher::Rc4Of128,
            Cipher::Rc4Of40,
        ] {
            assert!(cipher.is_there(), "{cipher:?}: the built-in OpenSSL has its legacy provider");
            let mut key: Vec<u8> = (1..).take(cipher.key_length()).collect();
            let iv = vec![7; cipher.iv_length()];
            let sealed = cipher.encrypt(&key, &iv, b"plain text of some length").unwrap();
            let opened = cipher.decrypt(&key, &iv, &sealed).unwrap();
            assert_eq!(opened.as_slice(), b"plain text of some length", "{cipher:?}");
            key[0] ^= 0x10;
            let other = cipher.decrypt(&key, &iv, &sealed);
            assert_ne!(other.map(|other| other.to_vec()), Some(opened.to_vec()), "{cipher:?}");
        }
    }
}
