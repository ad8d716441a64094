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
    /// It stands neither in what it signs nor after it, nor where the caller expects it.
    #[error("the signature does not stand where it must")]
    #[diagnostic(
        code(keyroll::xml_signature_place),
        help(
            "another place is named with --position; an id under another name than `Id` with --id-attribute, as when it was signed"
        )
    )]
    Place,
    /// It is the root element, and what it signs is not inside of it.
    #[error("the signature is the root element, and signs nothing inside of it")]
    #[diagnostic(code(keyroll::xml_signature_alone))]
    Alone,
    /// Something other than white space stands between it and the end of the element around it.
    #[error("the signature is not the last thing in its element")]
    #[diagnostic(code(keyroll::xml_signature_not_last))]
    NotLast,
    /// It is of a type that the caller does not take.
    #[error("signatures of this type are not taken here")]
    #[diagnostic(code(keyroll::xml_signature_type))]
    Shape,
    /// The references name only parts of the signature itself.
    #[error("the signature covers no content")]
    #[diagnostic(code(keyroll::xml_no_content))]
    NoContent,
    /// The references leave a part of the document unsigned, and the caller takes only whole ones.
    #[error("the signature does not cover the whole document")]
    #[diagnostic(code(keyroll::xml_not_whole))]
    NotWhole,
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
    /// A `ds:Object` that no reference names: it could carry the original of a document that was
    /// exchanged.
    #[error("the signature contains an object that is not signed")]
    #[diagnostic(code(keyroll::xml_signature_object))]
    Object,
    /// More than eight `ds:Reference`.
    #[error("the signature has more than eight references")]
    #[diagnostic(code(keyroll::xml_too_many_references))]
    TooManyReferences,
    /// Two references with the same URI.
    #[error("two references name the same")]
    #[diagnostic(code(keyroll::xml_reference_twice))]
    ReferenceTwice,
    /// A reference by an XPointer, or by something else than an id as it is.
    #[error("references by XPointer are refused")]
    #[diagnostic(code(keyroll::xml_xpointer))]
    Xpointer,
    /// A reference to an id that no element has.
    #[error("a reference names an id that no element has")]
    #[diagnostic(code(keyroll::xml_reference_target))]
    NoTarget,
    /// A reference to a part of the signature other than its key information and its objects.
    #[error("a reference names a part of the signature itself")]
    #[diagnostic(code(keyroll::xml_reference_to_signature))]
    OwnPart,
    /// A reference to another resource, or to none.
    #[error("the reference names something else than this document")]
    #[diagnostic(code(keyroll::xml_reference_elsewhere))]
    ReferenceElsewhere,
    /// Other transforms than enveloped-signature, where the signature is inside of what it signs
    /// and nowhere else, and then one canonicalization.
    #[error("the transforms are not those that fit the place of the signature")]
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
    /// A canonicalization that the profile does not have.
    #[error("this canonicalization is not handled")]
    #[diagnostic(code(keyroll::xml_canonicalization))]
    Canonicalization,
    /// A list of prefixes that is none, or that stands where the canonicalization has no place for
    /// it.
    #[error("`InclusiveNamespaces` is malformed or in the wrong place")]
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
    /// RSA-PSS with another mask than MGF1 with the same digest, or another length of the salt than
    /// that of the digest.
    #[error("RSA-PSS is handled with one digest for all, and a salt of its length")]
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
