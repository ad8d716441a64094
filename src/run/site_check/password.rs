//! Whether passwords can be had, and who else may read them.

use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::{
    backend::secret::{CREDENTIALS, SecretError, SecretReference},
    run::asked::is_started_by_a_service,
};

use super::{
    complaint::Kind,
    rights::Others,
    sheet::{Row, Sheet},
};

/// The file that a password is read from, if it is one.
fn file(reference: &SecretReference, folder: &Path) -> Option<PathBuf> {
    match reference {
        SecretReference::Env(_) | SecretReference::Ask(_) => None,
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
        SecretReference::Ask(_) => "whoever starts keyroll is asked for the password".to_owned(),
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
    if let SecretReference::Ask(_) = reference {
        asks(sheet, row);
    }
    match reference.fetch(folder) {
        Ok(password) => Some(password),
        // It is said already that somebody is asked.
        Err(SecretError::Unasked) => {
            sheet.say(row, "not opened, for nobody was asked");
            None
        }
        Err(error) => {
            let help = match reference {
                SecretReference::Env(name) => {
                    format!(
                        "set {name} for whatever starts keyroll, or write `ask` where a person always starts it"
                    )
                }
                SecretReference::File(_) | SecretReference::Ask(_) => {
                    "write the password there, for its owner alone (0600)".to_owned()
                }
                SecretReference::Credential(_) => {
                    "let the service manager hand it over, as by `LoadCredential=` of systemd".to_owned()
                }
            };
            sheet.refuse(row, Kind::Password, error.to_string(), help);
            None
        }
    }
}

/// Says that a person is asked: no run goes on without one.
fn asks(sheet: &mut Sheet<'_>, row: Row) {
    let by_a_service = is_started_by_a_service(sheet.look.site);
    let what = if by_a_service {
        "a person is asked for this password, and a service manager hands over another one: it starts keyroll while \
         nobody is there"
    } else {
        "a person is asked for this password, so no run goes on while nobody is there"
    };
    let help = "name where it comes from, as `env:NAME`, `file:PATH` or `credential:NAME`, where a timer, a service or \
                a pipeline starts keyroll";
    if by_a_service || sheet.look.unattended {
        sheet.refuse(row, Kind::Asks, what, help);
    } else {
        sheet.advise(row, Kind::Asks, what, help);
    }
}
