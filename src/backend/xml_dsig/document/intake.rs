//! The bytes of a document as text, with a look ahead.

use std::io::{self, ErrorKind, Read};

use super::{DocumentFault, Encoding, declaration, limits::Limits, memory::KEPT};
use crate::backend::xml_dsig::XmlError;

/// How many bytes are read at a time.
const SIZE: usize = 32 * 1024;
/// As much as most messages take: a larger buffer would cost them more than their reading.
const FIRST_SIZE: usize = 4 * 1024;
/// How many bytes are read at a time while one long piece goes on.
const MOST: usize = 1 << 20;

/// A buffered reader that decodes. What is ahead stays there until it is consumed.
#[derive(Debug)]
pub(super) struct Intake<R> {
    input: R,
    encoding: Encoding,
    /// Bytes that are not decoded yet, and room for more.
    encoded: Vec<u8>,
    /// How many of them there are.
    held: usize,
    /// What is wrong with the bytes behind those that were decoded.
    broken: Option<DocumentFault>,
    buffer: String,
    /// How much of the buffer is consumed.
    start: usize,
    /// How many bytes of the input were consumed.
    consumed: u64,
    /// How many were read.
    taken: u64,
    limit: u64,
}

/// Why no more bytes came.
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
            held: 0,
            broken: None,
            buffer: String::new(),
            start: 0,
            consumed: 0,
            taken: 0,
            limit: limits.bytes.unwrap_or(u64::MAX),
        }
    }

    /// Finds out the encoding, before anything else.
    pub(super) fn begin(&mut self) -> Result<(), Stopped> {
        while self.held < 6 && self.read(FIRST_SIZE)? > 0 {}
        self.encoding = Encoding::of(self.encoded())?;
        let is_declared = |bytes: &[u8]| {
            bytes.starts_with(b"<?xml") && matches!(bytes.get(5), Some(b' ' | b'\t' | b'\r' | b'\n'))
        };
        if self.encoding == Encoding::Utf8 && is_declared(self.encoded()) {
            while !self.encoded().contains(&b'>') && self.held < SIZE && self.read(FIRST_SIZE)? > 0 {}
            if self.held >= SIZE && !self.encoded().contains(&b'>') {
                return Err(DocumentFault::TokenTooLong.into());
            }
            self.encoding = match declaration::peek(self.encoded()) {
                // The bytes can be read, so that they are not what they say.
                Some(Encoding::Utf16Le | Encoding::Utf16Be) => {
                    return Err(DocumentFault::EncodingMismatch.into());
                }
                Some(declared) => declared,
                None => Encoding::Utf8,
            };
        }
        self.decode(false);
        Ok(())
    }

    /// The encoding of the input.
    pub(super) const fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// How many bytes of the input were consumed: the place of the next one.
    pub(super) const fn position(&self) -> u64 {
        self.consumed
    }

    /// What is ahead, as far as it was read.
    pub(super) fn ahead(&self) -> &str {
        self.buffer.get(self.start..).unwrap_or_default()
    }

    /// So many bytes of what is ahead.
    pub(super) fn first(&self, count: usize) -> &str {
        self.buffer.get(self.start..self.start + count).unwrap_or_default()
    }

    /// Has at least `count` bytes ahead, unless the input ends.
    pub(super) fn look(&mut self, count: usize) -> Result<(), Stopped> {
        while self.buffer.len() - self.start < count && self.more()? {}
        Ok(())
    }

    /// Reads more behind what is ahead; `false` at the end of the input.
    pub(super) fn more(&mut self) -> Result<bool, Stopped> {
        // More is wanted than was read, and that was too much already.
        if self.taken > self.limit {
            return Err(DocumentFault::TooLong.into());
        }
        self.buffer.drain(..self.start);
        self.start = 0;
        let before = self.buffer.len();
        if before < KEPT && self.buffer.capacity() > KEPT {
            self.buffer.shrink_to(KEPT);
            self.encoded.truncate(SIZE.max(self.held));
            self.encoded.shrink_to_fit();
        }
        while self.buffer.len() == before {
            if let Some(fault) = self.broken {
                return Err(fault.into());
            }
            let last = self.read(self.part())? == 0;
            self.decode(last);
            if last && self.buffer.len() == before && self.broken.is_none() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// How many bytes to read.
    fn part(&self) -> usize {
        match self.buffer.len() {
            ahead if ahead >= SIZE => ahead.min(MOST),
            _ if self.consumed < FIRST_SIZE as u64 => FIRST_SIZE,
            _ => SIZE,
        }
    }

    /// Consumes what comes first of what is ahead. There may be no more of it than the limit has.
    pub(super) fn consume(&mut self, count: usize) -> Result<(), DocumentFault> {
        self.consumed += match self.encoding {
            Encoding::Utf8 | Encoding::Ascii => count as u64,
            other => other.length(self.first(count).as_bytes()),
        };
        self.start += count;
        if self.consumed > self.limit { Err(DocumentFault::TooLong) } else { Ok(()) }
    }

    fn encoded(&self) -> &[u8] {
        self.encoded.get(..self.held).unwrap_or_default()
    }

    /// Reads bytes once, at most `most`; answers how many.
    fn read(&mut self, most: usize) -> io::Result<usize> {
        let end = self.held + most;
        if self.encoded.len() < end {
            self.encoded.resize(end, 0);
        }
        let room = self.encoded.get_mut(self.held..end).unwrap_or_default();
        loop {
            match self.input.read(room) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                other => {
                    let count = other?.min(most);
                    self.held += count;
                    self.taken += count as u64;
                    return Ok(count);
                }
            }
        }
    }

    fn decode(&mut self, last: bool) {
        let bytes = self.encoded.get(..self.held).unwrap_or_default();
        let (whole, fault) = self.encoding.decode(bytes, last, &mut self.buffer);
        self.encoded.copy_within(whole..self.held, 0);
        self.held -= whole;
        self.broken = fault;
    }
}
