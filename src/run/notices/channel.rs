//! `[notices.NAME]`: by which ways people are told.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::{
    backend::{
        post::{
            address::Address,
            endpoint::Endpoint,
            fault::Undelivered,
            roots,
            signed::HookSecret,
            smtp::{Secrecy, Server},
            webhook::Hook,
        },
        secret::SecretReference,
    },
    source::shown,
};

/// A way by which people are told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
pub enum Channel {
    /// A mail server.
    Smtp(Smtp),
    /// A URL to which it is posted.
    Webhook(Webhook),
    /// A folder from which something else sends.
    Spool(Spool),
}

/// A mail server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Smtp {
    /// Its host.
    pub host: String,
    /// Its port; without, the one that goes with `tls`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// How the connection is kept secret.
    pub tls: Secrecy,
    /// Who logs in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// Where the password comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<SecretReference>,
    /// The certificates that it is trusted by, as a PEM file; without, those of the system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca: Option<PathBuf>,
    /// Whom the mails are from.
    pub from: Address,
}

/// A URL to which what is told is posted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Webhook {
    /// The URL.
    pub url: Endpoint,
    /// Where the secret comes from that it is signed with.
    pub secret: SecretReference,
    /// The certificates that it is trusted by, as a PEM file; without, those of the system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca: Option<PathBuf>,
}

/// A folder from which something else sends.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spool {
    /// The folder.
    pub path: PathBuf,
    /// Whom the mails are from.
    pub from: Address,
}

impl Channel {
    /// The word for its kind.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Smtp(_) => "smtp",
            Self::Webhook(_) => "webhook",
            Self::Spool(_) => "spool",
        }
    }

    /// Whom its mails are from, where it sends mails; each of them goes to an address.
    #[must_use]
    pub const fn sender(&self) -> Option<&Address> {
        match self {
            Self::Smtp(Smtp { from, .. }) | Self::Spool(Spool { from, .. }) => Some(from),
            Self::Webhook(_) => None,
        }
    }

    /// Whether somebody is asked for its secret.
    #[must_use]
    pub const fn asks(&self) -> bool {
        match self {
            Self::Smtp(smtp) => matches!(smtp.password, Some(SecretReference::Ask(_))),
            Self::Webhook(hook) => matches!(hook.secret, SecretReference::Ask(_)),
            Self::Spool(_) => false,
        }
    }

    /// The server to which it speaks, and what it hands over there besides notices, for people; nothing where it
    /// stays on this machine's disk.
    #[must_use]
    pub fn server(&self) -> Option<String> {
        match self {
            Self::Smtp(smtp) => {
                let login = smtp.user.as_ref().zip(smtp.password.as_ref());
                let login = login.map_or_else(String::new, |(user, password)| {
                    format!(
                        ", as {} with the password from {}",
                        shown(user),
                        shown(&String::from(password.clone()))
                    )
                });
                Some(format!("smtp {}:{} (tls {}){login}", shown(&smtp.host), smtp.port(), smtp.tls.name()))
            }
            Self::Webhook(hook) => {
                let secret = shown(&String::from(hook.secret.clone()));
                Some(format!("webhook {}, signed with the secret from {secret}", shown(&hook.url.origin())))
            }
            Self::Spool(_) => None,
        }
    }
}

impl Smtp {
    /// Its port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port.unwrap_or_else(|| self.tls.port())
    }

    /// The server, with its password.
    ///
    /// # Errors
    /// When the password or the trusted certificates are not there.
    pub(super) fn open(&self, folder: &Path) -> Result<Server, Undelivered> {
        let login = match (&self.user, &self.password) {
            (Some(user), Some(password)) => {
                let password =
                    password.fetch(folder).map_err(|error| Undelivered::Secret(error.to_string()))?;
                Some((user.clone(), password))
            }
            _ => None,
        };
        let roots = self.ca.as_ref().map(|path| roots::read(&folder.join(path))).transpose()?;
        Ok(Server { host: self.host.clone(), port: self.port(), secrecy: self.tls, roots, login })
    }
}

impl Webhook {
    /// The webhook, with its secret.
    ///
    /// # Errors
    /// When the secret or the trusted certificates are not there.
    pub(super) fn open(&self, folder: &Path) -> Result<Hook, Undelivered> {
        let secret = self.secret.fetch(folder).map_err(|error| Undelivered::Secret(error.to_string()))?;
        let secret = HookSecret::read(&secret)?;
        let roots = self.ca.as_ref().map(|path| roots::read(&folder.join(path))).transpose()?;
        Ok(Hook { endpoint: self.url.clone(), roots, secret })
    }
}
