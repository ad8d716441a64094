//! A whole store: the parts of its authenticated safe and the bags in them (RFC 7292 section 4).

use openssl::pkey::{PKey, Private};
use zeroize::Zeroizing;

use super::{
    bag::{Bag, Kind},
    der::{CONTEXT_0, CONTEXT_0_PRIMITIVE, Element, INTEGER, OCTET_STRING, OID, Reader, SEQUENCE, element},
    flaw::Flaw,
    mac::Mac,
    oid,
    scheme::Scheme,
};

const NO_KEY: &str = "cannot decrypt the key with the store's password";

/// What a store holds, in its order.
#[derive(Clone)]
pub(super) struct Safe {
    pub(super) parts: Vec<Part>,
    /// The bags of all parts; those of one part stand together.
    pub(super) bags: Vec<Bag>,
    pub(super) mac: Mac,
}

/// One ContentInfo.
#[derive(Clone)]
pub(super) struct Part {
    raw: Vec<u8>,
    cover: Cover,
    /// Whether its bags are no longer those of `raw`.
    pub(super) is_changed: bool,
}

#[derive(Clone)]
enum Cover {
    Plain,
    /// EncryptedData (RFC 5652 section 8); version and what follows the ciphertext as written.
    Encrypted {
        version: Vec<u8>,
        scheme: Scheme,
        rest: Vec<u8>,
    },
}

impl Part {
    /// A part to come. Without a scheme it is plain.
    pub(super) fn new(scheme: Option<Scheme>) -> Self {
        let cover = scheme.map_or(Cover::Plain, |scheme| Cover::Encrypted {
            version: element(INTEGER, &[&[0]]),
            scheme,
            rest: Vec::new(),
        });
        Self { raw: Vec::new(), cover, is_changed: true }
    }

    /// How it is encrypted, if it is.
    pub(super) const fn scheme(&self) -> Option<&Scheme> {
        match &self.cover {
            Cover::Plain => None,
            Cover::Encrypted { scheme, .. } => Some(scheme),
        }
    }
}

impl Safe {
    /// A store without anything.
    pub(super) fn empty() -> Self {
        Self { parts: Vec::new(), bags: Vec::new(), mac: Mac::usual() }
    }

    /// Reads a store and checks its integrity.
    pub(super) fn read(bytes: &[u8], password: &str) -> Result<Self, Flaw> {
        let mut file = Reader::new(bytes, 0);
        let store = file.expect(SEQUENCE, "the store")?;
        file.finish("the store")?;
        let mut fields = store.reader();
        let version = fields.expect(INTEGER, "the version")?;
        if version.number()? != 3 {
            return Err(Flaw::damaged("the version is not 3", version.place));
        }
        let info = fields.expect(SEQUENCE, "the content of the store")?;
        if fields.is_empty() {
            return Err(Flaw::Unsupported("no integrity check (MAC)".to_owned()));
        }
        let mac = Mac::read(&fields.expect(SEQUENCE, "the integrity check")?)?;
        fields.finish("the integrity check")?;

        // The shape is read before the check is computed: what is not even whole is damaged, and
        // only what is whole can have another password.
        let content = octets(&info)?;
        let list = content.reader().expect(SEQUENCE, "the list of parts")?;
        content_ends(&content, &list)?;
        let mut safe = Self { parts: Vec::new(), bags: Vec::new(), mac };
        let mut covered = Vec::new();
        let mut infos = list.reader();
        while !infos.is_empty() {
            let info = infos.expect(SEQUENCE, "a part")?;
            let (cover, body) = cover(&info)?;
            covered.push(body);
            safe.parts.push(Part { raw: info.raw.to_vec(), cover, is_changed: false });
        }
        for (number, (part, body)) in safe.parts.iter().zip(&covered).enumerate() {
            if part.scheme().is_none() {
                bags(body.reader(), number)?;
            }
        }
        if !safe.mac.holds(content.content, password)? {
            return Err(Flaw::WrongPassword);
        }
        for (number, (part, body)) in safe.parts.iter().zip(&covered).enumerate() {
            safe.bags.extend(match part.scheme() {
                None => bags(body.reader(), number)?,
                Some(scheme) => {
                    let plain = scheme.decrypt(body.content, password).ok_or_else(|| {
                        Flaw::damaged("a part does not decrypt with the store's password", body.place)
                    })?;
                    bags(Reader::decrypted(&plain, body.place), number)?
                }
            });
        }
        Ok(safe)
    }

