//! Finds the steps of a plan that has none: the best way from how things are to how they are to be.
//!
//! A scenario says who owns what, what each receiver can hold, what is promised and what is wanted. First
//! every world is looked at that its acts can make without breaking a promise; where what is wanted is so
//! in none of them, no plan exists, and what is so in all of them says why. Else the best way is searched
//! by what each role knows, the order that it needs is read off, and the plan is written and proved like
//! any other, so that what comes out is never more than a plan that was proved.

mod access;
mod bound;
mod cost;
mod drains;
mod impossible;
mod library;
mod mind;
mod order;
mod scenario;
mod search;
mod speech;
mod spelling;
mod synthesize;
mod title;
mod waits;
mod worlds;
mod written;

pub use cost::{Bound, Bounds, Cost, Progress};
pub use impossible::{Barred, Impossible};
pub use scenario::{EXPLANATIONS, Scenario};

pub use synthesize::{Acts, Found, Synthesis, synthesize};
