//! Looks at everything that a site binds, and writes nothing: is it there, can it be read, opened and
//! changed, does it fit. All that is wrong is told at once, where the first failure of a run would be one.
//!
//! Each kind of binding has a file; what they find is gathered on a [`sheet`], by the codes of
//! [`complaint`].

mod asked;
mod commands;
pub mod complaint;
mod facts;
mod flows;
mod keys;
mod keystores;
mod notices;
mod password;
mod receivers;
mod rights;
mod shared;
pub mod sheet;

use std::path::Path;

use crate::{run::pace::Pace, source::Finding};

use complaint::Kind;
use rights::{Others, may_write, not_makeable};
use sheet::{Binding, Look, Sheet};

/// What was found at a site.
#[derive(Debug)]
pub struct Examined {
    /// Each binding.
    pub bindings: Vec<Binding>,
    /// What is wrong with them, and advice.
    pub findings: Vec<Finding>,
    /// Whether something is there that does not answer as it should.
    pub has_failed: bool,
}

/// Looks at all of it.
#[must_use]
pub fn examine(look: Look<'_>) -> Examined {
    let mut sheet = Sheet::of(look);
    let opened = keystores::examine(&mut sheet);
    let in_use = keys::examine(&mut sheet, &opened);
    receivers::examine(&mut sheet, &in_use);
    flows::examine(&mut sheet, &in_use);
    facts::examine(&mut sheet);
    shared::examine(&mut sheet);
    notices::examine(&mut sheet);
    asked::examine(&mut sheet);
    partners(&mut sheet);
    journal(&mut sheet);
    itself(&mut sheet);
    let Sheet { bindings, findings, has_failed, .. } = sheet;
    Examined { bindings, findings, has_failed }
}

/// The pace of the partners, where the site says one: what is wrong with it is found when it is compared with the plan.
fn partners(sheet: &mut Sheet<'_>) {
    if let Some(pace) = Pace::of(sheet.plan(), sheet.look.site) {
        let said = pace.said(sheet.plan());
        let row = sheet.row("partners", "", "pace");
        said.into_iter().for_each(|phrase| sheet.say(row, phrase));
    }
}

/// Whether somebody else may change what the site says. It has a row only where that is so.
fn itself(sheet: &mut Sheet<'_>) {
    let name = &sheet.look.text.name;
    let Ok(others) = Others::of(Path::new(name)) else { return };
    if others.may_write() {
        let row = sheet.row("site", name, "file");
        others.judge(sheet, row, (&format!("the site {name}"), false));
    }
}

/// Whether the records of a run can be kept.
fn journal(sheet: &mut Sheet<'_>) {
    let path = sheet.look.journal;
    let row = sheet.row("journal", &path.display().to_string(), "file");
    let why = if path.exists() && !may_write(path) {
        Some(format!("the journal {} cannot be written", path.display()))
    } else {
        // SQLite writes files beside it too.
        not_makeable(&rights::parent(path))
    };
    match why {
        Some(why) => {
            let help = "let the user that runs keyroll write there, or name another place by --journal";
            sheet.refuse(row, Kind::NotWritable, why, help);
        }
        None if path.exists() => sheet.say(row, format!("{}, with runs in it", path.display())),
        None => sheet.say(row, format!("{}, made by the first run", path.display())),
    }
}
