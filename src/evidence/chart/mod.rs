//! The timeline as one drawing (SVG 1.1): messages by key above, the steps in a lane for each role
//! below, windows and interruptions through both.

pub mod axis;
pub mod label;
pub mod lanes;
pub mod panel;
pub mod scale;

use std::fmt::{self, Display, Write};

use super::markup::{shortened, text};
use super::timeline::Timeline;
use super::{outcome, wording};
use crate::source::shown;
use axis::Bands;
use panel::Columns;
use scale::Scale;

/// The width of the drawing in its own units.
pub const WIDTH: f64 = 1_100.0;

/// Where time begins on the drawing: names stand to the left of it.
pub const LEFT: f64 = 172.0;

/// Where time ends on the drawing.
pub const RIGHT: f64 = WIDTH - 34.0;

/// The height of the panel of accepted messages.
const ACCEPTED: f64 = 132.0;
/// The height of the panel of rejected messages, when there are any.
const REJECTED: f64 = 64.0;
/// The height of that panel, when there are none.
const NONE_REJECTED: f64 = 30.0;
/// The height of the panel of messages under way.
const UNDER_WAY: f64 = 72.0;
/// The space between two panels.
const GAP: f64 = 22.0;
/// The space for the axis of time.
const AXIS: f64 = 54.0;
/// The space for the numbers of the steps.
const FLAGS: f64 = 18.0;

/// A timeline, drawn when it is displayed: one `svg` element that needs nothing beside itself.
#[derive(Clone, Copy, Debug)]
pub struct Chart<'a>(pub &'a Timeline);

impl Display for Chart<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let timeline = self.0;
        let scale = scale(timeline);
        let bands = Bands::of(timeline, &scale);
        let legend = legend(timeline)?;
        let top = legend.1 + bands.label_height() + FLAGS;
        let columns = Columns::of(timeline, &scale);
        let rejected = if columns.rejected.iter().any(|n| *n > 0) { REJECTED } else { NONE_REJECTED };
        let panels_end = top + ACCEPTED + rejected + UNDER_WAY + 2.0 * GAP;
        let lanes = lanes::layout(timeline, &scale, panels_end);
        let bottom = lanes.last().map_or(panels_end, |lane| lane.bottom);

        let mut out = String::new();
        bands.draw(&mut out, top, bottom)?;
        axis::ticks(&mut out, &scale, (top, bottom))?;
        panels(&mut out, &columns, &scale, (top, rejected))?;
        axis::flags(&mut out, timeline, &scale, (top, bottom))?;
        lanes::draw(&mut out, timeline, &lanes, &scale)?;
        writeln!(out, r#"<path class="axis" d="M0 {bottom:.1}H{:.1}"/>"#, scale.right())?;
        bands.labels(&mut out, legend.1)?;

        head(f, timeline, bottom + AXIS)?;
        f.write_str(&legend.0)?;
        f.write_str(&out)?;
        f.write_str("</svg>\n")
    }
}

/// The scale of time of a timeline's drawing.
#[must_use]
pub fn scale(timeline: &Timeline) -> Scale {
    Scale::new(timeline.extent(), LEFT, RIGHT)
}

fn head(f: &mut fmt::Formatter<'_>, timeline: &Timeline, height: f64) -> fmt::Result {
    writeln!(
        f,
        r#"<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="0 0 {WIDTH} {height:.0}" role="img" aria-labelledby="chart-title chart-desc">"#
    )?;
    writeln!(f, r#"<title id="chart-title">Timeline of {}</title>"#, text(&timeline.plan.name))?;
    writeln!(f, r#"<desc id="chart-desc">{}</desc>"#, text(&outcome::sentences(timeline).join(" ")))?;
    writeln!(f, "<style>{}</style>", include_str!("chart.css"))?;
    f.write_str(include_str!("patterns.svg"))
}

fn panels(out: &mut String, columns: &Columns, scale: &Scale, (top, rejected): (f64, f64)) -> fmt::Result {
    let every = wording::duration(u64::try_from(columns.width_ms).unwrap_or(0));
    name(out, top, "Accepted", &format!("messages in {every}"))?;
    panel::accepted(out, columns, scale, (top, ACCEPTED))?;
    name(out, top + ACCEPTED + 10.0, "Rejected", &format!("messages in {every}"))?;
    panel::rejected(out, columns, scale, (top + ACCEPTED, rejected))?;
    let top = top + ACCEPTED + rejected + GAP;
    name(out, top, "Under way", "messages, by key")?;
    panel::under_way(out, columns, scale, (top, UNDER_WAY))
}

fn name(out: &mut String, top: f64, name: &str, unit: &str) -> fmt::Result {
    writeln!(out, r#"<text class="role" x="0" y="{:.1}">{name}</text>"#, top + 11.0)?;
    writeln!(out, r#"<text class="soft" x="0" y="{:.1}">{unit}</text>"#, top + 26.0)
}

/// The legend, in as many rows as it needs, and its height.
fn legend(timeline: &Timeline) -> Result<(String, f64), fmt::Error> {
    let keys = timeline.keys().iter().enumerate().map(|(index, key)| {
        let name = match key.key.as_str() {
            "" => "no key".to_owned(),
            name => format!("key {}", shortened(&shown(name), 24)),
        };
        (format!("fill key{index}"), name)
    });
    let rejected = timeline.figures().rejected > 0;
    let fixed = [
        (rejected, "rejected", "rejected"),
        (timeline.windows.iter().any(|w| w.opened.is_some()), "window", "agreed window"),
        (!timeline.interruptions.is_empty(), "stop", "interrupted"),
        (!timeline.reports.is_empty(), "head", "report to a role"),
        (!timeline.steps.is_empty(), "dot", "step, with its number"),
    ];
    let fixed = fixed.into_iter().filter(|f| f.0).map(|(_, class, name)| (class.to_owned(), name.to_owned()));
    let (mut out, mut x, mut y) = (String::new(), LEFT, 4.0);
    for (class, label) in keys.chain(fixed) {
        let width = label::width(&label) + 40.0;
        if x + width > RIGHT {
            (x, y) = (LEFT, y + 20.0);
        }
        match class.as_str() {
            "head" => writeln!(out, r#"<path class="head" d="M{:.1} {:.1}l-4 -9h8z"/>"#, x + 9.0, y + 12.0)?,
            "dot" => writeln!(out, r#"<circle class="dot" cx="{:.1}" cy="{:.1}" r="5"/>"#, x + 9.0, y + 7.0)?,
            _ => writeln!(out, r#"<rect class="{class}" x="{x:.1}" y="{y:.1}" width="18" height="13"/>"#)?,
        }
        writeln!(
            out,
            r#"<text class="name" x="{:.1}" y="{:.1}">{}</text>"#,
            x + 24.0,
            y + 11.0,
            text(&label)
        )?;
        x += width;
    }
    Ok((out, y + 24.0))
}
