//! What does not fit of the options and of the key, and what is wrong around a document.

use super::Row;

pub(super) const ROWS: &[Row] = &[
    (
        "xml_reference_needed",
        "a detached signature needs an element that it signs",
        "\
It stands beside what it signs, so it cannot sign the whole document. Name the element with
--reference: by `#id`, by its name, or by its path from the root.
",
    ),
    (
        "xml_enveloping_whole",
        "an enveloping signature goes around the whole document",
        "\
It becomes the root, and the old root lies in its `Object`. There is no part to choose and no other
place: leave out --reference and --position.
",
    ),
    (
        "xml_no_key_info",
        "there is no key information to sign",
        "\
--sign-key-info signs what is said of the key, and `--key-info none` says nothing. Leave out one of
the two.
",
    ),
    (
        "xml_selects_nothing",
        "no element is selected",
        "\
Names are compared with their namespace and never by prefix: `{urn:example:order}head`. A path
begins at the root, and numbers count from one.
",
    ),
    (
        "xml_selects_several",
        "more than one element is selected",
        "\
Exactly one element must fit, so that nobody signs another than the one that is meant. Select it
by `#id`, or by a path with numbers: `/order/item[2]`.
",
    ),
    (
        "xml_selected_without_id",
        "the element to sign has no id to refer to",
        "\
A signature refers to a part of a document by its id, and a document is never changed to have one.
Give the element an `Id`, or name the attribute that is its id with --id-attribute.
",
    ),
    (
        "xml_position",
        "the signature would not stand where its type wants it",
        "\
An enveloped signature stands inside of what it signs and a detached one outside, both inside of
the root. Choose another --position, or another --type.
",
    ),
    (
        "xml_prefix_needed",
        "without a prefix the document would get the signature's namespace",
        "\
Inside of an enveloping signature the elements of the document that have no namespace would take
over its default one. Choose a prefix, such as `--prefix ds`.
",
    ),
    (
        "xml_prefix_encoding",
        "the prefix cannot be written in the encoding of the document",
        "\
A signature is written in the encoding of its document, and a name cannot have references in it.
Choose a prefix of ASCII letters.
",
    ),
    (
        "xml_key_kind",
        "keys of this kind do not sign XML here",
        "\
RSA keys and EC keys on P-256, P-384 and P-521 do. Ed25519 keys can be kept in keystores, but the
profile has no signature for them.
",
    ),
    (
        "xml_key_too_small",
        "the RSA key has fewer than 2048 bits",
        "\
Such keys can be broken, and receivers refuse them. Neither signing nor verifying takes one: renew
the key.
",
    ),
    (
        "xml_key_algorithm",
        "the key does not fit the signature algorithm",
        "\
An RSA key takes the algorithms that begin with `rsa-`, an EC key those that begin with `ecdsa-`.
Without --algorithm the one that fits is taken.
",
    ),
    (
        "xml_key_mismatch",
        "the private key does not belong to the certificate",
        "\
Nobody could verify what is signed with such a pair. The entry of the keystore was put together
wrongly: import the key with its own certificate.
",
    ),
    (
        "xml_key_identifier",
        "the certificate has no subject key identifier",
        "\
`ski` in --key-info writes the identifier that the certificate carries (RFC 5280, 4.2.1.2), and
this one carries none. Name it by `issuer-serial`, or write the `certificate`.
",
    ),
    (
        "xml_key_failed",
        "the signature could not be computed",
        "\
The cryptographic library refused to sign with this key. Nothing was written. The key may be
damaged: compare it with its original.
",
    ),
    (
        "xml_not_accepted",
        "no accepted certificate verifies the signature",
        "\
Only the certificates that are accepted count, those of --trust or of a receiver; a certificate in
the document is a claim of its sender. Either the signer's own is not among them, or the signature
was changed. The message names the certificate that the document claims, if it does.
",
    ),
    (
        "xml_digest",
        "the document was changed after it was signed",
        "\
The signature itself holds, with an accepted certificate, but what it covers has another digest
now. An editor, a proxy that converts line ends or a printer of XML may have done that, or somebody
on purpose.
",
    ),
    (
        "xml_changed_meanwhile",
        "the document changed while it was read",
        "\
Some documents are read twice, and the second time there were other bytes. Somebody else writes to
the file. Nothing was written, and nothing was verified.
",
    ),
    (
        "xml_io",
        "the document could not be read, or the result not be written",
        "\
The operating system refused; its reason is in the message. A result is placed whole or not at all.
",
    ),
];
