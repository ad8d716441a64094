//! The parts of a store (RFC 7292 section 4.1): plain or encrypted, with the bags in them.

use std::{borrow::Cow, sync::Arc};

use zeroize::Zeroizing;

use super::{
    bag::Bag,
    ber,
    der::{
        CONTEXT_0, CONTEXT_0_PRIMITIVE, Element, INTEGER, OCTET_STRING, OID, Reader, SEQUENCE, element,
        header,
    },
    flaw::Flaw,
    octets::Octets,
    oid,
    password::Password,
    scheme::Scheme,
};

/// Bags in their order. Those of one store are in the next one too, but for the changed.
pub(super) type Bags = Vec<Arc<Bag>>;

/// One ContentInfo.
#[derive(Clone)]
pub(super) struct Part {
    raw: Octets,
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
        Self { raw: Octets::default(), cover, is_changed: true }
    }

    /// Reads a part: how it is covered, and the octets under the cover.
    pub(super) fn read(whole: &Octets, info: &Element<'_>) -> Result<(Self, Body), Flaw> {
        let (kind, content) = typed(info)?;
        if kind != oid::ENCRYPTED_DATA {
            let octets = octets(info)?;
            let body = Body { octets: whole.piece(octets.content), place: octets.content_place() };
            return Ok((Self { raw: whole.piece(info.raw), cover: Cover::Plain, is_changed: false }, body));
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
        let algorithm = fields.expect(SEQUENCE, "an encryption algorithm")?;
        let scheme = Scheme::read(&algorithm)?;
        let mut is_joined = false;
        let ciphertext = if fields.next_tag() == Some(CONTEXT_0) {
            let pieces = fields.any()?;
            let octets = ber::joined(pieces.content)
                .ok_or_else(|| Flaw::damaged("an encrypted content is no octet string", pieces.place))?;
            is_joined = true;
            Body { octets: Octets::new(Zeroizing::new(octets)), place: pieces.place }
        } else {
            let octets = fields.expect(CONTEXT_0_PRIMITIVE, "an encrypted content")?;
            Body { octets: whole.piece(octets.content), place: octets.place }
        };
        fields.finish("an encrypted content")?;
        let cover = Cover::Encrypted { version: version.raw.to_vec(), scheme, rest };
        let raw = if is_joined {
            Octets::new(Zeroizing::new(encrypted(&cover, algorithm.raw, &ciphertext.octets)))
        } else {
            whole.piece(info.raw)
        };
        Ok((Self { raw, cover, is_changed: false }, ciphertext))
    }

    /// The bags of a plain part, which has this number; `None` of an encrypted one.
    pub(super) fn plain(&self, body: &Body, number: usize, known: &[Arc<Bag>]) -> Result<Option<Bags>, Flaw> {
        match self.cover {
            Cover::Plain => bags(&body.octets, (number, body.place, false), known).map(Some),
            Cover::Encrypted { .. } => Ok(None),
        }
    }

    /// The bags of an encrypted part, which has this number.
    pub(super) fn opened(
        &self,
        body: &Body,
        (number, password): (usize, Password<'_>),
        known: &[Arc<Bag>],
    ) -> Result<Bags, Flaw> {
        let plain = self.scheme().and_then(|scheme| scheme.decrypt(&body.octets, password));
        let plain = plain
            .ok_or_else(|| Flaw::damaged("a part does not decrypt with the store's password", body.place))?;
        bags(&Octets::new(plain), (number, body.place, true), known)
    }

    /// What it is written as, in pieces: if nothing changed as it was, else from its bags. A store
    /// may be large, and is put together once.
    pub(super) fn write<'a>(
        &'a self,
        bags: &[&'a Bag],
        password: Password<'_>,
        pieces: &mut Vec<Cow<'a, [u8]>>,
    ) -> Result<(), Flaw> {
        if !self.is_changed {
            pieces.push(Cow::Borrowed(&self.raw));
            return Ok(());
        }
        let length = bags.iter().map(|bag| bag.raw.len()).sum();
        let list = header(SEQUENCE, length);
        match &self.cover {
            Cover::Plain => {
                pieces.push(Cow::Owned([data(list.len() + length), list].concat()));
                pieces.extend(bags.iter().map(|bag| Cow::Borrowed(&*bag.raw)));
            }
            Cover::Encrypted { scheme, .. } => {
                let mut plain = Zeroizing::new(Vec::with_capacity(list.len() + length));
                plain.extend_from_slice(&list);
                bags.iter().for_each(|bag| plain.extend_from_slice(&bag.raw));
                let (algorithm, ciphertext) = scheme.encrypt(&plain, password)?;
                if !bags.iter().any(|bag| bag.is_open_secret()) {
                    drop(std::mem::take(&mut *plain));
                }
                let (head, rest) = around(&self.cover, &algorithm, ciphertext.len());
                pieces.extend([Cow::Owned(head), Cow::Owned(ciphertext), Cow::Borrowed(rest)]);
            }
        }
        Ok(())
    }

    /// How it is encrypted, if it is.
    pub(super) const fn scheme(&self) -> Option<&Scheme> {
        match &self.cover {
            Cover::Plain => None,
            Cover::Encrypted { scheme, .. } => Some(scheme),
        }
    }
}

/// What lies under the cover of a part, and where in the file.
pub(super) struct Body {
    octets: Octets,
    place: usize,
}

/// All of a ContentInfo of plain data but its octets, of which there are so many: a store may be
/// large, and is not to be copied for each of its layers.
pub(super) fn data(length: usize) -> Vec<u8> {
    let octets = header(OCTET_STRING, length);
    let content = header(CONTEXT_0, octets.len() + length);
    let kind = element(OID, &[oid::DATA]);
    let info = header(SEQUENCE, kind.len() + content.len() + octets.len() + length);
    [info, kind, content, octets].concat()
}

/// The octets of a ContentInfo of plain data.
pub(super) fn octets<'a>(info: &Element<'a>) -> Result<Element<'a>, Flaw> {
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

