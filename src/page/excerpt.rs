//! Lines of a text around a place, found by offset: drawing a hundred findings reads the text once.

use memchr::memchr_iter;
use miette::{MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

use crate::source::{Source, shown};

/// How much of an endless line is drawn on either side of a place, in bytes.
const MARGIN: usize = 160;

/// The longest place that is drawn, in bytes.
const LONGEST: usize = 120;

/// The widest stretch of text that is drawn as one piece, in bytes.
const WIDEST: usize = 8192;

/// A text as it may be drawn, with the offsets of its lines.
#[derive(Debug)]
pub(super) struct Excerpts {
    name: String,
    text: String,
    /// The offset of each line's first byte.
    starts: Vec<usize>,
    /// The length of the author's text; what is drawn may be one blank longer.
    length: usize,
}

impl Excerpts {
    /// Looks for the lines of a text.
    pub(super) fn new(source: &Source) -> Self {
        let mut text = source.drawn_text();
        let starts = std::iter::once(0).chain(memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1)).collect();
        let length = text.len();
        // The end of the text is drawn as a place only when a character stands behind it.
        text.push(if text.is_empty() || text.ends_with('\n') { ' ' } else { '\n' });
        Self { name: shown(&source.name), text, starts, length }
    }

    /// The nearest place that can be drawn: within the text, between characters, on one line and
    /// not endless. What goes over several lines is pointed at on its first.
    pub(super) fn clamp(&self, offset: usize, length: usize) -> SourceSpan {
        let start = self.floor(offset.min(self.length));
        let end = start.saturating_add(length).min(start + LONGEST).min(self.line_end(start));
        let end = self.ceil(end.max(start));
        (start, end - start).into()
    }

    fn floor(&self, at: usize) -> usize {
        (0..=at).rev().find(|n| self.text.is_char_boundary(*n)).unwrap_or(0)
    }

    fn ceil(&self, at: usize) -> usize {
        (at..=self.text.len()).find(|n| self.text.is_char_boundary(*n)).unwrap_or(self.text.len())
    }

    /// The number of the line that holds an offset, from 0.
    fn line(&self, at: usize) -> usize {
        self.starts.partition_point(|start| *start <= at).saturating_sub(1)
    }

    fn line_start(&self, line: usize) -> usize {
        self.starts.get(line).copied().unwrap_or(self.text.len())
    }

    /// The offset after the last character of the line that holds `at`.
    fn line_end(&self, at: usize) -> usize {
        let next = self.line_start(self.line(at) + 1);
        let line = self.text.get(at..next).unwrap_or("");
        at + line.trim_end_matches(['\n', '\r']).len()
    }
}

impl SourceCode for Excerpts {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        lines_before: usize,
        lines_after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let (start, end) = (span.offset(), span.offset().saturating_add(span.len()));
        if end > self.text.len() || span.len() > WIDEST {
            return Err(MietteError::OutOfBounds);
        }
        let (first, last) = (self.line(start), self.line(end));
        let mut top = first.saturating_sub(lines_before);
        // Endless lines are cut, and a neighbour that would be cut is left out.
        let mut from = self.line_start(top);
        if start - from > MARGIN + LONGEST {
            from = self.line_start(first).max(self.floor(start.saturating_sub(MARGIN)));
            top = first;
        }
        // An empty last line is shown only to those who point at it.
        let mut bottom = last + lines_after;
        if bottom > last && self.line_start(bottom) == self.length {
            bottom -= 1;
        }
        let mut to = self.line_start(bottom + 1);
        if to - end > MARGIN + LONGEST {
            let near = self.ceil(end.saturating_add(MARGIN).min(self.text.len()));
            to = self.line_start(last + 1).min(near);
        }
        let column = if lines_before == 0 {
            let before = self.text.get(self.line_start(first)..start);
            from = start;
            before.unwrap_or("").chars().count()
        } else {
            0
        };
        let data = self.text.get(from..to).ok_or(MietteError::OutOfBounds)?;
        let count = data.matches('\n').count() + 1;
        Ok(Box::new(MietteSpanContents::new_named(
            self.name.clone(),
            data.as_bytes(),
            (from, data.len()).into(),
            top,
            column,
            count,
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(excerpts: &Excerpts, at: (usize, usize)) -> String {
        let contents = excerpts.read_span(&at.into(), 1, 1).unwrap();
        String::from_utf8(contents.data().to_vec()).unwrap()
    }

    #[test]
    fn places_are_moved_into_the_text() {
        let excerpts = Excerpts::new(&Source::new("p", "aé\nb"));
        assert_eq!(excerpts.clamp(99, 5), (5, 0).into());
        assert_eq!(excerpts.clamp(2, 0), (1, 0).into(), "within a character");
        assert_eq!(excerpts.clamp(0, usize::MAX), (0, 3).into(), "the first line only");
        assert_eq!(read(&excerpts, (5, 0)), "aé\nb\n");
    }

    #[test]
    fn neighbours_are_shown_and_endless_lines_cut() {
        let excerpts = Excerpts::new(&Source::new("p", "one\ntwo\nthree\nfour"));
        assert_eq!(read(&excerpts, (4, 3)), "one\ntwo\nthree\n");
        let long = Excerpts::new(&Source::new("p", "é".repeat(100_000)));
        assert!(read(&long, (100_000, 2)).len() < 1000);
    }

    #[test]
    fn the_line_is_counted_as_people_count() {
        let excerpts = Excerpts::new(&Source::new("p", "a\r\nb\r\nxc"));
        let contents = excerpts.read_span(&(7, 1).into(), 0, 0).unwrap();
        assert_eq!((contents.line(), contents.column()), (2, 1));
    }
}
