//! What `prove` tells people: what was proved, and stories.

use crate::{
    page::findings::{Lines, Place},
    proof::{story::Story, verdict::Proof},
    source::{Source, shown},
};

/// What was proved, line by line.
#[must_use]
pub fn proved(proof: &Proof) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    lines.extend(proof.waived.iter().map(|w| format!("  waived      {w}")));
    for (promise, in_words) in &proof.promises {
        let how = if *in_words { "" } else { " (not promised in words, judged all the same)" };
        lines.push(format!("  promise     {}{how}", shown(promise)));
    }
    lines.extend(proof.finals.iter().map(|f| format!("  finally     {}", shown(f))));
    lines.push(
        "  always      a running flow's alias names a key; no receiver holds more than it can".to_owned(),
    );
    lines.push("  always      the plan can finish, from every moment".to_owned());
    lines.extend(proof.assumptions.iter().map(|a| format!("  assuming    {a}")));
    lines.push(format!("  how         {}", proof.how.sentence()));
    lines
}

/// A story as places in the plan.
pub(super) fn places(source: &Source, story: &Story) -> Vec<Place> {
    let lines = Lines::of(source);
    let place = |start: usize, end: usize| lines.place(start, end.saturating_sub(start));
    let told = story.lines().map(|moment| (place(moment.at.start, moment.at.end), &moment.text));
    told.map(|(place, text)| Place { label: Some(text.clone()), ..place }).collect()
}

/// A story, line by line.
#[must_use]
pub fn told(source: &Source, story: &Story) -> Vec<String> {
    let name = shown(&source.name);
    let moments = story.lines().enumerate().map(|(number, moment)| {
        let (line, _) = source.line_column(moment.at);
        format!("  {:>2}  {}  [{name}:{line}]", number + 1, moment.text)
    });
    moments.collect()
}
