//! The one test binary.

mod flow;
mod golden;
mod keystore;
mod report;
mod syntax;
mod xml;
