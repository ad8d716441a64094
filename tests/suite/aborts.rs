//! Runs that are called off: at every moment, by people, beside other runs, and what the journal keeps of it.
#![cfg(test)]

mod commands;
mod everywhere;
mod random;
mod tables;
