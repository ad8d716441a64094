//! How long a plan may take, and each interruption of a flow in it: the longest path over the order of
//! the steps, from what steps and flows declare. No clock is read. What is not declared is not bounded,
//! and is named.

pub mod at_least;
pub mod deadline;
pub mod gate;
pub mod interruption;
mod pass;
pub mod rest;
pub mod schedule;
mod shared;
pub mod stretch;
pub mod timing;
pub mod undeclared;
mod ways;

pub use timing::Timing;
