//! Small true backends that live in memory, for dry runs and tests.

mod flow;
pub mod keystore;
mod receiver;

pub use flow::MemoryFlow;
pub use receiver::MemoryReceiver;
