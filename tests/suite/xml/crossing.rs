//! Every algorithm, canonicalization, shape and key information, crossed: both ways with Java,
//! xmlsec1 and PyPI's xmlsec.

use std::{
    fs,
    io::Cursor,
    path::{Path, PathBuf},
};

use keyroll::backend::xml_dsig::{
    Algorithm, CanonicalForm, Canonicalization, Digest, KeyInfo, Place, Shape, SignatureProfile, SigningKey,
    VerifyOptions, sign, verify,
};
use openssl::base64::decode_block;

use super::{
    Pair, accepted,
    documents::awkward,
    oracles::{blank, folder, java, python, tell, xmlsec1},
    pairs, random,
};

/// How many signatures are crossed.
const CASES: usize = 540;

/// How a signature stands to what it signs, in the words of the Java program.
const SHAPES: &[&str] = &["enveloped", "enveloped-item", "detached", "enveloping", "enveloped-after-head"];
const KEY_INFO: &[&str] = &[
    "certificate",
    "key-value",
    "issuer-serial",
    "subject",
    "certificate,key-value,issuer-serial,subject",
    "none",
    "issuer-serial,certificate",
    "ski,chain",
];

struct Case {
    /// `KEY.ALGORITHM.NUMBER.xml`.
    file: String,
    number: usize,
    shape: &'static str,
    pair: &'static Pair,
    profile: SignatureProfile,
    document: String,
}

impl Case {
    fn new(number: usize, documents: &[String]) -> Self {
        let algorithm = Algorithm::ALL[number % 9];
        let pair = match algorithm.name().starts_with("rsa") {
            true => &pairs()[0],
            false => &pairs()[1 + (number / 9) % 3],
        };
        let forms: Vec<Canonicalization> = Canonicalization::all().collect();
        let listed = |form: Canonicalization, list: bool| match form.form() {
            CanonicalForm::Exclusive if list => form.with_prefix_list("#default w u a").unwrap(),
            _ => form,
        };
        let shape = SHAPES[(number / 2) % SHAPES.len()];
        let key_info = KEY_INFO[(number / 3) % KEY_INFO.len()];
        // This certificate has no key identifier.
        let key_info = if pair.name == "p256" { key_info.replace("ski,", "") } else { key_info.to_owned() };
        let key_info: KeyInfo = key_info.parse().unwrap();
        let profile = SignatureProfile {
            shape: shape.split('-').next().unwrap().parse().unwrap(),
            reference: matches!(shape, "enveloped-item" | "detached").then(|| "#item".parse().unwrap()),
            position: (shape == "enveloped-after-head").then(|| "after:{urn:w}head".parse().unwrap()),
            algorithm: Some(algorithm),
            digest: Some(Digest::ALL[(number / 4) % 3]),
            canonicalization: listed(forms[number % 6].clone(), number.is_multiple_of(4)),
            content_canonicalization: Some(listed(forms[(number / 6) % 6].clone(), number.is_multiple_of(5))),
            sign_key_info: number.is_multiple_of(7) && !key_info.parts().is_empty(),
            key_info,
            prefix: ["ds", "sig", "w"][number % 3].parse().unwrap(),
            id: (number.is_multiple_of(2)).then(|| "sig".parse().unwrap()),
            ..SignatureProfile::default()
        };
        let document = match shape {
            "enveloped" | "enveloping" => documents[number % documents.len()].clone(),
            _ => wrapped(number as u64),
        };
        Self {
            file: format!("{}.{algorithm}.{number}.xml", pair.name),
            number,
            shape,
            pair,
            profile,
            document,
        }
    }

    fn about(&self) -> String {
        let (profile, shape) = (&self.profile, self.shape);
        let content = profile.content_canonicalization.as_ref().unwrap();
        format!("{} ({shape}, {}, {content}, {})", self.file, profile.canonicalization, profile.key_info)
    }

    fn signed(&self) -> Vec<u8> {
        // The certificate of another stands for the one above.
        let above = [pairs()[3].certificate.clone()];
        let key = SigningKey::new(&self.pair.key, &self.pair.certificate).unwrap().with_chain(&above);
        let mut out = Vec::new();
        sign(&mut self.document.as_bytes(), &mut out, &key, &self.profile)
            .unwrap_or_else(|error| panic!("{} is not signed: {error}\n{}", self.about(), self.document));
        out
    }

    fn options(&self) -> VerifyOptions {
        let place = self.profile.position.clone().map_or(Place::Usual, Place::At);
        VerifyOptions { place, ..VerifyOptions::default() }
    }

    /// Verifies here; answers what was signed.
    fn verified(&self, message: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        let verified = verify(&mut Cursor::new(message), &mut out, &accepted(), &self.options())
            .unwrap_or_else(|error| {
                panic!("{}: {error}\n{}", self.about(), String::from_utf8_lossy(message))
            });
        assert_eq!(verified.certificate, self.pair.certificate, "{}", self.about());
        assert_eq!(verified.algorithm.name(), self.file.split('.').nth(1).unwrap());
        assert_eq!(verified.shape(), Some(self.profile.shape), "{}", self.about());
        out
    }

