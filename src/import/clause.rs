//! Sentences in clauses: who does one thing.

use super::{
    lexicon::{Meaning, verb},
    role::{Roles, is_article},
    subject::{actors, opening, says_when},
    word::{Form, Word, words},
};

/// One thing that somebody does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Clause {
    /// Who; nobody where it is not said.
    pub(super) actors: Vec<usize>,
    /// What the verb means; nothing where there is no verb that is known.
    pub(super) meaning: Option<Meaning>,
    /// The words from the verb on; all of them where there is none.
    pub(super) words: Vec<Word>,
    /// The text of those.
    pub(super) text: String,
    /// What stands before who acts: when it is to be done.
    pub(super) when: Option<String>,
    /// Whether the sentence begins with its verb, or with who acts and the verb: what else it says is how
    /// things are.
    pub(super) is_direct: bool,
}

/// The clauses of a sentence. `known` are those who act unless it says otherwise.
pub(super) fn clauses(sentence: &str, known: &[usize], roles: &Roles) -> Vec<Clause> {
    let all = words(sentence);
    let from = opening(&all);
    let named = actors(&all, from, roles).map(|(who, at)| (who, at, from));
    // `after two days the tenant administrator ...`, without a comma.
    let later = || (1..all.len().min(8)).find_map(|at| Some((actors(&all, at, roles)?, at)));
    let named = named.or_else(|| {
        later()
            .filter(|(_, at)| says_when(&all) || ends_part(&all, *at))
            .map(|((who, at), begin)| (who, at, begin))
    });
    let (mut who, mut from, begin) = match named {
        Some((who, at, begin)) if at < all.len() => (who, at, begin),
        _ => (known.to_vec(), from, from),
    };
    let mut when =
        all.get(begin).filter(|_| says_when(&all) && begin > 0).and_then(|word| sentence.get(..word.at.0));
    let mut opens = Some(begin);
    let mut found = Vec::new();
    while from < all.len() {
        let main = main_verb(&all, from);
        let split = main.and_then(|(at, meaning, form)| next(&all, (at, meaning, form), roles));
        let end = split.as_ref().map_or(all.len(), |split| split.end);
        let begin = main.map_or(from, |(at, ..)| at);
        let part = all.get(begin..end).unwrap_or_default().to_vec();
        let (first, last) = (part.first().map_or(0, |w| w.at.0), part.last().map_or(0, |w| w.at.1));
        // What stands before the verb of a passive belongs to it.
        let passive = main.is_some_and(|(_, _, form)| form == Form::Past);
        let begins = opens.take().unwrap_or(from);
        let text_from = if passive { all.get(begins).map_or(first, |w| w.at.0) } else { first };
        let text = sentence.get(text_from..last).unwrap_or_default().to_owned();
        let part = if passive { all.get(from..end).unwrap_or_default().to_vec() } else { part };
        let by = by(&part, roles);
        let is_direct = by.is_some() || (main.is_some() && begin == from);
        found.push(Clause {
            is_direct,
            when: when.take().map(|when| when.trim_end_matches([' ', ',']).to_owned()),
            actors: by.map_or_else(|| who.clone(), |role| vec![role]),
            meaning: main.map(|(_, meaning, _)| meaning),
            words: part,
            text,
        });
        match split {
            Some(split) => {
                who = split.who.unwrap_or(who);
                from = split.begin;
            }
            None => break,
        }
    }
    found
}

/// Whether a comma stands right before a word, or before its article.
fn ends_part(all: &[Word], at: usize) -> bool {
    let mut before = all.get(..at).unwrap_or_default().iter().rev();
    before.find(|word| !is_article(&word.text)).is_some_and(|word| word.ends_part)
}

/// The first verb that is not a noun: none with an article or an adjective before it.
fn main_verb(all: &[Word], from: usize) -> Option<(usize, Meaning, Form)> {
    let at = |at: usize| {
        let (meaning, form) = verb(all.get(at)?)?;
        let before = at.checked_sub(1).filter(|_| at > from).and_then(|before| all.get(before));
        let is_noun =
            before.is_some_and(|word| is_article(&word.text) || ADJECTIVES.contains(&word.text.as_str()));
        let is_passive = before.is_some_and(|word| PASSIVE.contains(&word.text.as_str()));
        let fits = match form {
            Form::Third | Form::Base => {
                at == from || form == Form::Third || before.is_some_and(|w| MODALS.contains(&w.text.as_str()))
            }
            Form::Past => is_passive,
            Form::Ing => at == from,
        };
        (fits && !is_noun).then_some((at, meaning, form))
    };
    (from..all.len().min(from + 16)).find_map(at)
}

