//! Finds the smallest edit that makes a refused plan provable.
//!
//! An edit adds to the author's text, or turns an order around: a need, an edge, an addressee, a
//! report. Each one that could help is tried in turn, the smallest first: the edited text is read,
//! checked and proved like any other, so that a repair is never more than a plan that was proved.

mod attempt;
mod candidate;
mod edit;
mod sketch;

pub use attempt::{Attempts, Repaired, repair};
pub use edit::{Change, Edit, changed};
