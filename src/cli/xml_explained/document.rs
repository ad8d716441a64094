//! Why bytes are no document of the profile.

use super::Row;

pub(super) const ROWS: &[Row] = &[
    (
        "xml_doctype",
        "a document type declaration is refused",
        "\
Entities and default attributes change what a document says without a change in what is signed,
and some make it grow without end. Remove the declaration before the document is signed.
",
    ),
    (
        "xml_encoding",
        "the encoding is none of UTF-8, UTF-16, ISO-8859-1 and US-ASCII",
        "\
These four are read. Convert the document before it is signed, as with `iconv`, and let its
declaration say so. A document that is signed already cannot be converted by others.
",
    ),
    (
        "xml_encoding_mismatch",
        "the document is in another encoding than it declares",
        "\
The first bytes tell another encoding than the XML declaration does. Two readers could read two
documents, so it is refused. Correct the declaration or the bytes before signing.
",
    ),
    (
        "xml_no_byte_order_mark",
        "the document is in UTF-16 without a byte order mark",
        "\
XML wants the mark at the beginning of a document in UTF-16 (XML 1.0, 4.3.3). Write it with the
mark, or in UTF-8.
",
    ),
    (
        "xml_not_utf8",
        "these bytes are not UTF-8",
        "\
The document declares UTF-8, or nothing, which means the same. The bytes at the place that is
named are none. Often the text is in ISO-8859-1 and does not declare it.
",
    ),
    (
        "xml_not_utf16",
        "these bytes are not UTF-16",
        "\
The number of bytes is odd, or half of a surrogate pair stands alone. Such a document was cut or
damaged on its way.
",
    ),
    (
        "xml_not_ascii",
        "these bytes are not US-ASCII",
        "\
The document declares US-ASCII and has a byte above 0x7F. Declare the encoding that it is in, or
write the character as a reference such as &#252;
",
    ),
    (
        "xml_version",
        "the document is not XML 1.0",
        "\
XML 1.1 allows other characters and line ends, and its canonical forms are not defined. Write the
document as XML 1.0.
",
    ),
    (
        "xml_declaration",
        "the XML declaration is malformed or not at the beginning",
        "\
It is written as `<?xml version=\"1.0\" encoding=\"UTF-8\"?>` (XML 1.0, 2.8), and nothing stands
before it, not even an empty line.
",
    ),
    (
        "xml_character",
        "a character is not allowed in XML",
        "\
Most control characters are not allowed, neither as they are nor by a reference (XML 1.0, 2.2).
Take them out where the document is made.
",
    ),
    (
        "xml_name",
        "a name is malformed",
        "\
A name begins with a letter or `_` and has at most one colon, between a prefix and the rest
(Namespaces in XML 1.0, 4).
",
    ),
    (
        "xml_tag",
        "a tag is malformed",
        "\
Attributes are written `name=\"value\"`, each in quotes, with white space between them, and no `<`
in a value.
",
    ),
    (
        "xml_duplicate_attribute",
        "an element has two attributes of one name",
        "\
Readers would differ about which of them counts. Two prefixes for one namespace make the same
name too (Namespaces in XML 1.0, 6.3).
",
    ),
    (
        "xml_end_tag",
        "an end tag does not match",
        "\
It closes another element than the one that is open, or none. The place is that of the end tag;
the mistake may be before it.
",
    ),
    (
        "xml_unclosed",
        "the document ends too early",
        "\
It ends inside of an element, a tag, a comment or a section. Most often a transfer was cut off:
compare the length with the original.
",
    ),
    (
        "xml_markup",
        "unknown markup",
        "\
Something begins with `<!` and is no comment and no CDATA section, or stands where it cannot. A
literal `<` is written `&lt;`.
",
    ),
    (
        "xml_comment",
        "a comment contains `--`",
        "\
XML does not allow two hyphens inside of a comment (XML 1.0, 2.5), and readers differ about where
such a comment ends.
",
    ),
    (
        "xml_instruction",
        "a processing instruction has no name of its own",
        "\
Its target is no name, or it is `xml` in some spelling, which is kept for the declaration at the
beginning (XML 1.0, 2.6).
",
    ),
    (
        "xml_entity",
        "an entity is not declared",
        "\
Without a document type declaration there are five: `&lt;` `&gt;` `&amp;` `&apos;` and `&quot;`.
Write other characters as they are, or by their number.
",
    ),
    (
        "xml_reference",
        "a reference is malformed",
        "\
`&` begins a reference that ends with `;`. A literal ampersand is written `&amp;`, also inside of
an address.
",
    ),
    (
        "xml_cdata_end",
        "running text contains `]]>`",
        "\
That is the end of a CDATA section and does not stand alone in text (XML 1.0, 2.4). Write it
`]]&gt;`.
",
    ),
    (
        "xml_outside_root",
        "there is something outside of the root element",
        "\
Before and after the one root element there may be white space, comments and instructions only.
Two documents in one file end here, too.
",
    ),
    (
        "xml_no_root",
        "there is no root element",
        "\
The file is empty, or holds nothing but white space, comments and instructions. Look whether it
was written to its end.
",
    ),
    (
        "xml_undeclared_prefix",
        "a namespace prefix is not declared",
        "\
Each prefix needs an `xmlns:prefix=\"...\"` on its element or on one around it. A part that was cut
out of another document often lacks it.
",
    ),
    (
        "xml_reserved_prefix",
        "a reserved namespace prefix or name is declared",
        "\
`xml` and `xmlns` and their two namespaces are fixed (Namespaces in XML 1.0, 3); nothing else may
be declared by them.
",
    ),
    (
        "xml_undeclared_again",
        "a namespace prefix is undeclared again",
        "\
`xmlns:p=\"\"` is not allowed in Namespaces in XML 1.0. Only the default namespace can be taken
back, by `xmlns=\"\"`.
",
    ),
    (
        "xml_relative_namespace",
        "a namespace name is a relative URI",
        "\
It has no canonical form (Canonical XML 1.0, 1.3), so what is signed would not be certain. Write a
whole URI, such as `urn:example:order`.
",
    ),
    (
        "xml_duplicate_id",
        "two elements have the same id",
        "\
A signature that refers to the id could mean either: the classic way to slip in a forged part. The
attributes `Id`, `ID`, `id` and `xml:id` count, and those of --id-attribute.
",
    ),
    (
        "xml_too_many_ids",
        "there are more ids than allowed",
        "\
Ids are remembered while the document is read, and that memory is bounded. docs/xml-signatures.md
lists the limits; Rust programs can set others.
",
    ),
    (
        "xml_too_deep",
        "the elements are nested deeper than allowed",
        "\
Open elements are remembered while the document is read, and that memory is bounded.
docs/xml-signatures.md lists the limits; Rust programs can set others.
",
    ),
    (
        "xml_too_many_attributes",
        "an element has more attributes than allowed",
        "\
The attributes of a tag are compared with each other, and that work is bounded.
docs/xml-signatures.md lists the limits; Rust programs can set others.
",
    ),
    (
        "xml_too_many_namespaces",
        "there are more namespace declarations in scope than allowed",
        "\
Declarations are remembered while their element is open, and that memory is bounded.
docs/xml-signatures.md lists the limits; Rust programs can set others.
",
    ),
    (
        "xml_scope_too_long",
        "what is declared around an element is longer than allowed",
        "\
Namespace declarations and `xml:` attributes are remembered while their element is open, and that
memory is bounded. docs/xml-signatures.md lists the limits; Rust programs can set others.
",
    ),
    (
        "xml_name_too_long",
        "a name is longer than allowed",
        "\
Names are remembered while their element is open, and that memory is bounded.
docs/xml-signatures.md lists the limits; Rust programs can set others.
",
    ),
    (
        "xml_token_too_long",
        "a tag, comment, instruction or section is longer than allowed",
        "\
A single one of them is held in memory, so its length is bounded; running text is not.
docs/xml-signatures.md lists the limits; Rust programs can set others.
",
    ),
    (
        "xml_too_long",
        "the document is longer than allowed",
        "\
The commands have no such limit: a Rust program has set one, with `Limits`, and the document goes
beyond it.
",
    ),
];
