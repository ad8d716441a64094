//! Who acts in a sentence.

use super::{
    lexicon::{Meaning, has, verb},
    role::{Roles, is_article, may_stand_before_a_colon, names_somebody},
    word::{Form, Word, words},
};

/// A step that names who acts before it says what: `Tenant administrator: creates ...`. The names, and
/// what stands behind them.
pub(super) fn labelled(text: &str) -> Option<(String, &str)> {
    let text = text.trim_start_matches(['*', '_', ' ']);
    for (open, close) in [('[', ']'), ('(', ')')] {
        if let Some((inner, rest)) = text.strip_prefix(open).and_then(|rest| rest.split_once(close))
            && inner.len() < 100
            && may_stand_before_a_colon(&words(inner))
        {
            return Some((inner.to_owned(), rest.trim_start_matches([':', ' ', '-', '–'])));
        }
    }
    let colon = text.find(':').filter(|at| *at < 120);
    if let Some((who, rest)) = colon.and_then(|at| Some((text.get(..at)?, text.get(at + 1..)?))) {
        let who = who.split('(').next().unwrap_or(who).trim_matches(['*', '_', ' ']);
        if may_stand_before_a_colon(&words(who)) && !rest.starts_with("//") {
            return Some((who.to_owned(), rest.trim_start_matches(['*', '_', ' '])));
        }
    }
    for dash in [" – ", " — ", " - "] {
        if let Some((who, rest)) = text.split_once(dash)
            && who.len() < 120
            && names_somebody(&words(who))
        {
            return Some((who.trim_matches(['*', '_', ' ']).to_owned(), rest));
        }
    }
    None
}

/// A step that names who acts at its end, in brackets.
pub(super) fn signed(text: &str) -> Option<(String, &str)> {
    let (before, inner) = text.trim_end_matches(['.', ' ']).strip_suffix(')')?.rsplit_once('(')?;
    let inner = inner.strip_prefix("by ").unwrap_or(inner);
    names_somebody(&words(inner)).then(|| (inner.to_owned(), before.trim()))
}

