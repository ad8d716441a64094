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
/// 1.2.840.113549.1.12.1.1 (RFC 7292 appendix C)
pub(super) const PBE_RC4_128: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x01\x0C\x01\x01";
/// 1.2.840.113549.1.12.1.2
pub(super) const PBE_RC4_40: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x01\x0C\x01\x02";
/// 1.2.840.113549.1.12.1.3
pub(super) const PBE_TRIPLE_DES: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x01\x0C\x01\x03";
/// 1.2.840.113549.1.12.1.4
pub(super) const PBE_TWO_KEY_TRIPLE_DES: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x01\x0C\x01\x04";
/// 1.2.840.113549.1.12.1.5
pub(super) const PBE_RC2_128: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x01\x0C\x01\x05";
/// 1.2.840.113549.1.12.1.6
pub(super) const PBE_RC2_40: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x01\x0C\x01\x06";
/// 1.2.840.113549.1.5.3 (RFC 8018 section A.3)
pub(super) const PBE_MD5_DES: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x01\x05\x03";
/// 1.2.840.113549.1.5.6
pub(super) const PBE_MD5_RC2: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x01\x05\x06";
/// 1.2.840.113549.1.5.10
pub(super) const PBE_SHA1_DES: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x01\x05\x0A";
/// 1.2.840.113549.1.5.11
pub(super) const PBE_SHA1_RC2: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x01\x05\x0B";
/// 1.2.840.113549.1.5.14 (RFC 8018 section 7.1)
pub(super) const PBMAC1: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x01\x05\x0E";
/// 1.2.840.113549.2.6
pub(super) const HMAC_MD5: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x02\x06";
/// 1.2.840.113549.2.12
pub(super) const HMAC_SHA512_224: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x02\x0C";
/// 1.2.840.113549.2.13
pub(super) const HMAC_SHA512_256: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x02\x0D";
/// 1.3.14.3.2.7
pub(super) const DES_CBC: &[u8] = b"\x2B\x0E\x03\x02\x07";
/// 1.2.840.113549.3.7
pub(super) const DES_EDE3_CBC: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x03\x07";
/// 1.2.840.113549.2.5
pub(super) const MD5: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x02\x05";
/// 2.16.840.1.101.3.4.2.5
pub(super) const SHA512_224: &[u8] = b"\x60\x86\x48\x01\x65\x03\x04\x02\x05";
/// 2.16.840.1.101.3.4.2.6
pub(super) const SHA512_256: &[u8] = b"\x60\x86\x48\x01\x65\x03\x04\x02\x06";
/// 2.5.29.37.0 (RFC 5280 section 4.2.1.12)
pub(super) const ANY_EXTENDED_KEY_USAGE: &[u8] = b"\x55\x1D\x25\x00";

/// The names of what stores use and this backend does not, by dotted number.
const KNOWN: [(&str, &str); 8] = [
    ("1.2.840.113549.1.7.2", "signed content"),
    ("1.2.840.113549.1.7.3", "content encrypted to a public key"),
    ("1.3.6.1.4.1.11591.4.11", "key derivation with scrypt"),
    ("2.16.840.1.101.3.4.1.46", "AES-256-GCM"),
    ("1.2.392.200011.61.1.1.1.4", "Camellia-256"),
    ("1.2.840.113549.3.2", "RC2 in PBES2"),
    ("2.16.840.1.101.3.4.2.8", "SHA3-256"),
    ("1.3.36.3.2.1", "RIPEMD-160"),
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
            (PBE_RC4_128, "1.2.840.113549.1.12.1.1"),
            (PBE_RC4_40, "1.2.840.113549.1.12.1.2"),
            (PBE_TRIPLE_DES, "1.2.840.113549.1.12.1.3"),
            (PBE_TWO_KEY_TRIPLE_DES, "1.2.840.113549.1.12.1.4"),
            (PBE_RC2_128, "1.2.840.113549.1.12.1.5"),
            (PBE_RC2_40, "1.2.840.113549.1.12.1.6"),
            (PBE_MD5_DES, "1.2.840.113549.1.5.3"),
            (PBE_MD5_RC2, "1.2.840.113549.1.5.6"),
            (PBE_SHA1_DES, "1.2.840.113549.1.5.10"),
            (PBE_SHA1_RC2, "1.2.840.113549.1.5.11"),
            (PBMAC1, "1.2.840.113549.1.5.14"),
            (HMAC_MD5, "1.2.840.113549.2.6"),
            (HMAC_SHA512_224, "1.2.840.113549.2.12"),
            (HMAC_SHA512_256, "1.2.840.113549.2.13"),
            (DES_CBC, "1.3.14.3.2.7"),
            (DES_EDE3_CBC, "1.2.840.113549.3.7"),
            (MD5, "1.2.840.113549.2.5"),
            (SHA512_224, "2.16.840.1.101.3.4.2.5"),
            (SHA512_256, "2.16.840.1.101.3.4.2.6"),
            (ANY_EXTENDED_KEY_USAGE, "2.5.29.37.0"),
        ];
        all.iter().for_each(|(oid, number)| assert_eq!(dotted(oid), *number));
    }

    #[test]
    fn what_is_not_handled_is_named() {
        let scrypt = b"\x2B\x06\x01\x04\x01\xDA\x47\x04\x0B";
        assert_eq!(shown(scrypt), "key derivation with scrypt (1.3.6.1.4.1.11591.4.11)");
        assert_eq!(shown(&[]), "the algorithm or type 0.0");
        assert!(shown(&[0xFF; 200]).len() < 100);
    }
}
