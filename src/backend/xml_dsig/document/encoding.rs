//! The encodings that documents come in (XML 1.0, 4.3.3 and appendix F).

use std::io::{self, Write};

use super::DocumentFault;

/// An encoding. UTF-16 always has a byte order mark, UTF-8 may have one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8.
    Utf8,
    /// US-ASCII.
    Ascii,
    /// ISO-8859-1, to the letter: the bytes 0x80 to 0x9F are control characters, not those of
    /// windows-1252.
    Latin1,
    /// UTF-16, the less significant byte first.
    Utf16Le,
    /// UTF-16, the more significant byte first.
    Utf16Be,
}

impl Encoding {
    /// Reads the name of an encoding in a declaration, given what the first bytes say. `None` when
    /// the profile does not have it.
    pub(super) fn declared(name: &str, first: Self) -> Option<Self> {
        let is = |known: &str| name.eq_ignore_ascii_case(known);
        match first {
            Self::Utf16Be if is("UTF-16") => Some(Self::Utf16Be),
            _ if is("UTF-16") => Some(Self::Utf16Le),
            _ if is("UTF-8") => Some(Self::Utf8),
            _ if is("US-ASCII") => Some(Self::Ascii),
            _ if is("ISO-8859-1") => Some(Self::Latin1),
            _ => None,
        }
    }

    /// What the first four bytes say. Without a byte order mark the declaration decides, which can
    /// be read as UTF-8 so far.
    pub(super) fn of(first: &[u8]) -> Result<Self, DocumentFault> {
        match first {
            // UTF-32 and EBCDIC.
            [0xFF, 0xFE, 0, 0, ..] | [0, 0, ..] | [b'<', 0, 0, ..] | [0x4C, 0x6F, 0xA7, 0x94, ..] => {
                Err(DocumentFault::Encoding)
            }
            [0xFF, 0xFE, ..] => Ok(Self::Utf16Le),
            [0xFE, 0xFF, ..] => Ok(Self::Utf16Be),
            [0, ..] | [_, 0, ..] => Err(DocumentFault::NoByteOrderMark),
            _ => Ok(Self::Utf8),
        }
    }

    /// How many bytes a text takes.
    pub(super) fn length(self, text: &[u8]) -> u64 {
        // A character of four bytes is two units of UTF-16, any other is one.
        let units = |byte: &u8| u64::from((*byte & 0xC0) != 0x80) + u64::from(*byte >= 0xF0);
        match self {
            Self::Utf8 | Self::Ascii => text.len() as u64,
            Self::Latin1 => text.iter().map(units).sum(),
            Self::Utf16Le | Self::Utf16Be => text.iter().map(units).sum::<u64>() * 2,
        }
    }

    /// Decodes whole characters from the front of some bytes. Answers how many bytes these were, and
    /// what is wrong with those that follow. A character may be cut off unless the bytes are `last`.
    pub(super) fn decode(
        self,
        bytes: &[u8],
        last: bool,
        into: &mut String,
    ) -> (usize, Option<DocumentFault>) {
        let before = into.len();
        let fault = match self {
            Self::Ascii => {
                let (ascii, rest) = bytes.split_at(bytes.iter().take_while(|byte| byte.is_ascii()).count());
                into.push_str(std::str::from_utf8(ascii).unwrap_or_default());
                (!rest.is_empty()).then_some(DocumentFault::NotAscii)
            }
            Self::Utf8 => {
                let (valid, fault) = match std::str::from_utf8(bytes) {
                    Ok(text) => (text, None),
                    Err(error) => {
                        let valid = bytes.get(..error.valid_up_to()).unwrap_or_default();
                        let cut = error.error_len().is_none() && !last;
                        let fault = if cut { None } else { Some(DocumentFault::NotUtf8) };
                        (std::str::from_utf8(valid).unwrap_or_default(), fault)
                    }
                };
                into.push_str(valid);
                fault
            }
            Self::Latin1 => {
                into.extend(bytes.iter().copied().map(char::from));
                None
            }
            Self::Utf16Le => decode_units(bytes, u16::from_le_bytes, last, into),
            Self::Utf16Be => decode_units(bytes, u16::from_be_bytes, last, into),
        };
        let added = into.get(before..).unwrap_or_default();
        (usize::try_from(self.length(added.as_bytes())).unwrap_or(bytes.len()), fault)
    }

    /// Writes text in the encoding. A character that it does not have becomes a reference: the text
    /// must be one in which references are allowed, or be made of characters of the document.
    pub(in crate::backend::xml_dsig) fn write(self, text: &str, out: &mut impl Write) -> io::Result<()> {
        let highest = match self {
            Self::Utf8 => return out.write_all(text.as_bytes()),
            Self::Ascii if text.is_ascii() => return out.write_all(text.as_bytes()),
            Self::Ascii => '\u{7F}',
            Self::Latin1 => '\u{FF}',
            Self::Utf16Le | Self::Utf16Be => char::MAX,
        };
        let mut bytes = Vec::with_capacity(text.len() * 2);
        for c in text.chars() {
            match (self, u8::try_from(c)) {
                (Self::Utf16Le, _) => {
                    bytes.extend(c.encode_utf16(&mut [0; 2]).iter().flat_map(|u| u.to_le_bytes()))
                }
                (Self::Utf16Be, _) => {
                    bytes.extend(c.encode_utf16(&mut [0; 2]).iter().flat_map(|u| u.to_be_bytes()))
                }
                (_, Ok(byte)) if c <= highest => bytes.push(byte),
                _ => bytes.extend(format!("&#x{:X};", u32::from(c)).into_bytes()),
            }
        }
        out.write_all(&bytes)
    }
}

