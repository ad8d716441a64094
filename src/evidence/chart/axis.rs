//! The axis of time, and what is marked through all panels.

use std::fmt::{self, Write};

use jiff::Timestamp;

use super::super::interval::Interval;
use super::super::markup::{shortened, text};
use super::super::timeline::{Cause, Timeline};
use super::super::wording;
use super::label::{LABEL_LIMIT, ROW, Rows, bold_width};
use super::scale::Scale;
use crate::source::shown;

/// How many interruptions get a label of their own; the longest do.
const LABELLED: usize = 12;

/// Draws the ticks: lines through all panels, and below them the time since the beginning, the
/// time of day in UTC, and the date where it is a new one.
///
/// # Errors
/// Only those of the text that is written to.
pub fn ticks(out: &mut String, scale: &Scale, (top, bottom): (f64, f64)) -> fmt::Result {
    let (step, ticks) = scale.ticks();
    let mut date = String::new();
    for (ms, at) in ticks {
        let x = scale.after(ms);
        writeln!(out, r#"<path class="grid" d="M{x:.1} {top:.1}V{bottom:.1}"/>"#)?;
        let mut line = |row: f64, class: &str, label: &str| {
            writeln!(out, r#"<text class="{class}" x="{x:.1}" y="{:.1}">{label}</text>"#, bottom + row)
        };
        line(16.0, "tick", &since(ms, step))?;
        line(31.0, "tick soft", &time_of_day(at, step))?;
        let day = at.strftime("%Y-%m-%d").to_string();
        if day != date {
            line(46.0, "tick soft", &day)?;
            date = day;
        }
    }
    let mut name = |row: f64, label: &str| {
        writeln!(out, r#"<text class="soft" x="0" y="{:.1}">{label}</text>"#, bottom + row)
    };
    name(16.0, "Since the beginning")?;
    name(31.0, "Time of day, UTC")
}

fn since(ms: i64, step: i64) -> String {
    let (hours, minutes, seconds) = (ms / 3_600_000, ms / 60_000 % 60, ms / 1_000 % 60);
    match step {
        ..1_000 => format!("+{}.{:03} s", ms / 1_000, ms % 1_000),
        1_000..60_000 => format!("+{hours}:{minutes:02}:{seconds:02}"),
        60_000..86_400_000 => format!("+{hours}:{minutes:02}"),
        _ => format!("+{} d", hours / 24),
    }
}

fn time_of_day(at: Timestamp, step: i64) -> String {
    let whole = at.as_second() % 60 == 0 && step >= 60_000;
    at.strftime(if whole { "%H:%M" } else { "%H:%M:%S" }).to_string()
}

/// A stretch of time that is marked through all panels.
#[derive(Debug)]
struct Band {
    class: &'static str,
    from: f64,
    to: f64,
    label: String,
    label_left: f64,
}

impl Band {
    /// The label stands over the middle of its band, inside of the drawing.
    fn new(class: &'static str, (from, to): (f64, f64), label: String, scale: &Scale) -> Self {
        let width = bold_width(&label);
        let middle = (from + to) / 2.0;
        let label_left = (middle - width / 2.0).min(scale.right() - width).max(scale.left());
        Self { class, from, to: to.max(from), label, label_left }
    }
}

/// The windows and the interruptions.
#[derive(Debug)]
pub struct Bands {
    bands: Vec<Band>,
}

impl Bands {
    /// Those of a timeline.
    #[must_use]
    pub fn of(timeline: &Timeline, scale: &Scale) -> Self {
        let end = timeline.extent().to;
        let windows = timeline.windows.iter().filter_map(|window| {
            let (from, to) = (scale.x(window.opened?), scale.x(window.closed.unwrap_or(end)));
            let agreed = wording::duration(u64::try_from(window.agreed.as_millis()).unwrap_or(u64::MAX));
            let name = shortened(&shown(&window.name), LABEL_LIMIT);
            let used = Interval { from: window.opened?, to: window.closed.unwrap_or(end) }.length_ms();
            let used = wording::duration(used);
            Some(Band::new("window", (from, to), format!("window {name}: {used} of at most {agreed}"), scale))
        });
        Self { bands: windows.chain(interruptions(timeline, scale)).collect() }
    }

    /// How high their labels are.
    #[must_use]
    pub fn label_height(&self) -> f64 {
        self.rows().1 as f64 * ROW
    }

    /// Draws them from `top` to `bottom`.
    ///
    /// # Errors
    /// Only those of the text that is written to.
    pub fn draw(&self, out: &mut String, top: f64, bottom: f64) -> fmt::Result {
        for band in &self.bands {
            let (x, width, height) = (band.from, (band.to - band.from).max(1.0), bottom - top);
            let class = band.class;
            writeln!(
                out,
                r#"<rect class="{class}" x="{x:.1}" y="{top:.1}" width="{width:.1}" height="{height:.1}"/>"#
            )?;
        }
        Ok(())
    }

    /// Draws their labels from `top` downwards.
    ///
    /// # Errors
    /// Only those of the text that is written to.
    pub fn labels(&self, out: &mut String, top: f64) -> fmt::Result {
        for (band, row) in self.bands.iter().zip(self.rows().0) {
            let Some(row) = row else { continue };
            let (y, x) = (top + row as f64 * ROW + 13.0, band.label_left);
            writeln!(
                out,
                r#"<text class="{}-name" x="{x:.1}" y="{y:.1}">{}</text>"#,
                band.class,
                text(&band.label)
            )?;
        }
        Ok(())
    }

    fn rows(&self) -> (Vec<Option<usize>>, usize) {
        let mut rows = Rows::default();
        let mut place = |band: &Band| {
            (!band.label.is_empty())
                .then(|| rows.place(band.label_left, band.label_left + bold_width(&band.label)))
        };
        let placed = self.bands.iter().map(&mut place).collect();
        (placed, rows.count())
    }
}

fn interruptions(timeline: &Timeline, scale: &Scale) -> Vec<Band> {
    let mut longest: Vec<u64> = timeline.interrupted().iter().map(|i| i.length_ms()).collect();
    longest.sort_unstable_by(|a, b| b.cmp(a));
    let least = longest.get(LABELLED - 1).copied().unwrap_or(0);
    let mut labels = 0;
    let mut bands: Vec<Band> = Vec::new();
    for interval in timeline.interrupted() {
        let (from, to) = (scale.x(interval.from), scale.x(interval.to));
        let labelled = interval.length_ms() >= least && labels < LABELLED;
        if labelled {
            labels += 1;
        } else if let Some(last) = bands.last_mut().filter(|last| from - last.to < 0.5) {
            last.to = to;
            continue;
        }
        let cause = timeline.interruptions.iter().find(|i| i.from == interval.from).map(|i| i.cause);
        let why = if cause == Some(Cause::AliasUnresolved) { ", the alias named no key" } else { "" };
        let length = wording::duration(interval.length_ms());
        let label = if labelled { format!("interrupted for {length}{why}") } else { String::new() };
        bands.push(Band::new("stop", (from, to), label, scale));
    }
    bands
}

/// Draws a line through the panels at each moment at which steps were done, with their numbers
/// on top; moments that lie close together share a flag.
///
/// # Errors
/// Only those of the text that is written to.
pub fn flags(out: &mut String, timeline: &Timeline, scale: &Scale, (top, bottom): (f64, f64)) -> fmt::Result {
    let done = timeline.steps.iter().enumerate().filter_map(|(n, s)| Some((scale.x(s.done?), n + 1)));
    let mut done: Vec<(f64, usize)> = done.collect();
    done.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let mut groups: Vec<(f64, f64, Vec<usize>)> = Vec::new();
    for (x, number) in done {
        match groups.last_mut() {
            Some((from, right, numbers)) if x < *right => {
                numbers.push(number);
                *right = right.max(*from + bold_width(&numbered(numbers)) + 4.0);
            }
            _ => groups.push((x, x + bold_width(&number.to_string()) + 4.0, vec![number])),
        }
        writeln!(out, r#"<path class="moment" d="M{x:.1} {top:.1}V{bottom:.1}"/>"#)?;
    }
    for (x, _, mut numbers) in groups {
        numbers.sort_unstable();
        let label = shortened(&numbered(&numbers), LABEL_LIMIT);
        let x = (x - 3.0).min(scale.right() - bold_width(&label));
        writeln!(out, r#"<text class="flag" x="{x:.1}" y="{:.1}">{label}</text>"#, top - 4.0)?;
    }
    Ok(())
}

/// Numbers with runs joined: `1–4, 7`.
fn numbered(numbers: &[usize]) -> String {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for number in numbers {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == *number => *last = *number,
            _ => runs.push((*number, *number)),
        }
    }
    let run = |(a, b): &(usize, usize)| if a == b { a.to_string() } else { format!("{a}–{b}") };
    runs.iter().map(run).collect::<Vec<_>>().join(", ")
}
