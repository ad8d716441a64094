//! Signatures of every shape, in every place, and what is refused of them.

use std::io::{Cursor, Read};

use keyroll::backend::xml_dsig::{
    Algorithm, Canonicalization, KeyInfo, Place, Position, Shape, SignatureProfile, SigningKey, Verified,
    VerifyOptions, XmlError, sign, sign_seekable, verify,
};

use super::{accepted, pairs};

/// Signs with P-256, in both ways that there are: they must write the same but for the value.
pub(super) fn signed_as(document: &[u8], profile: &SignatureProfile) -> Result<Vec<u8>, XmlError> {
    let pair =
        if profile.algorithm.is_some_and(|algorithm| algorithm.name().starts_with("rsa")) { 0 } else { 1 };
    let key = SigningKey::new(&pairs()[pair].key, &pairs()[pair].certificate)?;
    let mut out = Vec::new();
    let once = sign(&mut &*document, &mut out, &key, profile);
    let mut again = Vec::new();
    let twice = sign_seekable(&mut Cursor::new(document), &mut again, &key, profile);
    match (&once, &twice) {
        (Ok(one), Ok(other)) => assert_eq!(one, other),
        (Err(one), Err(other)) => assert_eq!(one.code(), other.code()),
        other => panic!("{other:?}"),
    }
    once.map(|_| out)
}

fn verified_as(message: &[u8], options: &VerifyOptions) -> Result<(Verified, String), XmlError> {
    let mut out = Vec::new();
    let verified = verify(&mut Cursor::new(message), &mut out, &accepted(), options)?;
    Ok((verified, String::from_utf8(out).unwrap()))
}

const LETTER: &str = "<!-- a --><l:letter xmlns:l='urn:l' Id='all'><l:head/><l:body Id='b'>Dear <b>Anna</b><!-- c --></l:body><l:body/></l:letter>";

fn profile(shape: Shape, reference: &str, position: &str) -> SignatureProfile {
    SignatureProfile {
        shape,
        reference: (!reference.is_empty()).then(|| reference.parse().unwrap()),
        position: (!position.is_empty()).then(|| position.parse().unwrap()),
        ..SignatureProfile::default()
    }
}

const SIGNATURE: &str = "SIGNATURE";

/// The message with its signature made short.
fn outline(message: &str) -> String {
    let (start, end) = (message.find("<ds:Signature ").unwrap(), message.rfind("</ds:Signature>").unwrap());
    match message.find("<ds:Object ") {
        Some(object) => format!("{}{SIGNATURE}{}", &message[..start], &message[object..]),
        None => format!("{}{SIGNATURE}{}", &message[..start], &message[end + "</ds:Signature>".len()..]),
    }
}

#[test]
fn a_signature_stands_where_it_is_asked_to_stand() {
    let whole = "<l:letter xmlns:l=\"urn:l\" Id=\"all\"><l:head></l:head><l:body Id=\"b\">Dear <b>Anna</b></l:body><l:body></l:body></l:letter>";
    let body = "<l:body xmlns:l=\"urn:l\" Id=\"b\">Dear <b>Anna</b></l:body>";
    for (shape, reference, position, before, canonical) in [
        (Shape::Enveloped, "", "", "</l:letter>", whole),
        (Shape::Enveloped, "#all", "", "</l:letter>", whole),
        (Shape::Enveloped, "{urn:l}letter", "", "</l:letter>", whole),
        (Shape::Enveloped, "#b", "", "</l:body><l:body/>", body),
        (Shape::Enveloped, "/letter/body[1]", "", "</l:body><l:body/>", body),
        (Shape::Enveloped, "", "after:head", "<l:body Id", whole),
        (Shape::Enveloped, "", "{urn:l}head", "</l:head>", whole),
        (Shape::Enveloped, "#all", "/letter/body[2]", "</l:body></l:letter>", whole),
        (Shape::Enveloped, "#all", "after:/letter/body/b", "<!-- c -->", whole),
        (Shape::Detached, "#b", "", "<l:body/>", body),
        (Shape::Detached, "#b", "head", "</l:head>", body),
        (Shape::Detached, "#b", "letter", "</l:letter>", body),
        (Shape::Detached, "#b", "after:head", "<l:body Id", body),
    ] {
        let about = format!("{shape} {reference} {position}");
        let message = signed_as(LETTER.as_bytes(), &profile(shape, reference, position))
            .unwrap_or_else(|error| panic!("{about}: {error}"));
        let message = String::from_utf8(message).unwrap();
        let outline = outline(&message);
        assert!(outline.contains(&format!("{SIGNATURE}{before}")), "{about}: {outline}");
        let bare = outline.replace(SIGNATURE, "").replace("<l:head></l:head>", "<l:head/>");
        assert_eq!(bare.replace("<l:body></l:body>", "<l:body/>"), LETTER, "{about}");

        let place = if position.is_empty() { Place::Usual } else { Place::At(position.parse().unwrap()) };
        let options = VerifyOptions { place, ..VerifyOptions::default() };
        let (verified, bytes) =
            verified_as(message.as_bytes(), &options).unwrap_or_else(|error| panic!("{about}: {error}"));
        assert_eq!((bytes.as_str(), verified.shape()), (canonical, Some(shape)), "{about}");
        assert_eq!(verified.whole_document, canonical == whole, "{about}");
        let anywhere = VerifyOptions { place: Place::Anywhere, ..VerifyOptions::default() };
        assert_eq!(verified_as(message.as_bytes(), &anywhere).unwrap().1, canonical, "{about}");
        if !position.is_empty() {
            let code =
                verified_as(message.as_bytes(), &VerifyOptions::default()).map(|_| ()).map_err(|e| e.code());
            let usual = (shape, position) == (Shape::Detached, "letter");
            assert_ne!(code, Ok(()), "{about} {usual}");
        }
    }
}

