//! Prose in sentences.

/// The sentences of a text, without marks of emphasis and without what stands in brackets.
pub(super) fn sentences(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut now = String::new();
    let mut depth = 0_usize;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' if depth > 0 => depth -= 1,
            _ if depth > 0 => {}
            '*' | '`' => {}
            '.' | '!' | '?' | ';' => {
                now.push(c);
                // Within `e.g.`, `4.1` or a name of a file no sentence ends.
                if chars.peek().is_none_or(|next| next.is_whitespace()) && ends(&now, &mut chars.clone()) {
                    close(&mut now, &mut found);
                }
            }
            _ => now.push(c),
        }
    }
    close(&mut now, &mut found);
    found
}

/// Whether a sentence ends at a mark: the next one begins with a capital letter, or there is none.
fn ends(now: &str, rest: &mut dyn Iterator<Item = char>) -> bool {
    let short = ["e.g.", "i.e.", "etc.", "approx.", "incl.", "no."];
    let is_short = now.rsplit(' ').next().is_some_and(|last| short.contains(&last.to_lowercase().as_str()));
    let next = rest.take(8).find(|c| !c.is_whitespace());
    now.ends_with(';') || (!is_short && next.is_none_or(|next| !next.is_lowercase()))
}

fn close(now: &mut String, found: &mut Vec<String>) {
    let text = now.split_whitespace().collect::<Vec<_>>().join(" ");
    let text = text.trim_end_matches([';', '.', '!', ' ']).to_owned();
    if text.chars().any(char::is_alphanumeric) {
        found.push(text);
    }
    now.clear();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_end_where_they_do() {
        assert_eq!(
            sentences("Create it. Send it; then wait (e.g. a day). Go"),
            ["Create it", "Send it", "then wait", "Go"]
        );
        assert_eq!(sentences("See 4.1 of e.g. the manual"), ["See 4.1 of e.g. the manual"]);
        assert_eq!(sentences("**Bold** `code`."), ["Bold code"]);
        assert!(sentences(" . ").is_empty());
    }
}
