//! Boards as text: a table that fits a width, and a line for each thing that waits for several partners.

use std::fmt::Write;

use crate::{evidence::markup::shortened, run::time::to_the_second, source::shown};

use super::{
    Board, Boards, Condition, Partner,
    words::{legend, short},
};

/// The longest and the shortest name that is not cut.
const NAMES: (usize, usize) = (24, 12);

/// How many of those who are waited for a line names.
const NAMED: usize = 8;

/// The blanks between two columns.
const GAP: usize = 2;

/// Boards in lines of so many characters at most; names that are too long end in an ellipsis, and where the
/// columns do not stand side by side, the table goes on below itself.
#[must_use]
pub fn text(boards: &Boards, width: usize) -> String {
    let mut out = String::new();
    for (number, board) in boards.boards.iter().enumerate() {
        if number > 0 {
            out.push('\n');
        }
        one(&mut out, board, boards, width);
    }
    out
}

fn one(out: &mut String, board: &Board, boards: &Boards, width: usize) {
    let run = board.run.as_ref().map(|run| format!(" ({})", shown(run))).unwrap_or_default();
    let began = board.began.map(|at| format!("begun {}; ", to_the_second(at))).unwrap_or_default();
    folded(out, &format!("{}{run}: {}", shown(&board.plan), board.standing.shown()), width);
    folded(out, &format!("{began}as recorded on {}; nothing was looked at", to_the_second(boards.at)), width);
    out.push('\n');
    if board.partners.is_empty() {
        line(out, "no role but the coordinator's owns a receiver or is spoken to: there is no partner");
    }
    let cells: Vec<Vec<String>> = board
        .partners
        .iter()
        .map(|partner| partner.cells.iter().map(|cell| short(cell, boards.at)).collect())
        .collect();
    table(out, board, &cells, width);
    let said: Vec<(&str, &str)> = legend(cells.iter().flatten().map(String::as_str));
    let rows: Vec<String> = said.iter().map(|(word, meaning)| format!("{word}: {meaning}")).collect();
    if !rows.is_empty() {
        out.push('\n');
        folded(out, &rows.join("; "), width);
    }
    let notes: Vec<String> = board.partners.iter().flat_map(notes).collect();
    if !notes.is_empty() {
        out.push('\n');
        notes.iter().for_each(|note| folded(out, note, width));
    }
    if !board.awaited.is_empty() {
        out.push('\n');
    }
    for awaited in &board.awaited {
        folded(out, &awaited.sentence(NAMED), width);
    }
}

/// What a cell is too small for: why somebody declined, or something failed. Where several are left out for one reason
/// that is told of the first.
fn notes(partner: &Partner) -> Vec<String> {
    let mut waived: Vec<&String> = Vec::new();
    let mut found = Vec::new();
    for cell in &partner.cells {
        let word = match cell.state {
            Condition::Failed => "failed",
            Condition::Declined => "declined",
            Condition::Substituted => "substituted",
            Condition::Waived => "waived",
            _ => continue,
        };
        let Some(why) = &cell.why else { continue };
        if cell.state == Condition::Waived {
            if waived.contains(&why) {
                continue;
            }
            waived.push(why);
        }
        let steps =
            if cell.steps.is_empty() { cell.column.title().to_owned() } else { cell.steps.join(", ") };
        found.push(format!("{}: {} {word}: {}", shown(&partner.name), shown(&steps), shown(why)));
    }
    found
}

fn table(out: &mut String, board: &Board, cells: &[Vec<String>], width: usize) {
    let longest =
        board.partners.iter().map(|partner| length(&shown(&partner.name))).max().unwrap_or_default();
    let heads: Vec<(&str, &str)> =
        board.columns.iter().map(|head| head.title.split_once(' ').unwrap_or(("", head.title))).collect();
    let widths: Vec<usize> = heads
        .iter()
        .enumerate()
        .map(|(number, (upper, lower))| {
            let column = cells.iter().filter_map(|row| row.get(number)).map(|cell| length(cell));
            column.max().unwrap_or_default().max(length(upper)).max(length(lower))
        })
        .collect();
    let all: usize = widths.iter().map(|width| width + GAP).sum();
    let name = longest.min(NAMES.0).min(width.saturating_sub(all).max(NAMES.1)).max(length("partner"));
    let mut first = 0;
    while first < widths.len() {
        let (mut used, mut last) = (name, first);
        while let Some(next) = widths.get(last)
            && (last == first || used + GAP + next <= width)
        {
            used += GAP + next;
            last += 1;
        }
        if first > 0 {
            out.push('\n');
        }
        let part = first..last;
        if heads.get(part.clone()).is_some_and(|heads| heads.iter().any(|(upper, _)| !upper.is_empty())) {
            let upper = heads.iter().map(|(upper, _)| *upper);
            row(out, ("", name), upper, &widths, part.clone());
        }
        row(out, ("partner", name), heads.iter().map(|(_, lower)| *lower), &widths, part.clone());
        for (partner, cells) in board.partners.iter().zip(cells) {
            let called = shortened(&shown(&partner.name), name);
            row(out, (&called, name), cells.iter().map(String::as_str), &widths, part.clone());
        }
        first = last;
    }
}

fn row<'a>(
    out: &mut String,
    (name, wide): (&str, usize),
    cells: impl Iterator<Item = &'a str>,
    widths: &[usize],
    part: std::ops::Range<usize>,
) {
    let mut text = format!("{name:<wide$}");
    for (cell, width) in cells.zip(widths).skip(part.start).take(part.len()) {
        let _always = write!(text, "{:GAP$}{cell:<width$}", "");
    }
    line(out, text.trim_end());
}

fn line(out: &mut String, text: &str) {
    out.push_str(text);
    out.push('\n');
}

/// A long line in several, the later ones further in.
fn folded(out: &mut String, text: &str, width: usize) {
    let mut current = String::new();
    for word in text.split(' ') {
        if !current.trim().is_empty() && length(&current) + 1 + length(word) > width {
            line(out, &current);
            current = format!("  {word}");
        } else if current.is_empty() {
            current.push_str(word);
        } else {
            current.push(' ');
            current.push_str(word);
        }
    }
    line(out, &current);
}

fn length(text: &str) -> usize {
    text.chars().count()
}
