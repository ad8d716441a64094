//! What a run has to say and holds back, until it is made durable in one act.

use std::path::Path;

use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::{
    check::Checked,
    transition::{
        command::Command,
        event::{Event, Record},
        next::{Verdict, next},
        snapshot::Snapshot,
        state::State,
    },
};

use super::{
    HostError,
    chain::link,
    desk::Desk,
    kept::{Kept, head},
    notice::{Herald, Moment, take_down},
    schema::{COMPARED, PAUSED},
    sheet::{Laid, Row, Sheet, Stands},
    sqlite::SqliteHost,
    store::{failure, written},
};

/// One thing that is held back.
#[derive(Clone, Debug)]
enum Held {
    /// An event that came about.
    Event(Box<Entry>),
    /// A command that was carried out.
    Settled(Command),
}

/// An event with all that follows from it.
#[derive(Clone, Debug)]
struct Entry {
    record: Record,
    body: String,
    digest: String,
    commands: Vec<Command>,
    /// Where the run stands after it, where somebody is to be told.
    after: Option<State>,
}

/// What a run has to say on top of what is durable of it, and where it stands then.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    /// What is durable.
    pub(super) kept: Kept,
    /// Where it stands with what is held back.
    pub(super) state: State,
    held: Vec<Held>,
    /// How many of the last events did not count, since that was asked last.
    dropped: usize,
}

/// Where and for whom a draft is written.
#[derive(Clone, Copy)]
pub(super) struct Pen<'a> {
    pub(super) connection: &'a Connection,
    pub(super) path: &'a Path,
    pub(super) run: &'a str,
    pub(super) checked: &'a Checked,
    pub(super) herald: Option<&'a dyn Herald>,
}

impl Draft {
    /// A run that has nothing to say.
    pub(super) fn of(kept: Kept) -> Self {
        Self { state: kept.state.clone(), kept, held: Vec::new(), dropped: 0 }
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.held.is_empty()
    }

    fn events(&self) -> impl DoubleEndedIterator<Item = &Entry> {
        self.held.iter().filter_map(|one| match one {
            Held::Event(entry) => Some(&**entry),
            Held::Settled(_) => None,
        })
    }

    /// The position of the next record.
    fn position(&self) -> i64 {
        self.kept.position + i64::try_from(self.events().count()).unwrap_or(i64::MAX)
    }

    /// The records that are held back.
    pub(super) fn records(&self) -> impl Iterator<Item = Record> {
        self.events().map(|entry| entry.record.clone())
    }

    /// Takes an event in, if it counts; with the state after it where somebody is to be told.
    pub(super) fn take(
        &mut self,
        path: &Path,
        (checked, is_told): (&Checked, bool),
        record: &Record,
    ) -> Result<Verdict, HostError> {
        let body = written(path, record)?;
        let verdict = next(checked, &mut self.state, record);
        if let Verdict::Applied(commands) = &verdict {
            let before = self.events().next_back().map_or(&self.kept.head, |last| &last.digest);
            let digest = link(before, self.position(), &body);
            let after = is_told.then(|| self.state.clone());
            let (record, commands) = (record.clone(), commands.clone());
            self.held.push(Held::Event(Box::new(Entry { record, body, digest, commands, after })));
        }
        Ok(verdict)
    }

    /// Holds back that a command was carried out.
    pub(super) fn settle(&mut self, command: &Command) {
        self.held.push(Held::Settled(command.clone()));
    }

    /// How many of the last events did not count, since that was asked last.
    pub(super) const fn dropped(&mut self) -> usize {
        std::mem::replace(&mut self.dropped, 0)
    }

    /// These commands, and those that are held back, without those that were carried out.
    pub(super) fn unsettled(&self, mut commands: Vec<Command>) -> Vec<Command> {
        for one in &self.held {
            match one {
                Held::Event(entry) => {
                    for command in &entry.commands {
                        if commands.iter().all(|known| known != command) {
                            commands.push(command.clone());
                        }
                    }
                }
                Held::Settled(settled) => commands.retain(|command| command != settled),
            }
        }
        commands
    }

