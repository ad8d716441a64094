//! What `run` and its sisters have in common: a site, its journal, a run in it.

use std::path::{Path, PathBuf};

use crate::{
    backend::file::bounded,
    check::{self, Checked},
    journal::{
        Host, HostError, leg,
        letter::Delivery,
        sqlite::{Pinned, SqliteHost, Store},
        survey::Survey,
    },
    plan::given::Given,
    run::{bind::compare, notices::herald::SiteHerald, site::Site},
    source::{Refusal, Source},
    syntax::SIZE_LIMIT,
    transition::{event::Record, state::State},
};

use super::{asked::Passwords, exit::Exit, screen::Screen, text};

/// Which site, journal and run.
#[derive(Clone, Debug, clap::Args)]
pub struct AtSite {
    /// The site: what stands behind the plan's names
    #[arg(long, default_value = "site.toml", value_name = "FILE")]
    pub site: PathBuf,
    /// The journal, if it is not keyroll.db beside the site
    #[arg(long, value_name = "FILE")]
    pub journal: Option<PathBuf>,
    /// The run, if it is not the youngest in the journal
    #[arg(long, value_name = "RUN")]
    pub run: Option<String>,
    /// What was typed so far for this command
    #[arg(skip)]
    pub passwords: Passwords,
}

impl AtSite {
    /// A site by its file, and the journal if that is named.
    #[must_use]
    pub fn by(site: &Path, journal: Option<&Path>) -> Self {
        Self {
            site: site.to_owned(),
            journal: journal.map(Path::to_owned),
            run: None,
            passwords: Passwords::default(),
        }
    }

    /// Asks for the passwords that the site has asked for and that were not yet, and puts them into it.
    ///
    /// # Errors
    /// The exit; what is wrong has been said.
    pub fn ask(&self, (site, text): (&mut Site, &Source), screen: &mut Screen) -> Result<(), Exit> {
        self.passwords.ask((site, text), &self.folder(), screen)
    }

    /// The same for a run that is named otherwise.
    #[must_use]
    pub fn of(&self, run: Option<&str>) -> Self {
        Self { run: run.map(str::to_owned).or_else(|| self.run.clone()), ..self.clone() }
    }

    /// The folder that the site's paths begin at.
    #[must_use]
    pub fn folder(&self) -> PathBuf {
        match self.site.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
            _ => PathBuf::from("."),
        }
    }

    /// The options that lead to the same run again, with a blank before each.
    #[must_use]
    pub fn options(&self) -> String {
        let option = |name: &str, path: &Path| format!(" --{name} {}", shown_path(path));
        let mut text = String::new();
        if self.site.as_os_str() != "site.toml" {
            text.push_str(&option("site", &self.site));
        }
        text.extend(self.journal.as_ref().map(|path| option("journal", path)));
        text.extend(self.run.as_ref().map(|run| format!(" --run {}", crate::source::shown(run))));
        text
    }

    /// The journal's file.
    #[must_use]
    pub fn journal(&self) -> PathBuf {
        self.journal.clone().unwrap_or_else(|| self.folder().join("keyroll.db"))
    }

    /// Reads the site.
    ///
    /// # Errors
    /// The exit; what is wrong has been said.
    pub fn read(&self, screen: &mut Screen) -> Result<(Site, Source), Exit> {
        let name = self.site.display().to_string();
        screen.detail(format_args!("read the site {}", text::resolved(&self.site)));
        let text = match bounded::read(&self.site, SIZE_LIMIT) {
            Ok(bytes) => crate::syntax::read(name, bytes).map_err(|refusal| {
                screen.page(&refusal);
                Exit::Refused
            })?,
            Err(error) => {
                screen.talk(format_args!("cannot read the site {}: {error}", crate::source::shown(&name)));
                return Err(Exit::Usage);
            }
        };
        let site = Site::read(&text).map_err(|finding| vec![finding]);
        let site = site.and_then(|site| site.with_calendars(&self.folder(), &text));
        match site.and_then(|site| site.with_contacts(&text)) {
            Ok(mut site) => {
                self.passwords.fill(&mut site, &self.folder());
                Ok((site, text))
            }
            Err(findings) => {
                screen.page(&Refusal::new(text, findings));
                Err(Exit::Refused)
            }
        }
    }

    /// The run that is meant: that of `--run`, or else the youngest; of one plan only if it is named.
    #[must_use]
    pub fn meant<'r>(&self, runs: &'r [Pinned], plan: Option<&str>) -> Option<&'r Pinned> {
        runs.iter().find(|pinned| self.means(&pinned.run, &pinned.plan_name, plan))
    }

    fn means(&self, run: &str, of: &str, plan: Option<&str>) -> bool {
        plan.is_none_or(|plan| plan == of)
            && self.run.as_ref().is_none_or(|meant| leg::run(meant) == leg::run(run))
    }

    /// The run that is meant, read alone.
    fn found(&self, store: &Store, plan: Option<&str>) -> Result<Option<Pinned>, HostError> {
        match &self.run {
            Some(run) => {
                Ok(store.named(run)?.filter(|pinned| self.means(&pinned.run, &pinned.plan_name, plan)))
            }
            None => store.youngest(|run, of| self.means(run, of, plan)),
        }
    }

    /// Reads the run that is meant, of one plan only if it is named, and writes nothing; nothing where there is none.
    ///
    /// # Errors
    /// When the journal cannot be read, or was changed from outside.
    pub fn look(&self, plan: Option<&str>) -> Result<Option<Looked>, HostError> {
        let path = self.journal();
        if !path.exists() {
            return Ok(None);
        }
        Store::look(&path, |store| {
            let Some(pinned) = self.found(&store, plan)? else { return Ok(None) };
            let checked = kept(path.clone(), &pinned)?;
            let (host, records) = store.read(&checked, &pinned.run)?;
            let (deliveries, course, survey) = (host.deliveries()?, host.course()?, host.survey()?);
            let state = host.state().clone();
            Ok(Some(Looked { checked, state, records, course, deliveries, survey, pinned }))
        })
    }

    /// The same for a command that is of no use without one.
    ///
    /// # Errors
    /// The exit; what is wrong has been said.
    pub fn looked(&self, screen: &mut Screen) -> Result<Looked, Exit> {
        screen.detail(format_args!("the journal {}", text::resolved(&self.journal())));
        match self.look(None) {
            Ok(Some(looked)) => Ok(looked),
            Ok(None) => Err(self.holds_none(screen)),
            Err(error) => Err(failed(&error, screen)),
        }
    }

    /// Says that the run that is meant is not there.
    fn holds_none(&self, screen: &mut Screen) -> Exit {
        let path = self.journal();
        let journal = shown_path(&path);
        if path.exists() {
            let run = self.run.as_deref().unwrap_or("at all");
            screen.talk(format_args!("the journal {journal} holds no run {}", crate::source::shown(run)));
        } else {
            screen.talk(format_args!("there is no journal {journal}: nothing was run here"));
        }
        Exit::Usage
    }

    /// Takes up the run that is meant.
    ///
    /// # Errors
    /// The exit; what is wrong has been said.
    pub fn attach(&self, alone: bool, screen: &mut Screen) -> Result<Attached, Exit> {
        let path = self.journal();
        if !path.exists() {
            return Err(self.holds_none(screen));
        }
        let (site, text) = self.read(screen)?;
        screen.detail(format_args!("the journal {}", text::resolved(&path)));
        let store = Store::open(&path).map_err(|error| failed(&error, screen))?;
        let Some(pinned) = self.found(&store, None).map_err(|error| failed(&error, screen))? else {
            return Err(self.holds_none(screen));
        };
        let checked = kept(path, &pinned).map_err(|error| failed(&error, screen))?;
        let mut host = store.attach(&checked, &pinned.run, alone).map_err(|error| failed(&error, screen))?;
        SiteHerald::of(&site).into_iter().for_each(|herald| host.told_by(herald));
        Ok(Attached { checked, host, pinned, site, text })
    }
}

