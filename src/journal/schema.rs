//! The tables of the journal, and its version.

/// The last version that is known.
pub const VERSION: u32 = COMPARED;

/// The version of a journal in which a partner has named the [fingerprint](crate::transition::compared) of a certificate.
pub const COMPARED: u32 = 7;

/// The version of a journal in which somebody was [asked](super::survey) before a run began: an earlier program would
/// begin it without the answers.
pub const SURVEYED: u32 = 6;

/// The version of a journal in which some run goes on [without a partner](crate::transition::waived).
pub const WAIVED: u32 = 5;

/// The version of a journal in which the state of some run was written less often than its records, because it is
/// long. Until then earlier programs go on with it.
pub const BEHIND: u32 = 4;

/// The version of a journal in which some run was [paused](crate::transition::pause), or went on after it.
pub const PAUSED: u32 = 3;

/// The version of a journal in which some run has left its plan. Until then a journal has the
/// [first](FIRST) one, and earlier programs go on with it.
pub const LEFT: u32 = 2;

/// Gives a journal a version, if it has an earlier one.
pub const RAISE: &str =
    "UPDATE meta SET value = ?1 WHERE name = 'schema' AND CAST(value AS INTEGER) < CAST(?1 AS INTEGER)";

/// The version of a new journal.
pub const FIRST: u32 = 1;

/// Makes the tables.
pub const CREATE: &str = "
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE run (
  id          TEXT PRIMARY KEY,
  started     TEXT NOT NULL,
  plan_name   TEXT NOT NULL,
  plan_file   TEXT NOT NULL,
  plan_text   TEXT NOT NULL,
  plan_digest TEXT NOT NULL,
  site_digest TEXT NOT NULL,
  parameters  TEXT NOT NULL,
  core        TEXT NOT NULL,
  state       TEXT NOT NULL,
  head        TEXT NOT NULL,
  finished    INTEGER NOT NULL
) STRICT;
CREATE TABLE record (
  run      TEXT NOT NULL REFERENCES run (id),
  position INTEGER NOT NULL,
  body     TEXT NOT NULL,
  digest   TEXT NOT NULL,
  PRIMARY KEY (run, position)
) STRICT, WITHOUT ROWID;
CREATE TABLE outbox (
  number  INTEGER PRIMARY KEY,
  run     TEXT NOT NULL REFERENCES run (id),
  id      TEXT NOT NULL,
  command TEXT NOT NULL,
  UNIQUE (run, id)
) STRICT;
";

/// The files that a run's plan names, as they were when the run was entered. A journal of a run whose plan
/// names none may lack it.
pub const FILES: &str = "
CREATE TABLE IF NOT EXISTS file (
  run  TEXT NOT NULL REFERENCES run (id),
  name TEXT NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (run, name)
) STRICT, WITHOUT ROWID;
";

/// Finds the runs that are under way among those that are over.
pub const UNDER_WAY: &str = "CREATE INDEX IF NOT EXISTS under_way ON run (id) WHERE finished = 0;";

/// After how many records the state of a run was written that is written less often than those. Of every other run the
/// state is that after its last record.
pub const STATED: &str = "
CREATE TABLE IF NOT EXISTS behind (
  run      TEXT PRIMARY KEY REFERENCES run (id),
  position INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
";

/// What people are told, and the letters in which they are told it. Earlier programs go on with a journal that has
/// these tables, and tell nobody.
pub const NOTICES: &str = "
CREATE TABLE IF NOT EXISTS notice (
  number  INTEGER PRIMARY KEY,
  run     TEXT NOT NULL,
  id      TEXT NOT NULL UNIQUE,
  key     TEXT NOT NULL,
  kind    TEXT NOT NULL,
  step    TEXT NOT NULL,
  role    TEXT NOT NULL,
  channel TEXT NOT NULL,
  address TEXT NOT NULL,
  body    TEXT NOT NULL,
  open    INTEGER NOT NULL,
  letter  TEXT
) STRICT;
CREATE TABLE IF NOT EXISTS letter (
  id       TEXT PRIMARY KEY,
  channel  TEXT NOT NULL,
  address  TEXT NOT NULL,
  kind     TEXT NOT NULL,
  composed TEXT NOT NULL,
  bodies   TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  due      TEXT NOT NULL,
  sent     TEXT,
  fault    TEXT,
  needless INTEGER NOT NULL
) STRICT;
";

/// What roles are asked before a run begins, and what they have answered. `answered` is the number of the last answer
/// when a survey was opened.
pub const SURVEYS: &str = "
CREATE TABLE IF NOT EXISTS survey (
  run        TEXT PRIMARY KEY,
  plan_name  TEXT NOT NULL,
  plan_file  TEXT NOT NULL,
  plan_text  TEXT NOT NULL,
  plan_files TEXT NOT NULL,
  given      TEXT NOT NULL,
  opened     TEXT NOT NULL,
  stage      TEXT NOT NULL,
  called_off TEXT,
  answered   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX IF NOT EXISTS one_survey ON survey (plan_name) WHERE stage = 'open';
CREATE TABLE IF NOT EXISTS question (
  run     TEXT NOT NULL REFERENCES survey (run),
  place   INTEGER NOT NULL,
  name    TEXT NOT NULL,
  role    TEXT NOT NULL,
  text    TEXT NOT NULL,
  silence INTEGER NOT NULL,
  asked   TEXT NOT NULL,
  due     TEXT NOT NULL,
  holds   INTEGER,
  PRIMARY KEY (run, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS answer (
  number   INTEGER PRIMARY KEY,
  run      TEXT NOT NULL REFERENCES survey (run),
  question TEXT NOT NULL,
  role     TEXT NOT NULL,
  text     TEXT NOT NULL,
  yes      INTEGER NOT NULL,
  person   TEXT,
  because  TEXT,
  at       TEXT NOT NULL
) STRICT;
";