    /// The state as it is to be written; nothing where it is not due, or nothing came to the record.
    fn due(&self, path: &Path, checked: &Checked) -> Result<Option<String>, HostError> {
        let position = self.position();
        let pauses = |entry: &Entry| version(&entry.record.event).is_some();
        let is_due = position > self.kept.position
            && (self.state.is_over() || self.kept.is_due(position) || self.events().any(pauses));
        is_due.then(|| written(path, &Snapshot::of(checked, &self.state))).transpose()
    }

    /// The same on top of what others have written: as far as it counts there too.
    fn again(&self, pen: Pen<'_>) -> Result<Self, HostError> {
        let kept = self.kept.clone().caught_up(pen.connection, pen.path, pen.run, pen.checked)?;
        let mut again = Self { dropped: self.dropped, ..Self::of(kept) };
        let mut left = self.events().count();
        for one in &self.held {
            match one {
                Held::Settled(command) => again.settle(command),
                Held::Event(entry) => {
                    let to = (pen.checked, pen.herald.is_some());
                    match again.take(pen.path, to, &entry.record)? {
                        Verdict::Applied(_) => left -= 1,
                        // What comes after it was decided by somebody who took it to count.
                        Verdict::Refused(_) | Verdict::Duplicate => break,
                    }
                }
            }
        }
        again.dropped += left;
        Ok(again)
    }

    /// What it writes, with the state where that is due.
    fn sheet(&self, path: &Path, run: &str, text: Option<String>) -> Result<Sheet, HostError> {
        let (mut rows, mut position) = (Vec::new(), self.kept.position);
        for one in &self.held {
            let entry = match one {
                Held::Event(entry) => entry,
                Held::Settled(command) => {
                    rows.push(Row::Settled { id: command.id() });
                    continue;
                }
            };
            let (body, digest) = (entry.body.clone(), entry.digest.clone());
            rows.push(Row::Record { position, body, digest });
            position += 1;
            for command in &entry.commands {
                rows.push(Row::Command { id: command.id(), text: written(path, command)? });
            }
            if let Some(version) = version(&entry.record.event) {
                rows.push(Row::Version(version));
            }
        }
        let stands = self.events().next_back().map(|last| Stands {
            head: last.digest.clone(),
            is_over: self.state.is_over(),
            text,
            stated: self.kept.stated,
            was_behind: self.kept.stated < self.kept.position,
        });
        Ok(Sheet { run: run.to_owned(), after: Some(self.kept.head.clone()), rows, stands })
    }

    /// From here on what is held back is durable, and with it the state of so many bytes, where that was written.
    fn durable(&mut self, length: Option<usize>) {
        let last = self.events().next_back().map(|last| last.digest.clone());
        if let Some(head) = last {
            self.kept.position = self.position();
            self.kept.head = head;
            self.kept.state.clone_from(&self.state);
        }
        if let Some(length) = length {
            (self.kept.stated, self.kept.length) = (self.kept.position, length);
        }
        self.held.clear();
    }
}

impl Pen<'_> {
    /// Writes a draft, on top of whatever others have written since, and an event whose verdict is that of the run
    /// as it lies in the file.
    fn put(
        self,
        (mut draft, mut text): (Draft, Option<String>),
        more: Option<&Record>,
    ) -> Result<(Draft, Option<Verdict>), HostError> {
        let found = head(self.connection, self.run).map_err(|e| failure(self.path, &e))?;
        let has_moved = found.ok_or_else(|| self.gone())? != draft.kept.head;
        if has_moved {
            draft = draft.again(self)?;
        }
        let to = (self.checked, self.herald.is_some());
        let verdict = more.map(|record| draft.take(self.path, to, record)).transpose()?;
        if has_moved || matches!(verdict, Some(Verdict::Applied(_))) {
            text = draft.due(self.path, self.checked)?;
        }
        self.lay(&mut draft, text)?;
        Ok((draft, verdict))
    }

    /// Writes a draft as it is; it is durable with the transaction.
    pub(super) fn write(self, mut draft: Draft) -> Result<Draft, HostError> {
        let text = draft.due(self.path, self.checked)?;
        self.lay(&mut draft, text)?;
        Ok(draft)
    }

    fn lay(self, draft: &mut Draft, text: Option<String>) -> Result<(), HostError> {
        let length = text.as_ref().map(String::len);
        let sheet = draft.sheet(self.path, self.run, text)?;
        match sheet.write(self.connection).map_err(|e| failure(self.path, &e))? {
            Laid::Written => {}
            // It was looked at in this transaction.
            Laid::Moved => return Err(HostError::Misfit(self.path.to_owned())),
            Laid::Gone => return Err(self.gone()),
        }
        self.tell(draft)?;
        draft.durable(length);
        Ok(())
    }

    /// Takes down what people are to be told of what is held back.
    fn tell(self, draft: &Draft) -> Result<(), HostError> {
        let Self { connection, path, run, checked, .. } = self;
        let Some(herald) = self.herald else { return Ok(()) };
        let mut before = &draft.kept.state;
        for entry in draft.events() {
            let Some(after) = &entry.after else { continue };
            let record = Some(&entry.record);
            let moment = Moment { run, checked, before, after, record, now: entry.record.at };
            take_down(connection, path, herald, &moment, &[])?;
            before = after;
        }
        Ok(())
    }

    fn gone(self) -> HostError {
        HostError::NoRun { path: self.path.to_owned(), run: self.run.to_owned() }
    }
}

