//! Test cases in the XML that build servers read as the results of JUnit.
//!
//! There is no standard for it. What is written here has the elements and attributes of the task `junit` of
//! Apache Ant, from which it comes, and nothing that the schema of the xUnit plugin of Jenkins does not know.

use std::fmt::{self, Display};
use std::time::Duration;

use quick_xml::escape::escape;

use crate::source::shown;

use super::findings::{Entry, Findings, Severity};

/// How every file begins.
pub const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"keyroll";

/// One test case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// What it is about: a plan.
    pub class: String,
    /// Its name.
    pub name: String,
    /// How it ended.
    pub outcome: Outcome,
}

/// How a test case ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Well.
    Passed,
    /// Not as it should.
    Failed(Cause),
    /// It could not be tried.
    Broke(Cause),
}

/// Why a test case did not end well.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cause {
    /// A word for it, as the code of a finding.
    pub kind: String,
    /// In a sentence.
    pub message: String,
    /// All of it, in lines.
    pub text: String,
}

impl Case {
    /// One that ended well.
    #[must_use]
    pub fn passed(class: &str, name: impl Into<String>) -> Self {
        Self { class: class.to_owned(), name: name.into(), outcome: Outcome::Passed }
    }

    /// One that ended well, or else for this reason not.
    #[must_use]
    pub fn judged(class: &str, name: impl Into<String>, fault: Option<(&str, String)>) -> Self {
        let cause = |(kind, message): (&str, String)| {
            Outcome::Failed(Cause { kind: kind.to_owned(), message, text: String::new() })
        };
        Self { outcome: fault.map_or(Outcome::Passed, cause), ..Self::passed(class, name) }
    }

    /// One for each error among findings.
    pub fn errors(found: &Findings) -> impl Iterator<Item = Self> + '_ {
        let errors = found.findings.iter().filter(|entry| entry.severity == Severity::Error);
        errors.map(|entry| Self {
            class: found.file.clone().unwrap_or_else(|| "keyroll".to_owned()),
            name: named(entry),
            outcome: Outcome::Failed(Cause {
                kind: entry.code.clone().unwrap_or_else(|| "error".to_owned()),
                message: entry.message.clone(),
                text: lines(entry),
            }),
        })
    }
}

/// A finding as the name of a test case: the code, and where.
fn named(entry: &Entry) -> String {
    let code = entry.code.as_deref().unwrap_or("error");
    match entry.spans.first() {
        Some(place) => format!("{code} at line {}", place.line),
        None => code.to_owned(),
    }
}

/// A finding in lines.
#[must_use]
pub fn lines(entry: &Entry) -> String {
    let mut text = format!("{}\n", shown(&entry.message));
    for place in &entry.spans {
        let label = place.label.as_deref().map(|label| format!(": {}", shown(label))).unwrap_or_default();
        text += &format!("{}:{}:{}{label}\n", shown(&place.file), place.line, place.column);
    }
    if let Some(help) = &entry.help {
        text += &format!("help: {}\n", shown(help));
    }
    text
}

/// The results of one command.
#[derive(Clone, Debug)]
pub struct Results<'a> {
    /// The command.
    pub command: &'a str,
    /// When it began, in UTC, as `2026-12-01T20:00:00`.
    pub began: String,
    /// How long it took.
    pub took: Duration,
    /// The cases, in order.
    pub cases: &'a [Case],
    /// What else is to be read: advice.
    pub beside: &'a str,
}

impl Display for Results<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = |is: fn(&Outcome) -> bool| self.cases.iter().filter(|case| is(&case.outcome)).count();
        let failures = count(|outcome| matches!(outcome, Outcome::Failed(_)));
        let errors = count(|outcome| matches!(outcome, Outcome::Broke(_)));
        let command = Attribute(self.command);
        let sums = format!(
            "tests=\"{}\" failures=\"{failures}\" errors=\"{errors}\" time=\"{:.3}\"",
            self.cases.len(),
            self.took.as_secs_f64()
        );
        writeln!(f, "{HEAD} {command}\" {sums}>")?;
        writeln!(
            f,
            "  <testsuite name=\"keyroll {command}\" package=\"keyroll\" id=\"0\" hostname=\"localhost\" \
             timestamp=\"{}\" {sums}>",
            Attribute(&self.began)
        )?;
        writeln!(f, "    <properties></properties>")?;
        for case in self.cases {
            write!(f, "    {case}")?;
        }
        writeln!(f, "    <system-out>{}</system-out>", Text(self.beside))?;
        writeln!(f, "    <system-err></system-err>\n  </testsuite>\n</testsuites>")
    }
}

