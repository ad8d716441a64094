//! Small true backends that live in memory, for dry runs and tests.

mod fact;
mod flow;
pub mod keystore;
mod receiver;

pub use fact::MemoryFact;
pub use flow::MemoryFlow;
pub use receiver::MemoryReceiver;