    /// In Canonical XML 1.1, Java has other forms than the two others for documents with `xml:`
    /// attributes that section 2.4 does not name as inherited.
    fn is_for_java(&self) -> bool {
        let content = self.profile.content_canonicalization.as_ref().unwrap();
        let both = [&self.profile.canonicalization, content];
        let others = self.document.matches("xml:").count()
            > self.document.matches("xml:lang").count() + self.document.matches("xml:space").count();
        !(others && both.iter().any(|form| form.form() == CanonicalForm::Inclusive11))
    }

    /// xmlsec1 1.2 knows no PSS.
    fn is_for_xmlsec1(&self) -> bool {
        !self.profile.algorithm.unwrap().is_pss()
    }

    /// The case as the Java program reads it.
    fn line(&self) -> String {
        let profile = &self.profile;
        let (info, content) = (&profile.canonicalization, profile.content_canonicalization.as_ref().unwrap());
        // Each third PSS signature is written with its parameters beside it.
        let method = match profile.algorithm.unwrap() {
            pss if pss.is_pss() && pss.digest() == profile.digest.unwrap() => {
                "http://www.w3.org/2007/05/xmldsig-more#rsa-pss"
            }
            other => other.uri(),
        };
        [
            self.file.as_str(),
            self.shape,
            method,
            profile.digest.unwrap().uri(),
            info.uri(),
            content.uri(),
            &info.prefix_list().unwrap_or_default(),
            &content.prefix_list().unwrap_or_default(),
            &profile.key_info.to_string(),
            // Java digests the value of a key on a curve otherwise than it then writes it.
            if profile.sign_key_info && self.pair.name.starts_with("rsa") { "signed" } else { "" },
        ]
        .join("\t")
    }
}

/// An element with an id, with others around it that hand namespaces and attributes down to it.
fn wrapped(seed: u64) -> String {
    format!(
        "<?xml version='1.0'?>\n<w:wrap xmlns:w='urn:w' xmlns:u='urn:unused' xmlns='urn:d' xml:lang='de' \
         xml:space='preserve'><w:head u:a='1'/><w:item Id='item' xmlns:a='urn:a2'>{}<!-- c -->text</w:item>\
         <tail/></w:wrap>",
        random::root(seed)
    )
}

/// Documents that libxml2 reads too: it takes `&amp;` in a namespace name for `&#38;`.
fn documents() -> Vec<String> {
    let awkward = awkward().into_iter().filter(|(about, _)| !about.ends_with("_in_namespace"));
    let awkward = awkward.map(|(_, text)| text).filter(|text| text.len() < 20_000);
    awkward.chain((500..640).map(random::document)).collect()
}

fn cases() -> Vec<Case> {
    let documents = documents();
    (0..CASES).map(|number| Case::new(number, &documents)).collect()
}

fn ids() -> Vec<String> {
    let signature = "http://www.w3.org/2000/09/xmldsig#";
    ["urn:w:item".to_owned(), format!("{signature}:Object"), format!("{signature}:KeyInfo")]
        .into_iter()
        .flat_map(|name| ["--id-attr:Id".to_owned(), name])
        .collect()
}

fn with_xmlsec1(arguments: &[&str], files: &[&Path]) -> Result<(), String> {
    let ids = ids();
    let all: Vec<&str> = arguments.iter().copied().chain(ids.iter().map(String::as_str)).collect();
    xmlsec1(&all, files)
}

#[test]
fn what_is_signed_here_is_accepted_everywhere() {
    let (cases, folder) = (cases(), folder());
    let messages: Vec<Vec<u8>> = cases.iter().map(Case::signed).collect();
    let paths: Vec<PathBuf> = cases.iter().map(|case| folder.path().join(&case.file)).collect();
    for (path, message) in paths.iter().zip(&messages) {
        fs::write(path, message).unwrap();
    }
    let (java, python) = (java(&[folder.path()], "verify"), python(&[folder.path()], "verify"));
    let (mut faults, mut count) = (Vec::new(), 0);
    for ((case, message), path) in cases.iter().zip(&messages).zip(&paths) {
        let (about, own) = (case.about(), case.verified(message));
        match java.get(&case.file) {
            Some(Ok(theirs)) if decode_block(theirs).unwrap() == own => count += 1,
            _ if !case.is_for_java() => {}
            Some(Ok(theirs)) => faults.push(format!(
                "Java has another form of {about}:\n{}\n{}",
                String::from_utf8_lossy(&own),
                String::from_utf8_lossy(&decode_block(theirs).unwrap())
            )),
            other => faults.push(format!("Java refuses {about}: {other:?}")),
        }
        match python.get(&case.file) {
            Some(Ok(_)) => count += 1,
            other => faults.push(format!("xmlsec 1.3 refuses {about}: {other:?}")),
        }
        if case.is_for_xmlsec1() {
            let certificate = folder.path().join(format!("{}.crt", case.pair.name));
            let certificate = certificate.to_str().unwrap();
            let arguments = ["--verify", "--enabled-key-data", "key-name", "--pubkey-cert-pem", certificate];
            match with_xmlsec1(&arguments, &[path]) {
                Ok(()) => count += 1,
                Err(why) => faults.push(format!("xmlsec1 refuses {about}: {why}")),
            }
        }
    }
    assert!(faults.is_empty(), "{} of {count}:\n{}", faults.len(), faults.join("\n"));
    tell(&format!(
        "{CASES} signatures of every kind cross-checked: {count} verdicts of Java, xmlsec 1.3 and xmlsec1"
    ));
    assert!(count > 2 * CASES);
}

