//! Bytes of a store that many look into: the bags of one with ten thousand entries would else be as
//! many copies of it.

use std::{
    fmt,
    ops::{Deref, Range},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use zeroize::{Zeroize, Zeroizing};

/// A piece of some bytes. They may hold a key in the clear, and are never shown.
#[derive(Clone, Default)]
pub(super) struct Octets {
    whole: Arc<Whole>,
    place: Range<usize>,
}

#[derive(Default)]
struct Whole {
    bytes: Vec<u8>,
    /// Whether they are wiped once nobody looks into them.
    is_secret: AtomicBool,
}

impl Drop for Whole {
    fn drop(&mut self) {
        if *self.is_secret.get_mut() {
            self.bytes.zeroize();
        }
    }
}

impl Octets {
    /// Bytes that are wiped once nobody looks into them: what was decrypted.
    pub(super) fn new(mut whole: Zeroizing<Vec<u8>>) -> Self {
        let octets = Self::stored(std::mem::take(&mut whole));
        octets.hold_secret();
        octets
    }

    /// Bytes that lie in a file as they are, or are about to. Wiping takes as long as encrypting, and
    /// would hide nothing, unless they [turn out](Self::hold_secret) to hold a key in the clear.
    pub(super) fn stored(whole: Vec<u8>) -> Self {
        let place = 0..whole.len();
        Self { whole: Arc::new(Whole { bytes: whole, is_secret: AtomicBool::new(false) }), place }
    }

    /// From now on, all of the bytes that these are a piece of are wiped when nobody looks into them.
    pub(super) fn hold_secret(&self) {
        self.whole.is_secret.store(true, Ordering::Relaxed);
    }

    /// Takes [it](Self::hold_secret) back: all that lies there was looked at, and none of it is secret.
    pub(super) fn hold_none(&self) {
        self.whole.is_secret.store(false, Ordering::Relaxed);
    }

    /// A piece of these. One that lies elsewhere is copied.
    pub(super) fn piece(&self, piece: &[u8]) -> Self {
        let start = piece.as_ptr().addr().wrapping_sub(self.whole.bytes.as_ptr().addr());
        let place = start..start.wrapping_add(piece.len());
        if place.start < self.place.start || place.end > self.place.end || place.start > place.end {
            return Self::new(Zeroizing::new(piece.to_vec()));
        }
        Self { whole: Arc::clone(&self.whole), place }
    }

    /// Whether both are pieces of the same bytes.
    pub(super) fn is_beside(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.whole, &other.whole)
    }

    /// Whether both are the same piece of the same bytes; else they may still be equal.
    pub(super) fn is_one_with(&self, other: &Self) -> bool {
        self.is_beside(other) && self.place == other.place
    }
}

impl Deref for Octets {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.whole.bytes.get(self.place.clone()).unwrap_or_default()
    }
}

impl PartialEq for Octets {
    fn eq(&self, other: &Self) -> bool {
        self.is_one_with(other) || **self == **other
    }
}

impl fmt::Debug for Octets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} octets", self.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_is_what_it_was_cut_from() {
        let whole = Octets::new(Zeroizing::new((0..100).collect()));
        let middle = whole.piece(&whole[20..60]);
        assert_eq!(*middle, whole[20..60]);
        let inner = middle.piece(&middle[5..10]);
        assert_eq!(*inner, [25, 26, 27, 28, 29]);
        assert!(inner.is_one_with(&whole.piece(&whole[25..30])));
        assert!(middle.piece(&[]).is_empty());
    }

    #[test]
    fn what_lies_elsewhere_is_copied() {
        let whole = Octets::new(Zeroizing::new((0..100).collect()));
        let middle = whole.piece(&whole[20..60]);
        for (other, what) in [(&whole[10..30], "before"), (&whole[50..70], "behind"), (&[7; 3][..], "away")] {
            let copy = middle.piece(other);
            assert_eq!(*copy, *other, "{what}");
            assert!(!copy.is_beside(&whole), "{what}");
        }
    }

    #[test]
    fn nothing_is_shown() {
        let shown = format!("{:?}", Octets::new(Zeroizing::new(b"canary".to_vec())));
        assert_eq!(shown, "6 octets");
    }
}