#[test]
fn an_enveloping_signature_goes_around_the_document() {
    for document in [
        "<r/>",
        "\u{FEFF}<?xml version='1.0'?>\n<!-- a --><?p?><r xmlns='urn:a' Id='r'>text<e/></r>\n<!-- z -->",
    ] {
        for method in Canonicalization::all() {
            let profile = SignatureProfile {
                shape: Shape::Enveloping,
                canonicalization: method.clone(),
                id: Some("sig".parse().unwrap()),
                ..SignatureProfile::default()
            };
            let message = String::from_utf8(signed_as(document.as_bytes(), &profile).unwrap()).unwrap();
            let root = &document[document.find("<r").unwrap()..];
            let root = root.split_inclusive("</r>").next().unwrap();
            let around = format!("{SIGNATURE}<ds:Object Id=\"sig-object\">{root}</ds:Object></ds:Signature>");
            assert_eq!(outline(&message), document.replace(root, &around));
            let (verified, bytes) =
                verified_as(message.as_bytes(), &VerifyOptions::whole_documents()).unwrap();
            assert_eq!(
                (verified.shape(), verified.references[0].uri.as_str()),
                (Some(Shape::Enveloping), "#sig-object")
            );
            assert!(bytes.starts_with("<ds:Object "), "{bytes}");
        }
    }
}

/// What is asked for and cannot be, with its code.
#[test]
fn what_cannot_be_signed_as_asked_is_refused_by_its_name() {
    let no_prefix = SignatureProfile { prefix: "".parse().unwrap(), ..profile(Shape::Enveloping, "", "") };
    let unsigned =
        SignatureProfile { key_info: KeyInfo::NONE, sign_key_info: true, ..SignatureProfile::default() };
    let taken = SignatureProfile { id: Some("b".parse().unwrap()), ..SignatureProfile::default() };
    let ski = SignatureProfile { key_info: "ski".parse().unwrap(), ..SignatureProfile::default() };
    let rsa = SignatureProfile { algorithm: Some(Algorithm::RsaPssSha256), ..SignatureProfile::default() };
    let asked = [
        ("xml_reference_needed", profile(Shape::Detached, "", "")),
        ("xml_enveloping_whole", profile(Shape::Enveloping, "#b", "")),
        ("xml_enveloping_whole", profile(Shape::Enveloping, "", "head")),
        ("xml_no_key_info", unsigned),
        ("xml_selects_nothing", profile(Shape::Enveloped, "#c", "")),
        ("xml_selects_nothing", profile(Shape::Enveloped, "", "{urn:m}head")),
        ("xml_selects_nothing", profile(Shape::Enveloped, "/head", "")),
        ("xml_selects_several", profile(Shape::Enveloped, "", "body")),
        ("xml_selects_several", profile(Shape::Enveloped, "", "/letter/body")),
        ("xml_selected_without_id", profile(Shape::Detached, "head", "")),
        ("xml_position", profile(Shape::Enveloped, "#b", "head")),
        (
            "xml_position",
            profile(Shape::Enveloped, "#b", "after:body[1]".replace("body[1]", "/letter/body[1]").as_str()),
        ),
        ("xml_position", profile(Shape::Detached, "#b", "b")),
        ("xml_position", profile(Shape::Detached, "#all", "")),
        ("xml_position", profile(Shape::Detached, "#b", "after:letter")),
        ("xml_position", profile(Shape::Enveloped, "", "after:letter")),
        ("xml_prefix_needed", no_prefix),
        ("xml_duplicate_id", taken),
        ("xml_key_identifier", ski),
    ];
    for (code, profile) in asked {
        let error = signed_as(LETTER.as_bytes(), &profile).expect_err(code);
        assert_eq!(error.code(), code, "{profile:?}");
    }
    let greek = SignatureProfile { prefix: "\u{3C3}".parse().unwrap(), ..SignatureProfile::default() };
    assert!(signed_as(LETTER.as_bytes(), &greek).is_ok());
    let latin = b"<?xml version='1.0' encoding='ISO-8859-1'?><r>\xE9</r>";
    assert_eq!(signed_as(latin, &greek).unwrap_err().code(), "xml_prefix_encoding");
    let key = SigningKey::new(&pairs()[1].key, &pairs()[1].certificate).unwrap();
    let error = sign(&mut LETTER.as_bytes(), &mut std::io::sink(), &key, &rsa).unwrap_err();
    assert_eq!(error.code(), "xml_key_algorithm");
}

