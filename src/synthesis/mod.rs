//! Finds the steps of a plan that has none: the best way from how things are to how they are to be.
//!
//! A scenario says who owns what, what each receiver can hold, what is promised and what is wanted. First
//! every world is looked at that its usual acts can make without breaking a promise. Where what is wanted is
//! so in one of them, the best way is searched by what each role knows, the order that it needs is read off,
//! and the plan is written and proved like any other, so that what comes out is never more than a plan that
//! was proved. Where it is so in none, every act at whatever alias is looked at: where it is so in none of
//! those worlds either, no plan exists, and what is so in all of them says why. Else more acts are tried,
//! and what was not tried is said.

mod access;
mod any;
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
mod tried;
mod waits;
mod worlds;
mod written;

pub use cost::{Bound, Bounds, Cost, Progress};
pub use impossible::{Barred, Impossible};
pub use scenario::{EXPLANATIONS, MOST_KEYS, Scenario};

pub use synthesize::{Acts, Found, Synthesis, synthesize};
