//! `keyroll site check PLAN`

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    backend::clock::{Clock, WallClock},
    cli::{
        answered::{Answered, vain},
        at_site::AtSite,
        exit::Exit,
        json::{Document, Format},
        prompt,
        screen::Screen,
        text::{pinned, plan},
    },
    page::findings,
    run::{
        bind::compare,
        site_check::{
            examine,
            sheet::{Binding, Look},
        },
        trust::Subject,
    },
    source::{Finding, Refusal, is_advice, shown},
};

use super::lines::Trust;

/// Look at everything that a site binds for a plan, and say at once all that is wrong. Writes nothing.
///
/// Programs of the site are asked only once it is trusted.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The plan, or - for standard input
    plan: PathBuf,
    /// The site: what stands behind the plan's names
    #[arg(long, default_value = "site.toml", value_name = "FILE")]
    site: PathBuf,
    /// The journal, if it is not keyroll.db beside the site
    #[arg(long, value_name = "FILE")]
    journal: Option<PathBuf>,
    /// Look at it for runs that go on while nobody is there: nobody may be asked for a password
    #[arg(long)]
    unattended: bool,
    #[command(flatten)]
    answered: Answered,
    /// Text for people, or JSON
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
}

/// A site, as it was found.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Found {
    /// Its file.
    site: String,
    /// The plan's name.
    plan: String,
    /// Each binding.
    bindings: Vec<Binding>,
    /// What it has started; nothing where a program is not there.
    #[serde(skip_serializing_if = "Option::is_none")]
    trust: Option<Trust>,
    /// What is wrong, and advice, in the order of the site's text.
    findings: Vec<findings::Entry>,
    /// How many of the findings refuse the site.
    errors: usize,
}

impl Document for Found {
    const NAME: &'static str = "site-check";
}

/// Does it.
pub fn run(arguments: &Arguments, screen: &mut Screen) -> Result<Exit, Exit> {
    screen.speak(arguments.format);
    let at = AtSite::by(&arguments.site, arguments.journal.as_deref());
    let source = plan(&arguments.plan, screen)?;
    let (mut site, text) = at.read(screen)?;
    let given = arguments.answered.given(&site, screen)?;
    let checked = pinned(&source, &given, screen)?;
    vain(&given, &site, &checked, screen)?;
    if !arguments.unattended && prompt::can_ask() {
        at.ask((&mut site, &text), screen)?;
    }
    let mut findings: Vec<Finding> =
        compare(checked.plan(), &site, &text, &at.folder()).err().unwrap_or_default();
    // A program that is not there is found where its binding is looked at.
    let trust = Subject::of(&site, &at.folder()).ok().map(|subject| Trust::of(&at, &subject));
    let (folder, journal) = (at.folder(), at.journal());
    let examined = examine(Look {
        checked: &checked,
        site: &site,
        text: &text,
        folder: &folder,
        journal: &journal,
        now: WallClock.now(),
        may_ask: trust.as_ref().is_some_and(Trust::is_given),
        unattended: arguments.unattended,
    });
    findings.extend(examined.findings);
    let errors = findings.iter().filter(|finding| !is_advice(finding.as_ref())).count();
    let exit = match (examined.has_failed, errors) {
        (true, _) => Exit::Backend,
        (false, 0) => Exit::Done,
        (false, _) => Exit::Refused,
    };
    let names_programs = crate::run::programs::names_any(&site);
    if !findings.is_empty() {
        screen.page(&Refusal::new(text, findings));
    }
    if arguments.format == Format::Json {
        let findings = screen.found().into_iter().flat_map(|found| found.findings).collect();
        let (site, plan) = (at.site.display().to_string(), checked.plan().name.clone());
        screen.document(&Found { site, plan, bindings: examined.bindings, trust, findings, errors });
        return Ok(exit);
    }
    lines(&examined.bindings).iter().for_each(|line| screen.result(line));
    if let Some(trust) = trust.filter(|_| names_programs) {
        trust.lines().iter().for_each(|line| screen.result(line));
    }
    Ok(exit)
}

/// The table, a line for each binding.
fn lines(bindings: &[Binding]) -> Vec<String> {
    let name = |one: &Binding| match one.table {
        "journal" | "site" | "partners" => one.table.to_owned(),
        table => shown(&format!("{table}.{}", one.name)),
    };
    let width = |of: &dyn Fn(&Binding) -> String| bindings.iter().map(|one| of(one).chars().count()).max();
    let (names, backends) = (width(&name).unwrap_or(0), width(&|one| shown(&one.backend)).unwrap_or(0));
    let line = |one: &Binding| {
        let (grade, name, backend) = (one.grade.shown(), name(one), shown(&one.backend));
        let line = format!("{grade:<8}  {name:<names$}  {backend:<backends$}  {}", one.says.join("; "));
        line.trim_end().to_owned()
    };
    bindings.iter().map(line).collect()
}
