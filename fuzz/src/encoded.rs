//! A document in another encoding than UTF-8.

/// The document in the encoding with this number: as it is, UTF-16 with a mark in either order,
/// Latin-1 with a declaration. `None` for what is no text, or none that Latin-1 has.
pub fn encoded(document: &[u8], number: usize) -> Option<Vec<u8>> {
    let text = || std::str::from_utf8(document).ok().filter(|text| !text.starts_with("<?xml"));
    match number {
        1 => {
            Some([0xFF, 0xFE].into_iter().chain(text()?.encode_utf16().flat_map(u16::to_le_bytes)).collect())
        }
        2 => {
            Some([0xFE, 0xFF].into_iter().chain(text()?.encode_utf16().flat_map(u16::to_be_bytes)).collect())
        }
        3 => {
            let head = "<?xml version='1.0' encoding='ISO-8859-1'?>".chars();
            head.chain(text()?.chars()).map(|c| u8::try_from(u32::from(c)).ok()).collect()
        }
        _ => Some(document.to_vec()),
    }
}
