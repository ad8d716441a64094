//! How far a long search has come, and whether it is to go on.

use std::sync::atomic::Ordering;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::proof::budget::Reached;

use super::super::{screen::Screen, stop};

/// A moving line on a terminal, and an ear for Ctrl-C.
pub(in crate::cli) struct Watch {
    bar: ProgressBar,
}

impl Watch {
    /// One for this screen.
    pub(in crate::cli) fn of(screen: &Screen) -> Self {
        let target =
            if screen.is_live() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(None, target);
        if let Ok(style) = ProgressStyle::with_template("  {spinner} {msg}") {
            bar.set_style(style);
        }
        let _listens = stop::flag();
        Self { bar }
    }

    /// Shows how far a proof has come; says no once it is to end.
    pub(in crate::cli) fn goes_on(&self, reached: Reached) -> bool {
        self.says(format!("{} states, {} moves deep", reached.states, reached.moves))
    }

    /// Shows how far a search has come; says no once it is to end.
    pub(in crate::cli) fn says(&self, line: String) -> bool {
        self.bar.tick();
        self.bar.set_message(line);
        !stop::flag().load(Ordering::Relaxed)
    }

    /// Takes the line away.
    pub(in crate::cli) fn ends(&self) {
        self.bar.finish_and_clear();
    }
}
