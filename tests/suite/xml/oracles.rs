//! A second and a third opinion: Java (javax.xml.crypto.dsig) and xmlsec1.

use std::{
    collections::HashMap,
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    process::{Command, Output},
};

use openssl::base64::decode_block;

use super::{Pair, accepted, documents::awkward, pairs, random, signed_with, verified};

/// A document, unsigned, and how it is to be signed.
struct Case {
    /// `KEY.ALGORITHM.NUMBER.xml`, as the Java program expects it.
    file: String,
    about: String,
    pair: &'static Pair,
    document: String,
    message: Vec<u8>,
}

impl Case {
    /// libxml2 takes `&amp;` in a namespace name for `&#38;` and refuses other references there.
    fn is_for_xmlsec1(&self) -> bool {
        !self.about.ends_with("_in_namespace")
    }
}

fn cases() -> Vec<Case> {
    let mut documents: Vec<(String, String)> =
        awkward().into_iter().map(|(about, text)| (about.to_owned(), text)).collect();
    documents.extend((1..=120).map(|seed| (format!("random {seed}"), random::document(seed))));
    let ways: Vec<_> = pairs()
        .iter()
        .flat_map(|pair| pair.algorithms.iter().map(move |(name, way)| (pair, *name, *way)))
        .collect();
    documents
        .into_iter()
        .enumerate()
        .map(|(number, (about, document))| {
            let (pair, name, algorithm) = ways[number % ways.len()];
            let message = signed_with(document.as_bytes(), pair, algorithm)
                .unwrap_or_else(|error| panic!("{about} is not signed: {error}\n{document}"));
            Case { file: format!("{}.{name}.{number}.xml", pair.name), about, pair, document, message }
        })
        .collect()
}

/// A folder with the keys in the forms that both programs read.
pub(super) fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for pair in pairs() {
        let at = |kind: &str| folder.path().join(format!("{}.{kind}", pair.name));
        fs::write(at("crt"), pair.certificate.pem()).unwrap();
        fs::write(at("key"), pair.key.private_key_to_pkcs8().unwrap()).unwrap();
        fs::write(at("pem"), pair.key.private_key_to_pem_pkcs8().unwrap()).unwrap();
    }
    folder
}

pub(super) fn run(command: &mut Command) -> Output {
    let name = command.get_program().to_string_lossy().into_owned();
    command
        .output()
        .unwrap_or_else(|error| panic!("`{name}` is needed as an oracle and does not run: {error}"))
}

/// Starts one JVM for a whole folder. Answers what it says of each file.
pub(super) fn java(arguments: &[&Path], verb: &str) -> HashMap<String, Result<String, String>> {
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracles/XmlDsig.java");
    verdicts(Command::new("java").arg(program).arg(verb).args(arguments))
}

/// The same for one python.
pub(super) fn python(arguments: &[&Path], verb: &str) -> HashMap<String, Result<String, String>> {
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracles/xml_dsig.py");
    verdicts(Command::new("python3").arg(program).arg(verb).args(arguments))
}

fn verdicts(command: &mut Command) -> HashMap<String, Result<String, String>> {
    let output = run(command);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{:?} failed: {said}", command.get_program());
    let lines = String::from_utf8(output.stdout).unwrap();
    lines
        .lines()
        .map(|line| {
            let mut words = line.splitn(3, ' ');
            let mut word = || words.next().unwrap_or_default().to_owned();
            let (file, verdict, rest) = (word(), word(), word());
            (file, if verdict == "OK" { Ok(rest) } else { Err(rest) })
        })
        .collect()
}

pub(super) fn xmlsec1(arguments: &[&str], files: &[&Path]) -> Result<(), String> {
    let output = run(Command::new("xmlsec1").args(arguments).args(files));
    if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
}

