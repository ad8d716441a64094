//! What `$NAME` stands for in the sentences of a row.

use std::{borrow::Borrow, collections::BTreeSet};

use smallvec::SmallVec;

use crate::{
    source::{Span, Spanned},
    syntax::tree::{PlaceTerm, Term},
};

use super::value::Value;

/// How many columns a row knows without room of its own.
const FEW: usize = 6;

/// The columns that are known somewhere, with the values that they have there.
#[derive(Clone, Debug)]
pub(super) struct Row<'a> {
    values: SmallVec<[(&'a str, &'a Value); FEW]>,
    outside: &'a Outside,
}

/// The parameters of the plan, which are filled in later.
#[derive(Debug, Default)]
pub(super) struct Outside {
    parameters: BTreeSet<String>,
    /// The length of the longest name, in bytes.
    longest: usize,
}

/// What a `$` begins.
enum Meaning<'a> {
    Column(&'a str, &'a Value),
    Parameter,
    Unknown,
}

impl Outside {
    /// These parameters.
    pub(super) fn of<'n>(parameters: impl Iterator<Item = &'n str>) -> Self {
        let parameters: BTreeSet<String> = parameters.map(str::to_owned).collect();
        let longest = parameters.iter().map(String::len).max().unwrap_or_default();
        Self { parameters, longest }
    }
}

impl<'a> Row<'a> {
    /// The row around all tables, which knows the parameters only.
    pub(super) fn outside(outside: &'a Outside) -> Self {
        Self { values: SmallVec::new(), outside }
    }

