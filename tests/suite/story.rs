//! Stories: what each moment tells, that a file is believed only where the rules lead the same way,
//! that the different ends of a plan are told, and that a story comes true on real backends.

#![cfg(test)]

mod enacted;
mod forged;
mod several;

use keyroll::{
    check::Checked,
    proof::{
        explicit::search::{Found, explore},
        rules::{Fault, Rules},
        story::{Story, form::StoryFile, replay::replay},
        verdict::{BUDGET, Refuted, Verdict, prove},
    },
};

use super::reference::read;

const TWO_KEYS: &str = include_str!("../../plans/xml-signature/two-keys.renewal");
const ONE_KEY: &str = include_str!("../../plans/xml-signature/one-key.renewal");

/// A stock plan without its drain.
fn drainless(stock: &str) -> String {
    let text = stock.replace("  needs orders drained of old\n", "");
    assert_ne!(text, stock);
    text
}

pub(crate) fn refuted(text: &str) -> Refuted {
    let checked = read(text).unwrap_or_else(|codes| panic!("{codes:?}\n{text}"));
    let start = checked.plan().start.clone();
    match prove(checked, &start, BUDGET) {
        Verdict::Refuted(refuted) => *refuted,
        other => panic!("{other:?}\n{text}"),
    }
}

/// The plans that the golden tests refuse with a story, by the name of the file.
fn golden() -> Vec<(String, String)> {
    let folder = format!("{}/tests/golden/refused", env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "renewal")
            && let Ok(text) = std::fs::read_to_string(&path)
            && let Ok(checked) = read(&text)
        {
            let start = checked.plan().start.clone();
            if matches!(prove(checked, &start, BUDGET), Verdict::Refuted(_)) {
                found.push((path.file_stem().unwrap().to_str().unwrap().to_owned(), text));
            }
        }
    }
    found.sort();
    assert!(found.len() > 20, "{}", found.len());
    found
}

/// Writes a story, reads it, and leads it through the rules again.
fn round_trip(checked: &Checked, story: &Story) {
    let text = &checked.plan().source.text;
    let written = StoryFile::of(checked, story).text();
    let file = StoryFile::read(written.as_bytes()).unwrap_or_else(|why| panic!("{why}\n{text}"));
    let again = replay(checked, &file).unwrap_or_else(|why| panic!("{why}: {story:#?}\n{text}"));
    assert_eq!(&again, story, "{text}");
}

#[test]
fn a_story_that_is_written_is_believed_again() {
    for text in [drainless(TWO_KEYS), drainless(ONE_KEY)] {
        let refuted = refuted(&text);
        round_trip(&refuted.checked, &refuted.story);
    }
    let mut kinds = std::collections::BTreeSet::new();
    for (name, text) in golden() {
        let refuted = refuted(&text);
        if !matches!(refuted.fault, Fault::Vacuous(_)) {
            round_trip(&refuted.checked, &refuted.story);
        }
        kinds.insert(format!("{:?}", keyroll::proof::story::form::FaultKind::of(refuted.fault)));
        let written = StoryFile::of(&refuted.checked, &refuted.story);
        assert!(!written.ending.text.is_empty(), "{name}");
    }
    // A belief that is false shows only from another start than the declared one.
    assert_eq!(kinds.len(), 9, "each kind of ending: {kinds:?}");
}

/// More states than a random plan is worth.
const ENOUGH: usize = 5_000;

#[test]
fn every_story_of_a_random_plan_leads_to_the_same_fault_again() {
    let (mut stories, mut moments) = (0, 0);
    for seed in 40_000..43_000 {
        let Ok(checked) = read(&super::random_plans::generated::plan(seed)) else { continue };
        let start = checked.plan().start.clone();
        if let Found::Fault(moves, world, fault) = explore(&Rules::of(&checked), &start, ENOUGH) {
            if matches!(fault, Fault::Vacuous(_)) {
                continue;
            }
            let story = Story::of(&checked, &start, &moves, (&world, fault));
            assert_eq!(story.moves(), moves);
            round_trip(&checked, &story);
            stories += 1;
            moments += moves.len();
        }
    }
    println!("stories: {stories} believed again, {moments} moments");
    assert!(stories >= 300 && moments > 1_000, "{stories} {moments}");
}

#[test]
fn the_moments_tell_what_they_change_and_what_is_under_way() {
    let refuted = refuted(&drainless(TWO_KEYS));
    let file = StoryFile::of(&refuted.checked, &refuted.story);
    let retired = file.moments.last().unwrap();
    assert_eq!(
        (retired.role.as_deref(), retired.step.as_deref()),
        (Some("receiver_admin"), Some("retire_old"))
    );
    let change = &retired.changes[0];
    assert_eq!(
        (change.what.as_str(), change.before.as_str(), change.after.as_str()),
        ("partner accepts old", "yes", "no")
    );
    let under_way: Vec<usize> =
        file.moments.iter().filter(|m| !m.under_way.is_empty()).map(|m| m.number).collect();
    assert_eq!(under_way, [7, 8, 9, 10, 11]);
    assert_eq!(file.ending.broken.as_deref(), Some("orders never rejected"));
    let because: Vec<(Option<usize>, &str)> =
        file.ending.because.iter().map(|why| (why.moment, why.text.as_str())).collect();
    assert_eq!(
        because,
        [
            (Some(7), "it was signed with old at moment 7 and arrives at moment 12"),
            (Some(11), "partner does not accept old since moment 11 (retire_old)"),
        ]
    );
}

/// `keyroll prove hasty.renewal --story docs/two-keys-story.svg`, of the two-key plan without its
/// drain, draws it anew.
#[test]
fn the_drawing_in_the_docs_is_the_one_that_is_drawn() {
    let refuted = refuted(&drainless(TWO_KEYS));
    let board =
        keyroll::evidence::storyboard::Storyboard { plan: refuted.checked.plan(), story: &refuted.story };
    let path = format!("{}/docs/two-keys-story.svg", env!("CARGO_MANIFEST_DIR"));
    let drawn = board.to_string();
    if std::env::var_os("INSTA_UPDATE").is_some_and(|how| how == "always") {
        std::fs::write(&path, &drawn).unwrap();
    }
    assert_eq!(std::fs::read_to_string(path).unwrap(), drawn);
    assert_eq!(drawn.matches("class=\"message falls\"").count(), 1);
    assert!(
        drawn.contains("role=\"img\"") && drawn.contains("<desc") && drawn.contains("prefers-color-scheme")
    );
}

#[test]
fn every_story_can_be_drawn_and_nothing_breaks_out_of_the_drawing() {
    for (name, text) in golden() {
        let refuted = refuted(&text);
        let plan = refuted.checked.plan();
        let drawn = keyroll::evidence::storyboard::Storyboard { plan, story: &refuted.story }.to_string();
        let numbers = drawn.matches("class=\"number\"").count();
        assert_eq!(numbers, refuted.story.last(), "{name}: each moment and the end have a number");
        assert!(!drawn.contains("NaN") && !drawn.contains("\"inf"), "{name}");
    }
}