#[test]
fn java_and_xmlsec1_accept_what_is_signed_here() {
    let (cases, folder) = (cases(), folder());
    let paths: Vec<PathBuf> = cases.iter().map(|case| folder.path().join(&case.file)).collect();
    for (case, path) in cases.iter().zip(&paths) {
        fs::write(path, &case.message).unwrap();
    }
    let mut faults = Vec::new();
    let said = java(&[folder.path()], "verify");
    for (case, path) in cases.iter().zip(&paths) {
        let about = format!("{} ({})", case.about, case.file);
        let (_, canonical) =
            verified(&case.message, &accepted()).unwrap_or_else(|error| panic!("{about}: {error}"));
        match said.get(&case.file) {
            Some(Ok(theirs)) if decode_block(theirs).unwrap() == canonical => {}
            Some(Ok(_)) => faults.push(format!("Java has another canonical form of {about}")),
            other => faults.push(format!("Java refuses {about}: {other:?}")),
        }
        let certificate = folder.path().join(format!("{}.crt", case.pair.name));
        let arguments = [
            "--verify",
            "--enabled-key-data",
            "key-name",
            "--pubkey-cert-pem",
            certificate.to_str().unwrap(),
        ];
        if case.is_for_xmlsec1()
            && let Err(why) = xmlsec1(&arguments, &[path])
        {
            faults.push(format!("xmlsec1 refuses {about}: {why}"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    let both = cases.iter().filter(|case| case.is_for_xmlsec1()).count();
    tell(&format!(
        "cross-checked {both} documents with Java and xmlsec1, {} with Java alone",
        cases.len() - both
    ));
    assert!(both >= 150);
}

#[test]
fn what_java_signs_is_accepted_here() {
    let (cases, folder) = (cases(), folder());
    let to = tempfile::tempdir().unwrap();
    for case in &cases {
        fs::write(folder.path().join(&case.file), &case.document).unwrap();
    }
    let said = java(&[folder.path(), to.path()], "sign");
    for case in &cases {
        let about = format!("{} ({})", case.about, case.file);
        assert!(
            matches!(said.get(&case.file), Some(Ok(_))),
            "Java does not sign {about}: {:?}",
            said.get(&case.file)
        );
        accept(case, &about, &fs::read(to.path().join(&case.file)).unwrap());
    }
    tell(&format!("cross-checked {} documents signed by Java", cases.len()));
    assert!(cases.len() >= 150);
}

#[test]
fn what_xmlsec1_signs_is_accepted_here() {
    let (cases, folder) = (cases(), folder());
    let cases: Vec<&Case> = cases.iter().filter(|case| case.is_for_xmlsec1()).collect();
    for case in &cases {
        let about = format!("{} ({})", case.about, case.file);
        let (template, message) = (folder.path().join("template"), folder.path().join("message"));
        fs::write(&template, blank(&String::from_utf8(case.message.clone()).unwrap(), "ds")).unwrap();
        let key = folder.path().join(format!("{}.pem", case.pair.name));
        let arguments =
            ["--sign", "--privkey-pem", key.to_str().unwrap(), "--output", message.to_str().unwrap()];
        xmlsec1(&arguments, &[&template])
            .unwrap_or_else(|why| panic!("xmlsec1 does not sign {about}: {why}"));
        accept(case, &about, &fs::read(&message).unwrap());
    }
    tell(&format!("cross-checked {} documents signed by xmlsec1", cases.len()));
    assert!(cases.len() >= 150);
}

/// Shows a count also when the test passes: the test runner keeps what `println!` says to itself.
pub(super) fn tell(what: &str) {
    writeln!(io::stderr(), "{what}").unwrap();
}

/// The message verifies here, and has the canonical form of the document that was to be signed.
fn accept(case: &Case, about: &str, message: &[u8]) {
    let shown = String::from_utf8_lossy(message);
    let (theirs, canonical) =
        verified(message, &accepted()).unwrap_or_else(|error| panic!("{about}: {error}\n{shown}"));
    assert_eq!(theirs.certificate, case.pair.certificate, "{about}");
    let (_, own) = verified(&case.message, &accepted()).unwrap();
    assert!(canonical == own, "{about} has another canonical form:\n{shown}");
}

/// A template for a signer: the signature without its values and without key information.
pub(super) fn blank(message: &str, prefix: &str) -> String {
    let mut text = message.to_owned();
    for name in ["DigestValue", "SignatureValue", "KeyInfo"] {
        let (open, close) = (format!("<{prefix}:{name}>"), format!("</{prefix}:{name}>"));
        let Some(start) = text.rfind(&open).map(|at| at + open.len()) else { continue };
        let end = text.rfind(&close).unwrap();
        text.replace_range(start..end, "");
    }
    text.replace(&format!("<{prefix}:KeyInfo></{prefix}:KeyInfo>"), "")
}

/// Where this parser is stricter than Java's: colons where Namespaces in XML has none, namespace
/// names that have no canonical form, and ids.
const STRICTER: &[&str] = &["xml_name", "xml_instruction", "xml_relative_namespace", "xml_duplicate_id"];

#[test]
fn java_agrees_on_which_damaged_documents_are_still_documents() {
    let (pair, folder) = (&pairs()[1], folder());
    let to = tempfile::tempdir().unwrap();
    let damaged: Vec<(String, String)> =
        (0..400).map(|seed| (format!("p256.ecdsa-sha256.{seed}.xml"), random::damaged(seed))).collect();
    for (file, text) in &damaged {
        fs::write(folder.path().join(file), text).unwrap();
    }
    let said = java(&[folder.path(), to.path()], "sign");
    let (mut whole, mut broken) = (0, 0);
    for (file, text) in &damaged {
        match (signed_with(text.as_bytes(), pair, pair.algorithms[0].1), said.get(file)) {
            (Ok(_), Some(Ok(_))) => whole += 1,
            (Err(_), Some(Err(_))) => broken += 1,
            (Err(error), Some(Ok(_))) if STRICTER.contains(&error.code().as_str()) => {}
            (own, theirs) => panic!("{own:?}, but Java {theirs:?}: {text}"),
        }
    }
    tell(&format!("cross-checked damaged documents with Java: {whole} well-formed, {broken} not"));
    assert!(whole > 50 && broken > 200);
}
