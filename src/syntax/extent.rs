//! How much of a text the grammar is given at once.

use super::fault::begins_item;
use super::raw;

/// So many sentences at most.
const SENTENCES: usize = 64;

/// So many lines at most, where one of them can be the first of a sentence: what is none at all may go on for
/// as long as the text does.
const LINES: usize = 4096;

/// Words that begin a line in which a sentence goes on.
const GO_ON: [&str; 8] = ["answers", "at", "because", "for", "holds", "one", "silence", "source"];

/// The offset of the next word that begins a line and a sentence of its own: no sentence goes on
/// behind it.
pub(super) fn end_of_item(text: &str, start: usize) -> usize {
    let mut from = raw::next_line(text, start);
    while from < text.len() {
        let rest = raw::rest(text, from);
        let code = rest.trim_start_matches([' ', '\t']);
        if code.starts_with(|c: char| c.is_ascii_lowercase()) && begins_item(raw::word(code, 0)) {
            return from + rest.len() - code.len();
        }
        from = raw::next_line(text, from);
    }
    text.len()
}

/// The offset behind some sentences: it is the end of the text, or a line begins there with which none of them
/// goes on. The last of them may be cut in the midst of its block.
pub(super) fn end_of_some(text: &str, start: usize) -> usize {
    let (mut from, mut sentences, mut lines) = (start, 0, 0);
    while from < text.len() {
        from = raw::next_line(text, from);
        lines += 1;
        let rest = raw::rest(text, from);
        let code = rest.trim_start_matches([' ', '\t']);
        if !code.starts_with(|c: char| c.is_ascii_lowercase()) {
            continue;
        }
        let word = raw::word(code, 0);
        sentences += usize::from(begins_item(word));
        if sentences == SENTENCES || lines >= LINES && !GO_ON.contains(&word) {
            return from + rest.len() - code.len();
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_sentences_end_where_another_begins() {
        let text = "role a\n  \"of a\"\n".repeat(100);
        assert_eq!(end_of_some(&text, 0), text.len() * SENTENCES / 100);
        assert_eq!(end_of_some("role a\nrole b\n", 0), 14);
    }

    #[test]
    fn a_text_of_no_sentences_is_not_given_at_once() {
        for act in ["deploy orders\n", "  deploy orders\n", "deploy orders # source\n"] {
            let text = format!("plan p\n{}", act.repeat(100_000));
            let end = end_of_some(&text, 0);
            assert!(end <= act.len() * (LINES + 1), "{act}: {end}");
            assert_eq!(raw::word(&text, end), "deploy");
        }
        let text = "source \"a\"\n".repeat(100_000);
        assert_eq!(end_of_some(&text, 0), text.len(), "a sentence may go on in each of these");
    }
}
