//! Near names: what the author may have meant.

use crate::source::shown;

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

/// A help that names the nearest candidate, or else lists them all, or else shows how one of the
/// kind is declared.
#[must_use]
pub fn did_you_mean(word: &str, what: &str, candidates: &[String]) -> String {
    if let Some(near) = nearest(word, candidates.iter().map(String::as_str)) {
        return format!("did you mean `{near}`?");
    }
    match candidates {
        [] => format!("declare it: `{}`", declaration(word, what)),
        _ => {
            let known: Vec<String> = candidates.iter().take(12).map(|c| format!("`{c}`")).collect();
            let more = candidates.len().saturating_sub(12);
            let rest = if more == 0 { String::new() } else { format!(" and {more} more") };
            let plural = if candidates.len() == 1 { "" } else { "s" };
            format!("the plan has the {what}{plural} {}{rest}", known.join(", "))
        }
    }
}

/// How a thing of a kind is declared.
fn declaration(word: &str, what: &str) -> String {
    let word = shown(word);
    match what {
        "role" | "key" | "window" => format!("{what} {word}"),
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
}
