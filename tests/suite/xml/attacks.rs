//! What somebody may do to a signed document, and the name under which it is refused.

use proptest::{prelude::*, test_runner::Config};

use super::{accepted, pair, pairs, rsa, signed, verified};

const ORDER: &str =
    "<o:order xmlns:o='urn:o' Id='order'><o:to>Anna</o:to><o:sum>10</o:sum><!-- c --><o:end/></o:order>";

fn code(message: &str) -> String {
    refusal(message).0
}

/// The code, and the reason without its place.
fn refusal(message: &str) -> (String, String) {
    match verified(message.as_bytes(), &accepted()) {
        Ok(_) => ("verified".to_owned(), String::new()),
        Err(error) => {
            let reason = error.to_string();
            // The place, and the certificate that is named, are new in each run.
            let fixed = reason.split([',', '(']).next().unwrap().trim_end().to_owned();
            (error.code(), fixed)
        }
    }
}

/// The signature element of a signed document.
fn signature(message: &str) -> &str {
    let (start, end) = (message.find("<ds:Signature xml").unwrap(), message.find("</ds:Signature>").unwrap());
    &message[start..end + "</ds:Signature>".len()]
}

/// Exchanges a text that must be there.
fn exchanged(message: &str, from: &str, to: &str) -> String {
    assert!(message.contains(from), "nothing to exchange: {from}");
    message.replacen(from, to, 1)
}

const C14N: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
const ENVELOPED: &str =
    "<ds:Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"></ds:Transform>";
const EXCLUSIVE: &str = "<ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"></ds:Transform>";
const METHOD: &str = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256";
const DIGEST: &str = "http://www.w3.org/2001/04/xmlenc#sha256";

