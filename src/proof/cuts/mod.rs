//! Proves a plan without looking at its states: by which step comes before which.
//!
//! The steps of a plan are done once each, and which of them are done is always a *cut*: with a
//! step, all that it comes after. Where the steps that write a fact have an order, the fact has one
//! value from one writer to the next, so "f is v and g is w at some moment" asks for a cut that
//! holds a writer of v and a writer of w and not the ones that follow them: for one of each, whether
//! a step that must not be in the cut comes before one that must. Who waits to be told waits for a
//! message that is sent before its step, so what was received needs no look: it comes some day, and
//! nothing is done before it.
//!
//! This holds only where every need of a step is met whenever its turn has come, and every step fits
//! the world in which it is done. Both are asked in the same way first. A plan of which that cannot
//! be said is left to a search through its states; it is never called proved here.

mod fit;
mod history;
mod judge;
mod statement;
mod told;
mod unsettled;
mod walk;

pub use judge::{Settled, broken, occasions, settle};
pub use unsettled::{Broken, Unsettled};
pub use walk::walk;
