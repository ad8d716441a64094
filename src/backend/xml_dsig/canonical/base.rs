//! Joining the `xml:base` of elements that are left out (Canonical XML 1.1, 2.4).

/// Combines a base with a reference as RFC 3986, 5.2.2 does, with what Canonical XML 1.1 changes:
/// the base may be relative, the path keeps the `..` that lead out of it, and there is no fragment.
pub(super) fn join(base: &str, reference: &str) -> String {
    let (base, reference) = (Parts::of(base), Parts::of(reference));
    let base_path = if ends_above(base.path) { format!("{}/", base.path) } else { base.path.to_owned() };
    // A reference with the scheme of the base is one without (5.2.2, not strict).
    let scheme = reference.scheme.filter(|scheme| Some(*scheme) != base.scheme);
    let (authority, path, query) = if scheme.is_some() || reference.authority.is_some() {
        (reference.authority, without_dots(reference.path), reference.query)
    } else if reference.path.is_empty() {
        (base.authority, base_path, reference.query.or(base.query))
    } else if reference.path.starts_with('/') {
        (base.authority, without_dots(reference.path), reference.query)
    } else {
        let merged = merge(&base, &base_path, reference.path);
        (base.authority, without_dots(&merged), reference.query)
    };
    let mut joined = String::new();
    for (before, part, after) in
        [("", scheme.or(base.scheme), ":"), ("//", authority, ""), ("", Some(&*path), ""), ("?", query, "")]
    {
        if let Some(part) = part {
            joined.extend([before, part, after]);
        }
    }
    joined
}

/// A URI reference in its parts (RFC 3986, appendix B), without its fragment.
struct Parts<'a> {
    scheme: Option<&'a str>,
    authority: Option<&'a str>,
    path: &'a str,
    query: Option<&'a str>,
}

impl<'a> Parts<'a> {
    fn of(uri: &'a str) -> Self {
        let uri = uri.split('#').next().unwrap_or_default();
        let (scheme, rest) = match uri.split_once(':') {
            Some((scheme, rest)) if !scheme.is_empty() && !scheme.contains(['/', '?']) => {
                (Some(scheme), rest)
            }
            _ => (None, uri),
        };
        let (rest, query) = match rest.split_once('?') {
            Some((rest, query)) => (rest, Some(query)),
            None => (rest, None),
        };
        let (authority, path) = match rest.strip_prefix("//") {
            Some(rest) => {
                let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
                (Some(authority), path)
            }
            None => (None, rest),
        };
        Self { scheme, authority, path, query }
    }
}

fn ends_above(path: &str) -> bool {
    path == ".." || path.ends_with("/..")
}

/// The path of a reference behind that of its base (RFC 3986, 5.2.3).
fn merge(base: &Parts<'_>, base_path: &str, path: &str) -> String {
    if base.authority.is_some() && base_path.is_empty() {
        return format!("/{path}");
    }
    let folder = base_path.rfind('/').and_then(|end| base_path.get(..=end)).unwrap_or_default();
    format!("{folder}{path}")
}