/// Names with `and`, `&`, `+`, `/` or commas between them.
pub(super) fn several(names: &str) -> Vec<String> {
    let flat = names.replace(" and ", ",").replace(" or ", ",").replace(['&', '+', '/'], ",");
    flat.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

/// Takes names as roles.
pub(super) fn taken(roles: &mut Roles, names: &str) -> Vec<usize> {
    let mut found = Vec::new();
    for name in several(names) {
        found.extend(roles.add(&words(&name), &name).filter(|role| !found.contains(role)));
    }
    found
}

/// Words that may stand before the one who acts.
const BEFORE: [&str; 13] = [
    "then",
    "next",
    "now",
    "finally",
    "first",
    "afterwards",
    "later",
    "also",
    "again",
    "and",
    "second",
    "lastly",
    "please",
];

/// Words that begin what must be so before somebody acts.
const WHEN: [&str; 13] =
    ["after", "once", "when", "as", "during", "before", "if", "unless", "while", "until", "only", "at", "on"];

/// Words that may stand between who acts and the verb.
const BETWEEN: [&str; 14] = [
    "must",
    "should",
    "will",
    "can",
    "may",
    "has",
    "have",
    "to",
    "then",
    "now",
    "also",
    "finally",
    "does",
    "immediately",
];

/// Whether a sentence begins with when something is to be done.
pub(super) fn says_when(words: &[Word]) -> bool {
    words.first().is_some_and(|word| WHEN.contains(&word.text.as_str()))
}

/// Where the part of a sentence begins that says who does what, behind `then` and `once it is so,`.
pub(super) fn opening(words: &[Word]) -> usize {
    let mut at = 0;
    if says_when(words)
        && let Some(comma) = words.iter().position(|word| word.ends_part)
        && comma + 1 < words.len()
    {
        at = comma + 1;
    }
    while words.get(at).is_some_and(|word| BEFORE.contains(&word.text.as_str())) {
        at += 1;
    }
    at
}

/// Who is named at a place as those who act, and where the verb is to be looked for.
pub(super) fn actors(words: &[Word], from: usize, roles: &Roles) -> Option<(Vec<usize>, usize)> {
    let mut at = from;
    let mut found = Vec::new();
    loop {
        while words.get(at).is_some_and(|word| is_article(&word.text)) {
            at += 1;
        }
        let (role, length) = roles.at(words, at)?;
        found.push(role);
        at += length;
        let another = words.get(at).is_some_and(|word| word.text == "and");
        let next = at + 1 + words.iter().skip(at + 1).take_while(|word| is_article(&word.text)).count();
        if !(another && roles.at(words, next).is_some()) {
            break;
        }
        at = next;
    }
    while words.get(at).is_some_and(|word| BETWEEN.contains(&word.text.as_str())) {
        at += 1;
    }
    Some((found, at))
}

/// Takes those who act in a sentence, or to whom it speaks, as roles, if nobody knows them yet.
pub(super) fn met(roles: &mut Roles, sentence: &str) {
    let all = words(sentence);
    let mut from = opening(&all);
    while actors(&all, from, roles).is_none() {
        from += all.iter().skip(from).take_while(|word| is_article(&word.text)).count();
        let ends = |word: &Word| {
            let is_verb = matches!(verb(word), Some((_, Form::Third | Form::Base)));
            is_verb || BETWEEN.contains(&word.text.as_str()) || word.text == "and"
        };
        let found = (from + 1..all.len().min(from + 8)).find_map(|end| {
            let acts = all.get(end).is_some_and(|word| matches!(verb(word), Some((_, Form::Third))));
            let is_short = |name: &[Word]| name.len() == 1 && acts && is_capital(name, sentence);
            let name = all.get(from..end).filter(|name| names_somebody(name) || is_short(name))?;
            all.get(end).filter(|word| ends(word)).map(|_| (name, end))
        });
        let Some((name, end)) = found else {
            // `five days later, the audit team ...`
            match all.iter().take(6).position(|word| word.ends_part).filter(|comma| *comma >= from) {
                Some(comma) => from = comma + 1,
                None => break,
            }
            continue;
        };
        // `the receiver` is the receiver administrator, or what belongs to them.
        if name.len() == 1 && roles.short(name, 0).is_some() {
            break;
        }
        roles.add(name, sentence);
        // Another one may act with it.
        if all.get(end).is_none_or(|word| word.text != "and") {
            break;
        }
        from = end + 1;
    }
    // `... is created by the tenant administrator`, `... sends it to the audit team`.
    for (at, word) in all.iter().enumerate() {
        let speaks =
            ["by", "to", "with", "inform", "informs", "tell", "tells", "notify", "notifies", "ask", "asks"];
        if !speaks.contains(&word.text.as_str()) {
            continue;
        }
        let start = at + 1 + all.iter().skip(at + 1).take_while(|word| is_article(&word.text)).count();
        let is_group = all.get(at + 1..start).is_some_and(|words| has(words, &["all", "each", "every"]));
        if is_group || roles.at(&all, start).is_some() || roles.short(&all, start).is_some() {
            continue;
        }
        // Somebody may have a short name in capitals.
        let reports = |word: &Word| matches!(verb(word), Some((Meaning::Inform, _)));
        let is_reported =
            word.text == "to" && at.checked_sub(1).and_then(|at| all.get(at)).is_some_and(reports);
        let speaks_to = is_reported || !["by", "to", "with"].contains(&word.text.as_str());
        let capitals =
            all.get(start..start + 1).filter(|_| speaks_to).filter(|name| is_capital(name, sentence));
        if let Some(name) = capitals {
            roles.add(name, sentence);
            continue;
        }
        let ends: Vec<usize> = (start + 1..=(start + 4).min(all.len()))
            .filter(|end| all.get(start..*end).is_some_and(names_somebody))
            .collect();
        let plain = |end: &&usize| {
            !all.get(start..**end).unwrap_or_default().iter().any(|w| verb(w).is_some() && w.text != "audit")
        };
        // `to all sender and receiver administrators` names nobody alone.
        let is_part =
            |end: &&usize| all.get(**end).is_some_and(|word| word.text == "and") && **end == start + 1;
        let end = ends.iter().rfind(plain).filter(|end| !is_part(end));
        end.and_then(|end| all.get(start..*end)).and_then(|name| roles.add(name, sentence));
    }
}

/// Whether a word is written in capital letters alone.
fn is_capital(name: &[Word], sentence: &str) -> bool {
    let text = name.first().and_then(|word| sentence.get(word.at.0..word.at.1)).unwrap_or_default();
    text.len() > 1 && text.chars().all(|c| c.is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_names_who_acts() {
        for (text, who, rest) in [
            ("Tenant administrator: creates", "Tenant administrator", "creates"),
            ("**Tenant administrator:** creates", "Tenant administrator", "creates"),
            ("[Receiver admin] Import", "Receiver admin", "Import"),
            ("Audit team – trusts", "Audit team", "trusts"),
            ("SAP: adds", "SAP", "adds"),
        ] {
            assert_eq!(labelled(text), Some((who.to_owned(), rest)), "{text}");
        }
        for text in
            ["Note: wait", "The admin tells the receiver: done", "Create it: now", "see https://a.example"]
        {
            assert_eq!(labelled(text), None, "{text}");
        }
        assert_eq!(
            signed("Create a pair (tenant administrator)."),
            Some(("tenant administrator".to_owned(), "Create a pair"))
        );
        assert_eq!(signed("Create a pair (new)"), None);
    }

    #[test]
    fn a_sentence_names_who_acts() {
        let mut roles = Roles::default();
        met(&mut roles, "The tenant administrator creates a key pair and sends it to the audit team");
        met(&mut roles, "It is removed by the tenant admin");
        assert_eq!(roles.titles(), ["Tenant administrator", "Audit team"]);
        let all = words("Then the audit team must trust it");
        assert_eq!(actors(&all, opening(&all), &roles), Some((vec![1], 5)));
    }
}