/// A document that is longer than memory should hold is signed in two passes all the same.
#[test]
fn a_document_that_cannot_be_read_twice_is_kept_meanwhile() {
    let long = format!("<r>{}</r>", "x".repeat(3 << 20));
    let key = SigningKey::new(&pairs()[1].key, &pairs()[1].certificate).unwrap();
    let mut out = Vec::new();
    let halves = (long.as_bytes()).split_at(1_000);
    sign(&mut halves.0.chain(halves.1), &mut out, &key, &profile(Shape::Enveloping, "", "")).unwrap();
    let (_, bytes) = verified_as(&out, &VerifyOptions::whole_documents()).unwrap();
    assert!(bytes.contains(&long));
}

#[test]
fn a_position_is_read_as_it_is_written() {
    for text in ["#a", "head", "after:{urn:a}b", "/a/b[2]/{urn:c/d}e", "after:#x"] {
        assert_eq!(text.parse::<Position>().unwrap().to_string(), text);
    }
}

/// Signs a letter with a signature after its body.
fn detached() -> String {
    String::from_utf8(signed_as(LETTER.as_bytes(), &profile(Shape::Detached, "#b", "")).unwrap()).unwrap()
}

fn enveloping() -> String {
    let profile = SignatureProfile { sign_key_info: true, ..profile(Shape::Enveloping, "", "") };
    String::from_utf8(signed_as(LETTER.as_bytes(), &profile).unwrap()).unwrap()
}

fn exchanged(message: &str, from: &str, to: &str) -> String {
    assert!(message.contains(from), "nothing to exchange: {from}");
    message.replacen(from, to, 1)
}

