//! Choices read from the beginning of an input; the rest is what they are about.

/// Bytes of an input that hold choices, taken or not: so the rest begins at one place.
const HEAD: usize = 32;

/// The choices that are left.
pub struct Choices<'a>(&'a [u8]);

impl<'a> Choices<'a> {
    /// The choices of an input, and the rest of it.
    pub fn of(bytes: &'a [u8]) -> (Self, &'a [u8]) {
        let (head, rest) = bytes.split_at_checked(HEAD).unwrap_or((bytes, &[]));
        (Self(head), rest)
    }

    /// A number below `bound`, at most 65,536; zero when nothing is left.
    pub fn below(&mut self, bound: usize) -> usize {
        let width = if bound > 256 { 2 } else { 1 };
        let Some((taken, rest)) = self.0.split_at_checked(width) else { return 0 };
        self.0 = rest;
        taken.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte)) % bound
    }
}
