//! keyroll: a declarative interpreter for the renewal of keys, certificates and credentials.

pub mod backend;
pub mod evidence;
pub mod explanation;
pub mod name;
pub mod page;
pub mod source;
pub mod syntax;
pub mod world;
