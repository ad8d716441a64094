//! One file of a trust folder: certificates and whatever stands between them.

use std::ffi::OsString;
use std::ops::Range;

use crate::world::material::{Certificate, Fingerprint};

/// The names under which a certificate goes in PEM (RFC 7468 section 5, and older habits).
const LABELS: [&[u8]; 3] = [b"CERTIFICATE", b"X509 CERTIFICATE", b"TRUSTED CERTIFICATE"];

/// A file with at least one certificate.
#[derive(Debug)]
pub(super) struct TrustFile {
    pub(super) name: OsString,
    bytes: Vec<u8>,
    blocks: Vec<Block>,
    foreign: bool,
}

/// A certificate and where it stands, from its `BEGIN` line to the end of its `END` line.
#[derive(Debug)]
struct Block {
    at: Range<usize>,
    certificate: Certificate,
}

/// What is left of a file after a removal.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Rest {
    /// It held none of them.
    Untouched,
    /// Other certificates, byte for byte as they were.
    Certificates(Vec<u8>),
    /// No certificate, but something else that is not ours to drop, such as a key.
    Foreign(Vec<u8>),
    /// Nothing that anyone would miss.
    Nothing,
}

impl TrustFile {
    /// Reads a file: one certificate in DER, or one or several in PEM with any text between them.
    /// `None` when it holds no certificate, or one that is damaged.
    pub(super) fn parse(name: OsString, bytes: Vec<u8>) -> Option<Self> {
        if let Ok(certificate) = Certificate::from_der(&bytes)
            && certificate.der() == bytes
        {
            let block = Block { at: 0..bytes.len(), certificate };
            return Some(Self { name, bytes, blocks: vec![block], foreign: false });
        }
        let (mut blocks, mut foreign) = (Vec::new(), false);
        let mut begun: Option<(usize, Vec<u8>)> = None;
        let mut offset: usize = 0;
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            let end = offset.saturating_add(line.len());
            if let Some(label) = boundary(line, b"-----BEGIN ") {
                if begun.replace((offset, label.to_vec())).is_some() {
                    return None;
                }
            } else if let Some(label) = boundary(line, b"-----END ") {
                let (start, opened) = begun.take()?;
                if opened != label {
                    return None;
                }
                if LABELS.contains(&label) {
                    let certificate = Certificate::from_pem(bytes.get(start..end)?).ok()?;
                    blocks.push(Block { at: start..end, certificate });
                } else {
                    foreign = true;
                }
            }
            offset = end;
        }
        (begun.is_none() && !blocks.is_empty()).then_some(Self { name, bytes, blocks, foreign })
    }

    /// The certificates, in the order of the file.
    pub(super) fn certificates(&self) -> impl Iterator<Item = &Certificate> {
        self.blocks.iter().map(|block| &block.certificate)
    }

    /// What is left when these certificates are cut out.
    pub(super) fn without(&self, remove: &[Fingerprint]) -> Rest {
        let mut rest = Vec::with_capacity(self.bytes.len());
        let (mut kept, mut cut, mut copied) = (0_usize, 0_usize, 0_usize);
        for block in &self.blocks {
            if remove.contains(&block.certificate.fingerprint()) {
                rest.extend_from_slice(self.bytes.get(copied..block.at.start).unwrap_or_default());
                copied = block.at.end;
                cut += 1;
            } else {
                kept += 1;
            }
        }
        rest.extend_from_slice(self.bytes.get(copied..).unwrap_or_default());
        match (cut, kept, self.foreign) {
            (0, ..) => Rest::Untouched,
            (_, 0, false) => Rest::Nothing,
            (_, 0, true) => Rest::Foreign(rest),
            _ => Rest::Certificates(rest),
        }
    }
}

/// The label of a line such as `-----BEGIN CERTIFICATE-----`.
fn boundary<'a>(line: &'a [u8], opening: &[u8]) -> Option<&'a [u8]> {
    line.trim_ascii_end().strip_prefix(opening)?.strip_suffix(b"-----")
}
