//! Lanes, lines, cards, messages and the ending.

use std::fmt::{self, Write};

use crate::evidence::{chart::label::bold_width, markup::text, swimlane::card::wrapped};

use super::{
    head::LANE,
    layout::{CARD, LINE, Layout, MARGIN, PADDING},
    scene::{Card, Message, Row, Scene},
};

/// How far the message of a flow stands from the left side of its lane, and from the next one.
const COLUMN: (f64, f64) = (28.0, 140.0);

/// Draws everything below the head.
///
/// # Errors
/// Only those of the text that is written to.
pub(super) fn draw(out: &mut String, scene: &Scene, layout: &Layout) -> fmt::Result {
    lanes(out, scene, layout)?;
    for (row, what) in scene.rows.iter().enumerate() {
        number(out, layout, row)?;
        if let Row::Card(Card { from: Some(from), .. }) = what {
            wire(out, scene, layout, (*from, row))?;
        }
    }
    for (row, what) in scene.rows.iter().enumerate() {
        match what {
            Row::Card(one) => card(out, layout, row, one)?,
            Row::Band(words) => band(out, layout, row, words)?,
            Row::Traffic => {}
        }
    }
    for one in &scene.messages {
        message(out, scene, layout, one)?;
    }
    ending(out, scene, layout)
}

