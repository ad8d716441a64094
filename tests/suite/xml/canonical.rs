//! Canonical forms against libxml2 and Java, of whole documents and of elements in them.

use std::{collections::HashMap, fs, path::Path, process::Command};

use keyroll::backend::xml_dsig::{
    CanonicalForm, Canonicalization, ElementId, IdAttributes, Limits, XmlError, canonicalize,
    canonicalize_element,
};
use openssl::base64::decode_block;
use proptest::{
    collection::vec,
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config, TestRunner},
};

use super::{
    documents::awkward,
    oracles::{run, tell},
    random,
};

/// A document and what is wanted of it.
struct Case {
    about: String,
    document: String,
    method: Canonicalization,
    /// Of the element with the id `t`, or of the whole document.
    element: bool,
}

impl Case {
    fn own(&self) -> Result<Vec<u8>, XmlError> {
        let (mut out, limits) = (Vec::new(), Limits::default());
        let mut document = self.document.as_bytes();
        if self.element {
            let element = ElementId { id: "t", attributes: &IdAttributes::default() };
            assert!(canonicalize_element(&mut document, element, &self.method, &limits, &mut out)?);
        } else {
            canonicalize(&mut document, &self.method, &limits, &mut out)?;
        }
        Ok(out)
    }

    /// Both others differ from the recommendation, each in its way, about what becomes of `xml:base`
    /// by Canonical XML 1.1: Java takes over every `xml:` attribute and normalises what it joins,
    /// libxml2 keeps fragments, joins relative bases by RFC 2396 and does so in whole documents too.
    fn is_joined(&self) -> bool {
        self.method.form() == CanonicalForm::Inclusive11 && self.document.contains("xml:")
    }

    /// Java is wrong in two more ways: by Canonical XML 1.0 an element takes over the outermost of two
    /// `xml:` attributes instead of the nearest, and what follows a root without content is lost.
    fn is_wrong_in_java(&self, own: &[u8], java: &[u8]) -> bool {
        let inherits = self.method.form() == CanonicalForm::Inclusive && self.document.contains("xml:");
        if self.element { inherits } else { own.starts_with(java) && own.get(java.len()) == Some(&b'\n') }
    }

    /// libxml2 takes `&amp;` in a namespace name for `&#38;` and refuses other references there.
    fn is_for_libxml2(&self) -> bool {
        !self.about.contains("_in_namespace")
    }
}

/// All canonicalizations, and a few lists of prefixes.
fn methods() -> Vec<Canonicalization> {
    let plain = CanonicalForm::ALL.into_iter().map(Canonicalization::new);
    let mut methods: Vec<_> = plain.flat_map(|method| [method.clone(), method.with_comments()]).collect();
    for list in ["#default", "a", "#default a b ds n0 z p q unknown", "p xml"] {
        methods.push(Canonicalization::exclusive().with_prefix_list(list).unwrap());
    }
    methods
}

type Answers = HashMap<String, Result<Vec<u8>, String>>;

/// What another program makes of all documents in a folder: it is started once.
fn answers(command: &mut Command, folder: &Path) -> Answers {
    let output = run(command.arg(folder));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let lines = String::from_utf8(output.stdout).unwrap();
    let read = |line: &str| {
        let mut words = line.splitn(3, ' ');
        let mut word = || words.next().unwrap_or_default().to_owned();
        let (number, verdict, rest) = (word(), word(), word());
        (number, if verdict == "OK" { Ok(decode_block(&rest).unwrap()) } else { Err(rest) })
    };
    lines.lines().map(read).collect()
}

/// Compares all cases with both programs. Answers how many were compared with each.
fn compare(cases: &[Case]) -> (usize, usize) {
    let folder = tempfile::tempdir().unwrap();
    for (number, case) in cases.iter().enumerate() {
        let list = case.method.prefix_list().unwrap_or_default();
        let wanted = format!("{}\n{list}\n{}\n", case.method.uri(), if case.element { "t" } else { "" });
        fs::write(folder.path().join(format!("{number}.xml")), &case.document).unwrap();
        fs::write(folder.path().join(format!("{number}.case")), wanted).unwrap();
    }
    let oracles = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracles");
    let libxml2 = answers(Command::new("python3").arg(oracles.join("c14n.py")), folder.path());
    let internal = ["", ".c14n"].map(|package| {
        format!("java.xml.crypto/com.sun.org.apache.xml.internal.security{package}=ALL-UNNAMED")
    });
    let exports = internal.iter().flat_map(|exported| ["--add-exports", exported.as_str()]);
    let java = answers(Command::new("java").args(exports).arg(oracles.join("C14n.java")), folder.path());
    let (mut with_libxml2, mut with_java, mut faults) = (0, 0, Vec::new());
    for (number, case) in cases.iter().enumerate() {
        let own = case.own().unwrap_or_else(|error| panic!("{}: {error}\n{}", case.about, case.document));
        let same = |answers: &Answers| answers[&number.to_string()].as_ref() == Ok(&own);
        let (libxml2_agrees, java_agrees) = (same(&libxml2), same(&java));
        with_libxml2 += usize::from(libxml2_agrees);
        with_java += usize::from(java_agrees);
        let excused = java[&number.to_string()].as_ref().is_ok_and(|java| case.is_wrong_in_java(&own, java));
        let agreed = if case.is_joined() {
            libxml2_agrees || java_agrees || (excused && !case.element)
        } else {
            (libxml2_agrees || !case.is_for_libxml2()) && (java_agrees || (libxml2_agrees && excused))
        };
        if !agreed {
            let shown = |answers: &Answers| match &answers[&number.to_string()] {
                Ok(form) => String::from_utf8_lossy(form).into_owned(),
                Err(why) => why.clone(),
            };
            faults.push(format!(
                "{} by {} {:?}\n{}\nhere:    {}\nlibxml2: {}\njava:    {}",
                case.about,
                case.method.uri(),
                case.method.prefix_list(),
                case.document,
                String::from_utf8_lossy(&own),
                shown(&libxml2),
                shown(&java)
            ));
        }
    }
    let shown: Vec<String> = faults.iter().take(5).map(|fault| fault.chars().take(3_000).collect()).collect();
    assert!(faults.is_empty(), "{} of {}:\n{}", faults.len(), cases.len(), shown.join("\n\n"));
    (with_libxml2, with_java)
}

