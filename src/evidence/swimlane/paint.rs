//! Lanes, standstills, lines and boxes.

use std::fmt::{self, Write};

use crate::{
    evidence::{
        chart::label::bold_width,
        markup::{shortened, text},
    },
    graph::outline::{GateKind, MessageKind, Outline, Standstill},
    source::shown,
    syntax::spelt,
    world::id::StepId,
};

use super::{
    card::{Card, LINE, PADDING, WIDTH},
    layout::{Area, BRACKET, Band, Layout, Wire},
    link::Kind,
};

/// How round the corners of lines are.
const ROUND: f64 = 6.0;

/// Draws everything below the head, whose height is `head`.
///
/// # Errors
/// Only those of the text that is written to.
pub(super) fn draw(out: &mut String, outline: &Outline, layout: &Layout, head: f64) -> fmt::Result {
    for (index, area) in layout.lanes.rows().enumerate() {
        let class = if index % 2 == 0 { "lane" } else { "lane other" };
        // The name of the lane stands above it.
        let (x, width) = (area.left, area.width);
        let (y, height) = (-super::head::LANE, area.height + super::head::LANE);
        writeln!(
            out,
            r#"<rect class="{class}" x="{x:.1}" y="{y:.1}" width="{width:.1}" height="{height:.1}"/>"#
        )?;
    }
    super::head::names(out, outline, layout)?;
    for band in &layout.bands {
        if let Some(still) = outline.standstills.get(band.index) {
            standstill(out, band, still, head)?;
        }
    }
    for wire in &layout.wires {
        line(out, outline, wire)?;
    }
    for wire in &layout.wires {
        if let Some((label, Some((x, y)))) = &wire.label {
            writeln!(
                out,
                r#"<text class="said {}" x="{x:.1}" y="{y:.1}">{}</text>"#,
                class(wire.kind),
                text(label)
            )?;
        }
    }
    for (step, (card, area)) in layout.cards.iter() {
        let inside = outline.standstills.iter().any(|still| still.inside.contains(&step));
        step_box(out, (outline, step), (card, area), inside)?;
    }
    Ok(())
}

/// The class of a line.
pub(super) const fn class(kind: Kind) -> &'static str {
    match kind {
        Kind::Implied => "implied",
        Kind::Order => "order",
        Kind::Message(kind) => kind.word(),
    }
}

