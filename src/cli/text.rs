//! Plans by path, or `-` for standard input.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::{
    backend::file::bounded,
    check::{self, Checked, Family, Variant},
    plan::given::Given,
    run::site::Site,
    source::{Refusal, Source, shown},
    syntax::{SIZE_LIMIT, read},
};

use super::{answered::Answered, exit::Exit, screen::Screen};

/// Which plan, with which values.
#[derive(Debug, clap::Args)]
pub struct PlanText {
    /// The plan, or - for standard input; for `check` and `prove --library` also a folder with plans
    plan: PathBuf,
    /// Give a parameter another value
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = assignment)]
    set: Vec<(String, String)>,
    #[command(flatten)]
    answered: Answered,
}

impl PlanText {
    /// Reads and checks it, with another transit time if one is given.
    ///
    /// # Errors
    /// The exit; what is wrong has been said.
    pub fn checked(&self, transit: Option<Duration>, screen: &mut Screen) -> Result<(Source, Checked), Exit> {
        let source = self.source(screen)?;
        let given = Given { transit, ..self.given(screen)? };
        let checked = checked(&source, &given, screen)?;
        Ok((source, checked))
    }

    /// Where it is; `-` for standard input.
    pub fn path(&self) -> &Path {
        &self.plan
    }

    /// Reads it.
    ///
    /// # Errors
    /// The exit; what is wrong has been said.
    pub fn source(&self, screen: &mut Screen) -> Result<Source, Exit> {
        plan(&self.plan, screen)
    }

    /// The values that are given on the command line.
    ///
    /// # Errors
    /// The exit: one is given twice.
    pub fn given(&self, screen: &mut Screen) -> Result<Given, Exit> {
        Ok(Given { answers: self.answered.answers(screen)?, ..Given::parameters(values(&self.set, screen)?) })
    }

    /// Reads it and checks it for every way to answer that agrees with the answers that are given.
    ///
    /// # Errors
    /// The exit; what is wrong has been said.
    pub fn family(&self, screen: &mut Screen) -> Result<(Source, Family), Exit> {
        let source = self.source(screen)?;
        let given = self.given(screen)?;
        let read = check::family(&source, &given).and_then(|family| {
            let first = family.variants.first();
            let vain = first.map(|first| given.in_vain(first.checked.plan())).unwrap_or_default();
            if vain.is_empty() { Ok(family) } else { Err(Refusal::new(source.clone(), vain)) }
        });
        match read {
            Ok(family) => Ok((source, family)),
            Err(refusal) => {
                screen.page(&refusal);
                Err(Exit::Refused)
            }
        }
    }

    /// Reads and checks it, where it is one plan: all its questions are answered.
    ///
    /// # Errors
    /// The exit; what is wrong has been said.
    pub fn only(&self, screen: &mut Screen) -> Result<(Source, Family), Exit> {
        let (source, checked) = self.checked(None, screen)?;
        let variants = vec![Variant { answers: self.answered.answers(screen)?, checked }];
        Ok((source, Family { variants, rows: None }))
    }

    /// The same with the parameters and answers that a site gives.
    ///
    /// # Errors
    /// The exit; what is wrong has been said.
    pub fn checked_at(
        &self,
        site: &Site,
        transit: Option<Duration>,
        screen: &mut Screen,
    ) -> Result<(Source, Checked), Exit> {
        if !self.set.is_empty() {
            screen.talk("--set does not go with --site: the site gives the parameters their values");
            return Err(Exit::Usage);
        }
        let source = plan(&self.plan, screen)?;
        // Values in vain are found where the site is compared with the plan.
        let given = Given { transit, ..self.answered.given(site, screen)? };
        match check::read(&source, &given) {
            Ok(checked) => Ok((source, checked)),
            Err(refusal) => {
                screen.page(&refusal);
                Err(Exit::Refused)
            }
        }
    }
}

