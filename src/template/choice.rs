//! Which plan of the library fits: by what is renewed, who holds its private key, whether the other side
//! can hold two at once, and whether the flow may stand still.

use clap::ValueEnum;
use miette::{Diagnostic, SourceSpan};
use thiserror::Error;

use crate::source::{Finding, Refusal, Source, Span};

/// What is renewed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum What {
    /// A key for XML signatures
    XmlSignature,
    /// A key for other signatures: CMS, OpenPGP, JSON Web Signature
    Signature,
    /// A key to decrypt with
    Encryption,
    /// A TLS client certificate
    TlsClient,
    /// A TLS server certificate
    TlsServer,
    /// The SSH key of a user
    SshUser,
    /// The SSH key of a host
    SshHost,
    /// A user and password
    Password,
    /// Something else
    Other,
}

/// Who holds the private key, or logs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Holder {
    /// Our side
    We,
    /// The other side
    Partner,
}

/// What is known of a renewal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answers {
    /// What is renewed.
    pub what: What,
    /// Who holds the private key.
    pub holder: Holder,
    /// Whether whoever accepts the key can hold the old and the new one at once.
    pub two: bool,
    /// Whether the flow may stand still for a time.
    pub interruption: bool,
}

/// A plan of the library, and the answers that it fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// What is renewed.
    pub what: What,
    /// Who holds the private key.
    pub holder: Holder,
    /// Whether two are held at once.
    pub two: bool,
    /// Whether the flow stands still for a time.
    pub stands_still: bool,
    /// The plan.
    pub name: &'static str,
}

const fn row(what: What, holder: Holder, two: bool, stands_still: bool, name: &'static str) -> Row {
    Row { what, holder, two, stands_still, name }
}

/// Every choice there is. Of two rows that fit, the first counts.
pub const ROWS: &[Row] = &[
    row(What::XmlSignature, Holder::We, true, false, "xml-signature/two-keys"),
    row(What::XmlSignature, Holder::We, false, true, "xml-signature/one-key"),
    row(What::XmlSignature, Holder::Partner, true, false, "xml-signature/verifier-two-aliases"),
    row(What::Signature, Holder::We, true, false, "cms/signer-two-keys"),
    row(What::Signature, Holder::We, false, true, "cms/signer-one-signature"),
    row(What::Signature, Holder::Partner, true, false, "cms/verifier-two-aliases"),
    row(What::Encryption, Holder::We, true, false, "cms/decryptor-sender-one-key"),
    row(What::Encryption, Holder::Partner, true, false, "cms/encryptor-two-keys"),
    row(What::Encryption, Holder::Partner, false, true, "cms/encryptor-one-recipient"),
    row(What::TlsClient, Holder::We, true, true, "tls/client-certificate-two-keys"),
    row(What::TlsClient, Holder::We, false, true, "tls/client-certificate-one-key"),
    row(What::TlsClient, Holder::Partner, true, false, "tls/sender-client-certificate"),
    row(What::TlsServer, Holder::We, true, false, "tls/load-balancer-certificate"),
    row(What::TlsServer, Holder::Partner, true, false, "tls/receiver-server-certificate"),
    row(What::SshUser, Holder::We, true, false, "ssh/sftp-client-key"),
    row(What::SshHost, Holder::Partner, true, false, "ssh/sftp-server-key"),
    row(What::Password, Holder::We, true, true, "passwords/outbound-user"),
    row(What::Password, Holder::We, true, false, "passwords/outbound-password-helper-user"),
    row(What::Password, Holder::Partner, true, false, "passwords/inbound-user"),
];

/// No plan of the library fits.
#[derive(Debug, Diagnostic, Error)]
#[error("no plan of the library fits: {why}")]
#[diagnostic(code(keyroll::no_plan_fits))]
pub struct NoFit {
    why: String,
    #[help]
    help: String,
    #[label("this rules it out")]
    at: SourceSpan,
}

/// The name of the plan that fits.
///
/// # Errors
/// A refusal that says why none does, and what would.
pub fn choose(answers: Answers) -> Result<&'static str, Box<Refusal>> {
    let alike = |row: &&Row| row.what == answers.what && row.holder == answers.holder;
    let as_many = |row: &&Row| row.two == answers.two;
    let mut fitting = ROWS.iter().filter(alike).filter(as_many);
    if let Some(row) = fitting.find(|row| answers.interruption || !row.stands_still) {
        return Ok(row.name);
    }
    let near: Vec<String> = ROWS.iter().filter(alike).map(|row| row.sentence()).collect();
    let near = if near.is_empty() {
        "`keyroll new --list` lists every plan, and docs/language.md says how one is written".to_owned()
    } else {
        format!("it has {}", near.join("; and "))
    };
    let in_window = ROWS.iter().filter(alike).filter(as_many).any(|row| row.stands_still);
    let (option, why, help) = match answers {
        Answers { what: What::Other, .. } => (
            "--what",
            "it knows nothing of this kind".to_owned(),
            "every renewal has the same sentences, and `use` and `say` put them in words of your own: begin with a \
             plan that goes as yours does, with --from, or write one. `keyroll new --list` lists them",
        ),
        Answers { two: false, interruption: false, .. } => (
            "--interruption",
            "whoever holds one key at a time accepts either the old or the new one, so messages are rejected while \
             both sides change, unless the flow stands still"
                .to_owned(),
            "agree on a window in which it may (--interruption yes), or let the other side hold two keys for a while \
             (--two-keys yes)",
        ),
        _ if in_window => (
            "--interruption",
            "what runs there takes the new one when it is started again, so the flow stands still for a moment"
                .to_owned(),
            "allow it (--interruption yes)",
        ),
        Answers { two: false, .. } => (
            "--two-keys",
            "it has none of this kind for one key at a time".to_owned(),
            "see whether the other side can hold two (--two-keys yes), or let `keyroll synthesize` find the steps for \
             a scenario like plans/scenarios/one-key.renewal",
        ),
        _ => (
            "--private-key",
            "it has none of this kind for this side".to_owned(),
            "begin with the plan of the other side, with --from, and give its names to the other roles",
        ),
    };
    let help = if answers.what == What::Other { help.to_owned() } else { format!("{help}; {near}") };
    Err(Box::new(answers.refused(option, why, help)))
}

impl Row {
    /// What it is for, beside what is renewed and whose it is.
    fn sentence(&self) -> String {
        let many = if self.two { "two keys" } else { "one key" };
        let still = if self.stands_still { "the flow stands still for a time" } else { "no interruption" };
        format!("`{}`: {many}, {still}", self.name)
    }
}

impl Answers {
    /// The answers as options, and the finding that points at one of them.
    fn refused(self, option: &str, why: String, help: String) -> Refusal {
        let yes = |yes: bool| if yes { "yes" } else { "no" }.to_owned();
        let options = [
            ("--what", word(self.what)),
            ("--private-key", word(self.holder)),
            ("--two-keys", yes(self.two)),
            ("--interruption", yes(self.interruption)),
        ];
        let mut text = String::new();
        let mut at = Span::default();
        for (name, value) in options {
            let start = text.len();
            text.push_str(&format!("{name} {value}"));
            if name == option {
                at = Span::new(start, text.len());
            }
            text.push('\n');
        }
        let finding: Finding = Box::new(NoFit { why, help, at: at.into() });
        Refusal::new(Source::new("<options>", text), vec![finding])
    }
}

/// A value as it is written behind its option.
#[must_use]
pub fn word(value: impl ValueEnum) -> String {
    value.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
}
