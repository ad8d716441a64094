//! What is said of a file that does not read as a site. The readers of TOML are libraries, and
//! their words are turned into those of the page about sites.

use crate::source::{Finding, Source, Span};

use super::site_fault::{unreadable, weak_signature};

/// What a site is, for whoever has written none.
const FORM: &str = "a site begins with `site = 1` and has tables such as [keystores.NAME], [receivers.NAME], \
    [flows.NAME], [facts.NAME] and [roles.NAME]";

/// The finding for a text that is not TOML, or that is TOML and no site.
pub(super) fn fault(source: &Source, error: &toml::de::Error) -> Finding {
    let span = error.span().map(|range| Span::new(range.start, range.end)).unwrap_or_default();
    if let Some(word) = weak_signature_word(error.message()) {
        return weak_signature(word, span);
    }
    let (what, help) = if source.text.parse::<toml::Table>().is_err() {
        not_toml(error.message())
    } else {
        no_site(error.message())
    };
    unreadable(&what, &help, span)
}

/// The signature algorithm or digest that is none for its weakness, as its reader says it.
fn weak_signature_word(said: &str) -> Option<&str> {
    let (word, rest) = said.strip_prefix('`')?.split_once("` is no ")?;
    let is_one = rest.starts_with("signature algorithm") || rest.starts_with("digest algorithm");
    (is_one && ["sha1", "md5"].iter().any(|weak| word.contains(weak))).then_some(word)
}

fn not_toml(said: &str) -> (String, String) {
    if said.starts_with("duplicate key") {
        return ("a name is given twice".to_owned(), "keep one of the two".to_owned());
    }
    let form = "a line is `name = value` or `[table]`, and a text stands in quotes";
    ("this is not TOML".to_owned(), form.to_owned())
}

fn no_site(said: &str) -> (String, String) {
    let quoted: Vec<&str> = said.split('`').skip(1).step_by(2).collect();
    let (first, others) = match quoted.split_first() {
        Some((first, others)) => (*first, others),
        None => ("", &[][..]),
    };
    let known: Vec<String> = others.iter().map(|name| format!("`{name}`")).collect();
    let known = known.join(", ");
    if said.starts_with("unknown field") {
        let help =
            if others.is_empty() { "nothing is set here".to_owned() } else { format!("here stand {known}") };
        (format!("nothing is called `{first}` here"), help)
    } else if said.starts_with("unknown variant") {
        (format!("`{first}` cannot stand here"), format!("it is one of {known}"))
    } else if said.starts_with("missing field") {
        (format!("`{first}` is missing"), format!("add a line `{first} = ...`; {FORM}"))
    } else if let Some(rest) =
        said.strip_prefix("invalid type: ").or_else(|| said.strip_prefix("invalid value: "))
    {
        let wanted = rest.split(", expected ").nth(1).unwrap_or_default();
        ("a value is of the wrong kind".to_owned(), format!("here stands {}", kind(wanted)))
    } else {
        // What a value of ours says of itself.
        (said.to_owned(), FORM.to_owned())
    }
}

/// A kind of value as people call it.
fn kind(wanted: &str) -> &'static str {
    if wanted.contains("string") || wanted.contains("path") {
        "a text in quotes"
    } else if wanted.contains("bool") {
        "`true` or `false`"
    } else if wanted.starts_with('u') || wanted.starts_with('i') {
        "a whole number, not below zero"
    } else {
        "a table, such as [keystores.NAME] with lines under it"
    }
}
