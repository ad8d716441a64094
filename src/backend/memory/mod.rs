//! Small true backends without files.

pub mod keystore;
