//! Looks at a document that is to be signed: finds the element to sign and the place for the
//! signature, and digests the former.

use std::io::BufWriter;

use openssl::hash::Hasher;

use super::{Seal, XmlError};
use crate::backend::xml_dsig::{
    DocumentFault, Encoding, KeyFault, ProfileFault, SignatureFault,
    canonical::Canonical,
    document::{Context, Document, Element, Piece, Step},
    option::{Finder, Position, Shape},
    signature::is_signature,
};

/// What a piece is to the place of the signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Plain,
    /// The element at the place begins.
    Begins,
    /// It ends.
    Ends,
}

/// What is known when all that is signed was read.
#[derive(Clone, Debug)]
pub(super) struct Found {
    /// As it is written in the reference, escaped.
    pub(super) uri: String,
    pub(super) digest_value: Vec<u8>,
    /// What the signature has from the elements around it.
    pub(super) context: Context,
}

/// An element that is looked for.
#[derive(Debug)]
struct Sought<'a> {
    finder: Option<Finder<'a>>,
    found: bool,
    /// How many elements are open in it and around it, while it is open itself.
    open: Option<usize>,
}

impl<'a> Sought<'a> {
    const fn new(finder: Option<Finder<'a>>) -> Self {
        Self { finder, found: false, open: None }
    }

    fn begin(&mut self, depth: usize) -> Result<(), ProfileFault> {
        if std::mem::replace(&mut self.found, true) {
            return Err(ProfileFault::SelectsSeveral);
        }
        self.open = Some(depth);
        Ok(())
    }

    /// Whether the element that ended, with so many left open, is the one.
    fn ends(&self, depth: usize) -> bool {
        self.open == Some(depth + 1)
    }
}

type Content = Canonical<BufWriter<Hasher>>;

/// Takes the pieces of a document.
pub(super) struct Scan<'a> {
    seal: &'a Seal<'a>,
    own_ids: Vec<String>,
    target: Sought<'a>,
    place: Sought<'a>,
    content: Option<Content>,
    uri: Option<String>,
    digest_value: Option<Vec<u8>>,
    context: Context,
    begun: u64,
    place_number: u64,
    /// Whether the document carries a signature already.
    carries: bool,
}

impl<'a> Scan<'a> {
    pub(super) fn new(seal: &'a Seal<'a>) -> Result<Self, XmlError> {
        let profile = seal.profile;
        let target = profile.reference.as_ref().map(Finder::new);
        let place = profile.position.as_ref().map(|position| Finder::new(position.selector()));
        let mut scan = Self {
            seal,
            own_ids: seal.draft.ids(),
            target: Sought::new(target),
            place: Sought::new(place),
            content: None,
            uri: None,
            digest_value: None,
            context: Context::default(),
            begun: 0,
            place_number: 0,
            carries: false,
        };
        match profile.shape {
            Shape::Enveloping => scan.begin_object()?,
            _ if profile.reference.is_none() => {
                scan.uri = Some(String::new());
                scan.content = Some(Canonical::new(seal.draft.content_canonicalization(), scan.hasher()?));
            }
            _ => {}
        }
        Ok(scan)
    }

    fn hasher(&self) -> Result<BufWriter<Hasher>, KeyFault> {
        let hasher = Hasher::new(self.seal.draft.digest.message_digest()).map_err(|_| KeyFault::Failed)?;
        Ok(BufWriter::with_capacity(16 << 10, hasher))
    }

    /// Begins the canonical form of the object that the document will be in.
    fn begin_object(&mut self) -> Result<(), XmlError> {
        let text = self.seal.draft.around_object();
        let mut around = Document::new(text.as_bytes(), &self.seal.profile.limits);
        around.next()?;
        if let Some(step) = around.next()? {
            let method = self.seal.draft.content_canonicalization();
            let mut content = Canonical::within(&step.context(), method, self.hasher()?);
            content.write(&step.piece)?;
            self.content = Some(content);
        }
        self.uri = Some(format!("#{}", self.seal.draft.object_id()));
        Ok(())
    }

    /// Takes a piece.
    pub(super) fn take(&mut self, step: &Step<'_>) -> Result<Role, XmlError> {
        let mut role = Role::Plain;
        if let Piece::Start(element) = step.piece {
            role = self.start(element, step)?;
        }
        let enveloping = self.is_enveloping();
        // Comments are left out of what `""` and `#id` name, with every canonicalization.
        let left_out = matches!(step.piece, Piece::Comment(_)) || (enveloping && self.place.open.is_none());
        if let Some(content) = self.content.as_mut().filter(|_| !left_out) {
            content.write(&step.piece)?;
        }
        if let Piece::End(_) = step.piece {
            role = self.end(step.depth)?;
        }
        Ok(role)
    }

    fn is_enveloping(&self) -> bool {
        self.seal.profile.shape == Shape::Enveloping
    }

