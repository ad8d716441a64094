//! What is said of few steps, beside what is said of all.

use crate::source::Span;

use super::{Date, Deadline, Step, Takes, Waits};

/// What else is said of a step: most say none of it, so it lies apart from the steps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Extra {
    /// How long it takes, where that is said.
    pub takes: Option<Takes>,
    /// How long it waits after other steps.
    pub waits: Vec<Waits>,
    /// The date before which it does not begin.
    pub not_before: Option<Date>,
    /// Until when it has to have begun.
    pub not_after: Option<Deadline>,
    /// Where it says that an attempt that was given up may take effect at any later moment.
    pub comes_late: Option<Span>,
    /// Where it says that two people stand behind it.
    pub two_people: Option<Span>,
}

/// None of it.
static NONE: Extra = Extra {
    takes: None,
    waits: Vec::new(),
    not_before: None,
    not_after: None,
    comes_late: None,
    two_people: None,
};

impl Extra {
    /// As a step keeps it: nothing where nothing is said.
    #[must_use]
    pub fn kept(self) -> Option<Box<Self>> {
        (self != NONE).then(|| Box::new(self))
    }
}

impl Step {
    /// What else is said of it.
    #[must_use]
    pub fn extra(&self) -> &Extra {
        self.extra.as_deref().unwrap_or(&NONE)
    }
}
