//! How a partner is asked to compare a certificate: its fingerprint is left blank, so that nobody copies it from the
//! same mail.

/// How the fingerprint of a file is computed.
pub const COMPUTE: &str = "openssl x509 -in FILE -noout -fingerprint -sha256";

/// What belongs into the blank of a request.
pub const BLANK: &str = "____ is what `openssl x509 -in FILE -noout -fingerprint -sha256` prints for the file that was \
                         installed";
