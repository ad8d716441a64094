//! The bytes of a document as UTF-8, with a look ahead, a count and a limit for each token.

use std::io::{self, BufRead, ErrorKind, Read};

use super::{DocumentFault, Encoding, declaration, limits::Limits};
use crate::backend::xml_dsig::XmlError;

const SIZE: usize = 32 * 1024;
/// As much as most messages take: a larger buffer would cost them more than their reading.
const FIRST_SIZE: usize = 4 * 1024;
/// How much is decoded at a time: no encoding takes more than a third of what UTF-8 does.
const ENCODED: usize = 8 * 1024;

/// A buffered reader that decodes, and stops quick-xml from collecting a token without end.
#[derive(Debug)]
pub(super) struct Intake<R> {
    input: R,
    encoding: Encoding,
    /// Bytes that are not decoded yet, unless they are UTF-8 already.
    encoded: Vec<u8>,
    /// What is wrong with the bytes behind those that were decoded.
    broken: Option<DocumentFault>,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    consumed: u64,
    token: u64,
    token_limit: u64,
    limit: u64,
    stopped: Option<Stopped>,
}

/// Why no more bytes came. quick-xml would hand on a copy without the original error.
#[derive(Debug)]
pub(super) enum Stopped {
    Failed(io::Error),
    Refused(DocumentFault),
}

impl Stopped {
    pub(super) fn at(self, at: u64) -> XmlError {
        match self {
            Self::Failed(error) => XmlError::Io(error),
            Self::Refused(fault) => fault.at(at),
        }
    }
}

impl From<io::Error> for Stopped {
    fn from(error: io::Error) -> Self {
        Self::Failed(error)
    }
}

impl From<DocumentFault> for Stopped {
    fn from(fault: DocumentFault) -> Self {
        Self::Refused(fault)
    }
}

impl<R: Read> Intake<R> {
    pub(super) fn new(input: R, limits: &Limits) -> Self {
        Self {
            input,
            encoding: Encoding::Utf8,
            encoded: Vec::new(),
            broken: None,
            buffer: vec![0; FIRST_SIZE],
            start: 0,
            end: 0,
            consumed: 0,
            token: 0,
            token_limit: limits.token,
            limit: limits.bytes.unwrap_or(u64::MAX),
            stopped: None,
        }
    }

    /// Finds out the encoding, before anything is consumed.
    pub(super) fn begin(&mut self) -> Result<(), Stopped> {
        self.encoding = Encoding::of(self.ahead(4)?)?;
        if self.encoding == Encoding::Utf8 && self.ahead(5)?.starts_with(b"<?xml") {
            while !self.unread().contains(&b'>') && self.end < SIZE && self.fill()? {}
            self.encoding = match declaration::peek(self.unread()) {
                // The bytes can be read, so that they are not what they say.
                Some(Encoding::Utf16Le | Encoding::Utf16Be) => {
                    return Err(DocumentFault::EncodingMismatch.into());
                }
                Some(declared) => declared,
                None => Encoding::Utf8,
            };
        }
        if !self.is_plain() {
            self.encoded = self.unread().to_vec();
            (self.start, self.end) = (0, 0);
        }
        Ok(())
    }

    /// The encoding of the input.
    pub(super) const fn encoding(&self) -> Encoding {
        self.encoding
    }

    const fn is_plain(&self) -> bool {
        matches!(self.encoding, Encoding::Utf8 | Encoding::Ascii)
    }

    /// How many bytes of the input were consumed: the place of the next one.
    pub(super) const fn position(&self) -> u64 {
        self.consumed
    }

    /// Begins a token: its length counts from here.
    pub(super) const fn begin_token(&mut self) {
        self.token = 0;
    }

    /// The bytes ahead: at least `count` (far less than the buffer holds), unless the input ends.
    pub(super) fn ahead(&mut self, count: usize) -> Result<&[u8], Stopped> {
        while self.end - self.start < count && self.fill()? {}
        self.check_limit()?;
        Ok(self.unread())
    }

    /// What stopped the bytes, once.
    pub(super) const fn take_stopped(&mut self) -> Option<Stopped> {
        self.stopped.take()
    }

    fn unread(&self) -> &[u8] {
        self.buffer.get(self.start..self.end).unwrap_or_default()
    }

    fn check_limit(&self) -> Result<(), DocumentFault> {
        if self.consumed > self.limit { Err(DocumentFault::TooLong) } else { Ok(()) }
    }

    /// Reads more behind what is not consumed yet; `false` at the end of the input.
    fn fill(&mut self) -> Result<bool, Stopped> {
        let was_full = self.end == self.buffer.len();
        self.buffer.copy_within(self.start..self.end, 0);
        (self.start, self.end) = (0, self.end - self.start);
        if !self.is_plain() {
            return self.decode();
        }
        if was_full && self.buffer.len() < SIZE {
            self.buffer.resize(SIZE, 0);
        }
        let room = self.buffer.get_mut(self.end..).unwrap_or_default();
        let count = read(&mut self.input, room)?;
        self.end = (self.end + count).min(self.buffer.len());
        Ok(count > 0)
    }

    /// Decodes more; `false` at the end of the input.
    fn decode(&mut self) -> Result<bool, Stopped> {
        let mut text = String::new();
        while text.is_empty() {
            if let Some(fault) = self.broken {
                return Err(fault.into());
            }
            let mut last = false;
            if self.encoded.len() < ENCODED {
                let before = self.encoded.len();
                self.encoded.resize(ENCODED, 0);
                let count = read(&mut self.input, self.encoded.get_mut(before..).unwrap_or_default());
                self.encoded.truncate(before + count.as_ref().copied().unwrap_or(0));
                last = count? == 0;
            }
            let part = self.encoded.get(..self.encoded.len().min(ENCODED)).unwrap_or_default();
            let (whole, fault) = self.encoding.decode(part, last, &mut text);
            self.encoded.drain(..whole);
            self.broken = fault;
            if last && text.is_empty() && fault.is_none() {
                return Ok(false);
            }
        }
        let end = self.end + text.len();
        self.buffer.truncate(self.end);
        self.buffer.extend_from_slice(text.as_bytes());
        self.end = end;
        Ok(true)
    }

    fn stop(&mut self, stopped: Stopped) -> io::Error {
        self.stopped = Some(stopped);
        io::Error::from(ErrorKind::Other)
    }
}

fn read(input: &mut impl Read, into: &mut [u8]) -> io::Result<usize> {
    loop {
        match input.read(into) {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            other => return other,
        }
    }
}

impl<R: Read> Read for Intake<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.read(into)?;
        self.consume(count);
        Ok(count)
    }
}

impl<R: Read> BufRead for Intake<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if let Err(fault) = self.check_limit() {
            return Err(self.stop(fault.into()));
        }
        if self.token > self.token_limit {
            return Err(self.stop(DocumentFault::TokenTooLong.into()));
        }
        if self.start == self.end
            && let Err(stopped) = self.fill()
        {
            return Err(self.stop(stopped));
        }
        Ok(self.unread())
    }

    fn consume(&mut self, count: usize) {
        let count = count.min(self.end - self.start);
        let consumed = self.buffer.get(self.start..self.start + count).unwrap_or_default();
        self.consumed += self.encoding.length(consumed);
        self.token += count as u64;
        self.start += count;
    }
}
