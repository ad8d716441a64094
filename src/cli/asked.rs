//! Passwords that a site has asked for: once in a command, whatever that does with them, and kept in memory alone.

use std::{
    collections::BTreeMap,
    fmt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::{
    backend::{
        file::atomic,
        keystore::{Keystore, KeystoreError},
        pkcs12::Pkcs12Keystore,
        secret::Asked,
    },
    run::{
        asked::{questions, stores, unanswered},
        site::Site,
    },
    source::{Refusal, Source, shown},
};

use super::{at_site::shown_path, exit::Exit, prompt, screen::Screen};

/// How often somebody may type it.
const TRIES: usize = 3;

/// What was answered so far, by the file that it opens. A copy of it is the same one.
#[derive(Clone, Default)]
pub struct Passwords(Arc<Mutex<BTreeMap<PathBuf, Asked>>>);

impl fmt::Debug for Passwords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passwords")
    }
}

impl Passwords {
    fn known(&self) -> MutexGuard<'_, BTreeMap<PathBuf, Asked>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts what was answered into a site.
    pub fn fill(&self, site: &mut Site, folder: &Path) {
        let known = self.known();
        for question in questions(site) {
            if let Some(answer) = known.get(&real(&folder.join(question.path))) {
                question.answer(answer);
            }
        }
    }

    /// Asks for every password of a site that was not answered yet, and puts them all into it.
    ///
    /// # Errors
    /// The exit: there is no terminal, somebody broke the question off, or has typed a wrong password too often. It has
    /// been said.
    pub fn ask(
        &self,
        (site, text): (&mut Site, &Source),
        folder: &Path,
        screen: &mut Screen,
    ) -> Result<(), Exit> {
        for path in stores(site, folder) {
            let key = real(&path);
            if self.known().contains_key(&key) {
                continue;
            }
            if !prompt::can_ask() {
                screen.page(&Refusal::new(text.clone(), unanswered(site, text)));
                return Err(Exit::Backend);
            }
            let answer = typed(&path, screen)?;
            self.known().insert(key, answer);
        }
        self.fill(site, folder);
        Ok(())
    }
}

/// Two names of one file are one.
fn real(path: &Path) -> PathBuf {
    atomic::resolve(path).unwrap_or_else(|_| path.to_owned())
}

/// What somebody types, once it opens the store. Whatever else is wrong with the store is told where it is used.
fn typed(path: &Path, screen: &mut Screen) -> Result<Asked, Exit> {
    let name = shown_path(path);
    for left in (0..TRIES).rev() {
        let password = match prompt::ask(&format!("password of {name}")) {
            Ok(Some(password)) => password,
            Ok(None) => return Err(Exit::Interrupted),
            Err(error) => {
                screen.talk(format_args!("the terminal gives no password: {}", shown(&error.to_string())));
                return Err(Exit::Backend);
            }
        };
        match Pkcs12Keystore::open(path, password.clone()).entries() {
            Err(KeystoreError::WrongPassword(_)) if left > 0 => {
                screen.talk(format_args!("that is not the password of {name}; try again"));
            }
            Err(KeystoreError::WrongPassword(_)) => {}
            _ => return Ok(Asked::with(password)),
        }
    }
    screen.talk(format_args!("no password of {name} after {TRIES} tries; nothing was done"));
    Err(Exit::Backend)
}
