//! What a document means, rule by rule, and what it may demand.

use std::io::{self, Read};

use keyroll::backend::xml_dsig::{
    CanonicalForm, Canonicalization, ElementId, IdAttributes, Limits, XmlError, canonicalize,
    canonicalize_element,
};

/// With its comments, and every namespace: nothing is left out.
fn canonical(document: &str) -> Result<String, XmlError> {
    let method = Canonicalization::new(CanonicalForm::Inclusive).with_comments();
    let mut out = Vec::new();
    canonicalize(&mut document.as_bytes(), &method, &Limits::default(), &mut out)?;
    Ok(String::from_utf8(out).unwrap())
}

fn reads_as(pairs: &[(&str, &str)]) {
    for (document, form) in pairs {
        assert_eq!(canonical(document).unwrap(), *form, "{document:?}");
    }
}

fn refused(document: &str, code: &str) {
    assert_eq!(canonical(document).unwrap_err().code(), code, "{document:?}");
}

#[test]
fn line_ends_of_text_are_line_feeds() {
    reads_as(&[("<r>a\r\nb\rc\n\r\r\nd</r>", "<r>a\nb\nc\n\n\nd</r>")]);
}

#[test]
fn line_ends_of_sections_are_line_feeds() {
    reads_as(&[("<r><![CDATA[a\r\nb\r]]>\nc</r>", "<r>a\nb\n\nc</r>")]);
}

#[test]
fn line_ends_of_values_are_one_space_each() {
    reads_as(&[("<r a='x\r\ny\rz\n'/>", "<r a=\"x y z \"></r>")]);
}

#[test]
fn line_ends_of_instructions_are_line_feeds() {
    reads_as(&[("<r><?p a\r\nb\rc?></r>", "<r><?p a\nb\nc?></r>")]);
}

#[test]
fn line_ends_of_comments_are_line_feeds() {
    reads_as(&[("<r><!--a\r\nb\rc--></r>", "<r><!--a\nb\nc--></r>")]);
}

#[test]
fn white_space_of_values_stays_only_where_it_is_a_reference() {
    reads_as(&[("<r a=' \t&#9;&#10;&#13;&#32; '/>", "<r a=\"  &#x9;&#xA;&#xD;  \"></r>")]);
}

#[test]
fn references_stand_for_their_characters_once() {
    reads_as(&[
        (
            "<r>&lt;&gt;&amp;&apos;&quot;&#65;&#x42;&#x1F600;&amp;lt;</r>",
            "<r>&lt;&gt;&amp;'\"AB😀&amp;lt;</r>",
        ),
        ("<r a='&lt;&gt;&amp;&apos;&quot;&#65;&amp;#65;'/>", "<r a=\"&lt;>&amp;'&quot;A&amp;#65;\"></r>"),
    ]);
    refused("<r>&nbsp;</r>", "xml_entity");
    refused("<r>&#x110000;</r>", "xml_character");
}

#[test]
fn namespaces_are_well_formed() {
    reads_as(&[("<p:r xmlns:p='urn:a' xmlns=''/>", "<p:r xmlns:p=\"urn:a\"></p:r>")]);
    refused("<p:r/>", "xml_undeclared_prefix");
    refused("<r p:a='1'/>", "xml_undeclared_prefix");
    refused("<r xmlns:p='urn:a' xmlns:q='urn:a' p:a='' q:a=''/>", "xml_duplicate_attribute");
    refused("<r xmlns:p=''/>", "xml_undeclared_again");
    refused("<r xmlns:xmlns='urn:a'/>", "xml_reserved_prefix");
    refused("<r><p:e xmlns:p='urn:a'/><p:f/></r>", "xml_undeclared_prefix");
}

/// Neither form has a canonical one, and libxml2 refuses both likewise.
#[test]
fn relative_namespaces_are_refused_in_every_form() {
    for form in CanonicalForm::ALL {
        let method = Canonicalization::new(form);
        let relative = "<r xmlns:p='../a'/>";
        let error = canonicalize(&mut relative.as_bytes(), &method, &Limits::default(), &mut io::sink());
        assert_eq!(error.unwrap_err().code(), "xml_relative_namespace");
    }
}