#[test]
fn what_java_signs_in_every_way_is_accepted_here() {
    let (cases, folder) = (cases(), folder());
    let to = tempfile::tempdir().unwrap();
    let usual = |case: &&Case| case.profile.position.is_none() && case.is_for_java();
    let cases: Vec<&Case> = cases.iter().filter(usual).collect();
    let lines: Vec<String> = cases.iter().map(|case| case.line()).collect();
    fs::write(folder.path().join("cases.tsv"), lines.join("\n")).unwrap();
    for case in &cases {
        fs::write(folder.path().join(&case.file), &case.document).unwrap();
    }
    let said = java(&[folder.path(), to.path()], "sign-as");
    for case in &cases {
        let theirs = match said.get(&case.file) {
            Some(Ok(theirs)) => decode_block(theirs).unwrap(),
            other => panic!("Java does not sign {}: {other:?}", case.about()),
        };
        let message = fs::read(to.path().join(&case.file)).unwrap();
        let own = case.verified(&message);
        assert!(own == theirs, "{} has another form:\n{}", case.about(), String::from_utf8_lossy(&message));
    }
    tell(&format!("cross-checked {} signatures of every kind made by Java", cases.len()));
    assert!(cases.len() > 290, "{} cases", cases.len());
}

#[test]
fn what_xmlsec_signs_in_every_way_is_accepted_here() {
    let (cases, folder) = (cases(), folder());
    let to = tempfile::tempdir().unwrap();
    // Signed key information has to be there before it is signed: that is Java's part.
    let cases: Vec<&Case> = cases.iter().filter(|case| !case.profile.sign_key_info).collect();
    let messages: Vec<Vec<u8>> = cases.iter().map(|case| case.signed()).collect();
    for (case, message) in cases.iter().zip(&messages) {
        let text = String::from_utf8(message.clone()).unwrap();
        fs::write(folder.path().join(&case.file), blank(&text, case.profile.prefix.as_str())).unwrap();
    }
    let said = python(&[folder.path(), to.path()], "sign");
    let mut count = 0;
    for (case, message) in cases.iter().zip(&messages) {
        let about = case.about();
        assert!(
            matches!(said.get(&case.file), Some(Ok(_))),
            "xmlsec does not sign {about}: {:?}",
            said.get(&case.file)
        );
        let theirs = fs::read(to.path().join(&case.file)).unwrap();
        assert!(case.verified(&theirs) == case.verified(message), "{about} has another form");
        count += 1;
        if case.is_for_xmlsec1() && case.number.is_multiple_of(3) {
            let (key, out) = (folder.path().join(format!("{}.pem", case.pair.name)), to.path().join("out"));
            let arguments =
                ["--sign", "--privkey-pem", key.to_str().unwrap(), "--output", out.to_str().unwrap()];
            with_xmlsec1(&arguments, &[&folder.path().join(&case.file)])
                .unwrap_or_else(|why| panic!("xmlsec1 does not sign {about}: {why}"));
            assert!(
                case.verified(&fs::read(&out).unwrap()) == case.verified(message),
                "{about} has another form"
            );
            count += 1;
        }
    }
    tell(&format!("cross-checked {count} signatures of every kind made by xmlsec 1.3 and xmlsec1"));
    assert!(count > 500);
}

/// Each value of each option occurs among the cases, and each shape with each canonicalization.
#[test]
fn the_cases_cross_everything() {
    let cases = cases();
    let mut pairs = std::collections::BTreeSet::new();
    for case in &cases {
        let profile = &case.profile;
        let content = profile.content_canonicalization.as_ref().unwrap();
        pairs.insert(format!("{} {content}", case.shape));
        pairs.insert(format!("{} {}", case.shape, profile.canonicalization));
        pairs.insert(format!("{} {}", case.shape, profile.algorithm.unwrap()));
        pairs.insert(format!("{} {}", case.shape, profile.key_info));
        pairs.insert(format!("{} {content}", profile.algorithm.unwrap()));
    }
    for shape in SHAPES {
        let with = |what: &str| assert!(pairs.contains(&format!("{shape} {what}")), "{shape} {what}");
        Canonicalization::all().for_each(|form| with(form.name()));
        Algorithm::ALL.iter().for_each(|algorithm| with(algorithm.name()));
        KEY_INFO.iter().for_each(|info| with(&info.parse::<KeyInfo>().unwrap().to_string()));
    }
    assert!(Shape::ALL.iter().all(|shape| cases.iter().any(|case| case.profile.shape == *shape)));
}
