//! `--stage`: the sandbox alone.

use std::path::Path;
use std::time::Duration;

use crate::{
    backend::clock::{Clock, WallClock},
    check::Checked,
    cli::{at_site::shown_path, exit::Exit, screen::Screen},
    run::sandbox::{Props, Sandbox},
    source::shown,
    world::material::KeyType,
};

/// Builds the sandbox and nothing else. Its roles do not pause: nobody watches a clock.
pub(super) fn staged(checked: &Checked, folder: &Path, key_type: KeyType, screen: &mut Screen) -> Exit {
    let props = Props { key_type, start: WallClock.now(), pause: Duration::ZERO };
    match Sandbox::build(checked.plan(), folder, &props) {
        Ok(sandbox) => {
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
