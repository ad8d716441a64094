//! `keyroll rehearse PLAN`

mod arguments;
pub mod book;
mod ending;
mod judged;
mod original;
mod place;
pub mod play;
pub mod progress;
pub mod schedule;
mod staged;
mod told;

use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

pub use arguments::Arguments;
pub use ending::Rehearsal;
pub use staged::Staged;
pub use told::Enacted;

use crate::{
    backend::file,
    check::Checked,
    evidence::{page::Page, timeline::Verdict},
    run::{hands::unmade, origin::Origin, site_fault::weak_binding},
    source::{Finding, Refusal, shown},
};

use super::{at_site::shown_path, exit::Exit, json::Format, screen::Screen, stop};
use ending::{ended, tell};
use judged::judged;
use original::Original;
use place::Place;
use play::{Stage, play};
use staged::staged;

/// The plan, what its proof says, and what the site holds whose likeness is wanted.
fn read(arguments: &Arguments, screen: &mut Screen) -> Result<(Checked, Verdict, Option<Origin>), Exit> {
    let original = Original::read(arguments, screen)?;
    let plan = match &original {
        Some(original) => original.plan(arguments, screen)?,
        None => arguments.plan.checked(arguments.transit, screen)?,
    };
    let (checked, known) = judged(arguments, plan, screen)?;
    playable(&checked, screen)?;
    let origin = original.map(|original| original.look(&checked, screen)).transpose()?;
    Ok((checked, known, origin))
}

/// Whether the folders of a rehearsal can stand for the receivers of a plan.
fn playable(checked: &Checked, screen: &mut Screen) -> Result<(), Exit> {
    let plan = checked.plan();
    let unmade = unmade(plan).map(|(receiver, key)| {
        let key = shown(&plan.landscape.keys[key]);
        let what = format!(
            "in a rehearsal a receiver accepts certificates that are there, and `{key}` is made by a step of the plan"
        );
        let name = shown(&plan.landscape.acceptors[receiver].name);
        let help = format!("let a step do `accept {key} at {name}` once it is made; a site binds `{name}` as `manual`");
        plan.source.placed_one(weak_binding(what, help, plan.declared.receivers[receiver]))
    });
    let findings: Vec<Finding> = unmade.collect();
    if findings.is_empty() {
        return Ok(());
    }
    screen.page(&Refusal::new(plan.source.clone(), findings));
    Err(Exit::Refused)
}

/// Whether a file could be written: asked before a rehearsal, so that none is held in vain.
///
/// Within the folder of --keep, which is made for it, nothing can be in its way.
fn writable(path: &Path, kept: Option<&Path>) -> std::io::Result<()> {
    if let Some(kept) = kept
        && std::path::absolute(path)?.starts_with(std::path::absolute(kept)?)
    {
        return Ok(());
    }
    file::atomic::Draft::own(path).map(drop)
}

/// Does it.
pub fn run(arguments: &Arguments, screen: &mut Screen) -> Exit {
    screen.speak(arguments.format);
    if let Err(exit) = arguments.junit.begin("rehearse", screen) {
        return exit;
    }
    if let Some(story) = &arguments.story {
        return told::run(arguments, story, screen);
    }
    let (checked, known, origin) = match read(arguments, screen) {
        Ok(read) => read,
        Err(exit) => return exit,
    };
    if let (true, Some(folder)) = (arguments.stage, &arguments.keep) {
        return staged((&checked, origin.as_ref()), folder, arguments.key_type, screen);
    }
    let report = arguments.report.clone().unwrap_or_else(|| match &arguments.keep {
        Some(folder) => folder.join("report.html"),
        None => PathBuf::from("report.html"),
    });
    if let Err(error) = writable(&report, arguments.keep.as_deref()) {
        screen.talk(format_args!("cannot write the report {}: {error}", shown_path(&report)));
        return Exit::Backend;
    }
    // From here on Ctrl-C comes to a good end: there is a folder to be taken away.
    let stop = stop::flag();
    let place = match Place::of(arguments, screen) {
        Ok(place) => place,
        Err(exit) => return exit,
    };
    let folder = place.path().to_owned();
    let stage = Stage {
        folder: &folder,
        copies: arguments.keep.is_some(),
        rate: arguments.rate,
        messages: arguments.messages,
        key_type: arguments.key_type,
        lines: arguments.format == Format::Json,
        origin: origin.as_ref(),
    };
    let played = match play(&checked, &stage, known, screen) {
        Ok(played) => played,
        Err(error) => {
            screen.talk(format_args!("the rehearsal cannot be held: {}", shown(&error.to_string())));
            return Exit::Backend;
        }
    };
    if stop.load(Ordering::Relaxed) {
        screen.talk("interrupted");
        return stop::exit();
    }
    let written = file::replace_own(&report, Page(&played.timeline).to_string().as_bytes(), None);
    if let Err(error) = &written {
        screen.talk(format_args!("cannot write the report {}: {error}", shown_path(&report)));
    }
    if let Some(error) = &played.failed {
        screen.talk(format_args!("the rehearsal did not come to its end: {}", shown(&error.to_string())));
    }
    let exit =
        if played.failed.is_some() || written.is_err() { Exit::Backend } else { ended(&played.timeline) };
    tell(arguments, &played.timeline, exit, written.is_ok().then_some(report.as_path()), screen);
    exit
}
