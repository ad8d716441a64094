//! Where something is sent: a host, and the URL of a webhook, checked at birth.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use ureq::http::Uri;

/// Whether a host is this machine: a loopback address, or the name that stands for it (RFC 6761, section 6.3).
#[must_use]
pub fn is_loopback(host: &str) -> bool {
    let bare = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host);
    bare.eq_ignore_ascii_case("localhost")
        || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// The URL of a webhook: of `https`, or of `http` on this machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Endpoint(String);

impl Endpoint {
    /// Its text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What may be shown of it: the rest may hold what is secret.
    #[must_use]
    pub fn origin(&self) -> String {
        let uri: Option<Uri> = self.0.parse().ok();
        let parts = uri.as_ref().and_then(|uri| Some((uri.scheme_str()?, uri.authority()?)));
        parts.map_or_else(String::new, |(scheme, authority)| format!("{scheme}://{authority}"))
    }

    /// Whether it asks for TLS.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.0.get(..8).is_some_and(|start| start.eq_ignore_ascii_case("https://"))
    }
}

impl TryFrom<String> for Endpoint {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        let uri: Uri =
            text.parse().map_err(|_| "this is no URL: write `https://example.org/path`".to_owned())?;
        let host = uri.host().filter(|host| !host.is_empty());
        let Some(host) = host else {
            return Err("a URL names its host, as `https://example.org/path`".to_owned());
        };
        if uri.authority().is_some_and(|authority| authority.as_str().contains('@')) {
            return Err("no name or password stands in a URL: what is sent is signed".to_owned());
        }
        match uri.scheme_str() {
            Some("https") => Ok(Self(text)),
            Some("http") if is_loopback(host) => Ok(Self(text)),
            _ => Err("a webhook is of `https`, or of `http` on this machine".to_owned()),
        }
    }
}

impl From<Endpoint> for String {
    fn from(endpoint: Endpoint) -> Self {
        endpoint.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_leaves_the_machine_in_the_clear() {
        let origin = |text: &str| Endpoint::try_from(text.to_owned()).map(|endpoint| endpoint.origin());
        for (text, shown) in [
            ("https://example.org/a?token=x", "https://example.org"),
            ("https://example.org:8443/a", "https://example.org:8443"),
            ("http://127.0.0.1:8080/a", "http://127.0.0.1:8080"),
            ("http://[::1]:8080/a", "http://[::1]:8080"),
            ("http://localhost/a", "http://localhost"),
        ] {
            assert_eq!(origin(text).as_deref(), Ok(shown), "{text}");
        }
        for text in [
            "http://example.org/a",
            "http://127.0.0.1.example.org/a",
            "http://localhost.example.org/",
            "ftp://example.org/",
            "file:///etc/passwd",
            "//example.org/a",
            "example.org",
            "https://user:word@example.org/",
            "https:///a",
            "https://example.org/a b",
            "https://example.org/\r\nX: y",
            "",
        ] {
            assert!(origin(text).is_err(), "{text:?}");
        }
    }
}
