//! From sentences that are said for each row to the sentences themselves.

use std::{borrow::Cow, collections::BTreeMap};

use crate::{
    plan::{answers::apart, suggest},
    source::{Finding, Source, Span, Spanned, shown},
    syntax::tree::{
        AskDecl, Binding, Block, Every, FactDecl, FactOf, GroupDecl, InnerDecl, InnerLine, Item, Line, Owned,
        Phrase, StepDecl, StepLine, SyntaxTree, TakesLine, Term, Thing, Titled, WaitsLine, WindowDecl,
    },
};

use super::{
    Instances,
    count::count,
    declared::tables,
    finding::{ColumnNameTaken, MisplacedInEach, NoRow, SameInEachRow, UnknownColumn, UnknownTable},
    list::{Piece, pieces, whole},
    of_tables::{is_of_tables, is_said_once},
    once,
    read::{Table, written},
    row::{Outside, Row},
    sentences::Rows,
    value::Value,
};

/// Says each sentence for each row that it is meant for.
///
/// # Errors
/// Every finding about tables, and about what is said of their rows.
pub fn instances<'a>(source: &Source, tree: &'a SyntaxTree) -> Result<Instances<'a>, Vec<Finding>> {
    if !tree.items.iter().any(|line| is_of_tables(&line.node)) {
        return Ok(Instances { tree: Cow::Borrowed(tree), files: BTreeMap::new() });
    }
    let mut files = BTreeMap::new();
    let (tables, outside) = read(source, tree, &mut files)?;
    let mut saying = Saying::of(&tables);
    let mut items = Vec::new();
    saying.items((&tree.items, &mut items), &Row::outside(&outside), &mut Vec::new());
    let findings = saying.found();
    if !findings.is_empty() {
        return Err(once(findings));
    }
    let tree = SyntaxTree { version: tree.version.clone(), items, trailing: tree.trailing.clone() };
    Ok(Instances { tree: Cow::Owned(tree), files })
}

/// Sentences that are said one after the other, and the texts of the files with their tables.
pub(super) type Alone<'a> = (Rows<'a>, BTreeMap<String, String>);

/// The sentences of a plan in the words of the core that asks nothing, and the files with its tables: each is said
/// when it is asked for. Nothing where some of them have to be there all at once, and where there are no tables.
///
/// # Errors
/// Every finding about tables; what is said of their rows is judged when it is said.
pub fn sentences<'a>(source: &Source, tree: &'a SyntaxTree) -> Result<Option<Alone<'a>>, Vec<Finding>> {
    if !tree.items.iter().any(|line| is_of_tables(&line.node)) {
        return Ok(None);
    }
    let mut files = BTreeMap::new();
    let (tables, outside) = read(source, tree, &mut files)?;
    Ok(Rows::of(tree, tables, outside).map(|rows| (rows, files)))
}

/// Reads the tables, and counts what they make.
fn read<'a>(
    source: &Source,
    tree: &'a SyntaxTree,
    files: &mut BTreeMap<String, String>,
) -> Result<(BTreeMap<&'a str, Table>, Outside), Vec<Finding>> {
    let (tables, parameters) = tables(source, tree, files)?;
    count(&tree.items, &tables).map_err(|finding| vec![finding])?;
    Ok((tables, Outside::of(parameters.keys().copied())))
}

/// Says sentences for the rows of some tables, and keeps what is wrong with them.
#[derive(Debug)]
pub(super) struct Saying<'a> {
    tables: &'a BTreeMap<&'a str, Table>,
    findings: Vec<Finding>,
}

impl<'a> Saying<'a> {
    pub(super) const fn of(tables: &'a BTreeMap<&'a str, Table>) -> Self {
        Self { tables, findings: Vec::new() }
    }

    /// What is wrong with what was said.
    pub(super) fn found(self) -> Vec<Finding> {
        self.findings
    }

    /// Says sentences for a row; `around` are the tables whose `for each` they stand in.
    fn items(
        &mut self,
        (lines, items): (&[Line<Item>], &mut Vec<Line<Item>>),
        row: &Row<'a>,
        around: &mut Vec<&'a str>,
    ) {
        for line in lines {
            match &line.node {
                Item::ForEach(each) => {
                    let Some((name, rows)) = self.rows(&each.every, row) else { continue };
                    around.push(name);
                    rows.for_each(|row| self.items((&each.body.lines, items), &row, around));
                    around.pop();
                }
                node => {
                    let node = self.item(node, row, around);
                    items.extend(node.map(|node| Line {
                        before: line.before.clone(),
                        node,
                        comment: line.comment.clone(),
                        span: line.span.clone(),
                    }));
                }
            }
        }
    }

