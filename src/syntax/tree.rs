//! What the author wrote, each word with its place. Nothing is resolved here: a name is a text,
//! and a verb is the first word of a phrase.

use std::time::Duration;

use crate::source::{Span, Spanned};

pub use super::{
    aside::Aside,
    group::GroupDecl,
    inner::{Binding, InnerDecl, InnerLine},
    own_fact::{FactDecl, FactOf},
    own_words::{KindDecl, SayDecl, Thing, UseDecl, VocabularyHead},
    param::{ParamDecl, RangeDecl},
    question::AskDecl,
    step_line::{StepLine, TakesLine, WaitsLine},
};

/// A whole plan file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SyntaxTree {
    /// The first line, `keyroll 1`: the version of the language.
    pub version: Option<Line<Spanned<u64>>>,
    /// Everything after it.
    pub items: Vec<Line<Item>>,
    /// Comments and blank lines after the last item.
    pub trailing: Vec<Trivia>,
}

/// A sentence with what stands around it, so that formatting loses nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line<T> {
    /// Comments on lines of their own, and blank lines, directly before the sentence.
    pub before: Vec<Trivia>,
    /// The sentence.
    pub node: T,
    /// The comment at the end of its (first) line, without `#` and the blank behind it.
    pub comment: Option<String>,
    /// The place of the sentence, comments excluded.
    pub span: Spanned<()>,
}

/// What stands between sentences.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trivia {
    /// One or more empty lines.
    Blank,
    /// A comment on its own line, without `#` and one blank behind it.
    Comment(String),
}

/// The lines between braces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block<T> {
    /// The sentences.
    pub lines: Vec<Line<T>>,
    /// Comments and blank lines before the closing brace.
    pub trailing: Vec<Trivia>,
    /// The comment behind the closing brace, where that stands on a line of its own.
    pub behind: Option<Box<str>>,
}

impl<T> Block<T> {
    /// A block in which nothing stands yet.
    #[must_use]
    pub const fn empty() -> Self {
        Self { lines: Vec::new(), trailing: Vec::new(), behind: None }
    }
}

/// A top-level sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// `plan NAME version 2 "title" source "where it comes from"`
    Plan(PlanHead),
    /// `plan NAME from "FILE" version 2 { ... }`
    Inner(Box<InnerDecl>),
    /// `param NAME : KIND = VALUE`
    Param(ParamDecl),
    /// `ask NAME of ROLE "question" silence means no`
    Ask(Box<AskDecl>),
    /// `role NAME "title"`
    Role(Titled),
    /// `group NAME is ROLE, ROLE`
    Group(Box<GroupDecl>),
    /// `key NAME`
    Key(Titled),
    /// `keystore NAME of ROLE { alias $a is KEY }`
    Keystore(Owned<Phrase>),
    /// `receiver NAME of ROLE { accepts KEY ... }`
    Receiver(Owned<Phrase>),
    /// `flow NAME of ROLE { signs xml with STORE[$a] ... }`
    Flow(Owned<Phrase>),
    /// `window NAME at most 4h`
    Window(WindowDecl),
    /// `fact NAME of ROLE "what it says" set`
    Fact(Box<FactDecl>),
    /// `step NAME by ROLE { ... }`
    Step(StepDecl),
    /// `promise FLOW never rejected`
    Promise(Phrase),
    /// `finally RECEIVER accepts only KEY`
    Finally(Phrase),
    /// `waive FLOW rejected because "..."`
    Waive(Phrase),
    /// `certificate of KEY issued by ROLE`
    Issued(Phrase),
    /// `type of KEY is TYPE`
    Typed(Phrase),
    /// `expect refused CODE because "..."`
    Expect(ExpectDecl),
    /// `table NAME with COLUMN : KIND { ... }`
    Table(TableDecl),
    /// `for each TABLE { ... }`
    ForEach(ForEach),
    /// `vocabulary NAME version 1 "title"`
    Vocabulary(VocabularyHead),
    /// `use "FILE" version 1`
    Use(UseDecl),
    /// `kind NAME is KIND`
    Kind(KindDecl),
    /// `say "..." for "..."`
    Say(Box<SayDecl>),
    /// `KIND NAME`, `KIND NAME of ROLE { ... }`: something of a kind that was declared.
    Thing(Box<Thing>),
}

/// `expect refused CODE because "..."`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpectDecl {
    /// The code of the finding for which the plan is refused.
    pub code: Spanned<String>,
    /// Why it is so.
    pub because: Spanned<String>,
}

