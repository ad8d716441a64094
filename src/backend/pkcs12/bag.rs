//! Safe bags (RFC 7292 section 4.2), each kept as written.

use std::borrow::Cow;

use zeroize::Zeroizing;

use super::{
    der::{BMP_STRING, CONTEXT_0, Element, OCTET_STRING, OID, Reader, SEQUENCE, SET, element},
    flaw::Flaw,
    held::Held,
    octets::Octets,
    oid,
    password::Password,
    scheme::Scheme,
};
use crate::{
    name::{Alias, folded},
    world::material::Certificate,
};

/// One bag. All else follows from its bytes: who holds one may take it for another with the same.
#[derive(Clone)]
pub(super) struct Bag {
    /// All its bytes. They may hold a key in the clear.
    pub(super) raw: Octets,
    /// Which part of the store it lies in.
    pub(super) part: usize,
    pub(super) kind: Kind,
    /// The friendlyName, if it has one that is whole.
    pub(super) name: Option<String>,
    /// The localKeyID.
    pub(super) key_id: Option<Octets>,
    /// Whether it has Oracle's mark of a trusted certificate entry.
    pub(super) is_trusted: bool,
}

/// What a bag holds.
#[derive(Clone)]
pub(super) enum Kind {
    /// An EncryptedPrivateKeyInfo (RFC 5958 section 3), as DER.
    ShroudedKey(Octets),
    /// A PrivateKeyInfo in the clear; it lies in the bag's bytes.
    PlainKey,
    Certificate(Box<Held>),
    Secret,
    /// Anything else, carried along.
    Other,
}

impl Bag {
    /// Reads one SafeBag, which lies in `whole`.
    pub(super) fn read(whole: &Octets, bag: &Element<'_>, part: usize) -> Result<Self, Flaw> {
        let mut parts = bag.reader();
        let identifier = parts.expect(OID, "the type of a bag")?;
        let value = parts.expect(CONTEXT_0, "the value of a bag")?;
        let attributes = parts.optional(SET)?;
        parts.finish("a bag")?;
        let raw = whole.piece(bag.raw);
        let mut read = Self {
            part,
            kind: match identifier.content {
                id if id == oid::SHROUDED_KEY_BAG => Kind::ShroudedKey(raw.piece(value.content)),
                id if id == oid::KEY_BAG => Kind::PlainKey,
                id if id == oid::CERTIFICATE_BAG => {
                    let held = certificate(&value).and_then(|der| Held::new(raw.piece(der)));
                    held.map_or(Kind::Other, |own| Kind::Certificate(Box::new(own)))
                }
                id if id == oid::SECRET_BAG => Kind::Secret,
                _ => Kind::Other,
            },
            raw,
            name: None,
            key_id: None,
            is_trusted: false,
        };
        let mut list = attributes.map(|set| set.reader());
        while let Some(list) = list.as_mut().filter(|list| !list.is_empty()) {
            let (identifier, values) = attribute(&list.expect(SEQUENCE, "an attribute of a bag")?)?;
            match identifier.content {
                id if id == oid::FRIENDLY_NAME && read.name.is_none() => read.name = name(&values),
                id if id == oid::LOCAL_KEY_ID && read.key_id.is_none() => {
                    let value = values.reader().optional(OCTET_STRING)?;
                    read.key_id = value.map(|value| read.raw.piece(value.content));
                }
                id if id == oid::TRUSTED_KEY_USAGE => read.is_trusted = true,
                _ => {}
            }
        }
        Ok(read)
    }

    /// A new certificate bag for the key of a pair, with the attributes that openssl writes.
    pub(super) fn of_certificate(own: &Certificate, alias: &Alias, part: usize) -> Result<Self, Flaw> {
        Self::new(oid::CERTIFICATE_BAG, &certificate_value(own), &paired(own, alias), part)
    }

    /// A new bag for a certificate that others trust by its alias, with Oracle's mark, as keytool
    /// writes it: without it Java does not see the entry.
    pub(super) fn of_trusted(own: &Certificate, alias: &Alias, part: usize) -> Result<Self, Flaw> {
        let usage = element(SET, &[&element(OID, &[oid::ANY_EXTENDED_KEY_USAGE])]);
        let mark = element(SEQUENCE, &[&element(OID, &[oid::TRUSTED_KEY_USAGE]), &usage]);
        Self::new(oid::CERTIFICATE_BAG, &certificate_value(own), &[friendly_name(alias), mark], part)
    }

