//! Where a signature stands.

use std::{fmt, str::FromStr};

use super::selector::{NoSelector, Selector};

const AFTER: &str = "after:";

/// A place for a signature. As a text: an element, whose last child it becomes, or `after:` and an
/// element, whose next sibling it becomes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Position {
    /// The last child of an element.
    Inside(Selector),
    /// The next sibling of an element.
    After(Selector),
}

impl Position {
    /// The element.
    #[must_use]
    pub const fn selector(&self) -> &Selector {
        match self {
            Self::Inside(selector) | Self::After(selector) => selector,
        }
    }
}

impl FromStr for Position {
    type Err = NoSelector;

    fn from_str(text: &str) -> Result<Self, NoSelector> {
        match text.strip_prefix(AFTER) {
            Some(element) => element.parse().map(Self::After),
            None => text.parse().map(Self::Inside),
        }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Inside(element) => element.fmt(f),
            Self::After(element) => write!(f, "{AFTER}{element}"),
        }
    }
}
