//! A plan as a drawing (SVG 1.1) before it runs: a lane for each role, a box for each step, from top
//! to bottom in the order that is necessary.
//!
//! `grid` gives each step a row and a column, `link` each line its way, `port` and `gutter` their
//! places beside one another, `layout` makes figures of them all, and the rest draws.

pub mod card;
pub mod grid;
pub mod gutter;
mod head;
mod inscription;
pub mod layout;
pub mod link;
mod paint;
pub mod port;

use std::fmt::{self, Display, Write};

use crate::{evidence::markup::text, graph::outline::Outline};

use layout::Layout;

/// A plan, drawn when it is displayed: one `svg` element that needs nothing beside itself.
#[derive(Clone, Copy, Debug)]
pub struct Swimlanes<'a>(pub &'a Outline);

impl Display for Swimlanes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let outline = self.0;
        let layout = Layout::of(outline);
        let width = layout.size.0.max(head::LEAST_WIDTH);
        let mut body = String::new();
        let top = head::draw(&mut body, outline, &layout, width)?;
        let left = (width - layout.size.0) / 2.0;
        writeln!(body, r#"<g transform="translate({left:.1} {top:.1})">"#)?;
        paint::draw(&mut body, outline, &layout, top)?;
        body.push_str("</g>\n");
        let height = top + layout.size.1 + layout::MARGIN;
        writeln!(
            f,
            r#"<svg xmlns="http://www.w3.org/2000/svg" class="swimlanes" width="{width:.0}" height="{height:.0}" viewBox="0 0 {width:.0} {height:.0}" role="img" aria-labelledby="lanes-title lanes-desc">"#
        )?;
        writeln!(f, r#"<title id="lanes-title">The steps of {}, by role</title>"#, text(&outline.name))?;
        writeln!(f, r#"<desc id="lanes-desc">{}</desc>"#, text(&head::description(outline)))?;
        writeln!(f, "<style>{}</style>", include_str!("swimlane.css"))?;
        writeln!(f, r#"<rect class="paper" width="{width:.0}" height="{height:.0}"/>"#)?;
        f.write_str(&body)?;
        f.write_str("</svg>\n")
    }
}
