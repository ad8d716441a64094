//! The edit that a finding asks for, where there is an obvious one, as an editor can make it.
//!
//! The finding brings it along as [`Mend`]: a name that was meant instead of another one, or a sentence that can be
//! taken out.

use std::ops::Range;

use schemars::JsonSchema;
use serde::Serialize;

use crate::source::{Mend, Source};

use super::findings::{Lines, Place};

/// What a line that goes on begins with.
const BLANKS: [char; 2] = [' ', '\t'];

/// An edit of the text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Fix {
    /// What it does, as an order.
    pub says: String,
    /// What it takes out.
    pub at: Place,
    /// What comes in; empty where nothing does.
    pub text: String,
}

impl Fix {
    /// The edit of a finding whose first place is here; nothing where that cannot be told of the text.
    #[must_use]
    pub fn of(mend: &Mend, first: &Place, source: &Source, lines: &Lines<'_>) -> Option<Self> {
        if first.file != source.name {
            return None;
        }
        match mend {
            Mend::Write(near) => meant(near, first, source),
            Mend::TakeOut => {
                let taken = line(first.start..first.end, &source.text)?;
                let at = lines.place(taken.start, taken.len());
                Some(Self { says: "take the line out".to_owned(), at, text: String::new() })
            }
        }
    }
}

/// A word in the place of another one.
fn meant(near: &str, first: &Place, source: &Source) -> Option<Fix> {
    let written = source.text.get(first.start..first.end)?;
    let (sign, word) = written.strip_prefix('$').map_or(("", written), |word| ("$", word));
    let is_word =
        |text: &str| !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-');
    let near = near.strip_prefix('$').unwrap_or(near);
    let is_one = is_word(word) && is_word(near);
    let (says, text) = (format!("write `{sign}{near}`"), format!("{sign}{near}"));
    is_one.then(|| Fix { says, at: Place { label: None, ..first.clone() }, text })
}

/// The line that a sentence fills; nothing where it begins or ends on another one, or shares it.
fn line(at: Range<usize>, text: &str) -> Option<Range<usize>> {
    let (before, after) = (text.get(..at.start)?, text.get(at.end..)?);
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let end = after.find('\n').map_or(text.len(), |newline| at.end + newline + 1);
    let whole = text.get(start..end)?;
    let next = text.get(end..)?.lines().next().unwrap_or_default();
    // A sentence of its own may go on in lines that are indented.
    let goes_on = !whole.starts_with(BLANKS) && next.starts_with(BLANKS);
    let is_alone = !whole.contains(['{', '}']) && !whole.trim_end().contains('\n');
    (is_alone && !goes_on).then_some(start..end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Finding, Noted, Span};

    fn fixed(mend: &Mend, at: Range<usize>, text: &str) -> Option<String> {
        let source = Source::new("p", text);
        let lines = Lines::of(&source);
        let fix = Fix::of(mend, &lines.place(at.start, at.len()), &source, &lines)?;
        let (before, after) = (text.get(..fix.at.start)?, text.get(fix.at.end..)?);
        Some(format!("{before}{}{after}", fix.text))
    }

    #[test]
    fn a_near_word_comes_in_the_place_of_what_was_written() {
        let meant = |near: &str, at, text| fixed(&Mend::Write(near.to_owned()), at, text);
        assert_eq!(meant("partner", 7..12, "accept partr"), Some("accept partner".to_owned()));
        assert_eq!(meant("$alias", 0..5, "$alis"), Some("$alias".to_owned()));
        assert_eq!(meant("alias", 0..5, "$alis"), Some("$alias".to_owned()));
        assert_eq!(meant("alias", 0..9, "\"a $alis\""), None, "within a text it is not told which part");
        assert_eq!(meant("two words", 0..1, "a"), None);
    }

    #[test]
    fn a_sentence_is_taken_out_with_its_line() {
        let out = |at, text| fixed(&Mend::TakeOut, at, text);
        assert_eq!(out(2..3, "a\nb\nc\n"), Some("a\nc\n".to_owned()));
        assert_eq!(out(2..3, "a\nb"), Some("a\n".to_owned()));
        assert_eq!(out(2..3, "a\nb\n  c\n"), None, "it goes on");
        assert_eq!(out(5..6, "a {\n b\n c\n}"), Some("a {\n c\n}".to_owned()));
        assert_eq!(out(4..5, "a { b }\n"), None);
        assert_eq!(out(0..3, "a\nb\n"), None, "two lines");
    }

    /// Whatever a finding is around it, the edit is found.
    #[test]
    fn the_edit_stays_with_its_finding() {
        let source = Source::new("p", "role a");
        let finding = || -> Finding { Box::new(miette::MietteDiagnostic::new("said")) };
        assert_eq!(Mend::in_finding(finding().as_ref()), None);
        let mended = source.placed_one(Noted::with(Mend::TakeOut.of(finding()), "a remark".to_owned()));
        assert_eq!(Mend::in_finding(mended.as_ref()), Some(&Mend::TakeOut));
        let within = source.told_in(vec![mended], &source, "p", Span::new(0, 1));
        assert_eq!(within.first().and_then(|one| Mend::in_finding(one.as_ref())), Some(&Mend::TakeOut));
    }
}
