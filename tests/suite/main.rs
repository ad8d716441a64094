//! The one test binary.
#![cfg(test)]

mod cli;
mod flow;
mod golden;
mod house;
mod keystore;
mod report;
mod rooms;
mod syntax;
mod xml;