/// Attacks on signatures that are beside or around of what they sign. A place is given to each,
/// since an attacker finds the receiver who has none.
fn attacks() -> Vec<(&'static str, String, &'static str, Place)> {
    let (detached, enveloping) = (detached(), enveloping());
    let (start, end) =
        (detached.find("<ds:Signature ").unwrap(), detached.find("</ds:Signature>").unwrap() + 15);
    let signature = &detached[start..end];
    let body = &detached[detached.find("<l:body Id").unwrap()..start];
    let (bare, evil) =
        (detached.replace(signature, ""), body.replace("Anna", "Mallory").replace("'b'", "'c'"));
    let usual = || Place::Usual;
    let object_end = "</ds:Object>";
    let key_info_end = enveloping.find("<ds:KeyInfo").unwrap();
    vec![
        ("changed", exchanged(&detached, "Anna", "Mallory"), "xml_digest", usual()),
        ("body exchanged", exchanged(&detached, body, &evil), "xml_signature_place", usual()),
        (
            "body exchanged, any place",
            exchanged(&detached, body, &evil),
            "xml_reference_target",
            Place::Anywhere,
        ),
        (
            "original wrapped beside another",
            exchanged(&detached, body, &format!("<x>{body}</x>{evil}")),
            "xml_signature_place",
            usual(),
        ),
        (
            "original before another",
            exchanged(&detached, body, &format!("{body}{evil}")),
            "xml_signature_place",
            usual(),
        ),
        (
            "two of one id",
            exchanged(&detached, body, &format!("{}{body}", evil.replace("'c'", "'b'"))),
            "xml_duplicate_id",
            Place::Anywhere,
        ),
        (
            "two of one id, otherwise spelt",
            exchanged(&detached, body, &format!("{}{body}", evil.replace("Id='c'", "xml:id='b'"))),
            "xml_duplicate_id",
            Place::Anywhere,
        ),
        (
            "signature moved to the end",
            exchanged(&bare, "</l:letter>", &format!("{signature}</l:letter>")),
            "xml_signature_place",
            usual(),
        ),
        (
            "signature moved into the body",
            exchanged(&bare, "</l:body>", &format!("{signature}</l:body>")),
            "xml_transforms",
            Place::Anywhere,
        ),
        (
            "body moved into the signature",
            exchanged(
                &exchanged(&detached, body, ""),
                "</ds:Signature>",
                &format!("<ds:Object>{body}</ds:Object></ds:Signature>"),
            ),
            "xml_signature_place",
            Place::Anywhere,
        ),
        (
            "signature with an object beside",
            exchanged(&detached, "</ds:Signature>", "<ds:Object Id='o'>x</ds:Object></ds:Signature>"),
            "xml_signature_object",
            Place::Anywhere,
        ),
        (
            "signature alone with the body",
            exchanged(
                signature,
                "</ds:Signature>",
                &format!("<ds:Object xmlns:l='urn:l'>{body}</ds:Object></ds:Signature>"),
            ),
            "xml_not_whole",
            usual(),
        ),
        ("object changed", exchanged(&enveloping, "Anna", "Mallory"), "xml_digest", usual()),
        (
            "object before the object",
            exchanged(&enveloping, "<ds:Object ", "<ds:Object>x</ds:Object><ds:Object "),
            "xml_signature_object",
            usual(),
        ),
        (
            "object after the object",
            exchanged(&enveloping, object_end, "</ds:Object><ds:Object>x</ds:Object>"),
            "xml_signature_object",
            usual(),
        ),
        (
            "key information changed",
            exchanged(&enveloping, "<ds:X509Data>", "<ds:X509Data> "),
            "xml_digest",
            usual(),
        ),
        (
            "without the object",
            enveloping[..enveloping.find("<ds:Object ").unwrap()].to_owned() + "</ds:Signature>",
            "xml_signature_alone",
            usual(),
        ),
        (
            "enveloping signature in a document",
            format!("<evil>{}</evil>", enveloping.replace("<!-- a -->", "")),
            "xml_signature_place",
            usual(),
        ),
        (
            "enveloping signature in a document, any place",
            format!("<evil>{}</evil>", enveloping.replace("<!-- a -->", "")),
            "xml_signature_place",
            Place::Anywhere,
        ),
        (
            "key information only",
            exchanged(
                &format!("{}</ds:Signature>", &enveloping[..enveloping.find("<ds:Object ").unwrap()]),
                &enveloping[enveloping.find("<ds:Reference").unwrap()
                    ..enveloping.find("</ds:Reference>").unwrap() + 15],
                "",
            ),
            "xml_no_content",
            usual(),
        ),
        (
            "reference to the signature",
            exchanged(
                &exchanged(&enveloping, "<ds:SignatureValue>", "<ds:SignatureValue Id='v'>"),
                "URI=\"#signature-key-info\"",
                "URI=\"#v\"",
            ),
            "xml_reference_to_signature",
            Place::Anywhere,
        ),
        (
            "id of the key information elsewhere",
            format!(
                "{}{}",
                &enveloping[..key_info_end],
                exchanged(&enveloping[key_info_end..], "<l:head/>", "<l:head Id='signature-key-info'/>")
            ),
            "xml_duplicate_id",
            usual(),
        ),
    ]
}

