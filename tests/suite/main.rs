//! The one test binary.

mod cli;
mod flow;
mod golden;
mod keystore;
mod report;
mod syntax;
mod xml;
