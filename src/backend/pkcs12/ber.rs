//! Stores in BER (X.690 chapter 8), as NSS, Bouncy Castle and old Windows write them: lengths left
//! open, and octet strings in pieces. They are rewritten as DER before they are read.

use std::borrow::Cow;

use zeroize::Zeroizing;

const OCTET_STRING: u8 = 0x04;
const CONSTRUCTED: u8 = 0x20;

/// How deep elements may lie in each other. Stores need about ten.
const DEEPEST: usize = 32;

/// The same elements with definite lengths in their shortest form and octet strings in one piece.
/// What is in that form already is not copied, and what is broken is left to its reader to refuse.
pub(super) fn definite(bytes: &[u8]) -> Cow<'_, [u8]> {
    if is_definite(bytes) {
        return Cow::Borrowed(bytes);
    }
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let Some(next) = rewrite(bytes, at, DEEPEST, &mut out) else { return Cow::Borrowed(bytes) };
        at = next;
    }
    Cow::Owned(out)
}

/// The octets of a string whose pieces, in one form or the other, are these elements.
pub(super) fn joined(pieces: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(pieces.len());
    let mut at = 0;
    while at < pieces.len() {
        let head = Head::read(pieces, at)?;
        let end = head.content.checked_add(head.length?)?;
        if head.tag != OCTET_STRING {
            return None;
        }
        out.extend_from_slice(pieces.get(head.content..end)?);
        at = end;
    }
    Some(out)
}

/// The tag and length of an element.
struct Head {
    tag: u8,
    /// Where its content begins.
    content: usize,
    /// `None` when it is left open.
    length: Option<usize>,
    is_shortest: bool,
}

impl Head {
    fn read(bytes: &[u8], at: usize) -> Option<Self> {
        let tag = *bytes.get(at)?;
        let first = *bytes.get(at.checked_add(1)?)?;
        let digits = at.checked_add(2)?;
        match first {
            0..0x80 => {
                Some(Self { tag, content: digits, length: Some(usize::from(first)), is_shortest: true })
            }
            0x80 => Some(Self { tag, content: digits, length: None, is_shortest: false }),
            _ => {
                let content = digits.checked_add(usize::from(first & 0x7F))?;
                let digits = bytes.get(digits..content)?;
                let significant = digits.iter().skip_while(|digit| **digit == 0);
                if significant.clone().count() > 4 {
                    return None;
                }
                let length = significant.fold(0_usize, |sum, digit| sum << 8 | usize::from(*digit));
                let is_shortest = length >= 0x80 && digits.first() != Some(&0);
                Some(Self { tag, content, length: Some(length), is_shortest })
            }
        }
    }

    const fn is_constructed(&self) -> bool {
        self.tag & CONSTRUCTED != 0
    }
}

/// Whether all elements have definite lengths and whole strings. Strings are not looked into.
fn is_definite(bytes: &[u8]) -> bool {
    let mut at = 0;
    while at < bytes.len() {
        // What is broken is not for this file to say.
        let Some(head) = Head::read(bytes, at) else { return true };
        if !head.is_shortest || head.tag == OCTET_STRING | CONSTRUCTED {
            return false;
        }
        let length = if head.is_constructed() { 0 } else { head.length.unwrap_or(0) };
        at = head.content.saturating_add(length);
    }
    true
}

/// Writes the element at `at`, and says where the next one begins.
fn rewrite(bytes: &[u8], at: usize, depth: usize, out: &mut Vec<u8>) -> Option<usize> {
    let head = Head::read(bytes, at)?;
    let depth = depth.checked_sub(1)?;
    if !head.is_constructed() {
        let end = head.content.checked_add(head.length?)?;
        write(head.tag, bytes.get(head.content..end)?, out);
        return Some(end);
    }
    let mut inner = Zeroizing::new(Vec::new());
    let mut place = head.content;
    let end = match head.length {
        Some(length) => {
            let end = place.checked_add(length).filter(|end| *end <= bytes.len())?;
            while place < end {
                place = rewrite(bytes, place, depth, &mut inner)?;
            }
            (place == end).then_some(end)?
        }
        None => loop {
            if bytes.get(place..place.checked_add(2)?)? == [0, 0] {
                break place + 2;
            }
            place = rewrite(bytes, place, depth, &mut inner)?;
        },
    };
    if head.tag == OCTET_STRING | CONSTRUCTED {
        write(OCTET_STRING, &Zeroizing::new(joined(&inner)?), out);
    } else {
        write(head.tag, &inner, out);
    }
    Some(end)
}

fn write(tag: u8, content: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(&Zeroizing::new(super::der::element(tag, &[content])));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn open_lengths_and_pieces_become_der() {
        let ber = [0x30, 0x80, 0x24, 0x80, 4, 1, 7, 0x24, 3, 4, 1, 8, 0, 0, 2, 0x81, 1, 5, 0, 0];
        assert_eq!(*definite(&ber), [0x30, 7, 4, 2, 7, 8, 2, 1, 5]);
        let der = definite(&ber).into_owned();
        assert!(matches!(definite(&der), Cow::Borrowed(_)));
    }

    #[test]
    fn what_is_broken_is_left_as_it_is() {
        let nested = [[0x30, 0x80].repeat(DEEPEST + 1), vec![0; 2 * (DEEPEST + 1)]].concat();
        for broken in [
            &[0x30, 0x80][..],
            &[0x30, 0x80, 4, 9, 0, 0],
            &[0x24, 3, 2, 1, 0],
            &[0x30, 0x80, 4, 0x80, 0, 0, 0, 0],
            &[0x30, 0x85, 1, 0, 0, 0, 0],
            &[0x30, 0x80, 0x30, 0x84, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0],
            &nested,
        ] {
            assert_eq!(*definite(broken), *broken);
        }
    }
}
