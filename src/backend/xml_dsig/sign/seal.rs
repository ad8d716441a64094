//! Makes the signature element, when what it signs is known.

use openssl::hash::Hasher;

use super::{Signed, scan::Found};
use crate::backend::xml_dsig::{
    Canonicalization, KeyFault, Limits, SignatureProfile, SigningKey, XmlError,
    canonical::Canonical,
    document::{Context, Document},
    option::Shape,
    signature::{Draft, Drafted},
};

/// A key, what its signature is to be like, and what is known of it before the document.
#[derive(Debug)]
pub(super) struct Seal<'a> {
    key: &'a SigningKey,
    pub(super) profile: &'a SignatureProfile,
    pub(super) draft: Draft<'a>,
}

/// A signature as text. One around a document has two parts.
#[derive(Debug)]
pub(super) struct Sealed {
    pub(super) start: String,
    pub(super) end: String,
}

impl<'a> Seal<'a> {
    pub(super) fn new(key: &'a SigningKey, profile: &'a SignatureProfile) -> Result<Self, XmlError> {
        let algorithm = profile.algorithm.unwrap_or_else(|| key.algorithm());
        key.check(algorithm)?;
        Ok(Self { key, profile, draft: Draft::new(profile, algorithm, key.chain())? })
    }

    /// Signs what was found.
    pub(super) fn close(&self, found: &Found) -> Result<Sealed, XmlError> {
        let mut references = vec![Drafted {
            uri: found.uri.clone(),
            enveloped: self.profile.shape == Shape::Enveloped,
            digest_value: found.digest_value.clone(),
        }];
        if self.profile.sign_key_info {
            let text = self.draft.with_key_info_only();
            let canonical = part(&found.context, &text, self.draft.content_canonicalization())?;
            let mut hasher = Hasher::new(self.draft.digest.message_digest()).map_err(|_| KeyFault::Failed)?;
            hasher.update(&canonical).map_err(|_| KeyFault::Failed)?;
            references.push(Drafted {
                uri: format!("#{}", self.draft.key_info_id()),
                enveloped: false,
                digest_value: hasher.finish().map_err(|_| KeyFault::Failed)?.to_vec(),
            });
        }
        let info = self.draft.info(&references);
        // One more declaration may be too many: that is seen only where it is read.
        let has_room = found.context.namespaces().count() < Limits::default().namespaces;
        let bytes = match self.draft.canonical_info(&info, &references).filter(|_| has_room) {
            Some(text) => text.into_bytes(),
            None => self.canonicalize(&found.context, &info)?,
        };
        let value = self.key.sign(self.draft.algorithm, &bytes)?;
        let end =
            if self.profile.shape == Shape::Enveloping { self.draft.after_object() } else { String::new() };
        Ok(Sealed { start: self.draft.signature(&info, &value), end })
    }

    /// The canonical form of a `ds:SignedInfo` that will stand in a context.
    fn canonicalize(&self, context: &Context, info: &str) -> Result<Vec<u8>, XmlError> {
        part(context, &self.draft.with_info_only(info), &self.profile.canonicalization)
    }

    pub(super) fn signed(&self, found: Found) -> Signed {
        Signed {
            algorithm: self.draft.algorithm,
            canonicalization: self.draft.content_canonicalization().clone(),
            uri: found.uri,
            digest_value: found.digest_value,
        }
    }
}

/// The canonical form of the one child of an element that stands in a context.
fn part(context: &Context, text: &str, method: &Canonicalization) -> Result<Vec<u8>, XmlError> {
    let limits = Limits::default();
    let mut document = Document::within(context, text.as_bytes(), &limits);
    let mut canonical: Option<Canonical<Vec<u8>>> = None;
    while let Some(step) = document.next()? {
        if step.depth == 2 && canonical.is_none() {
            canonical = Some(Canonical::within(&step.context(), method, Vec::new()));
        }
        if let Some(open) = canonical.as_mut().filter(|_| step.depth > 0) {
            open.write(&step.piece)?;
        }
    }
    Ok(canonical.map(Canonical::into_inner).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::{
        key_pair::sample::pair,
        xml_dsig::{CanonicalForm, Prefix},
    };

    /// What is taken for canonical without canonicalising it is what canonicalising it gives.
    #[test]
    fn the_short_way_to_what_is_signed_leads_to_the_same_bytes() {
        let (key, certificate) = pair("signer");
        let key = SigningKey::new(&key, &certificate).unwrap();
        let inclusive = Canonicalization::new(CanonicalForm::Inclusive);
        let listed = Canonicalization::exclusive().with_prefix_list("a b").unwrap();
        let commented = Canonicalization::exclusive().with_comments();
        let around = "<r xmlns='urn:d' xmlns:ds='urn:ds' xmlns:a='urn:a' xml:lang='en' xml:base='urn:x'>";
        let limits = Limits::default();
        let mut document = Document::new(around.as_bytes(), &limits);
        document.next().unwrap();
        let around = document.context();
        assert_eq!((around.namespaces().count(), around.attributes().count()), (3, 2));
        let (mut short, mut long) = (0, 0);
        for prefix in ["ds", "", "signature", "d\u{E9}"] {
            for content in [None, Some(inclusive.clone()), Some(listed.clone()), Some(commented.clone())] {
                for own in
                    [Canonicalization::exclusive(), inclusive.clone(), listed.clone(), commented.clone()]
                {
                    for uri in ["", "#id", "#a-b.c_d", "#\u{E9}", "#a&amp;b"] {
                        let profile = SignatureProfile {
                            prefix: prefix.parse::<Prefix>().unwrap(),
                            canonicalization: own.clone(),
                            content_canonicalization: content.clone(),
                            ..SignatureProfile::default()
                        };
                        let seal = Seal::new(&key, &profile).unwrap();
                        let reference =
                            Drafted { uri: uri.to_owned(), enveloped: true, digest_value: vec![7; 32] };
                        let references = vec![reference.clone(), Drafted { enveloped: false, ..reference }];
                        let info = seal.draft.info(&references);
                        let Some(text) = seal.draft.canonical_info(&info, &references) else {
                            long += 1;
                            continue;
                        };
                        short += 1;
                        for context in [&Context::default(), &around] {
                            let canonical = seal.canonicalize(context, &info).unwrap();
                            assert_eq!(text, String::from_utf8(canonical).unwrap());
                        }
                    }
                }
            }
        }
        assert_eq!((short, long), (4 * 3 * 3, 4 * 4 * 4 * 5 - 4 * 3 * 3));
    }

    #[test]
    fn what_verifying_would_refuse_for_its_declarations_is_not_signed() {
        let (key, certificate) = pair("signer");
        let key = SigningKey::new(&key, &certificate).unwrap();
        let (profile, most) = (SignatureProfile::default(), Limits::default().namespaces);
        for (count, is_signed) in [(most - 1, true), (most, false)] {
            let declarations: String = (0..count).map(|n| format!(" xmlns:p{n}='urn:{n}'")).collect();
            let document = format!("<r{declarations}/>");
            let signed = super::super::sign(&mut document.as_bytes(), &mut Vec::new(), &key, &profile);
            assert_eq!(signed.is_ok(), is_signed, "{count}: {signed:?}");
        }
    }
}
