//! Documents on which canonical forms go wrong elsewhere.

use std::io::{self, Read};

use keyroll::backend::xml_dsig::{Limits, SignatureProfile, SigningKey, sign};

use super::{accepted, pairs, random, signed, signed_with, verified};

/// What each is about, and the document.
pub(super) fn awkward() -> Vec<(&'static str, String)> {
    let mut documents: Vec<(&str, String)> =
        AWKWARD.iter().map(|(name, text)| (*name, (*text).to_owned())).collect();
    documents.push(("long_text", format!("<r>{}</r>", "0123456789abcdef é€😀\r\n".repeat(20_000))));
    documents.push(("long_attribute", format!("<r a='{}'/>", "x\ty&#10;".repeat(5_000))));
    documents.push(("deep", format!("{}{}", "<e>".repeat(200), "</e>".repeat(200))));
    documents.push(("wide", format!("<r>{}</r>", "<e a='1'/>".repeat(2_000))));
    let attributes: String = (0..300).map(|n| format!(" a{}='{n}'", (n * 37) % 300)).collect();
    documents.push(("many_attributes", format!("<r{attributes}/>")));
    documents.push(("character_cut_by_a_buffer", format!("<r>{}€😀é</r>", "x".repeat(32 * 1024 - 5))));
    documents.push(("line_end_cut_by_a_buffer", format!("<r>{}\r\n\r\n</r>", "x".repeat(32 * 1024 - 4))));
    documents
}

const AWKWARD: &[(&str, &str)] = &[
    ("smallest", "<r/>"),
    ("smallest_with_space", "<r  />"),
    ("two_tags", "<r></r >"),
    ("declaration", "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<r>text</r>\n"),
    ("ascii", "<?xml version='1.0' encoding='US-ASCII' standalone='yes' ?><r>&#233;</r>"),
    ("byte_order_mark", "\u{FEFF}<?xml version='1.0'?><r>é</r>"),
    ("byte_order_mark_alone", "\u{FEFF}<r/>"),
    ("carriage_returns", "<r>\r\na\rb\r\r\n<e\r\na='1'\r/>\r\n</r>\r\n"),
    ("white_space_in_values", "<r a='x\ty\r\nz\rw\n' b='&#9;&#10;&#13;&#xD;&#xA;&#x20; '/>"),
    ("references", "<r a='&lt;&gt;&amp;&quot;&apos;'>&lt;&gt;&amp;&quot;&apos;&#13;&#10;&#9;&#x1F600;</r>"),
    ("sections", "<r>a<![CDATA[<b>&amp;\r\n]] > ]]]]><![CDATA[>]]>c<![CDATA[]]></r>"),
    ("quotes", "<r a='\"' b=\"'\" c='&apos;' d=\"&quot;\">'\"</r>"),
    ("greater_than_in_value", "<r a='>' b='/>'>a > b ]] ></r>"),
    ("unicode", "<r a='😀𐍈'>日本語 😀 𐍈 \u{85}\u{2028}\u{FEFF}\u{10FFFF}\u{7F}</r>"),
    ("names", "<été:ü xmlns:été='urn:e' été:ñ='1' _.-1='2'/>"),
    ("unused_namespaces", "<r xmlns:a='urn:a' xmlns:b='urn:b'><b:e/><e b:x=''/></r>"),
    ("shadowed", "<p:r xmlns:p='urn:a'><p:e xmlns:p='urn:b'><p:f xmlns:p='urn:a'/></p:e><p:g/></p:r>"),
    ("declared_again", "<p:r xmlns:p='urn:a'><p:e xmlns:p='urn:a'><p:f xmlns:p='urn:a' p:a=''/></p:e></p:r>"),
    ("default_undeclared", "<r xmlns='urn:a'><e xmlns=''><f xmlns='urn:a'/><g/></e><h xmlns=''/></r>"),
    ("default_undeclared_at_the_root", "<r xmlns=''><e xmlns=''/></r>"),
    ("default_hidden_by_prefix", "<p:r xmlns='urn:d' xmlns:p='urn:p'><e xmlns=''/><f/></p:r>"),
    ("default_and_attributes", "<r xmlns='urn:d' xmlns:d='urn:d' d:a='1' a='2'/>"),
    (
        "sorted",
        "<r b='' a='' xmlns:z='urn:1' xmlns:a='urn:2' a:a='' z:b='' a:c='' z:a='' B='' A='' é='' xml:a=''/>",
    ),
    ("xml_attributes", "<r xml:lang='en' xml:space='preserve' xml:base='http://a/'> <e xml:lang='de'/> </r>"),
    ("xml_declared", "<r xmlns:xml='http://www.w3.org/XML/1998/namespace'><e xml:lang='en'/></r>"),
    ("ampersand_in_namespace", "<p:r xmlns:p='http://a/?b=1&amp;c=2'/>"),
    ("markup_in_namespace", "<p:r xmlns:p='http://a/?b=1&amp;c=%22&quot;&lt;'/>"),
    ("instructions", "<?a?><?b  c ?>\n<!-- x --><r><?d e?><?f\r\ng\r\n?></r><?h?> <!-- y --> <?i j?>\n\n"),
    ("comments", "<!-- a --><r><!-- b -->x<!-- c -->y<e><!----></e></r><!-- d -->"),
    ("ds_is_another", "<ds:r xmlns:ds='urn:other' ds:a='1'><ds:e/></ds:r>"),
    ("ds_is_signature", "<r xmlns:ds='http://www.w3.org/2000/09/xmldsig#'><ds:KeyName>k</ds:KeyName></r>"),
    ("signature_of_another", "<Signature xmlns='urn:other'><Signature/></Signature>"),
    ("ids", "<r Id='a'><e ID='b'/><e id='c'/><e xml:id='d'/></r>"),
    ("mixed", "<p>one<b>two</b>three<i/>four &amp; <b>five</b>\n</p>"),
    (
        "order",
        "<o:order xmlns:o='urn:example:order' xmlns='urn:example:item'>\n  <o:number>4711</o:number>\n  <item price=\"9.99\">Nuts &amp; bolts</item>\n</o:order>\n",
    ),
];

