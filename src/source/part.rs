//! Texts that stand behind another, as if they were one: a place in any of them is one span, and a finding
//! is drawn in the text that it is about.

use std::{cell::OnceCell, fmt, path::Path, sync::Arc};

use miette::{Diagnostic, LabeledSpan, NamedSource, Severity, SourceCode};

use super::{Finding, Source, Span, around::around, shown};

/// A text behind the author's, of which a part of the plan is made.
#[derive(Clone, Debug)]
pub struct Part {
    /// What to call the text in a finding.
    pub name: String,
    /// The text itself.
    pub text: Arc<str>,
    /// Where it begins, in bytes from the start of the first text.
    pub base: usize,
    /// What the plan calls what is made of it.
    pub called: String,
    /// Where that is asked for, in the first text or in a part.
    pub asked: Span,
}

/// A text among those of one plan.
#[derive(Debug, Default)]
pub(super) struct Among {
    /// The folder from which it names files, seen from that of the first text; nothing where they are one.
    folder: String,
    /// The texts behind it, in their order.
    parts: Vec<Part>,
}

impl Source {
    /// Where it stands, without the texts behind it.
    pub(super) fn without_parts(&self) -> Arc<Among> {
        if self.among.parts.is_empty() {
            return Arc::clone(&self.among);
        }
        Arc::new(Among { folder: self.among.folder.clone(), parts: Vec::new() })
    }

    /// The same text with others behind it, in the order of their places.
    #[must_use]
    pub fn with_parts(self, parts: Vec<Part>) -> Self {
        let among = Among { folder: self.among.folder.clone(), parts };
        Self { among: Arc::new(among), ..self }
    }

    /// The texts behind it.
    #[must_use]
    pub fn parts(&self) -> &[Part] {
        &self.among.parts
    }

    /// The first offset that lies neither in the text nor in one behind it.
    #[must_use]
    pub fn reach(&self) -> usize {
        let end = self.among.parts.last().map_or(self.text.len(), |last| last.base + last.text.len());
        end + 1
    }

    /// The text behind this one in which an offset lies; nothing where it lies in this one.
    #[must_use]
    pub fn part_at(&self, at: usize) -> Option<&Part> {
        let behind = self.among.parts.partition_point(|part| part.base <= at);
        behind.checked_sub(1).and_then(|place| self.among.parts.get(place))
    }

    /// The text in which a span begins, by its name, with the one-based line and column (in characters).
    #[must_use]
    pub fn place(&self, span: Span) -> (&str, usize, usize) {
        let (name, text, at) = match self.part_at(span.start) {
            Some(part) => (part.name.as_str(), &*part.text, span.start - part.base),
            None => (self.name.as_str(), self.text.as_str(), span.start),
        };
        let before = text.get(..at.min(text.len())).unwrap_or(text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
        (name, line, column)
    }

    /// Under which name a file is kept that this text names: its path from the folder of the first text.
    #[must_use]
    pub fn key(&self, name: &str) -> String {
        if self.among.folder.is_empty() || name.starts_with("std/") {
            return name.to_owned();
        }
        format!("{}/{name}", self.among.folder)
    }

    /// The text of a file that this one names, whose own files lie beside it.
    #[must_use]
    pub fn of_neighbour(&self, name: &str, text: impl Into<String>) -> Self {
        let key = self.key(name);
        let folder = key.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
        let beside = Path::new(&self.name).parent().filter(|_| !name.starts_with("std/"));
        let shown = beside.map_or_else(|| name.to_owned(), |beside| beside.join(name).display().to_string());
        let among = Arc::new(Among { folder, parts: Vec::new() });
        Self { among, ..self.of_file(&shown, text) }
    }

    /// Findings, each with the text that it is about, where that is one behind this.
    #[must_use]
    pub fn placed(&self, findings: Vec<Finding>) -> Vec<Finding> {
        if self.among.parts.is_empty() {
            return findings;
        }
        let texts = Texts::of(self);
        findings.into_iter().map(|finding| texts.placed(finding)).collect()
    }

    /// A finding, likewise.
    #[must_use]
    pub fn placed_one(&self, finding: Finding) -> Finding {
        Texts::of(self).placed(finding)
    }

    /// Findings of this text with it, for whoever tells them among those of another one: `outer` asks for it
    /// at a place, and calls it so.
    #[must_use]
    pub fn told_in(&self, findings: Vec<Finding>, outer: &Self, called: &str, asked: Span) -> Vec<Finding> {
        let (mine, theirs) = (Texts::of(self), Texts::of(outer));
        let one = |finding: Finding| -> Finding {
            let first = if finding.source_code().is_some() { finding } else { mine.apart(finding) };
            Box::new(Placed { first, beside: vec![theirs.asks(called, asked)] })
        };
        findings.into_iter().map(one).collect()
    }
}

/// The texts of a source, each kept once for all findings.
struct Texts<'s> {
    source: &'s Source,
    first: OnceCell<Arc<str>>,
}

impl<'s> Texts<'s> {
    const fn of(source: &'s Source) -> Self {
        Self { source, first: OnceCell::new() }
    }

    /// The text in which an offset lies, and where it begins.
    fn at(&self, offset: usize) -> (Text, usize) {
        match self.source.part_at(offset) {
            Some(part) => (NamedSource::new(&part.name, Arc::clone(&part.text)), part.base),
            None => {
                let text = self.first.get_or_init(|| Arc::from(self.source.text.as_str()));
                (NamedSource::new(&self.source.name, Arc::clone(text)), 0)
            }
        }
    }

