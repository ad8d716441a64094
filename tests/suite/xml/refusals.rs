//! Documents and keys that are refused, each with its code: the table is beside this file.

use std::{
    collections::BTreeSet,
    io::{self, Cursor, Read, Seek, SeekFrom},
};

use keyroll::backend::xml_dsig::{
    Algorithm, Limits, SignatureProfile, SigningKey, VerifyOptions, XmlError, sign, verify,
};
use openssl::nid::Nid;

use super::{accepted, certificate, ec, pairs, rsa, signed, signed_with, verified};

/// Code, and a document that earns it.
fn refused() -> Vec<(&'static str, Vec<u8>)> {
    let mut samples: Vec<(&str, Vec<u8>)> =
        REFUSED.iter().map(|(code, text)| (*code, text.as_bytes().to_vec())).collect();
    samples.extend([
        ("xml_not_utf8", b"<r>\xFF</r>".to_vec()),
        ("xml_not_utf8", b"<r>\xC3</r>".to_vec()),
        ("xml_not_utf8", b"<r a='\xE9'/>".to_vec()),
        ("xml_not_utf8", b"<r>\xED\xA0\x80</r>".to_vec()),
        ("xml_not_utf8", b"<r><!-- \xFF --></r>".to_vec()),
        ("xml_encoding", b"\xFF\xFE\0\0<\0\0\0".to_vec()),
        ("xml_encoding", b"\0\0\xFE\xFF\0\0\0<".to_vec()),
        ("xml_encoding", b"<\0\0\0r\0\0\0".to_vec()),
        ("xml_encoding", b"\x4C\x6F\xA7\x94\x93".to_vec()),
        ("xml_encoding", utf16("<?xml version='1.0' encoding='UTF-16LE'?><r/>")),
        ("xml_no_byte_order_mark", b"<\0r\0/\0>\0".to_vec()),
        ("xml_no_byte_order_mark", b"\0<\0r\0/\0>".to_vec()),
        ("xml_not_ascii", "<?xml version='1.0' encoding='US-ASCII'?><r>é</r>".into()),
        ("xml_not_ascii", "<?xml version='1.0' encoding='US-ASCII'?><r a='é'/>".into()),
        ("xml_encoding_mismatch", utf16("<?xml version='1.0' encoding='UTF-8'?><r/>")),
        ("xml_encoding_mismatch", utf16("<?xml version='1.0' encoding='ISO-8859-1'?><r/>")),
        ("xml_not_utf16", [utf16("<r/>"), b" ".to_vec()].concat()),
        ("xml_not_utf16", [utf16("<r>text"), b"\x00\xD8".to_vec()].concat()),
        ("xml_not_utf16", [utf16("<r>"), b"\x00\xD8".to_vec(), utf16("</r>")[2..].to_vec()].concat()),
        ("xml_not_utf16", [utf16("<r a='"), b"\x00\xDC".to_vec(), utf16("'/>")[2..].to_vec()].concat()),
        ("xml_doctype", utf16("<!DOCTYPE r><r/>")),
        ("xml_doctype", utf16("<?xml version='1.0'?>\n<!doctype r [<!ENTITY e 'x'>]><r>&e;</r>")),
        ("xml_character", utf16("<r>\u{FFFE}</r>")),
        ("xml_outside_root", utf16("<r/>\u{FEFF}")),
        ("xml_name_too_long", format!("<{}/>", "x".repeat(5_000)).into()),
        ("xml_name_too_long", format!("<r {}=''/>", "x".repeat(5_000)).into()),
        ("xml_too_deep", "<e>".repeat(200_000).into()),
        ("xml_too_many_attributes", format!("<e{}/>", attributes(100_000)).into()),
        ("xml_too_many_namespaces", format!("<e{}/>", declarations(257)).into()),
        ("xml_too_many_namespaces", format!("<e{}>", declarations(2)).repeat(200).into()),
        ("xml_scope_too_long", format!("<r xml:base='{}'/>", "x".repeat(1 << 20)).into()),
        ("xml_scope_too_long", format!("<e xmlns='urn:{}'>", "x".repeat(100_000)).repeat(20).into()),
        ("xml_too_many_ids", format!("<r>{}</r>", ids(100_001)).into()),
        ("xml_token_too_long", format!("<r a='{}'/>", "x".repeat(9 << 20)).into()),
        ("xml_token_too_long", format!("<r><!--{}--></r>", "x".repeat(9 << 20)).into()),
        ("xml_token_too_long", format!("<r><![CDATA[{}]]></r>", "x".repeat(9 << 20)).into()),
        ("xml_token_too_long", format!("<r><?p {}?></r>", "x".repeat(9 << 20)).into()),
        ("xml_token_too_long", format!("<r>&{};</r>", "x".repeat(9 << 20)).into()),
        ("xml_token_too_long", format!("<r/>{}", " ".repeat(9 << 20)).into()),
    ]);
    samples
}

