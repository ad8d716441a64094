//! The command line program: parse arguments, print, exit.

use std::process::ExitCode;

use keyroll::cli::{self, exit::Exit};

fn main() -> ExitCode {
    // A panic is a fault of the program's own; it has said where already.
    std::panic::catch_unwind(|| cli::main(std::env::args_os())).unwrap_or(Exit::Bug).into()
}
