//! The plans that come with keyroll, in the program itself: so that one can begin without a copy of the
//! repository.

use crate::source::Source;

/// A plan that comes with keyroll.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Template {
    /// Its path below `plans`, without the ending.
    pub name: &'static str,
    /// Its text.
    pub text: &'static str,
}

macro_rules! stock {
    ($($name:literal,)*) => {
        /// Every plan under `plans` but words and scenarios, sorted; a test holds it against the folder.
        pub const STOCK: &[Template] = &[
            $(Template { name: $name, text: include_str!(concat!("../../plans/", $name, ".renewal")) },)*
        ];
    };
}

stock! {
    "as2/own-certificate",
    "as2/partner-certificate",
    "ca/issued-certificate",
    "ca/root-with-overlap",
    "cms/decryptor-sender-one-key",
    "cms/decryptor-sender-two-keys",
    "cms/encryptor-one-recipient",
    "cms/encryptor-one-recipient-as-documented",
    "cms/encryptor-two-keys",
    "cms/encryptor-two-keys-as-documented",
    "cms/encryptor-two-recipients-prepared",
    "cms/encryptor-two-recipients-prepared-as-documented",
    "cms/signer-one-signature",
    "cms/signer-one-signature-as-documented",
    "cms/signer-two-keys",
    "cms/signer-two-keys-as-documented",
    "cms/signer-two-signatures",
    "cms/signer-two-signatures-as-documented",
    "cms/signer-two-signatures-prepared",
    "cms/signer-two-signatures-prepared-as-documented",
    "cms/verifier-two-aliases",
    "cms/verifier-two-signatures",
    "cms/verifier-two-signatures-as-documented",
    "dnssec/ksk-double-ds",
    "dnssec/ksk-double-ksk",
    "dnssec/zsk-pre-publication",
    "emergency/login-stolen",
    "emergency/signing-key-stolen",
    "incidents/azure-ad-2021-clean-up-ignores-keep-mark",
    "incidents/nz-2023-old-key-withdrawn-early",
    "incidents/openas2-overlap-at-three-of-six-places",
    "incidents/rolling-ca-exchange-deadlocks-cluster",
    "jwks/signing-key",
    "openpgp/encryption-inbound",
    "openpgp/encryption-inbound-as-documented",
    "openpgp/encryption-outbound-one-recipient",
    "openpgp/encryption-outbound-one-recipient-as-documented",
    "openpgp/encryption-outbound-two-keys",
    "openpgp/encryption-outbound-two-keys-as-documented",
    "openpgp/encryption-outbound-two-recipients",
    "openpgp/encryption-outbound-two-recipients-as-documented",
    "openpgp/signer-inbound",
    "openpgp/signer-inbound-as-documented",
    "passwords/inbound-user",
    "passwords/inbound-user-as-documented",
    "passwords/outbound-password-helper-user",
    "passwords/outbound-password-helper-user-as-documented",
    "passwords/outbound-password-reactive",
    "passwords/outbound-password-reactive-as-documented",
    "passwords/outbound-user",
    "passwords/outbound-user-as-documented",
    "passwords/outbound-user-successfactors",
    "passwords/outbound-user-successfactors-as-documented",
    "provided-keys/automatic-activation",
    "provided-keys/automatic-activation-as-documented",
    "provided-keys/one-key",
    "provided-keys/one-key-as-documented",
    "provided-keys/two-keys",
    "provided-keys/two-keys-as-documented",
    "saml/identity-provider-signing-key",
    "ssh/host-ca",
    "ssh/sftp-client-key",
    "ssh/sftp-client-key-as-documented",
    "ssh/sftp-server-key",
    "ssh/sftp-server-key-as-documented",
    "ssh/user-ca",
    "tls/client-certificate-one-key",
    "tls/client-certificate-one-key-as-documented",
    "tls/client-certificate-two-keys",
    "tls/client-certificate-two-keys-as-documented",
    "tls/client-root-ca-one-key",
    "tls/client-root-ca-one-key-as-documented",
    "tls/client-root-ca-two-keys",
    "tls/client-root-ca-two-keys-as-documented",
    "tls/load-balancer-certificate",
    "tls/load-balancer-certificate-as-documented",
    "tls/receiver-server-certificate",
    "tls/sender-client-certificate",
    "tls/sender-client-certificate-as-documented",
    "ws-security/decrypts-request",
    "ws-security/decrypts-response",
    "ws-security/encrypts-request-one-key",
    "ws-security/encrypts-request-one-key-as-documented",
    "ws-security/encrypts-request-two-keys",
    "ws-security/encrypts-request-two-keys-as-documented",
    "ws-security/signs-request-one-key",
    "ws-security/signs-request-one-key-as-documented",
    "ws-security/signs-request-two-keys",
    "ws-security/signs-request-two-keys-as-documented",
    "ws-security/signs-response-one-key",
    "ws-security/signs-response-one-key-as-documented",
    "ws-security/signs-response-two-keys",
    "ws-security/signs-response-two-keys-as-documented",
    "ws-security/verifies-request",
    "ws-security/verifies-response",
    "xml-signature/by-what-the-partner-holds",
    "xml-signature/one-key",
    "xml-signature/one-key-as-documented",
    "xml-signature/two-keys",
    "xml-signature/two-keys-as-documented",
    "xml-signature/two-partners",
    "xml-signature/verifier-two-aliases",
}

impl Template {
    /// The plan with this name. `plans/` in front and `.renewal` behind make no difference.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        let name = name.strip_prefix("plans/").unwrap_or(name);
        let name = name.strip_suffix(".renewal").unwrap_or(name);
        STOCK.iter().find(|template| template.name == name)
    }

    /// Its text, under the name of its file.
    #[must_use]
    pub fn source(&self) -> Source {
        Source::new(format!("plans/{}.renewal", self.name), self.text)
    }
}
