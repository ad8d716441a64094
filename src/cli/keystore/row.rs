//! Entries of a keystore as they are shown, for people and for machines.

use jiff::Timestamp;
use serde::Serialize;

use crate::{
    backend::{
        keystore::{Entry, EntryKind},
        pkcs12::Remark,
    },
    run::time::to_the_second,
    source::shown,
    world::material::Certificate,
};

/// An entry.
#[derive(Debug, Serialize)]
pub struct EntryRow {
    /// The alias as written.
    pub alias: String,
    /// What lies under it.
    pub kind: Kind,
    /// The certificate of the pair, or the one that the entry is; then its issuers, nearest first,
    /// as far as the keystore has them.
    pub chain: Vec<CertificateRow>,
}

/// Something to know about a keystore.
#[derive(Debug, Serialize)]
pub struct RemarkRow {
    /// Whether it is about strength; others are about what tools see.
    pub weakness: bool,
    /// What it is.
    pub words: String,
}

impl RemarkRow {
    /// All of a keystore's.
    #[must_use]
    pub fn all(remarks: &[Remark]) -> Vec<Self> {
        let row =
            |remark: &Remark| Self { weakness: remark.is_weakness(), words: shown(&remark.to_string()) };
        remarks.iter().map(row).collect()
    }
}

/// The kinds of entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A private key with its certificate.
    KeyPair,
    /// A certificate alone.
    Certificate,
    /// A secret key.
    Secret,
}

/// A certificate.
#[derive(Debug, Serialize)]
pub struct CertificateRow {
    /// Its subject.
    pub subject: String,
    /// Its issuer.
    pub issuer: String,
    /// Its serial number, in hexadecimal digits.
    pub serial: String,
    /// First moment of its validity.
    pub not_before: Timestamp,
    /// Last moment of its validity.
    pub not_after: Timestamp,
    /// How its validity stands to the time of the command.
    pub validity: Validity,
    /// The kind of its key; nothing for kinds that keyroll does not handle.
    pub key_type: Option<String>,
    /// SHA-256 over the certificate.
    pub sha256: String,
    /// SHA-256 over its public key (SubjectPublicKeyInfo).
    pub public_key_sha256: Option<String>,
}

/// How a validity stands to a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Validity {
    /// It has not begun.
    NotYet,
    /// It holds.
    Valid,
    /// It is over.
    Expired,
}

impl Kind {
    /// For people.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::KeyPair => "key pair",
            Self::Certificate => "certificate",
            Self::Secret => "secret key",
        }
    }
}

impl Validity {
    /// For people.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::NotYet => "not valid yet",
            Self::Valid => "valid now",
            Self::Expired => "expired",
        }
    }
}

impl EntryRow {
    /// An entry at a moment.
    #[must_use]
    pub fn of(entry: &Entry, now: Timestamp) -> Self {
        let (kind, chain) = match &entry.kind {
            EntryKind::KeyPair { chain } => (Kind::KeyPair, chain.as_slice()),
            EntryKind::Certificate(own) => (Kind::Certificate, std::slice::from_ref(own)),
            EntryKind::Secret => (Kind::Secret, &[][..]),
        };
        let chain = chain.iter().map(|one| CertificateRow::of(one, now)).collect();
        Self { alias: entry.alias.to_string(), kind, chain }
    }

    /// On one line.
    #[must_use]
    pub fn line(&self, width: usize) -> String {
        let alias = shown(&self.alias);
        let about = match self.chain.first() {
            None => "no certificate".to_owned(),
            Some(own) => {
                let key = own.key_type.as_deref().unwrap_or("other key");
                let until = own.not_after.strftime("%Y-%m-%d UTC");
                let validity = match own.validity {
                    Validity::Valid => String::new(),
                    other => format!(" ({})", other.words()),
                };
                let short: String = own.sha256.chars().take(8).collect();
                format!("{key:<9} until {until}{validity}  {short}  {}", own.subject)
            }
        };
        format!("{alias:<width$}  {:<11}  {about}", self.kind.words())
    }

    /// On several lines.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let mut lines = vec![format!("{}: {}", shown(&self.alias), self.kind.words())];
        for (number, one) in self.chain.iter().enumerate() {
            if number > 0 {
                lines.push(format!("  issuer {number} of the chain"));
            }
            lines.extend(one.lines().into_iter().map(|line| format!("  {line}")));
        }
        if self.chain.is_empty() {
            lines.push("  no certificate".to_owned());
        }
        lines
    }
}

impl CertificateRow {
    /// A certificate at a moment.
    #[must_use]
    pub fn of(certificate: &Certificate, now: Timestamp) -> Self {
        let (not_before, not_after) = (certificate.not_before(), certificate.not_after());
        let validity = if now < not_before {
            Validity::NotYet
        } else if now > not_after {
            Validity::Expired
        } else {
            Validity::Valid
        };
        Self {
            subject: certificate.subject(),
            issuer: certificate.issuer(),
            serial: certificate.serial(),
            not_before,
            not_after,
            validity,
            key_type: certificate.key_type().map(|kind| kind.to_string()),
            sha256: certificate.fingerprint().to_string(),
            public_key_sha256: certificate.public_key_digest().ok().map(|digest| digest.to_string()),
        }
    }

    /// On several lines.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let mut lines = vec![format!("subject     {}", self.subject)];
        if self.issuer == self.subject {
            lines.push("issuer      itself".to_owned());
        } else {
            lines.push(format!("issuer      {}", self.issuer));
        }
        lines.push(format!("serial      {}", self.serial));
        lines.push(format!(
            "valid       {} to {} ({})",
            to_the_second(self.not_before),
            to_the_second(self.not_after),
            self.validity.words()
        ));
        lines.push(format!(
            "key         {}",
            self.key_type.as_deref().unwrap_or("of a kind that keyroll does not handle")
        ));
        lines.push(format!("sha-256     {}", self.sha256));
        if let Some(digest) = &self.public_key_sha256 {
            lines.push(format!("public key  {digest} (sha-256)"));
        }
        lines
    }
}