/// UTF-16 with the less significant byte first, and a byte order mark.
fn utf16(text: &str) -> Vec<u8> {
    let marked = ["\u{FEFF}", text].concat();
    marked.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn attributes(count: usize) -> String {
    (0..count).map(|n| format!(" a{n}=''")).collect()
}

fn declarations(count: usize) -> String {
    (0..count).map(|n| format!(" xmlns:a{n}='urn:{n}'")).collect()
}

fn ids(count: usize) -> String {
    (0..count).map(|n| format!("<e id='{n}'/>")).collect()
}

const REFUSED: &[(&str, &str)] = &[
    ("xml_doctype", "<!DOCTYPE r><r/>"),
    ("xml_doctype", "<!DOCTYPE r [<!ENTITY e 'x'>]><r>&e;</r>"),
    ("xml_doctype", "<!DOCTYPE"),
    ("xml_doctype", "<!doctype r><r/>"),
    ("xml_doctype", "<!DocType\tr SYSTEM 'x'><r/>"),
    ("xml_doctype", "<?xml version='1.0'?><!-- c --><!DOCTYPE r PUBLIC '-//X' 'x'><r/>"),
    ("xml_doctype", "<r><!DOCTYPE r></r>"),
    ("xml_doctype", "<r/><!DOCTYPE r>"),
    ("xml_encoding", "<?xml version='1.0' encoding='windows-1252'?><r/>"),
    ("xml_encoding", "<?xml version='1.0' encoding='UTF-7'?><r/>"),
    ("xml_encoding", "<?xml version='1.0' encoding=''?><r/>"),
    ("xml_encoding_mismatch", "<?xml version='1.0' encoding='UTF-16'?><r/>"),
    ("xml_encoding_mismatch", "\u{FEFF}<?xml version='1.0' encoding='ISO-8859-1'?><r/>"),
    ("xml_encoding_mismatch", "\u{FEFF}<?xml version='1.0' encoding='US-ASCII'?><r/>"),
    ("xml_version", "<?xml version='1.1'?><r/>"),
    ("xml_declaration", " <?xml version='1.0'?><r/>"),
    ("xml_declaration", "<r/><?xml version='1.0'?>"),
    ("xml_declaration", "<r><?xml version='1.0'?></r>"),
    ("xml_declaration", "<?xml?><r/>"),
    ("xml_declaration", "<?xml version='1.0' standalone='perhaps'?><r/>"),
    ("xml_character", "<r>\u{1}</r>"),
    ("xml_character", "<r>\u{FFFE}</r>"),
    ("xml_character", "<r a='\u{1F}'/>"),
    ("xml_character", "<r><!-- \u{B} --></r>"),
    ("xml_character", "<r><?p \u{FFFF}?></r>"),
    ("xml_character", "<r><![CDATA[\u{8}]]></r>"),
    ("xml_character", "<r>&#0;</r>"),
    ("xml_character", "<r>&#xFFFE;</r>"),
    ("xml_character", "<r a='&#xD800;'/>"),
    ("xml_name", "<1/>"),
    ("xml_name", "<a:b:c xmlns:a='urn:a'/>"),
    ("xml_name", "<r 1='x'/>"),
    ("xml_name", "<:r/>"),
    ("xml_name", "<>"),
    ("xml_name", "< r/>"),
    ("xml_tag", "<r a/>"),
    ("xml_tag", "<r a=b/>"),
    ("xml_tag", "<r a='1'b='2'/>"),
    ("xml_tag", "<r a='<'/>"),
    ("xml_duplicate_attribute", "<r a='1' a='2'/>"),
    ("xml_duplicate_attribute", "<r xmlns:p='urn:a' xmlns:q='urn:a' p:x='' q:x=''/>"),
    ("xml_duplicate_attribute", "<r xmlns:p='urn:a' xmlns:p='urn:b'/>"),
    ("xml_end_tag", "<a></b>"),
    ("xml_end_tag", "<r><a></r></a>"),
    ("xml_end_tag", "<p:r xmlns:p='urn:a' xmlns:q='urn:a'></q:r>"),
    ("xml_end_tag", "<r></r x='1'>"),
    ("xml_end_tag", "</r>"),
    ("xml_end_tag", "<r/></r>"),
    ("xml_unclosed", "<r>"),
    ("xml_unclosed", "<r"),
    ("xml_unclosed", "<r a='"),
    ("xml_unclosed", "<r><!-- "),
    ("xml_unclosed", "<r><![CDATA["),
    ("xml_unclosed", "<r><?p"),
    ("xml_unclosed", "<"),
    ("xml_markup", "<!ELEMENT r ANY><r/>"),
    ("xml_markup", "<r><![cdata[x]]></r>"),
    ("xml_markup", "<r><!x></r>"),
    ("xml_comment", "<r><!-- a -- b --></r>"),
    ("xml_comment", "<r><!-- a ---></r>"),
    ("xml_instruction", "<r><?XML x?></r>"),
    ("xml_instruction", "<r><? x?></r>"),
    ("xml_instruction", "<r><?>?></r>"),
    ("xml_instruction", "<r><?a:b?></r>"),
    ("xml_entity", "<r>&eacute;</r>"),
    ("xml_entity", "<r a='&e;'/>"),
    ("xml_reference", "<r>a & b</r>"),
    ("xml_reference", "<r>&#x;</r>"),
    ("xml_reference", "<r>&#+65;</r>"),
    ("xml_reference", "<r a='&'/>"),
    ("xml_reference", "<r>&amp</r>"),
    ("xml_cdata_end", "<r>]]></r>"),
    ("xml_outside_root", "x<r/>"),
    ("xml_outside_root", "<r/>x"),
    ("xml_outside_root", "<r/><r/>"),
    ("xml_outside_root", "<r/><![CDATA[x]]>"),
    ("xml_outside_root", "<r/>&#32;"),
    ("xml_outside_root", "\u{FEFF}\u{FEFF}<r/>"),
    ("xml_no_root", ""),
    ("xml_no_root", "\u{FEFF}"),
    ("xml_no_root", "<?xml version='1.0'?><!-- c --><?p?> "),
    ("xml_undeclared_prefix", "<p:r/>"),
    ("xml_undeclared_prefix", "<r p:a=''/>"),
    ("xml_undeclared_prefix", "<r><e xmlns:p='urn:a'/><p:e/></r>"),
    ("xml_reserved_prefix", "<r xmlns:xml='urn:a'/>"),
    ("xml_reserved_prefix", "<r xmlns:xmlns='urn:a'/>"),
    ("xml_reserved_prefix", "<r xmlns:p='http://www.w3.org/XML/1998/namespace'/>"),
    ("xml_reserved_prefix", "<r xmlns='http://www.w3.org/2000/xmlns/'/>"),
    ("xml_reserved_prefix", "<xmlns:r/>"),
    ("xml_undeclared_again", "<p:r xmlns:p='urn:a'><e xmlns:p=''/></p:r>"),
    ("xml_relative_namespace", "<r xmlns='orders'/>"),
    ("xml_duplicate_id", "<r Id='a'><e xml:id='a'/></r>"),
    ("xml_duplicate_id", "<r ID='a' id='a'/>"),
    ("xml_already_signed", "<r><s:Signature xmlns:s='http://www.w3.org/2000/09/xmldsig#'/></r>"),
    ("xml_already_signed", "<Signature xmlns='http://www.w3.org/2000/09/xmldsig#'/>"),
];

/// Signing and verifying read documents alike: what the one refuses the other does too.
#[test]
fn every_bad_document_is_refused_by_its_name() {
    let pair = &pairs()[1];
    for (code, document) in refused() {
        let shown: String = String::from_utf8_lossy(&document).chars().take(80).collect();
        let error = signed_with(&document, pair, Algorithm::EcdsaSha256).expect_err(&shown);
        assert_eq!(error.code(), code, "signing {shown}");
        assert!(error.position().is_some(), "{shown}");
        if code != "xml_already_signed" {
            let error = verified(&document, &accepted()).expect_err(&shown);
            let other = ["xml_not_signed", code];
            assert!(other.contains(&error.code().as_str()), "verifying {shown}: {}", error.code());
        }
    }
}

/// No error repeats a word of the document.
#[test]
fn errors_do_not_repeat_the_document() {
    let secret = "Cinnamon";
    for document in [
        format!("<{secret}></x{secret}>"),
        format!("<r>&{secret};</r>"),
        format!("<{secret}:r/>"),
        format!("<r {secret}='1' {secret}='2'/>"),
        format!("<r>{secret}\u{1}</r>"),
        format!("<!DOCTYPE {secret}>"),
        format!("<r xmlns='{secret}'/>"),
        format!("<r>{secret}"),
        format!("<r {secret}/>"),
        format!("<r><?{secret}:x {secret}?></r>"),
    ] {
        let error = verified(document.as_bytes(), &accepted()).unwrap_err();
        assert!(!format!("{error} {error:?}").contains(secret), "{error:?}");
    }
}

#[test]
fn the_place_of_a_fault_is_told_in_bytes() {
    for (document, at) in
        [("<r>é<p:x/></r>", 5), ("\u{FEFF}<r>&e;</r>", 6), ("<r>text\u{1}</r>", 3), ("<r><a></b></r>", 6)]
    {
        assert_eq!(
            verified(document.as_bytes(), &accepted()).unwrap_err().position(),
            Some(at),
            "{document}"
        );
    }
}

#[test]
fn a_document_longer_than_allowed_is_refused() {
    let limits = Limits { bytes: Some(1_000), ..Limits::default() }.into();
    let key = SigningKey::new(&pairs()[1].key, &pairs()[1].certificate).unwrap();
    let document = format!("<r>{}</r>", "x".repeat(1_000));
    let error = sign(&mut document.as_bytes(), &mut io::sink(), &key, &limits).unwrap_err();
    assert_eq!(error.code(), "xml_too_long");
    let fits = format!("<r>{}</r>", "x".repeat(900));
    assert!(sign(&mut fits.as_bytes(), &mut io::sink(), &key, &limits).is_ok());
}

#[test]
fn keys_that_do_not_fit_are_refused() {
    let code = |result: Result<SigningKey, XmlError>| result.expect_err("refused").code();
    let small = rsa(1024);
    assert_eq!(code(SigningKey::new(&small, &certificate("small", &small))), "xml_key_too_small");
    let other = ec(Nid::SECP256K1);
    assert_eq!(code(SigningKey::new(&other, &certificate("other", &other))), "xml_key_kind");
    assert_eq!(code(SigningKey::new(&pairs()[0].key, &pairs()[1].certificate)), "xml_key_algorithm");
    assert_eq!(code(SigningKey::new(&rsa(2048), &pairs()[0].certificate)), "xml_key_mismatch");
    let p256 = SigningKey::new(&pairs()[1].key, &pairs()[1].certificate).unwrap();
    assert_eq!(code(p256.with_algorithm(Algorithm::RsaSha256)), "xml_key_algorithm");
}

/// An input that answers otherwise when it is read again.
struct Fickle {
    first: Cursor<Vec<u8>>,
    second: Cursor<Vec<u8>>,
    rewound: usize,
}

impl Read for Fickle {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.rewound < 2 { self.first.read(into) } else { self.second.read(into) }
    }
}

