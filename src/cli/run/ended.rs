//! How a call of `run` ended: words, a last line for machines, figures, and the exit.

use crate::{
    backend::clock::{Clock, WallClock},
    check::Checked,
    cli::{
        carried::Carried,
        compared,
        exit::Exit,
        halted,
        json::Format,
        metrics::write_of,
        screen::Screen,
        stop,
        tally::{Summary, Tally, tally},
    },
    journal::Host,
    run::{
        casting::Casting,
        error::RunError,
        runner::Ending,
        wait::{Wait, waits},
    },
    source::{Refusal, shown},
    transition::{compared::Substituted, state::State},
};

use super::Job;

/// Says how it ended.
pub(super) fn end(
    job: Job<'_>,
    host: &dyn Host,
    ending: Result<Ending, RunError>,
    screen: &mut Screen,
) -> Exit {
    let Job { arguments, proven, site, .. } = job;
    let checked = proven.checked();
    let mut more = Carried::of("", &Tally::default(), host.run());
    let (exit, word) = match ending {
        Ok(Ending::Done) => (Exit::Done, "done"),
        Ok(Ending::Waiting(found)) => {
            waiting(checked, host.state(), &found, &mut more, screen);
            (Exit::Waiting, "waiting")
        }
        Ok(Ending::Interrupted) => {
            let casting = Casting::of(checked.plan(), site);
            let found = waits(checked, &casting, host.state(), WallClock.now());
            waiting(checked, host.state(), &found, &mut more, screen);
            screen.talk("interrupted; run again to go on");
            (stop::exit(), "interrupted")
        }
        Ok(Ending::Moved(found)) => {
            halted::moved(&found, host.state(), screen);
            more.differences = Some(found);
            (Exit::Stale, "moved")
        }
        Ok(Ending::Broken(broken, moved)) => {
            let options = arguments.at.of(Some(host.run())).options();
            halted::broken(checked, (&broken, &moved), &options, screen);
            (more.breaches, more.differences) = (broken, Some(moved));
            (Exit::Broken, "broken")
        }
        Ok(Ending::Substituted(found)) => {
            let options = arguments.at.of(Some(host.run())).options();
            if screen.is_text() {
                compared::stopped(checked, &found, &options, screen);
            } else {
                found.iter().for_each(|one| screen.talk(format_args!("substituted: {}", one.sentence())));
            }
            more.cause = Some(found.iter().map(Substituted::sentence).collect::<Vec<_>>().join("; "));
            more.substituted = found;
            (Exit::Broken, "broken")
        }
        Err(RunError::Weak(finding)) => {
            more.cause = Some(finding.to_string());
            screen.page(&Refusal::new(checked.plan().source.clone(), vec![finding]));
            (Exit::Refused, "failed")
        }
        Err(RunError::Partners(fallout)) => {
            if !fallout.waits.is_empty() {
                waiting(checked, host.state(), &fallout.waits, &mut more, screen);
            }
            screen.talk(shown(&fallout.to_string()));
            more.cause = Some(fallout.to_string());
            (Exit::Backend, "failed")
        }
        Err(error) => {
            if let RunError::Step { at, .. } | RunError::TooLate { at, .. } = &error {
                let source = &checked.plan().source;
                let (name, row, _) = source.place(*at);
                screen.talk(format_args!("{}:{row}: {}", shown(name), shown(&error.to_string())));
            } else {
                screen.talk(shown(&error.to_string()));
            }
            more.cause = Some(error.to_string());
            (Exit::Backend, "failed")
        }
    };
    let (exit, word) = match exit {
        // What was broken on the way stays broken.
        Exit::Done if !host.state().broken.is_empty() => (Exit::Broken, "broken"),
        _ => (exit, word),
    };
    for broken in &host.state().broken {
        screen.talk(format_args!("broken: {}", shown(broken)));
    }
    if arguments.format == Format::Json {
        let tally = tally(checked, site, &arguments.at.folder(), host);
        more.summary = Summary::of(word, &tally, host.run());
        more.broken = host.state().broken.clone();
        screen.document(&more);
    } else if exit == Exit::Done {
        screen.result(format_args!("{}: done ({})", checked.plan().name, host.run()));
    }
    let word = if host.state().left { "called_off" } else { word };
    match arguments.metrics.file(screen) {
        // A run that has not begun is none.
        Ok(Some(path)) if host.state().started => {
            let written = write_of((checked, site, host), Some((exit, word)), path, screen);
            // What the run itself came to is more, unless it is well.
            let is_well = matches!(exit, Exit::Done | Exit::Waiting);
            written.err().filter(|_| is_well).unwrap_or(exit)
        }
        Ok(_) => exit,
        Err(failed) => failed,
    }
}

fn waiting(checked: &Checked, state: &State, found: &[Wait], more: &mut Carried, screen: &mut Screen) {
    let mut lines = halted::standstill(checked, state, WallClock.now());
    lines.extend(found.iter().map(|wait| wait.sentence(checked)));
    if screen.is_text() {
        lines.iter().for_each(|line| screen.result(line));
    }
    more.waits = Some(lines);
    more.waiting = Some(found.iter().map(|wait| wait.waiting(checked)).collect());
}
