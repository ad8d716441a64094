//! Folders of plans: `keyroll check FOLDER` and `keyroll prove --library FOLDER`. Each plan is judged by
//! itself, as many at a time as there are processors.

mod folder;
mod judged;
mod row;

use std::path::Path;

use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    page::{findings::Entry, junit::Case},
    plan::vocabulary,
    syntax::parse,
    worker::{each, processors},
};

use super::{
    at_site::shown_path,
    exit::Exit,
    json::{Document, Findings},
    screen::Screen,
    text::{PlanText, loaded},
    weighed::Weights,
};

pub use judged::Task;
use judged::{Looked, look};
pub use row::{Outcome, Row};

/// What became of each plan of a folder.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Library {
    /// The plans, in the order of their paths.
    plans: Vec<Row>,
    /// The findings about those that are not as their head says.
    findings: Vec<Entry>,
}

impl Document for Library {
    const NAME: &'static str = "library";
}

/// Whether a file holds words for plans, and no plan.
pub fn is_vocabulary(path: &Path) -> bool {
    // What can be read once only is left for whoever reads it as a plan.
    if !path.is_file() {
        return false;
    }
    loaded(path, |_| ()).is_ok_and(|source| {
        // Most files are read no further.
        source.text.lines().any(|line| line.trim_start().starts_with("vocabulary"))
            && vocabulary::head(&parse(&source).0).is_some()
    })
}

/// Judges all plans of a folder, or one.
pub fn run(
    plan: &PlanText,
    (task, weights): (Task, &Weights),
    format: Findings,
    screen: &mut Screen,
) -> Exit {
    match plan.given(screen) {
        Ok(given) if given.parameters.is_empty() => {}
        Ok(_) => {
            screen.talk("--set goes with one plan: a folder has many");
            return Exit::Usage;
        }
        Err(exit) => return exit,
    }
    let paths = match folder::plans(plan.path()) {
        Ok(paths) => paths,
        Err((path, error)) => {
            screen.talk(format_args!("cannot read {}: {error}", shown_path(&path)));
            return Exit::Usage;
        }
    };
    if paths.is_empty() {
        let folder = shown_path(plan.path());
        screen.talk(format_args!("{folder} holds no plan: the name of a plan's file ends with .renewal"));
        return Exit::Usage;
    }
    let looked = each(&paths, processors(), |path| look(path, task, weights));
    let mut exit = Exit::Done;
    let mut rows = Vec::new();
    for Looked { row, refusal } in looked {
        exit = exit.max(match row.outcome {
            Outcome::Failed => Exit::Usage,
            _ if row.as_its_head_says => Exit::Done,
            _ => Exit::Refused,
        });
        let refusal = refusal.filter(|_| !row.as_its_head_says);
        if let Some(cases) = screen.cases() {
            // Findings are cases of their own.
            let fault = (!row.as_its_head_says && refusal.is_none()).then(|| row.fault());
            cases.add(Case::judged(&row.file, "as its head says", fault));
        }
        if let Some(refusal) = refusal {
            screen.page(&refusal);
        }
        rows.push(row);
    }
    match format {
        Findings::Text => row::lines(&rows).iter().for_each(|line| screen.result(line)),
        Findings::Json => {
            let findings = screen.found().into_iter().flat_map(|found| found.findings).collect();
            screen.document(&Library { plans: rows, findings });
        }
        Findings::Sarif | Findings::Github => {}
    }
    exit
}
