//! The author's own words for what the core does: from a sentence of the core to theirs.

use std::{collections::BTreeMap, sync::Arc};

/// The words of the vocabularies that a plan uses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wording {
    rows: Arc<Vec<Saying>>,
    kinds: Arc<BTreeMap<String, String>>,
}

/// One sentence that is said in place of another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saying {
    /// The sentence of the core.
    pub core: Vec<Bit>,
    /// The author's.
    pub own: Vec<Bit>,
    /// For each slot, the declared kind that its thing is of; `None` for any.
    pub kinds: Vec<Option<String>>,
}

/// A piece of a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bit {
    /// This word.
    Word(String),
    /// What stands in the slot of this number.
    Slot(usize),
}

impl Wording {
    /// The words, and of which kinds the things of the plan are.
    #[must_use]
    pub fn new(rows: Vec<Saying>, kinds: BTreeMap<String, String>) -> Self {
        Self { rows: Arc::new(rows), kinds: Arc::new(kinds) }
    }

    /// Takes the words of another plan too, whose things are called otherwise here.
    ///
    /// # Errors
    /// A sentence that both have, for two things of the core.
    pub fn take(&mut self, other: &Self, called: impl Fn(&str) -> String) -> Result<(), String> {
        for row in other.rows.iter() {
            match self.rows.iter().find(|known| known.own == row.own) {
                Some(known) if known.core != row.core => {
                    let words = row.own.iter().map(|bit| match bit {
                        Bit::Word(word) => word.as_str(),
                        Bit::Slot(_) => "...",
                    });
                    return Err(words.collect::<Vec<_>>().join(" "));
                }
                _ if self.rows.contains(row) => {}
                _ => Arc::make_mut(&mut self.rows).push(row.clone()),
            }
        }
        if !other.kinds.is_empty() {
            let kinds = Arc::make_mut(&mut self.kinds);
            for (name, kind) in other.kinds.iter() {
                // What both have is called as it is called here.
                kinds.entry(called(name)).or_insert_with(|| kind.clone());
            }
        }
        Ok(())
    }

    /// A sentence of the core in the author's words; as it is where there are none for it.
    #[must_use]
    pub fn own(&self, core: String) -> String {
        if self.rows.is_empty() {
            return core;
        }
        let words = split(&core);
        self.rows.iter().find_map(|row| self.said(row, &words)).unwrap_or(core)
    }

    fn said(&self, row: &Saying, words: &[&str]) -> Option<String> {
        let mut slots: Vec<String> = vec![String::new(); row.kinds.len()];
        let mut rest = words;
        for (number, bit) in row.core.iter().enumerate() {
            match bit {
                Bit::Word(word) => {
                    let (first, after) = rest.split_first()?;
                    rest = (*first == word).then_some(after)?;
                }
                Bit::Slot(slot) => {
                    let next = row.core.get(number + 1);
                    let ends = |word: &&str| matches!(next, Some(Bit::Word(next)) if next == word);
                    let length = match next {
                        None => rest.len(),
                        // The next slot begins behind one word.
                        Some(Bit::Slot(_)) => 1,
                        Some(Bit::Word(_)) => rest.iter().skip(1).position(ends)? + 1,
                    };
                    let (mine, after) = rest.split_at_checked(length).filter(|_| length > 0)?;
                    *slots.get_mut(*slot)? = mine.join(" ");
                    rest = after;
                }
            }
        }
        let fits = row.kinds.iter().zip(&slots).all(|(kind, slot)| {
            let name = slot.split_once('[').map_or(slot.as_str(), |(store, _)| store);
            kind.is_none() || self.kinds.get(name) == kind.as_ref()
        });
        if !rest.is_empty() || !fits {
            return None;
        }
        let said = row.own.iter().map(|bit| match bit {
            Bit::Word(word) => word.clone(),
            Bit::Slot(slot) => slots.get(*slot).cloned().unwrap_or_default(),
        });
        Some(said.collect::<Vec<_>>().join(" "))
    }
}

/// The words of a sentence; what stands between quotes is one.
fn split(sentence: &str) -> Vec<&str> {
    let (mut words, mut start, mut quoted, mut escaped) = (Vec::new(), 0, false, false);
    for (at, c) in sentence.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            ' ' if !quoted => {
                words.extend(sentence.get(start..at).filter(|word| !word.is_empty()));
                start = at + 1;
            }
            _ => {}
        }
    }
    words.extend(sentence.get(start..).filter(|word| !word.is_empty()));
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(word: &str) -> Bit {
        Bit::Word(word.to_owned())
    }

    #[test]
    fn what_the_core_says_is_said_in_other_words() {
        let row = Saying {
            core: vec![word("create"), Bit::Slot(0), word("in"), Bit::Slot(1), word("as"), Bit::Slot(2)],
            own: vec![word("issue"), Bit::Slot(0), word("as"), Bit::Slot(2), word("into"), Bit::Slot(1)],
            kinds: vec![Some("token".to_owned()), None, None],
        };
        let kinds = BTreeMap::from([("new".to_owned(), "token".to_owned())]);
        let wording = Wording::new(vec![row], kinds);
        let own = |core: &str| wording.own(core.to_owned());
        assert_eq!(own("create new in vault as \"a \\\" b\""), "issue new as \"a \\\" b\" into vault");
        for other in ["create old in vault as \"x\"", "create new in vault", "inform new", ""] {
            assert_eq!(own(other), other, "said of another kind, or of another act");
        }
    }
}
