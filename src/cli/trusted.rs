//! Holds the commands that start the programs of a site, or send its notices out, to somebody's having said that
//! they may.

use crate::{
    run::{
        bind::commands,
        site::Site,
        site_fault::untrusted,
        trust::{Standing, Subject},
    },
    source::{Refusal, Source, shown},
};

use super::{at_site::AtSite, exit::Exit, screen::Screen};

/// Refuses a site that has programs started or sends notices out, unless it is trusted as it is.
///
/// # Errors
/// The exit: [`Refused`](Exit::Refused) where nobody has trusted it, [`Stale`](Exit::Stale) where it is another one
/// by now, [`Backend`](Exit::Backend) where a program is not there. It has been said.
pub fn trusted(at: &AtSite, (site, text): (&Site, &Source), screen: &mut Screen) -> Result<(), Exit> {
    let subject = Subject::of(site, &at.folder()).map_err(|error| {
        screen.talk(shown(&error.to_string()));
        Exit::Backend
    })?;
    let why = match subject.standing(&at.site) {
        Standing::Needless | Standing::Trusted(_) => return Ok(()),
        Standing::Moved(lines) => {
            moved(at, &subject, &lines, screen);
            return Err(Exit::Stale);
        }
        Standing::Untrusted => None,
        Standing::Unbelieved(why) => Some(why),
    };
    let first = commands(site).first().map(|(table, name, _)| (*table, (*name).clone()));
    let server = site.notices.iter().find(|(_, channel)| channel.server().is_some());
    let first = first.or_else(|| server.map(|(name, _)| ("notices", name.clone())));
    let (table, name) = first.unwrap_or_default();
    let finding = untrusted((table, &name), why, command(at, &subject), text);
    screen.page(&Refusal::new(text.clone(), vec![finding]));
    Err(Exit::Refused)
}

/// Says what moved since the site was trusted.
fn moved(at: &AtSite, subject: &Subject, lines: &[String], screen: &mut Screen) {
    screen.talk("the site is not the one that was trusted, and nothing was started:");
    lines.iter().for_each(|line| screen.talk(format_args!("  {line}")));
    screen.talk(format_args!("look at what changed, and then say `{}`", command(at, subject)));
}

/// By which command it is trusted.
pub(super) fn command(at: &AtSite, subject: &Subject) -> String {
    let site = AtSite { journal: None, run: None, ..at.clone() };
    format!("keyroll site trust {}{}", subject.digest(), site.options())
}
