//! `keyroll completions SHELL`

use clap_complete::{Shell, generate};

use super::{exit::Exit, screen::Screen};

/// Print a script that completes verbs and options in a shell.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The shell
    shell: Shell,
}

/// Does it.
pub fn run(arguments: &Arguments, screen: &mut Screen) -> Exit {
    let mut script = Vec::new();
    generate(arguments.shell, &mut super::command(), "keyroll", &mut script);
    screen.text(&String::from_utf8_lossy(&script));
    Exit::Done
}
