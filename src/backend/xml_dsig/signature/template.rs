//! The signature element as it is written.

use openssl::base64::encode_block;

use super::{NAMESPACE, key_info};
use crate::{
    backend::xml_dsig::{
        Algorithm, Canonicalization, Digest, KeyFault, SignatureProfile, algorithm::ENVELOPED, option::Shape,
    },
    world::material::Certificate,
};

/// A reference to write.
#[derive(Clone, Debug)]
pub(in crate::backend::xml_dsig) struct Drafted {
    /// `""` or `#id`, escaped.
    pub(in crate::backend::xml_dsig) uri: String,
    pub(in crate::backend::xml_dsig) enveloped: bool,
    pub(in crate::backend::xml_dsig) digest_value: Vec<u8>,
}

/// A signature that is not made yet: its names and what it says of its key.
#[derive(Debug)]
pub(in crate::backend::xml_dsig) struct Draft<'a> {
    profile: &'a SignatureProfile,
    pub(in crate::backend::xml_dsig) algorithm: Algorithm,
    pub(in crate::backend::xml_dsig) digest: Digest,
    /// What stands before each name: the prefix and its colon.
    p: String,
    key_info: Option<String>,
}

impl<'a> Draft<'a> {
    /// For a key with this algorithm, and with this chain, which begins with its certificate.
    pub(in crate::backend::xml_dsig) fn new(
        profile: &'a SignatureProfile,
        algorithm: Algorithm,
        chain: &[Certificate],
    ) -> Result<Self, KeyFault> {
        let prefix = profile.prefix.as_str();
        let p = if prefix.is_empty() { String::new() } else { format!("{prefix}:") };
        let digest = profile.digest.unwrap_or_else(|| algorithm.digest());
        let mut draft = Self { profile, algorithm, digest, p, key_info: None };
        if !profile.key_info.parts().is_empty() {
            let content = key_info::content(&draft.p, &profile.key_info, chain)?;
            let id = if profile.sign_key_info {
                format!(" Id=\"{}\"", draft.key_info_id())
            } else {
                String::new()
            };
            draft.key_info = Some(format!("<{0}KeyInfo{id}>{content}</{0}KeyInfo>", draft.p));
        }
        Ok(draft)
    }

