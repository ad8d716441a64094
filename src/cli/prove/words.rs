//! What `prove` tells people: what was proved, and stories.

use crate::{
    page::findings::{Lines, Place},
    plan::Plan,
    proof::{
        ending::Line,
        story::{Moment, Story},
        verdict::Proof,
    },
    source::{Source, Span, shown},
    world::id::{ChannelId, KeyId},
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
    lines.extend(proof.assumptions.iter().map(|a| format!("  assuming    {a}")));
    lines.push(format!("  how         {}", proof.how.sentence()));
    lines
}

/// A story as places in the plan.
pub(super) fn places(source: &Source, story: &Story) -> Vec<Place> {
    let lines = Lines::of(source);
    let place = |line: Line| {
        let length = line.at.end.saturating_sub(line.at.start);
        Place { label: Some(line.text), ..lines.place(line.at.start, length) }
    };
    story.lines().map(place).collect()
}

/// A story, line by line, with why it ends so; in detail also what each moment changes, and what is
/// under way after it.
#[must_use]
pub fn told(plan: &Plan, story: &Story, detailed: bool) -> Vec<String> {
    let place = |at: Span| {
        let (name, line, _) = plan.source.place(at);
        format!("[{}:{line}]", shown(name))
    };
    let mut lines = Vec::new();
    for (index, moment) in story.moments.iter().enumerate() {
        lines.push(format!("  {:>2}  {}  {}", index + 1, moment.text, place(moment.at)));
        if detailed {
            lines.extend(moment.changes.iter().map(|c| format!("      changes    {}", c.sentence())));
            lines.extend(under_way(plan, moment).map(|line| format!("      under way  {line}")));
        }
    }
    let ending = &story.ending;
    lines.push(format!("  {:>2}  {}  {}", story.last(), ending.text, place(ending.at)));
    let because = ending.because.iter();
    lines.extend(because.map(|why| format!("      because    {}  {}", why.text, place(why.at))));
    lines
}

/// What is under way after a moment, of each flow.
fn under_way<'a>(plan: &'a Plan, moment: &'a Moment) -> impl Iterator<Item = String> + 'a {
    let land = &plan.landscape;
    let said = |(flow, key): &(ChannelId, KeyId)| {
        let (flow, key) = (shown(&land.channels[*flow].name), shown(&land.keys[*key]));
        format!("messages of {flow} signed with {key}")
    };
    moment.under_way.iter().map(said)
}
