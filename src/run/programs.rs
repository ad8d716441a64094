//! What a site has started: its programs, and the scripts that they are told to read.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{backend::command::ProgramError, source::shown, world::material::Fingerprint};

use super::{
    bind::{BindError, commands, of},
    command_binding::CommandBinding,
    site::Site,
};

/// A file that is executed for a site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Executed {
    /// Its real path.
    pub path: String,
    /// Digest of its bytes.
    pub digest: Fingerprint,
}

/// A program whose file cannot be read, or found.
#[derive(Debug, thiserror::Error)]
pub enum Unseen {
    /// It is not there, or is not started.
    #[error(transparent)]
    Bind(#[from] BindError),
    /// Its bytes cannot be read.
    #[error("the command of `{}`: cannot read {}: {cause}", shown(name), path.display())]
    Unread {
        /// What the plan calls the thing that it stands for.
        name: String,
        /// Which file.
        path: PathBuf,
        /// What the system answered.
        cause: io::Error,
    },
}

/// Whether a site has anything started.
#[must_use]
pub fn names_any(site: &Site) -> bool {
    !commands(site).is_empty()
}

/// Everything that is executed for a site, each file once, in the order of the paths.
///
/// # Errors
/// When a program is not there, or cannot be read.
pub fn executed(site: &Site, folder: &Path) -> Result<Vec<Executed>, Unseen> {
    let mut found: BTreeMap<PathBuf, Fingerprint> = BTreeMap::new();
    for (_, name, binding) in commands(site) {
        for path in files(&binding, folder).map_err(of(name))? {
            let unread = |path: PathBuf| move |cause| Unseen::Unread { name: name.clone(), path, cause };
            let real = path.canonicalize().map_err(unread(path.clone()))?;
            if let Entry::Vacant(place) = found.entry(real) {
                let real = place.key().clone();
                let digest = File::open(&real).and_then(Fingerprint::of_all).map_err(unread(real))?;
                place.insert(digest);
            }
        }
    }
    let row = |(path, digest): (PathBuf, Fingerprint)| Executed { path: path.display().to_string(), digest };
    Ok(found.into_iter().map(row).collect())
}

/// The files that are executed for one command: the program and, where that one is no script itself, the
/// first of its arguments that names a file, as in `["sh", "vault.sh"]`: the program may be there to read it.
pub(super) fn files(binding: &CommandBinding, folder: &Path) -> Result<Vec<PathBuf>, ProgramError> {
    let program = binding.located(folder)?;
    let arguments = binding.command.iter().skip(1).map(|argument| folder.join(argument));
    let script = arguments.into_iter().find(|path| path.is_file()).filter(|_| !is_script(&program));
    Ok(std::iter::once(program).chain(script).collect())
}

/// Whether a file names its own interpreter, as in `#!/bin/sh` (execve(2)).
fn is_script(path: &Path) -> bool {
    let mut mark = [0; 2];
    File::open(path).and_then(|mut file| file.read_exact(&mut mark)).is_ok() && mark == *b"#!"
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt};

    use super::*;
    use crate::source::Source;

    fn site(commands: &[&str]) -> Site {
        let mut text = "site = 1\n".to_owned();
        for (number, command) in commands.iter().enumerate() {
            text += &format!("[flows.f{number}]\nbackend = \"command\"\ncommand = {command}\n");
        }
        Site::read(&Source::new("site.toml", text)).unwrap()
    }

    #[test]
    fn a_program_and_the_script_that_it_reads_are_executed_and_each_file_counts_once() {
        let folder = tempfile::tempdir().unwrap();
        let here = folder.path().canonicalize().unwrap();
        let write = |name: &str, text: &str| {
            fs::write(here.join(name), text).unwrap();
            fs::set_permissions(here.join(name), fs::Permissions::from_mode(0o755)).unwrap();
        };
        write("own.sh", "#!/bin/sh\n");
        write("read.sh", "echo\n");
        write("data", "x");
        let names = |commands: &[&str]| -> Vec<String> {
            let found = executed(&site(commands), &here).unwrap();
            let own = found.iter().map(|one| PathBuf::from(&one.path));
            own.filter_map(|path| Some(path.strip_prefix(&here).ok()?.display().to_string())).collect()
        };
        assert_eq!(names(&["[\"./own.sh\", \"data\"]"]), ["own.sh"], "a script reads its arguments as data");
        assert_eq!(names(&["[\"sh\", \"-e\", \"read.sh\", \"data\"]"]), ["read.sh"]);
        assert_eq!(names(&["[\"sh\", \"read.sh\"]", "[\"sh\", \"./read.sh\"]"]), ["read.sh"]);
        assert_eq!(names(&["[\"sh\", \"-c\", \"echo\"]"]), Vec::<String>::new());
        assert!(executed(&site(&["[\"sh\", \"read.sh\"]"]), &here).unwrap().len() == 2, "and the shell");
        let missing = executed(&site(&["[\"./none.sh\"]"]), &here).unwrap_err().to_string();
        assert!(missing.contains("the command of `f0`") && missing.contains("none.sh"), "{missing}");
        assert!(names_any(&site(&["[\"sh\"]"])) && !names_any(&site(&[])));
    }
}
