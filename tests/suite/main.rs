//! The one test binary.
#![cfg(test)]

mod cli;
mod flow;
mod golden;
mod house;
mod keystore;
mod report;
mod rooms;
mod runs;
mod syntax;
mod xml;
