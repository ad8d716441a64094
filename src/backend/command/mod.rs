//! Backends that are programs of somebody else's: each act is one process, a request line on its
//! standard input and answer lines on its standard output. `docs/commands.md` is the protocol.
//!
//! From the outside inward: `keystore`, `receiver`, `flow` and `fact` show the faces; `ask` puts a question
//! and reads the answer, `half` reads public halves in it; `program` says what is started and with
//! which environment, `process` starts it, bounds it and ends it. `fault` says what went wrong, and
//! keeps what the program said to itself unless the site wants it told.

mod ask;
mod fact;
mod fault;
mod flow;
mod half;
mod keystore;
mod process;
mod program;
mod receiver;

pub use fact::CommandFact;
pub use fault::{Code, CommandError, Fault};
pub use flow::CommandFlow;
pub use keystore::CommandKeystore;
pub use process::{ANSWER_LIMIT, ERROR_LIMIT};
pub use program::{Program, ProgramError, Start, TIME_LIMITS, is_variable};
pub use receiver::CommandReceiver;

/// The version of the protocol that is spoken here.
pub const VERSION: u64 = 1;

/// The acts that only look, by face. A dry run asks for nothing else.
pub const LOOKS: [(&str, &[&str]); 4] = [
    ("keystore", &["entry", "entries"]),
    ("receiver", &["accepted"]),
    ("flow", &["state", "signs_with", "in_flight"]),
    ("fact", &["state"]),
];

/// The acts that change something or send something, by face.
pub const CHANGES: [(&str, &[&str]); 4] = [
    ("keystore", &["create", "exchange", "remove"]),
    ("receiver", &["change", "judge"]),
    ("flow", &["bring_to", "repoint", "test"]),
    ("fact", &["bring_to"]),
];
