//! The number at the beginning of a line.

/// A number, and what stands behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mark<'t> {
    /// The number, as in `4` or `4.1`.
    pub(super) number: String,
    /// The text behind it.
    pub(super) rest: &'t str,
    /// Whether only the point within the number says that it is one: `1.5 hours` looks the same.
    pub(super) is_loose: bool,
}

/// Marks of emphasis, which say nothing here.
const EMPHASIS: [char; 2] = ['*', '_'];

/// The number at the beginning of a line without its indent: `1.`, `1)`, `(1)`, `[1]`, `Step 1:`, `4.1`.
pub(super) fn mark(line: &str) -> Option<Mark<'_>> {
    let line = line.trim_start_matches(EMPHASIS).trim_start();
    let bullet = line.strip_prefix(['-', '•']).map(str::trim_start);
    let line = bullet.unwrap_or(line).trim_start_matches(EMPHASIS);
    let line = line.trim_start_matches(['(', '[']);
    let word = line.get(..4).filter(|word| word.eq_ignore_ascii_case("step"));
    let (line, is_named) = match word {
        Some(_) => (line.get(4..)?.strip_prefix([' ', '\t'])?.trim_start(), true),
        None => (line, false),
    };
    let end = line.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(line.len());
    let (digits, rest) = line.split_at_checked(end)?;
    let number = digits.trim_end_matches('.');
    let is_number =
        |part: &str| !part.is_empty() && part.len() <= 5 && part.bytes().all(|b| b.is_ascii_digit());
    if !number.split('.').all(is_number) || number.split('.').count() > 4 {
        return None;
    }
    // `4a` is a part of step 4.
    let (letter, rest) = match rest.chars().next() {
        Some(c)
            if c.is_ascii_lowercase() && rest.get(1..).is_some_and(|r| r.starts_with(['.', ')', ':'])) =>
        {
            (Some(c), rest.get(1..)?)
        }
        _ => (None, rest),
    };
    let pointed = digits.len() > number.len();
    let behind = rest.trim_start_matches(EMPHASIS);
    let delimiter = behind.trim_start().strip_prefix([')', ':', ']', '.', '-', '–', '—']);
    let is_loose = !pointed && delimiter.is_none() && !is_named;
    let rest = match delimiter {
        // A hyphen is a sign between a number and a text only where blanks stand around it.
        Some(text) if behind.starts_with([')', ':', ']', '.']) => text,
        Some(text) if text.starts_with(' ') && behind.starts_with(' ') => text,
        Some(_) if !pointed && !is_named => return None,
        _ => behind,
    };
    let rest = rest.trim_start_matches(EMPHASIS);
    let apart = rest.is_empty() || rest.starts_with([' ', '\t', '*', '_']);
    if !apart || (is_loose && (!number.contains('.') || letter.is_some())) {
        return None;
    }
    let number = letter.map_or_else(|| number.to_owned(), |letter| format!("{number}{letter}"));
    Some(Mark { number, rest: rest.trim(), is_loose })
}

/// A letter at the beginning of a line, as in `a)`; it is a part of the step above.
pub(super) fn letter(line: &str) -> Option<(char, &str)> {
    let letter = line.chars().next().filter(char::is_ascii_lowercase)?;
    let rest = line.get(1..)?.strip_prefix(['.', ')'])?;
    rest.starts_with(' ').then_some((letter, rest.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_people_write_them() {
        for (line, number, rest) in [
            ("1. Create", "1", "Create"),
            ("1) Create", "1", "Create"),
            ("(12) Create", "12", "Create"),
            ("[3] Create", "3", "Create"),
            ("Step 1: Create", "1", "Create"),
            ("STEP 7 Create", "7", "Create"),
            ("**2.** Create", "2", "Create"),
            ("**Step 2:** Create", "2", "Create"),
            ("4.1 Create", "4.1", "Create"),
            ("4.1. Create", "4.1", "Create"),
            ("4a) Create", "4a", "Create"),
            ("1 - Create", "1", "Create"),
            ("- 1. Create", "1", "Create"),
            ("5.\tCreate", "5", "Create"),
        ] {
            let found = mark(line).unwrap_or_else(|| panic!("{line}"));
            assert_eq!((found.number.as_str(), found.rest), (number, rest), "{line}");
        }
        for line in
            ["1 day later", "24h", "2026-11-29", "1.", "create 1.", "v1. x", "1..2 x", "10:30 start", ""]
        {
            assert!(mark(line).is_none_or(|m| m.rest.is_empty()), "{line}: {:?}", mark(line));
        }
        assert!(mark("1.5 hours").is_some_and(|m| m.is_loose));
        assert_eq!(letter("a) Create"), Some(('a', "Create")));
        assert_eq!(letter("a word"), None);
    }
}
