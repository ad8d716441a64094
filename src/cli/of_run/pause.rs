//! `keyroll pause RUN --until DATE --because WHY` and `keyroll resume RUN`

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    backend::clock::{Clock, WallClock},
    check::Checked,
    journal::{Host, sqlite::SqliteHost},
    run::{
        opening,
        pausing::obstacles,
        time::{self, to_the_second},
    },
    source::shown,
    transition::{
        event::{Actor, Event, Record},
        next::{Verdict, next},
        pause::Pause,
    },
};

use crate::cli::{
    at_site::{AtSite, Attached, failed},
    exit::Exit,
    json::{Document, Format},
    of_run::abort::acting,
    screen::Screen,
};

/// Which run, on whose word, and why.
#[derive(Debug, clap::Args)]
pub struct How {
    /// The run, if it is not the youngest in the journal
    #[arg(value_name = "RUN")]
    called: Option<String>,
    /// Only what the steps of this role do, and what is said to it
    #[arg(long, value_name = "ROLE")]
    partner: Option<String>,
    /// The role that you act for
    #[arg(long = "as", value_name = "ROLE")]
    role: String,
    /// Who you are, for the journal
    #[arg(long, value_name = "NAME")]
    person: Option<String>,
    /// Why, for the journal
    #[arg(long, visible_alias = "reason", value_name = "WHY")]
    because: String,
    #[command(flatten)]
    at: AtSite,
    /// Text for people, or JSON
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
}

/// Let a run stand still until a moment: nothing is begun, and nobody has to answer. It counts against the slack.
///
/// It is refused where a flow stands still, in an open window, and where a certificate in use would end or a deadline
/// pass before the rest could be done. What people have done all the same they still confirm.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Until when, as in 2026-12-28 (from that day on, in UTC) or 2026-12-28T08:00:00+01:00
    #[arg(long, value_name = "DATE", value_parser = time::day_or_moment)]
    until: Timestamp,
    #[command(flatten)]
    how: How,
}

/// Let a run that was paused go on at once; or say that the clock is right where a run does not believe it, or that you
/// have seen to a certificate that was another one than was sent.
#[derive(Debug, clap::Args)]
pub struct ResumeArguments {
    /// The step by which another certificate was named than the one that was sent: you have seen to it
    #[arg(long, value_name = "STEP", conflicts_with = "partner")]
    substituted: Option<String>,
    #[command(flatten)]
    how: How,
}

/// What stands still of a run.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Paused {
    /// The run.
    run: String,
    /// Until when it stands still, and for whom.
    paused: Vec<Pause>,
    /// Whether this is new; otherwise it was taken down before, and nothing changed.
    new: bool,
}

impl Document for Paused {
    const NAME: &'static str = "pause";
}

/// The pauses that are not over, in words.
#[must_use]
pub fn lines(pauses: &[Pause], now: Timestamp) -> Vec<String> {
    let open = pauses.iter().filter(|pause| now < pause.until);
    open.map(|pause| format!("{}, until {}", pause.reason(), to_the_second(pause.until))).collect()
}

/// Lets a run stand still.
pub fn run(arguments: &Arguments, screen: &mut Screen) -> Exit {
    let Arguments { until, how } = arguments;
    screen.speak(how.format);
    done(how, (Some(*until), None), screen).unwrap_or_else(|exit| exit)
}

/// Lets it go on.
pub fn resume(arguments: &ResumeArguments, screen: &mut Screen) -> Exit {
    screen.speak(arguments.how.format);
    done(&arguments.how, (None, arguments.substituted.as_deref()), screen).unwrap_or_else(|exit| exit)
}

fn done(
    how: &How,
    (until, substituted): (Option<Timestamp>, Option<&str>),
    screen: &mut Screen,
) -> Result<Exit, Exit> {
    let Attached { checked, mut host, site, .. } = how.at.of(how.called.as_deref()).attach(false, screen)?;
    acting(&checked, &how.role, screen)?;
    if let Some(partner) = &how.partner {
        acting(&checked, partner, screen)?;
    }
    if how.because.trim().is_empty() {
        screen.talk("not taken down: say why with --because");
        return Err(Exit::Usage);
    }
    let (now, role) = (WallClock.now(), how.partner.clone());
    let by = Actor { role: how.role.clone(), person: how.person.clone(), automatic: false };
    let because = how.because.clone();
    let event = match (until, substituted) {
        (Some(until), _) => Event::Paused { until, role, by, because },
        (None, Some(step)) => Event::Resolved { step: step.to_owned(), by, because },
        (None, None) => Event::Resumed { role, by, because },
    };
    let state = host.state();
    if let (Event::Resumed { .. }, Some(one), true) =
        (&event, state.substituted.first(), state.pauses.is_empty())
    {
        let step = shown(&one.step);
        screen.talk(format_args!(
            "not taken down: the run is stopped for a certificate: add --substituted {step}"
        ));
        return Err(Exit::Usage);
    }
    let record = Record { at: now, event };
    if let Verdict::Refused(why) = next(&checked, &mut host.state().clone(), &record) {
        screen.talk(format_args!("not taken down: {}", shown(&why.to_string())));
        return Err(Exit::Refused);
    }
    if let Some(until) = until {
        let material = opening::material(&checked, &site, host.state(), now);
        let against = obstacles(&checked, host.state(), &material, until);
        if !against.is_empty() {
            screen
                .talk(format_args!("not paused until {}, for that would be too late:", to_the_second(until)));
            against.iter().for_each(|line| screen.talk(format_args!("  {line}")));
            return Err(Exit::Refused);
        }
    }
    taken_down(&checked, &mut host, &record, screen)
}

fn taken_down(
    checked: &Checked,
    host: &mut SqliteHost,
    record: &Record,
    screen: &mut Screen,
) -> Result<Exit, Exit> {
    let new = match host.submit(checked, record).map_err(|error| failed(&error, screen))? {
        Verdict::Applied(_) => true,
        Verdict::Duplicate => false,
        Verdict::Refused(why) => {
            screen.talk(format_args!("not taken down: {}", shown(&why.to_string())));
            return Err(Exit::Refused);
        }
    };
    let state = host.state();
    if !screen.is_text() {
        let paused = state.pauses.iter().filter(|pause| record.at < pause.until).cloned().collect();
        screen.document(&Paused { run: host.run().to_owned(), paused, new });
        return Ok(Exit::Done);
    }
    let lines = lines(&state.pauses, record.at);
    lines.iter().for_each(|line| screen.result(line));
    if lines.is_empty() {
        screen.result("taken down; `keyroll run` goes on from here");
    }
    Ok(Exit::Done)
}
