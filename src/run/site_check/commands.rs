//! Programs that stand behind a name: there, executable, and written by nobody else.

use std::{
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::Path,
};

use crate::{
    backend::command::{Program, ProgramError},
    run::{command_binding::CommandBinding, programs::files},
};

use super::{
    complaint::Kind,
    rights::{Others, parent},
    sheet::{Row, Sheet},
};

/// Looks at a program; itself, where it is there and may be asked something.
pub(super) fn examine(sheet: &mut Sheet<'_>, row: Row, binding: &CommandBinding) -> Option<Program> {
    let folder = sheet.look.folder;
    let files = match files(binding, folder) {
        Ok(files) => files,
        Err(error) => {
            let (kind, help) = match &error {
                ProgramError::Open(_) => (Kind::Open, "take the right to write from all others: `chmod o-w`"),
                ProgramError::Unset(_) => {
                    (Kind::Unreachable, "set it for whatever starts keyroll, or take it out of `environment`")
                }
                ProgramError::NotExecutable(_) => {
                    (Kind::Unreachable, "put the program there, and let it be executed: `chmod u+x`")
                }
                _ => (Kind::Unreachable, "name the program by its absolute path"),
            };
            sheet.refuse(row, kind, error.to_string(), help);
            return None;
        }
    };
    for file in &files {
        let Ok(others) = Others::of(file) else { continue };
        sheet.say(row, format!("starts {}", file.display()));
        others.judge(sheet, row, (&format!("{}, which is started", file.display()), false));
        if is_open(&parent(file)) {
            let what = format!("everybody may put another file in the place of {}", file.display());
            let help = "keep it in a folder to which only its owner writes";
            sheet.refuse(row, Kind::Open, what, help);
        }
    }
    if !sheet.look.may_ask {
        sheet.say(row, "not asked: the site is not trusted");
        return None;
    }
    binding.program(folder).ok()
}

/// Whether everybody may rename and remove files of others in a folder.
fn is_open(folder: &Path) -> bool {
    let mode = folder.metadata().map(|metadata| metadata.mode()).unwrap_or_default();
    std::fs::Permissions::from_mode(mode).mode() & 0o1002 == 0o002
}

/// Complains of a program that did not answer as it should.
pub(super) fn failed(sheet: &mut Sheet<'_>, row: Row, error: &dyn std::fmt::Display) {
    let help = "let it answer as the page about commands says; `keep_output = true` shows what it said";
    sheet.refuse(row, Kind::Failed, error.to_string(), help);
}
