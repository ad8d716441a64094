//! A receiver that verifies with the certificates of a folder.
