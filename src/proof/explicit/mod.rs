//! Looks at every world that a plan can reach.
//!
//! A world is a few machine words ([`space`]), in which nothing is kept that the steps which are done
//! tell anyway (`facts`, `layout`); the rules of the plan are masks over them (`machine`).

mod act;
mod before;
mod facts;
mod finish;
mod index;
mod layout;
mod machine;
mod question;
pub mod search;
pub mod space;
mod test;
mod wrong;
