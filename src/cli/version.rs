//! `keyroll --version`: of the program, of what is built into it, and of what it reads and writes.

use std::sync::LazyLock;

use crate::{journal, run::site, syntax};

use super::schema;

/// Everything that has a version, a line each.
static LONG: LazyLock<String> = LazyLock::new(|| {
    let lines = [
        env!("CARGO_PKG_VERSION").to_owned(),
        format!("openssl   {}", openssl::version::version()),
        format!("sqlite    {}", rusqlite::version()),
        format!("language  keyroll {}", syntax::VERSION),
        format!("site      {}", site::VERSION),
        format!("journal   {}", journal::schema::VERSION),
        format!("json      keyroll/*/{}", schema::VERSION),
    ];
    lines.join("\n")
});

/// What `-V` says after the name.
pub const SHORT: &str = env!("CARGO_PKG_VERSION");

/// What `--version` says after the name.
#[must_use]
pub fn long() -> &'static str {
    &LONG
}

/// The same in one line, for those who ask what happens.
#[must_use]
pub fn line() -> String {
    format!("keyroll {SHORT}, {}, SQLite {}", openssl::version::version(), rusqlite::version())
}