impl Seek for Fickle {
    fn seek(&mut self, _: SeekFrom) -> io::Result<u64> {
        self.rewound += 1;
        Ok(0)
    }
}

#[test]
fn a_document_that_changes_between_the_readings_is_refused() {
    let message = signed("<r><!-- a --></r>");
    let (first, second) =
        (Cursor::new(message.clone().into()), Cursor::new(message.replace("<!-- a", "<!-- b").into()));
    let mut fickle = Fickle { first, second, rewound: 0 };
    let error = verify(&mut fickle, &mut io::sink(), &accepted(), &VerifyOptions::default()).unwrap_err();
    assert_eq!(error.code(), "xml_changed_meanwhile");
}

/// A reader or writer that fails.
struct Broken;

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::Error::new(io::ErrorKind::ConnectionReset, "gone"))
    }
}

impl io::Write for Broken {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::Error::new(io::ErrorKind::StorageFull, "full"))
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn the_systems_own_error_is_kept() {
    let key = SigningKey::new(&pairs()[1].key, &pairs()[1].certificate).unwrap();
    let limits = SignatureProfile::default();
    let kind = |result: Result<_, XmlError>| match result {
        Err(error) if error.code() != "xml_io" => panic!("{error}"),
        Err(XmlError::Io(error)) => error.kind(),
        other => panic!("{other:?}"),
    };
    for begun in ["", "<r>text", "<r><e ", "<r>&am"] {
        let signed = sign(&mut begun.as_bytes().chain(Broken), &mut io::sink(), &key, &limits);
        assert_eq!(kind(signed), io::ErrorKind::ConnectionReset, "{begun}");
    }
    let long = format!("<r>{}</r>", "x".repeat(100_000));
    assert_eq!(kind(sign(&mut long.as_bytes(), &mut Broken, &key, &limits)), io::ErrorKind::StorageFull);
    assert_eq!(kind(sign(&mut "<r/>".as_bytes(), &mut Broken, &key, &limits)), io::ErrorKind::StorageFull);
}

