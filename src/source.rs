//! The author's text, places in it, and the findings that point at them.

mod around;
mod mend;
mod part;

use std::{
    collections::BTreeMap,
    fmt,
    path::{Component, Path, PathBuf},
    sync::Arc,
};

use miette::{NamedSource, SourceSpan};

pub use around::Noted;
pub use mend::Mend;
use part::Among;
pub use part::{Part, own_text};

/// The text of one plan or site and the name it was read under.
#[derive(Clone, Debug)]
pub struct Source {
    /// What to call the text in a finding: its path, or `<stdin>`.
    pub name: String,
    /// The text itself.
    pub text: String,
    /// Where other files are that the text names.
    files: Files,
    /// What has to do with other texts of one plan; apart, so that what holds a text stays small.
    among: Arc<Among>,
}

/// Where the files are that a plan names.
#[derive(Clone, Debug, Default)]
enum Files {
    /// Nowhere: the text was read from no file.
    #[default]
    None,
    /// In this folder, and in those below it.
    Folder(PathBuf),
    /// Here, by their names.
    Kept(BTreeMap<String, String>),
}

/// The largest file that a plan may name, in bytes: 16 MiB.
const BESIDE_LIMIT: u64 = 16 * 1024 * 1024;

impl Source {
    /// Names a text.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        let (name, text) = (name.into(), text.into());
        Self { name, text, files: Files::None, among: Arc::default() }
    }

    /// Another text in the place of this one, with the same name and files.
    #[must_use]
    pub fn with_text(&self, text: impl Into<String>) -> Self {
        let (name, files) = (self.name.clone(), self.files.clone());
        Self { name, text: text.into(), files, among: self.without_parts() }
    }

    /// The text of a file that this one names: files that it names are seen from here too.
    #[must_use]
    pub fn of_file(&self, name: &str, text: impl Into<String>) -> Self {
        Self { name: name.to_owned(), ..self.with_text(text) }
    }

    /// The same text, whose files lie in a folder.
    #[must_use]
    pub fn in_folder(self, folder: impl Into<PathBuf>) -> Self {
        Self { files: Files::Folder(folder.into()), ..self }
    }

    /// The same text with the files that it names, as they once were.
    #[must_use]
    pub fn with_files(self, files: BTreeMap<String, String>) -> Self {
        Self { files: Files::Kept(files), ..self }
    }

    /// The text of a file that lies beside this one.
    ///
    /// # Errors
    /// What is wrong with it, and what to do about it.
    pub fn beside(&self, name: &str) -> Result<String, (String, &'static str)> {
        let within = |part| matches!(part, Component::Normal(_));
        if name.is_empty() || name.contains(['\\', '\0']) || !Path::new(name).components().all(within) {
            return Err((
                "does not lie beside the plan".to_owned(),
                "name a file in the folder of the plan, or in one below it, with `/` between folders",
            ));
        }
        match &self.files {
            Files::None => Err((
                "is not known: this plan was read from no file".to_owned(),
                "give the path of the plan, or write the rows between braces",
            )),
            Files::Kept(files) => files.get(&self.key(name)).cloned().ok_or_else(|| {
                ("is not kept with this plan".to_owned(), "start again from the plan and its files")
            }),
            Files::Folder(folder) => {
                let path = folder.join(self.key(name));
                let fault = |fault: std::io::Error| match fault.kind() {
                    std::io::ErrorKind::NotFound => "is not there".to_owned(),
                    std::io::ErrorKind::PermissionDenied => "may not be read".to_owned(),
                    std::io::ErrorKind::InvalidData => "is no UTF-8 text".to_owned(),
                    _ => "cannot be read".to_owned(),
                };
                let help = "the path is seen from the folder of the plan";
                let about = std::fs::metadata(&path).map_err(|e| (fault(e), help))?;
                if !about.is_file() {
                    return Err(("is no file".to_owned(), help));
                }
                if about.len() > BESIDE_LIMIT {
                    return Err(("is larger than 16 MiB".to_owned(), "split it, and the plan with it"));
                }
                std::fs::read_to_string(&path).map_err(|e| (fault(e), help))
            }
        }
    }

    /// The text of a file as it once was, where it is kept with this text.
    #[must_use]
    pub fn kept(&self, name: &str) -> Option<&str> {
        match &self.files {
            Files::Kept(files) => files.get(&self.key(name)).map(String::as_str),
            Files::None | Files::Folder(_) => None,
        }
    }

    /// The one-based line and column (in characters) at which a span begins, in the text that it lies in.
    #[must_use]
    pub fn line_column(&self, span: Span) -> (usize, usize) {
        let (_, line, column) = self.place(span);
        (line, column)
    }

    /// The text as it may be drawn on a terminal, byte for byte as long as the original, so that
    /// spans stay true. See [`shown`] for what is replaced.
    #[must_use]
    pub fn drawn(&self) -> NamedSource<String> {
        NamedSource::new(shown(&self.name), self.drawn_text())
    }

    /// The text alone, as [`Self::drawn`] draws it.
    #[must_use]
    pub fn drawn_text(&self) -> String {
        if is_plain(&self.text) {
            return self.text.clone();
        }
        let mut chars = self.text.chars().peekable();
        let mut text = String::with_capacity(self.text.len());
        while let Some(c) = chars.next() {
            // Alone, a carriage return sends the terminal back over what it has drawn.
            let hostile = is_hostile(c) || (c == '\r' && chars.peek() != Some(&'\n'));
            text.push(match (hostile, c.len_utf8()) {
                (false, _) => c,
                (true, 1) => '?',
                (true, 2) => '¿',
                (true, 3) => '\u{FFFD}',
                (true, _) => '\u{1F6AB}',
            });
        }
        text
    }
}