fn standstill(out: &mut String, band: &Band, still: &Standstill, head: f64) -> fmt::Result {
    let Area { left, top, width, height } = band.area;
    writeln!(
        out,
        r#"<rect class="still" x="{left:.1}" y="{top:.1}" width="{width:.1}" height="{height:.1}"/>"#
    )?;
    let x = band.bracket;
    let (bottom, middle) = (band.area.bottom(), top + height / 2.0);
    let label = words(still);
    write!(out, r#"<g class="bracket"><title>{}</title>"#, text(&label))?;
    write!(
        out,
        r#"<path d="M{:.1} {:.1}H{:.1}V{:.1}H{:.1}"/>"#,
        x + BRACKET - 2.0,
        top + 1.0,
        x + BRACKET - 7.0,
        bottom - 1.0,
        x + BRACKET - 2.0
    )?;
    // Turned by a quarter, the words run upwards; they may be as long as the band is high.
    let room = height.min(head + bottom);
    let mut limit = label.chars().count();
    while limit > 4 && bold_width(&shortened(&label, limit)) > room - 8.0 {
        limit -= 1;
    }
    let (label, x) = (text(&shortened(&label, limit)), x + BRACKET - 11.0);
    writeln!(
        out,
        r#"<text class="still-name" transform="translate({x:.1} {middle:.1}) rotate(-90)">{label}</text></g>"#
    )
}

/// What is said of a standstill.
pub(super) fn words(still: &Standstill) -> String {
    let flow = shown(&still.flow);
    let what = if still.stop.is_none() { "does not run yet" } else { "stands still" };
    match &still.window {
        Some((window, Some(most))) => {
            format!("{flow} {what}: window {}, at most {}", shown(window), spelt(*most))
        }
        Some((window, None)) => format!("{flow} {what}: window {}", shown(window)),
        None => format!("{flow} {what}"),
    }
}

fn line(out: &mut String, outline: &Outline, wire: &Wire) -> fmt::Result {
    let class = class(wire.kind);
    let name = |step: StepId| shown(&outline.steps[step].name);
    write!(out, r#"<g class="wire {class}"><title>"#)?;
    let from = name(wire.from);
    let told = match (wire.to, wire.kind) {
        (Some(to), Kind::Implied) => format!("{} comes after {from}; other lines say so already", name(to)),
        (Some(to), Kind::Order) => format!("{} comes after {from}", name(to)),
        (Some(to), Kind::Message(_)) => {
            format!("{}; then {}", shown(&outline.steps[wire.from].sentence), name(to))
        }
        (None, _) => shown(&outline.steps[wire.from].sentence),
    };
    write!(out, r#"{}</title><path class="way" d="{}"/>"#, text(&told), rounded(&wire.points))?;
    if let [.., (before, _), (x, y)] = wire.points.as_slice() {
        head(out, wire.kind, (*x, *y), x - before)?;
        if wire.to.is_none() {
            let end = x + (x - before).signum() * 5.0;
            write!(out, r#"<circle class="ear" cx="{end:.1}" cy="{y:.1}" r="3.5"/>"#)?;
        }
    }
    out.push_str("</g>\n");
    Ok(())
}

/// The head of an arrow that comes down to a point, or along a level line.
fn head(out: &mut String, kind: Kind, (x, y): (f64, f64), level: f64) -> fmt::Result {
    // The two wings, seen from the point: back and to the side.
    let (back, side) = match kind {
        Kind::Implied => (5.0, 2.5),
        Kind::Order => (7.0, 3.5),
        Kind::Message(_) => (9.0, 4.5),
    };
    let (a, b) = if level == 0.0 {
        ((x - side, y - back), (x + side, y - back))
    } else {
        let x = x - level.signum() * back;
        ((x, y - side), (x, y + side))
    };
    let end = if matches!(kind, Kind::Message(MessageKind::Request)) { "" } else { "Z" };
    write!(out, r#"<path class="head" d="M{:.1} {:.1}L{x:.1} {y:.1}L{:.1} {:.1}{end}"/>"#, a.0, a.1, b.0, b.1)
}

/// A path with round corners.
fn rounded(points: &[(f64, f64)]) -> String {
    let mut d = String::new();
    for (index, (x, y)) in points.iter().copied().enumerate() {
        let before = index.checked_sub(1).and_then(|i| points.get(i)).copied();
        let step = match (before, points.get(index + 1).copied()) {
            (None, _) => format!("M{x:.1} {y:.1}"),
            (Some(_), None) => format!("L{x:.1} {y:.1}"),
            (Some(from), Some(to)) => {
                let (a, b) = (towards((x, y), from), towards((x, y), to));
                format!("L{:.1} {:.1}Q{x:.1} {y:.1} {:.1} {:.1}", a.0, a.1, b.0, b.1)
            }
        };
        d.push_str(&step);
    }
    d
}

/// A point a little way from a corner, at most half the way.
fn towards(corner: (f64, f64), other: (f64, f64)) -> (f64, f64) {
    let (dx, dy) = (other.0 - corner.0, other.1 - corner.1);
    let length = dx.abs() + dy.abs();
    let part = if length > 0.0 { ROUND.min(length / 2.0) / length } else { 0.0 };
    (corner.0 + dx * part, corner.1 + dy * part)
}

fn step_box(
    out: &mut String,
    (outline, step): (&Outline, StepId),
    (card, area): (&Card, &Area),
    inside: bool,
) -> fmt::Result {
    let node = &outline.steps[step];
    let Area { left, top, width, height } = *area;
    let class = if inside { "step inside" } else { "step" };
    write!(
        out,
        r#"<g class="{class}" transform="translate({left:.1} {top:.1})"><title>{}. {}"#,
        Outline::number(step),
        text(&node.name)
    )?;
    for line in node.title.iter().chain([&node.sentence]) {
        write!(out, "\n{}", text(line))?;
    }
    for gate in &node.gates {
        write!(out, "\n{}", text(&gate.line()))?;
    }
    write!(out, r#"</title><rect class="box" width="{width:.1}" height="{height:.1}" rx="7"/>"#)?;
    for bar in &card.gates {
        let (y, high) = (bar.y + 2.5, bar.height - 3.0);
        write!(
            out,
            r#"<rect class="gate" x="3" y="{y:.1}" width="{:.1}" height="{high:.1}" rx="4"/>"#,
            WIDTH - 6.0
        )?;
        sign(out, bar.kind, y + high / 2.0)?;
    }
    let (x, y) = (PADDING + 9.0, card.body + 5.0 + LINE - 4.5);
    write!(out, r#"<circle class="dot" cx="{x:.1}" cy="{y:.1}" r="10"/>"#)?;
    write!(out, r#"<text class="number" x="{x:.1}" y="{:.1}">{}</text>"#, y + 4.0, Outline::number(step))?;
    for line in &card.lines {
        let fixed = if line.text.is_ascii() {
            String::new()
        } else {
            // Where a font is wider than was thought, the letters move together.
            format!(r#" textLength="{:.1}" lengthAdjust="spacingAndGlyphs""#, line.style.width(&line.text))
        };
        let class = line.style.class();
        write!(
            out,
            r#"<text class="{class}" x="{:.1}" y="{:.1}"{fixed}>{}</text>"#,
            line.x,
            line.y,
            text(&line.text)
        )?;
    }
    out.push_str("</g>\n");
    Ok(())
}

/// The sign of a gate, in the middle of its bar: an hourglass where messages or a window are
/// waited for, a clock where a time is, a tick where somebody does something.
fn sign(out: &mut String, kind: GateKind, y: f64) -> fmt::Result {
    let (l, r, t, b) = (PADDING, PADDING + 9.0, y - 5.0, y + 5.0);
    let d = match kind {
        GateKind::Drained => format!("M{l} {t:.1}H{r}L{l} {b:.1}H{r}Z"),
        GateKind::Window => format!("M{l} {t:.1}V{b:.1}H{r}V{t:.1}M{l} {y:.1}H{r}"),
        // A clock.
        GateKind::Time => {
            let c = PADDING + 4.5;
            format!("M{l} {y:.1}a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0 -9 0M{c} {y:.1}v-3M{c} {y:.1}h2.5")
        }
        GateKind::Facts => format!("M{l} {y:.1}l3 4L{r} {t:.1}"),
    };
    write!(out, r#"<path class="sign" d="{d}"/>"#)
}
