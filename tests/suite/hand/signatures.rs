//! Signing and verifying by hand, with xmlsec1 on the other side.

use serde_json::Value;

use super::Shelf;

const DOCUMENT: &str = "<order xmlns=\"urn:example\"><item n=\"1\">bolts</item></order>";
const SIGN: [&str; 6] = ["--keystore", "a.p12", "--alias", "live", "--password", "env:STORE_PASSWORD"];

/// A shelf with a document, its signed form, and the certificate.
fn signed() -> Shelf {
    let shelf = Shelf::with(&["live", "other"]);
    shelf.write("order.xml", DOCUMENT);
    shelf.keyroll(&[&["sign", "order.xml", "--output", "signed.xml"], &SIGN[..]].concat()).ends(0);
    shelf.keystore(&["export", "a.p12", "--alias", "live", "--output", "live.pem"]).ends(0);
    shelf.keystore(&["export", "a.p12", "--alias", "other", "--output", "other.pem"]).ends(0);
    shelf
}

#[test]
fn what_is_signed_by_hand_verifies_elsewhere_and_here() {
    let shelf = signed();
    shelf.tool("xmlsec1", &["--verify", "--trusted-pem", "live.pem", "signed.xml"]);
    let said =
        shelf.keyroll(&["verify", "signed.xml", "--trust", "live.pem", "--output", "seen.xml"]).ends(0);
    for word in ["signed.xml: valid, signed with", "CN=live", "(valid now)", "ecdsa-sha256"] {
        assert!(said.out.contains(word), "{word}: {}", said.out);
    }
    assert_eq!(String::from_utf8(shelf.read("seen.xml")).unwrap(), DOCUMENT);
    // Through pipes.
    let piped = shelf.fed(&[&["sign", "-"], &SIGN[..]].concat(), DOCUMENT.as_bytes()).ends(0);
    assert!(piped.out.contains("<ds:Signature") || piped.out.contains("SignatureValue"), "{}", piped.out);
    let said =
        shelf.fed(&["verify", "-", "--trust", "live.pem", "--format", "json"], piped.out.as_bytes()).ends(0);
    let judged: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!((&judged["valid"], &judged["certificate"]["validity"]), (&true.into(), &"valid".into()));
}

/// What is signed may have a canonical form of its own, and prefixes that it keeps.
#[test]
fn forms_and_prefixes_are_written_as_they_are_asked_for() {
    let shelf = signed();
    shelf
        .write("order.xml", "<o:order xmlns:o=\"urn:o\" xmlns:p=\"urn:p\" xmlns=\"urn:d\"><item/></o:order>");
    let exclusive = "http://www.w3.org/2001/10/xml-exc-c14n#";
    for (options, list, forms) in [
        (&["--inclusive-namespaces", "p o #default"][..], 2, [exclusive, exclusive]),
        (&["--content-c14n", "inclusive-1.1"], 0, [exclusive, "http://www.w3.org/2006/12/xml-c14n11"]),
        (
            &[
                "--c14n",
                "inclusive-1.1",
                "--content-c14n",
                "exclusive",
                "--inclusive-namespaces",
                "#default o p",
            ],
            1,
            ["http://www.w3.org/2006/12/xml-c14n11", exclusive],
        ),
    ] {
        shelf.keyroll(&[&["sign", "order.xml", "--output", "made.xml"], &SIGN[..], options].concat()).ends(0);
        let made = String::from_utf8(shelf.read("made.xml")).unwrap();
        assert_eq!(made.matches("PrefixList=\"#default o p\"").count(), list, "{made}");
        let at = |from: &str, form: &str| {
            let rest = made.split(from).nth(1).unwrap();
            assert!(
                rest.split("</").next().unwrap().contains(form) || rest.starts_with(form),
                "{from}: {made}"
            );
        };
        at("CanonicalizationMethod Algorithm=\"", forms[0]);
        let last = made.rsplit("Transform Algorithm=\"").next().unwrap();
        assert!(last.starts_with(forms[1]), "{made}");
        shelf.keyroll(&["verify", "made.xml", "--trust", "live.pem"]).ends(0);
        shelf.tool("xmlsec1", &["--verify", "--trusted-pem", "live.pem", "made.xml"]);
    }
    for (options, words) in [
        (&["--inclusive-namespaces", "a:b"][..], "`a:b` is no list of prefixes"),
        (
            &["--inclusive-namespaces", "p", "--c14n", "inclusive"],
            "goes with an exclusive canonicalization only",
        ),
        (&["--content-c14n", "nothing"], "is no canonicalization"),
    ] {
        let said =
            shelf.keyroll(&[&["sign", "order.xml", "--output", "not.xml"], &SIGN[..], options].concat());
        assert!(said.exit == 2 && said.err.contains(words), "{said:?}");
        assert!(!shelf.path("not.xml").exists());
    }
}

