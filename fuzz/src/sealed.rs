//! A PKCS#12 file (RFC 7292) around any content, with a seal that fits. A byte changed in a store
//! breaks its seal, and nothing behind the seal would ever be looked at.

use openssl::{hash::MessageDigest, pkey::PKey, sha::sha256, sign::Signer};

/// The password of every store of the corpus.
pub const PASSWORD: &str = "password";

const SALT: &[u8] = b"saltsalt";

fn der(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    let mut out = vec![tag];
    if length < 128 {
        out.push(length as u8);
    } else {
        let bytes = length.to_be_bytes();
        let used: Vec<u8> = bytes.into_iter().skip_while(|byte| *byte == 0).collect();
        out.push(0x80 | used.len() as u8);
        out.extend(used);
    }
    parts.iter().for_each(|part| out.extend(*part));
    out
}

/// The key of the seal, after one iteration (RFC 7292, appendix B.2, with SHA-256 and the id 3).
fn seal_key() -> [u8; 32] {
    const BLOCK: usize = 64;
    let filled = |bytes: &[u8]| -> Vec<u8> {
        let length = bytes.len().div_ceil(BLOCK) * BLOCK;
        bytes.iter().copied().cycle().take(length).collect()
    };
    let password: Vec<u8> = PASSWORD.encode_utf16().chain([0]).flat_map(u16::to_be_bytes).collect();
    let mut input = vec![3; BLOCK];
    input.extend(filled(SALT));
    input.extend(filled(&password));
    sha256(&input)
}

/// A store with `content` where its AuthenticatedSafe belongs.
pub fn sealed(content: &[u8]) -> Vec<u8> {
    const DATA: &[u8] = &[0x06, 9, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 7, 1];
    const SHA_256: &[u8] = &[0x30, 13, 0x06, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1, 5, 0];
    let key = PKey::hmac(&seal_key()).expect("a key for the seal");
    let mut signer = Signer::new(MessageDigest::sha256(), &key).expect("a seal");
    let seal = signer.sign_oneshot_to_vec(content).expect("a seal");
    let safe = der(0x30, &[DATA, &der(0xA0, &[&der(0x04, &[content])])]);
    let digest = der(0x30, &[SHA_256, &der(0x04, &[&seal])]);
    let mac = der(0x30, &[&digest, &der(0x04, &[SALT])]);
    der(0x30, &[&[2, 1, 3], &safe, &mac])
}
