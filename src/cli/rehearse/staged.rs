//! `--stage`: the sandbox alone.

use std::path::Path;
use std::time::Duration;

use crate::{
    backend::clock::{Clock, WallClock},
    check::Checked,
    cli::{at_site::shown_path, exit::Exit, screen::Screen},
    run::{
        origin::Origin,
        sandbox::{Props, Sandbox},
    },
    source::shown,
    world::material::KeyType,
};

/// Builds the sandbox and nothing else. Its roles do not pause: nobody watches a clock.
pub(super) fn staged(
    (checked, origin): (&Checked, Option<&Origin>),
    folder: &Path,
    key_type: KeyType,
    screen: &mut Screen,
) -> Exit {
    let props = Props { key_type, start: WallClock.now(), pause: Duration::ZERO };
    let built = match origin {
        Some(origin) => Sandbox::rebuild(checked.plan(), folder, &props, origin),
        None => Sandbox::build(checked.plan(), folder, &props),
    };
    match built {
        Ok(sandbox) => {
            for note in sandbox.notes() {
                screen.result(format_args!("rebuilt: {note}"));
            }
            let folder = shown_path(sandbox.folder());
            screen.result(format_args!("built: {folder}"));
            screen.result(format_args!(
                "try:   keyroll dry-run {folder}/plan.renewal --site {folder}/site.toml"
            ));
            screen.result(format_args!("       keyroll run {folder}/plan.renewal --site {folder}/site.toml"));
            Exit::Done
        }
        Err(error) => {
            screen.talk(format_args!("the sandbox cannot be built: {}", shown(&error.to_string())));
            Exit::Backend
        }
    }
}
