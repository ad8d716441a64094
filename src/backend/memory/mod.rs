//! Small true backends that live in memory, for dry runs and tests.

pub mod keystore;
mod receiver;

pub use receiver::MemoryReceiver;