impl Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (class, name) = (Attribute(&self.class), Attribute(&self.name));
        write!(f, "<testcase classname=\"{class}\" name=\"{name}\" time=\"0.000\">")?;
        let (element, cause) = match &self.outcome {
            Outcome::Passed => return writeln!(f, "</testcase>"),
            Outcome::Failed(cause) => ("failure", cause),
            Outcome::Broke(cause) => ("error", cause),
        };
        let (kind, message) = (Attribute(&cause.kind), Attribute(&cause.message));
        writeln!(
            f,
            "<{element} type=\"{kind}\" message=\"{message}\">{}</{element}></testcase>",
            Text(&cause.text)
        )
    }
}

/// A text as the value of an attribute: on one line, and nothing in it steers anything.
struct Attribute<'a>(&'a str);

impl Display for Attribute<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&escape(legal(&shown(self.0)).as_str()))
    }
}

/// A text of several lines as the content of an element.
struct Text<'a>(&'a str);

impl Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, line) in self.0.trim_end_matches('\n').split('\n').enumerate() {
            if number > 0 {
                f.write_str("\n")?;
            }
            f.write_str(&escape(legal(&shown(line)).as_str()))?;
        }
        Ok(())
    }
}

/// A text of which XML can hold every character (XML 1.0, section 2.2, production 2): others are replaced.
fn legal(text: &str) -> String {
    let is_legal = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    text.chars().map(|c| if is_legal(c) { c } else { '\u{fffd}' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_word_of_an_author_ends_an_element() {
        let cause = Cause {
            kind: "keyroll::race\" x=\"".to_owned(),
            message: "a\n<b>&\"'\u{1b}[31m\u{ffff}\u{0}".to_owned(),
            text: "one\n</failure>]]>\u{202e}\u{fffe}\ntwo\n".to_owned(),
        };
        let case =
            Case { outcome: Outcome::Failed(cause), ..Case::passed("p<\u{8}>", "n\u{e0041}\ttab & more") };
        let text = case.to_string();
        assert_eq!(
            text,
            "<testcase classname=\"p&lt;\\u{8}&gt;\" name=\"n\\u{e0041}\\u{9}tab &amp; more\" time=\"0.000\">\
             <failure type=\"keyroll::race&quot; x=&quot;\" message=\"a\\u{a}&lt;b&gt;&amp;&quot;&apos;\\u{1b}[31m\
             \u{fffd}\\u{0}\">one\n&lt;/failure&gt;]]&gt;\\u{202e}\u{fffd}\ntwo</failure></testcase>\n"
        );
    }

    #[test]
    fn the_sums_are_those_of_the_cases() {
        let cases = [
            Case::passed("p", "a"),
            Case::judged("p", "b", Some(("blocked", "no".to_owned()))),
            Case::judged("p", "c", None),
            Case { outcome: Outcome::Broke(Cause::default()), ..Case::passed("p", "d") },
            Case::judged("p", "e", Some(("blocked", "no".to_owned()))),
        ];
        let results = Results {
            command: "check",
            began: "2026-12-01T20:00:00".to_owned(),
            took: Duration::from_millis(1500),
            cases: &cases,
            beside: "",
        };
        let text = results.to_string();
        assert!(text.starts_with(HEAD), "{text}");
        let sums = "tests=\"5\" failures=\"2\" errors=\"1\" time=\"1.500\"";
        assert_eq!(text.matches(sums).count(), 2, "{text}");
    }
}