    fn start(&mut self, element: &Element, step: &Step<'_>) -> Result<Role, XmlError> {
        let depth = step.depth;
        if is_signature(element) && !self.may_carry(depth) {
            return Err(XmlError::Signature { fault: SignatureFault::AlreadySigned, at: step.at });
        }
        if element.ids().any(|id| self.own_ids.iter().any(|own| own == id)) {
            return Err(XmlError::Document { fault: DocumentFault::DuplicateId, at: step.at });
        }
        self.begun += 1;
        if depth == 1 && !self.is_prefix_writable(step.encoding) {
            return Err(ProfileFault::PrefixEncoding.into());
        }
        let is_target = match &mut self.target.finder {
            Some(finder) => finder.start(element, depth),
            None => depth == 1,
        };
        let is_place = match &mut self.place.finder {
            Some(finder) => finder.start(element, depth),
            None => is_target,
        };
        if is_target {
            self.target.begin(depth)?;
            self.begin_target(element, step)?;
        }
        if !is_place {
            return Ok(Role::Plain);
        }
        self.place.begin(depth)?;
        self.place_number = self.begun;
        self.context = step.context();
        Ok(Role::Begins)
    }

    /// Whether a signature at this depth is the one that the document may carry already.
    fn may_carry(&mut self, depth: usize) -> bool {
        self.seal.profile.over_another && depth == 2 && !std::mem::replace(&mut self.carries, true)
    }

    /// In a name, a character cannot be written as a reference.
    fn is_prefix_writable(&self, encoding: Encoding) -> bool {
        let highest = match encoding {
            Encoding::Ascii => '\u{7F}',
            Encoding::Latin1 => '\u{FF}',
            Encoding::Utf8 | Encoding::Utf16Le | Encoding::Utf16Be => char::MAX,
        };
        self.seal.profile.prefix.as_str().chars().all(|c| c <= highest)
    }

    fn begin_target(&mut self, element: &Element, step: &Step<'_>) -> Result<(), XmlError> {
        if self.is_enveloping() {
            let declares = element.declarations().any(|(prefix, _)| prefix.is_empty());
            if self.seal.profile.prefix.as_str().is_empty() && !declares {
                return Err(ProfileFault::PrefixNeeded.into());
            }
        } else if self.target.finder.is_some() {
            let id = element.ids().find(|id| is_referable(id)).ok_or(ProfileFault::NoId)?;
            self.uri = Some(format!("#{id}"));
            let method = self.seal.draft.content_canonicalization();
            self.content = Some(Canonical::within(&step.context(), method, self.hasher()?));
        }
        Ok(())
    }

    /// The context of what stands inside of the place, where the signature goes into it.
    pub(super) fn note_inside(&mut self, context: Context) {
        let inside = match &self.seal.profile.position {
            Some(position) => matches!(position, Position::Inside(_)),
            None => self.seal.profile.shape == Shape::Enveloped,
        };
        if inside {
            self.context = context;
        } else if self.is_enveloping() {
            self.context = Context::default();
        }
    }

    fn end(&mut self, depth: usize) -> Result<Role, XmlError> {
        let is_place = self.place.ends(depth);
        let after = matches!(self.seal.profile.position, Some(Position::After(_)));
        let open_before = self.target.open.is_some();
        if self.target.ends(depth) {
            self.target.open = None;
            // The whole document ends with what follows its root.
            if self.target.finder.is_some() {
                self.digest()?;
            }
        }
        if is_place {
            self.place.open = None;
            let open = if after { self.target.open.is_some() } else { open_before };
            let fits = match self.seal.profile.shape {
                Shape::Enveloped => open,
                Shape::Detached if self.seal.profile.position.is_some() => !(open || (after && depth == 0)),
                Shape::Detached => depth > 0,
                Shape::Enveloping => true,
            };
            if !fits {
                return Err(ProfileFault::Position.into());
            }
        }
        for sought in [&mut self.target, &mut self.place] {
            if let Some(finder) = &mut sought.finder {
                finder.end(depth);
            }
        }
        Ok(if is_place { Role::Ends } else { Role::Plain })
    }

    fn digest(&mut self) -> Result<(), XmlError> {
        if let Some(mut content) = self.content.take() {
            if self.is_enveloping() {
                let name = self.seal.draft.object_name();
                content.write(&Piece::End(&name))?;
            }
            let mut hasher = content.into_inner().into_inner().map_err(|error| error.into_error())?;
            self.digest_value = Some(hasher.finish().map_err(|_| KeyFault::Failed)?.to_vec());
        }
        Ok(())
    }

    /// The document ended.
    pub(super) fn finish(&mut self) -> Result<(), XmlError> {
        self.digest()
    }

    /// Which of the elements, in the order of their starts, is the place.
    pub(super) const fn place_number(&self) -> u64 {
        self.place_number
    }

    /// What was found, once all that is signed was read.
    pub(super) fn found(&self) -> Result<Found, XmlError> {
        match (&self.uri, &self.digest_value) {
            (Some(uri), Some(digest_value)) if self.place.found => Ok(Found {
                uri: uri.clone(),
                digest_value: digest_value.clone(),
                context: self.context.clone(),
            }),
            _ => Err(ProfileFault::SelectsNothing.into()),
        }
    }
}

/// Whether an id can follow `#` as it is.
fn is_referable(id: &str) -> bool {
    let plain = |c: char| !c.is_ascii() || c.is_ascii_alphanumeric() || "-._~!$*+,;=:@/?".contains(c);
    !id.is_empty() && id.chars().all(|c| plain(c) && !c.is_whitespace() && !c.is_control())
}
