//! What the targets share: one key that never changes, so that an input means the same in every
//! run, and a keystore whose seal is made after its content was broken.

pub mod choices;
pub mod comments;
pub mod edit;
pub mod encoded;
pub mod pair;
pub mod sealed;
pub mod store;