fn lanes(out: &mut String, scene: &Scene, layout: &Layout) -> fmt::Result {
    let high = layout.ending.0 - 8.0 + LANE;
    for (index, (x, wide)) in layout.lanes.iter().enumerate() {
        let class = match (index >= scene.roles.len(), index % 2 == 0) {
            (true, _) => "lane flow",
            (false, true) => "lane",
            (false, false) => "lane other",
        };
        let top = -LANE;
        writeln!(
            out,
            r#"<rect class="{class}" x="{x:.1}" y="{top:.1}" width="{wide:.1}" height="{high:.1}"/>"#
        )?;
        let middle = x + wide / 2.0;
        let (title, below) = match scene.roles.get(index) {
            Some((Some(title), name)) => (title.clone(), name.clone()),
            Some((None, name)) => (name.clone(), String::new()),
            None => {
                let flow = scene.flows.get(index - scene.roles.len());
                (flow.cloned().unwrap_or_default(), "messages under way".to_owned())
            }
        };
        for line in wrapped(&title, wide - 16.0, 1, |t| bold_width(t) * 13.0 / 12.0) {
            writeln!(out, r#"<text class="role" x="{middle:.1}" y="-23">{}</text>"#, text(&line))?;
        }
        for line in wrapped(&below, wide - 16.0, 1, |t| t.chars().count() as f64 * 7.0) {
            writeln!(out, r#"<text class="role-name" x="{middle:.1}" y="-7">{}</text>"#, text(&line))?;
        }
    }
    Ok(())
}

fn number(out: &mut String, layout: &Layout, row: usize) -> fmt::Result {
    let (x, y) = (MARGIN + 14.0, layout.middle(row));
    writeln!(
        out,
        r#"<circle class="dot" cx="{x:.1}" cy="{y:.1}" r="10"/><text class="number" x="{x:.1}" y="{:.1}">{}</text>"#,
        y + 4.0,
        row + 1
    )
}

/// A line along which word comes from one row to another: out at the side of the one card, down
/// between the lanes, and into the side of the other.
fn wire(out: &mut String, scene: &Scene, layout: &Layout, (from, to): (usize, usize)) -> fmt::Result {
    let (Some(Row::Card(first)), Some(Row::Card(last))) = (scene.rows.get(from), scene.rows.get(to)) else {
        return Ok(());
    };
    let rightwards = first.lane < last.lane;
    let (a, b) = (layout.card(first.lane), layout.card(last.lane));
    let aside = 7.0 + layout.tracks.get(to).copied().unwrap_or(0) as f64 * 5.0;
    let (start, track, end, back) =
        if rightwards { (a + CARD, a + CARD + aside, b, -8.0) } else { (a, a - aside, b + CARD, 8.0) };
    let (y, z) = (layout.middle(from), layout.middle(to));
    writeln!(
        out,
        r#"<g class="wire"><path class="way" d="M{start:.1} {y:.1}H{track:.1}V{z:.1}H{:.1}"/><path class="head" d="M{:.1} {:.1}L{end:.1} {z:.1}L{:.1} {:.1}Z"/></g>"#,
        end + back / 2.0,
        end + back,
        z - 4.5,
        end + back,
        z + 4.5
    )
}

fn card(out: &mut String, layout: &Layout, row: usize, card: &Card) -> fmt::Result {
    let (y, high) = layout.row(row);
    let x = layout.card(card.lane);
    let class = match (card.fails, card.acts) {
        (true, _) => "card fails",
        (false, true) => "card",
        (false, false) => "card word",
    };
    write!(
        out,
        r#"<g class="{class}"><rect class="box" x="{x:.1}" y="{y:.1}" width="{CARD}" height="{high:.1}" rx="5"/>"#
    )?;
    let mut line = y + 3.0;
    for (style, words) in layout.lines.get(row).into_iter().flatten() {
        line += LINE;
        write!(
            out,
            r#"<text class="{}" x="{:.1}" y="{line:.1}">{}</text>"#,
            style.class(),
            x + PADDING,
            text(words)
        )?;
    }
    out.push_str("</g>\n");
    Ok(())
}

fn band(out: &mut String, layout: &Layout, row: usize, words: &str) -> fmt::Result {
    let (y, high) = layout.row(row);
    let x = layout.lane(0).0;
    let wide = layout.width - MARGIN - x;
    writeln!(
        out,
        r#"<g class="band"><rect x="{x:.1}" y="{y:.1}" width="{wide:.1}" height="{high:.1}" rx="4"/><text x="{:.1}" y="{:.1}">{}</text></g>"#,
        x + PADDING,
        y + 16.0,
        text(words)
    )
}

fn message(out: &mut String, scene: &Scene, layout: &Layout, message: &Message) -> fmt::Result {
    let left = layout.lane(scene.roles.len() + message.lane).0;
    let x = left + COLUMN.0 + COLUMN.1 * message.beside as f64;
    let top = layout.middle(message.sent);
    let end = match (message.arrives, message.falls) {
        (Some(row), _) => layout.middle(row),
        (None, true) => layout.ending.0 - 2.0,
        (None, false) => layout.ending.0 - 12.0,
    };
    let class = match (message.falls, message.arrives) {
        (true, _) => "message falls",
        (false, Some(_)) => "message",
        (false, None) => "message open",
    };
    write!(out, r#"<g class="{class}"><path class="way" d="M{x:.1} {top:.1}V{end:.1}"/>"#)?;
    // An envelope.
    write!(
        out,
        r#"<rect class="cover" x="{:.1}" y="{:.1}" width="22" height="15" rx="2"/><path class="flap" d="M{:.1} {:.1}l11 8l11 -8"/>"#,
        x - 11.0,
        top - 7.5,
        x - 11.0,
        top - 7.0
    )?;
    for line in wrapped(&format!("signed with {}", message.key), 124.0, 1, bold_width) {
        write!(out, r#"<text class="said" x="{:.1}" y="{:.1}">{}</text>"#, x + 17.0, top + 4.0, text(&line))?;
    }
    if message.falls {
        let y = end - 9.0;
        write!(
            out,
            r#"<path class="cross" d="M{:.1} {:.1}l14 14m0 -14l-14 14"/><text class="said" x="{:.1}" y="{:.1}">rejected</text>"#,
            x - 7.0,
            y - 7.0,
            x + 17.0,
            y + 4.0
        )?;
    } else if message.arrives.is_some() {
        write!(
            out,
            r#"<path class="head" d="M{:.1} {:.1}h10l-5 7Z"/><text class="said" x="{:.1}" y="{:.1}">arrives</text>"#,
            x - 5.0,
            end - 4.0,
            x + 17.0,
            end + 4.0
        )?;
    }
    out.push_str("</g>\n");
    Ok(())
}

fn ending(out: &mut String, scene: &Scene, layout: &Layout) -> fmt::Result {
    let (y, lines) = &layout.ending;
    let x = layout.lane(0).0;
    let (wide, high) = (layout.width - MARGIN - x, layout.bottom - y);
    let middle = y + 20.0;
    writeln!(
        out,
        r#"<g class="ending"><rect class="box" x="{x:.1}" y="{y:.1}" width="{wide:.1}" height="{high:.1}" rx="5"/><circle class="dot" cx="{:.1}" cy="{middle:.1}" r="10"/><text class="number" x="{:.1}" y="{:.1}">{}</text>"#,
        MARGIN + 14.0,
        MARGIN + 14.0,
        middle + 4.0,
        scene.rows.len() + 1
    )?;
    let first = scene.ending.first().map_or("", String::as_str);
    let mut line = y + 4.0;
    let mut rest = first.len();
    for words in lines {
        line += LINE + 2.0;
        let class = if rest > 0 { "name" } else { "reason" };
        rest = rest.saturating_sub(words.len() + 1);
        writeln!(
            out,
            r#"<text class="{class}" x="{:.1}" y="{line:.1}">{}</text>"#,
            x + PADDING,
            text(words)
        )?;
    }
    out.push_str("</g>\n");
    Ok(())
}
