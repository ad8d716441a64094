//! The vocabularies that keyroll brings with it, files of the language like any other.

/// Their names behind `std/`, and their texts.
pub const STANDARD: &[(&str, &str)] = &[
    ("changes", include_str!("../../../plans/std/changes.renewal")),
    ("encryption", include_str!("../../../plans/std/encryption.renewal")),
    ("passwords", include_str!("../../../plans/std/passwords.renewal")),
    ("signatures", include_str!("../../../plans/std/signatures.renewal")),
    ("ssh", include_str!("../../../plans/std/ssh.renewal")),
    ("tls", include_str!("../../../plans/std/tls.renewal")),
];

/// The text of `std/NAME`.
#[must_use]
pub fn standard(file: &str) -> Option<&'static str> {
    let name = file.strip_prefix("std/")?;
    STANDARD.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}
