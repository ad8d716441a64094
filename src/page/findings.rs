//! Findings for machines: what a page draws, as values.

use miette::Diagnostic;
use schemars::JsonSchema;
use serde::Serialize;

use crate::source::{Finding, Mend, Refusal, Source, is_advice, own_text};

use super::fix::Fix;

/// The findings on one text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Findings {
    /// What the text was read under: a path, or `<stdin>`; nothing when they are about no text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// What was found, in the order of the text.
    pub findings: Vec<Entry>,
    /// How many of them refuse the text.
    pub errors: usize,
    /// How many of them are advice.
    pub advice: usize,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Entry {
    /// Its code, for `keyroll explain`; a part of another finding may have none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Whether it refuses the text.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// What to do next.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// The edit that it asks for, where there is an obvious one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fix: Option<Fix>,
    /// Where, the first place first.
    pub spans: Vec<Place>,
    /// What belongs to it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub related: Vec<Entry>,
    /// How it comes about, moment by moment, each with its words as the label. Documents that have a
    /// story of their own tell it there.
    #[serde(skip)]
    pub story: Vec<Place>,
}

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// It refuses the text.
    Error,
    /// It refuses nothing.
    Advice,
}

/// A place in a text. Lines and columns count from one, columns in characters; the end is excluded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Place {
    /// The text.
    pub file: String,
    /// The line of its first character.
    pub line: usize,
    /// The column of its first character.
    pub column: usize,
    /// The line after its last character.
    pub end_line: usize,
    /// The column after its last character.
    pub end_column: usize,
    /// The offset of its first byte.
    pub start: usize,
    /// The offset after its last byte.
    pub end: usize,
    /// What is said of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
}

impl Findings {
    /// What a refusal says.
    #[must_use]
    pub fn of(refusal: &Refusal) -> Self {
        let text = Lines::of(&refusal.source);
        let one = |finding: &Finding| Entry::of(finding.as_ref(), Mend::in_finding(finding.as_ref()), &text);
        let findings: Vec<Entry> = refusal.findings.iter().map(one).collect();
        let advice = findings.iter().filter(|entry| entry.severity == Severity::Advice).count();
        let errors = findings.len() - advice;
        let file = Some(refusal.source.name.clone()).filter(|name| !name.is_empty());
        Self { file, findings, errors, advice }
    }
}

impl Entry {
    /// What a finding says; one that brings its text with it is about that.
    fn of(finding: &dyn Diagnostic, mend: Option<&Mend>, text: &Lines<'_>) -> Self {
        let own = own_text(finding);
        let own = own.as_ref().map(Lines::of);
        let text = own.as_ref().unwrap_or(text);
        let labels = finding.labels().into_iter().flatten();
        let spans = labels
            .map(|l| Place { label: l.label().map(str::to_owned), ..text.place(l.offset(), l.len()) })
            .collect::<Vec<Place>>();
        let code = finding.code().map(|code| code.to_string());
        let help = finding.help().map(|help| help.to_string());
        let fix = mend.zip(spans.first());
        Self {
            fix: fix.and_then(|(mend, first)| Fix::of(mend, first, text.source, text)),
            code,
            severity: if is_advice(finding) { Severity::Advice } else { Severity::Error },
            message: finding.to_string(),
            help,
            spans,
            related: finding.related().into_iter().flatten().map(|one| Self::of(one, None, text)).collect(),
            story: Vec::new(),
        }
    }
}

/// A text with the offsets of its lines: finding the places of many findings reads it once.
#[derive(Debug)]
pub struct Lines<'a> {
    source: &'a Source,
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    /// Looks for the lines of a text.
    #[must_use]
    pub fn of(source: &'a Source) -> Self {
        let starts = std::iter::once(0).chain(source.text.match_indices('\n').map(|(at, _)| at + 1));
        Self { source, starts: starts.collect() }
    }

    /// The place of some bytes, moved into the text if they lie outside of it.
    #[must_use]
    pub fn place(&self, offset: usize, length: usize) -> Place {
        if let Some(part) = self.source.part_at(offset) {
            let text = Source::new(part.name.as_str(), &*part.text);
            return Lines::of(&text).place(offset - part.base, length);
        }
        let start = self.floor(offset);
        let end = self.floor(offset.saturating_add(length)).max(start);
        let ((line, column), (end_line, end_column)) = (self.position(start), self.position(end));
        Place { file: self.source.name.clone(), line, column, end_line, end_column, start, end, label: None }
    }

    fn floor(&self, at: usize) -> usize {
        let at = at.min(self.source.text.len());
        (0..=at).rev().find(|at| self.source.text.is_char_boundary(*at)).unwrap_or(0)
    }

    fn position(&self, at: usize) -> (usize, usize) {
        let line = self.starts.partition_point(|start| *start <= at);
        let start = self.starts.get(line.saturating_sub(1)).copied().unwrap_or(0);
        (line, self.source.text.get(start..at).unwrap_or("").chars().count() + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_counts_as_people_and_as_machines_do() {
        let source = Source::new("p", "ab\nçd\ne");
        let lines = Lines::of(&source);
        let place = lines.place(5, 3);
        assert_eq!((place.line, place.column, place.end_line, place.end_column), (2, 2, 3, 2));
        assert_eq!((place.start, place.end), (5, 8));
        let inside = lines.place(4, 0);
        assert_eq!((inside.start, inside.line, inside.column), (3, 2, 1), "within a character");
        let beyond = lines.place(99, usize::MAX);
        assert_eq!((beyond.start, beyond.end, beyond.line, beyond.column), (8, 8, 3, 2));
        let source = Source::new("p", "");
        let empty = Lines::of(&source).place(0, 1);
        assert_eq!((empty.line, empty.column, empty.end), (1, 1, 0));
    }
}