/// The plan that a run is pinned to.
fn kept(path: PathBuf, pinned: &Pinned) -> Result<Checked, HostError> {
    let given = Given::kept(&pinned.parameters);
    let source =
        Source::new(pinned.plan_file.clone(), pinned.plan_text.clone()).with_files(pinned.plan_files.clone());
    // It was accepted when the run began: what is wrong with it now is nothing that its author wrote.
    let Ok(checked) = check::read(&source, &given) else {
        return Err(HostError::Unaccepted { path, run: pinned.run.clone() });
    };
    if checked.plan().digest() == pinned.plan { Ok(checked) } else { Err(HostError::Misfit(path)) }
}

/// A run that was read, and can only be looked at.
#[derive(Debug)]
pub struct Looked {
    /// The plan that it is pinned to.
    pub checked: Checked,
    /// Where it stands.
    pub state: State,
    /// What was recorded of it.
    pub records: Vec<Record>,
    /// What was recorded of the whole run, under its plans before too.
    pub course: Vec<Record>,
    /// How the delivery of what people were told stands.
    pub deliveries: Vec<Delivery>,
    /// The survey with whose answers it began, where there was one.
    pub survey: Option<Survey>,
    /// What it is pinned to.
    pub pinned: Pinned,
}

/// A run that was taken up.
#[derive(Debug)]
pub struct Attached {
    /// The plan that it is pinned to.
    pub checked: Checked,
    /// The run.
    pub host: SqliteHost,
    /// What it is pinned to.
    pub pinned: Pinned,
    /// The site as it is now.
    pub site: Site,
    /// The site's text.
    pub text: Source,
}

/// Says what went wrong with the journal.
pub fn failed(error: &HostError, screen: &mut Screen) -> Exit {
    screen.talk(crate::source::shown(&error.to_string()));
    Exit::Backend
}

/// Compares a site with a plan.
///
/// # Errors
/// The exit; the findings have been drawn.
pub fn fitting(
    checked: &Checked,
    (site, text): (&Site, &Source),
    folder: &Path,
    screen: &mut Screen,
) -> Result<(), Exit> {
    compare(checked.plan(), site, text, folder).map_err(|findings| {
        screen.page(&Refusal::new(text.clone(), findings));
        Exit::Refused
    })
}

/// A path for people.
#[must_use]
pub fn shown_path(path: &Path) -> String {
    crate::source::shown(&path.display().to_string())
}
