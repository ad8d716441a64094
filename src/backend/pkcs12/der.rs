//! Reading and writing DER (X.690) as far as PKCS#12 needs it: one element after the other, no
//! recursion, so that hostile nesting costs nothing.

use std::ops::Range;

use super::flaw::Flaw;

pub(super) const INTEGER: u8 = 0x02;
pub(super) const OCTET_STRING: u8 = 0x04;
pub(super) const NULL: u8 = 0x05;
pub(super) const OID: u8 = 0x06;
pub(super) const BMP_STRING: u8 = 0x1E;
pub(super) const SEQUENCE: u8 = 0x30;
pub(super) const SET: u8 = 0x31;
/// `[0] IMPLICIT` around a primitive.
pub(super) const CONTEXT_0_PRIMITIVE: u8 = 0x80;
/// `[0]`, constructed.
pub(super) const CONTEXT_0: u8 = 0xA0;

/// Reads elements from some bytes.
#[derive(Clone, Debug)]
pub(super) struct Reader<'a> {
    rest: &'a [u8],
    offset: usize,
    /// Where in the file the bytes come from, when they were decrypted.
    origin: Option<usize>,
}

impl<'a> Reader<'a> {
    /// Reads bytes that begin at `offset` of the file.
    pub(super) const fn new(bytes: &'a [u8], offset: usize) -> Self {
        Self { rest: bytes, offset, origin: None }
    }

    /// Reads decrypted bytes: every fault in them is reported at `origin`, the place of the
    /// ciphertext in the file.
    pub(super) const fn decrypted(bytes: &'a [u8], origin: usize) -> Self {
        Self { rest: bytes, offset: 0, origin: Some(origin) }
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// The place in the file.
    pub(super) fn place(&self) -> usize {
        self.origin.unwrap_or(self.offset)
    }

    /// Reads the next element, whatever it is.
    pub(super) fn any(&mut self) -> Result<Element<'a>, Flaw> {
        let place = self.place();
        let damaged = |what: &str| Flaw::damaged(what, place);
        let (&[tag, first], after) =
            self.rest.split_first_chunk::<2>().ok_or_else(|| damaged("an element is cut off"))?;
        if tag & 0x1F == 0x1F {
            return Err(damaged("an element has a tag that PKCS#12 does not use"));
        }
        let (length, header) = match first {
            0..0x80 => (usize::from(first), 2),
            // What is whole was rewritten before.
            0x80 => return Err(damaged("an element of open length has no end")),
            _ => {
                let count = usize::from(first & 0x7F);
                let (digits, _) =
                    after.split_at_checked(count).ok_or_else(|| damaged("a length is cut off"))?;
                if count > 4 {
                    return Err(damaged("an element is longer than the file"));
                }
                let length = digits.iter().fold(0_usize, |sum, digit| sum << 8 | usize::from(*digit));
                if length < 0x80 || digits.first() == Some(&0) {
                    return Err(damaged("a length is not in its shortest form"));
                }
                (length, 2 + count)
            }
        };
        let (raw, rest) = header
            .checked_add(length)
            .and_then(|whole| self.rest.split_at_checked(whole))
            .ok_or_else(|| damaged("an element is longer than what holds it"))?;
        let (_, content) = raw.split_at_checked(header).ok_or_else(|| damaged("an element is cut off"))?;
        let element = Element { tag, raw, content, offset: self.offset, header, place, origin: self.origin };
        self.rest = rest;
        self.offset += raw.len();
        Ok(element)
    }

    /// Reads the next element, which must have this tag; `what` names it in the error.
    pub(super) fn expect(&mut self, tag: u8, what: &str) -> Result<Element<'a>, Flaw> {
        if self.is_empty() {
            return Err(Flaw::damaged(format!("{what} is missing"), self.place()));
        }
        let element = self.any()?;
        if element.tag == tag {
            return Ok(element);
        }
        let place = element.place;
        Err(Flaw::damaged(format!("{what} is missing"), place))
    }

    /// The tag of the next element, if there is one.
    pub(super) fn next_tag(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    /// Reads the next element if it has this tag.
    pub(super) fn optional(&mut self, tag: u8) -> Result<Option<Element<'a>>, Flaw> {
        if self.rest.first() == Some(&tag) { self.any().map(Some) } else { Ok(None) }
    }

    /// Checks that nothing is left.
    pub(super) fn finish(&self, what: &str) -> Result<(), Flaw> {
        if self.is_empty() {
            return Ok(());
        }
        Err(Flaw::damaged(format!("something follows the end of {what}"), self.place()))
    }

    /// What has not been read yet.
    pub(super) const fn rest(&self) -> &'a [u8] {
        self.rest
    }
}

/// One element: tag, length, content.
#[derive(Clone, Copy, Debug)]
pub(super) struct Element<'a> {
    pub(super) tag: u8,
    /// All its bytes.
    pub(super) raw: &'a [u8],
    /// Its bytes after the length.
    pub(super) content: &'a [u8],
    /// Its place in the file.
    pub(super) place: usize,
    offset: usize,
    header: usize,
    origin: Option<usize>,
}