    /// This row with the columns of another table.
    #[must_use]
    pub(super) fn with<'c: 'a, S: Borrow<str> + 'c>(
        &self,
        columns: impl Iterator<Item = (&'c S, &'c Value)>,
    ) -> Self {
        let mut row = self.clone();
        row.values.extend(columns.map(|(column, value)| (column.borrow(), value)));
        row
    }

    /// The value of a column.
    pub(super) fn value(&self, column: &str) -> Option<&'a Value> {
        self.values.iter().find(|(name, _)| *name == column).map(|(_, value)| *value)
    }

    /// The columns in the order of their names.
    pub(super) fn columns(&self) -> impl Iterator<Item = &str> {
        let columns: BTreeSet<&str> = self.values.iter().map(|(column, _)| *column).collect();
        columns.into_iter()
    }

    /// What the text behind a `$` begins with: of several names the longest.
    fn meaning(&self, text: &str) -> Meaning<'a> {
        let begins = self.values.iter().filter(|(name, _)| text.starts_with(name));
        let column = begins.max_by_key(|(name, _)| name.len());
        let shorter = column.map_or(0, |(name, _)| name.len());
        // Names are ASCII, so a name never ends within a character.
        let mut ends = shorter + 1..=self.outside.longest.min(text.len());
        if ends.any(|end| text.get(..end).is_some_and(|name| self.outside.parameters.contains(name))) {
            return Meaning::Parameter;
        }
        column.map_or(Meaning::Unknown, |(name, value)| Meaning::Column(name, value))
    }

    /// A text with its columns filled in; a `$` before anything else is left as it is.
    pub(super) fn fill(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        self.fill_into(text, &mut out);
        out
    }

    /// The same, written behind a text.
    pub(super) fn fill_into(&self, text: &str, out: &mut String) {
        let mut rest = text;
        while let Some((plain, behind)) = rest.split_once('$') {
            out.push_str(plain);
            match self.meaning(behind) {
                Meaning::Column(name, value) => {
                    value.write(out);
                    rest = behind.get(name.len()..).unwrap_or_default();
                }
                Meaning::Parameter | Meaning::Unknown => {
                    out.push('$');
                    rest = behind;
                }
            }
        }
        out.push_str(rest);
    }

    /// The first name behind a `$` that is neither a column nor a parameter.
    pub(super) fn unknown<'n>(&self, text: &'n str) -> Option<&'n str> {
        let mut behind = text.split('$').skip(1);
        behind.find(|behind| matches!(self.meaning(behind), Meaning::Unknown))
    }

    /// Whether a text differs from row to row of the table that is named so.
    pub(super) fn tells_apart(&self, text: &str, table: &str) -> bool {
        text.split('$')
            .skip(1)
            .any(|behind| matches!(self.meaning(behind), Meaning::Column(name, _) if name == table))
    }

    /// A name with its columns filled in.
    pub(super) fn name(&self, name: &Spanned<String>) -> Spanned<String> {
        if name.value.contains('$') { Spanned::new(self.fill(&name.value), name.span) } else { name.clone() }
    }

    /// A word with its columns filled in.
    pub(super) fn term(&self, term: &Term) -> Term {
        match term {
            Term::Word(word) if word.value.contains('$') => {
                let name = word.value.strip_prefix('$').unwrap_or(&word.value);
                if word.value.starts_with('$') {
                    self.setting(name, word.span)
                } else {
                    Term::Word(self.name(word))
                }
            }
            Term::Param(name) => self.setting(&name.value, name.span),
            Term::Text(text) if text.value.contains('$') => Term::Text(self.name(text)),
            Term::Place(place) => {
                let Spanned { value: PlaceTerm { store, alias }, span } = place;
                let place = PlaceTerm { store: self.name(store), alias: Box::new(self.term(alias)) };
                Term::Place(Spanned::new(place, *span))
            }
            other => other.clone(),
        }
    }

    /// What stands behind a `$`: a column alone is what it holds, one with more is a name.
    fn setting(&self, name: &str, span: Span) -> Term {
        match self.meaning(name) {
            Meaning::Column(column, value) if column == name => match value {
                Value::Name(text) => Term::Word(Spanned::new(text.clone(), span)),
                Value::Text(text) => Term::Text(Spanned::new(text.clone(), span)),
                Value::Date(text) => Term::Date(Spanned::new(text.clone(), span)),
                Value::Duration(duration) => Term::Duration(Spanned::new(*duration, span)),
                Value::Number(number) => Term::Number(Spanned::new(*number, span)),
            },
            Meaning::Column(..) => Term::Word(Spanned::new(self.fill(&format!("${name}")), span)),
            Meaning::Parameter | Meaning::Unknown => Term::Param(Spanned::new(name.to_owned(), span)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outside() -> Outside {
        Outside::of(["delivery-time"].into_iter())
    }

    fn columns() -> Vec<(String, Value)> {
        let name = Value::Name("acme".to_owned());
        let alias = Value::Text("orders".to_owned());
        let columns = [("partner", name), ("partner-alias", alias), ("delivery", Value::Number(3))];
        columns.map(|(column, value)| (column.to_owned(), value)).into()
    }

    fn with_row(test: impl Fn(&Row<'_>)) {
        let (outside, columns) = (outside(), columns());
        test(&Row::outside(&outside).with(columns.iter().map(|(column, value)| (column, value))));
    }

    #[test]
    fn of_several_names_the_longest_is_meant() {
        for (text, filled) in [
            ("trust-$partner", "trust-acme"),
            ("$partner-alias$partner", "ordersacme"),
            ("$partner-x", "acme-x"),
            ("$delivery-time $delivery-tim", "$delivery-time 3-tim"),
            ("$unknown $", "$unknown $"),
        ] {
            with_row(|row| assert_eq!(row.fill(text), filled));
        }
    }

    #[test]
    fn a_column_alone_is_of_its_kind() {
        let at = |text: &str| Spanned::new(text.to_owned(), Span::default());
        for (name, term) in [
            ("partner", Term::Word(at("acme"))),
            ("partner-alias", Term::Text(at("orders"))),
            ("delivery", Term::Number(Spanned::new(3, Span::default()))),
            ("partner-key", Term::Word(at("acme-key"))),
            ("delivery-time", Term::Param(at("delivery-time"))),
        ] {
            with_row(|row| assert_eq!(row.term(&Term::Param(at(name))), term));
        }
    }

    #[test]
    fn what_is_unknown_is_found() {
        with_row(|row| {
            assert_eq!(row.unknown("a-$partner$x-y"), Some("x-y"));
            assert_eq!(row.unknown("a-$partner"), None);
            assert!(row.tells_apart("a-$partner", "partner"));
            assert!(!row.tells_apart("a-$partner-alias", "partner"));
        });
    }
}
