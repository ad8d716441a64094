//! The digests of stores, and the key derivations of PKCS#12 (RFC 7292 appendix B) and of PKCS#5
//! before its second version (RFC 8018 section 5.1).

use openssl::{
    hash::{MessageDigest, hash},
    sha,
};
use zeroize::Zeroizing;

use super::oid;

/// A digest that a store may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Digest {
    Md5,
    Sha1,
    Sha224,
    Sha256,
    Sha384,
    Sha512,
    Sha512Of224,
    Sha512Of256,
}

/// What is derived for encryption (RFC 7292 appendix B.3): the number goes into the derivation.
pub(super) const ENCRYPTION_KEY: u8 = 1;
/// The initialisation vector that goes with it.
pub(super) const ENCRYPTION_IV: u8 = 2;
/// What is derived for an integrity check.
pub(super) const MAC_KEY: u8 = 3;

/// What makes guessing slow (RFC 7292 appendix B.2).
#[derive(Clone, Copy, Debug)]
pub(super) struct Stretch<'a> {
    pub(super) salt: &'a [u8],
    pub(super) iterations: u32,
}

impl Digest {
    pub(super) fn from_oid(identifier: &[u8]) -> Option<Self> {
        [
            (oid::MD5, Self::Md5),
            (oid::SHA1, Self::Sha1),
            (oid::SHA224, Self::Sha224),
            (oid::SHA256, Self::Sha256),
            (oid::SHA384, Self::Sha384),
            (oid::SHA512, Self::Sha512),
            (oid::SHA512_224, Self::Sha512Of224),
            (oid::SHA512_256, Self::Sha512Of256),
        ]
        .into_iter()
        .find_map(|(known, digest)| (known == identifier).then_some(digest))
    }

    /// The digest of an HMAC by the HMAC's own identifier.
    pub(super) fn from_hmac(identifier: &[u8]) -> Option<Self> {
        [
            (oid::HMAC_MD5, Self::Md5),
            (oid::HMAC_SHA1, Self::Sha1),
            (oid::HMAC_SHA224, Self::Sha224),
            (oid::HMAC_SHA256, Self::Sha256),
            (oid::HMAC_SHA384, Self::Sha384),
            (oid::HMAC_SHA512, Self::Sha512),
            (oid::HMAC_SHA512_224, Self::Sha512Of224),
            (oid::HMAC_SHA512_256, Self::Sha512Of256),
        ]
        .into_iter()
        .find_map(|(known, digest)| (known == identifier).then_some(digest))
    }

    /// OpenSSL's; the two short forms of SHA-512 are fetched by name.
    pub(super) fn openssl(self) -> MessageDigest {
        let named = |name| MessageDigest::from_name(name).unwrap_or_else(MessageDigest::sha512);
        match self {
            Self::Md5 => MessageDigest::md5(),
            Self::Sha512Of224 => named("SHA512-224"),
            Self::Sha512Of256 => named("SHA512-256"),
            Self::Sha1 => MessageDigest::sha1(),
            Self::Sha224 => MessageDigest::sha224(),
            Self::Sha256 => MessageDigest::sha256(),
            Self::Sha384 => MessageDigest::sha384(),
            Self::Sha512 => MessageDigest::sha512(),
        }
    }

