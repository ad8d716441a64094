//! What a cell says in a few words, and lists of words.

use jiff::Timestamp;

use crate::run::time::day;

use super::{Cell, Condition, How};

/// What is said of a cell whose turn has not come.
pub(super) const NOT_YET: &str = "-";

/// A cell in a few words: a date is month and day, with the year where that is another one.
pub(super) fn short(cell: &Cell, now: Timestamp) -> String {
    let at = || cell.at.map(|at| day(at, now)).unwrap_or_default();
    let days = || cell.days.map(|days| format!("{days} d")).unwrap_or_default();
    let words = match cell.state {
        Condition::Done => match cell.how {
            Some(how) => format!("{} {}", word(how), at()),
            None => format!("done {}", at()),
        },
        Condition::Waits => format!("waits {}", days()),
        Condition::Held => {
            cell.until.map_or_else(|| "waits".to_owned(), |until| format!("until {}", day(until, now)))
        }
        Condition::Queued => "queued".to_owned(),
        Condition::Due => "due".to_owned(),
        Condition::Begun => format!("begun {}", at()),
        Condition::Failed => format!("failed {}", at()),
        Condition::Declined => format!("declined {}", at()),
        Condition::Late => format!("late {}", days()),
        Condition::Blocked => NOT_YET.to_owned(),
        Condition::NotCompared => "no".to_owned(),
        Condition::Substituted => format!("substituted {}", at()),
        Condition::Waived => "waived".to_owned(),
        Condition::Absent => String::new(),
    };
    words.trim_end().to_owned()
}

/// On whose word something is done, in a word.
pub(super) const fn word(how: How) -> &'static str {
    match how {
        How::Said => "said",
        How::Sent => "sent",
        How::Taken => "taken",
        How::Seen => "seen",
        How::Tested => "tested",
        How::Compared => "yes",
    }
}

/// What the words of cells mean, for those that are on a board.
pub(super) const LEGEND: [(&str, &str); 15] = [
    ("said", "a person has said so"),
    ("sent", "the site has said so by itself"),
    ("taken", "the other side has taken the message"),
    ("seen", "a backend did it, and its effect was seen then"),
    ("tested", "a message was signed and verified"),
    ("yes", "its fingerprint is that of the certificate that was sent"),
    ("no", "nobody compared it"),
    ("substituted", "it is another certificate, and the run is stopped"),
    ("waits", "for a person, so many days"),
    ("until", "a time is waited for, or a calendar is closed"),
    ("queued", "its turn has not come, by the pace of the site"),
    ("due", "the next `keyroll run` does it"),
    ("late", "it had to begin, so many days ago"),
    ("waived", "left out, by the plan or because somebody has it so"),
    (NOT_YET, "something else comes first"),
];

/// The meanings of the words that are there.
pub(super) fn legend<'a>(said: impl Iterator<Item = &'a str> + Clone) -> Vec<(&'static str, &'static str)> {
    let is_there = |word: &str| said.clone().any(|text| text.split(' ').next() == Some(word));
    LEGEND.into_iter().filter(|(word, _)| is_there(word)).collect()
}

/// `a`, `a and b`, `a, b and c`.
pub(super) fn listed(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
