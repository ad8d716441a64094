//! A whole store: the parts of its authenticated safe and the bags in them (RFC 7292 section 4).

use std::{borrow::Cow, sync::Arc};

use openssl::pkey::{PKey, Private};
use zeroize::Zeroizing;

use super::{
    bag::{Bag, Kind},
    ber,
    der::{
        CONTEXT_0, CONTEXT_0_PRIMITIVE, Element, INTEGER, OCTET_STRING, OID, Reader, SEQUENCE, element,
        header,
    },
    encrypted_key::shroud,
    flaw::Flaw,
    mac::Mac,
    oid,
    password::Password,
    scheme::{MOST_ITERATIONS, Scheme},
};

const NO_KEY: &str = "cannot decrypt the key with the store's password";

/// The most iterations of all derivations that reading a store takes.
const MOST_IN_ALL: u64 = 4 * MOST_ITERATIONS;

/// How many keys are tried where nothing else tells whether a password is the store's.
const KEYS_TRIED: usize = 4;

/// What a store holds, in its order.
#[derive(Clone)]
pub(super) struct Safe {
    pub(super) parts: Vec<Part>,
    /// The bags of all parts; those of one part stand together.
    pub(super) bags: Vec<Bag>,
    /// The integrity check, if it has one.
    pub(super) mac: Option<Mac>,
    /// Whether its empty password is none at all.
    pub(super) is_without_password: bool,
}

/// One ContentInfo.
#[derive(Clone)]
pub(super) struct Part {
    /// It may hold keys in the clear.
    raw: Arc<Zeroizing<Vec<u8>>>,
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
        Self { raw: Arc::default(), cover, is_changed: true }
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
struct Body<'a> {
    octets: Cow<'a, [u8]>,
    place: usize,
}

impl Safe {
    /// A store without anything.
    pub(super) fn empty() -> Self {
        Self { parts: Vec::new(), bags: Vec::new(), mac: Some(Mac::usual()), is_without_password: false }
    }

    /// Reads a store and checks its integrity, if it can be checked.
    pub(super) fn read(bytes: &[u8], password: &str) -> Result<Self, Flaw> {
        // keytool's own formats, by their first bytes.
        match bytes {
            [0xFE, 0xED, 0xFE, 0xED, ..] => return Err(Flaw::Unsupported("the format JKS".to_owned())),
            [0xCE, 0xCE, 0xCE, 0xCE, ..] => return Err(Flaw::Unsupported("the format JCEKS".to_owned())),
            _ => {}
        }
        let bytes = ber::definite(bytes);
        let mut file = Reader::new(&bytes, 0);
        let store = file.expect(SEQUENCE, "the store")?;
        file.finish("the store")?;
        let mut fields = store.reader();
        let version = fields.expect(INTEGER, "the version")?;
        if version.number()? != 3 {
            return Err(Flaw::damaged("the version is not 3", version.place));
        }
        let info = fields.expect(SEQUENCE, "the content of the store")?;
        let mac = fields.optional(SEQUENCE)?.map(|data| Mac::read(&data)).transpose()?;
        fields.finish("the integrity check")?;

        // The shape is read before the check is computed: what is not even whole is damaged, and
        // only what is whole can have another password.
        let content = octets(&info)?;
        let whole = ber::definite(content.content);
        let mut document = match &whole {
            Cow::Borrowed(_) => content.reader(),
            Cow::Owned(whole) => Reader::decrypted(whole, content.place),
        };
        let list = document.expect(SEQUENCE, "the list of parts")?;
        document.finish("the list of parts")?;
        let mut safe = Self { parts: Vec::new(), bags: Vec::new(), mac, is_without_password: false };
        let mut bodies = Vec::new();
        let mut infos = list.reader();
        while !infos.is_empty() {
            let (part, body) = part(&infos.expect(SEQUENCE, "a part")?)?;
            safe.parts.push(part);
            bodies.push(body);
        }
        safe.bound()?;
        let mut plain = Vec::new();
        for (number, (part, body)) in safe.parts.iter().zip(&bodies).enumerate() {
            plain.push(match part.scheme() {
                None => Some(bags(&body.octets, (number, body.place, false))?),
                Some(_) => None,
            });
        }
        safe.is_without_password = safe.admit(content.content, (&plain, &bodies), password)?;
        let password = safe.password(password);
        for (number, body) in bodies.iter().enumerate() {
            let opened = match (plain.get_mut(number).and_then(Option::take), safe.parts.get(number)) {
                (None, Some(part)) => opened(part, body, (number, password))?,
                (bags, _) => bags.unwrap_or_default(),
            };
            safe.bags.extend(opened);
        }
        Ok(safe)
    }

