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

/// Refuses text with a character that XML does not have.
pub(super) fn check_allowed(text: &str) -> Result<(), DocumentFault> {
    let (mut control, mut high) = (false, false);
    // Two flags and no early end: the compiler turns this into vector instructions.
    for byte in text.bytes() {
        control |= (byte < 0x20) & (byte != b'\t') & (byte != b'\n') & (byte != b'\r');
        high |= byte == 0xEF;
    }
    if control || (high && text.contains(['\u{FFFE}', '\u{FFFF}'])) {
        return Err(DocumentFault::Character);
    }
    Ok(())
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
    let mut characters = text.chars();
    characters.next().is_some_and(begins_name) && characters.all(continues_name)
}

/// Where the local part of a qualified name begins: 0 without a prefix.
pub(super) fn local_part(name: &str) -> Result<usize, DocumentFault> {
    let (well_formed, local) = match name.split_once(':') {
        Some((prefix, local)) => (is_plain_name(prefix) && is_plain_name(local), prefix.len() + 1),
        None => (is_plain_name(name), 0),
    };
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
    fn forbidden_characters_are_found_wherever_they_stand() {
        for c in ['\0', '\u{1}', '\u{8}', '\u{B}', '\u{C}', '\u{E}', '\u{1F}', '\u{FFFE}', '\u{FFFF}'] {
            assert!(!is_allowed(c), "{c:?}");
            assert_eq!(check_allowed(&format!("text {c} text")), Err(DocumentFault::Character), "{c:?}");
        }
        for c in ['\t', '\n', '\r', ' ', '\u{7F}', '\u{85}', '\u{FEFF}', '\u{FFFD}', '\u{10FFFF}'] {
            assert!(is_allowed(c), "{c:?}");
            assert_eq!(check_allowed(&format!("text {c} text")), Ok(()), "{c:?}");
        }
    }
}
