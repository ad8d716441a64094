//! The object identifiers of PKCS#12 stores, as DER contents.

/// 1.2.840.113549.1.7.1, plain content (RFC 5652 section 4).
pub(super) const DATA: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x01\x07\x01";
/// 1.2.840.113549.1.7.6, content under a password (RFC 5652 section 8).
pub(super) const ENCRYPTED_DATA: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x01\x07\x06";
/// 1.2.840.113549.1.12.10.1.1, a private key in the clear (RFC 7292 section 4.2.1).
pub(super) const KEY_BAG: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x01\x0C\x0A\x01\x01";
/// 1.2.840.113549.1.12.10.1.2, an encrypted private key (RFC 7292 section 4.2.2).
pub(super) const SHROUDED_KEY_BAG: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x01\x0C\x0A\x01\x02";
/// 1.2.840.113549.1.12.10.1.3, a certificate (RFC 7292 section 4.2.3).
pub(super) const CERTIFICATE_BAG: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x01\x0C\x0A\x01\x03";
/// 1.2.840.113549.1.12.10.1.5, a secret (RFC 7292 section 4.2.5).
pub(super) const SECRET_BAG: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x01\x0C\x0A\x01\x05";
/// 1.2.840.113549.1.9.22.1, X.509 within a certificate bag.
pub(super) const X509_CERTIFICATE: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x01\x09\x16\x01";
/// 1.2.840.113549.1.9.20, the alias (RFC 2985 section 5.5.1).
pub(super) const FRIENDLY_NAME: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x01\x09\x14";
/// 1.2.840.113549.1.9.21, what a key and its certificate share (RFC 2985 section 5.5.2).
pub(super) const LOCAL_KEY_ID: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x01\x09\x15";
/// 2.16.840.1.113894.746875.1.1, Oracle's mark of a trusted certificate entry.
pub(super) const TRUSTED_KEY_USAGE: &[u8] = b"\x60\x86\x48\x01\x86\xF9\x66\xAD\xCA\x7B\x01\x01";
/// 1.2.840.113549.1.5.13 (RFC 8018 section 6.2).
pub(super) const PBES2: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x01\x05\x0D";
/// 1.2.840.113549.1.5.12 (RFC 8018 section 5.2).
pub(super) const PBKDF2: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x01\x05\x0C";
/// 1.2.840.113549.2.7
pub(super) const HMAC_SHA1: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x02\x07";
/// 1.2.840.113549.2.8
pub(super) const HMAC_SHA224: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x02\x08";
/// 1.2.840.113549.2.9
pub(super) const HMAC_SHA256: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x02\x09";
/// 1.2.840.113549.2.10
pub(super) const HMAC_SHA384: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x02\x0A";
/// 1.2.840.113549.2.11
pub(super) const HMAC_SHA512: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x02\x0B";
/// 2.16.840.1.101.3.4.1.2
pub(super) const AES_128_CBC: &[u8] = b"\x60\x86\x48\x01\x65\x03\x04\x01\x02";
/// 2.16.840.1.101.3.4.1.22
pub(super) const AES_192_CBC: &[u8] = b"\x60\x86\x48\x01\x65\x03\x04\x01\x16";
/// 2.16.840.1.101.3.4.1.42
pub(super) const AES_256_CBC: &[u8] = b"\x60\x86\x48\x01\x65\x03\x04\x01\x2A";
/// 1.3.14.3.2.26
pub(super) const SHA1: &[u8] = b"\x2B\x0E\x03\x02\x1A";
/// 2.16.840.1.101.3.4.2.4
pub(super) const SHA224: &[u8] = b"\x60\x86\x48\x01\x65\x03\x04\x02\x04";
/// 2.16.840.1.101.3.4.2.1
pub(super) const SHA256: &[u8] = b"\x60\x86\x48\x01\x65\x03\x04\x02\x01";
/// 2.16.840.1.101.3.4.2.2
pub(super) const SHA384: &[u8] = b"\x60\x86\x48\x01\x65\x03\x04\x02\x02";
/// 2.16.840.1.101.3.4.2.3
pub(super) const SHA512: &[u8] = b"\x60\x86\x48\x01\x65\x03\x04\x02\x03";