impl<'a> Element<'a> {
    /// Reads what it holds.
    pub(super) const fn reader(&self) -> Reader<'a> {
        Reader { rest: self.content, offset: self.offset + self.header, origin: self.origin }
    }

    /// Where its content lies within the raw bytes of `outer`, which holds it.
    pub(super) fn content_within(&self, outer: &Element<'_>) -> Range<usize> {
        let start = (self.offset + self.header).saturating_sub(outer.offset);
        start..start + self.content.len()
    }

    /// The place of its content in the file.
    pub(super) fn content_place(&self) -> usize {
        self.origin.unwrap_or(self.offset + self.header)
    }

    /// Where it lies within the raw bytes of `outer`, which holds it.
    pub(super) fn raw_within(&self, outer: &Element<'_>) -> Range<usize> {
        let start = self.offset.saturating_sub(outer.offset);
        start..start + self.raw.len()
    }

    /// The value of a non-negative INTEGER.
    pub(super) fn number(&self) -> Result<u64, Flaw> {
        let digits = match self.content {
            [] => None,
            [0, next, ..] if next & 0x80 == 0 => None,
            [first, ..] if first & 0x80 != 0 => None,
            [0, digits @ ..] | digits if digits.len() <= 8 => Some(digits),
            _ => None,
        };
        let digits = digits.ok_or_else(|| Flaw::damaged("a number is out of range", self.place))?;
        Ok(digits.iter().fold(0, |sum, digit| sum << 8 | u64::from(*digit)))
    }
}

/// Writes one element from the pieces of its content.
pub(super) fn element(tag: u8, pieces: &[&[u8]]) -> Vec<u8> {
    let length: usize = pieces.iter().map(|piece| piece.len()).sum();
    let mut out = header(tag, length);
    out.reserve_exact(length);
    pieces.iter().for_each(|piece| out.extend_from_slice(piece));
    out
}

/// The tag and the length of an element with so many bytes of content.
pub(super) fn header(tag: u8, length: usize) -> Vec<u8> {
    let mut out = vec![tag];
    match u8::try_from(length) {
        Ok(short @ 0..0x80) => out.push(short),
        _ => {
            let bytes = length.to_be_bytes();
            let digits: Vec<u8> = bytes.into_iter().skip_while(|byte| *byte == 0).collect();
            out.push(0x80 | u8::try_from(digits.len()).unwrap_or(0x7F));
            out.extend(digits);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_damaged<T: std::fmt::Debug>(result: Result<T, Flaw>) -> bool {
        matches!(result, Err(Flaw::Damaged { .. }))
    }

    #[test]
    fn elements_come_back_as_written() {
        for length in [0, 1, 127, 128, 255, 256, 65_535, 65_536] {
            let content = vec![7; length];
            let bytes = element(OCTET_STRING, &[&content]);
            let mut reader = Reader::new(&bytes, 0);
            let read = reader.expect(OCTET_STRING, "it").unwrap();
            assert_eq!((read.content, read.raw), (content.as_slice(), bytes.as_slice()));
            reader.finish("it").unwrap();
            for cut in 0..bytes.len().min(300) {
                assert!(is_damaged(Reader::new(&bytes[..cut], 0).any()), "{cut} of {length}");
            }
        }
    }

    #[test]
    fn hostile_lengths_are_refused() {
        for bytes in
            [&[4, 0x84, 0xFF, 0xFF, 0xFF, 0xFF][..], &[4, 0x85, 1, 0, 0, 0, 0], &[4, 0xFF], &[4, 5, 0]]
        {
            assert!(is_damaged(Reader::new(bytes, 0).any()), "{bytes:?}");
        }
        for bytes in [&[0x30, 0x80, 0, 0][..], &[4, 0x81, 1, 0], &[4, 0x82, 0, 0x80, 0]] {
            assert!(is_damaged(Reader::new(bytes, 0).any()), "{bytes:?} was to be rewritten before");
        }
        assert!(is_damaged(Reader::new(&[0x24, 3, 4, 1, 0], 0).expect(OCTET_STRING, "it")));
    }

    #[test]
    fn numbers_are_minimal_and_not_negative() {
        let number = |content: &[u8]| {
            let bytes = element(INTEGER, &[content]);
            Reader::new(&bytes, 0).any().unwrap().number()
        };
        assert_eq!(number(&[0]).unwrap(), 0);
        assert_eq!(number(&[0x27, 0x10]).unwrap(), 10_000);
        assert_eq!(number(&[0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]).unwrap(), u64::MAX);
        for bad in [&[][..], &[0x80], &[0, 1], &[1; 9]] {
            assert!(is_damaged(number(bad)), "{bad:?}");
        }
    }

    #[test]
    fn a_fault_in_decrypted_bytes_is_reported_at_the_ciphertext() {
        let bytes = element(SEQUENCE, &[&[4, 9]]);
        let outer = Reader::decrypted(&bytes, 77).any().unwrap();
        assert!(matches!(outer.reader().any(), Err(Flaw::Damaged { offset: 77, .. })));
    }
}
