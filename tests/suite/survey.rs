//! The roles of a plan are asked before its run begins: until when, what silence means, and what is kept of the answers.

#![cfg(test)]

mod begun;
mod kept;
mod killed;
mod mails;
mod rows;
mod said;

use rusqlite::Connection;
use serde_json::Value;

use crate::{
    answers::{BY_HAND, JOINED},
    runs::Place,
};

/// What the plan is called.
pub(crate) const PLAN: &str = "xml-signature-by-what-the-partner-holds";

/// A plan that asks by when, and perhaps for how long an answer holds.
fn asks(times: &str) -> String {
    let text = JOINED.replace("  silence means no\n", &format!("{times}  silence means no\n"));
    assert_eq!(text == JOINED, times.is_empty());
    text
}

/// A place in which all is done by hand, and nobody is told.
pub(crate) fn place(times: &str) -> Place {
    let place = Place::two_keys();
    place.write("plan.renewal", asks(times));
    place.write("site.toml", BY_HAND);
    place
}

/// The same, where the partner is told by mails in a folder.
fn told() -> Place {
    let place = place("  answers within 14d\n");
    std::fs::create_dir(place.folder.join("post")).unwrap();
    let role = "[roles.receiver_admin]\nnotify = [\"post\"]\nmail = \"partner@example.net\"\n";
    let post = "[notices.post]\nkind = \"spool\"\npath = \"post\"\nfrom = \"keyroll@example.org\"\n";
    place.write("site.toml", format!("{BY_HAND}{role}{post}"));
    place
}

fn journal(place: &Place) -> Connection {
    Connection::open(place.folder.join("keyroll.db")).unwrap()
}

/// So many days pass: whatever is written down lies back by them.
fn pass(place: &Place, days: i64) {
    let journal = journal(place);
    for (table, columns) in [
        ("survey", &["opened"][..]),
        ("question", &["asked", "due"]),
        ("answer", &["at"]),
        ("letter", &["composed", "due", "sent"]),
    ] {
        for column in columns {
            let moved = format!("strftime('%Y-%m-%dT%H:%M:%SZ', {column}, '-{days} days')");
            journal.execute(&format!("UPDATE {table} SET {column} = {moved}"), []).unwrap();
        }
    }
}

fn count(place: &Place, what: &str) -> i64 {
    journal(place).query_row(&format!("SELECT count(*) FROM {what}"), [], |row| row.get(0)).unwrap()
}

fn json(place: &Place, line: &str, exit: i32) -> Value {
    let said = place.keyroll(&format!("{line} --format json")).ends(exit).out;
    serde_json::from_str(said.lines().last().unwrap()).unwrap()
}

/// The mails in the folder, as they lie there.
fn mails(place: &Place) -> Vec<String> {
    let files = std::fs::read_dir(place.folder.join("post")).unwrap();
    files.map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap()).collect()
}
