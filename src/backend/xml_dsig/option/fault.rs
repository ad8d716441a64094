//! Why a document cannot be signed as it is asked for.

/// What does not fit in a [`SignatureProfile`](super::SignatureProfile), or between it and the
/// document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error, miette::Diagnostic)]
pub enum ProfileFault {
    /// A detached signature over nothing in particular.
    #[error("a detached signature needs an element that it signs")]
    #[diagnostic(code(keyroll::xml_reference_needed), help("name the element by `#id`, name or path"))]
    ReferenceNeeded,
    /// An enveloping signature with a reference or a place.
    #[error("an enveloping signature goes around the whole document")]
    #[diagnostic(code(keyroll::xml_enveloping_whole), help("leave out the reference and the position"))]
    EnvelopingWhole,
    /// Key information that is to be signed and not to be written.
    #[error("there is no key information to sign")]
    #[diagnostic(code(keyroll::xml_no_key_info), help("choose the key information to write"))]
    NoKeyInfo,
    /// A selector that no element fits.
    #[error("no element is selected")]
    #[diagnostic(
        code(keyroll::xml_selects_nothing),
        help("look at the names, the namespace and the way from the root")
    )]
    SelectsNothing,
    /// A selector that more than one element fits.
    #[error("more than one element is selected")]
    #[diagnostic(code(keyroll::xml_selects_several), help("select it by `#id`, or by a path with numbers"))]
    SelectsSeveral,
    /// An element without an id that a reference could name.
    #[error("the element to sign has no id to refer to")]
    #[diagnostic(
        code(keyroll::xml_selected_without_id),
        help("give it an `Id` attribute, or name the attribute that is its id")
    )]
    NoId,
    /// A place that does not fit the shape.
    #[error("the signature would not stand where its type wants it")]
    #[diagnostic(
        code(keyroll::xml_position),
        help(
            "an enveloped signature stands inside of what it signs, a detached one outside, both inside of the root"
        )
    )]
    Position,
    /// A default namespace that the document would get from the signature around it.
    #[error("without a prefix, the signature would give its namespace to the document inside of it")]
    #[diagnostic(code(keyroll::xml_prefix_needed), help("choose a prefix"))]
    PrefixNeeded,
    /// A prefix with characters that the encoding of the document does not have.
    #[error("the prefix cannot be written in the encoding of the document")]
    #[diagnostic(code(keyroll::xml_prefix_encoding), help("choose a prefix of ASCII letters"))]
    PrefixEncoding,
}