/// `table NAME with COLUMN : KIND, ... { ... }`, or `from "FILE"`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableDecl {
    /// The table's name, and that of its first column, which names each row.
    pub name: Spanned<String>,
    /// The columns behind the first.
    pub columns: Vec<Column>,
    /// Where its rows stand.
    pub rows: Rows,
}

/// `NAME : KIND`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// What `$NAME` stands for in a row.
    pub name: Spanned<String>,
    /// `alias`, `date`, `duration`, `name`, `number` or `text`.
    pub kind: Spanned<String>,
}

/// The rows of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rows {
    /// Between the braces, one a line.
    Here(Block<Vec<Term>>),
    /// In a file beside the plan.
    File(Spanned<String>),
}

/// `for each TABLE { ... }`: sentences that are said for each row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForEach {
    /// For which rows.
    pub every: Every,
    /// The sentences.
    pub body: Block<Item>,
}

/// `for each TABLE`, `for each TABLE where COLUMN is VALUE`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Every {
    /// The table.
    pub table: Spanned<String>,
    /// Which of its rows, if not all.
    pub only: Option<Only>,
}

/// `where COLUMN is VALUE`, `where COLUMN is not VALUE`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Only {
    /// The column that is looked at.
    pub column: Spanned<String>,
    /// Whether it is to be the value, or anything else.
    pub is: bool,
    /// The value.
    pub value: Term,
}

/// `NAME for each TABLE`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The name, in which `$TABLE` or another column stands.
    pub name: Spanned<String>,
    /// For which rows.
    pub every: Every,
}

/// `plan NAME`, its title and the document it follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanHead {
    /// The plan's name.
    pub name: Spanned<String>,
    /// Which version of it this is.
    pub version: Option<Spanned<u64>>,
    /// What it is for.
    pub title: Option<Spanned<String>>,
    /// The document that it follows.
    pub source: Option<Spanned<String>>,
    /// The comments between its parts.
    pub asides: Vec<Aside>,
}

/// A name with a title for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Titled {
    /// The name.
    pub name: Spanned<String>,
    /// What people call it.
    pub title: Option<Spanned<String>>,
}

/// A thing that a role owns, and what is said of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owned<T> {
    /// The thing's name.
    pub name: Spanned<String>,
    /// The role that may change it.
    pub owner: Spanned<String>,
    /// What is said of it.
    pub body: Block<T>,
}

/// `window NAME at most DURATION`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WindowDecl {
    /// The window's name.
    pub name: Spanned<String>,
    /// How long it may be: a duration or a parameter.
    pub at_most: Option<Term>,
}

/// `step NAME by ROLE "title" { ... }`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepDecl {
    /// The step's name.
    pub name: Spanned<String>,
    /// The role that acts.
    pub role: Spanned<String>,
    /// What people call it.
    pub title: Option<Spanned<String>>,
    /// Its order, its needs and its act.
    pub body: Block<StepLine>,
}

/// Words in a row, as in `exchange tenant[$alias] for new`; never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phrase {
    /// The words.
    pub terms: Vec<Term>,
}

impl Phrase {
    /// The place of the whole phrase.
    #[must_use]
    pub fn span(&self) -> Span {
        let mut spans = self.terms.iter().map(Term::span);
        let first = spans.next().unwrap_or_default();
        spans.fold(first, Span::to)
    }
}

/// One word of a phrase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Term {
    /// A keyword or a name.
    Word(Spanned<String>),
    /// `"text with $params"`, the text between the quotes with its escapes undone.
    Text(Spanned<String>),
    /// `$name`
    Param(Spanned<String>),
    /// `store[$alias]` or `store["alias"]`
    Place(Spanned<PlaceTerm>),
    /// A whole number.
    Number(Spanned<u64>),
    /// `90s`, `15m`, `24h`, `7d`, and several in a row: `1h30m`.
    Duration(Spanned<Duration>),
    /// `2026-12-01`, `2026-12-01T06:00+01:00`, or what stands where a date belongs; as it is written.
    Date(Spanned<String>),
    /// A comma between words.
    Comma(Spanned<()>),
}

/// `store[$alias]`: one alias of one keystore.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlaceTerm {
    /// The keystore's name.
    pub store: Spanned<String>,
    /// The alias: `Term::Text` or `Term::Param`.
    pub alias: Box<Term>,
}

impl Term {
    /// Where the word stands.
    #[must_use]
    pub fn span(&self) -> Span {
        match self {
            Self::Word(w) | Self::Text(w) | Self::Param(w) | Self::Date(w) => w.span,
            Self::Place(p) => p.span,
            Self::Number(n) => n.span,
            Self::Duration(d) => d.span,
            Self::Comma(c) => c.span,
        }
    }
}
