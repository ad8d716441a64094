//! A search that is told to end says what it knows.

use std::{cell::Cell, process::Command};

use keyroll::{
    plan::given::Given,
    source::Source,
    synthesis::{Bound, Bounds, Progress, Scenario, Synthesis, synthesize},
};

use super::ONE_KEY;
use crate::cli::interrupted;

#[test]
fn a_search_that_is_told_to_end_says_what_it_knows() {
    let source = Source::new("scenario", ONE_KEY);
    let scenario = Scenario::read(&source, &Given::default()).unwrap();
    let asked = Cell::new(0);
    let goes_on = |progress: Progress| {
        asked.set(asked.get() + 1);
        !matches!(progress, Progress::Moments(count) if count >= 200)
    };
    let bounds = Bounds { moments: 100_000, several: true };
    let (told, _) = synthesize(&scenario, &Given::default(), bounds, &goes_on);
    let Synthesis::Bound(Bound::Stopped { looked, least: Some(least) }) = told else { panic!("{told:?}") };
    assert!((200..300).contains(&looked) && asked.get() > 2, "{looked}");
    // The best plan has four.
    assert!((1..=4).contains(&least.downtime), "{least:?}");
}

/// Many flows under one key: a search that would go on for long.
#[test]
fn ctrl_c_ends_a_search_with_what_is_known() {
    let mut text = "keyroll 1\n\nplan many\n\nkey old\nkey new\n\nrole ann\n\n\
                    keystore store of ann {\n  alias \"k\" is old\n}\n\n"
        .to_owned();
    for n in 0..6 {
        text += &format!(
            "role r{n}\n\nreceiver gate{n} of r{n} {{\n  accepts old\n  accepts at most 1\n}}\n\n\
             flow f{n} of r{n} {{\n  signs xml with store[\"k\"]\n  sends to gate{n}\n  delivers within 1h\n  \
             deployed\n}}\n\nfinally gate{n} accepts only new\n\n"
        );
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("many.renewal");
    std::fs::write(&path, text).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_keyroll"));
    let said = interrupted(command.args(["synthesize", "--budget", "100000000"]).arg(&path));
    assert_eq!(said.status.code(), Some(130), "{said:?}");
    let told = String::from_utf8(said.stderr).unwrap();
    assert!(told.starts_with("many: no plan was found, and none is ruled out: stopped after "), "{told}");
}
