//! Makes the plan, writes it once it is proved, and says what it promises and what comes next.

use std::path::Path;

use crate::{
    backend::file,
    cli::{
        at_site::shown_path,
        exit::Exit,
        output::Output,
        prove::{proved, told},
        screen::Screen,
    },
    source::{Refusal, shown},
    template::{Made, Still, Unmade, make},
};

use super::{Order, document::Begun};

/// Does it.
///
/// # Errors
/// The exit; what is wrong has been said.
pub(super) fn place(order: &Order, overwrite: bool, screen: &mut Screen) -> Result<Exit, Exit> {
    let path = Output::of(order.output.as_deref()).file();
    if let Some(path) = path
        && !overwrite
        && path.symlink_metadata().is_ok()
    {
        let name = shown_path(path);
        screen.talk(format_args!("{name} is there already: name another file, or add --overwrite"));
        return Err(Exit::Usage);
    }
    let name = path.map_or_else(|| "<new>".to_owned(), |path| path.display().to_string());
    let made = make(order.template, &order.wishes, &name).map_err(|unmade| refused(unmade, screen))?;
    if let Some(path) = path {
        file::replace(path, made.text.as_bytes(), None).map_err(|error| {
            screen.talk(format_args!("cannot write {}: {error}", shown_path(path)));
            Exit::Backend
        })?;
    }
    if !screen.is_text() {
        screen.document(&Begun::of(order.template.name, &made, path));
        return Ok(Exit::Done);
    }
    let lines = lines(order.template.name, &made, path);
    match path {
        Some(_) => lines.iter().for_each(|line| screen.result(line)),
        None => {
            screen.text(&made.text);
            lines.iter().for_each(|line| screen.remark(line));
        }
    }
    Ok(Exit::Done)
}

/// Says why there is no plan.
fn refused(unmade: Unmade, screen: &mut Screen) -> Exit {
    match unmade {
        Unmade::Refused(refusal) => {
            screen.page(&refusal);
            Exit::Refused
        }
        Unmade::Refuted(source, refuted) => {
            let story = told(refuted.checked.plan(), &refuted.story, false);
            screen.page(&Refusal::new(source, vec![refuted.finding]));
            story.iter().for_each(|line| screen.talk(line));
            Exit::Refused
        }
        Unmade::NotProved(open) => {
            screen.talk(format_args!("not proved: {}", open.reason()));
            Exit::NotProved
        }
    }
}

/// What it promises, and what to do next.
fn lines(template: &str, made: &Made, path: Option<&Path>) -> Vec<String> {
    let plan = made.proven.checked().plan();
    let mut lines =
        vec![format!("{}: {} steps, made of {template}, proved", shown(&plan.name), plan.steps.len())];
    lines.extend(proved(made.proven.proof()));
    lines.push(format!("  stands still {}", Still::of(made.proven.checked()).word()));
    let Some(path) = path else { return lines };
    let path = shown_path(path);
    lines.push(format!("next: keyroll check {path}      what is advised"));
    lines.push(format!("      keyroll prove {path}      how long it takes, and how far there is a way back"));
    match plan.landscape.doubled() {
        None => {
            lines.push(format!("      keyroll rehearse {path}   with real keystores, in a sandbox"));
            lines.push(format!(
                "      keyroll rehearse {path} --keep trial --stage   a world with a site to try"
            ));
        }
        Some(_) => lines.push(format!("      keyroll runbook {path}    for the people who carry it out")),
    }
    lines
}
