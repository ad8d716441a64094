//! Characters and names (XML 1.0, fifth edition, 2.2 and 2.3; Namespaces in XML 1.0, 4).

use super::DocumentFault;

/// White space (`S`).
pub(in crate::backend::xml_dsig) const fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n')
}

/// Whether a character may occur in a document at all (`Char`).
pub(super) const fn is_allowed(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}

/// What bytes are, a bit each: looked up, since most texts and names are too short for anything else.
const KINDS: [u8; 256] = kinds();

const FORBIDDEN: u8 = 1;
/// The first byte of U+FFFE and U+FFFF, and of others.
const HIGH: u8 = 2;
const RETURN: u8 = 4;
const BRACKET: u8 = 8;
/// What a value does not keep as it is written.
const CHANGED: u8 = 16;
const BEGINS_NAME: u8 = 32;
const CONTINUES_NAME: u8 = 64;
const SPACE: u8 = 128;

#[expect(clippy::indexing_slicing, reason = "computed once, by the compiler, with the table's own bounds")]
const fn kinds() -> [u8; 256] {
    let mut kinds = [0; 256];
    let mut byte = 0u8;
    loop {
        let begins = byte.is_ascii_alphabetic() || byte == b'_';
        kinds[byte as usize] = match byte {
            b' ' => SPACE,
            b'\r' => SPACE | CHANGED | RETURN,
            b'\t' | b'\n' => SPACE | CHANGED,
            b'&' | b'<' => CHANGED,
            0..0x20 => FORBIDDEN,
            b']' => BRACKET,
            0xEF => HIGH,
            b'-' | b'.' | b'0'..=b'9' => CONTINUES_NAME,
            _ if begins => BEGINS_NAME | CONTINUES_NAME,
            _ => 0,
        };
        if byte == u8::MAX {
            return kinds;
        }
        byte += 1;
    }
}

fn kind(byte: u8) -> u8 {
    KINDS.get(usize::from(byte)).copied().unwrap_or(0)
}

/// What occurs in a text in which every character is allowed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Allowed(u8);

impl Allowed {
    /// Looks at all of a text, and refuses one with a character that XML does not have.
    pub(super) fn check(text: &str) -> Result<Self, DocumentFault> {
        let look = |bytes: &[u8]| bytes.iter().fold(0, |seen, byte| seen | kind(*byte));
        // Parts in which there is nothing to see are passed over by vector instructions.
        let is_noted =
            |byte: u8| (byte < 0x20) | (byte == b'&') | (byte == b'<') | (byte == b']') | (byte == 0xEF);
        let (parts, rest) = text.as_bytes().as_chunks::<16>();
        let mut seen = look(rest);
        for part in parts {
            if part.iter().fold(false, |noted, byte| noted | is_noted(*byte)) {
                seen |= look(part);
            }
        }
        if seen & FORBIDDEN != 0 || (seen & HIGH != 0 && text.contains(['\u{FFFE}', '\u{FFFF}'])) {
            return Err(DocumentFault::Character);
        }
        Ok(Self(seen))
    }

    /// Whether there is a carriage return.
    pub(super) const fn has_return(self) -> bool {
        self.0 & RETURN != 0
    }

    /// Whether there is a `]`.
    pub(super) const fn has_bracket(self) -> bool {
        self.0 & BRACKET != 0
    }

    /// Whether there is anything that the value of an attribute does not keep as it is written, or
    /// that it may not have: white space other than the space, `&`, `<`.
    pub(super) const fn changes_in_value(self) -> bool {
        self.0 & CHANGED != 0
    }
}

const fn begins_name(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphabetic() || c == '_';
    }
    matches!(c, '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{2FF}' | '\u{370}'..='\u{37D}'
        | '\u{37F}'..='\u{1FFF}' | '\u{200C}'..='\u{200D}' | '\u{2070}'..='\u{218F}'
        | '\u{2C00}'..='\u{2FEF}' | '\u{3001}'..='\u{D7FF}' | '\u{F900}'..='\u{FDCF}'
        | '\u{FDF0}'..='\u{FFFD}' | '\u{10000}'..='\u{EFFFF}')
}

const fn continues_name(c: char) -> bool {
    begins_name(c)
        || matches!(c, '-' | '.' | '0'..='9' | '\u{B7}' | '\u{300}'..='\u{36F}' | '\u{203F}'..='\u{2040}')
}

