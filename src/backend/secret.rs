//! Where passwords come from: a reference, never the password itself.

use std::{
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
};

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::file::bounded;

/// The largest file that is taken for a password, in bytes.
const LARGEST: usize = 4096;

/// The variable that names the folder of credentials (systemd.exec(5)).
pub const CREDENTIALS: &str = "CREDENTIALS_DIRECTORY";

/// The word for a password that whoever starts a command is asked for.
pub const ASK: &str = "ask";

/// A reference to a password: `env:NAME`, `file:PATH`, `credential:NAME` or `ask`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum SecretReference {
    /// An environment variable.
    Env(String),
    /// A file; one line end at its end does not belong to the password.
    File(PathBuf),
    /// A file of that name in the folder that a service manager hands over (`CREDENTIALS_DIRECTORY`,
    /// systemd.exec(5)); as a file otherwise.
    Credential(String),
    /// Whoever starts the command is asked for it, at the terminal.
    Ask(Asked),
}

/// What somebody has answered, as long as the command lasts; nothing before. It is written, compared and shown as if
/// nothing had been answered.
#[derive(Clone, Default)]
pub struct Asked(Option<Arc<Zeroizing<String>>>);

impl Asked {
    /// What was typed.
    #[must_use]
    pub fn with(password: Zeroizing<String>) -> Self {
        Self(Some(Arc::new(password)))
    }
}

impl fmt::Debug for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Asked")
    }
}

impl PartialEq for Asked {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Asked {}

/// Why there is no password. Never holds one.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// The text is no reference. It is not repeated: it may be the password itself.
    #[error(
        "a password is named by `env:NAME`, `file:PATH` or `credential:NAME`, or is `ask`, and is never written out"
    )]
    NoReference,
    /// Nobody was asked.
    #[error("the password is one that whoever starts keyroll is asked for, and nobody was")]
    Unasked,
    /// The variable is not set, or not as text.
    #[error("the environment variable {0} is not set")]
    Unset(String),
    /// The file cannot be read, or is too large, or not text.
    #[error("the password file {}: {cause}", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        cause: String,
    },
}

impl SecretReference {
    /// Fetches the password; relative paths begin at `folder`.
    ///
    /// # Errors
    /// When it is not there.
    pub fn fetch(&self, folder: &Path) -> Result<Zeroizing<String>, SecretError> {
        match self {
            // No variable holds a NUL.
            Self::Env(name) => {
                std::env::var(name).map(Zeroizing::new).map_err(|_| SecretError::Unset(name.clone()))
            }
            Self::File(path) => of_file(&folder.join(path)),
            Self::Credential(name) => {
                let folder = std::env::var_os(CREDENTIALS).filter(|folder| !folder.is_empty());
                let folder = folder.ok_or_else(|| SecretError::Unset(CREDENTIALS.to_owned()))?;
                of_file(&Path::new(&folder).join(name))
            }
            Self::Ask(Asked(answer)) => answer.as_deref().cloned().ok_or(SecretError::Unasked),
        }
    }
}

/// The password in a file; one line end at its end does not belong to it.
///
/// # Errors
/// When it cannot be read, is too large or no text.
pub fn of_file(path: &Path) -> Result<Zeroizing<String>, SecretError> {
    let fail = |cause: String| SecretError::File { path: path.to_owned(), cause };
    let bytes = bounded::read_secret(path, LARGEST).map_err(|e| fail(e.to_string()))?;
    if bytes.len() > LARGEST {
        return Err(fail(format!("more than {LARGEST} bytes are too many for a password")));
    }
    let text = std::str::from_utf8(&bytes).map_err(|_| fail("is no UTF-8 text".to_owned()))?;
    // HMAC pads its key with them, so that such a password would be half another one.
    if text.contains('\0') {
        return Err(fail("holds a NUL, which no password has".to_owned()));
    }
    let text = text.strip_suffix('\n').unwrap_or(text);
    Ok(Zeroizing::new(text.strip_suffix('\r').unwrap_or(text).to_owned()))
}

impl TryFrom<String> for SecretReference {
    type Error = SecretError;
    fn try_from(text: String) -> Result<Self, SecretError> {
        match text.split_once(':') {
            Some(("env", name)) if !name.is_empty() => Ok(Self::Env(name.to_owned())),
            Some(("file", path)) if !path.is_empty() => Ok(Self::File(PathBuf::from(path))),
            // A name, and not a way out of the folder.
            Some(("credential", name)) if !name.is_empty() && !name.contains('/') && name != ".." => {
                Ok(Self::Credential(name.to_owned()))
            }
            None if text == ASK => Ok(Self::Ask(Asked::default())),
            _ => Err(SecretError::NoReference),
        }
    }
}

impl From<SecretReference> for String {
    fn from(reference: SecretReference) -> Self {
        match reference {
            SecretReference::Env(name) => format!("env:{name}"),
            SecretReference::File(path) => format!("file:{}", path.display()),
            SecretReference::Credential(name) => format!("credential:{name}"),
            SecretReference::Ask(_) => ASK.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_that_is_written_out_is_refused_and_not_repeated() {
        let error = SecretReference::try_from("hunter2-canary".to_owned()).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("canary"));
    }

    #[test]
    fn a_password_with_a_nul_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("password");
        for (content, is_one) in [("secret\n", true), ("secret\0", false), ("\0", false)] {
            std::fs::write(&path, content).unwrap();
            std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
            assert_eq!(of_file(&path).is_ok(), is_one, "{content:?}");
        }
    }

    #[test]
    fn a_credential_is_a_name_in_its_folder() {
        for text in ["credential:", "credential:a/b", "credential:..", "credential:/etc/passwd"] {
            assert!(SecretReference::try_from(text.to_owned()).is_err(), "{text}");
        }
        let named = SecretReference::try_from("credential:store".to_owned()).unwrap();
        assert_eq!(String::from(named.clone()), "credential:store");
        assert!(matches!(named.fetch(Path::new(".")), Err(SecretError::Unset(_) | SecretError::File { .. })));
    }

    #[test]
    fn a_device_that_never_ends_is_no_password() {
        let secret = SecretReference::try_from("file:/dev/zero".to_owned()).unwrap();
        let error = secret.fetch(Path::new(".")).unwrap_err().to_string();
        assert!(error.contains("too many for a password"), "{error}");
    }

    #[test]
    fn what_was_answered_is_had_and_not_shown() {
        let open = SecretReference::try_from("ask".to_owned()).unwrap();
        assert!(matches!(open.fetch(Path::new(".")), Err(SecretError::Unasked)));
        let answered = SecretReference::Ask(Asked::with(Zeroizing::new("hunter2-canary".to_owned())));
        assert_eq!(answered.fetch(Path::new(".")).unwrap().as_str(), "hunter2-canary");
        assert_eq!(answered, open);
        let written = serde_json::to_string(&answered).unwrap();
        let shown = format!("{answered:?} {written} {}", String::from(answered.clone()));
        assert_eq!(shown, "Ask(Asked) \"ask\" ask");
    }

    #[test]
    fn a_file_loses_one_line_end() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("p"), "pass word\n\n").unwrap();
        let secret = SecretReference::try_from("file:p".to_owned()).unwrap().fetch(folder.path()).unwrap();
        assert_eq!(secret.as_str(), "pass word\n");
    }
}
