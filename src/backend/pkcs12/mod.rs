//! PKCS#12 keystores (RFC 7292), changed one alias at a time.
//!
//! From the file inward: `store` reads, locks and replaces the file; `safe` is the file's content,
//! parts and bags, each kept as written; `inventory` says which bags make up which entry; `edit`
//! changes a few bags and checks the outcome before it leaves; `hand` is a change by a person, written
//! down in the record. Below lie `bag`, `mac` (integrity)
//! with `digest`, `scheme` (encryption), `der` and `oid`.
//!
//! Java sees less than openssl: no key in the clear, and no certificate without a key unless it
//! has Oracle's mark. It takes ASCII passwords only.

mod bag;
mod der;
mod digest;
mod edit;
mod flaw;
mod hand;
mod inventory;
mod mac;
mod oid;
mod safe;
mod scheme;
mod store;
#[cfg(test)]
mod tests;

pub use hand::{Deed, Hand, release};
pub use store::Pkcs12Keystore;
