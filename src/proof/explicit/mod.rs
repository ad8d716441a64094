//! Looks at every world that a plan can reach.
//!
//! A world is a few machine words ([`space`]), in which nothing is kept that the steps which are done
//! tell anyway (`facts`, `layout`); the rules of the plan are masks over them (`machine`). A proof needs
//! not all of them ([`sparing`]): slices that depend on nothing outside them are looked at apart (`slices`), and
//! a message counts as sent as soon as it can be.

mod act;
mod before;
mod facts;
mod finish;
mod index;
mod layout;
mod machine;
mod part;
mod question;
pub mod search;
mod slices;
pub mod space;
pub mod sparing;
mod test;
mod thing;
mod ties;
mod turn;
mod wrong;
