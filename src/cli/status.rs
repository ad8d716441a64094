//! `keyroll status`

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    backend::clock::{Clock, WallClock},
    journal::Host,
    plan::answers::Question,
    run::{
        casting::Casting,
        status::{Standing, standings},
        time::to_the_second,
        wait::{Waiting, waits},
    },
};

use super::{
    answered,
    at_site::{AtSite, Attached},
    exit::Exit,
    json::{Document, Format},
    screen::Screen,
};

/// Show where a run stands, step by step.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    at: AtSite,
    /// Text for people, or JSON
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
}

/// Where a run stands.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Standings {
    /// The run.
    run: String,
    /// The plan's name.
    plan: String,
    /// When it began.
    started: Timestamp,
    /// Whether it is done.
    finished: bool,
    /// The answer to each question of the plan, and whether silence was taken for it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    answers: Vec<String>,
    /// Each step, in the order of the plan.
    steps: Vec<Standing>,
    /// What it waits for, a sentence each.
    waits: Vec<String>,
    /// What it waits for.
    waiting: Vec<Waiting>,
    /// Promises that were broken on the way.
    broken: Vec<String>,
}

impl Document for Standings {
    const NAME: &'static str = "status";
}

/// Does it.
pub fn run(arguments: &Arguments, screen: &mut Screen) -> Exit {
    screen.speak(arguments.format);
    let Attached { checked, host, pinned, site, .. } = match arguments.at.attach(false, screen) {
        Ok(attached) => attached,
        Err(exit) => return exit,
    };
    let casting = Casting::of(checked.plan(), &site);
    let now = WallClock.now();
    let rows = standings(&checked, &casting, host.state(), now);
    let finished = host.state().is_finished();
    if arguments.format == Format::Json {
        let found = waits(&checked, &casting, host.state(), now);
        screen.document(&Standings {
            run: pinned.run,
            plan: pinned.plan_name,
            started: pinned.started,
            finished,
            answers: checked.plan().questions.iter().map(Question::told).collect(),
            steps: rows,
            waits: found.iter().map(|wait| wait.sentence(&checked)).collect(),
            waiting: found.iter().map(|wait| wait.waiting(&checked)).collect(),
            broken: host.state().broken.clone(),
        });
        return Exit::Done;
    }
    screen.result(format_args!(
        "{} ({}), begun {}{}",
        pinned.plan_name,
        pinned.run,
        to_the_second(pinned.started),
        if finished { ", done" } else { "" }
    ));
    answered::lines(&checked.plan().questions).for_each(|line| screen.result(line));
    for (number, row) in rows.iter().enumerate() {
        screen.result(line(number + 1, row));
    }
    Exit::Done
}

fn line(number: usize, row: &Standing) -> String {
    let why = row.why.as_ref().map_or_else(String::new, |why| format!("\n      {why}"));
    let since = row.since.map_or_else(String::new, |at| format!("  {}", to_the_second(at)));
    let until =
        row.not_after.map_or_else(String::new, |at| format!("\n      not after {}", to_the_second(at)));
    let line = format!("  {number:>2}  {:<10}  {:<22} {:<22}{since}", row.status.shown(), row.role, row.step);
    format!("{}{why}{until}", line.trim_end())
}
