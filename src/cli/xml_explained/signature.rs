//! Why a signature is none of the profile.

use super::Row;

pub(super) const ROWS: &[Row] = &[
    (
        "xml_already_signed",
        "the document contains a signature already",
        "\
A document has one signature here. A second one would be covered by the first, or cover it, and
readers differ about which counts. Sign the original.
",
    ),
    (
        "xml_not_signed",
        "the document is not signed",
        "\
There is no `Signature` element of the namespace of XML Signature in it. A document without one is
never taken for a good one.
",
    ),
    (
        "xml_several_signatures",
        "the document contains more than one signature",
        "\
Beside each other or inside of each other: readers differ about which of them counts, and forgers
count on that.
",
    ),
    (
        "xml_signature_place",
        "the signature does not stand where it must",
        "\
It is the last child of what it signs, or follows it. A signature that was moved into another place
may sign something else than what a reader works with. Another place is named with --position. What
is signed by its id is found only if the id is known as one: name the attribute with --id-attribute,
as the signer did.
",
    ),
    (
        "xml_signature_alone",
        "the signature is the root element and signs nothing inside of it",
        "\
An enveloping signature has what it signs in its `Object`. Here its reference leads elsewhere, so
there is nothing that it could vouch for.
",
    ),
    (
        "xml_signature_not_last",
        "the signature is not the last thing in its element",
        "\
Something follows it before the end tag. Where the signature is expected somewhere else, name the
place with --position.
",
    ),
    (
        "xml_signature_type",
        "signatures of this type are not taken here",
        "\
--type names the types that are taken: enveloped, enveloping, detached. A receiver of a flow takes
the type that its site binds.
",
    ),
    (
        "xml_no_content",
        "the signature covers no content",
        "\
Its references name only parts of the signature itself, such as its key information. Such a
signature holds beside any document.
",
    ),
    (
        "xml_not_whole",
        "the signature does not cover the whole document",
        "\
What it leaves out may be anybody's. `verify --part` takes such a signature, and writes out what it
covers: work with that, and not with the document.
",
    ),
    (
        "xml_signature_too_long",
        "the signature element is longer than allowed",
        "\
It is held in memory while the document is read, so its length is bounded. docs/xml-signatures.md
lists the limits; Rust programs can set others.
",
    ),
    (
        "xml_signature_structure",
        "the signature element is not made as it must be",
        "\
An element, an attribute or a text in it is missing, in excess or out of order (XML Signature 1.1,
4). The place is where the signature begins.
",
    ),
    (
        "xml_signature_comment",
        "the signature contains a comment or an instruction",
        "\
Comments can split a value so that two readers read two values. No tool that signs writes any.
",
    ),
    (
        "xml_signature_object",
        "the signature contains an object that is not signed",
        "\
An `Object` that no reference covers can carry the original of a document that was exchanged, or
anything else. It is refused.
",
    ),
    (
        "xml_too_many_references",
        "the signature has more than eight references",
        "\
Each reference costs a digest over a part of the document, so their number is bounded. Sign the
whole document with one.
",
    ),
    (
        "xml_reference_twice",
        "two references name the same",
        "\
With two references to one thing and different transforms, a reader cannot know which form counts.
",
    ),
    (
        "xml_xpointer",
        "references by XPointer are refused",
        "\
A reference is `\"\"`, for the document, or `#id`. An XPointer can select what nobody sees at a
glance.
",
    ),
    (
        "xml_reference_target",
        "a reference names an id that no element has",
        "\
The part that was signed is not there, or its id is an attribute of another name: name that with
--id-attribute.
",
    ),
    (
        "xml_reference_to_signature",
        "a reference names a part of the signature itself",
        "\
The key information and the objects of a signature can be signed; other parts of it cannot.
",
    ),
    (
        "xml_reference_elsewhere",
        "the reference names something else than this document",
        "\
A reference to a file or to a server would be fetched by whoever verifies, and whoever wrote the
document could choose what. A reference without a URI leaves it open what is meant.
",
    ),
    (
        "xml_transforms",
        "the transforms do not fit the place of the signature",
        "\
Where the signature is inside of what it signs, and only there, the first transform is
enveloped-signature; then at most one canonicalization follows.
",
    ),
    (
        "xml_xslt",
        "XSLT transforms are refused",
        "\
A program inside of the document would decide what is signed, and could run without end.
",
    ),
    (
        "xml_xpath",
        "XPath transforms are refused",
        "\
They choose what is signed in ways that nobody sees at a glance, and can cost any amount of work.
Sign an element by its id.
",
    ),
    (
        "xml_base64_transform",
        "base64 transforms are refused",
        "\
What is signed would be the decoded text, without the elements around it: those could be exchanged.
",
    ),
    (
        "xml_canonicalization",
        "this canonicalization is not handled",
        "\
Exclusive 1.0 and inclusive 1.0 and 1.1 are, each with and without comments. Canonical XML 2.0 is
not, and neither is anything of a maker's own.
",
    ),
    (
        "xml_inclusive_namespaces",
        "the list of inclusive prefixes is malformed or misplaced",
        "\
`InclusiveNamespaces` belongs to an exclusive canonicalization, and its `PrefixList` holds prefixes
parted by white space, with `#default` for the default namespace.
",
    ),
    (
        "xml_sha1",
        "SHA-1 is refused",
        "\
Two documents with one SHA-1 digest can be made, so a signature with it vouches for nothing. Ask
the signer for SHA-256 or better.
",
    ),
    (
        "xml_md5",
        "MD5 and RIPEMD-160 are refused",
        "\
Two documents with one MD5 digest are made in seconds, and 160 bits are too few today. Ask the
signer for SHA-256 or better.
",
    ),
    (
        "xml_hmac",
        "HMAC is refused",
        "\
It is made with a secret that both sides know, so whoever can verify it can also make it. That is
no signature.
",
    ),
    (
        "xml_dsa",
        "DSA is refused",
        "\
Its keys are mostly too small, and NIST has withdrawn it (FIPS 186-5). Ask the signer for RSA or
ECDSA.
",
    ),
    (
        "xml_pss",
        "these parameters of RSA-PSS are not handled",
        "\
Handled is one digest for the message and for the mask (MGF1), and a salt of the length of that
digest, as RFC 9231 has it by default.
",
    ),
    (
        "xml_unknown_algorithm",
        "an algorithm is not known",
        "\
The signature, a digest or a transform is by an algorithm that the profile does not have; it is
refused and never passed over. docs/xml-signatures.md lists what is known.
",
    ),
    (
        "xml_key_info_reference",
        "key information by reference is refused",
        "\
The key would have to be fetched from a place that the sender of the document chooses. Accepted
certificates are at hand; nothing is fetched.
",
    ),
    (
        "xml_key_info",
        "key information of this kind is not handled",
        "\
X.509 data, key values and key names are known, to try the right certificate first. Other kinds,
such as PGP data, are refused.
",
    ),
    (
        "xml_base64",
        "a value in the signature is not base64",
        "\
Characters outside of base64, a wrong padding or bits that should be zero: one value has one
spelling here, so that nobody can change a signature and leave it good.
",
    ),
];
