//! The document that is signed or verified: a file, or standard input, which can be read twice.

use std::fs::File;
use std::io::{self, Seek};
use std::path::Path;

use super::{at_site::shown_path, exit::Exit, screen::Screen};

/// Opens a document. Standard input is kept in a file without a name, which nobody else can open
/// and which is gone with the program.
///
/// # Errors
/// The exit; what is wrong has been said.
pub fn open(path: &Path, screen: &mut Screen) -> Result<File, Exit> {
    let opened = if path.as_os_str() == "-" { kept() } else { file(path) };
    opened.map_err(|error| {
        screen.talk(format_args!("cannot read {}: {error}", name(path)));
        Exit::Usage
    })
}

fn file(path: &Path) -> io::Result<File> {
    if std::fs::metadata(path)?.is_file() {
        return File::open(path);
    }
    Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"))
}

fn kept() -> io::Result<File> {
    let mut file = tempfile::tempfile()?;
    io::copy(&mut io::stdin().lock(), &mut file)?;
    file.rewind()?;
    Ok(file)
}

/// What to call a document.
#[must_use]
pub fn name(path: &Path) -> String {
    if path.as_os_str() == "-" { "<stdin>".to_owned() } else { shown_path(path) }
}
