//! `keyroll rehearse PLAN --story FILE`: plays a story on real backends, moment by moment.

use std::fmt;
use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use miette::Diagnostic;
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    backend::{
        clock::{Clock, SetClock, WallClock},
        file::bounded,
    },
    check::Checked,
    cli::{
        at_site::shown_path,
        exit::Exit,
        json::{Document, Format},
        screen::Screen,
        stop,
    },
    proof::story::{
        Story,
        form::{LIMIT, StoryFile},
        refused::Refused,
        replay::replay,
    },
    run::{
        bind::bind,
        enact::{EnactError, Enactment, Seen},
        runner::{Parts, Runner},
        sandbox::{Props, Sandbox},
        timetable::Timetable,
    },
    source::{Refusal, Source, shown},
    transition::event::Record,
};

use super::{
    Arguments, Place,
    play::{Nobody, PlayError, journal},
};

/// How long ago a story ends on the clock of its sandbox at the latest: it ends before now.
const AGO: SignedDuration = SignedDuration::from_hours(48);

/// What became of a story.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Enacted {
    /// The plan's name.
    plan: String,
    /// The story's file.
    story: String,
    /// Whether its fault was shown by the backends.
    came_true: bool,
    /// The moments that were played.
    moments: Vec<Played>,
    /// Why it did not come true: a code.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    /// Why it did not, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// A moment that was played.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct Played {
    /// Its number, from one.
    number: usize,
    /// What the story tells.
    text: String,
    /// What the backends showed.
    shown: String,
}

/// A story that is not believed, or did not come true.
#[derive(Debug, thiserror::Error)]
#[error("{file}: {refused}")]
struct Wrong {
    file: String,
    refused: Refused,
}

impl Diagnostic for Wrong {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.refused.code()
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.refused.help()
    }
}

impl Document for Enacted {
    const NAME: &'static str = "enacted";
}

/// Does it.
pub(super) fn run(arguments: &Arguments, path: &Path, screen: &mut Screen) -> Exit {
    let (_, checked) = match arguments.plan.checked(None, screen) {
        Ok(read) => read,
        Err(exit) => return exit,
    };
    let text = match bounded::read(path, LIMIT) {
        Ok(text) => text,
        Err(error) => {
            screen.talk(format_args!("cannot read {}: {error}", shown_path(path)));
            return Exit::Usage;
        }
    };
    let mut enacted = Enacted {
        plan: checked.plan().name.clone(),
        story: shown_path(path),
        came_true: false,
        moments: Vec::new(),
        code: None,
        reason: None,
    };
    let believed = StoryFile::read(&text).and_then(|file| replay(&checked, &file));
    // What cannot be played is said before anything is built.
    let believed = believed.and_then(|story| Ok((Timetable::of(&checked, &story)?.whole(), story)));
    let played = match believed {
        Ok((whole, story)) => {
            let is_text = arguments.format == Format::Text;
            let moments = &mut enacted.moments;
            let mut tell = |seen: Seen, screen: &mut Screen| {
                if is_text {
                    screen.result(format_args!("  {:>2}  {}", seen.number, seen.text));
                    if seen.shown != DONE {
                        screen.result(format_args!("      {}", seen.shown));
                    }
                }
                let Seen { number, text, shown } = seen;
                moments.push(Played { number, text, shown });
            };
            played(arguments, (&checked, &story, whole), &mut tell, screen)
        }
        Err(refused) => Err(Failed::Story(refused)),
    };
    let exit = match played {
        Ok(()) => {
            enacted.came_true = true;
            Exit::Broken
        }
        Err(Failed::Exit(exit)) => return exit,
        Err(Failed::Story(refused)) => {
            enacted.code = refused.code().map(|code| code.to_string());
            enacted.reason = Some(refused.to_string());
            if arguments.format == Format::Text {
                let wrong = Wrong { file: enacted.story.clone(), refused };
                screen.page(&Refusal::new(Source::new("", ""), vec![Box::new(wrong)]));
            }
            Exit::Refused
        }
    };
    match arguments.format {
        Format::Json => screen.document(&enacted),
        Format::Text if enacted.came_true => {
            screen.result(format_args!("{}: the story came true", enacted.plan));
            if let Some(folder) = &arguments.keep {
                screen.result(format_args!("kept:   {}", shown_path(folder)));
            }
        }
        Format::Text => {}
    }
    exit
}

/// What is shown of a moment that only has to be done.
const DONE: &str = "done";

/// Why a story was not played to its end.
enum Failed {
    /// It is refused.
    Story(Refused),
    /// Something else; it has been said.
    Exit(Exit),
}

/// Hears of each moment.
type Tell<'a> = &'a mut dyn FnMut(Seen, &mut Screen);

fn played(
    arguments: &Arguments,
    (checked, story, whole): (&Checked, &Story, SignedDuration),
    tell: Tell<'_>,
    screen: &mut Screen,
) -> Result<(), Failed> {
    let place = Place::of(arguments, screen).map_err(Failed::Exit)?;
    let held = |error: PlayError, screen: &mut Screen| {
        screen.talk(format_args!("the story cannot be played: {}", shown(&error.to_string())));
        Failed::Exit(Exit::Backend)
    };
    let start = WallClock.now();
    let start = start.checked_sub(AGO.saturating_add(whole)).unwrap_or(start);
    // A story is an order of moments: every date of the plan has come when it begins.
    let dates = checked.plan().steps.rows().filter_map(|step| step.extra().not_before);
    let start = dates.map(|date| date.at).fold(start, Timestamp::max);
    let props = Props { key_type: arguments.key_type, start, pause: std::time::Duration::ZERO };
    let sandbox =
        Sandbox::build(checked.plan(), place.path(), &props).map_err(|error| held(error.into(), screen))?;
    let mut host = journal(checked, &sandbox, start).map_err(|error| held(error, screen))?;
    let backends =
        bind(checked.plan(), sandbox.site(), sandbox.folder()).map_err(|error| held(error.into(), screen))?;
    let clock = SetClock::new(start);
    let parts = Parts {
        host: &mut host,
        backends,
        site: sandbox.site(),
        folder: sandbox.folder(),
        clock: &clock,
        notifier: &mut Nobody,
        stop: stop::flag(),
    };
    let runner = Runner::in_sandbox(&sandbox, checked, parts);
    let played = Enactment::of(checked, story, runner, &sandbox, &clock).and_then(|mut enactment| {
        let mut silent = |_: &Record| {};
        enactment.play(&mut |seen| tell(seen, screen), &mut silent)
    });
    played.map_err(|error| match error {
        EnactError::Refused(refused) => Failed::Story(refused),
        EnactError::Run(error) => held(error.into(), screen),
        EnactError::Traffic(error) => held(error.into(), screen),
    })
}
