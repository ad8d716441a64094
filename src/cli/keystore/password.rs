//! Where a command gets a keystore's password from: never from its own words.

use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::{
    backend::secret::{ASK, SecretReference, of_file},
    cli::{at_site::shown_path, exit::Exit, prompt, screen::Screen},
    source::shown,
};

/// How a source is written, for those who wrote it otherwise.
const SOURCES: &str = "env:NAME, file:PATH, fd:NUMBER or credential:NAME";

/// Fetches the password of a keystore; without a source a person is asked.
///
/// # Errors
/// The exit. What is wrong has been said, and what stands in the place of a source has not: it may
/// be the password itself.
pub fn fetch(source: Option<&str>, store: &Path, screen: &mut Screen) -> Result<Zeroizing<String>, Exit> {
    let source = source.unwrap_or("-");
    if source == "-" || source == ASK {
        return asked(&format!("password of {}", shown_path(store)), screen);
    }
    let number = source.strip_prefix("fd:").map(str::parse::<u32>);
    let fetched = match number {
        Some(Ok(number)) => of_file(&PathBuf::from(format!("/dev/fd/{number}"))).map_err(|e| e.to_string()),
        Some(Err(_)) => Err("a descriptor is a number, as in fd:3".to_owned()),
        None => SecretReference::try_from(source.to_owned())
            .and_then(|reference| reference.fetch(Path::new(".")))
            .map_err(|error| error.to_string()),
    };
    fetched.map_err(|error| {
        screen.talk(format_args!("no password for {}: {}", shown_path(store), shown(&error)));
        Exit::Usage
    })
}

/// Fetches the password of a keystore that is to be made; a person is asked twice.
///
/// # Errors
/// As [`fetch`].
pub fn fetch_new(source: Option<&str>, store: &Path, screen: &mut Screen) -> Result<Zeroizing<String>, Exit> {
    let first = fetch(source, store, screen)?;
    if source.is_none_or(|source| source == "-") && first != asked("same password again", screen)? {
        screen.talk("these are two passwords; nothing was made");
        return Err(Exit::Usage);
    }
    Ok(first)
}

fn asked(question: &str, screen: &mut Screen) -> Result<Zeroizing<String>, Exit> {
    if !prompt::can_ask() {
        screen.talk(format_args!(
            "there is no terminal to ask for the {question}: name where it comes from, as {SOURCES}"
        ));
        return Err(Exit::Usage);
    }
    match prompt::ask(question) {
        Ok(Some(password)) => Ok(password),
        Ok(None) => Err(Exit::Interrupted),
        Err(error) => {
            screen.talk(format_args!("the terminal gives no password: {error}"));
            Err(Exit::Usage)
        }
    }
}
