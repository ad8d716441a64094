//! Plans by path, or `-` for standard input.

use std::io::Read;
use std::path::Path;

use crate::{
    source::{Source, shown},
    syntax::read,
};

use super::{exit::Exit, screen::Screen};

/// Reads the plan at `path`; complains on the screen if that cannot be done.
///
/// # Errors
/// The exit: the file cannot be read, or is no text.
pub fn plan(path: &Path, screen: &mut Screen) -> Result<Source, Exit> {
    let bytes = if path.as_os_str() == "-" {
        let mut bytes = Vec::new();
        std::io::stdin().lock().take(64 << 20).read_to_end(&mut bytes).map(|_| bytes)
    } else {
        std::fs::read(path)
    };
    let name = if path.as_os_str() == "-" { "<stdin>".to_owned() } else { path.display().to_string() };
    match bytes {
        Ok(bytes) => read(name, bytes).map_err(|refusal| {
            screen.page(&refusal);
            Exit::Refused
        }),
        Err(error) => {
            screen.talk(format_args!("cannot read {}: {error}", shown(&name)));
            Err(Exit::Usage)
        }
    }
}

/// Reads `NAME=VALUE`.
///
/// # Errors
/// When there is no `=`.
pub fn assignment(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("write it as NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}
