//! The one function that moves a run from one moment to the next. No clock, no files: time and
//! everything else comes in with events.

mod admitted;
pub mod clock;
pub mod command;
pub mod compared;
mod drained;
pub mod early;
pub mod event;
pub mod late;
mod leave;
pub mod moves;
pub mod next;
mod opened;
pub mod pause;
pub mod people;
pub mod ready;
pub mod reasons;
pub mod snapshot;
pub mod state;
pub mod unsettled;
pub mod waived;
pub mod why;
