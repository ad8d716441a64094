//! `keyroll status --watch` before a run begins: what its roles are asked, again whenever something was recorded.

use std::sync::atomic::Ordering;

use jiff::Timestamp;

use crate::{
    backend::clock::{Clock, WallClock},
    cli::{at_site::failed, exit::Exit, screen::Screen, stop, survey::found::meant},
    journal::look::{Marks, marks},
};

use super::{
    Arguments, asked,
    watched::{BEAT, STANDS},
};

/// Shows what is asked until the run begins; the exit where nobody waits for that any more.
pub(super) fn watch(arguments: &Arguments, screen: &mut Screen) -> Option<Exit> {
    // It begins to listen before anything is shown.
    let stop = stop::flag();
    let journal = arguments.at.journal();
    let mut seen: Option<(Marks, Timestamp)> = None;
    loop {
        let (now, found) = (WallClock.now(), marks(&journal));
        let is_stale =
            |(marks, at): &(Marks, Timestamp)| *marks != found || now.duration_since(*at) >= STANDS;
        if seen.as_ref().is_none_or(is_stale) {
            match meant(&arguments.at) {
                Ok(Some(survey)) => {
                    let is_new = seen.as_ref().is_none_or(|(marks, _)| *marks != found);
                    // A time that goes by is no change.
                    if is_new && asked::show((arguments, None), &survey, screen) != Exit::Done {
                        return Some(Exit::Backend);
                    }
                }
                Ok(None) => return None,
                Err(error) => return Some(failed(&error, screen)),
            }
            seen = Some((found, now));
        }
        WallClock.sleep(BEAT);
        if stop.load(Ordering::Relaxed) {
            return Some(Exit::Interrupted);
        }
        // Nobody reads it any more.
        if screen.is_lost() {
            return Some(Exit::Done);
        }
    }
}