#[test]
fn there_is_one_root_and_nothing_but_space_comments_and_instructions_around_it() {
    reads_as(&[("<!--a--> <?b?>\n<r/>\n<?c?> <!--d-->\n", "<!--a-->\n<?b?>\n<r></r>\n<?c?>\n<!--d-->")]);
    refused("<r/><r/>", "xml_outside_root");
    refused("<r/>x", "xml_outside_root");
    refused("<!--a-->", "xml_no_root");
}

#[test]
fn running_text_may_be_of_any_length_and_no_single_thing_else() {
    let limits = Limits { token: 1_000, ..Limits::default() };
    let read = |document: String| {
        let exclusive = Canonicalization::exclusive();
        let mut out = Vec::new();
        canonicalize(&mut document.as_bytes(), &exclusive, &limits, &mut out).map(|()| out.len())
    };
    let long = "x".repeat(100_000);
    assert_eq!(read(format!("<r>{long}</r>")).unwrap(), 100_007);
    for document in [
        format!("<r><![CDATA[{long}]]></r>"),
        format!("<r><!--{long}--></r>"),
        format!("<r><?p {long}?></r>"),
        format!("<r a='{long}'/>"),
        format!("<r>&{long};</r>"),
    ] {
        assert_eq!(read(document).unwrap_err().code(), "xml_token_too_long");
    }
    // Which encoding a document declares must be found out before anything else of it is read.
    for (spaces, is_read) in [(30_000, true), (40_000, false)] {
        let document = format!("<?xml version='1.0'{}encoding='ISO-8859-1'?><r/>", " ".repeat(spaces));
        let exclusive = Canonicalization::exclusive();
        let done = canonicalize(&mut document.as_bytes(), &exclusive, &Limits::default(), &mut io::sink());
        assert_eq!(
            done.map_err(|error| error.code().to_string()),
            if is_read { Ok(()) } else { Err("xml_token_too_long".to_owned()) }
        );
    }
}

/// The bytes of a document are counted as they come, also within one thing.
#[test]
fn a_document_that_is_too_long_is_not_read_to_the_end_of_a_tag() {
    let limits = Limits { bytes: Some(1_000), ..Limits::default() };
    let mut input = b"<r a='".chain(Endless { text: b"x".to_vec(), taken: 0 });
    let error = canonicalize(&mut input, &Canonicalization::exclusive(), &limits, &mut io::sink());
    assert_eq!(error.unwrap_err().code(), "xml_too_long");
    assert!(input.into_inner().1.taken < 100_000);
}

/// Repeats a text without an end, and counts what is taken of it.
struct Endless {
    text: Vec<u8>,
    taken: u64,
}

impl Read for Endless {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        for byte in into.iter_mut() {
            *byte = self.text[(self.taken % self.text.len() as u64) as usize];
            self.taken += 1;
        }
        Ok(into.len())
    }
}

/// No limit needs the rest of a document to be noticed.
#[test]
fn endless_documents_are_refused_by_the_limit_that_they_pass() {
    let limits = Limits { token: 100_000, scope: 500_000, bytes: Some(1_000_000), ..Limits::default() };
    let declarations: String = (0..30).map(|n| format!(" xmlns:p{n}='urn:{n}'")).collect();
    for (begun, repeated, code) in [
        ("", "<e>".to_owned(), "xml_too_deep"),
        ("", format!("<e{declarations}>"), "xml_too_many_namespaces"),
        ("", format!("<e xml:base='{}'>", "x".repeat(90_000)), "xml_scope_too_long"),
        ("<r>", "text &amp; <e a='1'/>".to_owned(), "xml_too_long"),
        ("<r ", "a='1' ".to_owned(), "xml_token_too_long"),
        ("<r", "r".to_owned(), "xml_token_too_long"),
        ("<r>&", "a".to_owned(), "xml_token_too_long"),
        ("<!--", "a".to_owned(), "xml_token_too_long"),
        ("", " ".to_owned(), "xml_too_long"),
        ("<r/>", "<?p?>".to_owned(), "xml_too_long"),
    ] {
        let mut input = begun.as_bytes().chain(Endless { text: repeated.clone().into_bytes(), taken: 0 });
        let error = canonicalize(&mut input, &Canonicalization::exclusive(), &limits, &mut io::sink());
        assert_eq!(error.unwrap_err().code(), code, "{begun} {:.20}", repeated);
        assert!(input.into_inner().1.taken < 1_100_000, "{begun} {:.20}", repeated);
    }
}

