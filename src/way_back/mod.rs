//! How far there is a way back from a plan: two moments, and what bars it, told from the plan alone.

pub mod abort;
pub mod no_return;
pub mod undo_limit;

pub use abort::{Bar, bars};
pub use no_return::no_return;
pub use undo_limit::{UndoLimit, undo_limits};
