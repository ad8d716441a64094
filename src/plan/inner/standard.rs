//! The plans that come with keyroll, as parts of others.

use super::stock::{STOCK, Template};

/// Those that may be a part of another plan, under `std/` and their names: no hazard, and nothing for an
/// emergency.
pub fn standards() -> impl Iterator<Item = &'static Template> {
    let is_apart = |name: &str| {
        name.ends_with("-as-documented") || name.starts_with("incidents/") || name.starts_with("emergency/")
    };
    STOCK.iter().filter(move |plan| !is_apart(plan.name))
}

/// The text of `std/NAME`.
#[must_use]
pub fn standard(file: &str) -> Option<&'static str> {
    let name = file.strip_prefix("std/")?;
    standards().find(|plan| plan.name == name).map(|plan| plan.text)
}
