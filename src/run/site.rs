//! `site.toml`: what stands behind the names of a plan.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::{
    backend::{
        pkcs12::Pkcs12Keystore,
        post::address::Address,
        secret::{SecretError, SecretReference},
    },
    plan::answers::Answers,
    source::{Source, Span},
    world::material::{Fingerprint, KeyType},
};

pub use crate::backend::key_pair::subject::subject;

use super::{
    calendar::{Calendar, CalendarBinding, open},
    command_binding::{CommandBinding, CommandReceiverBinding},
    notices::{
        channel::Channel,
        contact::{self, Contact},
    },
    pace_binding::PaceBinding,
    signature_binding::SignatureBinding,
    site_fault::{SiteFault, unreadable},
    site_reading::fault,
};

/// The version of the format of sites that is read here.
pub const VERSION: u32 = 1;

/// How many days a generated certificate may be valid: up to a hundred years.
pub const VALIDITY: RangeInclusive<u32> = 1..=36_500;

/// A site as it is written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Site {
    /// The version of the format: 1.
    pub site: u32,
    /// Values for the plan's parameters.
    #[serde(default)]
    pub parameters: BTreeMap<String, String>,
    /// Answers to the plan's questions.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub answers: BTreeMap<String, Answer>,
    /// Who plays the roles; a role that is not named is played by a person.
    #[serde(default)]
    pub roles: BTreeMap<String, RoleBinding>,
    /// Calendars of times in which roles change nothing.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub calendars: BTreeMap<String, CalendarBinding>,
    /// What their files said when they were opened; no part of the site's digest, so that a holiday more
    /// leaves an approval as it is.
    #[serde(skip)]
    pub opened: BTreeMap<String, Arc<Calendar>>,
    /// What stands behind the keystores.
    #[serde(default)]
    pub keystores: BTreeMap<String, KeystoreBinding>,
    /// What stands behind the receivers.
    #[serde(default)]
    pub receivers: BTreeMap<String, ReceiverBinding>,
    /// What stands behind the flows.
    #[serde(default)]
    pub flows: BTreeMap<String, FlowBinding>,
    /// What stands behind the facts of the plan's own.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub facts: BTreeMap<String, FactBinding>,
    /// What is generated for keys, where it is not to be as the key that it replaces.
    #[serde(default)]
    pub keys: BTreeMap<String, KeyBinding>,
    /// By which ways people are told.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub notices: BTreeMap<String, Channel>,
    /// In which order the partners of a plan come, and how many at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partners: Option<PaceBinding>,
    /// Who is told how runs end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coordinator: Option<Contact>,
}

/// An answer to a question: `"yes"` or `"no"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Answer {
    /// Yes.
    Yes,
    /// No.
    No,
}

impl Site {
    /// Its answers.
    #[must_use]
    pub fn answers(&self) -> Answers {
        self.answers.iter().map(|(name, answer)| (name.clone(), *answer == Answer::Yes)).collect()
    }
}

/// Who plays a role.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoleBinding {
    /// Whether the site does the role's acts of speech by itself, and takes its messages.
    #[serde(default)]
    pub automatic: bool,
    /// How long after a step of the role may begin the site does it: `"5m"`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pause: Option<Length>,
    /// Calendars, by their names in the site: while one of them is closed the role changes nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub calendars: Vec<String>,
    /// How long after it is asked an act of the role is due: `"5d"`. What is overdue is told, and waits on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answers_within: Option<Length>,
    /// Who plays it, by name, where that is said.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub people: Vec<String>,
    /// Whether its people name the fingerprint of each certificate that the role accepts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<FingerprintRule>,
    /// By which channels of the site the role is told what waits for it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notify: Vec<String>,
    /// At which address, where the channel is one of mails.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mail: Option<Address>,
}

/// Whether fingerprints are named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FingerprintRule {
    /// Each is named, and compared.
    Demanded,
}

/// What stands behind a keystore.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "backend", rename_all = "lowercase", deny_unknown_fields)]
pub enum KeystoreBinding {
    /// A PKCS#12 file.
    Pkcs12 {
        /// The file; a relative path begins at the site's folder.
        path: PathBuf,
        /// Where its password comes from.
        password: SecretReference,
        /// From where it imports the pairs that stand in for what a receiver made, as in a sandbox.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pairs: Option<PairStore>,
    },
    /// A program.
    Command(CommandBinding),
    /// A person.
    Manual {},
}

/// A PKCS#12 file of pairs that stand in for what receivers make.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PairStore {
    /// The file; a relative path begins at the site's folder.
    pub path: PathBuf,
    /// Where its password comes from.
    pub password: SecretReference,
}

impl PairStore {
    /// The store; it is opened when something is asked of it.
    ///
    /// # Errors
    /// When its password is not there.
    pub(super) fn open(&self, folder: &Path) -> Result<Pkcs12Keystore, SecretError> {
        Ok(Pkcs12Keystore::open(folder.join(&self.path), self.password.fetch(folder)?))
    }
}

