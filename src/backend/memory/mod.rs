//! Small true backends that live in memory, for dry runs and tests.

mod receiver;

pub use receiver::MemoryReceiver;