    fn placed(&self, first: Finding) -> Finding {
        let is_behind = |label: LabeledSpan| self.source.part_at(label.offset()).is_some();
        let stays = first.source_code().is_some() || !first.labels().into_iter().flatten().any(is_behind);
        if stays { first } else { self.apart(first) }
    }

    fn asks(&self, called: &str, asked: Span) -> Beside {
        let (text, base) = self.at(asked.start);
        let words = Some("asked for here".to_owned());
        let length = asked.end.saturating_sub(asked.start);
        let label = LabeledSpan::new(words, asked.start.saturating_sub(base), length);
        Beside { said: format!("it is a part of `{}`", shown(called)), labels: vec![label], text }
    }

    /// The finding with the text of its first place; what it says of other texts, and who asks for it, stands
    /// beside.
    fn apart(&self, first: Finding) -> Finding {
        let mut groups: Vec<(usize, Text, Vec<LabeledSpan>)> = Vec::new();
        for label in first.labels().into_iter().flatten() {
            let (text, base) = self.at(label.offset());
            let words = label.label().map(str::to_owned);
            let moved = LabeledSpan::new(words, label.offset().saturating_sub(base), label.len());
            match groups.iter_mut().find(|(other, ..)| *other == base) {
                Some((.., labels)) => labels.push(moved),
                None => groups.push((base, text, vec![moved])),
            }
        }
        let mut groups = groups.into_iter();
        let (mut at, text, labels) = groups.next().unwrap_or_else(|| (0, self.at(0).0, Vec::new()));
        let other = |(base, text, labels): (usize, Text, Vec<LabeledSpan>)| {
            let within = self.source.part_at(base).map(|part| format!("`{}`", shown(&part.called)));
            let within = within.unwrap_or_else(|| shown(text.name()));
            Beside { said: format!("the other place is in {within}"), labels, text }
        };
        let mut beside: Vec<Beside> = groups.map(other).collect();
        while let Some(part) = self.source.part_at(at) {
            beside.push(self.asks(&part.called, part.asked));
            at = self.source.part_at(part.asked.start).map_or(0, |outer| outer.base);
        }
        Box::new(Placed { first: Box::new(Own { first, labels, text }), beside })
    }
}

type Text = NamedSource<Arc<str>>;

/// A finding with its own text.
#[derive(Debug)]
struct Own {
    first: Finding,
    labels: Vec<LabeledSpan>,
    text: Text,
}

/// A finding with what stands beside it.
#[derive(Debug)]
struct Placed {
    first: Finding,
    beside: Vec<Beside>,
}

/// What belongs to a finding, in another text.
#[derive(Debug)]
struct Beside {
    said: String,
    labels: Vec<LabeledSpan>,
    text: Text,
}

around!(Own {
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.first.help()
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.text)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn Diagnostic> + 'a>> {
        self.first.related()
    }
});

around!(Placed {
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.first.help()
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.first.source_code()
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        self.first.labels()
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn Diagnostic> + 'a>> {
        let own = self.first.related().into_iter().flatten();
        Some(Box::new(own.chain(self.beside.iter().map(|one| one as &dyn Diagnostic))))
    }
});

/// The finding that a placed one is around.
pub(super) fn first<'a>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a Finding> {
    let own = error.downcast_ref::<Own>().map(|own| &own.first);
    own.or_else(|| error.downcast_ref::<Placed>().map(|placed| &placed.first))
}

impl fmt::Display for Beside {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.said)
    }
}

impl std::error::Error for Beside {}

impl Diagnostic for Beside {
    fn severity(&self) -> Option<Severity> {
        Some(Severity::Advice)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.text)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }
}

/// The whole text that a finding brings with it, under its name.
#[must_use]
pub fn own_text(finding: &dyn Diagnostic) -> Option<Source> {
    let code = finding.source_code()?;
    // From the first character on, as many lines as there are.
    let whole = code.read_span(&(0, 0).into(), 0, usize::MAX).ok()?;
    let text = String::from_utf8_lossy(whole.data()).into_owned();
    Some(Source::new(whole.name().unwrap_or_default(), text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts() -> Source {
        let part = |base, name: &str, asked| Part {
            name: name.to_owned(),
            text: Arc::from("one\ntwo\n"),
            base,
            called: format!("of-{name}"),
            asked,
        };
        let first = Source::new("p", "a\nbc\n");
        assert_eq!(first.reach(), 6);
        first.with_parts(vec![part(6, "q", Span::new(2, 4)), part(15, "r", Span::new(10, 13))])
    }

    #[test]
    fn a_place_is_told_in_its_own_text() {
        let source = parts();
        assert_eq!(source.reach(), 24);
        assert_eq!(source.place(Span::new(2, 3)), ("p", 2, 1));
        assert_eq!(source.place(Span::new(5, 5)), ("p", 3, 1));
        assert_eq!(source.place(Span::new(6, 7)), ("q", 1, 1));
        assert_eq!(source.place(Span::new(20, 22)), ("r", 2, 2));
    }

    #[test]
    fn a_neighbour_names_what_lies_beside_it() {
        let inner = Source::new("plans/a.renewal", "").of_neighbour("deep/b.renewal", "");
        assert_eq!(
            (inner.name.as_str(), inner.key("c.csv").as_str()),
            ("plans/deep/b.renewal", "deep/c.csv")
        );
        let deeper = inner.of_neighbour("er/d.renewal", "");
        assert_eq!(
            (deeper.name.as_str(), deeper.key("e").as_str()),
            ("plans/deep/er/d.renewal", "deep/er/e")
        );
        assert_eq!(inner.of_neighbour("std/tls/x", "").name, "std/tls/x");
    }
}
