//! Facts of the plan's own: what is said of them, and whether that can be changed.

use crate::{
    backend::{
        command::CommandFact,
        fact_file::FactFile,
        fact_keeper::{FactKeeper, Told},
    },
    run::site::FactBinding,
    world::landscape::Fact,
};

use super::{
    commands,
    complaint::Kind,
    rights::{Others, not_replaceable},
    sheet::{Row, Sheet},
};

/// Looks at all facts of the plan's own.
pub(super) fn examine(sheet: &mut Sheet<'_>) {
    let (plan, site) = (sheet.plan(), sheet.look.site);
    for (id, fact) in plan.landscape.own_facts.iter() {
        match site.facts.get(&fact.name) {
            Some(FactBinding::File { path }) => {
                let row = sheet.row("facts", &fact.name, "file");
                let path = sheet.look.folder.join(path);
                if let Ok(others) = Others::of(&path) {
                    others.judge(sheet, row, (&format!("the file {}", path.display()), false));
                }
                match FactFile::at(&path).is_set() {
                    Ok(told) => said(sheet, row, told, &path.display().to_string()),
                    Err(error) => {
                        let help = "name a file, and let the user that runs keyroll read it";
                        sheet.refuse(row, Kind::Unreachable, error.to_string(), help);
                    }
                }
                let is_changed = sheet.changes(|changed| *changed == Fact::Own(id));
                if let Some(why) = not_replaceable(&path).filter(|_| is_changed) {
                    let help = "let the user that runs keyroll write to its folder";
                    sheet.refuse(row, Kind::NotWritable, why, help);
                }
            }
            Some(FactBinding::Command(binding)) => {
                let row = sheet.row("facts", &fact.name, "command");
                let Some(program) = commands::examine(sheet, row, binding) else { continue };
                match CommandFact::new(&fact.name, program).is_set() {
                    Ok(told) => said(sheet, row, told, "its program"),
                    Err(error) => commands::failed(sheet, row, &error),
                }
            }
            Some(FactBinding::Manual {}) => {
                let row = sheet.row("facts", &fact.name, "manual");
                sheet.say(row, "a person does its steps");
            }
            None => {}
        }
    }
}

fn said(sheet: &mut Sheet<'_>, row: Row, told: Told, who: &str) {
    match told {
        Told::Is(set) => sheet.say(row, format!("{who}, {}", if set { "set" } else { "clear" })),
        Told::Unknown => {
            let help = "write `set` or `clear`, and nothing else";
            sheet.refuse(row, Kind::Failed, format!("{who} does not say whether it is set"), help);
        }
    }
}
