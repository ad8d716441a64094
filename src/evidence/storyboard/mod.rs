//! A story as a drawing (SVG 1.1): a lane for each role and one for what each flow has under way, the
//! moments numbered downwards, and the message that falls in the colour of alarm.
//!
//! `scene` says what stands in which lane, `layout` where, and the rest draws.

mod head;
mod layout;
mod paint;
mod scene;

use std::fmt::{self, Display, Write};

use crate::{evidence::markup::text, plan::Plan, proof::story::Story};

use layout::{Layout, MARGIN};
use scene::Scene;

/// How every drawing of a story begins.
pub const BEGIN: &str = r#"<svg xmlns="http://www.w3.org/2000/svg" class="storyboard""#;

/// A story of a plan, drawn when it is displayed: one `svg` element that needs nothing beside itself.
#[derive(Clone, Copy, Debug)]
pub struct Storyboard<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// What happens.
    pub story: &'a Story,
}

impl Display for Storyboard<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scene = Scene::of(self.plan, self.story);
        let layout = Layout::of(&scene);
        let mut body = String::new();
        let top = head::draw(&mut body, self, &scene, &layout)?;
        writeln!(body, r#"<g transform="translate(0 {top:.1})">"#)?;
        paint::draw(&mut body, &scene, &layout)?;
        body.push_str("</g>\n");
        let (width, height) = (layout.width, top + layout.bottom + MARGIN);
        writeln!(
            f,
            r#"{BEGIN} width="{width:.0}" height="{height:.0}" viewBox="0 0 {width:.0} {height:.0}" role="img" aria-labelledby="story-title story-desc">"#
        )?;
        let title = format!("How {} fails, moment by moment", self.plan.name);
        writeln!(f, r#"<title id="story-title">{}</title>"#, text(&title))?;
        writeln!(f, r#"<desc id="story-desc">{}</desc>"#, head::description(self.story))?;
        writeln!(f, "<style>{}</style>", include_str!("storyboard.css"))?;
        writeln!(f, r#"<rect class="paper" width="{width:.0}" height="{height:.0}"/>"#)?;
        f.write_str(&body)?;
        f.write_str("</svg>\n")
    }
}
