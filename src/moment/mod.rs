//! Which moments there are: what can be so together, where events happen once each and some come
//! after others.
//!
//! What has happened at a moment is a *cut*: with an event, all that it comes after. Every cut is a
//! moment of some order of events. So there is a moment at which some events have happened and others
//! have not unless one of these comes before one of those; and where the events that change a fact
//! come one after the other, the fact has one value from one of them to the next, and whether values can
//! be so together is a question of that kind.
//!
//! A message is not one more fact: it is sent at one moment and arrives at a later one, and may be on its
//! way in between for as long as nobody has waited for it.
//!
//! Nothing here knows of a plan: proofs ask of the steps of a plan, and [`renewals`] of millions of
//! events that no text would hold.

mod course;
mod event;
mod facts;
mod past;
mod question;
pub mod renewals;

pub use course::{Course, Misplaced};
pub use event::{Event, Order};
pub use facts::{Clash, FactId, Facts, Reign};
pub use question::{Long, Moments, Sent, Traffic};
