//! The plans in a folder and in the folders in it.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// The paths of all plans, sorted. Names that begin with a dot are left out, and a link to a folder is not
/// followed.
///
/// # Errors
/// What cannot be read.
pub(super) fn plans(path: &Path) -> Result<Vec<PathBuf>, (PathBuf, io::Error)> {
    let mut found = Vec::new();
    if path.is_dir() {
        add(path, &mut found)?;
    } else {
        found.push(path.to_owned());
    }
    found.sort();
    Ok(found)
}

fn add(folder: &Path, found: &mut Vec<PathBuf>) -> Result<(), (PathBuf, io::Error)> {
    let failed = |error| (folder.to_owned(), error);
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let (path, kind) = (entry.path(), entry.file_type().map_err(failed)?);
        let is_hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
        let is_plan = path.extension().is_some_and(|end| end == "renewal");
        match is_hidden {
            true => {}
            false if kind.is_dir() => add(&path, found)?,
            // A link that leads nowhere is no plan that may be passed over.
            false if is_plan && (path.is_file() || !path.exists()) => found.push(path),
            false => {}
        }
    }
    Ok(())
}