/// A place in a text: byte offsets, end excluded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// Offset of the first byte.
    pub start: usize,
    /// Offset after the last byte.
    pub end: usize,
}

impl Span {
    /// The span from `start` up to `end`.
    #[must_use]
    pub const fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// The smallest span that holds both.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }
}

impl From<Span> for SourceSpan {
    fn from(span: Span) -> Self {
        (span.start, span.end.saturating_sub(span.start)).into()
    }
}

/// A value with the place where the author wrote it. Equality ignores the place, so that a tree
/// equals the tree of its formatted text.
#[derive(Clone, Debug)]
pub struct Spanned<T> {
    /// What was written.
    pub value: T,
    /// Where.
    pub span: Span,
}

impl<T> Spanned<T> {
    /// Puts a value at its place.
    pub const fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }

    /// Changes the value and keeps the place.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Spanned<U> {
        Spanned { value: change(self.value), span: self.span }
    }
}

impl<T: PartialEq> PartialEq for Spanned<T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl<T: Eq> Eq for Spanned<T> {}

impl<T: fmt::Display> fmt::Display for Spanned<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

/// A complaint about a text: a code, at least one place in it, and a help. Spans only; the text is
/// joined once, by [`Refusal`].
pub type Finding = Box<dyn miette::Diagnostic + Send + Sync + 'static>;

/// All the findings of one stage on one text.
#[derive(Debug)]
pub struct Refusal {
    /// The text that the findings point into.
    pub source: Source,
    /// What was found, in the order of the text.
    pub findings: Vec<Finding>,
}

impl Refusal {
    /// Joins findings with their text, sorted by the first place that each names.
    #[must_use]
    pub fn new(source: Source, mut findings: Vec<Finding>) -> Self {
        findings
            .sort_by_key(|f| f.labels().and_then(|mut l| l.next().map(|l| l.offset())).unwrap_or(usize::MAX));
        Self { source, findings }
    }

    /// Whether a finding of this code (without the `keyroll::` in front) is among them.
    #[must_use]
    pub fn has_code(&self, code: &str) -> bool {
        self.codes().any(|c| c == code)
    }

    /// The codes of the findings, without the `keyroll::` in front.
    pub fn codes(&self) -> impl Iterator<Item = String> + '_ {
        self.findings.iter().filter_map(code)
    }

    /// The codes of the errors among them, likewise, each once and sorted.
    #[must_use]
    pub fn error_codes(&self) -> Vec<String> {
        let errors = self.findings.iter().filter(|finding| !is_advice(finding.as_ref()));
        errors.filter_map(code).collect::<std::collections::BTreeSet<String>>().into_iter().collect()
    }

    /// Whether at least one finding is an error and not just advice.
    #[must_use]
    pub fn has_error(&self) -> bool {
        self.findings.iter().any(|f| !is_advice(f.as_ref()))
    }
}

fn code(finding: &Finding) -> Option<String> {
    let code = finding.code()?.to_string();
    Some(code.strip_prefix("keyroll::").map_or(code.clone(), str::to_owned))
}

/// Advice never refuses a plan.
#[must_use]
pub fn is_advice(finding: &dyn miette::Diagnostic) -> bool {
    matches!(finding.severity(), Some(miette::Severity::Advice | miette::Severity::Warning))
}

/// Whether a character could move the cursor, hide text or turn its direction.
#[must_use]
pub fn is_hostile(c: char) -> bool {
    (c.is_control() && c != '\n' && c != '\t' && c != '\r')
        || matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}'
            | '\u{FEFF}' | '\u{061C}' | '\u{2028}' | '\u{2029}' | '\u{E0000}'..='\u{E007F}')
}

/// Whether a text is of printable ASCII and line ends alone: most are, and none of it is hostile.
#[must_use]
pub fn is_plain(text: &str) -> bool {
    // Many bytes at once: whether it stops at the first one would be asked at each.
    let is_plain =
        |bytes: &[u8]| bytes.iter().fold(true, |all, byte| all & matches!(byte, b'\n' | b' '..=b'~'));
    text.as_bytes().chunks(1024).all(is_plain)
}

/// A text of somebody else's (a name, a subject, a file name) as it may be shown: characters that
/// could steer a terminal or turn the direction of the line are written as escapes, line ends too.
#[must_use]
pub fn shown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if is_hostile(c) || matches!(c, '\n' | '\r' | '\t') {
            out.extend(c.escape_unicode());
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_ignores_equality() {
        assert_eq!(Spanned::new(1, Span::new(0, 1)), Spanned::new(1, Span::new(5, 6)));
    }

    #[test]
    fn hostile_characters_are_drawn_without_moving_a_span() {
        let source = Source::new("p", "a\u{202E}b\u{1b}c\u{85}d\u{E0041}e\rf\r\n");
        let drawn = source.drawn();
        assert_eq!(drawn.inner().len(), source.text.len());
        assert!(!drawn.inner().chars().any(is_hostile));
        assert!(drawn.inner().ends_with("e?f\r\n"));
    }

    #[test]
    fn shown_escapes_what_steers_a_terminal() {
        assert_eq!(shown("a\u{1b}[31m\u{202e}\n"), "a\\u{1b}[31m\\u{202e}\\u{a}");
    }

    #[test]
    fn lines_and_columns_count_from_one() {
        let source = Source::new("p", "ab\nçd");
        assert_eq!(source.line_column(Span::new(5, 6)), (2, 2));
    }
}
