//! Memory that one piece after the other uses.

/// Memory beyond this is given back after the piece that needed it, in bytes.
pub(super) const KEPT: usize = 256 << 10;

/// Empties a text, for the next piece to use its memory.
pub(super) fn reuse(text: &mut String) {
    if text.capacity() > KEPT {
        *text = String::new();
    }
    text.clear();
}
