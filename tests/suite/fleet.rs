//! Many partners: the pace at which a run goes over them, and a whole renewal with forty.

#![cfg(test)]

mod forty;
mod pace;
mod turns;
mod waived;
