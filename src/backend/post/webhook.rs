//! A webhook: one signed request by HTTPS. No redirect is followed, no proxy is asked, and nothing of the answer
//! but its status is looked at.

use std::sync::Arc;

use ureq::{
    Agent, Error,
    http::StatusCode,
    tls::{Certificate, RootCerts, TlsConfig, TlsProvider},
};

use super::{PATIENCE, endpoint::Endpoint, fault::Undelivered, patience::within, signed::HookSecret};

/// The most of an answer's headers that is read, in bytes.
const HEADERS: usize = 16 * 1024;

/// A webhook.
#[derive(Debug)]
pub struct Hook {
    /// Where it is.
    pub endpoint: Endpoint,
    /// The certificates that it is trusted by, as DER; nothing for those of the system.
    pub roots: Option<Vec<Vec<u8>>>,
    /// The secret that requests are signed with.
    pub secret: HookSecret,
}

impl Hook {
    /// Hands over a body, under an id by which it is known when it comes again, at this second since 1970.
    ///
    /// # Errors
    /// Why it did not take it.
    pub fn post(self, id: String, second: i64, body: Vec<u8>) -> Result<(), Undelivered> {
        let signature = self.secret.signature(&id, second, &body)?;
        let agent = self.agent();
        within(PATIENCE, move || {
            let sent = agent
                .post(self.endpoint.as_str())
                .header("content-type", "application/json")
                .header("webhook-id", id)
                .header("webhook-timestamp", second.to_string())
                .header("webhook-signature", signature)
                .send(body.as_slice());
            match sent {
                Ok(answer) => judged(answer.status()),
                Err(error) => Err(why(&error)),
            }
        })
    }

    fn agent(&self) -> Agent {
        let roots = match &self.roots {
            None => RootCerts::PlatformVerifier,
            Some(ders) => {
                let own = ders.iter().map(|der| Certificate::from_der(der).to_owned());
                RootCerts::Specific(Arc::new(own.collect()))
            }
        };
        let tls = TlsConfig::builder().provider(TlsProvider::NativeTls).root_certs(roots).build();
        let config = Agent::config_builder()
            .tls_config(tls)
            .https_only(self.endpoint.is_secure())
            .proxy(None)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .max_response_header_size(HEADERS)
            .timeout_global(Some(PATIENCE))
            .user_agent(concat!("keyroll/", env!("CARGO_PKG_VERSION")))
            .build();
        config.into()
    }
}

fn judged(status: StatusCode) -> Result<(), Undelivered> {
    let code = status.as_u16();
    match code {
        200..=299 => Ok(()),
        300..=399 => Err(Undelivered::SentOn(code)),
        429 | 500..=599 => Err(Undelivered::ForNow(code)),
        _ => Err(Undelivered::Refused(code)),
    }
}

fn why(error: &Error) -> Undelivered {
    match error {
        Error::Timeout(_) => Undelivered::Late(PATIENCE.as_secs()),
        Error::Tls(_) | Error::NativeTls(_) | Error::TlsRequired | Error::Der(_) => Undelivered::Untrusted,
        Error::Http(_) | Error::Protocol(_) | Error::LargeResponseHeader(..) => Undelivered::Unclear,
        _ => Undelivered::Unreachable,
    }
}
