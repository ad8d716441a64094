//! Shows that a plan keeps its promises in every order of events that it allows, or tells the
//! shortest story in which it does not.
//!
//! This first engine looks at every state, breadth first. Engines that need not do so, declared
//! faults, certificates and repair have their places beside it.

pub mod assumption;
pub mod ending;
pub mod explore;
pub mod finish;
pub mod index;
mod misfit;
pub mod pack;
pub mod refusal;
pub mod refused;
mod rejected;
pub mod rules;
pub mod story;
pub mod verdict;
