//! Files that are replaced whole, locked beside themselves, and recognised as unchanged.

pub mod atomic;
pub mod bounded;
pub mod lock;
pub mod stamp;

pub use atomic::replace;
pub use lock::Lock;
pub use stamp::Stamp;
