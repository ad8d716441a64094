//! A program that stands behind a name of the plan, and what it is given when it is started.

use std::ffi::OsString;
use std::fmt;
use std::ops::RangeInclusive;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::source::shown;

/// How long a program may take for one act.
pub const TIME_LIMITS: RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_secs(3600);

/// What every program is given, whatever surrounds keyroll: where programs are, plain words, and no
/// time zone of the machine.
const GIVEN: [(&str, &str); 3] =
    [("PATH", "/usr/local/bin:/usr/bin:/bin"), ("LANG", "C.UTF-8"), ("TZ", "UTC")];

/// How a program is started, as a site says it.
#[derive(Clone, Debug)]
pub struct Start<'a> {
    /// The program and its arguments. Nothing of it passes a shell.
    pub command: &'a [String],
    /// Where a relative path of a program begins, and where it is started.
    pub folder: &'a Path,
    /// How long it may take for one act.
    pub timeout: Duration,
    /// The variables of keyroll's own environment that are passed on.
    pub environment: &'a [String],
    /// Whether what it says may be told and kept when it fails.
    pub keep_output: bool,
}

/// A program that is there, with what it is given.
#[derive(Clone)]
pub struct Program {
    pub(super) path: PathBuf,
    pub(super) arguments: Vec<String>,
    pub(super) folder: PathBuf,
    pub(super) timeout: Duration,
    pub(super) environment: Vec<(OsString, OsString)>,
    pub(super) keep_output: bool,
}

/// Why there is no program.
#[derive(Debug, thiserror::Error)]
pub enum ProgramError {
    /// Nothing is named.
    #[error("the command names no program")]
    Empty,
    /// A variable that is to be passed on is not set.
    #[error("the environment variable `{}` is not set, and a command is to be given it", shown(.0))]
    Unset(String),
    /// There is no such program where it is looked for.
    #[error("there is no program `{}` in {}", shown(.0), shown(.1))]
    NotFound(String, String),
    /// It cannot be started.
    #[error("{} is no file that may be executed", .0.display())]
    NotExecutable(PathBuf),
    /// Anybody could put another program in its place.
    #[error("{} may be written by anybody: it is not started", .0.display())]
    Open(PathBuf),
}

impl Program {
    /// Finds a program and takes down what it is given.
    ///
    /// # Errors
    /// When it is not there, or a variable that it is to be given is not.
    pub fn find(start: &Start<'_>) -> Result<Self, ProgramError> {
        let environment = surroundings(start)?;
        let (_, arguments) = start.command.split_first().ok_or(ProgramError::Empty)?;
        let (folder, path) = (absolute(start.folder), Self::locate(start)?);
        Ok(Self {
            path,
            arguments: arguments.to_vec(),
            folder,
            timeout: start.timeout,
            environment,
            keep_output: start.keep_output,
        })
    }

    /// Where the program is that would be started.
    ///
    /// # Errors
    /// As [`Self::find`].
    pub fn locate(start: &Start<'_>) -> Result<PathBuf, ProgramError> {
        let environment = surroundings(start)?;
        let (name, _) = start.command.split_first().ok_or(ProgramError::Empty)?;
        let path = match name.contains('/') {
            true => absolute(start.folder).join(name),
            false => on_path(name, &environment)?,
        };
        may_be_started(&path)?;
        Ok(path)
    }
}

/// A folder from wherever one is: the program is started there, so that a relative path would begin there
/// once more.
fn absolute(folder: &Path) -> PathBuf {
    let here = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    std::path::absolute(here).unwrap_or_else(|_| here.to_owned())
}

/// The variables that a program is given.
fn surroundings(start: &Start<'_>) -> Result<Vec<(OsString, OsString)>, ProgramError> {
    let mut environment: Vec<(OsString, OsString)> =
        GIVEN.iter().map(|(name, value)| (OsString::from(name), OsString::from(value))).collect();
    for name in start.environment {
        let value = std::env::var_os(name).ok_or_else(|| ProgramError::Unset(name.clone()))?;
        environment.retain(|(given, _)| given != name.as_str());
        environment.push((OsString::from(name), value));
    }
    Ok(environment)
}

/// The first program of that name on the path that the program itself is given.
fn on_path(name: &str, environment: &[(OsString, OsString)]) -> Result<PathBuf, ProgramError> {
    let path = environment.iter().find(|(given, _)| given == "PATH").map(|(_, value)| value.as_os_str());
    let path = path.unwrap_or_default();
    // An empty folder on a path would be whichever folder one happens to be in.
    let mut folders = std::env::split_paths(path).filter(|folder| folder.is_absolute());
    let found = folders.find_map(|folder| Some(folder.join(name)).filter(|path| is_executable(path)));
    found.ok_or_else(|| ProgramError::NotFound(name.to_owned(), path.to_string_lossy().into_owned()))
}

fn is_executable(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

fn may_be_started(path: &Path) -> Result<(), ProgramError> {
    if !is_executable(path) {
        return Err(ProgramError::NotExecutable(path.to_owned()));
    }
    let open = std::fs::metadata(path).is_ok_and(|meta| meta.permissions().mode() & 0o002 != 0);
    if open { Err(ProgramError::Open(path.to_owned())) } else { Ok(()) }
}

/// Whether a text is the name of an environment variable (POSIX.1-2024, 8.1): letters, digits and
/// `_`, no digit first.
#[must_use]
pub fn is_variable(name: &str) -> bool {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    name.chars().all(word) && name.starts_with(|c: char| !c.is_ascii_digit())
}

/// Without the values of variables, and without arguments: either may be a secret.
impl fmt::Debug for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Program")
            .field("path", &self.path)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}
