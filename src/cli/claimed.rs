//! The claims of a run at a site, and what is said of them.

use crate::{
    backend::{
        clock::{Clock, WallClock},
        custody::{CustodyError, Holder},
        keystore::KeystoreError,
    },
    journal::{leg, sqlite::Store},
    run::claims::Claims,
    source::shown,
};

use super::{
    at_site::{AtSite, failed, shown_path},
    carried::Carried,
    exit::Exit,
    json::Format,
    keystore::fault::complain,
    screen::Screen,
};

/// A run of the journal at a site.
///
/// # Errors
/// The exit: the journal's real path cannot be found out.
pub fn holder(at: &AtSite, run: &str, screen: &mut Screen) -> Result<Holder, Exit> {
    let path = at.journal();
    let journal = path.canonicalize().map_err(|error| {
        screen.talk(format_args!("cannot read the journal {}: {error}", shown_path(&path)));
        Exit::Backend
    })?;
    // Its parts hold one claim, one after the other.
    Ok(Holder { journal, run: leg::run(run).to_owned() })
}

/// Claims the keystores of a run; `alive` are the runs under way, where they are known.
///
/// # Errors
/// The exit; who holds one of them has been said.
pub fn take(
    claims: &Claims<'_>,
    alive: Option<&[String]>,
    format: Format,
    screen: &mut Screen,
) -> Result<(), Exit> {
    let alive = match alive {
        Some(alive) => alive.to_owned(),
        None => {
            let runs = Store::open(&claims.holder.journal).and_then(|store| store.under_way());
            runs.map_err(|error| failed(&error, screen))?.into_keys().collect()
        }
    };
    let alive: Vec<String> = alive.iter().map(|run| leg::run(run).to_owned()).collect();
    claims.take(&alive, WallClock.now()).map_err(|error| {
        let waits = waits(&error);
        if format == Format::Json {
            // The summary comes last.
            let exit = complain(&error, screen);
            screen.found().iter().for_each(|findings| screen.document(findings));
            screen.document(&Carried::held(&claims.holder.run, waits));
            return exit;
        }
        waits.iter().for_each(|line| screen.result(line));
        complain(&error, screen)
    })
}

/// Gives the keystores of a run back.
///
/// # Errors
/// The exit; what is wrong has been said.
pub fn give_back(claims: &Claims<'_>, screen: &mut Screen) -> Result<(), Exit> {
    claims.give_back().map_err(|error| complain(&error, screen))
}

/// For whom a run waits that may not change a keystore.
fn waits(error: &KeystoreError) -> Vec<String> {
    match error {
        KeystoreError::Custody(error) => match &**error {
            CustodyError::Held { store, hold, journal, .. } => vec![format!(
                "waits for run {} of the journal {}, which holds {}",
                shown(&hold.run),
                shown_path(journal),
                shown_path(store)
            )],
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}