/// Elements that have much around them.
const INSIDE: &[(&str, &str)] = &[
    ("root", "<!-- a --><?b?><r Id='t' xml:lang='en'><e/></r><!-- c -->"),
    ("namespaces", "<r xmlns='urn:d' xmlns:p='urn:p' xmlns:q='urn:q'><e Id='t' q:a=''><p:f/></e></r>"),
    ("undeclared_default", "<r xmlns='urn:d'><e xmlns=''><f Id='t'><g xmlns='urn:d'/></f></e></r>"),
    ("undeclared_at_the_apex", "<r xmlns='urn:d'><e xmlns='' Id='t'><f xmlns='urn:d'/></e></r>"),
    (
        "shadowed",
        "<p:r xmlns:p='urn:a'><p:e xmlns:p='urn:b'><p:f Id='t'><p:g xmlns:p='urn:a'/></p:f></p:e></p:r>",
    ),
    ("declared_again", "<p:r xmlns:p='urn:a'><p:f Id='t' xmlns:p='urn:a'><p:g xmlns:p='urn:a'/></p:f></p:r>"),
    ("language", "<r xml:lang='en' xml:space='preserve'><e xml:lang='de'><f Id='t'/></e></r>"),
    ("own_language", "<r xml:lang='en' b='' xml:space='default'><e Id='t' xml:lang='de' a='' c=''/></r>"),
    ("identifier", "<r xml:id='u'><e Id='t'/></r>"),
    ("other_attributes", "<r xml:a='1' xml:z='&quot;&#9;'><e Id='t' xml:b='2'/></r>"),
    ("base", "<r xml:base='http://a/b/c'><e xml:base='../d/'><f Id='t' xml:base='g'/></e></r>"),
    ("base_of_others", "<r xml:base='http://a/b/c'><e xml:base='d'><f Id='t'/></e></r>"),
    ("own_base", "<r><e><f Id='t' xml:base='../g/./h'/></e></r>"),
    ("empty_base", "<r xml:base=''><f Id='t'/></r>"),
    ("base_that_vanishes", "<r xml:base='abc/'><f Id='t' xml:base='../'/></r>"),
    ("bases_above", "<r xml:base='..'><e xml:base='..'><f Id='t' xml:base='x'/></e></r>"),
    ("comments", "<r><!-- a --><e Id='t'><!-- b --><?c?><f/><!-- d --></e><!-- e --></r>"),
    ("text_around", "<r>a<e Id='t'>b\r\n<![CDATA[<c>]]></e>d</r>"),
    ("empty", "<r xmlns:p='urn:p'><p:e Id='t'/></r>"),
    ("xml_declared", "<r xmlns:xml='http://www.w3.org/XML/1998/namespace'><e Id='t' xml:lang='en'/></r>"),
    (
        "many",
        "<r xmlns:z='urn:z' xmlns:y='urn:y'><e xmlns:x='urn:x' xmlns:z='urn:w'><f Id='t' z:a='' y:a='' x:a=''/></e></r>",
    ),
];

#[test]
fn libxml2_and_java_agree_on_the_awkward() {
    let mut cases = Vec::new();
    for method in methods() {
        let whole = awkward().into_iter().map(|(about, document)| (about.to_owned(), document, false));
        let parts =
            INSIDE.iter().map(|(about, document)| (format!("in {about}"), (*document).to_owned(), true));
        for (about, document, element) in whole.chain(parts) {
            cases.push(Case { about, document, method: method.clone(), element });
        }
    }
    let (libxml2, java) = compare(&cases);
    tell(&format!(
        "canonical forms of awkward documents: {libxml2} as libxml2's, {java} as Java's, of {}",
        cases.len()
    ));
    assert!(libxml2 > 500 && java > 500);
}

#[test]
fn libxml2_and_java_agree_on_random_documents() {
    let methods = methods();
    let one = (any::<u64>(), 0..methods.len(), any::<bool>());
    let mut runner = TestRunner::new_with_rng(
        Config::default(),
        proptest::test_runner::TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha),
    );
    let drawn = vec(one, 2_000).new_tree(&mut runner).unwrap().current();
    let cases: Vec<Case> = drawn
        .into_iter()
        .map(|(seed, method, element)| Case {
            about: format!("random {seed}"),
            document: random::marked(seed),
            method: methods[method].clone(),
            element,
        })
        .collect();
    let (libxml2, java) = compare(&cases);
    tell(&format!(
        "canonical forms of random documents: {libxml2} as libxml2's, {java} as Java's, of {}",
        cases.len()
    ));
    assert!(libxml2 > 1_700 && java > 1_500);
}
