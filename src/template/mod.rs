//! Begins a plan: with one of those that come with keyroll, under the names and values of whoever begins.
//!
//! Names are changed where they stand as names, found by the meaning of each sentence; the text around them
//! stays. What comes out is read, checked and proved like any other plan, before anybody sees it.

mod choice;
mod entry;
mod finding;
mod made;
mod renamed;
mod stock;
mod target;
mod wish;

pub use choice::{Answers, Holder, NoFit, ROWS, Row, What, choose, word};
pub use entry::{Entry, Still};
pub use finding::EXPLANATIONS;
pub use made::{Made, Unmade, begun, make, plan_name, why_no_name};
pub use stock::{STOCK, Template};
pub use wish::{Wish, Wishes};