    /// The rows that are meant, each with what is known around it.
    pub(super) fn rows(
        &mut self,
        every: &Every,
        row: &Row<'a>,
    ) -> Option<(&'a str, impl Iterator<Item = Row<'a>> + use<'a>)> {
        let Some((name, table)) = self.tables.get_key_value(every.table.value.as_str()) else {
            let known: Vec<String> = self.tables.keys().map(|name| (*name).to_owned()).collect();
            let help = suggest::did_you_mean(&every.table.value, "table", &known);
            let (name, at) = (shown(&every.table.value), every.table.span.into());
            self.findings.push(help.give(|help| Box::new(UnknownTable { name, help, at })));
            return None;
        };
        if let Some((column, _)) = table.columns.iter().find(|(column, _)| row.value(column).is_some()) {
            let (name, at) = (shown(column), every.table.span.into());
            self.findings.push(Box::new(ColumnNameTaken { name, at, first: at }));
            return None;
        }
        let only = match &every.only {
            None => None,
            Some(only) => {
                let Some(place) = table.column(&only.column.value) else {
                    self.unknown_column(&only.column, table.columns.iter().map(|(name, _)| &**name));
                    return None;
                };
                let kind = table.columns.get(place).map_or(super::Kind::Text, |(_, kind)| *kind);
                match Value::of_term(kind, &row.term(&only.value)) {
                    Ok(value) => Some((place, only.is, value)),
                    Err(why) => {
                        self.findings.push(Box::new(super::finding::BadCell {
                            place: String::new(),
                            written: written(&only.value),
                            why,
                            column: shown(&only.column.value),
                            kind: kind.spelling(),
                            at: only.value.span().into(),
                        }));
                        return None;
                    }
                }
            }
        };
        let is_meant = move |cells: &&Vec<Value>| {
            only.as_ref().is_none_or(|(place, is, value)| (cells.get(*place) == Some(value)) == *is)
        };
        let (row, names) = (row.clone(), table.columns.iter().map(|(name, _)| name));
        let rows = table.rows.iter().filter(is_meant);
        Some((name, rows.map(move |cells| row.with(names.clone().zip(cells)))))
    }

