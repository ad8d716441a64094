//! How fast and how large, each against a peer or a limit that is measured in the same run:
//! `cargo bench`, or `cargo bench -- NAME` for the subjects whose name holds a word.
//!
//! What is judged is a ratio, never a time: the two sides take turns, and the median of many turns
//! counts. `--markdown` prints the table of `docs/performance.md`; `--check` ends with 1 when a
//! ratio is missed. Not a test: a machine with other work on it may miss any of them.
#![cfg(test)]

mod board;
mod chart;
mod command;
mod curves;
mod documents;
mod figure;
mod journal;
mod keystore;
mod measure;
mod partners;
mod peers;
mod plans;
mod proof;
mod rehearsal;
mod renewals;
mod resting;
mod shapes;
mod signature;
mod together;

use std::error::Error;
use std::process::ExitCode;

use figure::Figure;

/// Takes figures, and hands each one on as soon as it is there.
type Measure = fn(&mut dyn FnMut(Figure)) -> Result<(), Box<dyn Error>>;

/// A part of the table.
struct Subject {
    name: &'static str,
    measure: Measure,
}

const SUBJECTS: [Subject; 11] = [
    Subject { name: "command", measure: command::measure },
    Subject { name: "plans", measure: plans::measure },
    Subject { name: "proof", measure: proof::measure },
    Subject { name: "cuts", measure: renewals::measure },
    Subject { name: "signature", measure: signature::measure },
    Subject { name: "keystore", measure: keystore::measure },
    Subject { name: "journal", measure: journal::measure },
    Subject { name: "together", measure: together::measure },
    Subject { name: "resting", measure: resting::measure },
    Subject { name: "board", measure: board::measure },
    Subject { name: "rehearsal", measure: rehearsal::measure },
];

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    // The bench starts itself again where the memory of one act is asked for.
    if let [child, act] = words.as_slice()
        && child == measure::CHILD
    {
        return ended(match act.strip_prefix(renewals::ACT) {
            Some(words) => renewals::act(words),
            None => signature::act(act),
        });
    }
    let picture = words.iter().skip_while(|word| *word != curves::WORD).nth(1);
    if let Some(picture) = picture {
        return ended(curves::write(picture));
    }
    let has = |flag: &str| words.iter().any(|word| word == flag);
    let wanted: Vec<&String> = words.iter().filter(|word| !word.starts_with('-')).collect();
    let markdown = has("--markdown");
    println!("{}", figure::head(markdown));
    let mut missed = 0;
    let mut failed = false;
    for subject in &SUBJECTS {
        if !wanted.is_empty() && !wanted.iter().any(|word| subject.name.contains(word.as_str())) {
            continue;
        }
        let done = (subject.measure)(&mut |figure| {
            missed += usize::from(!figure.is_met());
            println!("{}", figure.line(markdown));
        });
        failed |= done.as_ref().is_err();
        if let Err(error) = done {
            eprintln!("{}: not measured: {error}", subject.name);
        }
    }
    if missed > 0 {
        println!("\n{missed} of the demanded ratios missed.");
    }
    ExitCode::from(u8::from(failed || (missed > 0 && has("--check"))))
}

fn ended(done: Result<(), Box<dyn Error>>) -> ExitCode {
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
