//! What stands above the rows: the plan's name, what the signs mean, and whose each lane is.

use std::collections::BTreeSet;
use std::fmt::{self, Write};

use crate::{
    evidence::{
        chart::label::{bold_width, width},
        markup::text,
    },
    graph::outline::{MessageKind, Outline},
    source::shown,
};

use super::{
    card::wrapped,
    layout::{Layout, MARGIN},
    link::Kind,
    paint::{class, words},
};

/// The height of the part of a lane in which its name stands.
pub(super) const LANE: f64 = 44.0;

/// No drawing is narrower: the signs have to be told apart.
pub(super) const LEAST_WIDTH: f64 = 620.0;

/// Draws it all and gives its height, the room for the names of the lanes included.
///
/// # Errors
/// Only those of the text that is written to.
pub(super) fn draw(
    out: &mut String,
    outline: &Outline,
    layout: &Layout,
    wide: f64,
) -> Result<f64, fmt::Error> {
    let mut y = MARGIN;
    let title = shown(outline.title.as_ref().unwrap_or(&outline.name));
    for line in wrapped(&title, wide - 2.0 * MARGIN, 2, |t| bold_width(t) * 17.0 / 12.0) {
        y += 20.0;
        writeln!(out, r#"<text class="plan" x="{MARGIN}" y="{y:.1}">{}</text>"#, text(&line))?;
    }
    y += 18.0;
    let counted = counted(outline);
    for line in wrapped(&counted, wide - 2.0 * MARGIN, 1, width) {
        writeln!(out, r#"<text class="soft" x="{MARGIN}" y="{y:.1}">{}</text>"#, text(&line))?;
    }
    y = legend(out, outline, layout, (y + 10.0, wide))? + LANE;
    Ok(y)
}

/// Draws the names of the lanes, above the rows.
///
/// # Errors
/// Only those of the text that is written to.
pub(super) fn names(out: &mut String, outline: &Outline, layout: &Layout) -> fmt::Result {
    for (role, area) in layout.lanes.iter() {
        let lane = &outline.lanes[role];
        let (x, room) = (area.left + area.width / 2.0, area.width - 16.0);
        let title = shown(lane.title.as_ref().unwrap_or(&lane.role));
        for line in wrapped(&title, room, 1, |t| bold_width(t) * 13.0 / 12.0) {
            writeln!(out, r#"<text class="role" x="{x:.1}" y="-21">{}</text>"#, text(&line))?;
        }
        if lane.title.is_some() {
            for line in wrapped(&shown(&lane.role), room, 1, |t| t.chars().count() as f64 * 7.0) {
                writeln!(out, r#"<text class="role-name" x="{x:.1}" y="-5">{}</text>"#, text(&line))?;
            }
        }
    }
    Ok(())
}

fn counted(outline: &Outline) -> String {
    let many = |n: usize, one: &str| format!("{n} {one}{}", if n == 1 { "" } else { "s" });
    let (steps, roles) = (many(outline.steps.len(), "step"), many(outline.lanes.len(), "role"));
    format!("{}: {steps}, {roles}", shown(&outline.name))
}

/// The drawing in words.
pub(super) fn description(outline: &Outline) -> String {
    let mut sentences = vec![format!("{}.", counted(outline))];
    sentences.extend(outline.standstills.iter().map(|still| format!("{}.", words(still))));
    let steps = outline.steps.iter().map(|(id, step)| {
        format!(
            "{}. {}: {}.",
            Outline::number(id),
            shown(&outline.lanes[step.role].role),
            shown(&step.sentence)
        )
    });
    sentences.extend(steps);
    sentences.join(" ")
}

/// What the lines and colours mean, as far as there are any, in as many rows as it needs.
fn legend(
    out: &mut String,
    outline: &Outline,
    layout: &Layout,
    (y, wide): (f64, f64),
) -> Result<f64, fmt::Error> {
    let kinds: BTreeSet<Kind> = layout.wires.iter().map(|wire| wire.kind).collect();
    let mut signs: Vec<(&str, &str)> = Vec::new();
    if kinds.contains(&Kind::Order) {
        signs.push((class(Kind::Order), "comes after"));
    }
    if kinds.contains(&Kind::Implied) {
        signs.push((class(Kind::Implied), "written, and so in any case"));
    }
    for kind in MessageKind::ALL.into_iter().filter(|kind| kinds.contains(&Kind::Message(*kind))) {
        signs.push((kind.word(), meaning(kind)));
    }
    if outline.steps.rows().any(|step| !step.gates.is_empty()) {
        signs.push(("gate", "must hold before the step"));
    }
    if !outline.standstills.is_empty() {
        signs.push(("still", "the flow does not run"));
    }
    let (mut x, mut y) = (MARGIN, y);
    for (sign, meaning) in signs {
        let need = width(meaning) + 58.0;
        if x > MARGIN && x + need > wide - MARGIN {
            (x, y) = (MARGIN, y + 20.0);
        }
        match sign {
            "gate" | "still" => {
                writeln!(
                    out,
                    r#"<rect class="{sign}" x="{x:.1}" y="{y:.1}" width="26" height="13" rx="3"/>"#
                )?;
            }
            _ => {
                let (middle, tip) = (y + 6.5, x + 30.0);
                let back = if sign == "order" || sign == "implied" { 7.0 } else { 9.0 };
                let end = if sign == "request" { "" } else { "Z" };
                writeln!(
                    out,
                    r#"<g class="wire {sign}"><path class="way" d="M{x:.1} {middle:.1}H{:.1}"/><path class="head" d="M{:.1} {:.1}L{tip:.1} {middle:.1}L{:.1} {:.1}{end}"/></g>"#,
                    tip - 2.0,
                    tip - back,
                    middle - back / 2.0,
                    tip - back,
                    middle + back / 2.0
                )?;
            }
        }
        writeln!(out, r#"<text class="soft" x="{:.1}" y="{:.1}">{meaning}</text>"#, x + 37.0, y + 11.0)?;
        x += need;
    }
    Ok(y + 28.0)
}

const fn meaning(kind: MessageKind) -> &'static str {
    match kind {
        MessageKind::Inform => "inform: what is done",
        MessageKind::Provide => "provide: a certificate",
        MessageKind::Request => "request",
        MessageKind::Allow => "allow",
        MessageKind::Agree => "agree: on a window",
    }
}
