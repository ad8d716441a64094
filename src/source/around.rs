//! Findings around others: what they say is what the first one says, but for what each adds.

use std::fmt;

use miette::{Diagnostic, LabeledSpan, Severity, SourceCode};

use super::Finding;

/// What a finding around another one takes over from it.
macro_rules! around {
    ($kind:ident { $($own:item)* }) => {
        impl fmt::Display for $kind {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.first.fmt(f)
            }
        }

        impl std::error::Error for $kind {}

        impl Diagnostic for $kind {
            fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
                self.first.code()
            }

            fn severity(&self) -> Option<Severity> {
                self.first.severity()
            }

            fn url<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
                self.first.url()
            }

            fn diagnostic_source(&self) -> Option<&dyn Diagnostic> {
                self.first.diagnostic_source()
            }

            $($own)*
        }
    };
}

pub(super) use around;

/// A finding with a remark behind its help; all else is as it was.
#[derive(Debug)]
pub struct Noted {
    first: Finding,
    note: String,
}

impl Noted {
    /// Adds a remark, a clause without its full stop.
    #[must_use]
    pub fn with(first: Finding, note: String) -> Finding {
        Box::new(Self { first, note })
    }
}

around!(Noted {
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let before = self.first.help().map_or_else(String::new, |help| help.to_string());
        let between = if before.is_empty() || before.ends_with('?') { " " } else { "; " };
        let told = format!("{before}{between}{}", self.note);
        Some(Box::new(told.trim_start().to_owned()))
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

/// The finding that a noted one is around.
pub(super) fn first<'a>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a Finding> {
    error.downcast_ref::<Noted>().map(|noted| &noted.first)
}