/// `explain` knows the code that was printed.
#[test]
fn a_refused_document_is_explained() {
    let shelf = signed();
    shelf.write("dtd.xml", "<!DOCTYPE a><a/>");
    let said = shelf.keyroll(&["verify", "dtd.xml", "--trust", "live.pem"]).ends(1);
    let code = said.err.lines().next().unwrap();
    assert_eq!(code, "keyroll::xml_doctype");
    let explained = shelf.keyroll(&["explain", code]).ends(0).out;
    assert!(
        explained.starts_with("keyroll::xml_doctype: a document type declaration is refused"),
        "{explained}"
    );
}

#[test]
fn what_does_not_verify_ends_with_1_and_leaves_the_output_alone() {
    let shelf = signed();
    let text = String::from_utf8(shelf.read("signed.xml")).unwrap();
    shelf.write("changed.xml", text.replace("bolts", "nuts!"));
    shelf.write("cut.xml", &text[..text.len() - 4]);
    shelf.write("seen.xml", "kept");
    for (file, trust, code) in [
        ("changed.xml", "live.pem", "xml_digest"),
        ("signed.xml", "other.pem", "xml_not_accepted"),
        ("order.xml", "live.pem", "xml_not_signed"),
        ("cut.xml", "live.pem", "xml_"),
    ] {
        let verify = ["verify", file, "--trust", trust, "--output", "seen.xml"];
        let said = shelf.keyroll(&verify).ends(1);
        assert!(said.err.starts_with(&format!("keyroll::{code}")) && said.out.is_empty(), "{said:?}");
        let said = shelf.keyroll(&[&verify[..], &["--format", "json"]].concat()).ends(1);
        let judged: Value = serde_json::from_str(&said.out).unwrap();
        assert_eq!(judged["valid"], false);
        assert!(judged["code"].as_str().unwrap().starts_with(code), "{judged}");
        assert!(!format!("{said:?}").contains("bolts") && !format!("{said:?}").contains("nuts"), "{said:?}");
        assert_eq!(shelf.read("seen.xml"), b"kept");
    }
    assert!(!shelf.names().iter().any(|name| name.ends_with(".new")), "{:?}", shelf.names());
}

#[test]
fn a_document_that_cannot_be_signed_leaves_nothing() {
    let shelf = Shelf::with(&["live"]);
    for (name, document) in [("dtd.xml", "<!DOCTYPE a><a/>"), ("cut.xml", "<a><b/>"), ("empty.xml", "")] {
        shelf.write(name, document);
        let said = shelf.keyroll(&[&["sign", name, "--output", "out.xml"], &SIGN[..]].concat()).ends(1);
        assert!(said.err.starts_with("keyroll::xml_"), "{said:?}");
        let said = shelf.keyroll(&[&["sign", name], &SIGN[..]].concat()).ends(1);
        assert_eq!(said.out, "", "{name}");
    }
    assert!(!shelf.path("out.xml").exists());
    shelf.keyroll(&[&["sign", "none.xml"], &SIGN[..]].concat()).ends(2);
    shelf.keyroll(&[&["sign", "."], &SIGN[..]].concat()).ends(2);
}

