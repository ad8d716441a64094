//! `--site`: the site whose likeness is rehearsed.

use crate::{
    backend::clock::{Clock, WallClock},
    check::Checked,
    cli::{
        at_site::{AtSite, fitting},
        dry_run::differs,
        exit::Exit,
        screen::Screen,
        trusted::trusted,
    },
    run::{bind::bind, origin::Origin, site::Site},
    source::{Source, shown},
};

use super::arguments::Arguments;

/// A site as it is written.
#[derive(Debug)]
pub(super) struct Original {
    site: Site,
    text: Source,
    at: AtSite,
}

impl Original {
    /// Reads the site, if one is named.
    ///
    /// # Errors
    /// The exit; what is wrong has been said.
    pub(super) fn read(arguments: &Arguments, screen: &mut Screen) -> Result<Option<Self>, Exit> {
        let Some(site) = &arguments.site else { return Ok(None) };
        let at = AtSite::by(site, None);
        let (site, text) = at.read(screen)?;
        Ok(Some(Self { site, text, at }))
    }

    /// Reads the plan with the values of the site, and compares the two.
    ///
    /// # Errors
    /// The exit; what is wrong has been said.
    pub(super) fn plan(&self, arguments: &Arguments, screen: &mut Screen) -> Result<(Source, Checked), Exit> {
        let (source, checked) = arguments.plan.checked_at(&self.site, arguments.transit, screen)?;
        fitting(&checked, (&self.site, &self.text), &self.at.folder(), screen)?;
        Ok((source, checked))
    }

    /// Looks at what stands behind the site; nothing is changed.
    ///
    /// # Errors
    /// The exit: it cannot be read, or is not as the plan starts from; it has been said.
    pub(super) fn look(&self, checked: &Checked, screen: &mut Screen) -> Result<Origin, Exit> {
        trusted(&self.at, (&self.site, &self.text), screen)?;
        let mut site = self.site.clone();
        self.at.ask((&mut site, &self.text), screen)?;
        let mut complain = |error: String| {
            screen.talk(shown(&error));
            Exit::Backend
        };
        let folder = self.at.folder();
        let backends = bind(checked.plan(), &site, &folder).map_err(|e| complain(e.to_string()))?;
        let now = WallClock.now();
        let origin =
            Origin::look(checked, &site, (&folder, &backends), now).map_err(|e| complain(e.to_string()))?;
        if origin.differences.is_empty() {
            return Ok(origin);
        }
        for difference in &origin.differences {
            screen.result(differs(difference));
        }
        screen.talk("the site is not as the plan starts from, so it is not rehearsed");
        Err(Exit::Stale)
    }
}
