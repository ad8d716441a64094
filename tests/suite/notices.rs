//! What people are told of a run: by real servers, which take it, refuse it, hang, or are not there.

#![cfg(test)]

mod foreseen;
mod hooks;
mod hostile;
mod letters;
mod mails;
mod secrets;
pub(crate) mod servers;
mod sites;
mod spools;
mod windows;

use rusqlite::Connection;
use serde_json::Value;

use crate::{commands::trust, runs::Place};

/// What the partner's role is told by, and at which address.
const PARTNER: &str = "partner@example.net";

/// Who looks after the run.
const OPS: &str = "ops@example.org";

/// A place in which a person plays the receiver's administrator, who is told by a channel `post`, which is this.
fn place(channel: &str) -> Place {
    told(Place::two_keys(), channel)
}

fn told(place: Place, channel: &str) -> Place {
    place.played_by_a_person("receiver_admin");
    let role = "[roles.receiver_admin]\nautomatic = false\n";
    place.edit("site.toml", role, &format!("{role}notify = [\"post\"]\nmail = \"{PARTNER}\"\n"));
    let ops = format!("[coordinator]\nnotify = [\"post\"]\nmail = \"{OPS}\"\n");
    place.write("site.toml", format!("{}\n[notices.post]\n{channel}\n{ops}", place.read("site.toml")));
    trust(&place.folder);
    place
}

/// Another day has come: what was told, was told before, and what failed is due.
fn another_day(place: &Place) {
    let journal = Connection::open(place.folder.join("keyroll.db")).unwrap();
    let before = "'2026-01-01T00:00:00Z'";
    let sql = format!("UPDATE letter SET sent = iif(sent IS NULL, NULL, {before}), due = {before}");
    journal.execute(&sql, []).unwrap();
}

/// The notices that `status` tells of.
fn notices(place: &Place) -> Vec<Value> {
    let said = place.keyroll("status --format json").ends(0).out;
    let said: Value = serde_json::from_str(&said).unwrap();
    said["notices"].as_array().cloned().unwrap_or_default()
}
