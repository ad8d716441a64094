//! The different ways in which a refused plan fails: one story for each ending.
//!
//! Two endings differ by what is wrong (the promise, the flow and the key, the step and its need, the
//! condition) and by the step that brings it about. No story goes on behind a fault, so what shows
//! only behind another one is told when that one is mended. One that breaks a promise of what comes
//! before what ends there; another one may go on.

mod found;
mod unprepared;
mod worlds;

use crate::{check::Checked, source::Finding, world::state::World};

use super::{
    budget::Budget,
    cuts::{broken, walk},
    story::Story,
    verdict::Refuted,
};

use found::{Found, brought_about};

/// The ways in which a plan fails.
#[derive(Debug)]
pub struct Survey {
    /// The plan, which a sandbox may still play.
    pub checked: Checked,
    /// The stories, the one that was found first before the others.
    pub stories: Vec<Told>,
    /// Why there may be more; nothing where every other story goes through one of these endings.
    pub open: Option<Open>,
}

/// One of them.
#[derive(Debug)]
pub struct Told {
    /// How it comes about.
    pub story: Story,
    /// Whether no story with this ending is shorter.
    pub shortest: bool,
    /// Its page.
    pub finding: Finding,
}

/// Why there may be more endings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Open {
    /// There are as many as were asked for.
    Enough,
    /// The search reached its bound.
    Bound,
}

/// Tells at most so many stories of a refused plan, each with another ending. The search looks at no
/// more worlds than the budget allows; where it ends there, causal cuts are asked for more.
#[must_use]
pub fn survey<'b>(refuted: Refuted, start: &World, budget: impl Into<Budget<'b>>, most: usize) -> Survey {
    let Refuted { checked, fault, story, shortest, finding, .. } = refuted;
    let first = (fault, brought_about(&story.moves()));
    let mut found = Found { most, ends: vec![first], stories: vec![Told { story, shortest, finding }] };
    // Without the shortest one the search came to its bound already.
    let is_whole = shortest && found.search(&checked, start, budget.into());
    if !is_whole {
        for broken in broken(&checked, start) {
            if let Some((moves, world, fault)) = walk(&checked, start, &broken) {
                found.take(&checked, start, (&moves, &world, fault), false);
            }
        }
    }
    let open = if found.is_enough() { Some(Open::Enough) } else { (!is_whole).then_some(Open::Bound) };
    Survey { checked, stories: found.stories, open }
}
