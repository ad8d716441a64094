//! Findings as a page for people, and as values for machines.

pub mod annotations;
mod drawn;
mod excerpt;
pub mod findings;
pub mod fix;
pub mod junit;
pub mod openmetrics;
pub mod sarif;

use std::rc::Rc;

use miette::{GraphicalReportHandler, GraphicalTheme};

use crate::source::{Refusal, is_advice};
use drawn::Drawn;
use excerpt::Excerpts;

/// How many findings are drawn; the rest is counted.
const DRAWN: usize = 100;

/// The narrowest page on which a drawing can still be read.
const NARROWEST: usize = 40;

/// Draws the findings of a refusal, one after another, each with the author's lines that it points
/// at, and counts them in the last line. `width` is that of the terminal, in characters.
///
/// Never panics: a place outside of the text, or within a character, is moved to the nearest one
/// that can be drawn. No character that could steer a terminal leaves this function, except for
/// the colours when `colour` is true.
#[must_use]
pub fn page(refusal: &Refusal, colour: bool, width: usize) -> String {
    let theme = if colour { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    let handler =
        GraphicalReportHandler::new_themed(theme).with_width(width.max(NARROWEST)).with_links(false);
    let excerpts = Rc::new(Excerpts::new(&refusal.source));
    let mut page = String::new();
    for finding in refusal.findings.iter().take(DRAWN) {
        let drawn = Drawn::new(finding.as_ref(), &excerpts);
        let whole = page.len();
        if handler.render_report(&mut page, &drawn).is_err() {
            // A finding is never lost because it could not be drawn.
            page.truncate(whole);
            page.push_str(&format!("  {drawn}\n"));
        }
        page.push('\n');
    }
    page.push_str(&count(refusal));
    page.push('\n');
    page
}

/// The last line: how many errors and how much advice, and how many of them were not drawn.
fn count(refusal: &Refusal) -> String {
    let advice = refusal.findings.iter().filter(|f| is_advice(f.as_ref())).count();
    let errors = refusal.findings.len() - advice;
    let mut parts = Vec::new();
    match errors {
        0 => {}
        1 => parts.push("1 error".to_owned()),
        n => parts.push(format!("{n} errors")),
    }
    if advice > 0 {
        parts.push(format!("{advice} advice"));
    }
    if parts.is_empty() {
        parts.push("no findings".to_owned());
    }
    let hidden = refusal.findings.len().saturating_sub(DRAWN);
    let more = if hidden > 0 { format!(" (the first {DRAWN} are drawn)") } else { String::new() };
    format!("{}{more}", parts.join(", "))
}
