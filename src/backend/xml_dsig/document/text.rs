//! What text and attribute values mean: line ends (XML 1.0, 2.11), references (4.1, 4.6) and the
//! normalisation of attribute values (3.3.3).

use super::{
    DocumentFault,
    character::{Allowed, is_allowed, is_plain_name},
};

/// What a run of text carries from one part to the next, since a long one comes in several.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Run {
    after_return: bool,
    brackets: u8,
}

impl Run {
    /// Checks a part of running text. Answers whether it stays as it is written; otherwise it is
    /// appended to `into`, its line ends made one line feed each.
    pub(super) fn append(&mut self, part: &str, into: &mut String) -> Result<bool, DocumentFault> {
        let allowed = Allowed::check(part)?;
        if self.brackets > 0 || allowed.has_bracket() {
            self.watch_brackets(part)?;
        }
        let line_end_goes_on = self.after_return && part.starts_with('\n');
        self.after_return = allowed.has_return() && part.ends_with('\r');
        if !line_end_goes_on && !allowed.has_return() {
            return Ok(true);
        }
        append_lines(part.get(usize::from(line_end_goes_on)..).unwrap_or_default(), into);
        Ok(false)
    }

    /// Refuses `]]>`, also when it is spread over parts.
    fn watch_brackets(&mut self, part: &str) -> Result<(), DocumentFault> {
        let closed_before = match self.brackets {
            2 => part.trim_start_matches(']').starts_with('>'),
            1 => part.starts_with(']') && part.trim_start_matches(']').starts_with('>'),
            _ => false,
        };
        if closed_before || part.contains("]]>") {
            return Err(DocumentFault::CdataEnd);
        }
        let (trailing, whole) = (part.len() - part.trim_end_matches(']').len(), part.len());
        let before = if trailing == whole { usize::from(self.brackets) } else { 0 };
        self.brackets = if before + trailing > 1 { 2 } else { u8::from(before + trailing == 1) };
        Ok(())
    }
}

/// Checks the content of a CDATA section, a comment or a processing instruction. Answers whether it
/// stays as it is written; otherwise it is appended to `into`, its line ends made one line feed each.
pub(super) fn append_verbatim(content: &str, into: &mut String) -> Result<bool, DocumentFault> {
    let rewritten = Allowed::check(content)?.has_return();
    if rewritten {
        append_lines(content, into);
    }
    Ok(!rewritten)
}

fn append_lines(text: &str, into: &mut String) {
    let mut lines = text.split('\r');
    into.push_str(lines.next().unwrap_or_default());
    for line in lines {
        into.push('\n');
        into.push_str(line.strip_prefix('\n').unwrap_or(line));
    }
}

/// Appends the value between the quotes of an attribute: white space that was written literally
/// becomes a space, what was written as a reference stays.
pub(super) fn append_value(written: &str, into: &mut String) -> Result<(), DocumentFault> {
    if !Allowed::check(written)?.changes_in_value() {
        into.push_str(written);
        return Ok(());
    }
    let mut rest = written;
    while let Some((before, special, after)) = split_at_special(rest) {
        into.push_str(before);
        rest = match special {
            '&' => {
                let (reference, after) = after.split_once(';').ok_or(DocumentFault::Reference)?;
                into.push(resolve(reference)?);
                after
            }
            '<' => return Err(DocumentFault::Tag),
            '\r' => {
                into.push(' ');
                after.strip_prefix('\n').unwrap_or(after)
            }
            _ => {
                into.push(' ');
                after
            }
        };
    }
    into.push_str(rest);
    Ok(())
}

fn split_at_special(text: &str) -> Option<(&str, char, &str)> {
    let place = text.bytes().position(|byte| matches!(byte, b'&' | b'<' | b'\t' | b'\n' | b'\r'))?;
    let (before, from) = text.split_at_checked(place)?;
    let mut characters = from.chars();
    let special = characters.next()?;
    Some((before, special, characters.as_str()))
}

/// The character that `&reference;` stands for.
pub(super) fn resolve(reference: &str) -> Result<char, DocumentFault> {
    if let Some(number) = reference.strip_prefix('#') {
        return numbered(number);
    }
    match reference {
        "amp" => Ok('&'),
        "lt" => Ok('<'),
        "gt" => Ok('>'),
        "apos" => Ok('\''),
        "quot" => Ok('"'),
        name if is_plain_name(name) => Err(DocumentFault::Entity),
        _ => Err(DocumentFault::Reference),
    }
}

