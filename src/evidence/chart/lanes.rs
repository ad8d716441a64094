//! Swim lanes: who did what when, and who told whom.

use std::fmt::{self, Write};

use super::super::markup::{shortened, text};
use super::super::timeline::{Report, Step, StepStatus, Timeline};
use super::super::wording;
use super::label::{LABEL_LIMIT, ROW, Rows, bold_width, width};
use super::scale::Scale;
use crate::source::shown;

/// The space above and below the rows of a lane.
const PADDING: f64 = 7.0;

/// The space that a mark takes to each side of its moment.
const MARK: f64 = 6.0;

/// One step on the drawing.
#[derive(Debug)]
pub struct Placed<'a> {
    /// The step.
    pub step: &'a Step,
    /// Its number in the plan, from one.
    pub number: usize,
    /// Where it begins.
    pub from: f64,
    /// Where it is done.
    pub to: f64,
    /// The middle of its row.
    pub middle: f64,
    /// What is written beside it.
    pub label: String,
    /// Where the label begins.
    pub label_left: f64,
    /// The left and right end of mark and label together.
    pub extent: (f64, f64),
}

/// One role on the drawing.
#[derive(Debug)]
pub struct Lane<'a> {
    /// The name of the role.
    pub role: &'a str,
    /// What people call it.
    pub title: &'a str,
    /// Its upper edge.
    pub top: f64,
    /// Its lower edge.
    pub bottom: f64,
    /// Its steps.
    pub steps: Vec<Placed<'a>>,
}

/// Lays out a lane for each role, those that no role list names last, from `top` downwards.
#[must_use]
pub fn layout<'a>(timeline: &'a Timeline, scale: &Scale, top: f64) -> Vec<Lane<'a>> {
    let mut names: Vec<(&str, &str)> =
        timeline.roles.iter().map(|r| (r.name.as_str(), r.title.as_str())).collect();
    for step in &timeline.steps {
        if !names.iter().any(|(name, _)| *name == step.role) {
            names.push((&step.role, &step.role));
        }
    }
    let mut top = top;
    let mut lanes = Vec::new();
    for (role, title) in names {
        let lane = lane(timeline, scale, (role, title), top);
        top = lane.bottom;
        lanes.push(lane);
    }
    lanes
}

fn lane<'a>(timeline: &'a Timeline, scale: &Scale, (role, title): (&'a str, &'a str), top: f64) -> Lane<'a> {
    let own = timeline.steps.iter().enumerate().filter(|(_, s)| s.role == role);
    let mut steps: Vec<Placed> = own.map(|(index, step)| placed(step, index + 1, scale)).collect();
    steps.sort_by(|a, b| a.to.total_cmp(&b.to).then(a.number.cmp(&b.number)));
    let mut rows = Rows::default();
    for step in &mut steps {
        let row = rows.place(step.extent.0, step.extent.1);
        step.middle = top + PADDING + (row as f64 + 0.5) * ROW;
    }
    let bottom = top + 2.0 * PADDING + rows.count().max(2) as f64 * ROW;
    Lane { role, title, top, bottom, steps }
}

/// A step with its label to the right of its mark, or to the left where the drawing ends, or over
/// it where there is no room beside it.
fn placed<'a>(step: &'a Step, number: usize, scale: &Scale) -> Placed<'a> {
    let last = step.done.map(|at| scale.x(at));
    let to = last.unwrap_or(scale.right());
    let from = step.began.map_or(to, |at| scale.x(at)).min(to);
    let name = shortened(&shown(&step.name), LABEL_LIMIT);
    let label = match step.status {
        StepStatus::Done => format!("{number} {name}"),
        status => format!("{number} {name} ({})", wording::status(status)),
    };
    let width = if step.status == StepStatus::Failed { bold_width(&label) } else { width(&label) };
    let (left, right) = (from - MARK, to + MARK);
    let (label_left, extent) = if right + 3.0 + width <= scale.right() + MARK {
        (right + 3.0, (left, right + 3.0 + width))
    } else if left - 3.0 - width >= scale.left() - MARK {
        (left - 3.0 - width, (left - 3.0 - width, right))
    } else {
        let start = (from + MARK).min(scale.right() - width).max(scale.left());
        (start, (left.min(start), right.max(start + width)))
    };
    Placed { step, number, from, to, middle: 0.0, label, label_left, extent }
}

