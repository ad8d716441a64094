//! Arguments that are understood, or the complaint about them.

use std::ffi::OsString;

use clap::{CommandFactory, FromArgMatches, error::ErrorKind};

use super::{
    Arguments, command,
    exit::Exit,
    manner::{self, Manner},
    screen::log::{Level, Log, Talk},
};

/// Understands the arguments.
///
/// # Errors
/// The exit: they are not understood, which has been said; or a help was asked for, which was shown.
pub(super) fn understood(arguments: Vec<OsString>) -> Result<Arguments, Exit> {
    let log = Log::of(manner::log_format(&arguments));
    let command = command().color(manner::color(&arguments));
    let parsed = command.try_get_matches_from(arguments).and_then(|m| Arguments::from_arg_matches(&m));
    // One may stand before the verb and the other behind it.
    let parsed = parsed.and_then(|parsed| match parsed.manner {
        Manner { quiet: true, verbose: true, .. } => {
            let both = "--quiet and --verbose cannot be used together";
            Err(Arguments::command().error(ErrorKind::ArgumentConflict, both))
        }
        _ => Ok(parsed),
    });
    parsed.map_err(|error| {
        if error.use_stderr() && log.is_json() {
            log.say("", || Talk::now(Level::Error, error.render().to_string().trim()));
            return Exit::Usage;
        }
        // A help that was asked for is no mistake.
        let exit = if error.use_stderr() { Exit::Usage } else { Exit::Done };
        if error.print().is_ok() { exit } else { Exit::Usage }
    })
}