    /// A new bag for an issuer in a chain, without attributes, as openssl writes it.
    pub(super) fn of_issuer(own: &Certificate, part: usize) -> Result<Self, Flaw> {
        Self::new(oid::CERTIFICATE_BAG, &certificate_value(own), &[], part)
    }

    /// A new shrouded key bag for the key of a certificate.
    pub(super) fn of_key(
        key: &[u8],
        own: &Certificate,
        alias: &Alias,
        part: usize,
        (scheme, password): (&Scheme, Password<'_>),
    ) -> Result<Self, Flaw> {
        let (algorithm, ciphertext) = scheme.encrypt(key, password)?;
        let value = element(SEQUENCE, &[&algorithm, &element(OCTET_STRING, &[&ciphertext])]);
        Self::new(oid::SHROUDED_KEY_BAG, &value, &paired(own, alias), part)
    }

    fn new(kind: &[u8], value: &[u8], attributes: &[Vec<u8>], part: usize) -> Result<Self, Flaw> {
        let mut attributes = attributes.to_vec();
        attributes.sort();
        let attributes =
            if attributes.is_empty() { Vec::new() } else { element(SET, &[&attributes.concat()]) };
        let raw = element(SEQUENCE, &[&element(OID, &[kind]), &element(CONTEXT_0, &[value]), &attributes]);
        Self::written(raw, part)
    }

    /// Reads a bag that was just written.
    pub(super) fn written(raw: Vec<u8>, part: usize) -> Result<Self, Flaw> {
        let raw = Octets::new(Zeroizing::new(raw));
        Self::read(&raw, &Reader::new(&raw, 0).any()?, part)
    }

    /// The same bag with another certificate: its attributes are kept.
    pub(super) fn with_certificate(&self, own: &Certificate) -> Result<Self, Flaw> {
        let mut parts = Reader::new(&self.raw, 0).any()?.reader();
        let (identifier, _) = (parts.any()?, parts.any()?);
        let value = element(CONTEXT_0, &[&certificate_value(own)]);
        let raw = element(SEQUENCE, &[identifier.raw, &value, parts.rest()]);
        Self::written(raw, self.part)
    }

    /// The same bag without a name, localKeyID and Oracle's mark: a certificate that is only an issuer.
    pub(super) fn nameless(&self) -> Result<Self, Flaw> {
        let mut parts = Reader::new(&self.raw, 0).any()?.reader();
        let (identifier, value) = (parts.any()?, parts.any()?);
        let mut attributes = Vec::new();
        let mut list = parts.optional(SET)?.map(|set| set.reader());
        while let Some(list) = list.as_mut().filter(|list| !list.is_empty()) {
            let old = list.any()?;
            let identifier = attribute(&old)?.0.content;
            let of_entry = [oid::FRIENDLY_NAME, oid::LOCAL_KEY_ID, oid::TRUSTED_KEY_USAGE];
            if !of_entry.contains(&identifier) {
                attributes.push(old.raw);
            }
        }
        let attributes = if attributes.is_empty() { Vec::new() } else { element(SET, &attributes) };
        let raw = element(SEQUENCE, &[identifier.raw, value.raw, &attributes]);
        Self::written(raw, self.part)
    }

    /// The same bag under another alias: every other byte of its value and attributes is kept. A
    /// set of attributes that was sorted, as DER wants it, stays sorted.
    pub(super) fn renamed(&self, alias: &Alias) -> Result<Self, Flaw> {
        let mut parts = Reader::new(&self.raw, 0).any()?.reader();
        let (identifier, value) = (parts.any()?, parts.any()?);
        let mut attributes: Vec<&[u8]> = Vec::new();
        let own = friendly_name(alias);
        let mut is_written = false;
        if let Some(set) = parts.optional(SET)? {
            let mut list = set.reader();
            while !list.is_empty() {
                let old = list.any()?;
                if attribute(&old)?.0.content != oid::FRIENDLY_NAME {
                    attributes.push(old.raw);
                } else if !is_written {
                    attributes.push(&own);
                    is_written = true;
                }
            }
            let was_sorted = Self::attributes(set.reader())?.is_sorted();
            if !is_written {
                attributes.insert(0, &own);
            }
            if was_sorted {
                attributes.sort_unstable();
            }
        } else {
            attributes.push(&own);
        }
        let attributes = element(SET, &attributes);
        let raw = element(SEQUENCE, &[identifier.raw, value.raw, &attributes]);
        Self::written(raw, self.part)
    }

    fn attributes(mut list: Reader<'_>) -> Result<Vec<&[u8]>, Flaw> {
        let mut all = Vec::new();
        while !list.is_empty() {
            all.push(list.any()?.raw);
        }
        Ok(all)
    }

    /// Its name in the form that is compared: lower case.
    pub(super) fn folded(&self) -> Option<Cow<'_, str>> {
        self.name.as_deref().map(folded)
    }

