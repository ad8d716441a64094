//! What became of one plan among many, as a line of a table.

use schemars::JsonSchema;
use serde::Serialize;

use crate::source::shown;

/// What became of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Row {
    /// Its file.
    pub file: String,
    /// What it came to.
    pub outcome: Outcome,
    /// Whether that is what its head says. A plan that says nothing of itself is not to be refused.
    pub as_its_head_says: bool,
    /// The codes of the findings for which it is refused, without `keyroll::`.
    pub codes: Vec<String>,
    /// The code for which it is refused, as its head says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// More of it, for people: how it was proved, or why not.
    pub note: String,
}

/// What a plan comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It has no errors.
    Sound,
    /// It is proved.
    Proved,
    /// It has no steps: `keyroll synthesize` finds them.
    Scenario,
    /// It holds words for plans.
    Vocabulary,
    /// It is refused.
    Refused,
    /// It is neither proved nor refused.
    NotProved,
    /// It cannot be read.
    Failed,
}

impl Outcome {
    const ALL: [Self; 7] = [
        Self::Sound,
        Self::Proved,
        Self::Scenario,
        Self::Vocabulary,
        Self::Refused,
        Self::NotProved,
        Self::Failed,
    ];

    const fn word(self) -> &'static str {
        match self {
            Self::Sound => "no errors",
            Self::Proved => "proved",
            Self::Scenario => "a scenario",
            Self::Vocabulary => "words",
            Self::Refused => "refused",
            Self::NotProved => "not proved",
            Self::Failed => "not read",
        }
    }

    /// So many of them.
    fn counted(self, count: usize) -> String {
        match (self, count) {
            (Self::Sound, _) => format!("{count} without errors"),
            (Self::Scenario, 1) => "1 scenario".to_owned(),
            (Self::Scenario, _) => format!("{count} scenarios"),
            (Self::Vocabulary, 1) => "1 vocabulary".to_owned(),
            (Self::Vocabulary, _) => format!("{count} vocabularies"),
            _ => format!("{count} {}", self.word()),
        }
    }
}

impl Row {
    /// What is wrong with one that is not as its head says: in a word, and in a sentence.
    pub(super) fn fault(&self) -> (&'static str, String) {
        (self.outcome.word(), format!("{}: {}", self.outcome.word(), self.rest()))
    }

    /// What is said behind the outcome.
    fn rest(&self) -> String {
        let codes = self.codes.join(", ");
        let also = match (&self.expected, self.as_its_head_says) {
            (Some(_), true) if self.outcome == Outcome::Refused => format!("{codes}, as its head says"),
            (Some(expected), false) => {
                let but = if codes.is_empty() { String::new() } else { format!("{codes}, ") };
                format!("{but}and its head says: refused, {}", shown(expected))
            }
            _ => codes,
        };
        [also, self.note.clone()]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<String>>()
            .join("; ")
    }
}

/// A line for each plan, and one that counts them.
pub(super) fn lines(rows: &[Row]) -> Vec<String> {
    let files: Vec<String> = rows.iter().map(|row| shown(&row.file)).collect();
    let width = files.iter().map(|file| file.chars().count()).max().unwrap_or_default();
    let line = |(row, file): (&Row, &String)| {
        let mark = if row.as_its_head_says { ' ' } else { '!' };
        let line = format!("{mark} {file:width$}  {:10}  {}", row.outcome.word(), row.rest());
        line.trim_end().to_owned()
    };
    let mut lines: Vec<String> = rows.iter().zip(&files).map(line).collect();
    let counted = Outcome::ALL.iter().filter_map(|outcome| {
        let count = rows.iter().filter(|row| row.outcome == *outcome).count();
        (count > 0).then(|| outcome.counted(count))
    });
    let counted: Vec<String> = counted.collect();
    let others = rows.iter().filter(|row| !row.as_its_head_says).count();
    let verdict = match others {
        0 => "each as its head says".to_owned(),
        1 => "1 is not as its head says".to_owned(),
        _ => format!("{others} are not as their heads say"),
    };
    lines.push(format!("{}: {}; {verdict}", plans(rows.len()), counted.join(", ")));
    lines
}

fn plans(count: usize) -> String {
    if count == 1 { "1 plan".to_owned() } else { format!("{count} plans") }
}
