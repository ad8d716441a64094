//! The command line program: guard the process, parse arguments, print, exit.

use std::process::ExitCode;

use keyroll::cli::{self, exit::Exit};

fn main() -> ExitCode {
    let guarded = || match cli::guard::raise(std::env::args_os()) {
        Ok(()) => cli::main(std::env::args_os()),
        Err(exit) => exit,
    };
    // A panic is a fault of the program's own; it has said where already.
    std::panic::catch_unwind(guarded).unwrap_or(Exit::Bug).into()
}
