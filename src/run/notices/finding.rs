//! What is wrong with the channels and contacts of a site.

use miette::{Diagnostic, SourceSpan};
use thiserror::Error;

use crate::{
    explanation::Explanation,
    source::{Finding, Span, shown},
};

/// A channel by which nothing can be told.
#[derive(Debug, Diagnostic, Error)]
#[error("nothing can be told by `{name}`: {why}")]
#[diagnostic(code(keyroll::bad_channel))]
struct BadChannel {
    name: String,
    why: String,
    #[help]
    help: String,
    #[label("by this channel")]
    at: SourceSpan,
}

/// Somebody who is told by a channel that the site does not have.
#[derive(Debug, Diagnostic, Error)]
#[error("the site has no channel `{name}`")]
#[diagnostic(code(keyroll::unknown_channel))]
struct UnknownChannel {
    name: String,
    #[help]
    help: String,
    #[label("told by it")]
    at: SourceSpan,
}

/// Nothing can be told by a channel.
pub(super) fn bad(name: &str, why: String, help: &str, at: Span) -> Finding {
    Box::new(BadChannel { name: shown(name), why, help: help.to_owned(), at: at.into() })
}

/// There is no such channel.
pub(super) fn unknown(name: &str, help: String, at: Span) -> Finding {
    Box::new(UnknownChannel { name: shown(name), help, at: at.into() })
}

/// What `explain` says.
pub const EXPLANATIONS: &[Explanation] = &[
    Explanation {
        code: "bad_channel",
        title: "nothing can be told by a channel of the site",
        text: "\
A mail goes to an address, so whoever is told by a mail server or a spool folder has one. A login is
a user and a password. Without TLS a server is spoken to on this machine only: what leaves it is
encrypted, and the server shows a certificate that is trusted.

  site = 1

  [notices.mail]
  kind = \"smtp\"
  host = \"mail.example.org\"
  tls = \"starttls\"
  from = \"keyroll@example.org\"

  [roles.receiver_admin]
  notify = [\"mail\"]
  mail = \"partner@example.net\"",
    },
    Explanation {
        code: "unknown_channel",
        title: "somebody is told by a channel that the site does not have",
        text: "\
`notify` of a role or of `[coordinator]` names tables of the same site:

  site = 1

  [notices.folder]
  kind = \"spool\"
  path = \"outgoing\"
  from = \"keyroll@example.org\"

  [roles.receiver_admin]
  notify = [\"folder\"]
  mail = \"partner@example.net\"",
    },
];
