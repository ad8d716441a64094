//! `keyroll status --watch`: the lanes of a run again whenever something was recorded.
//!
//! Once a second the marks of the journal's files are looked at, and nothing else is read; when they moved, or
//! half a minute has passed, the run is read again.

use std::sync::atomic::Ordering;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::{
    backend::clock::{Clock, WallClock},
    journal::look::{Marks, marks},
    run::site::Site,
};

use super::{
    super::{
        at_site::{AtSite, Looked},
        exit::Exit,
        json::Format,
        screen::Screen,
        stop,
    },
    Standings, lanes,
    terminal::{Key, Terminal},
};

/// How long the marks are not looked at.
pub(super) const BEAT: Duration = Duration::from_secs(1);

/// How long what is shown stands, where nothing was recorded.
pub(super) const STANDS: SignedDuration = SignedDuration::from_secs(30);

/// Does it.
pub(super) fn run(at: &AtSite, format: Format, screen: &mut Screen) -> Exit {
    // It begins to listen before anything is shown.
    let stop = stop::flag();
    let found = Seen::of(at, screen).and_then(|seen| Ok((seen, at.read(screen)?.0)));
    let (first, site) = match found {
        Ok(found) => found,
        Err(exit) => return exit,
    };
    let terminal = if format == Format::Text { Terminal::take() } else { None };
    let watch = Watch { at, site: &site, format, stop };
    match terminal {
        None => watch.blocks(first, screen),
        Some(Ok(terminal)) => {
            let ended = watch.pages(first, &terminal, screen);
            drop(terminal);
            match ended {
                Ok((exit, last)) => {
                    // What was shown last stays.
                    last.lines(&site, None).into_iter().for_each(|line| screen.result(line));
                    exit
                }
                Err(exit) => exit,
            }
        }
        Some(Err(error)) => {
            screen.talk(format_args!("the terminal cannot be drawn on: {error}"));
            Exit::Backend
        }
    }
}

/// What was read, and when.
struct Seen {
    looked: Looked,
    marks: Marks,
    at: Timestamp,
}

impl Seen {
    fn of(at: &AtSite, screen: &mut Screen) -> Result<Self, Exit> {
        // What comes to the journal while it is read is seen the next time.
        let marks = marks(&at.journal());
        Ok(Self { marks, looked: at.looked(screen)?, at: WallClock.now() })
    }

    fn standings(&self, site: &Site) -> Standings {
        Standings::of(&self.looked, site, self.at)
    }

    fn lines(&self, site: &Site, most: Option<usize>) -> Vec<String> {
        lanes::lines(&self.standings(site), &self.looked, (site, self.at), most)
    }

    fn is_over(&self) -> bool {
        self.looked.state.is_over()
    }
}

struct Watch<'a> {
    at: &'a AtSite,
    site: &'a Site,
    format: Format,
    stop: &'a std::sync::atomic::AtomicBool,
}

impl Watch<'_> {
    fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Whether the run has to be read again.
    fn is_stale(&self, seen: &Seen) -> bool {
        marks(&self.at.journal()) != seen.marks || WallClock.now().duration_since(seen.at) >= STANDS
    }

    /// Pages in place.
    fn pages(&self, mut seen: Seen, terminal: &Terminal, screen: &mut Screen) -> Result<(Exit, Seen), Exit> {
        let mut size = (0, 0);
        let mut is_new = true;
        loop {
            if is_new || size != terminal.size() {
                size = terminal.size();
                let mut lines = seen.lines(self.site, Some(size.1.saturating_sub(1)));
                lines.push("q ends".to_owned());
                if terminal.draw(&lines).is_err() {
                    return Ok((Exit::Backend, seen));
                }
            }
            if seen.is_over() {
                return Ok((Exit::Done, seen));
            }
            if terminal.key() == Key::End || self.is_stopped() {
                return Ok((Exit::Interrupted, seen));
            }
            is_new = self.is_stale(&seen);
            if is_new {
                seen = Seen::of(self.at, screen)?;
            }
        }
    }

    /// A block for each change, where there is no terminal.
    fn blocks(&self, mut seen: Seen, screen: &mut Screen) -> Exit {
        let mut told = None;
        loop {
            let standings = seen.standings(self.site);
            // A time that goes by is no change.
            if told.as_ref() != Some(&standings.steps) {
                if self.format == Format::Json {
                    screen.document(&standings);
                } else {
                    if told.is_some() {
                        screen.result("");
                    }
                    seen.lines(self.site, None).into_iter().for_each(|line| screen.result(line));
                }
                told = Some(standings.steps);
            }
            if seen.is_over() {
                return Exit::Done;
            }
            loop {
                WallClock.sleep(BEAT);
                if self.is_stopped() {
                    return Exit::Interrupted;
                }
                // Nobody reads it any more.
                if screen.is_lost() {
                    return Exit::Done;
                }
                if self.is_stale(&seen) {
                    break;
                }
            }
            seen = match Seen::of(self.at, screen) {
                Ok(seen) => seen,
                Err(exit) => return exit,
            };
        }
    }
}
