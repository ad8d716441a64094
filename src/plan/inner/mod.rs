//! Plans within a plan.

mod bound;
mod count;
mod filled;
mod finding;
mod order;
mod renamed;
mod shared;
mod shelf;
mod standard;
mod stock;
mod walk;
mod whole;

pub use finding::EXPLANATIONS;
pub use standard::{standard, standards};
pub use stock::{STOCK, Template};

pub(super) use filled::filled;
pub(super) use shelf::Shelf;
pub(super) use whole::whole;

/// Where a plan stands that is read: in how many others, and which files were read for them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Around<'s> {
    /// In how many plans it stands, one in the other.
    pub(super) level: usize,
    /// The files.
    pub(super) shelf: &'s Shelf,
}

/// So many plans stand in each other at most, the outermost not counted.
const DEPTH: usize = 8;
