//! What is wrong with a document or its signature, as a page with a code and what to do next.

use std::fmt;

use miette::Diagnostic;

use crate::{
    backend::xml_dsig::XmlError,
    source::{Refusal, Source, shown},
};

use super::{exit::Exit, screen::Screen};

/// A finding about a document. No part of the document is repeated, so it has no place but a number
/// of bytes.
#[derive(Debug)]
struct XmlFault {
    what: String,
    code: String,
    help: String,
}

impl fmt::Display for XmlFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for XmlFault {}

impl Diagnostic for XmlFault {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(&self.code))
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(&self.help))
    }
}

/// Says why a document was not signed, or does not verify.
pub fn complain(error: &XmlError, name: &str, screen: &mut Screen) -> Exit {
    said(error, "take another key pair, or an algorithm that fits it", name, screen)
}

/// The same where no key signs, but certificates are trusted.
pub fn complain_of_trust(error: &XmlError, name: &str, screen: &mut Screen) -> Exit {
    said(error, "trust a certificate whose key can have made this signature", name, screen)
}

fn said(error: &XmlError, of_key: &str, name: &str, screen: &mut Screen) -> Exit {
    let (help, exit) = match error {
        XmlError::Document { .. } => {
            ("the place is a number of bytes from the beginning of the document", Exit::Refused)
        }
        XmlError::Signature { .. } => (
            "the place is a number of bytes from the beginning; what the profile does not know it refuses by name",
            Exit::Refused,
        ),
        XmlError::NotAccepted { .. } => (
            "only the certificates of --trust count; see to it that the signer's own is among them",
            Exit::Refused,
        ),
        XmlError::Digest => ("ask for the document as it was signed, byte by byte", Exit::Refused),
        XmlError::Changed => ("verify a copy that nobody writes to", Exit::Backend),
        XmlError::Profile(_) => ("`keyroll sign --help` lists the options of a signature", Exit::Usage),
        XmlError::Key(_) => (of_key, Exit::Refused),
        XmlError::Io(_) => ("see to it that the files can be read and written", Exit::Backend),
    };
    let help = error.advice().unwrap_or_else(|| help.to_owned());
    let what = format!("{}: {}", shown(name), shown(&error.to_string()));
    let code = format!("keyroll::{}", error.code());
    let fault = XmlFault { what, code, help };
    screen.page(&Refusal::new(Source::new("", ""), vec![Box::new(fault)]));
    exit
}
