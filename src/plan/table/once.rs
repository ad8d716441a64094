//! What is found in many rows is told once, at the place where it is said.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    fmt,
};

use miette::{Diagnostic, LabeledSpan, Severity, SourceCode};

use crate::source::Finding;

/// A finding, and how often it was made.
#[derive(Debug)]
struct Repeated {
    first: Finding,
    /// How many more there are.
    more: usize,
}

/// Of the findings with one code at one place the first is kept; its help says how many more there are.
#[must_use]
pub fn once(findings: Vec<Finding>) -> Vec<Finding> {
    let mut places = BTreeMap::new();
    let mut kept: Vec<(Finding, usize)> = Vec::new();
    for finding in findings {
        match places.entry(key(&finding)) {
            Entry::Vacant(entry) => {
                entry.insert(kept.len());
                kept.push((finding, 0));
            }
            Entry::Occupied(entry) => {
                if let Some((_, more)) = kept.get_mut(*entry.get()) {
                    *more += 1;
                }
            }
        }
    }
    let told = kept.into_iter().map(|(first, more)| -> Finding {
        if more == 0 { first } else { Box::new(Repeated { first, more }) }
    });
    told.collect()
}

fn key(finding: &Finding) -> (Option<String>, Option<(usize, usize)>) {
    let at = finding.labels().and_then(|mut labels| labels.next());
    let place = at.map(|label| (label.offset(), label.len()));
    (finding.code().map(|code| code.to_string()), place)
}

impl fmt::Display for Repeated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.first.fmt(f)
    }
}

impl std::error::Error for Repeated {}

impl Diagnostic for Repeated {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.first.code()
    }

    fn severity(&self) -> Option<Severity> {
        self.first.severity()
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let again = match self.more {
            1 => "once more".to_owned(),
            more => format!("{more} more times"),
        };
        let before = self.first.help().map_or_else(String::new, |help| help.to_string());
        let between = if before.is_empty() || before.ends_with('?') { " " } else { "; " };
        let told = format!("{before}{between}the same is found here {again}, in other rows");
        Some(Box::new(told.trim_start().to_owned()))
    }

    fn url<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.first.url()
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

    fn diagnostic_source(&self) -> Option<&dyn Diagnostic> {
        self.first.diagnostic_source()
    }
}
