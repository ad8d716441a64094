//! `keyroll handover RUN --to PERSON`

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    backend::clock::{Clock, WallClock},
    journal::Host,
    run::{
        casting::Casting,
        status::{Standing, Word, standings},
        time::to_the_second,
        wait::{Waiting, waits},
    },
    source::shown,
    transition::{
        event::{Actor, Event, Record},
        next::Verdict,
    },
};

use crate::cli::{
    at_site::{AtSite, Attached, failed},
    exit::Exit,
    json::{Document, Format},
    of_run::abort::acting,
    screen::Screen,
};

/// Hand a run over to another person: takes that down, and prints a page for them.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The run, if it is not the youngest in the journal
    #[arg(value_name = "RUN")]
    called: Option<String>,
    /// To whom
    #[arg(long, value_name = "NAME")]
    to: String,
    /// Who you are, for the journal
    #[arg(long, value_name = "NAME")]
    person: String,
    /// The role that you act for
    #[arg(long = "as", value_name = "ROLE")]
    role: String,
    #[command(flatten)]
    at: AtSite,
    /// Text for people, in Markdown, or JSON
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
}

/// What whoever takes a run over has to know.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct HandedOver {
    /// The run.
    run: String,
    /// Its plan.
    plan: String,
    /// To whom it is handed over.
    to: String,
    /// By whom.
    by: String,
    /// Each step, in the order of the plan.
    steps: Vec<Standing>,
    /// What the run waits for.
    waiting: Vec<Waiting>,
    /// What it waits for, a sentence each; nothing where `keyroll run` goes on.
    next: Vec<String>,
    /// The last second in which some step may begin; nothing where no step says one.
    #[serde(skip_serializing_if = "Option::is_none")]
    latest: Option<Timestamp>,
    /// How to go on.
    go_on: String,
    /// How to call it off.
    stop: String,
}

impl Document for HandedOver {
    const NAME: &'static str = "handover";
}

/// Does it.
pub fn run(arguments: &Arguments, screen: &mut Screen) -> Exit {
    screen.speak(arguments.format);
    match handed_over(arguments, screen) {
        Ok(exit) | Err(exit) => exit,
    }
}

fn handed_over(arguments: &Arguments, screen: &mut Screen) -> Result<Exit, Exit> {
    let at = arguments.at.of(arguments.called.as_deref());
    let Attached { checked, mut host, pinned, site, .. } = at.attach(false, screen)?;
    acting(&checked, &arguments.role, screen)?;
    let (now, person) = (WallClock.now(), Some(arguments.person.clone()));
    let by = Actor { role: arguments.role.clone(), person, automatic: false };
    let record = Record { at: now, event: Event::HandedOver { to: arguments.to.clone(), by } };
    if let Verdict::Refused(why) = host.submit(&checked, &record).map_err(|error| failed(&error, screen))? {
        screen.talk(format_args!("not taken down: {}", shown(&why.to_string())));
        return Err(Exit::Usage);
    }
    let casting = Casting::of(checked.plan(), &site);
    let steps = standings(&checked, &casting, host.state(), now);
    let found = waits(&checked, &casting, host.state(), now);
    let options = AtSite { run: None, ..at.clone() }.options();
    let page = HandedOver {
        plan: pinned.plan_name.clone(),
        to: arguments.to.clone(),
        by: arguments.person.clone(),
        waiting: found.iter().map(|wait| wait.waiting(&checked)).collect(),
        next: found.iter().map(|wait| wait.sentence(&checked)).collect(),
        latest: steps.iter().filter_map(|step| step.not_after).min(),
        go_on: format!("keyroll run --run {}{options}", pinned.run),
        stop: format!("keyroll abort {}{options} --as {}", pinned.run, arguments.role),
        steps,
        run: pinned.run,
    };
    if arguments.format == Format::Json {
        screen.document(&page);
    } else {
        lines(&page).into_iter().for_each(|line| screen.result(line));
    }
    Ok(Exit::Done)
}

/// The page in Markdown.
fn lines(page: &HandedOver) -> Vec<String> {
    let done = page.steps.iter().filter(|step| matches!(step.status, Word::Done | Word::AlreadySo)).count();
    let mut lines = vec![
        format!("# {}", shown(&page.plan)),
        String::new(),
        format!(
            "Handed over to {} by {}. The run is `{}`.",
            shown(&page.to),
            shown(&page.by),
            shown(&page.run)
        ),
        String::new(),
        "## Where it stands".to_owned(),
        String::new(),
        format!("{done} of {} steps are done.", page.steps.len()),
        String::new(),
    ];
    for step in &page.steps {
        lines.push(format!("- {}: `{}` of {}: {}", step.status.shown(), step.step, step.role, step.act));
    }
    lines.extend([String::new(), "## What comes next".to_owned(), String::new()]);
    match page.next.is_empty() {
        true => lines.push(format!("Nobody is waited for: `{}` goes on.", page.go_on)),
        false => {
            lines.extend(page.next.iter().map(|wait| format!("- {}", shown(wait))));
            lines.push(format!("- then: `{}`", page.go_on));
        }
    }
    lines.extend([String::new(), "## The latest date".to_owned(), String::new()]);
    lines.push(page.latest.map_or_else(
        || "No step says until when it has to have begun.".to_owned(),
        |at| format!("A step that is still to begin has to have begun by {}.", to_the_second(at)),
    ));
    lines.extend([String::new(), "## How to stop".to_owned(), String::new()]);
    lines.push(format!("`{}` shows the proved way back, and takes nothing.", page.stop));
    lines
}