/// What stands behind a receiver.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "backend", rename_all = "lowercase", deny_unknown_fields)]
pub enum ReceiverBinding {
    /// A folder of trusted certificates.
    Directory {
        /// The folder.
        path: PathBuf,
        /// How many certificates the receiver can hold.
        capacity: usize,
        /// Where the pairs are kept that stand in for what the receiver makes, as in a sandbox.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pairs: Option<PairStore>,
    },
    /// A program.
    Command(CommandReceiverBinding),
    /// A person.
    Manual {},
}

/// What stands behind a flow.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "backend", rename_all = "lowercase", deny_unknown_fields)]
pub enum FlowBinding {
    /// A flow on this machine, in a folder with its spool.
    Local {
        /// The folder.
        path: PathBuf,
        /// How its messages are signed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        signature: Option<SignatureBinding>,
        /// Whether its signatures stand for what the plan says that its messages carry, as in a sandbox.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        stand_in: bool,
    },
    /// A program.
    Command(CommandBinding),
    /// A person.
    Manual {},
}

/// What stands behind a fact of the plan's own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "backend", rename_all = "lowercase", deny_unknown_fields)]
pub enum FactBinding {
    /// A file that says `set` or `clear`.
    File {
        /// The file; a relative path begins at the site's folder.
        path: PathBuf,
    },
    /// A program.
    Command(CommandBinding),
    /// A person.
    Manual {},
}

/// What is generated for a key.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyBinding {
    /// `rsa-2048`, `rsa-3072`, `rsa-4096`, `ec-p256`, `ec-p384`, `ec-p521`, `ed25519`, or `opaque`.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub key_type: Option<String>,
    /// The subject, as in `CN=orders, O=Example`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// The certificate of a key that no backend shows, as a PEM file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<PathBuf>,
    /// Days of validity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<u32>,
}

/// A length of time as it is written in plans: `90s`, `15m`, `24h`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Length(pub std::time::Duration);

impl TryFrom<String> for Length {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        crate::plan::parameter::duration(&text).map(Self).ok_or("write it as `90s`, `15m` or `1h30m`")
    }
}

impl From<Length> for String {
    fn from(length: Length) -> Self {
        crate::syntax::spelt(length.0)
    }
}

impl Length {
    /// The length as a signed duration.
    #[must_use]
    pub fn signed(self) -> SignedDuration {
        SignedDuration::try_from(self.0).unwrap_or(SignedDuration::MAX)
    }
}

impl Site {
    /// Reads a site.
    ///
    /// # Errors
    /// A finding that points at the line.
    pub fn read(source: &Source) -> Result<Self, SiteFault> {
        let site: Self = toml::from_str(&source.text).map_err(|error| fault(source, &error))?;
        if site.site == VERSION {
            Ok(site)
        } else {
            let why = format!("this keyroll knows no site of version {}", site.site);
            Err(unreadable(&why, "begin it with `site = 1`", Span::new(0, 1)))
        }
    }

    /// The site with what its calendars say.
    ///
    /// # Errors
    /// Every finding about them.
    pub fn with_calendars(mut self, folder: &Path, text: &Source) -> Result<Self, Vec<SiteFault>> {
        self.opened = open(&self, folder, text)?;
        Ok(self)
    }

    /// The site, if its channels fit those who are told by them.
    ///
    /// # Errors
    /// Every finding about them.
    pub fn with_contacts(self, text: &Source) -> Result<Self, Vec<SiteFault>> {
        contact::examine(&self, text).map(|()| self)
    }

    /// Identifies what is bound; comments and order do not count. Nor does who is told of a run, and how, nor the pace
    /// of the partners: another address or another pace leaves an approval as it is.
    #[must_use]
    pub fn digest(&self) -> Fingerprint {
        let mut bound = self.clone();
        bound.notices.clear();
        bound.coordinator = None;
        bound.partners = None;
        bound.roles.retain(|_, role| {
            let is_told = !role.notify.is_empty() || role.mail.is_some();
            role.notify.clear();
            role.mail = None;
            // A table that says nothing else is as if it were not there.
            !is_told || *role != RoleBinding::default()
        });
        // Words, numbers and paths that were read from a text: none of them fails to be written.
        Fingerprint::of(serde_json::to_string(&bound).unwrap_or_default().as_bytes())
    }

    /// How a role is played.
    #[must_use]
    pub fn role(&self, name: &str) -> RoleBinding {
        self.roles.get(name).cloned().unwrap_or_default()
    }
}

/// Reads a key type such as `rsa-2048`; `opaque` for a credential that is no key pair.
#[must_use]
pub fn key_type(text: &str) -> Option<KeyType> {
    KeyType::ALL.into_iter().chain([KeyType::Opaque]).find(|known| known.to_string() == text)
}
