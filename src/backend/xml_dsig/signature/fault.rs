//! Why a signature is none of the profile.

/// What is wrong with a signature, or with its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error, miette::Diagnostic)]
pub enum SignatureFault {
    /// The document to sign has a signature already.
    #[error("the document contains a signature already")]
    #[diagnostic(code(keyroll::xml_already_signed))]
    AlreadySigned,
    /// The document has none.
    #[error("the document is not signed")]
    #[diagnostic(code(keyroll::xml_not_signed))]
    Missing,
    /// There are two, beside or inside of each other.
    #[error("the document contains more than one signature")]
    #[diagnostic(code(keyroll::xml_several_signatures))]
    Several,
    /// It is not a child of the root element.
    #[error("the signature is not a child of the root element")]
    #[diagnostic(code(keyroll::xml_signature_place))]
    Place,
    /// It is the root element: an enveloping signature, or one on its own.
    #[error("the signature is the root element: enveloping signatures are not handled")]
    #[diagnostic(code(keyroll::xml_enveloping))]
    Enveloping,
    /// Something other than white space stands between it and the end of the root element.
    #[error("the signature is not the last thing in the root element")]
    #[diagnostic(code(keyroll::xml_signature_not_last))]
    NotLast,
    /// It is longer than [`Limits::signature`](crate::backend::xml_dsig::Limits::signature).
    #[error("the signature element is longer than allowed")]
    #[diagnostic(code(keyroll::xml_signature_too_long))]
    TooLong,
    /// An element, attribute or text is missing, in excess or out of order (XML Signature 1.1, 4).
    #[error("the signature element is not made as it must be")]
    #[diagnostic(code(keyroll::xml_signature_structure))]
    Structure,
    /// A comment or a processing instruction inside of the signature.
    #[error("the signature contains a comment or a processing instruction")]
    #[diagnostic(code(keyroll::xml_signature_comment))]
    Comment,
    /// A `ds:Object`, which could carry the original of a document that was exchanged.
    #[error("the signature contains an object")]
    #[diagnostic(code(keyroll::xml_signature_object))]
    Object,
    /// More than one `ds:Reference`.
    #[error("the signature has more than one reference")]
    #[diagnostic(code(keyroll::xml_several_references))]
    SeveralReferences,
    /// A reference to an element of the document by its id, or by an XPointer.
    #[error("the reference names a part of the document, not the whole")]
    #[diagnostic(code(keyroll::xml_reference_to_part))]
    ReferenceToPart,
    /// A reference to another resource, or to none.
    #[error("the reference names something else than this document")]
    #[diagnostic(code(keyroll::xml_reference_elsewhere))]
    ReferenceElsewhere,
    /// Other transforms than enveloped-signature and then exclusive canonicalization.
    #[error("the transforms are not enveloped-signature and then exclusive canonicalization")]
    #[diagnostic(code(keyroll::xml_transforms))]
    Transforms,
    /// An XSLT transform.
    #[error("XSLT transforms are refused")]
    #[diagnostic(code(keyroll::xml_xslt))]
    Xslt,
    /// An XPath transform, of either kind.
    #[error("XPath transforms are refused")]
    #[diagnostic(code(keyroll::xml_xpath))]
    Xpath,
    /// A Base64 transform.
    #[error("base64 transforms are refused")]
    #[diagnostic(code(keyroll::xml_base64_transform))]
    Base64Transform,
    /// A canonicalization other than exclusive 1.0 without comments.
    #[error("only exclusive canonicalization 1.0 without comments is handled")]
    #[diagnostic(code(keyroll::xml_canonicalization))]
    Canonicalization,
    /// A list of prefixes to treat inclusively.
    #[error("`InclusiveNamespaces` is not handled")]
    #[diagnostic(code(keyroll::xml_inclusive_namespaces))]
    InclusiveNamespaces,
    /// SHA-1.
    #[error("SHA-1 is refused")]
    #[diagnostic(code(keyroll::xml_sha1))]
    Sha1,
    /// MD5 or RIPEMD-160.
    #[error("MD5 and RIPEMD-160 are refused")]
    #[diagnostic(code(keyroll::xml_md5))]
    Md5,
    /// HMAC: a shared secret is no signature.
    #[error("HMAC is refused")]
    #[diagnostic(code(keyroll::xml_hmac))]
    Hmac,
    /// DSA.
    #[error("DSA is refused")]
    #[diagnostic(code(keyroll::xml_dsa))]
    Dsa,
    /// RSA-PSS.
    #[error("RSA-PSS is not handled")]
    #[diagnostic(code(keyroll::xml_pss))]
    Pss,
    /// Another algorithm.
    #[error("an algorithm is not known")]
    #[diagnostic(code(keyroll::xml_unknown_algorithm))]
    UnknownAlgorithm,
    /// Key information that would have to be fetched.
    #[error("key information by reference is refused")]
    #[diagnostic(code(keyroll::xml_key_info_reference))]
    KeyInfoReference,
    /// Key information of another kind.
    #[error("key information of this kind is not handled")]
    #[diagnostic(code(keyroll::xml_key_info))]
    KeyInfo,
    /// Base64 that is malformed, or not the one spelling of its bytes.
    #[error("a value in the signature is not base64")]
    #[diagnostic(code(keyroll::xml_base64))]
    Base64,
}