/// Attack, the text that it exchanges in a signed order, by what, and how it is refused.
const EXCHANGES: &[(&str, &str, &str, &str)] = &[
    ("another payee", "Anna", "Mallory", "xml_digest"),
    ("another element", "<o:end/>", "<o:end></o:end><o:end/>", "xml_digest"),
    ("another attribute", "Id='order'", "Id='order' a=''", "xml_digest"),
    ("another namespace", "xmlns:o='urn:o'", "xmlns:o='urn:p'", "xml_digest"),
    ("white space", "<o:end/>", " <o:end/>", "xml_digest"),
    ("instruction outside", "<o:order", "<?p?><o:order", "xml_digest"),
    ("instruction after", "</o:order>", "</o:order><?p?>", "xml_digest"),
    ("white space after the signature", "</ds:Signature>", "</ds:Signature> ", "xml_digest"),
    ("white space in signed info", "<ds:Reference ", " <ds:Reference ", "xml_not_accepted"),
    (
        "another prefix for another namespace",
        "xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"",
        "xmlns:ds=\"urn:x\"",
        "xml_not_signed",
    ),
    ("text after the signature", "</ds:Signature>", "</ds:Signature>x", "xml_signature_not_last"),
    ("element after the signature", "</ds:Signature>", "</ds:Signature><x/>", "xml_signature_not_last"),
    ("comment after the signature", "</ds:Signature>", "</ds:Signature><!-- x -->", "xml_signature_not_last"),
    ("instruction after the signature", "</ds:Signature>", "</ds:Signature><?x?>", "xml_signature_not_last"),
    (
        "section after the signature",
        "</ds:Signature>",
        "</ds:Signature><![CDATA[x]]>",
        "xml_signature_not_last",
    ),
    ("comment in a value", "<ds:SignatureValue>", "<ds:SignatureValue><!-- x -->", "xml_signature_comment"),
    ("instruction in signed info", "<ds:Reference ", "<?x?><ds:Reference ", "xml_signature_comment"),
    (
        "object",
        "</ds:Signature>",
        "<ds:Object><o:order xmlns:o='urn:o'/></ds:Object></ds:Signature>",
        "xml_signature_object",
    ),
    ("object without the original", "</ds:Signature>", "<ds:Object/></ds:Signature>", "xml_signature_object"),
    ("foreign element", "</ds:Signature>", "<x/></ds:Signature>", "xml_signature_structure"),
    ("text in the signature", "<ds:SignedInfo>", "x<ds:SignedInfo>", "xml_signature_structure"),
    ("attribute on the signature", "<ds:SignedInfo>", "<ds:SignedInfo x=''>", "xml_signature_structure"),
    ("attribute of a namespace", "<ds:SignedInfo>", "<ds:SignedInfo ds:Id=''>", "xml_signature_structure"),
    (
        "signed info of another namespace",
        "<ds:SignedInfo>",
        "<ds:SignedInfo xmlns:ds='urn:x'>",
        "xml_signature_structure",
    ),
    (
        "type of reference",
        "URI=\"\"",
        "URI=\"\" Type=\"http://www.w3.org/2000/09/xmldsig#Object\"",
        "xml_not_accepted",
    ),
    ("reference by id", "URI=\"\"", "URI=\"#order\"", "xml_not_accepted"),
    ("reference by xpointer", "URI=\"\"", "URI=\"#xpointer(id('order'))\"", "xml_xpointer"),
    ("reference to the root by xpointer", "URI=\"\"", "URI=\"#xpointer(/)\"", "xml_xpointer"),
    ("reference to a file", "URI=\"\"", "URI=\"file:///etc/hostname\"", "xml_reference_elsewhere"),
    ("reference to a server", "URI=\"\"", "URI=\"http://localhost/\"", "xml_reference_elsewhere"),
    ("reference to a path", "URI=\"\"", "URI=\"order.xml\"", "xml_reference_elsewhere"),
    ("reference to nothing", " URI=\"\"", "", "xml_reference_elsewhere"),
    ("no canonicalization", EXCLUSIVE, "", "xml_not_accepted"),
    ("not enveloped", ENVELOPED, "", "xml_transforms"),
    (
        "enveloped twice",
        ENVELOPED,
        "<ds:Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"/><ds:Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"/>",
        "xml_transforms",
    ),
    (
        "xslt",
        ENVELOPED,
        "<ds:Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xslt-19991116\"/>",
        "xml_xslt",
    ),
    (
        "xpath",
        ENVELOPED,
        "<ds:Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xpath-19991116\"><ds:XPath>not(1)</ds:XPath></ds:Transform>",
        "xml_xpath",
    ),
    (
        "xpath filter",
        ENVELOPED,
        "<ds:Transform Algorithm=\"http://www.w3.org/2002/06/xmldsig-filter2\"/>",
        "xml_xpath",
    ),
    (
        "base64",
        ENVELOPED,
        "<ds:Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#base64\"/>",
        "xml_base64_transform",
    ),
    (
        "inclusive form",
        EXCLUSIVE,
        "<ds:Transform Algorithm=\"http://www.w3.org/TR/2001/REC-xml-c14n-20010315\"/>",
        "xml_not_accepted",
    ),
    (
        "form with comments",
        EXCLUSIVE,
        "<ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#WithComments\"/>",
        "xml_not_accepted",
    ),
    ("unknown transform", EXCLUSIVE, "<ds:Transform Algorithm=\"urn:x\"/>", "xml_unknown_algorithm"),
    ("transform without a name", EXCLUSIVE, "<ds:Transform/>", "xml_unknown_algorithm"),
    (
        "inclusive prefixes",
        EXCLUSIVE,
        "<ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"><ec:InclusiveNamespaces xmlns:ec=\"http://www.w3.org/2001/10/xml-exc-c14n#\" PrefixList=\"o\"/></ds:Transform>",
        "xml_not_accepted",
    ),
    (
        "inclusive prefixes that are none",
        EXCLUSIVE,
        "<ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"><ec:InclusiveNamespaces xmlns:ec=\"http://www.w3.org/2001/10/xml-exc-c14n#\" PrefixList=\"o:o\"/></ds:Transform>",
        "xml_inclusive_namespaces",
    ),
    (
        "inclusive prefixes of an inclusive form",
        EXCLUSIVE,
        "<ds:Transform Algorithm=\"http://www.w3.org/2006/12/xml-c14n11\"><ec:InclusiveNamespaces xmlns:ec=\"http://www.w3.org/2001/10/xml-exc-c14n#\" PrefixList=\"o\"/></ds:Transform>",
        "xml_inclusive_namespaces",
    ),
    (
        "two canonicalizations",
        EXCLUSIVE,
        "<ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/><ds:Transform Algorithm=\"http://www.w3.org/2006/12/xml-c14n11\"/>",
        "xml_transforms",
    ),
    (
        "form of another version",
        EXCLUSIVE,
        "<ds:Transform Algorithm=\"http://www.w3.org/2010/xml-c14n2\"/>",
        "xml_canonicalization",
    ),
    ("signed info in inclusive form", C14N, "http://www.w3.org/2006/12/xml-c14n11", "xml_not_accepted"),
    ("signed info in another version", C14N, "http://www.w3.org/2010/xml-c14n2", "xml_canonicalization"),
    ("sha-1 signature", METHOD, "http://www.w3.org/2000/09/xmldsig#rsa-sha1", "xml_sha1"),
    ("sha-1 digest", DIGEST, "http://www.w3.org/2000/09/xmldsig#sha1", "xml_sha1"),
    ("md5 signature", METHOD, "http://www.w3.org/2001/04/xmldsig-more#rsa-md5", "xml_md5"),
    ("md5 digest", DIGEST, "http://www.w3.org/2001/04/xmldsig-more#md5", "xml_md5"),
    (
        "hmac with the certificate as secret",
        METHOD,
        "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256",
        "xml_hmac",
    ),
    ("hmac-sha1", METHOD, "http://www.w3.org/2000/09/xmldsig#hmac-sha1", "xml_hmac"),
    ("dsa", METHOD, "http://www.w3.org/2000/09/xmldsig#dsa-sha1", "xml_dsa"),
    (
        "pss with a key on a curve",
        METHOD,
        "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1",
        "xml_key_algorithm",
    ),
    ("pss with sha-1", METHOD, "http://www.w3.org/2007/05/xmldsig-more#sha1-rsa-MGF1", "xml_sha1"),
    (
        "pss with a mask of its own",
        "Algorithm=\"http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256\">",
        "Algorithm=\"http://www.w3.org/2007/05/xmldsig-more#rsa-pss\"><p:RSAPSSParams xmlns:p=\"http://www.w3.org/2007/05/xmldsig-more#\"><p:SaltLength>0</p:SaltLength></p:RSAPSSParams>",
        "xml_pss",
    ),
    ("no signature method", METHOD, "", "xml_unknown_algorithm"),
    (
        "another algorithm of the profile",
        METHOD,
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
        "xml_key_algorithm",
    ),
    (
        "key by reference",
        "<ds:X509Data>",
        "<ds:RetrievalMethod URI=\"http://localhost/\"/><ds:X509Data>",
        "xml_key_info_reference",
    ),
    ("key of another kind", "<ds:X509Data>", "<ds:PGPData/><ds:X509Data>", "xml_key_info"),
    ("certificate that is none", "<ds:X509Certificate>", "<ds:X509Certificate>!", "xml_base64"),
    ("value that is none", "<ds:SignatureValue>", "<ds:SignatureValue>=", "xml_base64"),
    (
        "empty digest",
        "<ds:DigestValue>",
        "<ds:DigestValue></ds:DigestValue><ds:DigestValue>",
        "xml_signature_structure",
    ),
    ("duplicate id", "<o:end/>", "<o:end ID='order'/>", "xml_duplicate_id"),
    ("duplicate id in the signature", "<ds:SignedInfo>", "<ds:SignedInfo Id='order'>", "xml_duplicate_id"),
    ("entity", "<o:order", "<!DOCTYPE o [<!ENTITY e 'x'>]><o:order", "xml_doctype"),
    ("doctype in small letters", "<o:order", "<!doctype o><o:order", "xml_doctype"),
];

