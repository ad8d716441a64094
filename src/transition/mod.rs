//! The one function that moves a run from one moment to the next.

pub mod ready;
