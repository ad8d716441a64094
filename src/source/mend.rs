//! How a finding is mended where there is an obvious way: as data, beside the words that say it to people.

use std::{error::Error, fmt};

use miette::{Diagnostic, LabeledSpan, Severity, SourceCode};

use super::{
    Finding,
    around::{self, around},
    part,
};

/// An edit at the first place of a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mend {
    /// This was meant in the place of what stands there.
    Write(String),
    /// The sentence that stands there says nothing and can be taken out.
    TakeOut,
}

/// A finding with its edit; all else is as it was.
#[derive(Debug)]
struct Mended {
    first: Finding,
    mend: Mend,
}

impl Mend {
    /// Adds the edit to a finding.
    #[must_use]
    pub fn of(self, first: Finding) -> Finding {
        Box::new(Mended { first, mend: self })
    }

    /// The edit that a finding brings along, if it brings one.
    #[must_use]
    pub fn in_finding<'a>(finding: &'a (dyn Diagnostic + 'static)) -> Option<&'a Self> {
        let error: &'a (dyn Error + 'static) = finding;
        if let Some(mended) = error.downcast_ref::<Mended>() {
            return Some(&mended.mend);
        }
        let first = around::first(error).or_else(|| part::first(error))?;
        Self::in_finding(first.as_ref())
    }
}

around!(Mended {
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
        self.first.related()
    }
});
