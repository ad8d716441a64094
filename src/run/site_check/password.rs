//! Whether passwords can be had, and who else may read them.

use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::backend::secret::{CREDENTIALS, SecretReference};

use super::{
    complaint::Kind,
    rights::Others,
    sheet::{Row, Sheet},
};

/// The file that a password is read from, if it is one.
fn file(reference: &SecretReference, folder: &Path) -> Option<PathBuf> {
    match reference {
        SecretReference::Env(_) => None,
        SecretReference::File(path) => Some(folder.join(path)),
        SecretReference::Credential(name) => Some(Path::new(&std::env::var_os(CREDENTIALS)?).join(name)),
    }
}

/// Where it comes from, for people.
fn origin(reference: &SecretReference) -> String {
    match reference {
        SecretReference::Env(name) => format!("password from the variable {name}"),
        SecretReference::File(path) => format!("password from the file {}", path.display()),
        SecretReference::Credential(name) => format!("password from the credential {name}"),
    }
}

/// Fetches a password; complains where it is not there, or where others may read it too.
pub(super) fn examine(
    sheet: &mut Sheet<'_>,
    row: Row,
    reference: &SecretReference,
) -> Option<Zeroizing<String>> {
    let folder = sheet.look.folder;
    sheet.say(row, origin(reference));
    if let Some(path) = file(reference, folder)
        && let Ok(others) = Others::of(&path)
    {
        others.judge(sheet, row, (&format!("the password file {}", path.display()), true));
    }
    match reference.fetch(folder) {
        Ok(password) => Some(password),
        Err(error) => {
            let help = match reference {
                SecretReference::Env(name) => {
                    format!("set {name} for whatever starts keyroll; nobody is asked for a password")
                }
                SecretReference::File(_) => "write the password there, for its owner alone (0600)".to_owned(),
                SecretReference::Credential(_) => {
                    "let the service manager hand it over, as by `LoadCredential=` of systemd".to_owned()
                }
            };
            sheet.refuse(row, Kind::Password, error.to_string(), help);
            None
        }
    }
}