    /// Writes the store: parts that did not change byte for byte, the others with their own
    /// algorithms, and a new integrity check.
    pub(super) fn write(&self, password: &str) -> Result<Vec<u8>, Flaw> {
        let mut parts = Vec::new();
        for (number, part) in self.parts.iter().enumerate() {
            if !part.is_changed {
                parts.push(part.raw.clone());
                continue;
            }
            let bags: Vec<&[u8]> =
                self.bags.iter().filter(|bag| bag.part == number).map(|bag| bag.raw.as_slice()).collect();
            let plain = Zeroizing::new(element(SEQUENCE, &bags));
            parts.push(match &part.cover {
                Cover::Plain => content_info(oid::DATA, &element(OCTET_STRING, &[&plain])),
                Cover::Encrypted { version, scheme, rest } => {
                    let (algorithm, ciphertext) = scheme.encrypt(&plain, password)?;
                    let ciphertext = element(CONTEXT_0_PRIMITIVE, &[&ciphertext]);
                    let kind = element(OID, &[oid::DATA]);
                    let inner = element(SEQUENCE, &[&kind, &algorithm, &ciphertext]);
                    content_info(oid::ENCRYPTED_DATA, &element(SEQUENCE, &[version, &inner, rest]))
                }
            });
        }
        let content = element(SEQUENCE, &[&parts.concat()]);
        let mac = self.mac.over(&content, password)?;
        let info = content_info(oid::DATA, &element(OCTET_STRING, &[&content]));
        Ok(element(SEQUENCE, &[&element(INTEGER, &[&[3]]), &info, &mac]))
    }

    /// Decrypts the key of a bag.
    pub(super) fn private_key(&self, bag: usize, password: &str) -> Result<PKey<Private>, Flaw> {
        let Some(Kind::ShroudedKey(info)) = self.bags.get(bag).map(|bag| &bag.kind) else {
            return Err(Flaw::Unsupported("a private key in the clear".to_owned()));
        };
        let (scheme, ciphertext) = shroud(info)?;
        let failed = |cause: &str| Flaw::Crypto { doing: NO_KEY, cause: cause.to_owned() };
        let plain = scheme
            .decrypt(ciphertext, password)
            .ok_or_else(|| failed("it has another password or is damaged"))?;
        PKey::private_key_from_pkcs8(&plain).map_err(|_| failed("what comes out is no private key"))
    }
}

/// How a key is encrypted, and its ciphertext (RFC 5958 section 3).
pub(super) fn shroud(info: &[u8]) -> Result<(Scheme, &[u8]), Flaw> {
    let mut file = Reader::new(info, 0);
    let mut fields = file.expect(SEQUENCE, "an encrypted key")?.reader();
    let scheme = Scheme::read(&fields.expect(SEQUENCE, "an encryption algorithm")?)?;
    Ok((scheme, fields.expect(OCTET_STRING, "an encrypted key")?.content))
}

fn content_info(kind: &[u8], content: &[u8]) -> Vec<u8> {
    element(SEQUENCE, &[&element(OID, &[kind]), &element(CONTEXT_0, &[content])])
}

/// The octets of a ContentInfo of plain data.
fn octets<'a>(info: &Element<'a>) -> Result<Element<'a>, Flaw> {
    match typed(info)? {
        (kind, content) if kind == oid::DATA => {
            let mut fields = content.reader();
            let octets = fields.expect(OCTET_STRING, "the octets of a content")?;
            fields.finish("the octets of a content")?;
            Ok(octets)
        }
        (kind, _) => Err(Flaw::Unsupported(oid::shown(kind))),
    }
}

fn typed<'a>(info: &Element<'a>) -> Result<(&'a [u8], Element<'a>), Flaw> {
    let mut fields = info.reader();
    let kind = fields.expect(OID, "the type of a content")?;
    let content = fields.expect(CONTEXT_0, "a content")?;
    fields.finish("a content")?;
    Ok((kind.content, content))
}

/// How a part is covered, and the octets under the cover.
fn cover<'a>(info: &Element<'a>) -> Result<(Cover, Element<'a>), Flaw> {
    let (kind, content) = typed(info)?;
    if kind != oid::ENCRYPTED_DATA {
        return Ok((Cover::Plain, octets(info)?));
    }
    let mut fields = content.reader();
    let data = fields.expect(SEQUENCE, "an encrypted part")?;
    fields.finish("an encrypted part")?;
    let mut fields = data.reader();
    let version = fields.expect(INTEGER, "the version of an encrypted part")?;
    let inner = fields.expect(SEQUENCE, "the content of an encrypted part")?;
    let rest = fields.rest().to_vec();
    let mut fields = inner.reader();
    let kind = fields.expect(OID, "the type of an encrypted content")?;
    if kind.content != oid::DATA {
        return Err(Flaw::damaged("an encrypted part holds something else than data", kind.place));
    }
    let scheme = Scheme::read(&fields.expect(SEQUENCE, "an encryption algorithm")?)?;
    let ciphertext = fields.expect(CONTEXT_0_PRIMITIVE, "an encrypted content")?;
    fields.finish("an encrypted content")?;
    Ok((Cover::Encrypted { version: version.raw.to_vec(), scheme, rest }, ciphertext))
}

fn bags(mut body: Reader<'_>, part: usize) -> Result<Vec<Bag>, Flaw> {
    let list = body.expect(SEQUENCE, "the list of bags")?;
    body.finish("the list of bags")?;
    let mut list = list.reader();
    let mut bags = Vec::new();
    while !list.is_empty() {
        bags.push(Bag::read(&list.expect(SEQUENCE, "a bag")?, part)?);
    }
    Ok(bags)
}

fn content_ends(content: &Element<'_>, list: &Element<'_>) -> Result<(), Flaw> {
    if content.content.len() == list.raw.len() {
        return Ok(());
    }
    Err(Flaw::damaged("something follows the list of parts", list.place + list.raw.len()))
}
