//! `keyroll site trust DIGEST`

use std::path::PathBuf;

use crate::{
    backend::clock::{Clock, WallClock},
    cli::{at_site::shown_path, exit::Exit, json::Format, screen::Screen},
    run::trust::path,
    source::shown,
    world::material::Fingerprint,
};

use super::{
    lines::Trust,
    show::{at, subject, tell},
};

/// Trust a site with the programs that it has started, as they are now.
///
/// DIGEST is the one that `keyroll site show` prints; of another site nothing is taken down.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The digest of what is trusted, all 64 digits of it
    digest: String,
    /// The site: what stands behind the plan's names
    #[arg(long, default_value = "site.toml", value_name = "FILE")]
    site: PathBuf,
    /// Text for people, or JSON
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
}

/// Does it.
pub fn run(arguments: &Arguments, screen: &mut Screen) -> Result<Exit, Exit> {
    screen.speak(arguments.format);
    let Ok(meant) = Fingerprint::try_from(arguments.digest.to_ascii_lowercase()) else {
        screen.talk(format_args!(
            "`{}` is no digest: `keyroll site show` prints the one to name, with 64 digits",
            shown(&arguments.digest)
        ));
        return Err(Exit::Usage);
    };
    let at = at(&arguments.site);
    let subject = subject(&at, screen)?;
    if subject.digest() != meant {
        let name = shown_path(&at.site);
        screen.talk(format_args!("not trusted: {name} and its programs are not those of that digest"));
        screen.talk("look at them with `keyroll site show`, which prints the digest of what is there now");
        return Err(Exit::Stale);
    }
    if subject.is_needless() {
        screen.remark("the site has nothing started, so that there is nothing to trust");
    } else if !Trust::of(&at, &subject).is_given() {
        subject.trust(&at.site, WallClock.now()).map_err(|error| {
            screen.talk(format_args!("cannot write {}: {error}", shown_path(&path(&at.site))));
            Exit::Backend
        })?;
    }
    tell(&at, Trust::of(&at, &subject), arguments.format, screen);
    Ok(Exit::Done)
}
