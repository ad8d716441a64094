//! `keyroll verify --trust FILE FILE`

use std::io;
use std::path::PathBuf;

use serde::Serialize;

use crate::{
    backend::{
        clock::{Clock, WallClock},
        file::atomic::Draft,
        xml_dsig::{Limits, Verified, XmlError, verify},
    },
    source::shown,
};

use super::{
    at_site::shown_path,
    document,
    exit::Exit,
    json::{Format, line},
    keystore::row::CertificateRow,
    output::Output,
    screen::Screen,
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
    /// Where the bytes go that were verified, when they were: work with these, and not with the
    /// document
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Text for people, or JSON
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
}

/// A verdict, for machines.
#[derive(Debug, Serialize)]
pub struct Judged {
    /// The document.
    pub file: String,
    /// Whether its signature holds.
    pub valid: bool,
    /// The certificate whose key made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificate: Option<CertificateRow>,
    /// The identifier of the signature algorithm.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub algorithm: Option<&'static str>,
    /// Why it does not hold: a code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Why it does not hold, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Does it.
pub fn run(arguments: &Arguments, screen: &mut Screen) -> Exit {
    verified(arguments, screen).unwrap_or_else(|exit| exit)
}

fn verified(arguments: &Arguments, screen: &mut Screen) -> Result<Exit, Exit> {
    let accepted = arguments.trust.certificates(screen)?;
    let mut file = document::open(&arguments.file, screen)?;
    let name = if arguments.file.as_os_str() == "-" { "<stdin>".to_owned() } else { shown_path(&arguments.file) };
    let unwritten = |error: io::Error, screen: &mut Screen| {
        screen.talk(format_args!("cannot write the verified bytes: {error}"));
        Exit::Backend
    };
    let limits = Limits::default();
    let verdict = match Output::of(arguments.output.as_deref()).file() {
        None => verify(&mut file, &mut io::sink(), &accepted, &limits),
        Some(path) => {
            let mut draft = Draft::beside(path).map_err(|error| unwritten(error, screen))?;
            let verdict = verify(&mut file, &mut draft, &accepted, &limits);
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
    let algorithm = verified.algorithm.uri();
    if arguments.format == Format::Json {
        let judged = Judged {
            file: name.to_owned(),
            valid: true,
            certificate: Some(row),
            algorithm: Some(algorithm),
            code: None,
            reason: None,
        };
        screen.result(line(&judged));
        return Exit::Done;
    }
    screen.result(format_args!("{name}: valid, signed with"));
    for line in row.lines() {
        screen.result(format_args!("  {line}"));
    }
    screen.result(format_args!("  algorithm   {algorithm}"));
    Exit::Done
}

fn fails(arguments: &Arguments, name: &str, error: &XmlError, screen: &mut Screen) -> Exit {
    if arguments.format == Format::Json {
        let judged = Judged {
            file: name.to_owned(),
            valid: false,
            certificate: None,
            algorithm: None,
            code: Some(error.code()),
            reason: Some(shown(&error.to_string())),
        };
        screen.result(line(&judged));
    }
    xml_fault::complain(error, name, screen)
}