/// Reads the plan at `path`; complains on the screen if that cannot be done.
///
/// # Errors
/// The exit: the file cannot be read, or is no text.
pub fn plan(path: &Path, screen: &mut Screen) -> Result<Source, Exit> {
    loaded(path, |bytes| screen.detail(format_args!("read the plan {}, {bytes} bytes", resolved(path))))
        .map_err(|unread| match unread {
            Unread::Refused(refusal) => {
                screen.page(&refusal);
                Exit::Refused
            }
            Unread::Failed(error) => {
                screen.talk(format_args!("cannot read {}: {error}", shown(&name_of(path))));
                Exit::Usage
            }
        })
}

/// Why there is no text of a plan.
#[derive(Debug)]
pub enum Unread {
    /// The file holds no text.
    Refused(Refusal),
    /// It cannot be read.
    Failed(std::io::Error),
}

/// What a plan's file is called for people.
fn name_of(path: &Path) -> String {
    if path.as_os_str() == "-" { "<stdin>".to_owned() } else { path.display().to_string() }
}

/// Reads the plan at `path`, and says how many bytes that were.
///
/// # Errors
/// The file cannot be read, or is no text.
pub fn loaded(path: &Path, mut told: impl FnMut(usize)) -> Result<Source, Unread> {
    let bytes = if path.as_os_str() == "-" {
        let mut bytes = Vec::new();
        std::io::stdin().lock().take(SIZE_LIMIT as u64 + 1).read_to_end(&mut bytes).map(|_| bytes)
    } else {
        bounded::read(path, SIZE_LIMIT)
    };
    let bytes = bytes.map_err(Unread::Failed)?;
    told(bytes.len());
    let source = read(name_of(path), bytes).map_err(Unread::Refused)?;
    // What it names lies beside it.
    Ok(if path.as_os_str() == "-" {
        source
    } else {
        source.in_folder(path.parent().unwrap_or_else(|| Path::new("")))
    })
}

/// Where a path leads, for people.
pub fn resolved(path: &Path) -> String {
    if path.as_os_str() == "-" {
        return "<stdin>".to_owned();
    }
    let whole = std::fs::canonicalize(path).or_else(|_| std::path::absolute(path));
    shown(&whole.unwrap_or_else(|_| path.to_owned()).display().to_string())
}

/// Checks a plan with values from the command line; draws the findings if there are any.
///
/// # Errors
/// The exit: the plan is refused, or a value is for a parameter that it does not have.
fn checked(source: &Source, given: &Given, screen: &mut Screen) -> Result<Checked, Exit> {
    let read = check::read(source, given).and_then(|checked| {
        let vain = given.in_vain(checked.plan());
        if vain.is_empty() { Ok(checked) } else { Err(Refusal::new(source.clone(), vain)) }
    });
    read.map_err(|refusal| {
        screen.page(&refusal);
        Exit::Refused
    })
}

/// Checks a plan with the values and answers that a site or a run pins it to; draws the findings if there
/// are any. Values of a site in vain are found where it is compared with its plan.
///
/// # Errors
/// The exit: the plan is refused.
pub fn pinned(source: &Source, given: &Given, screen: &mut Screen) -> Result<Checked, Exit> {
    check::read(source, given).map_err(|refusal| {
        screen.page(&refusal);
        Exit::Refused
    })
}

/// Reads `NAME=VALUE`.
///
/// # Errors
/// There is no `=` in it.
pub fn assignment(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("write it as NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

/// The values of `--set`, by their names.
///
/// # Errors
/// The exit: a name is given two values that differ, and neither may win in silence.
pub fn values(set: &[(String, String)], screen: &mut Screen) -> Result<BTreeMap<String, String>, Exit> {
    let mut values = BTreeMap::new();
    for (name, value) in set {
        let earlier = values.insert(name.clone(), value.clone());
        if earlier.is_some_and(|earlier| earlier != *value) {
            screen.talk(format_args!("--set gives `{}` two values", shown(name)));
            return Err(Exit::Usage);
        }
    }
    Ok(values)
}
