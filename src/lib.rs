//! keyroll: a declarative interpreter for the renewal of keys, certificates and credentials.

pub mod action;
pub mod backend;
pub mod check;
pub mod cli;
pub mod condition;
pub mod evidence;
pub mod explanation;
pub mod graph;
pub mod invariant;
pub mod journal;
pub mod name;
pub mod page;
pub mod plan;
pub mod proof;
pub mod run;
pub mod source;
pub mod syntax;
pub mod transition;
pub mod world;
