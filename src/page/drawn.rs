//! A finding made safe to draw: its words escaped, its places within the text.

use std::{fmt, rc::Rc};

use miette::{Diagnostic, LabeledSpan, Severity, SourceCode};

use super::excerpt::Excerpts;
use crate::source::{is_hostile, own_text, shown};

/// A finding with the text that it points into.
#[derive(Debug)]
pub(super) struct Drawn {
    message: String,
    code: Option<String>,
    help: Option<String>,
    severity: Option<Severity>,
    labels: Vec<LabeledSpan>,
    related: Vec<Drawn>,
    text: Rc<Excerpts>,
}

impl Drawn {
    /// Takes over what a finding says; one that brings its text with it is drawn in that.
    pub(super) fn new(finding: &dyn Diagnostic, text: &Rc<Excerpts>) -> Self {
        let own = own_text(finding).map(|source| Rc::new(Excerpts::new(&source)));
        let text = own.as_ref().unwrap_or(text);
        let labels = finding.labels().into_iter().flatten().map(|label| {
            let words = label.label().map(safe);
            let span = text.clamp(label.offset(), label.len());
            match label.primary() {
                true => LabeledSpan::new_primary_with_span(words, span),
                false => LabeledSpan::new_with_span(words, span),
            }
        });
        Self {
            message: safe(&finding.to_string()),
            code: finding.code().map(|c| safe(&c.to_string())),
            help: finding.help().map(|h| safe(&h.to_string())),
            severity: finding.severity(),
            labels: labels.collect(),
            related: finding.related().into_iter().flatten().map(|one| Self::new(one, text)).collect(),
            text: Rc::clone(text),
        }
    }
}

/// Escapes what could steer a terminal, and keeps line ends.
fn safe(words: &str) -> String {
    if !words.chars().any(|c| is_hostile(c) || c == '\r') {
        return words.to_owned();
    }
    words.split('\n').map(shown).collect::<Vec<_>>().join("\n")
}

impl fmt::Display for Drawn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Drawn {}

impl Diagnostic for Drawn {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.code.as_ref().map(|code| Box::new(code) as Box<dyn fmt::Display>)
    }

    fn severity(&self) -> Option<Severity> {
        self.severity
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&*self.text)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        (!self.labels.is_empty())
            .then(|| Box::new(self.labels.iter().cloned()) as Box<dyn Iterator<Item = _>>)
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn Diagnostic> + 'a>> {
        let related = self.related.iter().map(|one| one as &dyn Diagnostic);
        (!self.related.is_empty()).then(|| Box::new(related) as Box<dyn Iterator<Item = _>>)
    }
}
