//! Distinguished names as a line of text (RFC 4514), as XML signatures give them.

use std::fmt::Write;

use openssl::x509::X509NameRef;

/// A name, the last of its relative ones first. Text is ASCII: other characters are escaped.
pub(super) fn of(name: &X509NameRef) -> Option<String> {
    let der = name.to_der().ok()?;
    let (mut sets, _) = inside(&der, 0x30)?;
    let mut lines = Vec::new();
    while !sets.is_empty() {
        let (mut set, rest) = inside(sets, 0x31)?;
        let mut parts = Vec::new();
        while !set.is_empty() {
            let (pair, more) = inside(set, 0x30)?;
            let (oid, value) = inside(pair, 0x06)?;
            parts.push(attribute(oid, value)?);
            set = more;
        }
        lines.push(parts.join("+"));
        sets = rest;
    }
    lines.reverse();
    Some(lines.join(","))
}

/// `CN=value` for the types of RFC 4514, 3, with text that is one; else `1.2.3=#` and the DER.
fn attribute(oid: &[u8], value: &[u8]) -> Option<String> {
    let keyword = match oid {
        [0x55, 0x04, 3] => Some("CN"),
        [0x55, 0x04, 6] => Some("C"),
        [0x55, 0x04, 7] => Some("L"),
        [0x55, 0x04, 8] => Some("ST"),
        [0x55, 0x04, 9] => Some("STREET"),
        [0x55, 0x04, 10] => Some("O"),
        [0x55, 0x04, 11] => Some("OU"),
        [0x09, 0x92, 0x26, 0x89, 0x93, 0xF2, 0x2C, 0x64, 0x01, 25] => Some("DC"),
        [0x09, 0x92, 0x26, 0x89, 0x93, 0xF2, 0x2C, 0x64, 0x01, 1] => Some("UID"),
        _ => None,
    };
    if let (Some(keyword), Some(text)) = (keyword, text(value)) {
        return Some(format!("{keyword}={}", escaped(&text)));
    }
    let mut out = dotted(oid)?;
    out.push_str("=#");
    value.iter().try_for_each(|byte| write!(out, "{byte:02x}")).ok()?;
    Some(out)
}

/// The text of a UTF8String, NumericString, PrintableString, IA5String or BMPString.
fn text(value: &[u8]) -> Option<String> {
    let tag = *value.first()?;
    let (content, _) = inside(value, tag)?;
    match tag {
        0x0C | 0x12 | 0x13 | 0x16 => String::from_utf8(content.to_vec()).ok(),
        0x1E => {
            let units: Vec<u16> = content
                .chunks_exact(2)
                .map(|pair| pair.iter().fold(0, |unit, byte| unit << 8 | u16::from(*byte)))
                .collect();
            String::from_utf16(&units).ok()
        }
        _ => None,
    }
}

fn escaped(text: &str) -> String {
    let mut out = String::new();
    let last = text.chars().count().saturating_sub(1);
    for (at, c) in text.chars().enumerate() {
        let edge = (at == 0 && matches!(c, ' ' | '#')) || (at == last && c == ' ');
        match c {
            ',' | '+' | '"' | '\\' | '<' | '>' | ';' | '=' => out.extend(['\\', c]),
            ' ' | '#' if edge => out.extend(['\\', c]),
            ' '..='~' => out.push(c),
            _ => {
                let mut bytes = [0; 4];
                for byte in c.encode_utf8(&mut bytes).bytes() {
                    // Writing to a text does not fail.
                    let _ = write!(out, "\\{byte:02X}");
                }
            }
        }
    }
    out
}

fn dotted(oid: &[u8]) -> Option<String> {
    let mut numbers = Vec::new();
    let mut number = 0_u64;
    for byte in oid {
        number = number.checked_mul(128)? | u64::from(byte & 0x7F);
        if byte & 0x80 == 0 {
            numbers.push(number);
            number = 0;
        }
    }
    let (first, rest) = numbers.split_first()?;
    let arc = (*first / 40).min(2);
    let mut out = format!("{arc}.{}", first - arc * 40);
    rest.iter().try_for_each(|number| write!(out, ".{number}")).ok()?;
    Some(out)
}

/// The content of a DER value with a tag, and what follows the value.
fn inside(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (first, rest) = der.split_first()?;
    let (length, rest) = rest.split_first()?;
    if *first != tag {
        return None;
    }
    if *length < 0x80 {
        return rest.split_at_checked(usize::from(*length));
    }
    let (digits, rest) = rest.split_at_checked(usize::from(length & 0x7F))?;
    if digits.len() > 4 {
        return None;
    }
    rest.split_at_checked(digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use openssl::x509::X509NameBuilder;

    #[test]
    fn names_are_written_from_their_end_with_escapes() {
        let mut name = X509NameBuilder::new().unwrap();
        for (field, value) in
            [("C", "DE"), ("O", " Example, Inc. "), ("CN", "#a=\"b\"+<c>;\\é"), ("emailAddress", "a@b")]
        {
            name.append_entry_by_text(field, value).unwrap();
        }
        assert_eq!(
            of(&name.build()).unwrap(),
            "1.2.840.113549.1.9.1=#1603614062,CN=\\#a\\=\\\"b\\\"\\+\\<c\\>\\;\\\\\\C3\\A9,O=\\ Example\\, Inc.\\ ,C=DE"
        );
    }
}
