//! Names for what prose only describes.

use std::collections::{BTreeMap, BTreeSet};

use crate::syntax::NAME_LIMIT;

/// Words that begin a sentence of a plan, or join its parts, and are no good names.
const RESERVED: [&str; 36] = [
    "keyroll", "plan", "param", "role", "key", "keystore", "receiver", "flow", "window", "step", "promise",
    "finally", "waive", "expect", "refused", "because", "table", "for", "each", "where", "is", "not", "with",
    "from", "source", "of", "by", "at", "after", "needs", "takes", "may", "to", "most", "alias", "as",
];

/// The names of a plan, each given once.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    given: BTreeSet<String>,
    /// The number that is tried next behind a name.
    next: BTreeMap<String, usize>,
}

impl Names {
    /// The name that comes nearest to a text and that nothing has yet.
    pub(super) fn give(&mut self, wish: &str, otherwise: &str) -> String {
        let wish = snake(wish);
        let wish =
            if wish.starts_with(|c: char| c.is_ascii_alphabetic()) { wish } else { otherwise.to_owned() };
        let wish = if RESERVED.contains(&wish.as_str()) { format!("{wish}_{otherwise}") } else { wish };
        // With room for a number behind it.
        let wish: String = wish.chars().take(NAME_LIMIT - 8).collect();
        let next = self.next.entry(wish.clone()).or_insert(1);
        loop {
            let name = if *next == 1 { wish.clone() } else { format!("{wish}_{next}") };
            *next += 1;
            if self.given.insert(name.clone()) {
                return name;
            }
        }
    }
}

/// A text as a name: small letters, figures, and `_` for all else.
pub(super) fn snake(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars().map(|c| c.to_ascii_lowercase()) {
        if c.is_ascii_alphanumeric() {
            out.push(c);
        } else if !out.is_empty() && !out.ends_with('_') && (c.is_whitespace() || c.is_ascii_punctuation()) {
            out.push('_');
        }
    }
    out.trim_end_matches('_').replace("administrator", "admin")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_names_and_differ() {
        let mut names = Names::default();
        assert_eq!(names.give("Tenant administrator", "party"), "tenant_admin");
        assert_eq!(names.give("Tenant Administrator", "party"), "tenant_admin_2");
        assert_eq!(names.give("Receiver", "party"), "receiver_party");
        assert_eq!(names.give("日本", "party"), "party");
        assert_eq!(names.give("4.1", "act"), "act");
        assert!(names.give(&"x".repeat(100), "role").len() <= NAME_LIMIT);
    }
}
