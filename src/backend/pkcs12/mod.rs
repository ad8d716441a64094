//! PKCS#12 keystores (RFC 7292), changed one alias at a time.
//!
//! From the file inward: `store` reads, locks and replaces the file, `face` shows it as a keystore,
//! `import` lets material in by hand, `remark` says what is weak; `safe` is the file's content, `part`s
//! and bags, each kept as written; `inventory` says which bags make up which entry, with `pairing`;
//! `edit` changes a few bags and checks the outcome before it leaves; `hand` is a change by a person,
//! written down in the record. Below lie `bag`, `held` (its
//! certificate), `mac` (integrity), `scheme` and `encrypted_key` with `cipher`, `digest` and
//! `password`, `der`, `ber`, `octets` and `oid`.
//!
//! Java sees less than openssl: no key in the clear, and no certificate without a key unless it
//! has Oracle's mark. It takes ASCII passwords only.

mod bag;
mod ber;
mod cipher;
mod der;
mod digest;
mod edit;
pub(in crate::backend) mod encrypted_key;
mod face;
mod flaw;
mod hand;
mod held;
mod import;
mod inventory;
mod mac;
mod octets;
mod oid;
mod pairing;
mod part;
mod password;
mod remark;
mod safe;
mod scheme;
mod store;
#[cfg(test)]
mod tests;

pub use hand::{Deed, Hand, release};
pub use remark::Remark;
pub use store::Pkcs12Keystore;
