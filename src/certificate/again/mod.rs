//! What the checks of a plan have seen to, seen to once more: who is told what, and that a plan can be
//! aborted.
//!
//! A plan that is not so is refused where it is read. That a certificate is accepted does not rest on this
//! folder.

mod abort;
mod told;

pub(super) use abort::can_abort;
pub(super) use told::told;