/// The same elements as DER, which most are already.
pub(super) fn definite(octets: &Octets) -> Octets {
    match ber::definite(octets) {
        Cow::Borrowed(_) => octets.clone(),
        Cow::Owned(whole) => Octets::new(Zeroizing::new(whole)),
    }
}

/// The ContentInfo of an encrypted part.
fn encrypted(cover: &Cover, algorithm: &[u8], ciphertext: &[u8]) -> Vec<u8> {
    let (head, rest) = around(cover, algorithm, ciphertext.len());
    [&head, ciphertext, rest].concat()
}

/// What stands before and after so many bytes of ciphertext in the ContentInfo of an encrypted part.
fn around<'a>(cover: &'a Cover, algorithm: &[u8], ciphertext: usize) -> (Vec<u8>, &'a [u8]) {
    let (version, rest): (&[u8], &[u8]) = match cover {
        Cover::Encrypted { version, rest, .. } => (version, rest),
        Cover::Plain => (&[], &[]),
    };
    let kind = element(OID, &[oid::DATA]);
    let octets = header(CONTEXT_0_PRIMITIVE, ciphertext);
    let inner = [&kind[..], algorithm, &octets].concat();
    let inner = [header(SEQUENCE, inner.len() + ciphertext), inner].concat();
    let data = header(SEQUENCE, version.len() + inner.len() + ciphertext + rest.len());
    let length = data.len() + version.len() + inner.len() + ciphertext + rest.len();
    let kind = element(OID, &[oid::ENCRYPTED_DATA]);
    let content = header(CONTEXT_0, length);
    let info = header(SEQUENCE, kind.len() + content.len() + length);
    ([&info[..], &kind, &content, &data, version, &inner].concat(), rest)
}

/// Reads the bags of a part. Of decrypted ones no place in the file is known but that of the part.
fn bags(
    octets: &Octets,
    (part, place, is_decrypted): (usize, usize, bool),
    known: &[Arc<Bag>],
) -> Result<Bags, Flaw> {
    let whole = definite(octets);
    let is_moved = is_decrypted || !whole.is_one_with(octets);
    let mut body = if is_moved { Reader::decrypted(&whole, place) } else { Reader::new(&whole, place) };
    let list = body.expect(SEQUENCE, "the list of bags")?;
    body.finish("the list of bags")?;
    let mut list = list.reader();
    let mut bags = Vec::new();
    let mut known = known.iter().skip(known.partition_point(|bag| bag.part < part));
    while !list.is_empty() {
        let bag = list.expect(SEQUENCE, "a bag")?;
        bags.push(match known.next().filter(|known| known.part == part && *known.raw == *bag.raw) {
            Some(known) => Arc::clone(known),
            None => Arc::new(Bag::read(&whole, &bag, part)?),
        });
    }
    if !bags.iter().any(|bag| bag.is_open_secret()) {
        // What was decrypted belongs to this part alone: certificates, and keys that are encrypted
        // by themselves.
        if is_decrypted {
            whole.hold_none();
        }
    } else {
        // A key that is removed must not live on in bytes that its neighbours share.
        octets.hold_secret();
        for bag in bags.iter_mut().filter(|bag| bag.raw.is_beside(&whole)) {
            *bag = Arc::new(Bag::written(bag.raw.to_vec(), part)?);
        }
    }
    Ok(bags)
}