    /// Bytes of the digest.
    pub(super) const fn length(self) -> usize {
        match self {
            Self::Md5 => 16,
            Self::Sha1 => 20,
            Self::Sha224 | Self::Sha512Of224 => 28,
            Self::Sha256 | Self::Sha512Of256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }

    /// What people call it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Md5 => "MD5",
            Self::Sha1 => "SHA-1",
            Self::Sha224 => "SHA-224",
            Self::Sha256 => "SHA-256",
            Self::Sha384 => "SHA-384",
            Self::Sha512 => "SHA-512",
            Self::Sha512Of224 => "SHA-512/224",
            Self::Sha512Of256 => "SHA-512/256",
        }
    }

    /// Bytes that one round of the digest takes in.
    const fn block(self) -> usize {
        match self {
            Self::Md5 | Self::Sha1 | Self::Sha224 | Self::Sha256 => 64,
            Self::Sha384 | Self::Sha512 | Self::Sha512Of224 | Self::Sha512Of256 => 128,
        }
    }

    /// Puts the digest of some bytes in place of what `round` holds. By OpenSSL's plain structures:
    /// its one-call functions look the algorithm up each time, which costs more than the digest of
    /// such short inputs.
    fn digest(self, bytes: &[u8], round: &mut Vec<u8>) {
        macro_rules! digest {
            ($hasher:ty) => {{
                let mut hasher = <$hasher>::new();
                hasher.update(bytes);
                round.clear();
                round.extend_from_slice(&hasher.finish());
            }};
        }
        match self {
            Self::Sha1 => digest!(sha::Sha1),
            Self::Sha224 => digest!(sha::Sha224),
            Self::Sha256 => digest!(sha::Sha256),
            Self::Sha384 => digest!(sha::Sha384),
            Self::Sha512 => digest!(sha::Sha512),
            Self::Md5 | Self::Sha512Of224 | Self::Sha512Of256 => {
                round.clear();
                round.extend(hash(self.openssl(), bytes).iter().flat_map(|digest| digest.iter()));
                // An OpenSSL that has no such digest gives none; what is derived then fits nothing.
                round.resize(self.length(), 0);
            }
        }
    }

    /// Derives as PBKDF1 does (RFC 8018 section 5.1): the digest of the digest of password and salt.
    pub(super) fn derive_once(
        self,
        password: &[u8],
        Stretch { salt, iterations }: Stretch<'_>,
    ) -> Zeroizing<Vec<u8>> {
        let first = Zeroizing::new([password, salt].concat());
        let [mut round, mut next] = [(); 2].map(|()| Zeroizing::new(Vec::with_capacity(self.length())));
        self.digest(&first, &mut round);
        for _ in 1..iterations {
            self.digest(&round, &mut next);
            std::mem::swap(&mut round, &mut next);
        }
        round
    }

    /// Derives `length` bytes for the purpose `id` from a password in its UTF-16 form
    /// (RFC 7292 appendix B.2).
    pub(super) fn derive(
        self,
        password: &[u8],
        Stretch { salt, iterations }: Stretch<'_>,
        id: u8,
        length: usize,
    ) -> Zeroizing<Vec<u8>> {
        let block = self.block();
        let filled = |bytes: &[u8]| -> Zeroizing<Vec<u8>> {
            let whole = bytes.len().div_ceil(block) * block;
            Zeroizing::new(bytes.iter().copied().cycle().take(whole).collect())
        };
        let diversifier = vec![id; block];
        let mut input = Zeroizing::new([filled(salt).as_slice(), filled(password).as_slice()].concat());
        let mut derived = Zeroizing::new(Vec::with_capacity(length + self.length()));
        while derived.len() < length {
            let first = Zeroizing::new([diversifier.as_slice(), input.as_slice()].concat());
            let [mut round, mut next] = [(); 2].map(|()| Zeroizing::new(Vec::with_capacity(self.length())));
            self.digest(&first, &mut round);
            for _ in 1..iterations {
                self.digest(&round, &mut next);
                std::mem::swap(&mut round, &mut next);
            }
            derived.extend_from_slice(&round);
            let addend: Zeroizing<Vec<u8>> =
                Zeroizing::new(round.iter().copied().cycle().take(block).collect());
            for piece in input.chunks_mut(block) {
                add_one_more(piece, &addend);
            }
        }
        derived.truncate(length);
        derived
    }
}

