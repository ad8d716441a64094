//! Findings as workflow commands, which GitHub Actions shows beside the changed lines.
//! <https://docs.github.com/actions/reference/workflow-commands-for-github-actions>

use super::findings::{Entry, Findings, Severity};

/// A line for each finding.
#[must_use]
pub fn lines(found: &[Findings]) -> Vec<String> {
    found.iter().flat_map(|findings| &findings.findings).map(line).collect()
}

fn line(entry: &Entry) -> String {
    let command = match entry.severity {
        Severity::Error => "error",
        Severity::Advice => "notice",
    };
    let mut properties = Vec::new();
    if let Some(place) = entry.spans.first() {
        properties.push(format!("file={}", property(&place.file)));
        properties.push(format!("line={},endLine={}", place.line, place.end_line));
        // Columns are understood where a finding lies on one line only.
        if place.line == place.end_line {
            properties.push(format!("col={},endColumn={}", place.column, place.end_column));
        }
    }
    properties.extend(entry.code.as_deref().map(|code| format!("title={}", property(code))));
    let help = entry.help.as_deref().map(|help| format!("\n{help}")).unwrap_or_default();
    format!("::{command} {}::{}", properties.join(","), data(&format!("{}{help}", entry.message)))
}

/// What stands behind the second `::`.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// What stands behind `NAME=`.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::findings::Place;

    #[test]
    fn no_word_of_an_author_ends_a_command() {
        let place = Place {
            file: "a,b:c\n::error::x".to_owned(),
            line: 2,
            column: 3,
            end_line: 2,
            end_column: 9,
            start: 10,
            end: 16,
            label: None,
        };
        let entry = Entry {
            code: Some("keyroll::race".to_owned()),
            severity: Severity::Error,
            message: "100%\n::stop-commands::y".to_owned(),
            help: Some("wait".to_owned()),
            fix: None,
            spans: vec![place],
            related: Vec::new(),
            story: Vec::new(),
        };
        assert_eq!(
            line(&entry),
            "::error file=a%2Cb%3Ac%0A%3A%3Aerror%3A%3Ax,line=2,endLine=2,col=3,endColumn=9,\
             title=keyroll%3A%3Arace::100%25%0A::stop-commands::y%0Await"
        );
        assert!(!line(&entry).contains('\n'));
    }
}
