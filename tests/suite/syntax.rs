//! Reading and writing plans: pages of what is refused, laws of what is read.

mod generated;
mod golden;
mod grammar;
mod laws;