    /// Finds out under which form of the password the store opens: whether an empty one is none.
    fn admit(
        &self,
        content: &[u8],
        (plain, bodies): (&[Option<Vec<Bag>>], &[Body<'_>]),
        password: &str,
    ) -> Result<bool, Flaw> {
        let forms: &[bool] = if password.is_empty() { &[false, true] } else { &[false] };
        if let Some(mac) = &self.mac {
            for form in forms {
                if mac.holds(content, Password::new(password, *form))? {
                    return Ok(*form);
                }
            }
        }
        let mut is_sealed = false;
        for form in forms {
            let password = Password::new(password, *form);
            for (number, (part, body)) in self.parts.iter().zip(bodies).enumerate() {
                if part.scheme().is_some() {
                    is_sealed = true;
                    if opened(part, body, (number, password)).is_ok() {
                        return if self.mac.is_none() { Ok(*form) } else { Err(Flaw::Tampered) };
                    }
                }
            }
            if is_sealed {
                continue;
            }
            let keys = plain.iter().flatten().flatten().filter_map(|bag| match &bag.kind {
                Kind::ShroudedKey(info) => Some(info),
                _ => None,
            });
            let mut keys = keys.take(KEYS_TRIED).peekable();
            if keys.peek().is_none() && self.mac.is_none() {
                return Ok(*form);
            }
            if keys.any(|info| decrypted(info, password).is_ok()) {
                return if self.mac.is_none() { Ok(*form) } else { Err(Flaw::Tampered) };
            }
        }
        Err(Flaw::WrongPassword)
    }

    /// Refuses a store that would take too long to read.
    pub(super) fn bound(&self) -> Result<(), Flaw> {
        let parts = self.parts.iter().filter_map(|part| Some(part.scheme()?.iterations));
        let all: u64 = parts.chain(self.mac.as_ref().map(|mac| mac.iterations)).map(u64::from).sum();
        if all <= MOST_IN_ALL {
            return Ok(());
        }
        let what =
            format!("{all} iterations of key derivations, more than the {MOST_IN_ALL} accepted in all");
        Err(Flaw::Unsupported(what))
    }

    /// A password in the form that the store has it.
    pub(super) const fn password<'a>(&self, text: &'a str) -> Password<'a> {
        Password::new(text, self.is_without_password)
    }

    /// Writes the store: parts that did not change byte for byte, the others with their own
    /// algorithms, and a new integrity check.
    pub(super) fn write(&self, password: &str) -> Result<Vec<u8>, Flaw> {
        let password = self.password(password);
        let mut parts: Vec<Cow<'_, [u8]>> = Vec::new();
        for (number, part) in self.parts.iter().enumerate() {
            if !part.is_changed {
                parts.push(Cow::Borrowed(&part.raw));
                continue;
            }
            let bags: Vec<&[u8]> =
                self.bags.iter().filter(|bag| bag.part == number).map(|bag| bag.raw.as_slice()).collect();
            let plain = Zeroizing::new(element(SEQUENCE, &bags));
            parts.push(Cow::Owned(match &part.cover {
                Cover::Plain => [&data(plain.len())[..], &plain].concat(),
                Cover::Encrypted { scheme, .. } => {
                    let (algorithm, ciphertext) = scheme.encrypt(&plain, password)?;
                    encrypted(&part.cover, &algorithm, &ciphertext)
                }
            }));
        }
        let parts: Vec<&[u8]> = parts.iter().map(|part| &**part).collect();
        let content = element(SEQUENCE, &parts);
        let mac = self.mac.as_ref().map(|mac| mac.over(&content, password)).transpose()?;
        let (version, info) = (element(INTEGER, &[&[3]]), data(content.len()));
        Ok(element(SEQUENCE, &[&version, &info, &content, &mac.unwrap_or_default()]))
    }

    /// The key of a bag, decrypted unless it lies there in the clear.
    pub(super) fn private_key(&self, bag: usize, password: &str) -> Result<PKey<Private>, Flaw> {
        let failed = |cause: &str| Flaw::Crypto { doing: NO_KEY, cause: cause.to_owned() };
        let bag = self.bags.get(bag).ok_or_else(|| failed("there is none"))?;
        match (&bag.kind, bag.plain_key()) {
            (Kind::ShroudedKey(info), _) => decrypted(info, self.password(password)),
            (_, Some(plain)) => {
                PKey::private_key_from_pkcs8(plain).map_err(|_| failed("what lies there is no private key"))
            }
            _ => Err(failed("there is none")),
        }
    }
}

fn decrypted(info: &[u8], password: Password<'_>) -> Result<PKey<Private>, Flaw> {
    let failed = |cause: &str| Flaw::Crypto { doing: NO_KEY, cause: cause.to_owned() };
    let (scheme, ciphertext) = shroud(info)?;
    let plain = scheme.decrypt(ciphertext, password);
    let plain = plain.ok_or_else(|| failed("it has another password or is damaged"))?;
    PKey::private_key_from_pkcs8(&plain).map_err(|_| failed("what comes out is no private key"))
}

