//! A mail server that takes what is sent (RFC 5321), over TLS from the start (RFC 8314), or after `STARTTLS` (RFC
//! 3207), which is never left out; in the clear on this machine only.

use std::time::Duration;

use lettre::{
    SmtpTransport, Transport,
    address::Envelope,
    transport::smtp::{
        Error,
        authentication::Credentials,
        client::{Certificate, CertificateStore, Tls, TlsParameters},
    },
};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{PATIENCE, address::Address, endpoint::is_loopback, fault::Undelivered, patience::within};

/// When a connection is given up that nobody waits for any more.
const LEFT_ALONE: Duration = Duration::from_secs(15);

/// How a connection is kept secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Secrecy {
    /// TLS from the first byte on.
    Required,
    /// TLS after `STARTTLS`; without it nothing is sent.
    Starttls,
    /// Nothing: for a server on this machine.
    NoneOnLoopback,
}

impl Secrecy {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Required, Self::Starttls, Self::NoneOnLoopback];

    /// As it is written.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::Starttls => "starttls",
            Self::NoneOnLoopback => "none-on-loopback",
        }
    }

    /// The port that goes with it (RFC 8314, section 3; RFC 6409; RFC 5321).
    #[must_use]
    pub const fn port(self) -> u16 {
        match self {
            Self::Required => 465,
            Self::Starttls => 587,
            Self::NoneOnLoopback => 25,
        }
    }
}

/// A mail server.
#[derive(Debug)]
pub struct Server {
    /// Its host.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is kept secret.
    pub secrecy: Secrecy,
    /// The certificates that it is trusted by, as DER; nothing for those of the system.
    pub roots: Option<Vec<Vec<u8>>>,
    /// Who says so to it, and the password.
    pub login: Option<(String, Zeroizing<String>)>,
}

impl Server {
    /// Hands a mail over for one address.
    ///
    /// # Errors
    /// Why it did not take it.
    pub fn send(self, from: &Address, to: &Address, mail: Vec<u8>) -> Result<(), Undelivered> {
        let parsed = |address: &Address| address.as_str().parse::<lettre::Address>();
        let (Ok(from), Ok(to)) = (parsed(from), parsed(to)) else { return Err(Undelivered::Unclear) };
        let envelope = Envelope::new(Some(from), vec![to]).map_err(|_| Undelivered::Unclear)?;
        let transport = self.transport()?;
        within(PATIENCE, move || match transport.send_raw(&envelope, &mail) {
            Ok(_) => Ok(()),
            Err(error) => Err(why(&error)),
        })
    }

    fn transport(self) -> Result<SmtpTransport, Undelivered> {
        let tls = match self.secrecy {
            Secrecy::Required => Tls::Wrapper(self.parameters()?),
            Secrecy::Starttls => Tls::Required(self.parameters()?),
            Secrecy::NoneOnLoopback if is_loopback(&self.host) => Tls::None,
            Secrecy::NoneOnLoopback => return Err(Undelivered::Untrusted),
        };
        let mut builder =
            SmtpTransport::builder_dangerous(self.host).port(self.port).tls(tls).timeout(Some(LEFT_ALONE));
        if let Some((user, password)) = self.login {
            builder = builder.credentials(Credentials::new(user, password.as_str().to_owned()));
        }
        Ok(builder.build())
    }

    fn parameters(&self) -> Result<TlsParameters, Undelivered> {
        let mut builder = TlsParameters::builder(self.host.clone());
        if let Some(roots) = &self.roots {
            builder = builder.certificate_store(CertificateStore::None);
            for der in roots {
                let root = Certificate::from_der(der.clone()).map_err(|_| Undelivered::Untrusted)?;
                builder = builder.add_root_certificate(root);
            }
        }
        builder.build().map_err(|_| Undelivered::Untrusted)
    }
}

/// Whether OpenSSL did not want to go on: the library says of a handshake only that there is no connection.
fn is_of_openssl(error: &Error) -> bool {
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        if cause.is::<openssl::error::ErrorStack>() {
            return true;
        }
        source = cause.source();
    }
    false
}

/// What went wrong, in our words; of what the server said, its code alone.
fn why(error: &Error) -> Undelivered {
    let code = error.status().map(u16::from);
    match code {
        Some(code) if error.is_permanent() => Undelivered::Refused(code),
        Some(code) if error.is_transient() => Undelivered::ForNow(code),
        _ if error.is_timeout() => Undelivered::Late(PATIENCE.as_secs()),
        _ if error.is_tls() || is_of_openssl(error) => Undelivered::Untrusted,
        // In that library it is an error of the client that the server does not offer what is asked for.
        _ if error.is_client() => Undelivered::Unoffered,
        _ if error.is_response() => Undelivered::Unclear,
        _ => Undelivered::Unreachable,
    }
}