/// Draws the lanes, the reports between them, and the steps above both.
///
/// # Errors
/// Only those of the text that is written to.
pub fn draw(out: &mut String, timeline: &Timeline, lanes: &[Lane], scale: &Scale) -> fmt::Result {
    for lane in lanes {
        lane_title(out, lane, scale)?;
    }
    for report in &timeline.reports {
        arrow(out, report, lanes, scale)?;
    }
    lanes.iter().flat_map(|lane| &lane.steps).try_for_each(|step| mark(out, step))
}

fn lane_title(out: &mut String, lane: &Lane, scale: &Scale) -> fmt::Result {
    let (top, middle) = (lane.top, (lane.top + lane.bottom) / 2.0);
    writeln!(out, r#"<path class="edge" d="M0 {top:.1}H{:.1}"/>"#, scale.right())?;
    let title = if lane.title.is_empty() { lane.role } else { lane.title };
    let title = text(&shortened(&shown(title), 22));
    writeln!(out, r#"<text class="role" x="0" y="{:.1}">{title}</text>"#, middle + 4.0)
}

fn mark(out: &mut String, placed: &Placed) -> fmt::Result {
    let (step, y) = (placed.step, placed.middle);
    let status = wording::status(step.status);
    let class = status.replace(' ', "-");
    write!(
        out,
        r#"<g class="step {class}"><title>{}: {} ({status})</title>"#,
        text(&step.name),
        text(&step.sentence)
    )?;
    if placed.to - placed.from > 2.0 {
        let length = placed.to - placed.from;
        write!(
            out,
            r#"<rect class="bar" x="{:.1}" y="{:.1}" width="{length:.1}" height="6"/>"#,
            placed.from,
            y - 3.0
        )?;
    }
    let x = placed.to;
    match step.status {
        StepStatus::Failed => {
            let (l, r, t, b) = (x - 5.0, x + 5.0, y - 5.0, y + 5.0);
            write!(
                out,
                r#"<path class="cross" d="M{l:.1} {t:.1}L{r:.1} {b:.1}M{l:.1} {b:.1}L{r:.1} {t:.1}"/>"#
            )?;
        }
        _ => write!(out, r#"<circle class="dot" cx="{x:.1}" cy="{y:.1}" r="5"/>"#)?,
    }
    let label = text(&placed.label);
    writeln!(out, r#"<text class="name" x="{:.1}" y="{:.1}">{label}</text></g>"#, placed.label_left, y + 4.0)
}

/// From the step that sends a report to the near edge of the lane of the role that receives it.
fn arrow(out: &mut String, report: &Report, lanes: &[Lane], scale: &Scale) -> fmt::Result {
    let sender = lanes.iter().flat_map(|lane| &lane.steps).find(|p| p.step.name == report.step);
    let receiver = lanes.iter().find(|lane| lane.role == report.to && lane.role != sender_role(sender));
    let (Some(sender), Some(receiver)) = (sender, receiver) else { return Ok(()) };
    if sender.step.done.or(sender.step.began).is_none() {
        // A step without a moment has no place to send from.
        return Ok(());
    }
    let (start, end) = (sender.middle, scale.x(report.at));
    let down = receiver.top >= start;
    let (leave, arrive) =
        if down { (start + 5.0, receiver.top + 5.0) } else { (start - 5.0, receiver.bottom - 5.0) };
    let back = if down { arrive - 6.0 } else { arrive + 6.0 };
    let (l, r) = (end - 3.5, end + 3.5);
    write!(out, r#"<path class="report" d="M{:.1} {leave:.1}L{end:.1} {back:.1}"/>"#, sender.to)?;
    writeln!(out, r#"<path class="head" d="M{end:.1} {arrive:.1}L{l:.1} {back:.1}H{r:.1}Z"/>"#)
}

fn sender_role<'a>(sender: Option<&Placed<'a>>) -> &'a str {
    sender.map_or("", |placed| placed.step.role.as_str())
}
