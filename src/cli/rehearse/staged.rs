//! `--stage`: the sandbox alone.

use std::path::Path;
use std::time::Duration;

use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    backend::clock::{Clock, WallClock},
    check::Checked,
    cli::{at_site::shown_path, exit::Exit, json::Document, screen::Screen},
    run::sandbox::{Props, Sandbox},
    source::shown,
    world::material::KeyType,
};

/// A world that was built.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Staged {
    /// Its folder.
    folder: String,
    /// The plan in it.
    plan: String,
    /// The site in it.
    site: String,
}

impl Document for Staged {
    const NAME: &'static str = "stage";
}

/// Builds the sandbox and nothing else. Its roles do not pause: nobody watches a clock.
pub(super) fn staged(checked: &Checked, folder: &Path, key_type: KeyType, screen: &mut Screen) -> Exit {
    let props = Props { key_type, start: WallClock.now(), pause: Duration::ZERO };
    match Sandbox::build(checked.plan(), folder, &props) {
        Ok(sandbox) => {
            if !screen.is_text() {
                let path = |name: &str| sandbox.folder().join(name).display().to_string();
                let folder = sandbox.folder().display().to_string();
                screen.document(&Staged { folder, plan: path("plan.renewal"), site: path("site.toml") });
                return Exit::Done;
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
