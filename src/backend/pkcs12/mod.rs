//! PKCS#12 keystores (RFC 7292), changed one alias at a time.

mod bag;
mod der;
mod digest;
mod edit;
mod flaw;
mod inventory;
mod mac;
mod oid;
mod safe;
mod scheme;
mod store;
#[cfg(test)]
mod tests;

pub use store::Pkcs12Keystore;
