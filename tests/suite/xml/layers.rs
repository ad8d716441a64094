//! Documents that two keys signed, one after the other: either signature is enough for who accepts its key.

use std::fs;
use std::io::Cursor;

use keyroll::backend::xml_dsig::{
    SignatureProfile, SigningKey, Verified, VerifyOptions, XmlError, sign, verify, verify_either,
};
use keyroll::world::material::Certificate;

use super::{
    Pair,
    oracles::{folder, xmlsec1},
    pairs, signed_with,
};

const ORDER: &str = "<?xml version=\"1.0\"?>\n<order xmlns=\"urn:o\" Id=\"a\">\n  <line>1</line>\n</order>\n";

fn signed_over(document: &[u8], pair: &Pair) -> Result<Vec<u8>, XmlError> {
    let key = SigningKey::new(&pair.key, &pair.certificate)?;
    let profile = SignatureProfile { over_another: true, ..SignatureProfile::default() };
    let mut out = Vec::new();
    sign(&mut &*document, &mut out, &key, &profile)?;
    Ok(out)
}

/// What the first two keys signed, in that order.
fn both(document: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let once = signed_with(document, &pairs()[0], pairs()[0].algorithms[0].1).unwrap();
    let twice = signed_over(&once, &pairs()[1]).unwrap();
    (once, twice)
}

fn judged(message: &[u8], accepted: &[usize]) -> Result<Verified, XmlError> {
    let accepted: Vec<Certificate> = accepted.iter().map(|at| pairs()[*at].certificate.clone()).collect();
    verify_either(&mut Cursor::new(message), &accepted, &VerifyOptions::whole_documents())
}

fn by(message: &[u8], accepted: &[usize]) -> Option<usize> {
    let verified = judged(message, accepted).ok()?;
    assert!(verified.whole_document);
    pairs().iter().position(|pair| pair.certificate == verified.certificate)
}

#[test]
fn either_signature_is_enough_and_none_is_not() {
    let utf16: Vec<u8> = [0xFF, 0xFE]
        .into_iter()
        .chain(ORDER.replace("<?xml version=\"1.0\"?>\n", "").encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    for document in [ORDER.as_bytes(), b"<empty/>", &utf16] {
        let (once, twice) = both(document);
        assert_eq!((by(&twice, &[0]), by(&twice, &[1]), by(&twice, &[0, 1])), (Some(0), Some(1), Some(1)));
        assert!(matches!(judged(&twice, &[2]), Err(XmlError::NotAccepted { .. } | XmlError::Key(_))));
        assert!(judged(&twice, &[]).is_err());
        // One signature is judged as ever, and no document has three.
        assert_eq!((by(&once, &[0]), by(&once, &[1])), (Some(0), None));
        assert!(signed_over(&twice, &pairs()[2]).is_err());
        assert!(judged(document, &[0, 1]).is_err());
        let third = twice.clone();
        let all: Vec<Certificate> = pairs().iter().map(|pair| pair.certificate.clone()).collect();
        let plain = verify(&mut Cursor::new(&third), &mut std::io::sink(), &all, &VerifyOptions::default());
        assert!(plain.is_err(), "whoever takes one signature to a document takes one");
    }
    // Without leave, nothing is signed again.
    let (once, _) = both(ORDER.as_bytes());
    assert!(signed_with(&once, &pairs()[1], pairs()[1].algorithms[0].1).is_err());
}

#[test]
fn what_is_changed_is_accepted_by_nobody() {
    let (once, twice) = both(ORDER.as_bytes());
    let text = String::from_utf8(twice).unwrap();
    let refused = |changed: String| {
        assert_ne!(changed, text);
        for accepted in [&[0][..], &[1], &[0, 1]] {
            assert!(judged(changed.as_bytes(), accepted).is_err(), "{accepted:?}: {changed}");
        }
    };
    refused(text.replace("<line>1</line>", "<line>2</line>"));
    refused(text.replace("Id=\"a\"", "Id=\"b\""));
    refused(text.replace("</order>", "<more/></order>"));
    refused(text.replacen("<ds:Signature", "<more/><ds:Signature", 1));
    // The first signature is part of what the second one signs; changed, it is none of its own either.
    let value = text.find("<ds:SignatureValue>").unwrap() + "<ds:SignatureValue>".len();
    let mut bytes = text.clone().into_bytes();
    bytes[value] = if bytes[value] == b'A' { b'B' } else { b'A' };
    refused(String::from_utf8(bytes).unwrap());
    // The two change places: neither is over what stands there.
    let at = text.rfind("<ds:Signature ").unwrap();
    let first = text.find("<ds:Signature ").unwrap();
    let end = text.find("</order>").unwrap();
    refused(format!("{}{}{}{}", &text[..first], &text[at..end], &text[first..at], &text[end..]));
    // What follows the last one is not covered by it.
    refused(text.replace("</order>", "<!-- more --></order>"));
    // Somebody may take the last signature off, or put another one there: the content is still that of the first.
    assert_eq!(by(&once, &[0, 1]), Some(0));
    let other = signed_over(&once, &pairs()[2]).unwrap();
    assert_eq!((by(&other, &[0]), by(&other, &[1])), (Some(0), None));
}

#[test]
fn xmlsec1_verifies_each_signature() {
    let folder = folder();
    let (once, twice) = both(ORDER.as_bytes());
    let at = |name: &str| folder.path().join(name);
    fs::write(at("once.xml"), &once).unwrap();
    fs::write(at("twice.xml"), &twice).unwrap();
    let verifies = |file: &str, nth: usize, pair: &Pair| {
        let certificate = at(&format!("{}.crt", pair.name));
        let node = format!("/*/*[local-name()='Signature'][{nth}]");
        let arguments = [
            "--verify",
            "--enabled-key-data",
            "key-name",
            "--pubkey-cert-pem",
            certificate.to_str().unwrap(),
            "--node-xpath",
            &node,
        ];
        xmlsec1(&arguments, &[&at(file)]).is_ok()
    };
    let (first, second) = (&pairs()[0], &pairs()[1]);
    assert!(verifies("twice.xml", 2, second) && !verifies("twice.xml", 2, first));
    // The first one is over the document without the second.
    assert!(verifies("once.xml", 1, first) && !verifies("once.xml", 1, second));
    let text = String::from_utf8(twice).unwrap();
    let cut = text.rfind("<ds:Signature ").unwrap()..text.find("</order>").unwrap();
    assert_eq!(format!("{}{}", &text[..cut.start], &text[cut.end..]).into_bytes(), once);
}
