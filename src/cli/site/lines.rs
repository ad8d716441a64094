//! What is said of the trust in a site.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    cli::{at_site::AtSite, trusted::command},
    run::{
        programs::Executed,
        time::to_the_second,
        trust::{Standing, Subject},
    },
    source::shown,
    world::material::Fingerprint,
};

/// What a site has started, and whether somebody said that it may.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(super) struct Trust {
    /// Digest of what the site binds: a run is pinned to it.
    site_digest: Fingerprint,
    /// Digest of the site with its programs: the one that is trusted.
    digest: Fingerprint,
    /// What is started for it, each file once: programs, and the scripts that they read.
    programs: Vec<Executed>,
    /// To whom it sends notices by which server: a line each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    sends: Vec<String>,
    /// Whether that is trusted.
    trust: Word,
    /// When somebody said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<Timestamp>,
    /// Why it is not, where somebody said so once: a sentence each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    moved: Vec<String>,
    /// The command that trusts it, where that is left to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    command: Option<String>,
}

/// Whether a site is trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Word {
    /// It has nothing started and sends nothing out, so there is nothing to trust.
    Needless,
    /// It is.
    Trusted,
    /// Nobody has said so.
    Untrusted,
    /// It was, and is another one by now.
    Moved,
}

impl Trust {
    pub(super) fn of(at: &AtSite, subject: &Subject) -> Self {
        let (trust, since, moved) = match subject.standing(&at.site) {
            Standing::Needless => (Word::Needless, None, Vec::new()),
            Standing::Trusted(since) => (Word::Trusted, Some(since), Vec::new()),
            Standing::Untrusted => (Word::Untrusted, None, Vec::new()),
            Standing::Unbelieved(why) => (Word::Untrusted, None, vec![why]),
            Standing::Moved(lines) => (Word::Moved, None, lines),
        };
        let is_open = matches!(trust, Word::Untrusted | Word::Moved);
        Self {
            site_digest: subject.site,
            digest: subject.digest(),
            programs: subject.programs.clone(),
            sends: subject.sends.clone(),
            trust,
            since,
            moved,
            command: is_open.then(|| command(at, subject)),
        }
    }

    /// Whether what the site has started may be started.
    pub(super) const fn is_given(&self) -> bool {
        matches!(self.trust, Word::Needless | Word::Trusted)
    }

    pub(super) fn lines(&self) -> Vec<String> {
        let mut lines = vec![format!("digest    {}", self.digest)];
        for one in &self.programs {
            lines.push(format!("starts    {} ({})", shown(&one.path), one.digest.short()));
        }
        lines.extend(self.sends.iter().map(|one| format!("sends     {}", shown(one))));
        lines.push(match (self.trust, self.since) {
            (Word::Trusted, Some(since)) => format!("trusted   since {}", to_the_second(since)),
            (Word::Needless | Word::Trusted, _) => "trusted   it has nothing started".to_owned(),
            (Word::Untrusted, _) => "trusted   not yet".to_owned(),
            (Word::Moved, _) => "trusted   no more".to_owned(),
        });
        lines.extend(self.moved.iter().map(|line| format!("          {line}")));
        lines.extend(self.command.iter().map(|command| format!("          `{command}` trusts it")));
        lines
    }
}
