//! `keyroll verify --trust FILE FILE`

use std::io;
use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    backend::{
        clock::{Clock, WallClock},
        file::atomic::Draft,
        xml_dsig::{Place, Position, Shape, Verified, VerifyOptions, XmlError, verify},
    },
    source::shown,
};

use super::{
    at_site::shown_path,
    document,
    exit::Exit,
    json::{Document, Format},
    keystore::row::CertificateRow,
    output::Output,
    screen::Screen,
    signature::Ids,
    trust::Trust,
    xml_fault,
};

/// Verify the signature of an XML document with certificates that you trust.
///
/// Ends with 0 when it holds and with 1 when not. A certificate inside of the document is never
/// trusted.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The document, or - for standard input
    file: PathBuf,
    #[command(flatten)]
    trust: Trust,
    /// Take only a signature of this type: enveloped, enveloping, detached; can be given again
    #[arg(long = "type", value_name = "TYPE")]
    shapes: Vec<Shape>,
    /// Take a signature too that covers only a part of the document
    #[arg(long)]
    part: bool,
    /// Take the signature only at this place: into an element, or after one (after:ELEMENT)
    #[arg(long, value_name = "PLACE")]
    position: Option<Position>,
    #[command(flatten)]
    ids: Ids,
    /// Where the bytes go that were verified, when they were: work with these, and not with the
    /// document
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Text for people, or JSON
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
}

/// A verdict, for machines.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Judged {
    /// The document.
    pub file: String,
    /// Whether its signature holds.
    pub valid: bool,
    /// The certificate whose key made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificate: Option<CertificateRow>,
    /// The signature algorithm, as in `ecdsa-sha256`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub algorithm: Option<&'static str>,
    /// Whether it covers the whole document but for itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub whole_document: Option<bool>,
    /// What it covers: empty for the document, or `#id`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub covers: Vec<String>,
    /// Why it does not hold: a code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Why it does not hold, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl Document for Judged {
    const NAME: &'static str = "verify";
}

/// Does it.
pub fn run(arguments: &Arguments, screen: &mut Screen) -> Exit {
    screen.speak(arguments.format);
    verified(arguments, screen).unwrap_or_else(|exit| exit)
}

fn verified(arguments: &Arguments, screen: &mut Screen) -> Result<Exit, Exit> {
    let accepted = arguments.trust.certificates(screen)?;
    let mut file = document::open(&arguments.file, screen)?;
    let name = document::name(&arguments.file);
    let unwritten = |error: io::Error, screen: &mut Screen| {
        let to = arguments.output.as_deref().map_or_else(String::new, |to| format!(" to {}", shown_path(to)));
        screen.talk(format_args!("cannot write the verified bytes{to}: {error}"));
        Exit::Backend
    };
    let options = VerifyOptions {
        shapes: if arguments.shapes.is_empty() { Shape::ALL.to_vec() } else { arguments.shapes.clone() },
        whole_document: !arguments.part,
        place: arguments.position.clone().map_or(Place::Usual, Place::At),
        id_attributes: arguments.ids.read(screen)?,
        ..VerifyOptions::default()
    };
    let verdict = match Output::of(arguments.output.as_deref()).file() {
        None => verify(&mut file, &mut io::sink(), &accepted, &options),
        Some(path) => {
            let mut draft = Draft::beside(path).map_err(|error| unwritten(error, screen))?;
            let verdict = verify(&mut file, &mut draft, &accepted, &options);
            if verdict.is_ok() {
                draft.place(None).map_err(|error| unwritten(error, screen))?;
            }
            verdict
        }
    };
    match verdict {
        Ok(verified) => Ok(holds(arguments, &name, &verified, screen)),
        Err(error) => Err(fails(arguments, &name, &error, screen)),
    }
}

fn holds(arguments: &Arguments, name: &str, verified: &Verified, screen: &mut Screen) -> Exit {
    let row = CertificateRow::of(&verified.certificate, WallClock.now());
    let algorithm = verified.algorithm.name();
    let content = verified.references.iter().filter(|reference| reference.shape.is_some());
    let covers: Vec<String> = content.map(|reference| shown(&reference.uri)).collect();
    if arguments.format == Format::Json {
        let judged = Judged {
            file: name.to_owned(),
            valid: true,
            certificate: Some(row),
            algorithm: Some(algorithm),
            whole_document: Some(verified.whole_document),
            covers,
            code: None,
            reason: None,
        };
        screen.document(&judged);
        return Exit::Done;
    }
    screen.result(format_args!("{name}: valid, signed with"));
    for line in row.lines() {
        screen.result(format_args!("  {line}"));
    }
    screen.result(format_args!("  algorithm   {algorithm}"));
    if verified.whole_document {
        screen.result("  covers      the whole document");
    } else {
        screen.result(format_args!("  covers      only {}", covers.join(", ")));
    }
    Exit::Done
}

fn fails(arguments: &Arguments, name: &str, error: &XmlError, screen: &mut Screen) -> Exit {
    if arguments.format == Format::Json {
        let judged = Judged {
            file: name.to_owned(),
            valid: false,
            certificate: None,
            algorithm: None,
            whole_document: None,
            covers: Vec::new(),
            code: Some(error.code()),
            reason: Some(shown(&error.to_string())),
        };
        screen.document(&judged);
        // The document says it all.
        let exit = xml_fault::complain_of_trust(error, name, screen);
        drop(screen.found());
        return exit;
    }
    xml_fault::complain_of_trust(error, name, screen)
}
