//! Near names: what the author may have meant.

use std::cell::Cell;

use crate::source::{Finding, Mend, shown};

/// The candidate that is nearest to `word`, if one is near enough to be meant.
#[must_use]
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = word.chars().count();
    let most = (length / 3).clamp(1, 3);
    candidates
        .into_iter()
        // Words of other lengths are as far apart at least; to look at each letter costs far more.
        .filter(|candidate| candidate.chars().count().abs_diff(length) <= most)
        .map(|candidate| (strsim::damerau_levenshtein(word, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= most && *candidate != word)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// How many names may still be compared with unknown ones. One comparison takes longer than to
/// read a sentence, so a plan in which every name is unknown gets near names for the first ones only.
#[derive(Debug)]
pub struct Patience(Cell<usize>);

impl Default for Patience {
    fn default() -> Self {
        Self(Cell::new(200_000))
    }
}

impl Patience {
    /// Takes so many comparisons, if there are as many left.
    fn allows(&self, comparisons: usize) -> bool {
        let left = self.0.get().checked_sub(comparisons);
        left.inspect(|left| self.0.set(*left)).is_some()
    }

    /// The candidate that is nearest to `word`, as [`nearest`] finds it while there is patience.
    #[must_use]
    pub fn nearest<'a>(
        &self,
        word: &str,
        candidates: impl ExactSizeIterator<Item = &'a str>,
    ) -> Option<&'a str> {
        if self.allows(candidates.len()) { nearest(word, candidates) } else { None }
    }
}

/// What to do about a name that is not known: in words, and as data where another one was meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Help {
    /// In words.
    pub text: String,
    /// The name that was meant, where one is near.
    pub near: Option<String>,
}

impl Help {
    /// That a name was meant.
    #[must_use]
    pub fn near(name: &str) -> Self {
        Self { text: format!("did you mean `{}`?", shown(name)), near: Some(name.to_owned()) }
    }

    /// Something else.
    pub fn say(text: impl Into<String>) -> Self {
        Self { text: text.into(), near: None }
    }

    /// The same from what is near, if something is.
    pub fn or(near: Option<&str>, otherwise: impl FnOnce() -> String) -> Self {
        near.map_or_else(|| Self::say(otherwise()), Self::near)
    }

    /// The finding that is made with the words, and the edit with it: its first place is the name.
    #[must_use]
    pub fn give(self, make: impl FnOnce(String) -> Finding) -> Finding {
        let finding = make(self.text);
        match self.near {
            Some(near) => Mend::Write(near).of(finding),
            None => finding,
        }
    }
}

/// A help that names the nearest candidate, or else lists them all, or else shows how one of the
/// kind is declared.
#[must_use]
pub fn did_you_mean(word: &str, what: &str, candidates: &[String]) -> Help {
    known(word, what, candidates.iter().map(String::as_str), &Patience::default())
}

/// The same while there is patience.
#[must_use]
pub fn known<'a>(
    word: &str,
    what: &str,
    candidates: impl ExactSizeIterator<Item = &'a str> + Clone,
    patience: &Patience,
) -> Help {
    if let Some(near) = patience.nearest(word, candidates.clone()) {
        return Help::near(near);
    }
    let count = candidates.len();
    if count == 0 {
        return Help::say(format!("declare it: `{}`", declaration(word, what)));
    }
    let known: Vec<String> = candidates.take(12).map(|c| format!("`{c}`")).collect();
    let more = count.saturating_sub(12);
    let rest = if more == 0 { String::new() } else { format!(" and {more} more") };
    let plural = if count == 1 { "" } else { "s" };
    Help::say(format!("the plan has the {what}{plural} {}{rest}", known.join(", ")))
}

/// How a thing of a kind is declared.
fn declaration(word: &str, what: &str) -> String {
    let word = shown(word);
    match what {
        "role" | "key" | "window" => format!("{what} {word}"),
        "fact" => format!("fact {word} of ROLE \"...\""),
        "parameter" => format!("param {word} : alias = \"...\""),
        "step" => format!("step {word} by ROLE {{ ... }}"),
        _ => format!("{what} {word} of ROLE {{ ... }}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_hand_is_near_and_another_word_is_not() {
        assert_eq!(nearest("partnr", ["tenant", "partner"]), Some("partner"));
        assert_eq!(nearest("ab", ["tenant", "partner"]), None);
    }

    #[test]
    fn near_names_are_looked_for_until_patience_ends() {
        let patience = Patience(Cell::new(3));
        let help = |word| known(word, "step", ["first", "second"].into_iter(), &patience).text;
        assert_eq!(help("frist"), "did you mean `first`?");
        assert_eq!(help("frist"), "the plan has the steps `first`, `second`");
    }
}
