//! Why a run stands still, or stopped: it is paused, the world moved, a promise is broken there, the clock is behind.

use jiff::{SignedDuration, Timestamp};

use crate::{
    check::Checked,
    run::{difference::Difference, promised::Broken, time::to_the_second},
    source::shown,
    transition::{pause, state::State},
};

use super::{of_run::pause::lines, screen::Screen};

/// So far behind its last record a clock may be without a word.
const BEHIND: SignedDuration = SignedDuration::from_mins(1);

/// Says where the world is not as recorded.
pub(super) fn moved(found: &[Difference], state: &State, screen: &mut Screen) {
    screen.talk("the world is not as recorded, and nothing was changed:");
    differences(found, screen);
    screen.talk(if state.started {
        "put it right by hand and run again; `keyroll status` shows where the run stands"
    } else {
        "put it right by hand and run again, or write the plan for the world as it is: nothing has begun"
    });
}

fn differences(found: &[Difference], screen: &mut Screen) {
    for difference in found {
        screen.talk(format_args!(
            "  {}: recorded is {}, seen is {}",
            difference.what,
            shown(&difference.recorded),
            shown(&difference.seen)
        ));
    }
}

/// Says which promises are broken in the world, what was seen, and the way out.
pub(super) fn broken(
    checked: &Checked,
    found: (&[Broken], &[Difference]),
    options: &str,
    screen: &mut Screen,
) {
    let (broken, moved) = found;
    screen.talk("a promise is broken in the world, and nothing more is done; the world is not as recorded:");
    differences(moved, screen);
    let file = shown(&checked.plan().source.name);
    for one in broken {
        let place = one.line.map_or_else(|| file.clone(), |line| format!("{file}:{line}"));
        screen.talk(format_args!("{place}: {}: {}", one.promise, one.seen));
        screen.talk(format_args!("  the way out: {}", one.mend));
    }
    screen.talk(format_args!(
        "then `keyroll run` goes on; or `keyroll abort{options} --as ROLE` shows the proved way back"
    ));
}

/// Says that the clock is behind the last record of a run.
pub(super) fn behind(state: &State, now: Timestamp, screen: &mut Screen) {
    if state.started && state.now.duration_since(now) > BEHIND {
        screen.remark(format_args!(
            "the clock says {}, and the last record of the run is of {}: for the run no time passes until then",
            to_the_second(now),
            to_the_second(state.now)
        ));
    }
}

/// The line for a run that stands still as a whole, which is all that it waits for then.
pub(super) fn standstill(checked: &Checked, state: &State, now: Timestamp) -> Vec<String> {
    let whole = pause::whole(checked.plan(), state, now);
    whole.map_or_else(Vec::new, |pause| lines(std::slice::from_ref(pause), now.max(state.now)))
}
