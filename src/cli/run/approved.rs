//! A run that is held to what was approved.

use std::path::Path;

use crate::{
    cli::{at_site::failed, exit::Exit, screen::Screen},
    journal::sqlite::Store,
    proof::verdict::Proven,
    run::approval::Approval,
    source::shown,
};

use super::{Arguments, Job};

/// Holds the run to what was approved.
pub(super) fn approved(path: &Path, job: Job<'_>, screen: &mut Screen) -> Result<(), Exit> {
    let Job { arguments, proven, site, .. } = job;
    let approval = Approval::read(path).map_err(|error| {
        screen.talk(shown(&error.to_string()));
        Exit::Usage
    })?;
    let begun = under_way(proven, arguments, screen)?;
    // A run that is under way moves the world itself; what it finds otherwise it says itself.
    let folder = arguments.at.folder();
    let moved = if begun {
        Ok(approval.moved(proven.checked().plan().digest(), site, None))
    } else {
        approval.differences(proven, site, &folder)
    };
    match moved {
        Ok(moved) if moved.is_empty() => Ok(()),
        Ok(moved) => {
            screen.talk("the approval is stale:");
            for line in moved {
                screen.talk(format_args!("  {}", shown(&line)));
            }
            screen.talk("make a dry run again, and have that one approved");
            Err(Exit::Stale)
        }
        Err(error) => {
            screen.talk(shown(&error.to_string()));
            Err(Exit::Backend)
        }
    }
}

/// Whether a run of this plan is under way.
fn under_way(proven: &Proven, arguments: &Arguments, screen: &mut Screen) -> Result<bool, Exit> {
    let path = arguments.at.journal();
    if !path.exists() {
        return Ok(false);
    }
    let name = &proven.checked().plan().name;
    let begun = |store: Store| match arguments.at.meant(&store.runs()?, Some(name)) {
        Some(pinned) if !pinned.finished => store.has_begun(&pinned.run),
        _ => Ok(false),
    };
    Store::open(&path).and_then(begun).map_err(|e| failed(&e, screen))
}