    /// Whether it answers to an alias.
    pub(super) fn answers_to(&self, alias: &Alias) -> bool {
        self.name.as_ref().is_some_and(|name| alias.is_spelt(name))
    }

    pub(super) const fn is_key(&self) -> bool {
        matches!(self.kind, Kind::ShroudedKey(_) | Kind::PlainKey)
    }

    /// Whether what it holds is secret and not encrypted by itself, or may be.
    pub(super) const fn is_open_secret(&self) -> bool {
        matches!(self.kind, Kind::PlainKey | Kind::Secret | Kind::Other)
    }

    /// The certificate it holds, of which only the shape was looked at.
    pub(super) fn held(&self) -> Option<&Held> {
        match &self.kind {
            Kind::Certificate(own) => Some(own),
            _ => None,
        }
    }

    /// Whether it holds this certificate.
    pub(super) fn is_held(&self, der: &[u8]) -> bool {
        self.held().is_some_and(|own| own.der() == der)
    }

    /// The certificate it holds, if OpenSSL can read it.
    pub(super) fn certificate(&self) -> Option<&Certificate> {
        self.held()?.certificate()
    }

    /// The PrivateKeyInfo of a key in the clear.
    pub(super) fn plain_key(&self) -> Option<&[u8]> {
        let mut parts = Reader::new(&self.raw, 0).any().ok()?.reader();
        parts.any().ok()?;
        let value = parts.any().ok()?;
        matches!(self.kind, Kind::PlainKey).then_some(value.content)
    }
}

/// The certificate in its bag, as DER. `None` for other kinds of certificates.
fn certificate<'a>(value: &Element<'a>) -> Option<&'a [u8]> {
    let mut parts = value.reader().expect(SEQUENCE, "a certificate").ok()?.reader();
    if parts.expect(OID, "the type of a certificate").ok()?.content != oid::X509_CERTIFICATE {
        return None;
    }
    let wrapped = parts.expect(CONTEXT_0, "a certificate").ok()?;
    Some(wrapped.reader().expect(OCTET_STRING, "a certificate").ok()?.content)
}

fn certificate_value(own: &Certificate) -> Vec<u8> {
    let der = element(CONTEXT_0, &[&element(OCTET_STRING, &[own.der()])]);
    element(SEQUENCE, &[&element(OID, &[oid::X509_CERTIFICATE]), &der])
}

/// The attributes that openssl writes for a pair: the alias and, as localKeyID, the SHA-1 of the
/// certificate, so that keytool and openssl pair key and certificate.
fn paired(own: &Certificate, alias: &Alias) -> [Vec<u8>; 2] {
    let id = element(OCTET_STRING, &[&openssl::sha::sha1(own.der())]);
    let id = element(SEQUENCE, &[&element(OID, &[oid::LOCAL_KEY_ID]), &element(SET, &[&id])]);
    [friendly_name(alias), id]
}

fn attribute<'a>(attribute: &Element<'a>) -> Result<(Element<'a>, Element<'a>), Flaw> {
    let mut parts = attribute.reader();
    let identifier = parts.expect(OID, "the type of an attribute")?;
    let values = parts.expect(SET, "the set of values of an attribute")?;
    parts.finish("an attribute")?;
    Ok((identifier, values))
}

fn name(values: &Element<'_>) -> Option<String> {
    let text = values.reader().expect(BMP_STRING, "a name").ok()?.content;
    let (units, rest) = text.as_chunks::<2>();
    let units = units.iter().map(|unit| u16::from_be_bytes(*unit));
    let name: Result<String, _> = char::decode_utf16(units).collect();
    name.ok().filter(|_| rest.is_empty())
}

fn friendly_name(alias: &Alias) -> Vec<u8> {
    let units: Vec<u8> = alias.as_str().encode_utf16().flat_map(u16::to_be_bytes).collect();
    let value = element(SET, &[&element(BMP_STRING, &[&units])]);
    element(SEQUENCE, &[&element(OID, &[oid::FRIENDLY_NAME]), &value])
}
