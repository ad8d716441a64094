//! Words of a sentence, and the forms of verbs.

/// A word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word {
    /// In small letters.
    pub(super) text: String,
    /// Where it begins and ends in the sentence, in bytes.
    pub(super) at: (usize, usize),
    /// Whether a comma, a semicolon or a colon stands right behind it.
    pub(super) ends_part: bool,
}

/// The words of a sentence. Signs are left out; a hyphen or an apostrophe within a word is kept.
pub(super) fn words(sentence: &str) -> Vec<Word> {
    let mut found: Vec<Word> = Vec::new();
    let mut start = None;
    let end_of = |start: &mut Option<usize>, end: usize, found: &mut Vec<Word>| {
        let Some(from) = start.take() else { return };
        let text = sentence.get(from..end).unwrap_or_default().trim_end_matches(['-', '\'', '’']);
        found.push(Word { text: text.to_lowercase(), at: (from, from + text.len()), ends_part: false });
    };
    for (at, c) in sentence.char_indices() {
        let within = start.is_some() && matches!(c, '-' | '\'' | '’' | '_');
        if c.is_alphanumeric() || within {
            start.get_or_insert(at);
            continue;
        }
        end_of(&mut start, at, &mut found);
        if matches!(c, ',' | ';' | ':')
            && let Some(last) = found.last_mut()
        {
            last.ends_part = true;
        }
    }
    end_of(&mut start, sentence.len(), &mut found);
    found
}

/// In which form a verb stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// `create`
    Base,
    /// `creates`
    Third,
    /// `created`
    Past,
    /// `creating`
    Ing,
}

/// What a word may be a form of: each with its base, the likeliest first.
pub(super) fn bases(word: &str) -> Vec<(String, Form)> {
    let mut found = vec![(word.to_owned(), Form::Base)];
    let irregular = match word {
        "sent" => Some(("send", Form::Past)),
        "told" => Some(("tell", Form::Past)),
        "given" | "gave" => Some(("give", Form::Past)),
        "taken" | "took" => Some(("take", Form::Past)),
        "put" => Some(("put", Form::Past)),
        "goes" => Some(("go", Form::Third)),
        _ => None,
    };
    found.extend(irregular.map(|(base, form)| (base.to_owned(), form)));
    let mut add = |base: String, form| found.push((base, form));
    if let Some(stem) = word.strip_suffix("ies") {
        add(format!("{stem}y"), Form::Third);
    }
    if let Some(stem) = word.strip_suffix('s') {
        add(stem.to_owned(), Form::Third);
        if let Some(stem) = stem.strip_suffix('e') {
            add(stem.to_owned(), Form::Third);
        }
    }
    for (end, form) in [("ed", Form::Past), ("ing", Form::Ing)] {
        let Some(stem) = word.strip_suffix(end) else { continue };
        add(format!("{stem}e"), form);
        add(stem.to_owned(), form);
        if let Some(stem) = stem.strip_suffix('i') {
            add(format!("{stem}y"), form);
        }
        let mut ends = stem.chars().rev();
        if let (Some(last), Some(other)) = (ends.next(), ends.next())
            && last == other
            && last.is_ascii()
        {
            add(stem.get(..stem.len() - 1).unwrap_or(stem).to_owned(), form);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_lead_to_their_base() {
        for (word, base, form) in [
            ("creates", "create", Form::Third),
            ("exchanges", "exchange", Form::Third),
            ("supplies", "supply", Form::Third),
            ("undeployed", "undeploy", Form::Past),
            ("removed", "remove", Form::Past),
            ("notified", "notify", Form::Past),
            ("stopped", "stop", Form::Past),
            ("swapping", "swap", Form::Ing),
            ("sent", "send", Form::Past),
            ("passes", "pass", Form::Third),
        ] {
            assert!(bases(word).contains(&(base.to_owned(), form)), "{word}: {:?}", bases(word));
        }
    }

    #[test]
    fn words_know_their_place() {
        let found = words("Create a key-pair, then: send it.");
        let texts: Vec<&str> = found.iter().map(|w| w.text.as_str()).collect();
        assert_eq!(texts, ["create", "a", "key-pair", "then", "send", "it"]);
        assert!(found[2].ends_part && found[3].ends_part && !found[4].ends_part);
        assert_eq!(found[2].at, (9, 17));
    }
}
