//! Documents in other encodings than UTF-8: the same canonical form, and the author's bytes.

use std::fs;

use keyroll::backend::xml_dsig::{Algorithm, Canonicalization, Limits, canonicalize};
use openssl::base64::decode_block;

use super::{
    accepted,
    documents::awkward,
    oracles::{folder, java, tell},
    pairs, random, signed, signed_with, verified,
};

/// The name in a declaration, and how a text is written.
type Encode = fn(&str) -> Vec<u8>;

const ENCODERS: &[(&str, Encode)] = &[
    ("UTF-16", |text| text.encode_utf16().flat_map(u16::to_le_bytes).collect()),
    ("UTF-16", |text| text.encode_utf16().flat_map(u16::to_be_bytes).collect()),
    ("ISO-8859-1", |text| text.chars().map(|c| u8::try_from(c).unwrap()).collect()),
    ("US-ASCII", |text| text.as_bytes().to_vec()),
];

/// A document without a declaration and a mark.
fn bare(document: &str) -> &str {
    let document = document.trim_start_matches('\u{FEFF}');
    match document.strip_prefix("<?xml ") {
        Some(rest) => rest.split_once("?>").unwrap().1,
        None => document,
    }
}

/// A document in UTF-8, and what stands before it in another encoding.
struct Encoded {
    about: String,
    encode: Encode,
    head: String,
    plain: String,
}

impl Encoded {
    fn bytes(&self) -> Vec<u8> {
        (self.encode)(&[&*self.head, &self.plain].concat())
    }
}

fn encoded() -> Vec<Encoded> {
    let small = awkward().into_iter().filter(|(_, text)| text.len() < 50_000);
    let documents: Vec<(String, String)> = small
        .map(|(about, text)| (about.to_owned(), text))
        .chain((0..60).map(|seed| (format!("random {seed}"), random::document(seed))))
        .collect();
    let mut encoded = Vec::new();
    for (about, text) in documents {
        for (name, encode) in ENCODERS {
            let (mark, highest) = match *name {
                "UTF-16" => ("\u{FEFF}", char::MAX),
                "ISO-8859-1" => ("", '\u{FF}'),
                _ => ("", '\u{7F}'),
            };
            let mut plain = bare(&text).to_owned();
            if about.starts_with("random") {
                plain = if 'é' <= highest { plain } else { plain.replace('é', "E") };
                plain = if '😀' <= highest { plain } else { plain.replace('😀', "!") };
            }
            if plain.chars().any(|c| c > highest) {
                continue;
            }
            let declaration = format!("{mark}<?xml version='1.0' encoding='{name}'?>");
            for head in [declaration, mark.to_owned()].into_iter().filter(|head| !head.is_empty()) {
                let about = format!("{about} in {name} behind {head:?}");
                encoded.push(Encoded { about, encode: *encode, head, plain: plain.clone() });
            }
        }
    }
    encoded
}

fn canonical(document: &[u8]) -> Vec<u8> {
    let (mut out, exclusive) = (Vec::new(), Canonicalization::exclusive());
    canonicalize(&mut &*document, &exclusive, &Limits::default(), &mut out).unwrap();
    out
}

#[test]
fn the_encoding_makes_no_difference_to_the_canonical_form() {
    let documents = encoded();
    for document in &documents {
        assert!(canonical(document.plain.as_bytes()) == canonical(&document.bytes()), "{}", document.about);
    }
    assert!(documents.len() > 250, "{}", documents.len());
}

/// A message without its signature.
fn unsigned(message: &str) -> String {
    let (before, rest) = message.rsplit_once("<ds:Signature xmlns:ds=").unwrap();
    format!("{before}{}", rest.split_once("</ds:Signature>").unwrap().1)
}

#[test]
fn a_signed_document_keeps_its_encoding_and_its_bytes() {
    for document in encoded() {
        let Encoded { about, encode, head, plain } = &document;
        let message = signed_with(&document.bytes(), &pairs()[1], Algorithm::EcdsaSha256).unwrap();
        let (begin, end) = (encode("<ds:Signature xmlns:ds="), encode("</ds:Signature>"));
        let find = |part: &[u8]| message.windows(part.len()).rposition(|window| window == part).unwrap();
        let rest = [&message[..find(&begin)], &message[find(&end) + end.len()..]].concat();
        assert!(rest == encode(&format!("{head}{}", unsigned(&signed(plain)))), "{about}: {rest:?}");
        let verified = verified(&message, &accepted());
        assert!(verified.is_ok(), "{about}: {verified:?}");
    }
}

#[test]
fn java_reads_the_same_in_every_encoding() {
    let (folder, documents) = (folder(), encoded());
    let mut messages = Vec::new();
    for (number, document) in documents.iter().enumerate() {
        let message = signed_with(&document.bytes(), &pairs()[1], Algorithm::EcdsaSha256).unwrap();
        let file = format!("p256.ecdsa-sha256.{number}.xml");
        fs::write(folder.path().join(&file), &message).unwrap();
        messages.push((&document.about, file, message));
    }
    let said = java(&[folder.path()], "verify");
    for (about, file, message) in &messages {
        let (_, own) = verified(message, &accepted()).unwrap();
        let theirs = said[file].as_ref().unwrap_or_else(|why| panic!("{about}: {why}"));
        assert!(decode_block(theirs).unwrap() == own, "{about}");
    }
    tell(&format!("cross-checked {} documents in other encodings with Java", messages.len()));
}
