//! Each record carries the digest of the one before, so that a changed record shows.

use crate::{
    check::Checked,
    transition::{
        event::Record,
        next::{follow, follow_in_place},
        state::State,
    },
    world::material::Fingerprint,
};

/// The state that records lead to.
#[must_use]
pub fn replay(checked: &Checked, records: &[Record]) -> State {
    let mut state = State::new(checked);
    // A state is as large as its plan: it is not copied for each record while all of them count.
    if records.iter().all(|record| follow_in_place(checked, &mut state, record)) {
        return state;
    }
    let mut state = State::new(checked);
    for record in records {
        let _applied = follow(checked, &mut state, record);
    }
    state
}

/// The digest of a record: over the digest before it, its position and its text.
#[must_use]
pub fn link(before: &str, position: i64, record: &str) -> String {
    Fingerprint::of(format!("{before}\n{position}\n{record}").as_bytes()).to_string()
}

/// The digest before the first record: over what the run is pinned to.
#[must_use]
pub fn origin(run: &str, plan: &str, site: &str) -> String {
    Fingerprint::of(format!("keyroll run\n{run}\n{plan}\n{site}").as_bytes()).to_string()
}