/// All of a ContentInfo of plain data but its octets, of which there are so many: a store may be
/// large, and is not to be copied for each of its layers.
fn data(length: usize) -> Vec<u8> {
    let octets = header(OCTET_STRING, length);
    let content = header(CONTEXT_0, octets.len() + length);
    let kind = element(OID, &[oid::DATA]);
    let info = header(SEQUENCE, kind.len() + content.len() + octets.len() + length);
    [info, kind, content, octets].concat()
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

/// Reads a part: how it is covered, and the octets under the cover.
fn part<'a>(info: &Element<'a>) -> Result<(Part, Body<'a>), Flaw> {
    let (kind, content) = typed(info)?;
    if kind != oid::ENCRYPTED_DATA {
        let octets = octets(info)?;
        let body = Body { octets: Cow::Borrowed(octets.content), place: octets.content_place() };
        return Ok((Part { raw: kept(info.raw.to_vec()), cover: Cover::Plain, is_changed: false }, body));
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
    let ciphertext = if fields.next_tag() == Some(CONTEXT_0) {
        let pieces = fields.any()?;
        let octets = ber::joined(pieces.content)
            .ok_or_else(|| Flaw::damaged("an encrypted content is no octet string", pieces.place))?;
        Body { octets: Cow::Owned(octets), place: pieces.place }
    } else {
        let whole = fields.expect(CONTEXT_0_PRIMITIVE, "an encrypted content")?;
        Body { octets: Cow::Borrowed(whole.content), place: whole.place }
    };
    fields.finish("an encrypted content")?;
    let cover = Cover::Encrypted { version: version.raw.to_vec(), scheme, rest };
    let raw = match &ciphertext.octets {
        Cow::Borrowed(_) => kept(info.raw.to_vec()),
        Cow::Owned(octets) => kept(encrypted(&cover, algorithm.raw, octets)),
    };
    Ok((Part { raw, cover, is_changed: false }, ciphertext))
}

fn kept(raw: Vec<u8>) -> Arc<Zeroizing<Vec<u8>>> {
    Arc::new(Zeroizing::new(raw))
}

/// The ContentInfo of an encrypted part.
fn encrypted(cover: &Cover, algorithm: &[u8], ciphertext: &[u8]) -> Vec<u8> {
    let (version, rest): (&[u8], &[u8]) = match cover {
        Cover::Encrypted { version, rest, .. } => (version, rest),
        Cover::Plain => (&[], &[]),
    };
    let kind = element(OID, &[oid::DATA]);
    let octets = header(CONTEXT_0_PRIMITIVE, ciphertext.len());
    let inner = [&kind[..], algorithm, &octets].concat();
    let inner = [header(SEQUENCE, inner.len() + ciphertext.len()), inner].concat();
    let data = header(SEQUENCE, version.len() + inner.len() + ciphertext.len() + rest.len());
    let length = data.len() + version.len() + inner.len() + ciphertext.len() + rest.len();
    let kind = element(OID, &[oid::ENCRYPTED_DATA]);
    let content = header(CONTEXT_0, length);
    let info = header(SEQUENCE, kind.len() + content.len() + length);
    [&info[..], &kind, &content, &data, version, &inner, ciphertext, rest].concat()
}

/// The bags of an encrypted part.
fn opened(part: &Part, body: &Body<'_>, (number, password): (usize, Password<'_>)) -> Result<Vec<Bag>, Flaw> {
    let plain = part.scheme().and_then(|scheme| scheme.decrypt(&body.octets, password));
    let plain = plain
        .ok_or_else(|| Flaw::damaged("a part does not decrypt with the store's password", body.place))?;
    bags(&plain, (number, body.place, true))
}

/// Reads the bags of a part. Of decrypted ones no place in the file is known but that of the part.
fn bags(octets: &[u8], (part, place, is_decrypted): (usize, usize, bool)) -> Result<Vec<Bag>, Flaw> {
    let whole = ber::definite(octets);
    let is_moved = is_decrypted || matches!(whole, Cow::Owned(_));
    // They may hold keys in the clear.
    let rewritten = match whole {
        Cow::Borrowed(_) => None,
        Cow::Owned(whole) => Some(Zeroizing::new(whole)),
    };
    let octets = rewritten.as_ref().map_or(octets, |whole| whole.as_slice());
    let mut body = if is_moved { Reader::decrypted(octets, place) } else { Reader::new(octets, place) };
    let list = body.expect(SEQUENCE, "the list of bags")?;
    body.finish("the list of bags")?;
    let mut list = list.reader();
    let mut bags = Vec::new();
    while !list.is_empty() {
        bags.push(Bag::read(&list.expect(SEQUENCE, "a bag")?, part)?);
    }
    Ok(bags)
}
