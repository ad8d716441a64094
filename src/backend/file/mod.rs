//! Files that are changed as a whole.

mod atomic;

pub use atomic::replace;