#[test]
fn every_attack_on_a_shape_is_refused_by_its_name() {
    let mut wrong = Vec::new();
    for (attack, message, expected, place) in attacks() {
        let options = VerifyOptions { place, ..VerifyOptions::default() };
        let code = match verified_as(message.as_bytes(), &options) {
            Ok((verified, _)) if expected == "xml_not_whole" && !verified.whole_document => {
                expected.to_owned()
            }
            Ok(_) => "verified".to_owned(),
            Err(error) => error.code(),
        };
        if code != expected {
            wrong.push(format!("{attack}: {code}, not {expected}"));
        }
        // A receiver of whole documents takes none of them either.
        assert!(verified_as(message.as_bytes(), &VerifyOptions::whole_documents()).is_err(), "{attack}");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Where the place decides nothing, what is handed out is still what was signed and nothing else.
#[test]
fn whatever_stands_around_only_what_was_signed_is_handed_out() {
    let detached = detached();
    let anywhere = VerifyOptions { place: Place::Anywhere, ..VerifyOptions::default() };
    let (_, signed) = verified_as(detached.as_bytes(), &anywhere).unwrap();
    let wrapped = exchanged(&detached, "<l:head/>", "<l:body Id='c'>Dear <b>Mallory</b></l:body>");
    for message in [wrapped.clone(), wrapped.replace("<!-- a -->", "<?mallory?>")] {
        let (verified, bytes) = verified_as(message.as_bytes(), &anywhere).unwrap();
        assert_eq!((bytes.as_str(), verified.whole_document), (signed.as_str(), false));
        let error = verified_as(message.as_bytes(), &VerifyOptions::whole_documents()).unwrap_err();
        assert_eq!(error.code(), "xml_not_whole");
    }
}

/// `admin<!-- -->.evil` is `admin.evil` in what is handed out, with every canonicalization: nobody
/// who works with that sees two texts.
#[test]
fn a_comment_in_a_text_splits_nothing() {
    for method in Canonicalization::all() {
        let profile = SignatureProfile { canonicalization: method, ..SignatureProfile::default() };
        let message = signed_as(b"<r><user>admin.evil</user></r>", &profile).unwrap();
        let message = String::from_utf8(message).unwrap().replace("admin.evil", "admin<!-- -->.evil");
        let (_, bytes) = verified_as(message.as_bytes(), &VerifyOptions::whole_documents()).unwrap();
        assert!(bytes.contains("<user>admin.evil</user>"), "{bytes}");
    }
}

#[test]
fn a_shape_that_is_not_taken_is_refused() {
    let options = |shapes: &[Shape]| VerifyOptions { shapes: shapes.to_vec(), ..VerifyOptions::default() };
    for (shape, message) in [(Shape::Detached, detached()), (Shape::Enveloping, enveloping())] {
        let others: Vec<Shape> = Shape::ALL.into_iter().filter(|other| *other != shape).collect();
        let error = verified_as(message.as_bytes(), &options(&others)).unwrap_err();
        assert_eq!(error.code(), "xml_signature_type");
        assert!(verified_as(message.as_bytes(), &options(&[shape])).is_ok());
    }
}

/// Every shape is written in the encoding of its document, and the rest of it byte for byte.
#[test]
fn a_document_keeps_its_encoding_in_every_shape() {
    let utf16 = |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_le_bytes).collect() };
    let text = "<?xml version='1.0' encoding='ENC'?><r Id='a'><e Id='b'>\u{E9}</e><f/></r>";
    let latin: Vec<u8> =
        text.replace("ENC", "ISO-8859-1").chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    for (encoding, document) in
        [("ISO-8859-1", latin), ("UTF-16", utf16(&format!("\u{FEFF}{}", text.replace("ENC", "UTF-16"))))]
    {
        for (shape, reference, position) in [
            (Shape::Enveloped, "", ""),
            (Shape::Enveloped, "", "after:e"),
            (Shape::Enveloped, "#b", ""),
            (Shape::Enveloped, "#a", "f"),
            (Shape::Detached, "#b", ""),
            (Shape::Enveloping, "", ""),
        ] {
            let message = signed_as(&document, &profile(shape, reference, position)).unwrap();
            let anywhere = VerifyOptions { place: Place::Anywhere, ..VerifyOptions::default() };
            let (_, bytes) = verified_as(&message, &anywhere)
                .unwrap_or_else(|error| panic!("{encoding} {shape}: {error}"));
            assert!(bytes.contains("<e Id=\"b\">\u{E9}</e>"), "{bytes}");
            let mark: &[u8] = if encoding == "UTF-16" { b"\xFF\xFE" } else { b"" };
            assert!(
                message.starts_with(mark)
                    && !message[mark.len()..].starts_with(mark.get(..2).unwrap_or(b"\0"))
            );
        }
    }
}