/// As many as a caller allows, in time that grows with them: seconds, not hours.
#[test]
fn a_caller_may_allow_more_of_everything() {
    let limits = Limits { depth: 200_000, attributes: 100_000, ..Limits::default() };
    let deep = format!("{}{}", "<e>".repeat(200_000), "</e>".repeat(200_000));
    let attributes: String = (0..100_000).map(|n| format!(" a{n}=''")).collect();
    for (document, length) in [(deep, 1_400_000), (format!("<e{attributes}/>"), 988_897)] {
        let mut out = Vec::new();
        canonicalize(&mut document.as_bytes(), &Canonicalization::exclusive(), &limits, &mut out).unwrap();
        assert_eq!(out.len(), length);
    }
}

const SECURITY: &str = "urn:example:security";

fn element(document: &str, id: &str, attributes: &IdAttributes) -> Result<Option<String>, XmlError> {
    let (mut out, exclusive) = (Vec::new(), Canonicalization::exclusive());
    let wanted = ElementId { id, attributes };
    let found =
        canonicalize_element(&mut document.as_bytes(), wanted, &exclusive, &Limits::default(), &mut out)?;
    Ok(found.then(|| String::from_utf8(out).unwrap()))
}

#[test]
fn an_element_is_found_by_an_id_in_every_spelling() {
    let named =
        IdAttributes::default().with("AssertionID").unwrap().with(&format!("{{{SECURITY}}}Id")).unwrap();
    for name in ["Id", "ID", "id", "xml:id", "AssertionID", "s:Id"] {
        let document = format!("<r xmlns:s='{SECURITY}'><e {name}='x'>text</e><e/></r>");
        assert!(element(&document, "x", &named).unwrap().unwrap().ends_with(">text</e>"), "{name}");
        assert_eq!(element(&document, "y", &named).unwrap(), None);
    }
    let document =
        format!("<r xmlns:s='{SECURITY}' AssertionID='x'><e s:Id='y' s:AssertionID='z' Key='k'/></r>");
    for id in ["x", "y"] {
        assert_eq!(element(&document, id, &IdAttributes::default()).unwrap(), None, "{id}");
    }
    for id in ["z", "k"] {
        assert_eq!(element(&document, id, &named).unwrap(), None, "{id}");
    }
}

#[test]
fn one_id_twice_is_refused_in_every_pair_of_spellings() {
    let named =
        IdAttributes::default().with("AssertionID").unwrap().with(&format!("{{{SECURITY}}}Id")).unwrap();
    let names = ["Id", "ID", "id", "xml:id", "AssertionID", "s:Id"];
    for one in names {
        for other in names {
            let document = format!("<r xmlns:s='{SECURITY}'><e {one}='x'/><f><g {other}='&#120;'/></f></r>");
            assert_eq!(
                element(&document, "y", &named).unwrap_err().code(),
                "xml_duplicate_id",
                "{one} {other}"
            );
            let fine = format!("<r xmlns:s='{SECURITY}'><e {one}='x'/><f><g {other}='X'/></f></r>");
            assert_eq!(element(&fine, "y", &named).unwrap(), None);
        }
    }
}

/// The page says what the defaults are.
#[test]
fn the_page_of_signatures_lists_every_limit() {
    let page = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/xml-signatures.md");
    let page = std::fs::read_to_string(page).unwrap();
    let Limits { depth, attributes, namespaces, scope, name, token, ids, bytes, signature } =
        Limits::default();
    assert_eq!(bytes, None);
    for (limit, default) in [
        ("depth", depth as u64),
        ("attributes", attributes as u64),
        ("namespaces", namespaces as u64),
        ("scope", scope),
        ("name", name as u64),
        ("token", token),
        ("ids", ids as u64),
        ("signature", signature),
    ] {
        assert!(page.contains(&format!("| `{limit}` | {default} |")), "{limit} {default}");
    }
}
