//! The one test binary.

mod cli;
mod flow;
mod golden;
mod house;
mod keystore;
mod report;
mod rooms;
mod syntax;
mod xml;
