//! The plans that keyroll brings with it as parts of others, files of the language like any other.

macro_rules! standard {
    ($($name:literal,)*) => {
        /// Their names behind `std/`, and their texts.
        pub const STANDARD: &[(&str, &str)] =
            &[$(($name, include_str!(concat!("../../../plans/", $name, ".renewal"))),)*];
    };
}

standard! {
    "as2/own-certificate",
    "as2/partner-certificate",
    "ca/issued-certificate",
    "ca/root-with-overlap",
    "cms/decryptor-sender-one-key",
    "cms/decryptor-sender-two-keys",
    "cms/encryptor-one-recipient",
    "cms/encryptor-two-keys",
    "cms/encryptor-two-recipients-prepared",
    "cms/signer-one-signature",
    "cms/signer-two-keys",
    "cms/signer-two-signatures",
    "cms/signer-two-signatures-prepared",
    "cms/verifier-two-aliases",
    "cms/verifier-two-signatures",
    "dnssec/ksk-double-ds",
    "dnssec/ksk-double-ksk",
    "dnssec/zsk-pre-publication",
    "jwks/signing-key",
    "openpgp/encryption-inbound",
    "openpgp/encryption-outbound-one-recipient",
    "openpgp/encryption-outbound-two-keys",
    "openpgp/encryption-outbound-two-recipients",
    "openpgp/signer-inbound",
    "passwords/inbound-user",
    "passwords/outbound-password-helper-user",
    "passwords/outbound-password-reactive",
    "passwords/outbound-user",
    "passwords/outbound-user-successfactors",
    "provided-keys/automatic-activation",
    "provided-keys/one-key",
    "provided-keys/two-keys",
    "saml/identity-provider-signing-key",
    "ssh/host-ca",
    "ssh/sftp-client-key",
    "ssh/sftp-server-key",
    "ssh/user-ca",
    "tls/client-certificate-one-key",
    "tls/client-certificate-two-keys",
    "tls/client-root-ca-one-key",
    "tls/client-root-ca-two-keys",
    "tls/load-balancer-certificate",
    "tls/receiver-server-certificate",
    "tls/sender-client-certificate",
    "ws-security/decrypts-request",
    "ws-security/decrypts-response",
    "ws-security/encrypts-request-one-key",
    "ws-security/encrypts-request-two-keys",
    "ws-security/signs-request-one-key",
    "ws-security/signs-request-two-keys",
    "ws-security/signs-response-one-key",
    "ws-security/signs-response-two-keys",
    "ws-security/verifies-request",
    "ws-security/verifies-response",
    "xml-signature/by-what-the-partner-holds",
    "xml-signature/one-key",
    "xml-signature/two-keys",
    "xml-signature/verifier-two-aliases",
}

/// The text of `std/NAME`.
#[must_use]
pub fn standard(file: &str) -> Option<&'static str> {
    let name = file.strip_prefix("std/")?;
    STANDARD.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}