#[test]
fn trust_is_a_file_a_folder_or_a_keystore() {
    let shelf = signed();
    let pems = [shelf.read("other.pem"), shelf.read("live.pem")].concat();
    shelf.write("both.pem", &pems);
    std::fs::create_dir(shelf.path("trust")).unwrap();
    shelf.write("trust/live.crt", shelf.read("live.pem"));
    shelf.write("trust/notes.txt", "not a certificate");
    shelf.keystore(&["export", "a.p12", "--alias", "live", "--der", "--output", "live.der"]).ends(0);
    std::fs::create_dir(shelf.path("empty")).unwrap();
    for trust in ["both.pem", "trust", "live.der"] {
        shelf.keyroll(&["verify", "signed.xml", "--trust", trust]).ends(0);
    }
    let keystore = ["verify", "signed.xml", "--trust", "a.p12"];
    shelf.keyroll(&[&keystore[..], &["--trust-password", "env:STORE_PASSWORD"]].concat()).ends(0);
    shelf.keyroll(&[&keystore[..], &["--trust-password", "env:PWD"]].concat()).ends(5);
    for trust in ["empty", "none.pem", "order.xml"] {
        let said = shelf.keyroll(&["verify", "signed.xml", "--trust", trust]).ends(2);
        assert!(said.err.starts_with("cannot trust "), "{}", said.err);
    }
    // One that is no certificate spoils the folder: nobody knows what was meant.
    shelf.write("trust/broken.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    shelf.keyroll(&["verify", "signed.xml", "--trust", "trust"]).ends(2);
}

#[test]
fn a_signature_takes_the_form_that_is_asked_for() {
    let shelf = signed();
    shelf.write("parts.xml", "<a xmlns:n='urn:n'><b n:key='x' Id='one'>c</b><d>e</d></a>");
    let verify =
        |more: &[&str]| shelf.keyroll(&[&["verify", "out.xml", "--trust", "live.pem"], more].concat());
    let sign = |options: &[&str]| {
        shelf.keyroll(&[&["sign", "parts.xml", "--output", "out.xml"], &SIGN[..], options].concat()).ends(0);
        String::from_utf8(shelf.read("out.xml")).unwrap()
    };
    let out = sign(&["--type", "enveloping", "--c14n", "inclusive", "--prefix", "sig", "--id", "sig"]);
    assert!(out.contains("<sig:Signature ") && out.contains("Id=\"sig\""), "{out}");
    verify(&[]).ends(0);
    verify(&["--type", "enveloped"]).ends(1);
    let out = sign(&["--key-info", "key-value,subject", "--digest", "sha512"]);
    assert!(out.contains("X509SubjectName") && out.contains("xmlenc#sha512"), "{out}");
    verify(&["--type", "enveloped", "--type", "detached"]).ends(0);
    sign(&["--position", "/a/d"]);
    assert!(verify(&["--position", "/a/d"]).ends(0).out.contains("covers      the whole document"));
    verify(&["--position", "/a/b"]).ends(1);
    // A signature over a part is taken only by those who say so.
    for (options, id) in [
        (&["--type", "detached", "--reference", "#one"][..], None),
        (&["--type", "detached", "--reference", "#x", "--id-attribute", "{urn:n}key"], Some("{urn:n}key")),
    ] {
        sign(options);
        let ids: Vec<&str> = id.map(|name| ["--id-attribute", name]).into_iter().flatten().collect();
        assert!(verify(&ids).ends(1).err.starts_with("keyroll::xml_"));
        let said = verify(&[&["--part"], ids.as_slice()].concat()).ends(0);
        assert!(said.out.contains("covers      only #"), "{}", said.out);
    }
    // Who does not know the attribute is told that there may be one.
    shelf.write("parts.xml", "<a><b key='x'>c</b></a>");
    sign(&["--type", "detached", "--reference", "#x", "--id-attribute", "key"]);
    assert!(verify(&["--part"]).ends(1).err.contains("with --id-"));
    verify(&["--part", "--id-attribute", "key"]).ends(0);
    let nowhere = [&["sign", "parts.xml", "--output", "/dev/null"], &SIGN[..]].concat();
    assert!(shelf.keyroll(&nowhere).ends(5).err.contains("the signed document to /dev/null"));
    for (options, exit) in [
        (&["--type", "detached"][..], 2),
        (&["--type", "loose"], 2),
        (&["--algorithm", "rsa-sha256"], 1),
        (&["--c14n", "none"], 2),
        (&["--id-attribute", "a b"], 2),
        (&["--reference", "//x"], 2),
        (&["--reference", "none"], 2),
    ] {
        let said =
            shelf.keyroll(&[&["sign", "parts.xml", "--output", "none.xml"], &SIGN[..], options].concat());
        assert_eq!(said.exit, exit, "{options:?}: {said:?}");
        assert!(!shelf.path("none.xml").exists());
    }
}
