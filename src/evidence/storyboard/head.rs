//! What stands above the lanes, and the drawing in words.

use std::fmt::{self, Write};

use crate::{
    evidence::{
        chart::label::{bold_width, width},
        markup::text,
        swimlane::card::wrapped,
    },
    proof::story::Story,
    source::shown,
};

use super::{
    Storyboard,
    layout::{Layout, MARGIN},
    scene::Scene,
};

/// The height of the part of a lane in which its name stands.
pub(super) const LANE: f64 = 44.0;

/// Draws it and gives its height.
///
/// # Errors
/// Only those of the text that is written to.
pub(super) fn draw(
    out: &mut String,
    board: &Storyboard<'_>,
    scene: &Scene,
    layout: &Layout,
) -> Result<f64, fmt::Error> {
    let room = layout.width - 2.0 * MARGIN;
    let mut y = MARGIN;
    let title = shown(board.plan.title.as_ref().unwrap_or(&board.plan.name));
    for line in wrapped(&title, room, 2, |t| bold_width(t) * 17.0 / 12.0) {
        y += 20.0;
        writeln!(out, r#"<text class="plan" x="{MARGIN}" y="{y:.1}">{}</text>"#, text(&line))?;
    }
    let count = scene.rows.len();
    let moments = if count == 1 { "moment" } else { "moments" };
    let what =
        format!("{}: refused; {count} {moments}, from top to bottom, lead to this end", board.plan.name);
    for line in wrapped(&shown(&what), room, 2, width) {
        y += 18.0;
        writeln!(out, r#"<text class="soft" x="{MARGIN}" y="{y:.1}">{}</text>"#, text(&line))?;
    }
    Ok(y + 14.0 + LANE)
}

/// The drawing in words, with nothing in it that is not text.
pub(super) fn description(story: &Story) -> String {
    let moments = story.moments.iter().enumerate().map(|(index, m)| format!("{}. {}.", index + 1, m.text));
    let ending = format!("{}. {}.", story.last(), story.ending.text);
    let because = story.ending.because.iter().map(|because| format!("Because {}.", because.text));
    let said: Vec<String> = moments.chain([ending]).chain(because).map(|line| text(&line)).collect();
    said.join(" ")
}
