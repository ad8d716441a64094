//! Where words go: results to standard output, talk to standard error. A pipe that was closed by
//! its reader ends the talking and nothing else.

pub mod cases;
pub mod log;

use std::fmt::Display;
use std::io::{IsTerminal, Write};
use std::time::Instant;

use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    page::{
        annotations,
        findings::{Findings, Place},
        page, sarif,
    },
    source::Refusal,
};

use super::{
    exit::Exit,
    explain,
    json::{self, Document, inert, line},
    manner::Manner,
};
use cases::Sheet;
use log::{Level, Log, Talk};

/// The two streams of a command.
#[derive(Debug)]
pub struct Screen {
    out: std::io::Stdout,
    err: std::io::Stderr,
    lost: Option<std::io::Error>,
    manner: Manner,
    format: json::Findings,
    /// Findings that wait for their document.
    found: Vec<Findings>,
    /// What was said that must be heard.
    said: Vec<String>,
    silent: bool,
    began: Instant,
    log: Log,
    /// What goes into a file of test cases, where one is asked for.
    cases: Option<Sheet>,
}

/// Why a command has no result.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Failure {
    /// The exit code.
    pub exit: u8,
    /// What was said on standard error.
    pub errors: Vec<String>,
}

impl Document for Failure {
    const NAME: &'static str = "error";
}

impl Document for Findings {
    const NAME: &'static str = "findings";
}

impl Screen {
    /// The standard streams.
    #[must_use]
    pub fn standard(manner: Manner) -> Self {
        Self {
            out: std::io::stdout(),
            err: std::io::stderr(),
            lost: None,
            manner,
            format: json::Findings::Text,
            found: Vec::new(),
            said: Vec::new(),
            silent: true,
            began: Instant::now(),
            log: Log::of(manner.log_format),
            cases: None,
        }
    }

    /// From here on results are in this format.
    pub fn speak(&mut self, format: impl Into<json::Findings>) {
        self.format = format.into();
    }

    /// A screen for one of several runs, which says of which run each line is. Findings and talk of its own.
    #[must_use]
    pub fn beside(&self, run: &str) -> Self {
        let mut screen = Self::standard(self.manner);
        screen.format = self.format;
        screen.log.beside(run);
        screen
    }

    /// Whether results are for people.
    #[must_use]
    pub fn is_text(&self) -> bool {
        self.format == json::Findings::Text
    }

    /// Whether there is to be nothing but results and errors.
    #[must_use]
    pub const fn is_quiet(&self) -> bool {
        self.manner.quiet
    }

    /// Whether whoever reads wants the details.
    #[must_use]
    pub const fn is_verbose(&self) -> bool {
        self.manner.verbose
    }

    /// A line of the result.
    pub fn result(&mut self, line: impl Display) {
        let head = if self.is_text() { self.log.head() } else { "" };
        self.text(&format!("{head}{line}\n"));
    }

    /// A text of the result that brings its own line ends.
    pub fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    /// Bytes of the result, as they are.
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.silent = false;
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

    /// A result for machines.
    pub fn document<T: Document>(&mut self, document: &T) {
        self.result(line(document));
    }

    /// A line that must be heard: why something is refused, or what failed. That nobody listens is
    /// no failure.
    pub fn talk(&mut self, line: impl Display) {
        let line = line.to_string();
        self.log.say(&line, || Talk::now(Level::Error, line.trim()));
        self.said.push(line);
    }

    /// A line beside the result, for those who do not ask for quiet.
    pub fn remark(&mut self, line: impl Display) {
        if !self.manner.quiet {
            let line = line.to_string();
            self.log.say(&line, || Talk::now(Level::Info, line.trim()));
        }
    }

    /// A line for those who ask what happens.
    pub fn detail(&mut self, line: impl Display) {
        if self.manner.verbose {
            self.log.say(&format!("keyroll: {line}"), || Talk::now(Level::Debug, line.to_string()));
        }
    }

    /// Where talk goes that comes from elsewhere.
    #[must_use]
    pub fn log(&self) -> Log {
        self.log.clone()
    }

    /// From here on all talk is about this run.
    pub fn about(&mut self, run: &str) {
        self.log.about(run);
    }

    /// The test cases, where a file of them is asked for.
    pub const fn cases(&mut self) -> Option<&mut Sheet> {
        self.cases.as_mut()
    }

    /// From here on test cases are gathered.
    pub(super) fn gather(&mut self, sheet: Sheet) {
        self.cases = Some(sheet);
    }

    /// Draws findings on standard error; for machines they are kept for a document.
    pub fn page(&mut self, refusal: &Refusal) {
        if let Some(cases) = &mut self.cases {
            cases.found(&Findings::of(refusal));
        }
        if !self.is_text() {
            self.found.push(Findings::of(refusal));
            return;
        }
        if self.manner.quiet && !refusal.has_error() {
            return;
        }
        if self.log.is_json() {
            self.log.findings(&Findings::of(refusal), !self.manner.quiet);
            return;
        }
        let width = if self.err.is_terminal() { width() } else { 100 };
        let _unheard = self.err.lock().write_all(page(refusal, self.manner.colours(), width).as_bytes());
    }

    /// Tells machines how the finding that was drawn last comes about.
    pub fn story(&mut self, story: Vec<Place>) {
        let last = self.found.last_mut().and_then(|found| found.findings.last_mut());
        if let Some(entry) = last {
            entry.story = story;
        }
    }

    /// The findings that were kept and are in no document yet.
    #[must_use]
    pub fn found(&mut self) -> Vec<Findings> {
        if self.format == json::Findings::Json { std::mem::take(&mut self.found) } else { Vec::new() }
    }

    /// Whether progress may be drawn in place.
    #[must_use]
    pub fn is_live(&self) -> bool {
        self.err.is_terminal() && !self.manner.quiet && !self.log.is_json()
    }

    /// Whether nobody reads the result any more.
    #[must_use]
    pub const fn is_lost(&self) -> bool {
        self.lost.is_some()
    }

    /// The exit, with a result that could not be written taken into account. What machines were not
    /// told yet is told.
    #[must_use]
    pub fn finish(mut self, exit: Exit) -> Exit {
        let exit = match self.cases.take().map(|cases| cases.write(exit, &self.said, self.began.elapsed())) {
            Some(Err(error)) => {
                self.talk(error);
                Exit::Backend
            }
            _ => exit,
        };
        match self.format {
            json::Findings::Text | json::Findings::Github => {}
            json::Findings::Json => {
                for findings in self.found() {
                    self.document(&findings);
                }
                // A result that went to a file is none that is missing.
                if self.silent && exit != Exit::Done {
                    let errors = std::mem::take(&mut self.said);
                    self.document(&Failure { exit: exit as u8, errors });
                }
            }
            json::Findings::Sarif => {
                let invocation = sarif::Invocation { exit: exit as u8, errors: &self.said };
                let log = sarif::log(&self.found, &explain::all(), invocation);
                self.result(inert(&format!("{log:#}")));
            }
        }
        if self.format == json::Findings::Github {
            for line in annotations::lines(&self.found) {
                self.result(inert(&line));
            }
        }
        self.detail(format_args!("{} ms, exit {}", self.began.elapsed().as_millis(), exit as u8));
        match self.lost {
            Some(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
                let line = format!("cannot write the result: {error}");
                self.log.say(&line, || Talk::now(Level::Error, &*line));
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