#[test]
fn every_attack_is_refused_by_its_name() {
    let message = signed(ORDER);
    assert_eq!(code(&message), "verified");
    let exchanges = EXCHANGES
        .iter()
        .map(|(attack, from, to, expected)| (*attack, exchanged(&message, from, to), *expected));
    let (mut wrong, mut table) = (Vec::new(), String::new());
    for (attack, message, expected) in exchanges.chain(wrappings()) {
        let (code, reason) = refusal(&message);
        if code != expected {
            wrong.push(format!("{attack}: {code}, not {expected}"));
        }
        table += &format!("{attack:40} {code:26} {reason}\n");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    insta::with_settings!({ snapshot_path => "../../golden/xml", prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("attacks", table);
    });
}

/// Attacks that move whole parts of a signed document.
fn wrappings() -> Vec<(&'static str, String, &'static str)> {
    let message = signed(ORDER);
    let signature = signature(&message);
    let bare = message.replace(signature, "");
    let (info_start, info_end) =
        (signature.find("<ds:SignedInfo>").unwrap(), signature.find("</ds:SignedInfo>").unwrap());
    let info = &signature[info_start..info_end + "</ds:SignedInfo>".len()];
    let reference = &info[info.find("<ds:Reference").unwrap()..info.find("</ds:SignedInfo>").unwrap()];
    let other = signed("<x/>");
    let inner = message.replace("Id='order'", "Id='original'").replace("<!-- c -->", "");
    vec![
        ("unsigned", bare.clone(), "xml_not_signed"),
        ("wrapped whole", format!("<evil><o/>{message}</evil>"), "xml_signature_place"),
        ("wrapped, signature moved up", format!("<evil>{bare}{signature}</evil>"), "xml_digest"),
        (
            "wrapped in a signature",
            format!("<ds:Signature xmlns:ds='http://www.w3.org/2000/09/xmldsig#'>{message}</ds:Signature>"),
            "xml_signature_comment",
        ),
        ("signature alone", signature.to_owned(), "xml_signature_alone"),
        (
            "signature first",
            exchanged(&bare, "<o:to>", &format!("{signature}<o:to>")),
            "xml_signature_not_last",
        ),
        (
            "signature deeper",
            exchanged(&bare, "<o:end/>", &format!("<o:end>{signature}</o:end>")),
            "xml_signature_place",
        ),
        ("signature after the root", format!("{bare}{signature}"), "xml_outside_root"),
        (
            "signature in a comment",
            message.replace(signature, &format!("<!--{signature}-->")),
            "xml_not_signed",
        ),
        (
            "signature in a section",
            message.replace(signature, &format!("<![CDATA[{signature}]]>")),
            "xml_not_signed",
        ),
        ("two signatures", message.replace(signature, &signature.repeat(2)), "xml_several_signatures"),
        (
            "second signature deeper",
            exchanged(&message, "<o:end/>", &format!("<o:end>{signature}</o:end>")),
            "xml_several_signatures",
        ),
        (
            "signature in a signature",
            exchanged(&message, "</ds:Signature>", &format!("{signature}</ds:Signature>")),
            "xml_several_signatures",
        ),
        (
            "original in an object",
            exchanged(
                &message.replace("Anna", "Mallory"),
                "</ds:Signature>",
                &format!("<ds:Object>{inner}</ds:Object></ds:Signature>"),
            ),
            "xml_several_signatures",
        ),
        ("signature of another document", message.replace(signature, self::signature(&other)), "xml_digest"),
        (
            "signed info of another",
            message.replace(info, &info.replace("<ds:DigestValue>", "<ds:DigestValue>AAAA")),
            "xml_not_accepted",
        ),
        ("two signed infos", message.replace(info, &info.repeat(2)), "xml_signature_structure"),
        ("no signed info", message.replace(info, ""), "xml_signature_structure"),
        ("two references", message.replace(reference, &reference.repeat(2)), "xml_reference_twice"),
        ("nine references", message.replace(reference, &references(reference)), "xml_too_many_references"),
        ("no reference", message.replace(reference, ""), "xml_signature_structure"),
        (
            "swapped transforms",
            message.replace(&format!("{ENVELOPED}{EXCLUSIVE}"), &format!("{EXCLUSIVE}{ENVELOPED}")),
            "xml_transforms",
        ),
        (
            "no transforms",
            message.replace(&format!("<ds:Transforms>{ENVELOPED}{EXCLUSIVE}</ds:Transforms>"), ""),
            "xml_transforms",
        ),
        (
            "hmac of one bit",
            message.replace(METHOD, "http://www.w3.org/2000/09/xmldsig#hmac-sha1").replace(
                "</ds:SignatureMethod>",
                "<ds:HMACOutputLength>1</ds:HMACOutputLength></ds:SignatureMethod>",
            ),
            "xml_hmac",
        ),
        (
            "certificates without end",
            exchanged(
                &message,
                "<ds:X509Data>",
                &format!("<ds:KeyName>{}</ds:KeyName><ds:X509Data>", "x".repeat(300_000)),
            ),
            "xml_signature_too_long",
        ),
    ]
}

/// One reference, and eight others.
fn references(reference: &str) -> String {
    (0..9).map(|n| reference.replace("URI=\"\"", &format!("URI=\"#{n}\""))).collect()
}

/// The key in the message is not believed: a stranger's signature with the stranger's certificate,
/// and with an accepted one.
#[test]
fn a_certificate_in_the_message_makes_nobody_trusted() {
    let stranger = pair("stranger", rsa(2048), super::RSA);
    let message = super::signed_with(ORDER.as_bytes(), &stranger, super::RSA[0].1).unwrap();
    let error = verified(&message, &accepted()).unwrap_err();
    assert_eq!(error.code(), "xml_not_accepted");
    assert!(error.to_string().contains(&stranger.certificate.fingerprint().short()), "{error}");
    let base64 = |der: &[u8]| openssl::base64::encode_block(der);
    let claimed = String::from_utf8(message)
        .unwrap()
        .replace(&base64(stranger.certificate.der()), &base64(pairs()[0].certificate.der()));
    assert_eq!(code(&claimed), "xml_not_accepted");
    assert_eq!(verified(claimed.as_bytes(), &[]).unwrap_err().code(), "xml_not_accepted");
}

/// Key information may be wrong or missing: the accepted keys are tried.
#[test]
fn key_information_is_not_needed() {
    let message = signed(ORDER);
    let start = message.find("<ds:KeyInfo>").unwrap();
    let end = message.find("</ds:KeyInfo>").unwrap() + "</ds:KeyInfo>".len();
    let without = message.replace(&message[start..end], "");
    let (verified, _) = verified(without.as_bytes(), &accepted()).unwrap();
    assert_eq!(verified.certificate, pairs()[1].certificate);
}

/// Whatever single byte is changed: nothing verifies with other content than what was signed.
#[test]
fn no_changed_byte_changes_what_is_handed_out() {
    let message = signed(ORDER).into_bytes();
    let (_, original) = verified(&message, &accepted()).unwrap();
    let (mut refused, mut harmless) = (0, 0);
    for place in 0..message.len() {
        for change in [0x01, 0x20, 0x80] {
            let mut changed = message.clone();
            changed[place] ^= change;
            match verified(&changed, &accepted()) {
                Ok((_, canonical)) => {
                    assert!(canonical == original, "byte {place} changed what was signed");
                    harmless += 1;
                }
                Err(_) => refused += 1,
            }
        }
    }
    println!("{refused} changes refused, {harmless} harmless (comment, key information)");
    assert!(harmless < message.len());
}

/// Bytes of the root's own content, of `ds:SignedInfo` and of the values are never harmless, but
/// for comments.
#[test]
fn a_changed_byte_of_content_or_value_is_refused() {
    let document = ORDER.replace("<!-- c -->", "");
    let message = signed(&document);
    let end = message.find("</ds:SignatureValue>").unwrap();
    for place in 0..end {
        for change in [0x01, 0x20, 0x80] {
            let mut changed = message.clone().into_bytes();
            changed[place] ^= change;
            assert!(verified(&changed, &accepted()).is_err(), "byte {place} ^ {change}");
        }
    }
}

proptest! {
    #![proptest_config(Config { cases: 400, failure_persistence: None, ..Config::default() })]

    #[test]
    fn mutated_messages_never_panic_nor_verify_as_something_else(
        changes in prop::collection::vec((any::<prop::sample::Index>(), 0_u8..4, any::<u8>()), 1..6),
    ) {
        let message = signed(ORDER).into_bytes();
        let (_, original) = verified(&message, &accepted()).unwrap();
        let mut changed = message;
        for (place, kind, byte) in changes {
            if changed.is_empty() {
                break;
            }
            let at = place.index(changed.len());
            match kind {
                0 => changed[at] = byte,
                1 => changed.insert(at, byte),
                2 => { changed.remove(at); }
                _ => changed.truncate(at + 1),
            }
        }
        if let Ok((_, canonical)) = verified(&changed, &accepted()) {
            prop_assert_eq!(canonical, original);
        }
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(verified(&bytes, &accepted()).is_err());
    }

    #[test]
    fn bytes_that_look_like_markup_never_panic(
        parts in prop::collection::vec(prop::sample::select(vec![
            "<", ">", "/>", "</", "<!", "<!--", "-->", "--", "<![CDATA[", "]]>", "]]", "<?", "?>", "<?xml", "&", ";", "&#", "&#x",
            "a", ":", "=", "'", "\"", " ", "xmlns", "xmlns:a", "r", "<r>", "</r>", "\r", "\n", "\u{FEFF}", "<!D", "<!DOCTYPE", "é",
        ]), 0..24),
    ) {
        let text = parts.concat();
        let pair = &pairs()[1];
        if let Ok(message) = super::signed_with(text.as_bytes(), pair, pair.algorithms[0].1) {
            prop_assert!(verified(&message, &accepted()).is_ok(), "{}", text);
        }
    }
}
