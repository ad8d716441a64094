//! The panels of messages: accepted, rejected, under way.

use std::fmt::{self, Write};

use super::super::bins::{Level, wider};
use super::super::timeline::Timeline;
use super::super::wording::count;
use super::scale::{Scale, round_up};

/// The most columns that are drawn side by side.
const COLUMN_LIMIT: i64 = 360;

/// The messages of all keys in columns of one width.
#[derive(Debug)]
pub struct Columns {
    /// How much time a column stands for, in milliseconds.
    pub width_ms: i64,
    /// Accepted messages, a list of columns for each key.
    pub accepted: Vec<Vec<u64>>,
    /// Rejected messages of all keys.
    pub rejected: Vec<u64>,
    /// The most messages under way, a list of columns for each key.
    pub under_way: Vec<Vec<u64>>,
}

impl Columns {
    /// Cuts the series of a timeline into columns over a scale.
    #[must_use]
    pub fn of(timeline: &Timeline, scale: &Scale) -> Self {
        let keys = timeline.keys();
        let widths = keys.iter().flat_map(|k| {
            [k.accepted.series.width_ms(), k.rejected.series.width_ms(), k.under_way.width_ms()]
        });
        let mut width_ms = widths.max().unwrap_or(1);
        while scale.length_ms() / width_ms >= COLUMN_LIMIT {
            width_ms = wider(width_ms);
        }
        let number = usize::try_from(scale.length_ms() / width_ms).unwrap_or(0) + 1;
        let rejected = keys.iter().map(|k| k.rejected.series.columns(width_ms));
        Self {
            width_ms,
            accepted: keys.iter().map(|k| k.accepted.series.columns(width_ms)).collect(),
            rejected: rejected.fold(Vec::new(), |sum, columns| added(&sum, &columns)),
            under_way: keys.iter().map(|k| levels(&k.under_way.columns(width_ms), number)).collect(),
        }
    }
}

/// What a panel is drawn from: where it lies, and the value of its upper edge.
#[derive(Clone, Copy, Debug)]
pub struct Frame {
    /// Its upper edge.
    pub top: f64,
    /// Its lower edge.
    pub bottom: f64,
    /// The value at the upper edge; zero lies on the lower one.
    pub highest: u64,
}

impl Frame {
    /// A frame for these values.
    #[must_use]
    pub fn new(top: f64, height: f64, highest: u64) -> Self {
        Self { top, bottom: top + height, highest: round_up(highest) }
    }

    fn y(&self, value: u64) -> f64 {
        self.bottom - (value as f64 / self.highest as f64).min(1.0) * (self.bottom - self.top)
    }
}

