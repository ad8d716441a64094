//! The one test binary.

mod cli;
mod flow;
mod house;
mod golden;
mod keystore;
mod report;
mod rooms;
mod syntax;
mod xml;
