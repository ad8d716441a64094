//! How a signature is made and what a verifier takes, each option with its words.

mod canonical_name;
pub(super) mod choice;
mod fault;
mod identifier;
mod key_info;
mod name_test;
mod position;
mod profile;
mod selector;
mod shape;
mod verify_options;

pub use choice::UnknownChoice;
pub use fault::ProfileFault;
pub use identifier::{NoPlainName, PlainName, Prefix};
pub use key_info::{KeyInfo, KeyInfoPart};
pub use name_test::{NameTest, NoName};
pub use position::Position;
pub use profile::SignatureProfile;
pub(super) use selector::Finder;
pub use selector::{NoSelector, PathStep, Selector};
pub use shape::Shape;
pub use verify_options::{Place, VerifyOptions};
