//! A whole store: the parts of its authenticated safe and the bags in them (RFC 7292 section 4).

use std::{borrow::Cow, sync::Arc, thread};

use openssl::pkey::{PKey, Private};

use super::{
    bag::{Bag, Kind},
    der::{INTEGER, Reader, SEQUENCE, element, header},
    encrypted_key::shroud,
    flaw::Flaw,
    mac::Mac,
    octets::Octets,
    part::{Bags, Body, Part, data, definite, octets},
    password::Password,
    scheme::MOST_ITERATIONS,
};

const NO_KEY: &str = "cannot decrypt the key with the store's password";

/// The most iterations of all derivations that reading a store takes.
const MOST_IN_ALL: u64 = 4 * MOST_ITERATIONS;

/// From how many bytes on a store is worth more than one thread.
pub(super) const LARGE: usize = 256 << 10;

/// What lies before a written store, for its first bytes are known last.
const HEADROOM: usize = 64;

/// How many keys are tried where nothing else tells whether a password is the store's.
const KEYS_TRIED: usize = 4;

/// The bags of some parts; `None` where a part is none of them.
type Halves = Vec<Option<Bags>>;

/// What lies in a store, as far as it was looked into.
struct Contents {
    /// The bags of the plain parts.
    plain: Result<Halves, Flaw>,
    /// Those of the encrypted ones, if they were decrypted already.
    sealed: Option<Result<Halves, Flaw>>,
    /// Whether the integrity check holds under the usual form of the password.
    holds: Result<bool, Flaw>,
}

/// What a store holds, in its order.
#[derive(Clone)]
pub(super) struct Safe {
    pub(super) parts: Vec<Part>,
    /// The bags of all parts; those of one part stand together.
    pub(super) bags: Bags,
    /// The integrity check, if it has one.
    pub(super) mac: Option<Mac>,
    /// Whether its empty password is none at all.
    pub(super) is_without_password: bool,
}

impl Safe {
    /// A store without anything.
    pub(super) fn empty() -> Self {
        Self { parts: Vec::new(), bags: Vec::new(), mac: Some(Mac::usual()), is_without_password: false }
    }

    /// Reads a store and checks its integrity, if it can be checked.
    pub(super) fn read(bytes: &Octets, password: &str) -> Result<Self, Flaw> {
        Self::read_again(bytes, password, &[])
    }

    /// The same, where most bags are likely to be these, in their order. Those that are, byte for
    /// byte, are neither parsed again nor kept twice.
    pub(super) fn read_again(bytes: &Octets, password: &str, known: &[Arc<Bag>]) -> Result<Self, Flaw> {
        // keytool's own formats, by their first bytes.
        match **bytes {
            [0xFE, 0xED, 0xFE, 0xED, ..] => return Err(Flaw::Unsupported("the format JKS".to_owned())),
            [0xCE, 0xCE, 0xCE, 0xCE, ..] => return Err(Flaw::Unsupported("the format JCEKS".to_owned())),
            _ => {}
        }
        let bytes = definite(bytes);
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
        let outer = bytes.piece(content.content);
        let whole = definite(&outer);
        let mut document = if whole.is_one_with(&outer) {
            content.reader()
        } else {
            Reader::decrypted(&whole, content.place)
        };
        let list = document.expect(SEQUENCE, "the list of parts")?;
        document.finish("the list of parts")?;
        let mut safe = Self { parts: Vec::new(), bags: Vec::new(), mac, is_without_password: false };
        let mut bodies = Vec::new();
        let mut infos = list.reader();
        while !infos.is_empty() {
            let (part, body) = Part::read(&whole, &infos.expect(SEQUENCE, "a part")?)?;
            safe.parts.push(part);
            bodies.push(body);
        }
        safe.bound()?;
        let usual = Password::new(password, false);
        let Contents { plain, sealed, holds } = safe.contents((content.content, &bodies), usual, known);
        let (plain, holds) = (plain?, holds?);
        safe.is_without_password = safe.admit((content.content, holds), (&plain, &bodies), password)?;
        let sealed = if holds { sealed } else { None };
        let password = safe.password(password);
        safe.bags = match sealed {
            // What lies plain and what was encrypted, each `None` where the other is not.
            Some(sealed) => plain
                .into_iter()
                .zip(sealed?)
                .flat_map(|(plain, sealed)| plain.or(sealed))
                .flatten()
                .collect(),
            None => {
                let mut all = Bags::new();
                for (number, (plain, body)) in plain.into_iter().zip(&bodies).enumerate() {
                    all.append(&mut match (plain, safe.parts.get(number)) {
                        (None, Some(part)) => part.opened(body, (number, password), known)?,
                        (plain, _) => plain.unwrap_or_default(),
                    });
                }
                all
            }
        };
        Ok(safe)
    }