/// `piece = piece + addend + 1`, as big-endian numbers of one length, without the carry out.
fn add_one_more(piece: &mut [u8], addend: &[u8]) {
    let mut carry = 1_u16;
    for (digit, other) in piece.iter_mut().zip(addend).rev() {
        let sum = u16::from(*digit) + u16::from(*other) + carry;
        let [high, low] = sum.to_be_bytes();
        *digit = low;
        carry = u16::from(high);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::pkcs12::password::Password;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// From `openssl kdf -keylen N -kdfopt digest:D -kdfopt hexpass:P -kdfopt hexsalt:S -kdfopt
    /// iter:I -kdfopt id:ID PKCS12KDF` (OpenSSL 3.0).
    #[test]
    fn derivation_gives_the_known_answers() {
        let pass = Password::new("ge@äheim", false).bmp();
        let salt = *b"\x01\x02\x03\x04\x05\x06\x07\x08";
        for (digest, id, iterations, length, answer) in KNOWN {
            let stretch = Stretch { salt: &salt, iterations };
            assert_eq!(hex(&digest.derive(&pass, stretch, id, length)), answer, "{digest:?} {id}");
        }
    }

    const KNOWN: [(Digest, u8, u32, usize, &str); 15] = [
        (Digest::Sha1, 3, 100, 20, "fbaf74648a946036f844c2b69921fa67b803145e"),
        (
            Digest::Sha1,
            1,
            1,
            150,
            "750eb2bb05f29ddb1f2e8c54f06f203eebba099123c63091890f56971051604e28eb068aece9a25ee2ea61ff07da58cb49588ce9e2a1d4ad9b00e528e0f003e9c6e6540904603af054042abba26651c0690c11ae78cf188ec344d5097490205a3d70529e948d108941879577aeb6928890e7107ba2a971c0f050a61c2563368916b9cecd06034eae0530b2281e9c847925336eb1cf31",
        ),
        (Digest::Sha1, 2, 2, 16, "0e9a6579b2661ba700e1cca8b5467776"),
        (Digest::Sha224, 3, 100, 28, "24b9859bdcbc9565e45614eca8637e919e22ec365bf29dcb7c1ed598"),
        (
            Digest::Sha224,
            1,
            1,
            150,
            "6dca7afe751eccfb2a6b93202f6db3bc40b94b13a81e3beaa235ac1c87c4191aad3dee1b68e2209a017a65a485a6bebfee5a6e3b741712d8c2b8920bf216c66550ba28b0f28a0d09476fb45d525d4ae39b31a1dd0ba4c5e8c8b459c4b3f52b65709a4dba6fb0303f951a3af3f041285ad783ea3df2d7531d3e9e7fc7f750549b0a858c95522b71cc3fcc7a63ab8056772289f01bf35f",
        ),
        (Digest::Sha224, 2, 2, 16, "3fbc1ae39eead82be38002d0356a55c8"),
        (Digest::Sha256, 3, 100, 32, "136355ed9434516682534f46d63956db5ff06b844702c2c1f3b46321e2524a4d"),
        (
            Digest::Sha256,
            1,
            1,
            150,
            "637bbe1fe81bfc5abb031f335548d5dced0f0051c69cc2b9c28b2c66935085e55131d94f8f501f751b8c0857af7baa83ad0fba0cec80e1017281a413a07f5ea383688844bb65c3359697fd65c0f888c77f3873d30683b4e986af9f59426decf3bcbb64fcabd0b9ebe23be44e54a38ba7138fdff041a795cd06798c65f9cb34f3c30ee6ef064a752c328016d79b601a6988f5f3f365a5",
        ),
        (Digest::Sha256, 2, 2, 16, "ee9b8c00ad5ff78641f5ce9b8e4e41fb"),
        (
            Digest::Sha384,
            3,
            100,
            48,
            "51cc6f569d8d9037058028f10ebd5add8661e3b6f398598a7a414e7fdbdc3378ca52e875168712612a5b4bf2e2f7c3c4",
        ),
        (
            Digest::Sha384,
            1,
            1,
            150,
            "0a0bea06a9e353ec17cf6bc6e4f796158faeebf4d07442897f8b09598f66ce1fe73cc654d0c5eb959d8b3d1f8d7116119b400a0dbb18de15b0619762c9aa99f6a2208a89a68413c2f29a82e246f2e2b6ffa5f296354ba2803b65697e99d807703b333337e7f4ee326ed4f0d902fe6c4a513b0784f2b40a909323fd146b2538d8f54d653f40b7607ca6bee12289146e1510ca27d2cd2c",
        ),
        (Digest::Sha384, 2, 2, 16, "3550a7adc9514f0d7ba948c9e2d892b8"),
        (
            Digest::Sha512,
            3,
            100,
            64,
            "ff1ad3d0b3d71e9be4afa449a3694368400c08c6a58e4bc11ae723808052fbeb6679f88ec9bb13b27b2ca936167676537a4f9d81a5702a522e4fca8a126dd366",
        ),
        (
            Digest::Sha512,
            1,
            1,
            150,
            "283b6e129d7b1162249d44b559e8f31810667fb80308737e5fe7c5ec6e96dd5c8742f3a6ae97098ffe85d17f954eea7c633a4b06906fdcec1a969c93d5d76accd45ff5a0fffd142fc957ceaa697a22a42662e724cac07b47105dcbe289bb817316ee7309a8ef78a93b561cfc0520684406a242ecccd8c3f1f670ea4611e7e0b25966f4b2b90d9beaf4a8e50a4806ffab941422561813",
        ),
        (Digest::Sha512, 2, 2, 16, "6559f5f49e24e0943cdc8c8a19e49bfb"),
    ];

    /// From `openssl kdf -kdfopt digest:D -kdfopt pass:password -kdfopt hexsalt:0102030405060708
    /// -kdfopt iter:1000 -keylen 16 PBKDF1` (OpenSSL 3.0, legacy provider).
    #[test]
    fn the_older_derivation_gives_the_known_answers() {
        let salt = *b"\x01\x02\x03\x04\x05\x06\x07\x08";
        for (digest, answer) in PBKDF1 {
            let derived = digest.derive_once(b"password", Stretch { salt: &salt, iterations: 1000 });
            assert_eq!(hex(derived.get(..16).unwrap()), answer, "{digest:?}");
        }
    }

    const PBKDF1: [(Digest, &str); 2] = [
        (Digest::Md5, "2699a412f542751988e26bb589323805"),
        (Digest::Sha1, "87dfb26daf45f63f1ac78f033186d5ea"),
    ];
}
