//! The sentences of a plan one after the other, those for the rows of its tables too, without all of them being
//! there at the same time.

use std::collections::BTreeMap;

use crate::{
    source::{Finding, Source},
    syntax::tree::{Item, Line, SyntaxTree},
};

use super::{
    again::{Extent, again, is_even},
    each::{Saying, instances},
    read::Table,
    row::{Outside, Row},
};

/// The sentences of a plan.
#[derive(Debug)]
pub enum Sentences<'a> {
    /// As they stand in a tree.
    Written(&'a SyntaxTree),
    /// Some of them for each row of a table.
    Rows(Rows<'a>),
}

/// Sentences that are said for each row of a table, and those that stand beside them.
#[derive(Debug)]
pub struct Rows<'a> {
    tables: BTreeMap<&'a str, Table>,
    outside: Outside,
    forms: Vec<Form<'a>>,
    findings: Vec<Finding>,
}

/// A sentence that is said for each row, and what it came to for the last one.
#[derive(Debug)]
struct Form<'a> {
    item: &'a Item,
    is_even: bool,
    said: Option<Item>,
    /// Those within a `for each`.
    within: Vec<Self>,
}

impl<'a> Form<'a> {
    fn of(line: &'a Line<Item>) -> Self {
        let within = match &line.node {
            Item::ForEach(each) => each.body.lines.iter().map(Self::of).collect(),
            _ => Vec::new(),
        };
        Self { item: &line.node, is_even: is_even(&line.node), said: None, within }
    }

    fn has(&self, wanted: fn(&Item) -> bool) -> bool {
        match self.item {
            Item::ForEach(_) => self.within.iter().any(|form| form.has(wanted)),
            item => wanted(item),
        }
    }

    /// How many sentences it makes at most.
    fn count(&self, wanted: fn(&Item) -> bool, tables: &BTreeMap<&str, Table>) -> usize {
        match self.item {
            Item::ForEach(each) => {
                let rows = tables.get(each.every.table.value.as_str()).map_or(0, |table| table.rows.len());
                let within = self.within.iter().map(|form| form.count(wanted, tables));
                rows.saturating_mul(within.fold(0, usize::saturating_add))
            }
            item => usize::from(wanted(item)),
        }
    }
}

/// Whether a sentence can be said for one row after the other: it declares something, or speaks of what is
/// declared, in the words of the core.
fn is_said_alone(item: &Item) -> bool {
    match item {
        Item::ForEach(each) => each.body.lines.iter().all(|line| is_said_alone(&line.node)),
        Item::Role(_) | Item::Key(_) | Item::Group(_) | Item::Window(_) | Item::Fact(_) => true,
        Item::Keystore(_) | Item::Receiver(_) | Item::Flow(_) | Item::Step(_) => true,
        Item::Promise(_) | Item::Finally(_) | Item::Waive(_) | Item::Issued(_) | Item::Typed(_) => true,
        _ => false,
    }
}

impl<'a> Rows<'a> {
    /// Those of a tree with these tables; nothing where some have to be there all at once.
    pub(super) fn of(
        tree: &'a SyntaxTree,
        tables: BTreeMap<&'a str, Table>,
        outside: Outside,
    ) -> Option<Self> {
        let is_alone = tree.items.iter().all(|line| match &line.node {
            Item::ForEach(_) => is_said_alone(&line.node),
            item => !matches!(item, Item::Inner(_) | Item::Thing(_)),
        });
        let forms = || tree.items.iter().map(Form::of).collect();
        is_alone.then(|| Self { tables, outside, forms: forms(), findings: Vec::new() })
    }
}

impl Sentences<'_> {
    /// Looks at those that are wanted, in the order of the text, and within a `for each` of the rows.
    pub fn each(&mut self, extent: Extent, wanted: fn(&Item) -> bool, mut see: impl FnMut(&Item)) {
        match self {
            Self::Written(tree) => {
                tree.items.iter().map(|line| &line.node).filter(|item| wanted(item)).for_each(see);
            }
            Self::Rows(Rows { tables, outside, forms, findings }) => {
                let mut walk =
                    Walk { saying: Saying::of(tables), around: Vec::new(), extent, wanted, see: &mut see };
                walk.all(forms, &Row::outside(outside));
                findings.extend(walk.saying.found());
            }
        }
    }

    /// How many are wanted, at most.
    #[must_use]
    pub fn count(&self, wanted: fn(&Item) -> bool) -> usize {
        match self {
            Self::Written(tree) => tree.items.iter().filter(|line| wanted(&line.node)).count(),
            Self::Rows(rows) => {
                let counts = rows.forms.iter().map(|form| form.count(wanted, &rows.tables));
                counts.fold(0, usize::saturating_add)
            }
        }
    }

    /// Ends with what is wrong with the tables, or with what is said of their rows, if it was met with. What is
    /// found is told as if all sentences were there.
    ///
    /// # Errors
    /// Every such finding.
    pub fn judged(&self, source: &Source, tree: &SyntaxTree) -> Result<(), Vec<Finding>> {
        match self {
            Self::Rows(rows) if !rows.findings.is_empty() => instances(source, tree).map(drop),
            _ => Ok(()),
        }
    }
}

/// A way through all sentences.
struct Walk<'w, F> {
    saying: Saying<'w>,
    /// The tables whose `for each` a sentence stands in.
    around: Vec<&'w str>,
    extent: Extent,
    wanted: fn(&Item) -> bool,
    see: &'w mut F,
}

impl<'w, F: FnMut(&Item)> Walk<'w, F> {
    fn all(&mut self, forms: &mut [Form<'_>], row: &Row<'w>) {
        for form in forms {
            match form.item {
                Item::ForEach(each) if form.has(self.wanted) => {
                    let Some((name, rows)) = self.saying.rows(&each.every, row) else { continue };
                    self.around.push(name);
                    rows.for_each(|row| self.all(&mut form.within, &row));
                    self.around.pop();
                }
                item if (self.wanted)(item) => self.one(item, form, row),
                _ => {}
            }
        }
    }

    fn one(&mut self, item: &Item, form: &mut Form<'_>, row: &Row<'w>) {
        match &mut form.said {
            // Outside of all tables it is the same each time.
            Some(_) if self.around.is_empty() => {}
            Some(said) if form.is_even => again(row, item, said, self.extent),
            said => *said = self.saying.item(item, row, &self.around),
        }
        if let Some(said) = &form.said {
            (self.see)(said);
        }
    }
}