fn numbered(number: &str) -> Result<char, DocumentFault> {
    let (digits, radix) = number.strip_prefix('x').map_or((number, 10), |digits| (digits, 16));
    // `from_str_radix` would take a sign.
    if digits.is_empty() || !digits.chars().all(|digit| digit.is_digit(radix)) {
        return Err(DocumentFault::Reference);
    }
    u32::from_str_radix(digits, radix)
        .ok()
        .and_then(char::from_u32)
        .filter(|c| is_allowed(*c))
        .ok_or(DocumentFault::Character)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(parts: &[&str]) -> Result<String, DocumentFault> {
        let (mut run, mut text) = (Run::default(), String::new());
        for part in parts {
            if run.append(part, &mut text)? {
                text.push_str(part);
            }
        }
        Ok(text)
    }

    #[test]
    fn each_line_end_of_a_text_becomes_one_line_feed() {
        assert_eq!(run(&["a\r\nb\rc\nd\r\r\ne\n\rf"]).unwrap(), "a\nb\nc\nd\n\ne\n\nf");
    }

    #[test]
    fn a_line_end_across_two_parts_is_one() {
        assert_eq!(run(&["a\r", "\nb", "c\r", "d\r", "\r", "\n"]).unwrap(), "a\nbc\nd\n\n");
    }

    #[test]
    fn the_end_of_a_section_is_refused_in_text_also_across_parts() {
        for parts in
            [&["a]]>b"][..], &["]", "]>"], &["]]", ">"], &["]", "]", ">"], &["]]]", "]>"], &["x]]", "]>"]]
        {
            assert_eq!(run(parts), Err(DocumentFault::CdataEnd), "{parts:?}");
        }
        for parts in [&["]] >"][..], &["]", ">"], &["]]", "x>"], &["]", "x]>"], &["]>]", ">"]] {
            assert!(run(parts).is_ok(), "{parts:?}");
        }
    }

    #[test]
    fn a_section_keeps_everything_but_its_line_ends() {
        let mut text = String::new();
        assert_eq!(append_verbatim("a\n&amp;]]", &mut text), Ok(true));
        assert_eq!(append_verbatim("a\r\n&amp;<\r]]", &mut text), Ok(false));
        assert_eq!(text, "a\n&amp;<\n]]");
        assert_eq!(append_verbatim("\u{1}", &mut text), Err(DocumentFault::Character));
    }

    fn value(written: &str) -> Result<String, DocumentFault> {
        let mut into = String::new();
        append_value(written, &mut into).map(|()| into)
    }

    #[test]
    fn literal_white_space_of_a_value_becomes_a_space() {
        assert_eq!(value("a\tb\nc\rd\r\ne f").unwrap(), "a b c d e f");
    }

    #[test]
    fn referenced_white_space_of_a_value_stays() {
        assert_eq!(value("&#9;&#xA;&#13;&#x20;").unwrap(), "\t\n\r ");
    }

    #[test]
    fn references_are_resolved_once() {
        assert_eq!(value("&amp;lt;&lt;&gt;&quot;&apos;&#x1F600;&#65;").unwrap(), "&lt;<>\"'\u{1F600}A");
    }

    #[test]
    fn what_is_no_reference_is_refused() {
        for (written, fault) in [
            ("&", DocumentFault::Reference),
            ("&amp", DocumentFault::Reference),
            ("&;", DocumentFault::Reference),
            ("&#;", DocumentFault::Reference),
            ("&#x;", DocumentFault::Reference),
            ("&#X41;", DocumentFault::Reference),
            ("&#+65;", DocumentFault::Reference),
            ("&#6 5;", DocumentFault::Reference),
            ("& amp;", DocumentFault::Reference),
            ("&eacute;", DocumentFault::Entity),
            ("&#0;", DocumentFault::Character),
            ("&#xD800;", DocumentFault::Character),
            ("&#xFFFF;", DocumentFault::Character),
            ("&#x110000;", DocumentFault::Character),
            ("&#99999999999;", DocumentFault::Character),
            ("a<b", DocumentFault::Tag),
        ] {
            assert_eq!(value(written), Err(fault), "{written}");
        }
    }
}
