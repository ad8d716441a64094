//! A password in the encodings that the key derivations want.

use zeroize::Zeroizing;

/// A store's password. An empty one exists twice: as an empty text, and as none at all, which the
/// derivation of PKCS#12 tells apart; openssl writes and tries both.
#[derive(Clone, Copy)]
pub(super) struct Password<'a> {
    text: &'a str,
    is_none: bool,
}

impl<'a> Password<'a> {
    /// This text. With `is_none`, an empty one stands for none at all.
    pub(super) const fn new(text: &'a str, is_none: bool) -> Self {
        Self { text, is_none: is_none && text.is_empty() }
    }

    /// As PBES1, PBES2 and PBMAC1 take it, where keytool and openssl agree.
    pub(super) const fn utf8(self) -> &'a [u8] {
        self.text.as_bytes()
    }

    /// As the derivation of PKCS#12 takes it: UTF-16, big end first, and a terminating zero (RFC
    /// 7292 appendix B.1). Nothing for none at all.
    pub(super) fn bmp(self) -> Zeroizing<Vec<u8>> {
        let mut out = Zeroizing::new(Vec::with_capacity(self.text.len() * 2 + 2));
        if !self.is_none {
            out.extend(self.text.encode_utf16().chain([0]).flat_map(u16::to_be_bytes));
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_utf_16_with_an_end_or_nothing() {
        let bmp = |text: &str, is_none: bool| Password::new(text, is_none).bmp().to_vec();
        assert_eq!(bmp("ä🔑", false), [0, 0xE4, 0xD8, 0x3D, 0xDD, 0x11, 0, 0]);
        assert_eq!(bmp("", false), [0, 0]);
        assert!(bmp("", true).is_empty());
        assert_eq!(bmp("a", true), [0, 0x61, 0, 0], "only an empty one can be none");
    }
}
