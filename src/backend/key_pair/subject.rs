//! Names of subjects as people write them (RFC 4514): `CN=orders, O="Example, Inc."`.

/// Reads a name: its parts in the order in which they are written, each a short name (`CN`, `O`,
/// ...) and a value. A comma within a value stands in quotes or behind a backslash. `None` when that
/// is no name.
#[must_use]
pub fn subject(text: &str) -> Option<Vec<(String, String)>> {
    let mut parts = Vec::new();
    let mut rest = text;
    loop {
        let (name, after) = rest.split_once('=')?;
        let (value, after) = value(after.trim_start())?;
        let name = name.trim();
        let is_name = name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-'));
        if name.is_empty() || !is_name || value.is_empty() {
            return None;
        }
        parts.push((name.to_owned(), value));
        match after {
            Some(after) => rest = after,
            None => return Some(parts),
        }
    }
}

/// Reads a value up to the comma that ends it, and what follows the comma.
fn value(text: &str) -> Option<(String, Option<&str>)> {
    let (mut value, mut is_quoted, mut kept) = (String::new(), false, 0);
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => {
                value.push(chars.next()?.1);
                kept = value.len();
            }
            '"' => {
                is_quoted = !is_quoted;
                kept = value.len();
            }
            ',' if !is_quoted => {
                value.truncate(kept.max(value.trim_end().len()));
                return Some((value, text.get(at + 1..)));
            }
            other => value.push(other),
        }
    }
    if is_quoted {
        return None;
    }
    value.truncate(kept.max(value.trim_end().len()));
    Some((value, None))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<Vec<(String, String)>> {
        subject(text)
    }

    #[test]
    fn names_are_read_with_commas_in_quotes_or_escaped() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(read("CN=orders"), Some(vec![pair("CN", "orders")]));
        assert_eq!(
            read(" CN = orders , O= Example AG "),
            Some(vec![pair("CN", "orders"), pair("O", "Example AG")])
        );
        for text in [r#"O="Example, Inc.", C=DE"#, r"O=Example\, Inc.,C=DE", r#"O=Example", "Inc. , C=DE"#] {
            assert_eq!(read(text), Some(vec![pair("O", "Example, Inc."), pair("C", "DE")]), "{text}");
        }
        assert_eq!(read(r#"CN=" a " "#), Some(vec![pair("CN", " a ")]));
        assert_eq!(read("CN=a=b+c, 2.5.4.3=ä"), Some(vec![pair("CN", "a=b+c"), pair("2.5.4.3", "ä")]));
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for text in
            ["", "orders", "CN=", "=a", "CN=a,", "CN=a,,O=b", "CN=a, Inc.", r#"CN="a"#, r"CN=a\", "C N=a"]
        {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