/// Whether a text is a name without a colon (`NCName`).
pub(in crate::backend::xml_dsig) fn is_plain_name(text: &str) -> bool {
    // Most names are ASCII.
    let [first, rest @ ..] = text.as_bytes() else { return false };
    if kind(*first) & BEGINS_NAME != 0 && rest.iter().all(|byte| kind(*byte) & CONTINUES_NAME != 0) {
        return true;
    }
    let mut characters = text.chars();
    characters.next().is_some_and(begins_name) && characters.all(continues_name)
}

/// A text without the white space that it begins with.
pub(super) fn trim_start(text: &str) -> &str {
    let start = text.bytes().position(|byte| kind(byte) & SPACE == 0).unwrap_or(text.len());
    text.get(start..).unwrap_or_default()
}

/// A text up to its first white space, and what follows.
pub(super) fn split_at_space(text: &str) -> (&str, &str) {
    let end = text.bytes().position(|byte| kind(byte) & SPACE != 0).unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or_default()
}

/// Where the local part of a qualified name begins: 0 without a prefix.
pub(super) fn local_part(name: &str) -> Result<usize, DocumentFault> {
    let local = name.bytes().position(|byte| byte == b':').map_or(0, |colon| colon + 1);
    let (prefix, rest) = name.split_at_checked(local).unwrap_or_default();
    let well_formed =
        is_plain_name(rest) && (local == 0 || prefix.strip_suffix(':').is_some_and(is_plain_name));
    if well_formed { Ok(local) } else { Err(DocumentFault::Name) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_at_most_one_colon_and_begin_like_names() {
        for (name, local) in [("a", Ok(0)), ("a:b", Ok(2)), ("été", Ok(0)), ("_-.9·", Ok(0)), ("𐀀", Ok(0))]
        {
            assert_eq!(local_part(name), local, "{name}");
        }
        for name in ["", ":", "a:", ":a", "a:b:c", "9", "-a", "a b", "a:9", "a\u{D7}", "\u{300}", "a/"] {
            assert_eq!(local_part(name), Err(DocumentFault::Name), "{name}");
        }
    }

    #[test]
    fn a_text_tells_what_occurs_in_it() {
        let seen = |text: &str| {
            let allowed = Allowed::check(text).unwrap();
            [allowed.has_return(), allowed.has_bracket(), allowed.changes_in_value()]
        };
        assert_eq!(seen("plain text > \u{FFFD}"), [false; 3]);
        for before in 0..40 {
            for after in 0..20 {
                let around = |c| format!("{}{c}{}", "\u{E9}".repeat(before), "x".repeat(after));
                assert_eq!(seen(&around('\r')), [true, false, true]);
                assert_eq!(seen(&around(']')), [false, true, false]);
                assert_eq!(seen(&around('&')), [false, false, true]);
                assert_eq!(seen(&around('\u{FFFD}')), [false; 3]);
                for forbidden in ['\u{1}', '\u{FFFE}'] {
                    let refused = Allowed::check(&around(forbidden)).map(drop);
                    assert_eq!(refused, Err(DocumentFault::Character));
                }
            }
        }
        assert_eq!(seen("a\rb"), [true, false, true]);
        assert_eq!(seen("a]b"), [false, true, false]);
        for text in ["\t", "\n", "&", "<"] {
            assert_eq!(seen(text), [false, false, true], "{text:?}");
        }
    }

    #[test]
    fn the_table_of_ascii_agrees_with_the_grammar() {
        for c in (0..128).map(char::from) {
            let one = c.to_string();
            assert_eq!(is_plain_name(&one), begins_name(c), "{c:?}");
            assert_eq!(is_plain_name(&format!("a{c}")), continues_name(c), "{c:?}");
            assert_eq!(Allowed::check(&one).is_ok(), is_allowed(c), "{c:?}");
            assert_eq!(trim_start(&one).is_empty(), is_space(c), "{c:?}");
        }
    }

    #[test]
    fn forbidden_characters_are_found_wherever_they_stand() {
        for c in ['\0', '\u{1}', '\u{8}', '\u{B}', '\u{C}', '\u{E}', '\u{1F}', '\u{FFFE}', '\u{FFFF}'] {
            assert!(!is_allowed(c), "{c:?}");
            let text = format!("text {c} text");
            assert_eq!(Allowed::check(&text).map(drop), Err(DocumentFault::Character), "{c:?}");
        }
        for c in ['\t', '\n', '\r', ' ', '\u{7F}', '\u{85}', '\u{FEFF}', '\u{FFFD}', '\u{10FFFF}'] {
            assert!(is_allowed(c), "{c:?}");
            let text = format!("text {c} text");
            assert_eq!(Allowed::check(&text).map(drop), Ok(()), "{c:?}");
        }
    }
}
