//! An edit of a text: what it changes, and what that means.

use crate::source::Span;

/// A part of a text, and what comes in its place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// What is taken out; empty for a place at which something comes in.
    pub at: Span,
    /// What comes in.
    pub text: String,
}

/// A text with changes; nothing when they stand in each other's way.
#[must_use]
pub fn changed(text: &str, changes: &[Change]) -> Option<String> {
    let mut changes: Vec<&Change> = changes.iter().collect();
    changes.sort_by_key(|change| change.at);
    let mut edited = String::with_capacity(text.len() + 200);
    let mut done = 0;
    for change in changes {
        edited.push_str(text.get(done..change.at.start)?);
        edited.push_str(&change.text);
        done = change.at.end;
    }
    edited.push_str(text.get(done..)?);
    Some(edited)
}

/// A small edit of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// Its changes.
    pub changes: Vec<Change>,
    /// What it does, as an order to the author: "let `b` come after `a`".
    pub sentence: String,
    /// How many lines it adds or changes.
    pub lines: usize,
    /// The step that it is about.
    pub step: String,
}

impl Edit {
    /// The text with the edit; nothing when its changes stand in each other's way.
    #[must_use]
    pub fn applied(&self, text: &str) -> Option<String> {
        changed(text, &self.changes)
    }

    /// How large it is, in words.
    #[must_use]
    pub fn size(&self) -> String {
        if self.lines == 1 { "one line".to_owned() } else { format!("{} lines", self.lines) }
    }

    /// Both edits as one.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        let mut changes = self.changes.clone();
        for change in &other.changes {
            let joins =
                |mine: &&mut Change| mine.at == change.at && mine.text.trim_start().starts_with("after ");
            match (change.text.trim_start().strip_prefix("after "), changes.iter_mut().find(joins)) {
                // One line says after what a step comes.
                (Some(names), Some(mine)) => mine.text.push_str(&format!(", {names}")),
                _ => changes.push(change.clone()),
            }
        }
        Self {
            changes,
            step: other.step.clone(),
            sentence: format!("{}; and {}", self.sentence, other.sentence),
            lines: self.lines + other.lines,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(changes: &[(usize, usize, &str)]) -> Edit {
        let change = |(start, end, text): &(usize, usize, &str)| Change {
            at: Span::new(*start, *end),
            text: (*text).to_owned(),
        };
        Edit {
            changes: changes.iter().map(change).collect(),
            sentence: String::new(),
            lines: 1,
            step: String::new(),
        }
    }

    #[test]
    fn changes_are_made_from_the_front_whatever_their_order() {
        assert_eq!(edit(&[(4, 4, "!"), (0, 1, "T")]).applied("that").unwrap(), "That!");
        let both = edit(&[(2, 2, "x")]).and(&edit(&[(2, 2, "y")]));
        assert_eq!((both.applied("abcd").unwrap().as_str(), both.lines), ("abxycd", 2));
        let both = edit(&[(2, 2, "\n  after x")]).and(&edit(&[(2, 2, "\n  after y")]));
        assert_eq!(both.applied("{\n}").unwrap(), "{\n\n  after x, y}");
    }

    #[test]
    fn changes_in_each_others_way_are_none() {
        assert_eq!(edit(&[(0, 3, ""), (2, 2, "x")]).applied("abcd"), None);
        assert_eq!(edit(&[(9, 9, "x")]).applied("abcd"), None);
    }
}
