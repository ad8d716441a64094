//! What the checks of a plan have seen to, seen to once more: who is told what, that a plan can be aborted,
//! and how long interruptions last.
//!
//! A plan that is not so is refused where it is read. That a certificate is accepted does not rest on this
//! folder.

mod abort;
mod limits;
mod told;

pub(super) use abort::can_abort;
pub(super) use limits::kept;
pub(super) use told::told;
