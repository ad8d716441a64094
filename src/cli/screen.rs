//! Where words go: results to standard output, talk to standard error. A pipe that was closed by
//! its reader ends the talking and nothing else.

use std::fmt::Display;
use std::io::{IsTerminal, Write};

use crate::{page::page, source::Refusal};

use super::exit::Exit;

/// The two streams of a command.
#[derive(Debug)]
pub struct Screen {
    out: std::io::Stdout,
    err: std::io::Stderr,
    lost: Option<std::io::Error>,
}

impl Screen {
    /// The standard streams.
    #[must_use]
    pub fn standard() -> Self {
        Self { out: std::io::stdout(), err: std::io::stderr(), lost: None }
    }

    /// A line of the result.
    pub fn result(&mut self, line: impl Display) {
        if self.lost.is_none() {
            let mut out = self.out.lock();
            self.lost = writeln!(out, "{line}").and_then(|()| out.flush()).err();
        }
    }

    /// A text of the result that brings its own line ends.
    pub fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    /// Bytes of the result, as they are.
    pub fn bytes(&mut self, bytes: &[u8]) {
        if self.lost.is_none() {
            let mut out = self.out.lock();
            self.lost = out.write_all(bytes).and_then(|()| out.flush()).err();
        }
    }

    /// A result that is read from somewhere, as it is.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn copy(&mut self, from: &mut dyn std::io::Read) -> std::io::Result<()> {
        let mut piece = vec![0; 1 << 16];
        loop {
            match from.read(&mut piece)? {
                0 => return Ok(()),
                length => self.bytes(piece.get(..length).unwrap_or_default()),
            }
        }
    }

    /// A line of talk. That nobody listens is no failure.
    pub fn talk(&mut self, line: impl Display) {
        let _unheard = writeln!(self.err.lock(), "{line}");
    }

    /// Draws findings on standard error.
    pub fn page(&mut self, refusal: &Refusal) {
        let terminal = self.err.is_terminal();
        let colour = terminal && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty());
        let width = if terminal { width() } else { 100 };
        let _unheard = self.err.lock().write_all(page(refusal, colour, width).as_bytes());
    }

    /// Whether progress may be drawn in place.
    #[must_use]
    pub fn is_live(&self) -> bool {
        self.err.is_terminal()
    }

    /// The exit, with a result that could not be written taken into account.
    #[must_use]
    pub fn finish(self, exit: Exit) -> Exit {
        match self.lost {
            Some(error) if error.kind() != std::io::ErrorKind::BrokenPipe && exit == Exit::Done => {
                let _unheard = writeln!(self.err.lock(), "cannot write the result: {error}");
                Exit::Backend
            }
            _ => exit,
        }
    }
}

fn width() -> usize {
    let columns = std::env::var("COLUMNS").ok().and_then(|c| c.parse().ok());
    columns.unwrap_or(100).clamp(60, 160)
}
