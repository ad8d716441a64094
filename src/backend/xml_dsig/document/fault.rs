//! Why bytes are no document of the profile.

use crate::backend::xml_dsig::XmlError;

/// What is wrong with a document. The text never repeats a part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error, miette::Diagnostic)]
pub enum DocumentFault {
    /// A document type declaration: entities and default attributes would change what is signed.
    #[error("a document type declaration is refused")]
    #[diagnostic(code(keyroll::xml_doctype))]
    Doctype,
    /// An encoding that the profile does not have, declared or told by the first bytes.
    #[error("the encoding is none of UTF-8, UTF-16, ISO-8859-1 and US-ASCII")]
    #[diagnostic(code(keyroll::xml_encoding))]
    Encoding,
    /// Bytes in another encoding than the declaration says.
    #[error("the document is in another encoding than it declares")]
    #[diagnostic(code(keyroll::xml_encoding_mismatch))]
    EncodingMismatch,
    /// UTF-16 without the byte order mark that it must have (XML 1.0, 4.3.3).
    #[error("the document is in UTF-16 without a byte order mark")]
    #[diagnostic(code(keyroll::xml_no_byte_order_mark))]
    NoByteOrderMark,
    /// Bytes that are no UTF-8.
    #[error("these bytes are not UTF-8")]
    #[diagnostic(code(keyroll::xml_not_utf8))]
    NotUtf8,
    /// An odd number of bytes, or half of a surrogate pair.
    #[error("these bytes are not UTF-16")]
    #[diagnostic(code(keyroll::xml_not_utf16))]
    NotUtf16,
    /// Bytes above 0x7F in a document that is declared to be US-ASCII.
    #[error("these bytes are not US-ASCII, which the document declares")]
    #[diagnostic(code(keyroll::xml_not_ascii))]
    NotAscii,
    /// Another version than 1.0.
    #[error("the document is not XML 1.0")]
    #[diagnostic(code(keyroll::xml_version))]
    Version,
    /// An XML declaration that is misspelt or not at the beginning (XML 1.0, 2.8).
    #[error("the XML declaration is malformed or not at the beginning")]
    #[diagnostic(code(keyroll::xml_declaration))]
    Declaration,
    /// A character outside of `Char` (XML 1.0, 2.2), literal or by reference.
    #[error("a character is not allowed in XML")]
    #[diagnostic(code(keyroll::xml_character))]
    Character,
    /// A name that is none, or has more than one colon (Namespaces in XML 1.0, 4).
    #[error("a name is malformed")]
    #[diagnostic(code(keyroll::xml_name))]
    Name,
    /// A tag whose attributes are not `name="value"`, parted by white space.
    #[error("a tag is malformed")]
    #[diagnostic(code(keyroll::xml_tag))]
    Tag,
    /// Two attributes of one element with the same namespace and local name.
    #[error("an element has two attributes of one name")]
    #[diagnostic(code(keyroll::xml_duplicate_attribute))]
    DuplicateAttribute,
    /// An end tag that closes nothing or something else.
    #[error("an end tag does not match")]
    #[diagnostic(code(keyroll::xml_end_tag))]
    EndTag,
    /// The bytes end inside of markup or of an element.
    #[error("the document ends too early")]
    #[diagnostic(code(keyroll::xml_unclosed))]
    Unclosed,
    /// Markup that begins with `<!` and is none, or not in this place.
    #[error("unknown markup")]
    #[diagnostic(code(keyroll::xml_markup))]
    Markup,
    /// `--` inside of a comment.
    #[error("a comment contains `--`")]
    #[diagnostic(code(keyroll::xml_comment))]
    Comment,
    /// A processing instruction whose target is no name, or `xml`.
    #[error("the target of a processing instruction is malformed or reserved")]
    #[diagnostic(code(keyroll::xml_instruction))]
    Instruction,
    /// A reference to an entity other than the five predefined ones.
    #[error("an entity is not declared")]
    #[diagnostic(code(keyroll::xml_entity))]
    Entity,
    /// `&` that begins no reference.
    #[error("a reference is malformed")]
    #[diagnostic(code(keyroll::xml_reference))]
    Reference,
    /// `]]>` in running text.
    #[error("running text contains `]]>`")]
    #[diagnostic(code(keyroll::xml_cdata_end))]
    CdataEnd,
    /// Text, a CDATA section, a reference or an element outside of the one root element.
    #[error("there is more than white space, comments and instructions outside of the root element")]
    #[diagnostic(code(keyroll::xml_outside_root))]
    OutsideRoot,
    /// No element at all.
    #[error("there is no root element")]
    #[diagnostic(code(keyroll::xml_no_root))]
    NoRoot,
    /// A prefix without a declaration in scope.
    #[error("a namespace prefix is not declared")]
    #[diagnostic(code(keyroll::xml_undeclared_prefix))]
    UndeclaredPrefix,
    /// `xml` or `xmlns`, or the namespace of one of them, declared as something else.
    #[error("a reserved namespace prefix or name is declared")]
    #[diagnostic(code(keyroll::xml_reserved_prefix))]
    ReservedPrefix,
    /// `xmlns:p=""`, which Namespaces in XML 1.0 does not have.
    #[error("a namespace prefix is undeclared again")]
    #[diagnostic(code(keyroll::xml_undeclared_again))]
    UndeclaredAgain,
    /// A namespace name without a scheme: its canonical form is not defined (Canonical XML 1.0, 1.3).
    #[error("a namespace name is a relative URI")]
    #[diagnostic(code(keyroll::xml_relative_namespace))]
    RelativeNamespace,
    /// Two attributes with the same id, spelt `Id`, `ID`, `id` or `xml:id`.
    #[error("two elements have the same id")]
    #[diagnostic(code(keyroll::xml_duplicate_id))]
    DuplicateId,
    /// More ids than [`Limits::ids`](super::Limits::ids).
    #[error("there are more ids than allowed")]
    #[diagnostic(code(keyroll::xml_too_many_ids))]
    TooManyIds,
    /// More open elements than [`Limits::depth`](super::Limits::depth).
    #[error("the elements are nested deeper than allowed")]
    #[diagnostic(code(keyroll::xml_too_deep))]
    TooDeep,
    /// More attributes than [`Limits::attributes`](super::Limits::attributes).
    #[error("an element has more attributes than allowed")]
    #[diagnostic(code(keyroll::xml_too_many_attributes))]
    TooManyAttributes,
    /// More declarations than [`Limits::namespaces`](super::Limits::namespaces).
    #[error("there are more namespace declarations in scope than allowed")]
    #[diagnostic(code(keyroll::xml_too_many_namespaces))]
    TooManyNamespaces,
    /// More bytes of declarations and `xml:` attributes than [`Limits::scope`](super::Limits::scope).
    #[error("the namespace declarations and `xml:` attributes in scope are longer than allowed")]
    #[diagnostic(code(keyroll::xml_scope_too_long))]
    TooMuchInScope,
    /// A name longer than [`Limits::name`](super::Limits::name).
    #[error("a name is longer than allowed")]
    #[diagnostic(code(keyroll::xml_name_too_long))]
    NameTooLong,
    /// A single tag, comment, instruction or section, or all that follows the root element, beyond
    /// [`Limits::token`](super::Limits::token), or an XML declaration beyond 32 KiB.
    #[error(
        "a tag, comment, instruction, section or declaration, or what follows the root, is longer than allowed"
    )]
    #[diagnostic(code(keyroll::xml_token_too_long))]
    TokenTooLong,
    /// More bytes than [`Limits::bytes`](super::Limits::bytes).
    #[error("the document is longer than allowed")]
    #[diagnostic(code(keyroll::xml_too_long))]
    TooLong,
}

impl DocumentFault {
    pub(super) const fn at(self, at: u64) -> XmlError {
        XmlError::Document { fault: self, at }
    }
}
