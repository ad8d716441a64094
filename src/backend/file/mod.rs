//! Files that are replaced whole, locked beside themselves, and recognised as unchanged.

pub mod atomic;
pub mod bounded;
mod link;
pub mod lock;
pub mod private;
pub mod stamp;

pub use atomic::{replace, replace_own};
pub use lock::Lock;
pub use stamp::Stamp;