    /// Looks into the parts, and computes the integrity check. In a large store all of it happens at
    /// the same time, and what was decrypted counts only when the check holds.
    fn contents(
        &self,
        (content, bodies): (&[u8], &[Body]),
        password: Password<'_>,
        known: &[Arc<Bag>],
    ) -> Contents {
        let parts = || self.parts.iter().zip(bodies).enumerate();
        let plain = || parts().map(|(number, (part, body))| part.plain(body, number, known)).collect();
        let holds = || self.mac.as_ref().map_or(Ok(false), |mac| mac.holds(content, password));
        if content.len() < LARGE || self.mac.is_none() {
            let plain: Result<Halves, Flaw> = plain();
            let holds = if plain.is_ok() { holds() } else { Ok(false) };
            return Contents { plain, sealed: None, holds };
        }
        let sealed = || {
            let opened = parts().map(|(number, (part, body))| match part.scheme() {
                Some(_) => part.opened(body, (number, password), known).map(Some),
                None => Ok(None),
            });
            opened.collect()
        };
        thread::scope(|scope| {
            // What no thread could be had for is done here, now or when it is needed.
            let sealed = thread::Builder::new().spawn_scoped(scope, sealed);
            let check = thread::Builder::new().spawn_scoped(scope, holds);
            let plain = plain();
            let checked = check.ok().and_then(|check| check.join().ok());
            let sealed = sealed.ok().and_then(|sealed| sealed.join().ok());
            Contents { plain, sealed, holds: checked.unwrap_or_else(holds) }
        })
    }

    /// Finds out under which form of the password the store opens: whether an empty one is none.
    /// Whether the integrity check holds under the usual form is known.
    fn admit(
        &self,
        (content, holds): (&[u8], bool),
        (plain, bodies): (&[Option<Bags>], &[Body]),
        password: &str,
    ) -> Result<bool, Flaw> {
        if holds {
            return Ok(false);
        }
        let forms: &[bool] = if password.is_empty() { &[false, true] } else { &[false] };
        if let Some(mac) = &self.mac {
            for form in forms.iter().filter(|form| **form) {
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
                    if part.opened(body, (number, password), &[]).is_ok() {
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
    pub(super) fn write(&self, password: &str) -> Result<Octets, Flaw> {
        let password = self.password(password);
        let mut pieces: Vec<Cow<'_, [u8]>> = Vec::new();
        for (number, part) in self.parts.iter().enumerate() {
            let bags: Vec<&Bag> =
                self.bags.iter().filter(|bag| bag.part == number).map(Arc::as_ref).collect();
            part.write(&bags, password, &mut pieces)?;
        }
        let length = pieces.iter().map(|piece| piece.len()).sum();
        let list = header(SEQUENCE, length);
        let content_length = list.len() + length;
        let room = self.mac.as_ref().map_or(0, Mac::room);
        let mut store = Vec::with_capacity(HEADROOM + content_length + room);
        store.resize(HEADROOM, 0);
        store.extend_from_slice(&list);
        pieces.iter().for_each(|piece| store.extend_from_slice(piece));
        let content = store.get(HEADROOM..).unwrap_or_default();
        if let Some(mac) = &self.mac {
            let mac = mac.over(content, password)?;
            store.extend_from_slice(&mac);
        }
        let head = [element(INTEGER, &[&[3]]), data(content_length)].concat();
        let head = [header(SEQUENCE, head.len() + store.len() - HEADROOM), head].concat();
        let start = HEADROOM.saturating_sub(head.len());
        if let Some(room) = store.get_mut(start..HEADROOM) {
            room.copy_from_slice(&head);
        }
        let store = Octets::stored(store);
        Ok(store.piece(store.get(start..).unwrap_or_default()))
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