const ADJECTIVES: [&str; 9] = ["new", "old", "this", "that", "of", "both", "same", "no", "current"];
const PASSIVE: [&str; 8] = ["is", "are", "be", "been", "gets", "get", "was", "being"];
const MODALS: [&str; 8] = ["must", "should", "will", "can", "may", "to", "then", "and"];

/// Where the next clause begins.
struct Split {
    /// Behind the last word of this one.
    end: usize,
    /// The first word of the next one.
    begin: usize,
    /// Who acts there, where it is said.
    who: Option<Vec<usize>>,
}

fn next(all: &[Word], (at, meaning, form): (usize, Meaning, Form), roles: &Roles) -> Option<Split> {
    let speaks = matches!(meaning, Meaning::Inform | Meaning::Request | Meaning::Allow);
    let mut says_that = false;
    for end in at + 1..all.len() {
        let word = all.get(end)?;
        says_that |= ["that", "whether", "how"].contains(&word.text.as_str());
        let joins = ["and", "then"].contains(&word.text.as_str());
        let comma = all.get(end - 1).is_some_and(|before| before.ends_part);
        if !(joins || comma) {
            continue;
        }
        let is_filler = |word: &&Word| {
            ["and", "then", "also", "afterwards", "finally", "immediately", "subsequently"]
                .contains(&word.text.as_str())
        };
        let begin = end + all.iter().skip(end).take_while(is_filler).count();
        let named = actors(all, begin, roles);
        let verb_at = named.as_ref().map_or(begin, |(_, at)| *at);
        let Some((_, other)) = all.get(verb_at).and_then(verb) else { continue };
        let fits = if named.is_some() { matches!(other, Form::Third | Form::Base) } else { other == form };
        // What is told of others is no act of whoever tells it.
        let is_content = speaks
            && (says_that && !comma || form == Form::Base && named.is_none() && meaning == Meaning::Request);
        if fits && (named.is_some() && !says_that || !is_content) {
            return Some(Split { end, begin: verb_at, who: named.map(|(who, _)| who) });
        }
    }
    None
}

/// Who does it, in a passive sentence.
fn by(part: &[Word], roles: &Roles) -> Option<usize> {
    let at = part.iter().position(|word| word.text == "by")?;
    let start = at + 1 + part.iter().skip(at + 1).take_while(|word| is_article(&word.text)).count();
    roles.at(part, start).map(|(role, _)| role)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::subject::met;

    fn told(sentence: &str) -> Vec<(Vec<usize>, Option<Meaning>)> {
        let mut roles = Roles::default();
        met(&mut roles, "The tenant administrator creates");
        met(&mut roles, "The receiver administrator creates");
        clauses(sentence, &[0], &roles).into_iter().map(|c| (c.actors, c.meaning)).collect()
    }

    #[test]
    fn a_sentence_that_does_two_things_is_split() {
        use Meaning::{Accept, Create, Inform, Provide, Request, Retire};
        let one = |who: usize, what| (vec![who], Some(what));
        for (sentence, clauses) in [
            ("creates a pair", vec![one(0, Create)]),
            (
                "creates a pair and sends the certificate to the receiver administrator",
                vec![one(0, Create), one(0, Provide)],
            ),
            ("Create a pair, then send it", vec![one(0, Create), one(0, Provide)]),
            (
                "The receiver administrator trusts both and then informs the tenant administrator",
                vec![one(1, Accept), one(1, Inform)],
            ),
            ("informs the receiver administrator that it is created and installed", vec![one(0, Inform)]),
            (
                "informs the receiver administrator, and the receiver administrator removes the old one",
                vec![one(0, Inform), one(1, Retire)],
            ),
            ("asks the receiver administrator to remove it", vec![one(0, Request)]),
            ("The pair is created by the receiver administrator", vec![one(1, Create)]),
            ("The receiver administrator must remove the old one", vec![one(1, Retire)]),
        ] {
            assert_eq!(told(sentence), clauses, "{sentence}");
        }
        assert_eq!(told("contemplates"), [(vec![0], None)]);
    }
}