/// Removes `.` and `..`, but for those that lead out of a relative path, and doubled slashes.
fn without_dots(path: &str) -> String {
    let root = path.starts_with('/');
    let mut kept: Vec<&str> = Vec::new();
    let mut folder = false;
    for segment in path.split('/').filter(|segment| !segment.is_empty()) {
        folder = matches!(segment, "." | "..");
        match segment {
            "." => {}
            ".." if kept.last().is_some_and(|last| *last != "..") => drop(kept.pop()),
            ".." if root => {}
            other => kept.push(other),
        }
    }
    let mut joined = if root { "/".to_owned() } else { String::new() };
    joined.push_str(&kept.join("/"));
    if (folder || path.ends_with('/')) && !kept.is_empty() {
        joined.push('/');
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table of Canonical XML 1.1, appendix A.
    #[test]
    fn dots_are_removed_as_the_recommendation_shows() {
        for (path, without) in [
            ("no/.././/pseudo-netpath/seg/file.ext", "pseudo-netpath/seg/file.ext"),
            ("no/..//.///pseudo-netpath/seg/file.ext", "pseudo-netpath/seg/file.ext"),
            ("yes/no//..//.///pseudo-netpath/seg/file.ext", "yes/pseudo-netpath/seg/file.ext"),
            ("no/../yes", "yes"),
            ("no/../yes/", "yes/"),
            ("no/../yes/no/..", "yes/"),
            ("../../no/../..", "../../../"),
            ("no/../..", "../"),
            ("no/..", ""),
            ("no/../", ""),
            ("/a/b/c/./../../g", "/a/g"),
            ("mid/content=5/../6", "mid/6"),
            ("../../..", "../../../"),
            ("no/../../", "../"),
            ("..yes/..no/..no/..no/../../../..yes", "..yes/..yes"),
            ("..yes/..no/..no/..no/../../../..yes/", "..yes/..yes/"),
            ("../..", "../../"),
            ("../../../", "../../../"),
            (".", ""),
            ("./", ""),
            ("./.", ""),
            ("//no/..", "/"),
            ("../../no/..", "../../"),
            ("../../no/../", "../../"),
            ("yes/no/../", "yes/"),
            ("yes/no/no/../..", "yes/"),
            ("yes/no/no/no/../../..", "yes/"),
            ("yes/no/../yes/no/no/../..", "yes/yes/"),
            ("yes/no/no/no/../../../yes", "yes/yes"),
            ("yes/no/no/no/../../../yes/", "yes/yes/"),
            ("/no/../", "/"),
            ("/yes/no/../", "/yes/"),
            ("/yes/no/no/../..", "/yes/"),
            ("/yes/no/no/no/../../..", "/yes/"),
            ("../../..no/..", "../../"),
            ("../../..no/../", "../../"),
            ("..yes/..no/../", "..yes/"),
            ("..yes/..no/..no/../..", "..yes/"),
            ("..yes/...no/..no/..no/../../..", "..yes/"),
            ("..yes/..no/../..yes/..no/..no/../..", "..yes/..yes/"),
            ("/..no/../", "/"),
            ("/..yes/..no/../", "/..yes/"),
            ("/..yes/..no/..no/../..", "/..yes/"),
            ("/..yes/..no/..no/..no/../../..", "/..yes/"),
            ("/", "/"),
            ("/.", "/"),
            ("/./", "/"),
            ("/./.", "/"),
            ("/././", "/"),
            ("/..", "/"),
            ("/../..", "/"),
            ("/../../..", "/"),
            ("//..", "/"),
            ("//..//..", "/"),
            ("//..//..//..", "/"),
            ("/./..", "/"),
            ("/./.././..", "/"),
            ("/./.././.././..", "/"),
            ("..", "../"),
            ("../", "../"),
        ] {
            assert_eq!(without_dots(path), without, "{path}");
        }
    }

    /// The examples of Canonical XML 1.1, 2.4 and 3.8, and of RFC 3986, 5.4.
    #[test]
    fn a_reference_is_joined_to_its_base() {
        for (base, reference, joined) in [
            ("abc/", "../", ""),
            ("../", "../", "../../"),
            ("..", "..", "../../"),
            ("..", "x", "../x"),
            ("bar/", "foo", "bar/foo"),
            ("something/else", "bar/", "something/bar/"),
            ("a/", "b#fragment", "a/b"),
            ("a/#b", "#fragment", "a/"),
            ("something/else", "urn:x", "urn:x"),
            ("a/b", "http://example.org/a/../b?q", "http://example.org/b?q"),
            ("http://a/b/c/d;p?q", "", "http://a/b/c/d;p?q"),
            ("http://a/b/c/d;p?q", "?y", "http://a/b/c/d;p?y"),
            ("http://a/b/c/d;p?q", "g?y/./x", "http://a/b/c/g?y/./x"),
            ("http://a/b/c/d;p?q", "/g", "http://a/g"),
            ("http://a/b/c/d;p?q", "//g", "http://g"),
            ("http://a/b/c/d;p?q", "../../../g", "http://a/g"),
            ("http://a/b/c/d;p?q", "http:g", "http://a/b/c/g"),
            ("http://a", "g", "http://a/g"),
        ] {
            assert_eq!(join(base, reference), joined, "{base} and {reference}");
        }
    }
}
