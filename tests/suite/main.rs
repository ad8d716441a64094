//! The one test binary.

mod flow;
mod keystore;
mod report;
mod syntax;
mod xml;