    fn unknown_column<'n>(&mut self, name: &Spanned<String>, known: impl Iterator<Item = &'n str>) {
        let known: Vec<String> = known.map(str::to_owned).collect();
        let help = suggest::did_you_mean(&name.value, "column", &known);
        let (name, at) = (shown(&name.value), name.span.into());
        self.findings.push(help.give(|help| Box::new(UnknownColumn { name, help, at })));
    }

    /// A name, each `$` in it filled in.
    fn name(&mut self, name: &Spanned<String>, row: &Row<'a>) -> Spanned<String> {
        self.known(name, row);
        row.name(name)
    }

    /// Finds a `$` in a name before what is no column.
    fn known(&mut self, name: &Spanned<String>, row: &Row<'a>) {
        if let Some(unknown) = row.unknown(&name.value) {
            let word = Spanned::new(unknown.to_owned(), name.span);
            self.unknown_column(&word, row.columns());
        }
    }

    /// The name of something that is declared, which differs from row to row.
    fn own(&mut self, name: &Spanned<String>, row: &Row<'a>, around: &[&str]) -> Spanned<String> {
        if let Some(table) = around.iter().find(|table| !row.tells_apart(&name.value, table)) {
            let (table, shown_name, at) = (shown(table), shown(&name.value), name.span.into());
            self.findings.push(Box::new(SameInEachRow { table, name: shown_name, at }));
        }
        self.name(name, row)
    }

    /// A sentence for a row; nothing where none is left of it.
    pub(super) fn item(&mut self, item: &Item, row: &Row<'a>, around: &[&str]) -> Option<Item> {
        let misplaced = |word: &'static str, at: Span| -> Option<Finding> {
            (!around.is_empty()).then(|| Box::new(MisplacedInEach { word, at: at.into() }) as Finding)
        };
        if let Some((word, at)) = is_said_once(item) {
            self.findings.extend(misplaced(word, at));
            return Some(item.clone());
        }
        Some(match item {
            Item::Table(decl) => {
                self.findings.extend(misplaced("table", decl.name.span));
                return None;
            }
            Item::Thing(thing) => Item::Thing(Box::new(self.thing(thing, row, around))),
            Item::Inner(inner) => Item::Inner(Box::new(self.inner(inner, row, around))),
            Item::Role(titled) => Item::Role(self.titled(titled, row, around)),
            Item::Key(titled) => Item::Key(self.titled(titled, row, around)),
            Item::Ask(ask) => Item::Ask(Box::new(AskDecl {
                name: self.own(&ask.name, row, around),
                role: self.name(&ask.role, row),
                text: row.name(&ask.text),
                within: ask.within.as_ref().map(|time| row.term(time)),
                holds: ask.holds.as_ref().map(|time| row.term(time)),
                ..(**ask).clone()
            })),
            Item::Group(group) => Item::Group(Box::new(GroupDecl {
                name: self.own(&group.name, row, around),
                roles: self.phrase(&group.roles, row),
            })),
            Item::Keystore(owned) => Item::Keystore(self.owned(owned, row, around)),
            Item::Receiver(owned) => Item::Receiver(self.owned(owned, row, around)),
            Item::Flow(owned) => Item::Flow(self.owned(owned, row, around)),
            Item::Window(window) => Item::Window(WindowDecl {
                name: self.own(&window.name, row, around),
                at_most: window.at_most.as_ref().map(|most| row.term(most)),
            }),
            Item::Fact(fact) => Item::Fact(Box::new(FactDecl {
                name: self.own(&fact.name, row, around),
                owner: self.name(&fact.owner, row),
                title: fact.title.as_ref().map(|title| row.name(title)),
                set: fact.set.clone(),
            })),
            Item::Step(step) => Item::Step(self.step(step, row, around)),
            Item::Promise(words) => Item::Promise(self.phrase(words, row)),
            Item::Finally(words) => Item::Finally(self.phrase(words, row)),
            Item::Waive(words) => Item::Waive(self.phrase(words, row)),
            Item::Issued(words) => Item::Issued(self.phrase(words, row)),
            Item::Typed(words) => Item::Typed(self.phrase(words, row)),
            Item::ForEach(_) | Item::Plan(_) | Item::Param(_) | Item::Expect(_) => return None,
            Item::Use(_) | Item::Kind(_) | Item::Say(_) | Item::Vocabulary(_) => return None,
        })
    }

    fn thing(&mut self, thing: &Thing, row: &Row<'a>, around: &[&str]) -> Thing {
        let Thing { kind, name, title, owned, fact } = thing;
        let Some((owner, body)) = owned else {
            let Titled { name, title } =
                self.titled(&Titled { name: name.clone(), title: title.clone() }, row, around);
            let fact = fact.as_ref();
            let fact =
                fact.map(|of| FactOf { owner: self.name(&of.owner, row), set: of.set.clone() }).map(Box::new);
            return Thing { kind: kind.clone(), name, title, owned: None, fact };
        };
        let whole = Owned { name: name.clone(), owner: owner.clone(), body: body.clone() };
        let Owned { name, owner, body } = self.owned(&whole, row, around);
        Thing { kind: kind.clone(), name, title: None, owned: Some((owner, body)), fact: None }
    }

    fn inner(&mut self, inner: &InnerDecl, row: &Row<'a>, around: &[&str]) -> InnerDecl {
        let mut body = Block::empty();
        for line in &inner.body.lines {
            let said = match &line.node {
                InnerLine::After(names) => {
                    InnerLine::After(names.iter().map(|name| self.name(name, row)).collect())
                }
                InnerLine::Bind(bound) => InnerLine::Bind(Box::new(Binding {
                    name: bound.name.clone(),
                    value: self.term(&bound.value, row),
                })),
            };
            body.lines.push(with(line, said));
        }
        let (file, version) = (inner.file.clone(), inner.version.clone());
        InnerDecl { name: self.own(&inner.name, row, around), file, version, body }
    }

    fn titled(&mut self, titled: &Titled, row: &Row<'a>, around: &[&str]) -> Titled {
        let title = titled.title.as_ref().map(|title| row.name(title));
        Titled { name: self.own(&titled.name, row, around), title }
    }

    fn owned(&mut self, owned: &Owned<Phrase>, row: &Row<'a>, around: &[&str]) -> Owned<Phrase> {
        let (name, owner) = (self.own(&owned.name, row, around), self.name(&owned.owner, row));
        let mut body = Block::empty();
        for line in &owned.body.lines {
            let said = self.for_rows(&line.node, row);
            body.lines.extend(said.into_iter().map(|node| with(line, node)));
        }
        Owned { name, owner, body }
    }

    fn step(&mut self, step: &StepDecl, row: &Row<'a>, around: &[&str]) -> StepDecl {
        let (name, role) = (self.own(&step.name, row, around), self.name(&step.role, row));
        let title = step.title.as_ref().map(|title| row.name(title));
        let mut body = Block::empty();
        for line in &step.body.lines {
            let said: Vec<StepLine> = match &line.node {
                StepLine::After(names) => {
                    vec![StepLine::After(names.iter().map(|name| self.name(name, row)).collect())]
                }
                StepLine::AfterEach(listed) => {
                    let rows = self.rows(&listed.every, row).into_iter().flat_map(|(_, rows)| rows);
                    let names = rows.map(|row| self.name(&listed.name, &row)).collect();
                    vec![StepLine::After(names)]
                }
                StepLine::Needs(words) => {
                    self.for_rows(words, row).into_iter().map(StepLine::Needs).collect()
                }
                StepLine::Takes(takes) => vec![StepLine::Takes(Box::new(TakesLine {
                    least: takes.least.as_ref().map(|least| row.term(least)),
                    most: row.term(&takes.most),
                    span: takes.span.clone(),
                }))],
                StepLine::Waits(waits) => vec![StepLine::Waits(Box::new(WaitsLine {
                    time: row.term(&waits.time),
                    after: self.name(&waits.after, row),
                    span: waits.span.clone(),
                }))],
                StepLine::NotBefore(date) => vec![StepLine::NotBefore(Box::new(row.term(date)))],
                StepLine::NotAfter(date) => vec![StepLine::NotAfter(Box::new(row.term(date)))],
                StepLine::OnlyIf(words) => vec![StepLine::OnlyIf(self.phrase(words, row))],
                same @ (StepLine::MayComeLate(_) | StepLine::TwoPeople(_)) => vec![same.clone()],
                StepLine::Act(words) => vec![StepLine::Act(self.phrase(words, row))],
            };
            body.lines.extend(said.into_iter().map(|node| with(line, node)));
        }
        StepDecl { name, role, title, body }
    }

    /// A line that may be said for each row of a table, as a whole.
    fn for_rows(&mut self, words: &Phrase, row: &Row<'a>) -> Vec<Phrase> {
        let (before, condition) = apart(words).unzip();
        let Some((said, every)) = whole(before.as_ref().unwrap_or(words)) else {
            return vec![self.phrase(words, row)];
        };
        let rows = self.rows(&every, row).into_iter().flat_map(|(_, rows)| rows);
        let one = |row: Row<'a>| {
            let mut one = self.phrase(&said, &row);
            // The condition is asked of the row too.
            let condition = condition.as_ref().map(|condition| self.phrase(condition, &row));
            one.terms.extend(condition.into_iter().flat_map(|condition| condition.terms));
            one
        };
        rows.map(one).collect()
    }

    /// A phrase, in which a word may be a list.
    fn phrase(&mut self, words: &Phrase, row: &Row<'a>) -> Phrase {
        let mut terms = Vec::with_capacity(words.terms.len());
        for piece in pieces(words) {
            match piece {
                Piece::Term(term) => terms.push(self.term(term, row)),
                Piece::Each(term, every) => {
                    let Some((name, rows)) = self.rows(&every, row) else { continue };
                    let mut rows = rows.peekable();
                    if rows.peek().is_none() {
                        let (table, at) = (shown(name), every.table.span.into());
                        self.findings.push(Box::new(NoRow { table, at }));
                    }
                    for (number, row) in rows.enumerate() {
                        if number > 0 {
                            terms.push(Term::Comma(Spanned::new((), term.span())));
                        }
                        terms.push(self.term(term, &row));
                    }
                }
            }
        }
        Phrase { terms }
    }

    fn term(&mut self, term: &Term, row: &Row<'a>) -> Term {
        let name = match term {
            Term::Word(word) => Some(word),
            Term::Place(place) => Some(&place.value.store),
            _ => None,
        };
        if let Some(name) = name.filter(|name| name.value.contains('$')) {
            self.known(name, row);
        }
        row.term(term)
    }
}

/// Another sentence where one stood.
fn with<T>(line: &Line<T>, node: T) -> Line<T> {
    Line { before: Vec::new(), node, comment: None, span: line.span.clone() }
}