/// Draws the accepted messages as stacked columns.
///
/// # Errors
/// Only those of the text that is written to.
pub fn accepted(
    out: &mut String,
    columns: &Columns,
    scale: &Scale,
    (top, height): (f64, f64),
) -> fmt::Result {
    let ruler = Ruler { scale, width_ms: columns.width_ms };
    let mut stacks = vec![Vec::new()];
    for key in &columns.accepted {
        let sum = added(stacks.last().map_or(&[], Vec::as_slice), key);
        stacks.push(sum);
    }
    let highest = stacks.last().and_then(|s| s.iter().max()).copied().unwrap_or(0);
    let frame = Frame::new(top, height, highest);
    values(out, &frame, scale)?;
    for (index, (low, high)) in stacks.iter().zip(stacks.iter().skip(1)).enumerate() {
        write!(out, r#"<path class="fill key{index}" d=""#)?;
        bars(out, &ruler, (low, high), |value| frame.y(value))?;
        out.write_str("\"/>\n")?;
    }
    Ok(())
}

/// Draws the rejected messages as hatched columns that hang from the upper edge, each with a mark
/// on the lower one; or says that there are none.
///
/// # Errors
/// Only those of the text that is written to.
pub fn rejected(
    out: &mut String,
    columns: &Columns,
    scale: &Scale,
    (top, height): (f64, f64),
) -> fmt::Result {
    let highest = columns.rejected.iter().max().copied().unwrap_or(0);
    writeln!(out, r#"<path class="axis" d="M{:.1} {top:.1}H{:.1}"/>"#, scale.left(), scale.right())?;
    if highest == 0 {
        let (x, y) = (scale.left() + 8.0, top + height / 2.0 + 5.0);
        return writeln!(out, r#"<text class="good" x="{x:.1}" y="{y:.1}">✓ none</text>"#);
    }
    let ruler = Ruler { scale, width_ms: columns.width_ms };
    let depth = height - 12.0;
    let reach = |value: u64| top + value as f64 / highest as f64 * depth;
    out.write_str(r#"<path class="rejected" d=""#)?;
    bars(out, &ruler, (&[], &columns.rejected), reach)?;
    out.write_str("\"/>\n<path class=\"spike\" d=\"")?;
    let mut free = f64::MIN;
    for (index, value) in columns.rejected.iter().enumerate() {
        let x = ruler.middle(index);
        if *value > 0 && x >= free {
            let y = reach(*value) + 2.0;
            write!(out, "M{x:.1} {y:.1}l4 7h-8z")?;
            free = x + 24.0;
        }
    }
    out.write_str("\"/>\n")?;
    let (x, y) = (scale.left() - 6.0, top + depth);
    writeln!(out, r#"<text class="value" x="{x:.1}" y="{y:.1}">{}</text>"#, count(highest))
}

/// Draws the messages under way as one line with a light area for each key.
///
/// # Errors
/// Only those of the text that is written to.
pub fn under_way(
    out: &mut String,
    columns: &Columns,
    scale: &Scale,
    (top, height): (f64, f64),
) -> fmt::Result {
    let highest = columns.under_way.iter().flatten().max().copied().unwrap_or(0);
    let frame = Frame::new(top, height, highest);
    values(out, &frame, scale)?;
    let ruler = Ruler { scale, width_ms: columns.width_ms };
    for (index, key) in columns.under_way.iter().enumerate() {
        // Where nothing is under way no line is drawn, but for the column before and after.
        let (Some(first), Some(last)) = (key.iter().position(|v| *v > 0), key.iter().rposition(|v| *v > 0))
        else {
            continue;
        };
        let (first, last) = (first.saturating_sub(1), (last + 1).min(key.len() - 1));
        let mut line = String::new();
        for (column, value) in key.iter().enumerate().take(last + 1).skip(first) {
            let same = |other: usize| key.get(other) == Some(value);
            // On a level stretch only the ends are points.
            if column > first && column < last && same(column - 1) && same(column + 1) {
                continue;
            }
            let command = if column == first { 'M' } else { 'L' };
            write!(line, "{command}{:.1} {:.1}", ruler.middle(column), frame.y(*value))?;
        }
        let (left, right) = (ruler.middle(first), ruler.middle(last));
        let bottom = frame.bottom;
        writeln!(out, r#"<path class="area key{index}" d="{line}L{right:.1} {bottom:.1}H{left:.1}Z"/>"#)?;
        writeln!(out, r#"<path class="line key{index}" d="{line}"/>"#)?;
    }
    Ok(())
}

/// The axis of a panel: zero, half where it is whole, and the highest value.
fn values(out: &mut String, frame: &Frame, scale: &Scale) -> fmt::Result {
    let half = frame.highest.is_multiple_of(2).then_some(frame.highest / 2);
    for value in [Some(0), half, Some(frame.highest)].into_iter().flatten() {
        let (y, class) = (frame.y(value), if value == 0 { "axis" } else { "grid" });
        let (left, right) = (scale.left(), scale.right());
        write!(out, r#"<path class="{class}" d="M{left:.1} {y:.1}H{right:.1}"/>"#)?;
        writeln!(
            out,
            r#"<text class="value" x="{:.1}" y="{:.1}">{}</text>"#,
            left - 6.0,
            y + 4.0,
            count(value)
        )?;
    }
    Ok(())
}

/// The outline of all columns from the lower values up to the higher ones, empty ones left out.
fn bars(
    out: &mut String,
    ruler: &Ruler,
    (low, high): (&[u64], &[u64]),
    y: impl Fn(u64) -> f64,
) -> fmt::Result {
    let lows = low.iter().copied().chain(std::iter::repeat(0));
    for (index, (high, low)) in high.iter().copied().zip(lows).enumerate() {
        if high > low {
            let (left, right) = (ruler.edge(index), ruler.edge(index + 1));
            // A hair wider than the column, so that no light shows between two columns.
            let right = (right + 0.2).max(left + 1.0);
            write!(out, "M{left:.1} {:.1}V{:.1}H{right:.1}V{:.1}Z", y(low), y(high), y(low))?;
        }
    }
    Ok(())
}

/// Where the columns lie.
#[derive(Clone, Copy, Debug)]
struct Ruler<'a> {
    scale: &'a Scale,
    width_ms: i64,
}

impl Ruler<'_> {
    fn edge(&self, index: usize) -> f64 {
        self.scale.after(i64::try_from(index).unwrap_or(i64::MAX).saturating_mul(self.width_ms))
    }

    fn middle(&self, index: usize) -> f64 {
        (self.edge(index) + self.edge(index + 1)) / 2.0
    }
}

/// Two lists of columns added; the shorter one counts as zero where it ends.
fn added(a: &[u64], b: &[u64]) -> Vec<u64> {
    let at = |list: &[u64], index: usize| list.get(index).copied().unwrap_or(0);
    (0..a.len().max(b.len())).map(|index| at(a, index).saturating_add(at(b, index))).collect()
}

/// The highest level in each column. A level holds until the next one, to the end of the scale.
fn levels(changes: &[Option<Level>], number: usize) -> Vec<u64> {
    let mut held = 0;
    let level = |change: &Option<Level>| {
        let highest = change.map_or(held, |c| c.highest.max(held));
        held = change.map_or(held, |c| c.last);
        highest
    };
    changes.iter().chain(std::iter::repeat(&None)).take(number).map(level).collect()
}
