//! The sheet on which the findings of a site are gathered, a row for each binding.

use std::path::Path;

use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    plan::Plan,
    run::{bind::place, site::Site},
    source::{Finding, Source, shown},
    world::landscape::Fact,
};

use super::complaint::{Complaint, Kind};

/// How a binding stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Grade {
    /// Nothing is to be said against it.
    Ok,
    /// A run can do with it, and somebody should know.
    Advice,
    /// A run could not do what the plan asks of it.
    Refused,
}

impl Grade {
    /// The word for people.
    #[must_use]
    pub const fn shown(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Advice => "advice",
            Self::Refused => "refused",
        }
    }
}

/// One binding, as it was found.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Binding {
    /// The table of the site: `keystores`, `receivers`, `flows`, `facts`, `keys`, `notices`; or `partners` for their pace, `journal`, or `site` for the file itself.
    pub table: &'static str,
    /// What the plan calls it; nothing for the pace.
    pub name: String,
    /// What stands behind it: `pkcs12`, `directory`, `local`, `file`, `command`, `manual`; of a channel `smtp`, `webhook`,
    /// `spool`; of the pace `pace`; of a key `seen`,
    /// `file` or `manual`, as its certificate is known, or `new`.
    pub backend: String,
    /// How it stands.
    pub grade: Grade,
    /// What was seen, a phrase each.
    pub says: Vec<String>,
    /// The codes of what was found, in their order.
    pub codes: Vec<&'static str>,
}

/// What is looked at.
#[derive(Clone, Copy, Debug)]
pub struct Look<'a> {
    /// The plan.
    pub checked: &'a crate::check::Checked,
    /// The site.
    pub site: &'a Site,
    /// Its text.
    pub text: &'a Source,
    /// The folder that its paths begin at.
    pub folder: &'a Path,
    /// The journal.
    pub journal: &'a Path,
    /// The time now.
    pub now: jiff::Timestamp,
    /// Whether its programs may be started, to look.
    pub may_ask: bool,
    /// Whether it is looked at for runs that go on while nobody is there.
    pub unattended: bool,
}

/// The findings so far.
#[derive(Debug)]
pub(super) struct Sheet<'a> {
    pub(super) look: Look<'a>,
    pub(super) bindings: Vec<Binding>,
    pub(super) findings: Vec<Finding>,
    pub(super) has_failed: bool,
    changed: Vec<Fact>,
}

/// A row of the sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Row(usize);

impl<'a> Sheet<'a> {
    pub(super) fn of(look: Look<'a>) -> Self {
        let steps = look.checked.plan().steps.rows();
        let effects = steps.flat_map(|step| step.action.value.effects());
        let changed = effects.flat_map(|effect| effect.writes()).map(|(fact, _)| fact).collect();
        Self { look, bindings: Vec::new(), findings: Vec::new(), has_failed: false, changed }
    }

    pub(super) fn plan(&self) -> &'a Plan {
        self.look.checked.plan()
    }

    /// Whether the plan changes one of the things that these facts are about.
    pub(super) fn changes(&self, is_one: impl Fn(&Fact) -> bool) -> bool {
        self.changed.iter().any(is_one)
    }

    /// Begins the row of a binding.
    pub(super) fn row(&mut self, table: &'static str, name: &str, backend: impl Into<String>) -> Row {
        let (name, backend) = (name.to_owned(), backend.into());
        let (says, codes) = (Vec::new(), Vec::new());
        self.bindings.push(Binding { table, name, backend, grade: Grade::Ok, says, codes });
        Row(self.bindings.len() - 1)
    }

    /// The row of a name, if it has one.
    pub(super) fn row_of(&self, table: &str, name: &str) -> Option<Row> {
        self.bindings.iter().position(|one| one.table == table && one.name == name).map(Row)
    }

    /// Puts down what was seen.
    pub(super) fn say(&mut self, row: Row, what: impl AsRef<str>) {
        if let Some(binding) = self.bindings.get_mut(row.0) {
            binding.says.push(shown(what.as_ref()));
        }
    }

    /// Puts down what a run could not do with.
    pub(super) fn refuse(&mut self, row: Row, kind: Kind, what: impl AsRef<str>, help: impl AsRef<str>) {
        self.find(row, kind, false, (what.as_ref(), help.as_ref()));
    }

    /// Puts down what somebody should know.
    pub(super) fn advise(&mut self, row: Row, kind: Kind, what: impl AsRef<str>, help: impl AsRef<str>) {
        self.find(row, kind, true, (what.as_ref(), help.as_ref()));
    }

    fn find(&mut self, row: Row, kind: Kind, is_advice: bool, (what, help): (&str, &str)) {
        let Some(binding) = self.bindings.get_mut(row.0) else { return };
        binding.grade = binding.grade.max(if is_advice { Grade::Advice } else { Grade::Refused });
        binding.codes.push(kind.code());
        self.has_failed |= kind == Kind::Failed;
        let at = place(self.look.text, binding.table, &binding.name);
        let (what, help) = (shown(what), shown(help));
        self.findings.push(Box::new(Complaint { kind, what, help, at, is_advice }));
    }
}
