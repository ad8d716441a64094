//! Why something was not handed over, in words of keyroll's own.

/// Why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Undelivered {
    /// The server answered no, with this code.
    #[error("refused ({0})")]
    Refused(u16),
    /// The server answered that it cannot do so now, with this code.
    #[error("refused for now ({0})")]
    ForNow(u16),
    /// It sent us somewhere else, and nothing follows it.
    #[error("it is sent on to another address ({0}), and no such answer is followed")]
    SentOn(u16),
    /// Nobody is there, or the connection broke.
    #[error("cannot be reached")]
    Unreachable,
    /// There is no TLS, or its certificate is not trusted.
    #[error("no TLS with a certificate that is trusted")]
    Untrusted,
    /// It does not offer STARTTLS, or no way to log in.
    #[error("it offers no TLS, or no login that is asked for")]
    Unoffered,
    /// It did not answer in time.
    #[error("no answer within {0} s")]
    Late(u64),
    /// What came back is no answer of its protocol, or too long.
    #[error("no answer that can be understood")]
    Unclear,
    /// The password or the secret is not there, or is none.
    #[error("{0}")]
    Secret(String),
    /// What a channel names cannot be used: a file of trusted certificates, or a folder.
    #[error("{0}")]
    Unusable(String),
}

impl Undelivered {
    /// Whether the same is to be expected of whatever else is handed over there now.
    #[must_use]
    pub const fn is_of_the_channel(&self) -> bool {
        !matches!(self, Self::Refused(_) | Self::ForNow(_))
    }
}