/// The version of a journal that has such an event, where the first one does not know it.
const fn version(event: &Event) -> Option<u32> {
    match event {
        Event::Paused { .. } | Event::Resumed { .. } => Some(PAUSED),
        Event::Compared { .. } | Event::Resolved { .. } => Some(COMPARED),
        _ => None,
    }
}

impl SqliteHost {
    /// What it writes with in a transaction of this connection.
    pub(super) fn pen<'a>(&'a self, connection: &'a Connection, checked: &'a Checked) -> Pen<'a> {
        let herald = self.herald.as_deref();
        Pen { connection, path: &self.store.path, run: &self.run, checked, herald }
    }

    /// Makes durable what is held back, and with it an event whose verdict is that of the run as it lies in the file.
    pub(super) fn write(
        &mut self,
        checked: &Checked,
        more: Option<&Record>,
    ) -> Result<Option<Verdict>, HostError> {
        match self.written(checked, more) {
            Ok(verdict) => Ok(verdict),
            Err(error) => {
                // It stands where it stood when it was durable last.
                self.draft = Draft { dropped: self.draft.dropped, ..Draft::of(self.draft.kept.clone()) };
                Err(error)
            }
        }
    }

    fn written(&mut self, checked: &Checked, more: Option<&Record>) -> Result<Option<Verdict>, HostError> {
        // Nobody is told of it: so it can be made ready, and be written by somebody else.
        if let (Some(desk), None) = (self.desk.clone(), &self.herald)
            && let Some(verdict) = self.posted(&desk, checked, more)?
        {
            return Ok(verdict);
        }
        // What can be made ready is: others may wait for the journal.
        let text = self.draft.due(&self.store.path, checked)?;
        let draft = (self.draft.clone(), text);
        let (draft, verdict) = if let Some(desk) = &self.desk {
            desk.write(|connection| self.pen(connection, checked).put(draft, more))?
        } else {
            let fail = |e: rusqlite::Error| failure(&self.store.path, &e);
            let connection = &self.store.connection;
            let transaction =
                Transaction::new_unchecked(connection, TransactionBehavior::Immediate).map_err(fail)?;
            let put = self.pen(&transaction, checked).put(draft, more)?;
            transaction.commit().map_err(fail)?;
            put
        };
        self.draft = draft;
        Ok(verdict)
    }

    /// The same by a sheet that lies at the desk; nothing where others have written since, and nothing has come about.
    fn posted(
        &mut self,
        desk: &Desk,
        checked: &Checked,
        more: Option<&Record>,
    ) -> Result<Option<Option<Verdict>>, HostError> {
        let path = &self.store.path;
        // If nobody has written since, the verdict is that of the run as it lies in the file.
        let verdict = more.map(|record| self.draft.take(path, (checked, false), record)).transpose()?;
        let text = self.draft.due(path, checked)?;
        let length = text.as_ref().map(String::len);
        match desk.post(self.draft.sheet(path, &self.run, text)?)? {
            Laid::Written => {
                self.draft.durable(length);
                Ok(Some(verdict))
            }
            Laid::Moved => {
                if matches!(verdict, Some(Verdict::Applied(_))) {
                    self.draft.held.pop();
                }
                Ok(None)
            }
            Laid::Gone => Err(HostError::NoRun { path: path.clone(), run: self.run.clone() }),
        }
    }
}
