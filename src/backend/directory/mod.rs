//! A receiver that verifies with the certificates of a folder.
//!
//! [`TrustFolder`] is the receiver; a reading is what lay in the folder at one
//! moment; a change is built beside the folder and swapped in whole (`swap`).

mod listing;
mod naming;
mod reading;
mod swap;
mod tally;
mod trust_file;
mod trust_folder;

pub use trust_folder::TrustFolder;