/// The names of what stores use and this backend does not, by dotted number.
const KNOWN: [(&str, &str); 14] = [
    ("1.2.840.113549.1.7.2", "signed content"),
    ("1.2.840.113549.1.7.3", "content encrypted to a public key"),
    ("1.2.840.113549.1.12.1.1", "legacy encryption with 128 bit RC4"),
    ("1.2.840.113549.1.12.1.2", "legacy encryption with 40 bit RC4"),
    ("1.2.840.113549.1.12.1.3", "legacy encryption with three-key Triple DES"),
    ("1.2.840.113549.1.12.1.4", "legacy encryption with two-key Triple DES"),
    ("1.2.840.113549.1.12.1.5", "legacy encryption with 128 bit RC2"),
    ("1.2.840.113549.1.12.1.6", "legacy encryption with 40 bit RC2"),
    ("1.2.840.113549.1.5.14", "PBMAC1"),
    ("1.3.6.1.4.1.11591.4.11", "key derivation with scrypt"),
    ("1.2.840.113549.3.7", "Triple DES"),
    ("2.16.840.1.101.3.4.1.46", "AES-256-GCM"),
    ("1.2.840.113549.2.5", "MD5"),
    ("1.2.840.113549.1.5.3", "legacy encryption with MD5 and DES"),
];

/// What an identifier stands for, or its dotted number.
pub(super) fn shown(oid: &[u8]) -> String {
    let number = dotted(oid);
    match KNOWN.iter().find(|(known, _)| *known == number) {
        Some((_, name)) => format!("{name} ({number})"),
        None => format!("the algorithm or type {number}"),
    }
}

fn dotted(oid: &[u8]) -> String {
    let mut arcs = Vec::new();
    let mut arc = 0_u64;
    for byte in oid.iter().take(64) {
        arc = arc << 7 | u64::from(byte & 0x7F);
        if byte & 0x80 == 0 {
            arcs.push(arc);
            arc = 0;
        }
    }
    let first = arcs.first().copied().unwrap_or(0);
    let top = (first / 40).min(2);
    let rest = arcs.iter().skip(1).map(|arc| format!(".{arc}")).collect::<String>();
    format!("{top}.{}{rest}", first - top * 40)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_what_their_comments_say() {
        let all = [
            (DATA, "1.2.840.113549.1.7.1"),
            (ENCRYPTED_DATA, "1.2.840.113549.1.7.6"),
            (SECRET_BAG, "1.2.840.113549.1.12.10.1.5"),
            (X509_CERTIFICATE, "1.2.840.113549.1.9.22.1"),
            (FRIENDLY_NAME, "1.2.840.113549.1.9.20"),
            (TRUSTED_KEY_USAGE, "2.16.840.1.113894.746875.1.1"),
            (PBES2, "1.2.840.113549.1.5.13"),
            (HMAC_SHA256, "1.2.840.113549.2.9"),
            (AES_256_CBC, "2.16.840.1.101.3.4.1.42"),
            (SHA1, "1.3.14.3.2.26"),
            (SHA512, "2.16.840.1.101.3.4.2.3"),
        ];
        all.iter().for_each(|(oid, number)| assert_eq!(dotted(oid), *number));
    }

    #[test]
    fn legacy_algorithms_are_named() {
        let rc2 = b"\x2A\x86\x48\x86\xF7\x0D\x01\x0C\x01\x06";
        assert_eq!(shown(rc2), "legacy encryption with 40 bit RC2 (1.2.840.113549.1.12.1.6)");
        assert_eq!(shown(&[]), "the algorithm or type 0.0");
        assert!(shown(&[0xFF; 200]).len() < 100);
    }
}
