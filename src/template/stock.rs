//! The plans that come with keyroll, by their names.

use crate::source::Source;

pub use crate::plan::inner::{STOCK, Template};

impl Template {
    /// The plan with this name. `plans/` in front and `.renewal` behind make no difference.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        let name = name.strip_prefix("plans/").unwrap_or(name);
        let name = name.strip_suffix(".renewal").unwrap_or(name);
        STOCK.iter().find(|template| template.name == name)
    }

    /// Its text, under the name of its file.
    #[must_use]
    pub fn source(&self) -> Source {
        Source::new(format!("plans/{}.renewal", self.name), self.text)
    }
}
