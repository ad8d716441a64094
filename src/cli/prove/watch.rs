//! How far a long search has come, and whether it is to go on.

use std::sync::atomic::Ordering;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::proof::budget::Reached;

use super::super::{screen::Screen, stop};

/// A moving line on a terminal, and an ear for Ctrl-C.
pub(super) struct Watch {
    bar: ProgressBar,
}

impl Watch {
    /// One for this screen.
    pub(super) fn of(screen: &Screen) -> Self {
        let target =
            if screen.is_live() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(None, target);
        if let Ok(style) = ProgressStyle::with_template("  {spinner} {msg}") {
            bar.set_style(style);
        }
        let _listens = stop::flag();
        Self { bar }
    }

    /// Shows how far a search has come; says no once it is to end.
    pub(super) fn goes_on(&self, reached: Reached) -> bool {
        self.bar.tick();
        self.bar.set_message(format!("{} states, {} moves deep", reached.states, reached.moves));
        !stop::flag().load(Ordering::Relaxed)
    }

    /// Takes the line away.
    pub(super) fn ends(&self) {
        self.bar.finish_and_clear();
    }
}