/// Every code that the sources name is earned by a sample of these tests.
#[test]
fn every_code_has_a_sample() {
    let sources = [
        include_str!("../../../src/backend/xml_dsig/document/fault.rs"),
        include_str!("../../../src/backend/xml_dsig/signature/fault.rs"),
        include_str!("../../../src/backend/xml_dsig/key.rs"),
        include_str!("../../../src/backend/xml_dsig/option/fault.rs"),
        include_str!("../../../src/backend/xml_dsig/xml_error.rs"),
    ];
    let tests = [include_str!("refusals.rs"), include_str!("attacks.rs"), include_str!("shapes.rs")].concat();
    let codes: BTreeSet<&str> = sources.iter().flat_map(|text| codes_in(text)).collect();
    assert!(codes.len() > 50);
    // Only a broken OpenSSL would earn `xml_key_failed`.
    let codes = codes.iter().filter(|code| **code != "xml_key_failed");
    let unsampled: Vec<_> = codes.filter(|code| !tests.contains(&format!("\"{code}\""))).collect();
    assert!(unsampled.is_empty(), "{unsampled:?}");
}

fn codes_in(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
        .filter(|word| word.starts_with("xml_") && !matches!(*word, "xml_dsig" | "xml_error"))
}

/// The whole table: code, place and reason of each sample, in the order of the samples.
#[test]
fn the_table_of_refusals() {
    let pair = &pairs()[1];
    let mut table: Vec<String> = REFUSED
        .iter()
        .map(|(code, text)| {
            let error = signed_with(text.as_bytes(), pair, Algorithm::EcdsaSha256).unwrap_err();
            format!("{code:26} {:90} {error}", format!("{text:?}"))
        })
        .collect();
    table.push(String::new());
    insta::with_settings!({ snapshot_path => "../../golden/xml", prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("refusals", table.join("\n"));
    });
}
