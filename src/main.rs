//! The command line program: parse arguments, print, exit.

use std::process::ExitCode;

fn main() -> ExitCode {
    keyroll::cli::main(std::env::args_os()).into()
}