    /// The canonicalization of what is signed.
    pub(in crate::backend::xml_dsig) fn content_canonicalization(&self) -> &'a Canonicalization {
        self.profile.content_canonicalization.as_ref().unwrap_or(&self.profile.canonicalization)
    }

    /// The id of a `ds:Object` around the document.
    pub(in crate::backend::xml_dsig) fn object_id(&self) -> String {
        format!("{}-object", self.id())
    }

    /// The name of the object, with its prefix.
    pub(in crate::backend::xml_dsig) fn object_name(&self) -> String {
        format!("{}Object", self.p)
    }

    /// The id of a `ds:KeyInfo` that is signed.
    pub(in crate::backend::xml_dsig) fn key_info_id(&self) -> String {
        format!("{}-key-info", self.id())
    }

    /// The ids that the signature brings with it.
    pub(in crate::backend::xml_dsig) fn ids(&self) -> Vec<String> {
        let own = self.profile.id.as_ref().map(|id| id.as_str().to_owned());
        let object = (self.profile.shape == Shape::Enveloping).then(|| self.object_id());
        let key_info = self.profile.sign_key_info.then(|| self.key_info_id());
        own.into_iter().chain(object).chain(key_info).collect()
    }

    fn id(&self) -> &str {
        self.profile.id.as_ref().map_or("signature", |id| id.as_str())
    }

    /// The declaration of the prefix.
    fn declaration(&self) -> String {
        let colon = if self.p.is_empty() { "" } else { ":" };
        [" xmlns", colon, self.profile.prefix.as_str(), "=\"", NAMESPACE, "\""].concat()
    }

    /// The start of the element.
    fn opened(&self) -> String {
        let id = self.profile.id.as_ref().map(|id| format!(" Id=\"{}\"", id.as_str())).unwrap_or_default();
        ["<", &self.p, "Signature", &self.declaration(), &id, ">"].concat()
    }

    fn closed(&self) -> String {
        format!("</{}Signature>", self.p)
    }

    /// A signature with nothing but its key information: for the digest of that.
    pub(in crate::backend::xml_dsig) fn with_key_info_only(&self) -> String {
        format!("{}{}{}", self.opened(), self.key_info.as_deref().unwrap_or_default(), self.closed())
    }

    /// The canonical form of a `ds:SignedInfo`, where it is plain to see: exclusively canonical, it differs
    /// from what is written only in the declaration of its own prefix. `None` where it is not.
    pub(in crate::backend::xml_dsig) fn canonical_info(
        &self,
        info: &str,
        references: &[Drafted],
    ) -> Option<String> {
        let exclusive = Canonicalization::exclusive();
        let is_plain =
            |uri: &str| uri.bytes().all(|byte| byte.is_ascii_graphic() && !b"&<>\"'".contains(&byte));
        if self.profile.canonicalization != exclusive
            || self.content_canonicalization().prefix_list().is_some()
            || !references.iter().all(|reference| is_plain(&reference.uri))
        {
            return None;
        }
        let name = info.get(..1 + self.p.len() + "SignedInfo".len())?;
        let rest = info.get(name.len()..)?;
        Some([name, &self.declaration(), rest].concat())
    }

    /// A signature with nothing but its `ds:SignedInfo`: for the bytes that are signed.
    pub(in crate::backend::xml_dsig) fn with_info_only(&self, info: &str) -> String {
        format!("{}{info}{}", self.opened(), self.closed())
    }

    fn object_opened(&self) -> String {
        format!("<{}Object Id=\"{}\">", self.p, self.object_id())
    }

    /// The start of a signature and of its object, not closed.
    pub(in crate::backend::xml_dsig) fn around_object(&self) -> String {
        self.opened() + &self.object_opened()
    }

    /// What follows the document in an enveloping signature.
    pub(in crate::backend::xml_dsig) fn after_object(&self) -> String {
        format!("</{}Object>{}", self.p, self.closed())
    }

    /// The whole element; an enveloping one ends where the document begins.
    pub(in crate::backend::xml_dsig) fn signature(&self, info: &str, value: &[u8]) -> String {
        let (p, key_info) = (&self.p, self.key_info.as_deref().unwrap_or_default());
        let end = if self.profile.shape == Shape::Enveloping { self.object_opened() } else { self.closed() };
        format!(
            "{}{info}<{p}SignatureValue>{}</{p}SignatureValue>{key_info}{end}",
            self.opened(),
            encode_block(value)
        )
    }

    /// `ds:SignedInfo`, not in canonical form.
    pub(in crate::backend::xml_dsig) fn info(&self, references: &[Drafted]) -> String {
        let p = self.p.as_str();
        let mut text = ["<", p, "SignedInfo>"].concat();
        text.reserve(1024);
        method(p, "CanonicalizationMethod", &self.profile.canonicalization, &mut text);
        append(&["<", p, "SignatureMethod Algorithm=\"", self.algorithm.uri()], &mut text);
        append(&["\"></", p, "SignatureMethod>"], &mut text);
        references.iter().for_each(|reference| self.reference(reference, &mut text));
        append(&["</", p, "SignedInfo>"], &mut text);
        text
    }

    fn reference(&self, reference: &Drafted, text: &mut String) {
        let p = self.p.as_str();
        append(&["<", p, "Reference URI=\"", &reference.uri, "\"><", p, "Transforms>"], text);
        if reference.enveloped {
            append(&["<", p, "Transform Algorithm=\"", ENVELOPED, "\"></", p, "Transform>"], text);
        }
        method(p, "Transform", self.content_canonicalization(), text);
        append(&["</", p, "Transforms><", p, "DigestMethod Algorithm=\"", self.digest.uri()], text);
        append(&["\"></", p, "DigestMethod><", p, "DigestValue>"], text);
        text.push_str(&encode_block(&reference.digest_value));
        append(&["</", p, "DigestValue></", p, "Reference>"], text);
    }
}

fn method(p: &str, name: &str, canonicalization: &Canonicalization, text: &mut String) {
    append(&["<", p, name, " Algorithm=\"", canonicalization.uri(), "\">"], text);
    if let Some(list) = canonicalization.prefix_list() {
        let form = Canonicalization::exclusive().uri();
        append(&["<ec:InclusiveNamespaces xmlns:ec=\"", form, "\" PrefixList=\"", &list], text);
        text.push_str("\"></ec:InclusiveNamespaces>");
    }
    append(&["</", p, name, ">"], text);
}

fn append(parts: &[&str], text: &mut String) {
    text.extend(parts.iter().copied());
}