fn decode_units(
    bytes: &[u8],
    unit: fn([u8; 2]) -> u16,
    last: bool,
    into: &mut String,
) -> Option<DocumentFault> {
    let (mut pairs, rest) = bytes.as_chunks::<2>();
    if let Some((end, before)) = pairs.split_last()
        && !last
        && (0xD800..0xDC00).contains(&unit(*end))
    {
        // The second half is still to come.
        pairs = before;
    }
    for decoded in char::decode_utf16(pairs.iter().copied().map(unit)) {
        match decoded {
            Ok(c) => into.push(c),
            Err(_) => return Some(DocumentFault::NotUtf16),
        }
    }
    (last && !rest.is_empty()).then_some(DocumentFault::NotUtf16)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Encoding; 5] =
        [Encoding::Utf8, Encoding::Ascii, Encoding::Latin1, Encoding::Utf16Le, Encoding::Utf16Be];

    fn written(encoding: Encoding, text: &str) -> Vec<u8> {
        let mut bytes = Vec::new();
        encoding.write(text, &mut bytes).unwrap();
        bytes
    }

    #[test]
    fn what_is_decoded_is_written_back_byte_for_byte() {
        for (encoding, text) in [
            (Encoding::Utf8, "\u{FEFF}aé€😀"),
            (Encoding::Ascii, "a\u{7F}\0"),
            (Encoding::Latin1, "aé\u{80}\u{9F}ÿ"),
            (Encoding::Utf16Le, "\u{FEFF}aé€😀\u{FFFF}"),
            (Encoding::Utf16Be, "\u{FEFF}aé€😀\u{FFFF}"),
        ] {
            let bytes = written(encoding, text);
            let mut again = String::new();
            assert_eq!(encoding.decode(&bytes, true, &mut again), (bytes.len(), None), "{encoding:?}");
            assert_eq!(again, text, "{encoding:?}");
            assert_eq!(encoding.length(text.as_bytes()), bytes.len() as u64, "{encoding:?}");
            // In two parts, cut anywhere.
            for cut in 0..bytes.len() {
                let mut again = String::new();
                let (whole, fault) = encoding.decode(&bytes[..cut], false, &mut again);
                assert_eq!((fault, cut - whole < 4), (None, true), "{encoding:?} {cut}");
                assert_eq!(encoding.decode(&bytes[whole..], true, &mut again).1, None);
                assert_eq!(again, text, "{encoding:?} {cut}");
            }
        }
    }

    #[test]
    fn bytes_that_are_no_characters_are_refused_behind_those_that_are() {
        for (encoding, bytes, whole, fault) in [
            (Encoding::Utf8, &b"a\xFFb"[..], 1, DocumentFault::NotUtf8),
            (Encoding::Utf8, b"a\xC3", 1, DocumentFault::NotUtf8),
            (Encoding::Ascii, b"a\xC3\xA9", 1, DocumentFault::NotAscii),
            (Encoding::Utf16Le, b"a\0b", 2, DocumentFault::NotUtf16),
            (Encoding::Utf16Le, b"a\0\x00\xD8b\0", 2, DocumentFault::NotUtf16),
            (Encoding::Utf16Le, b"\x00\xD8a\0\x00\xD8", 0, DocumentFault::NotUtf16),
            (Encoding::Utf16Be, b"\0a\xDC\x00", 2, DocumentFault::NotUtf16),
            (Encoding::Utf16Be, b"\0a\xD8\x00", 2, DocumentFault::NotUtf16),
        ] {
            let mut text = String::new();
            assert_eq!(encoding.decode(bytes, true, &mut text), (whole, Some(fault)), "{bytes:?}");
        }
    }

    #[test]
    fn a_character_that_an_encoding_does_not_have_becomes_a_reference() {
        assert_eq!(written(Encoding::Ascii, "é€"), b"&#xE9;&#x20AC;");
        assert_eq!(written(Encoding::Latin1, "é€😀"), b"\xE9&#x20AC;&#x1F600;");
    }

    #[test]
    fn the_first_bytes_tell_utf_16_and_nothing_else_apart() {
        assert_eq!(Encoding::of(b"\xFF\xFE<\0"), Ok(Encoding::Utf16Le));
        assert_eq!(Encoding::of(b"\xFE\xFF\0<"), Ok(Encoding::Utf16Be));
        for first in [&b""[..], b"<", b"<r/>", b"\xEF\xBB\xBF", b"\xFF"] {
            assert_eq!(Encoding::of(first), Ok(Encoding::Utf8), "{first:?}");
        }
        for first in [b"<\0r\0", b"\0<\0r"] {
            assert_eq!(Encoding::of(first), Err(DocumentFault::NoByteOrderMark), "{first:?}");
        }
        for first in [b"\xFF\xFE\0\0", b"\0\0\xFE\xFF", b"<\0\0\0", b"\0\0\0<", b"\x4C\x6F\xA7\x94"] {
            assert_eq!(Encoding::of(first), Err(DocumentFault::Encoding), "{first:?}");
        }
        for name in ["windows-1252", "UTF-7", "UTF-32", "UTF-16LE", "latin1", "", "ISO-8859-15"] {
            for first in ALL {
                assert_eq!(Encoding::declared(name, first), None, "{name}");
            }
        }
    }
}
