//! Plans within a plan: they are what a person would write out, with a name in front of each name.
#![cfg(test)]

mod commands;
mod hostile;
mod passed;
mod random;
mod said;

use std::collections::BTreeMap;

use keyroll::{
    check::{self, Checked},
    plan::given::Given,
    proof::verdict::{BUDGET, Verdict, prove},
    source::{Refusal, Source},
};

use crate::tables::{rest, steps};

const TWO_KEYS: &str = include_str!("../../plans/xml-signature/two-keys.renewal");

/// A plan with files beside it.
fn read_with(text: &str, files: &[(&str, &str)]) -> Result<Checked, Refusal> {
    let files: BTreeMap<String, String> =
        files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    check::read(&Source::new("plan", text).with_files(files), &Given::default())
}

fn read(text: &str) -> Result<Checked, Refusal> {
    read_with(text, &[])
}

/// What comes of a plan: its findings, or its sentences with the verdict on them.
fn outcome(read: Result<Checked, Refusal>) -> String {
    let checked = match read {
        Ok(checked) => checked,
        Err(refusal) => {
            // What is wrong with a part alone is told under its own names.
            let mut found: Vec<String> = refusal.codes().collect();
            found.sort();
            return format!("refused {found:?}");
        }
    };
    let mut advice: Vec<String> = checked.advice().iter().map(|one| one.to_string()).collect();
    advice.sort();
    let said = format!("{:#?}\n{:#?}\n{advice:#?}", steps(&checked), rest(&checked));
    let start = checked.plan().start.clone();
    match prove(checked, &start, BUDGET) {
        Verdict::Proven(proven) => format!("proved {:#?}\n{said}", proven.proof()),
        Verdict::Refuted(refuted) => {
            let plan = refuted.checked.plan();
            let land = &plan.landscape;
            let moments: Vec<String> = refuted.story.moments.iter().map(|one| one.text.clone()).collect();
            let ending = &refuted.story.ending.text;
            format!(
                "refuted {:?} {} {moments:#?} {ending}\n{said}",
                refuted.finding.to_string(),
                land.keys.len()
            )
        }
        Verdict::NotProven(open) => format!("open {}\n{said}", open.states),
    }
}

/// Whether a character is one of a name.
fn is_of_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '-'
}

/// A text with other words in the place of some, outside of quotes and comments.
fn with_words(text: &str, other: impl Fn(&str) -> Option<String>) -> String {
    let mut out = String::new();
    for line in text.lines() {
        let line = line.split(" #").next().unwrap().trim_end();
        for (number, piece) in line.split('"').enumerate() {
            if number > 0 {
                out.push('"');
            }
            if number % 2 == 1 {
                out.push_str(piece);
                continue;
            }
            let mut word = String::new();
            for c in piece.chars().chain(['\0']) {
                if is_of_name(c) || (c == '$' && word.is_empty()) {
                    word.push(c);
                    continue;
                }
                out.push_str(&other(&word).unwrap_or_else(|| word.clone()));
                word.clear();
                if c != '\0' {
                    out.push(c);
                }
            }
        }
        out.push('\n');
    }
    out
}

/// The names that a text declares, but those of its plan, its roles and its parameters.
fn declared(text: &str) -> Vec<String> {
    let kinds = ["key", "keystore", "receiver", "flow", "window", "fact", "step"];
    let name = |line: &str| {
        let mut words = line.split_whitespace();
        words.next().filter(|kind| kinds.contains(kind)).and_then(|_| words.next()).map(str::to_owned)
    };
    text.lines().filter_map(name).collect()
}

/// The sentences of a plan, but its head and roles, with a name in front of each of its names.
fn by_hand(text: &str, called: &str, also: &[(&str, &str)]) -> String {
    let names = declared(text);
    let other = |word: &str| {
        let bound = also.iter().find(|(name, _)| *name == word).map(|(_, other)| (*other).to_owned());
        bound.or_else(|| names.iter().any(|name| name == word).then(|| format!("{called}-{word}")))
    };
    let is_own = |line: &&str| {
        !["keyroll", "plan", "role", "param", "  source", "#", "  \"Renew"]
            .iter()
            .any(|word| line.starts_with(word))
    };
    let lines: Vec<&str> = text.lines().filter(is_own).collect();
    with_words(&lines.join("\n"), other)
}
