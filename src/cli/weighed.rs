//! Which advice refuses a plan here, and which is not told.

use std::fmt;

use miette::{Diagnostic, LabeledSpan, Severity, SourceCode};

use crate::{plan::suggest::nearest, source::Finding};

use super::{exit::Exit, explain, screen::Screen};

/// The word for every code of advice.
const ALL: &str = "advice";

/// What is denied and what is allowed.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Weights {
    /// Refuse a plan for this advice too: a code as `keyroll explain` has it, or `advice` for all
    #[arg(long, value_name = "CODE")]
    deny: Vec<String>,
    /// Do not tell this advice; an error cannot be allowed
    #[arg(long, value_name = "CODE")]
    allow: Vec<String>,
}

impl Weights {
    /// Says what of it is no code.
    ///
    /// # Errors
    /// The exit; it has been said.
    pub fn known(&self, screen: &mut Screen) -> Result<(), Exit> {
        let codes: Vec<&str> = explain::all().iter().map(|explanation| explanation.code).collect();
        for code in self.deny.iter().chain(&self.allow) {
            let bare = bare(code);
            if bare != ALL && !codes.contains(&bare) {
                let near = nearest(bare, codes.iter().copied());
                let help = near.map(|near| format!(": did you mean `{near}`?")).unwrap_or_default();
                screen.talk(format_args!("there is no code `{}`{help}", crate::source::shown(bare)));
                return Err(Exit::Usage);
            }
        }
        Ok(())
    }

    /// The advice that is told, and whether it refuses the plan.
    #[must_use]
    pub fn weighed(&self, advice: Vec<Finding>) -> (Vec<Finding>, bool) {
        let (mut told, mut refuses): (Vec<Finding>, bool) = (Vec::new(), false);
        for finding in advice {
            let code = finding.code().map(|code| code.to_string()).unwrap_or_default();
            let named = |list: &[String]| list.iter().any(|one| bare(one) == bare(&code) || one == ALL);
            // What is named itself goes before what is said of all.
            let alone = |list: &[String]| list.iter().any(|one| bare(one) == bare(&code));
            if named(&self.deny) && !alone(&self.allow) {
                refuses = true;
                told.push(Box::new(Denied(finding)));
            } else if !named(&self.allow) {
                told.push(finding);
            }
        }
        (told, refuses)
    }
}

fn bare(code: &str) -> &str {
    code.strip_prefix("keyroll::").unwrap_or(code)
}

/// Advice that refuses here.
struct Denied(Finding);

impl fmt::Debug for Denied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Denied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl std::error::Error for Denied {}

impl Diagnostic for Denied {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.0.code()
    }

    fn severity(&self) -> Option<Severity> {
        Some(Severity::Error)
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.0.help()
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.0.source_code()
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        self.0.labels()
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn Diagnostic> + 'a>> {
        self.0.related()
    }
}
