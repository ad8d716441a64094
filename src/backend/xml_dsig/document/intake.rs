//! The bytes of a document, with a look ahead, a count and a limit for each token.

use std::io::{self, BufRead, ErrorKind, Read};

use super::{DocumentFault, limits::Limits};
use crate::backend::xml_dsig::XmlError;

const SIZE: usize = 32 * 1024;

/// A buffered reader that stops quick-xml from collecting a token without end.
#[derive(Debug)]
pub(super) struct Intake<R> {
    input: R,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    consumed: u64,
    token_start: u64,
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

impl<R: Read> Intake<R> {
    pub(super) fn new(input: R, limits: &Limits) -> Self {
        Self {
            input,
            buffer: vec![0; SIZE],
            start: 0,
            end: 0,
            consumed: 0,
            token_start: 0,
            token_limit: limits.token,
            limit: limits.bytes.unwrap_or(u64::MAX),
            stopped: None,
        }
    }

    /// How many bytes were consumed: the place of the next one.
    pub(super) const fn position(&self) -> u64 {
        self.consumed
    }

    /// Begins a token: its length counts from here.
    pub(super) const fn begin_token(&mut self) {
        self.token_start = self.consumed;
    }

    /// The bytes ahead: at least `count` (far less than the buffer holds), unless the input ends.
    pub(super) fn ahead(&mut self, count: usize) -> Result<&[u8], Stopped> {
        while self.end - self.start < count && self.fill().map_err(Stopped::Failed)? {}
        self.check_limit().map_err(Stopped::Refused)?;
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
    fn fill(&mut self) -> io::Result<bool> {
        self.buffer.copy_within(self.start..self.end, 0);
        (self.start, self.end) = (0, self.end - self.start);
        let room = self.buffer.get_mut(self.end..).unwrap_or_default();
        loop {
            match self.input.read(room) {
                Ok(count) => {
                    self.end = (self.end + count).min(SIZE);
                    return Ok(count > 0);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    fn stop(&mut self, stopped: Stopped) -> io::Error {
        self.stopped = Some(stopped);
        io::Error::from(ErrorKind::Other)
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
            return Err(self.stop(Stopped::Refused(fault)));
        }
        if self.consumed - self.token_start > self.token_limit {
            return Err(self.stop(Stopped::Refused(DocumentFault::TokenTooLong)));
        }
        if self.start == self.end
            && let Err(error) = self.fill()
        {
            return Err(self.stop(Stopped::Failed(error)));
        }
        Ok(self.unread())
    }

    fn consume(&mut self, count: usize) {
        let count = count.min(self.end - self.start);
        self.start += count;
        self.consumed += count as u64;
    }
}