#[test]
fn what_is_signed_verifies_with_every_kind_of_key() {
    for pair in pairs() {
        for (name, algorithm) in pair.algorithms {
            for (about, document) in awkward() {
                let message = signed_with(document.as_bytes(), pair, *algorithm).unwrap();
                let (verified, canonical) =
                    verified(&message, &accepted()).unwrap_or_else(|e| panic!("{about}: {e}"));
                assert_eq!(verified.certificate, pair.certificate, "{about} {name}");
                assert_eq!(verified.algorithm, *algorithm);
                assert!(!canonical.is_empty());
            }
        }
    }
}

/// Everything that the author wrote is still there, in its order and spelling.
#[test]
fn a_signed_document_is_the_document_and_a_signature() {
    for (about, document) in awkward() {
        let message = signed(&document);
        let start = message.find("<ds:Signature xmlns:ds=").unwrap();
        let end = message.find("</ds:Signature>").unwrap() + "</ds:Signature>".len();
        let rest = format!("{}{}", &message[..start], &message[end..]);
        // A root without content is written in two tags.
        let empty = document.ends_with("/>") && message.len() != document.len() + (end - start);
        let expected = if empty { two_tags(&document) } else { document.clone() };
        assert_eq!(rest, expected, "{about}");
    }
}

/// `<name .../>`, the last thing of a document, in two tags.
fn two_tags(document: &str) -> String {
    let tag = document.strip_suffix("/>").unwrap().trim_end();
    let name = &tag[tag.rfind('<').unwrap() + 1..];
    let name = name.split([' ', '\t', '\r', '\n']).next().unwrap();
    format!("{tag}></{name}>")
}

/// Gives one byte at a time.
struct Drip<'a>(&'a [u8]);

impl Read for Drip<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let length = into.len().min(1);
        self.0.read(&mut into[..length])
    }
}

/// Where the reads end makes no difference: not in the middle of a character, a line end or markup.
#[test]
fn a_document_that_drips_is_the_same_document() {
    let pair = &pairs()[1];
    let key = SigningKey::new(&pair.key, &pair.certificate).unwrap();
    let small = awkward().into_iter().map(|(_, text)| text).filter(|text| text.len() < 10_000);
    for document in small.chain((200..230).map(random::document)) {
        let digest = |input: &mut dyn Read| {
            sign(input, &mut io::sink(), &key, &SignatureProfile::default()).unwrap().digest_value
        };
        assert_eq!(digest(&mut document.as_bytes()), digest(&mut Drip(document.as_bytes())), "{document}");
    }
}

/// Running text is not collected: it may be longer than any single token.
#[test]
fn text_has_no_limit_of_its_own() {
    let limits = Limits { token: 2_000, signature: 4_000, ..Limits::default() }.into();
    let pair = &pairs()[1];
    let key = SigningKey::new(&pair.key, &pair.certificate).unwrap();
    let document = format!("<r>{}</r>", "0123456789".repeat(50_000));
    assert!(sign(&mut document.as_bytes(), &mut io::sink(), &key, &limits).is_ok());
    let section = format!("<r><![CDATA[{document}]]></r>");
    let error = sign(&mut section.as_bytes(), &mut io::sink(), &key, &limits).unwrap_err();
    assert_eq!(error.code(), "xml_token_too_long");
}
