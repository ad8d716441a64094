//! What `$NAME` stands for in the sentences of a row.

use std::{
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use crate::{
    source::{Span, Spanned},
    syntax::tree::{PlaceTerm, Term},
};

use super::value::Value;

/// The columns that are known somewhere, with the values that they have there.
#[derive(Clone, Debug, Default)]
pub(super) struct Row {
    values: BTreeMap<Rc<str>, Value>,
    /// The parameters of the plan, which are filled in later.
    parameters: Rc<BTreeSet<String>>,
    /// The length of the longest name, in bytes.
    longest: usize,
}

/// What a `$` begins.
enum Meaning<'a> {
    Column(&'a str, &'a Value),
    Parameter,
    Unknown,
}

impl Row {
    /// The row around all tables, which knows the parameters only.
    pub(super) fn outside(parameters: BTreeSet<String>) -> Self {
        let longest = parameters.iter().map(String::len).max().unwrap_or_default();
        Self { values: BTreeMap::new(), parameters: Rc::new(parameters), longest }
    }

    /// This row with the columns of another table.
    #[must_use]
    pub(super) fn with<'a>(&self, columns: impl Iterator<Item = (&'a Rc<str>, &'a Value)>) -> Self {
        let mut row = self.clone();
        for (column, value) in columns {
            row.longest = row.longest.max(column.len());
            row.values.insert(Rc::clone(column), value.clone());
        }
        row
    }

    /// The value of a column.
    pub(super) fn value(&self, column: &str) -> Option<&Value> {
        self.values.get(column)
    }

    /// The columns.
    pub(super) fn columns(&self) -> impl Iterator<Item = &str> {
        self.values.keys().map(|column| &**column)
    }

    /// What the text behind a `$` begins with: of several names the longest.
    fn meaning<'a>(&'a self, text: &'a str) -> Meaning<'a> {
        // Names are ASCII, so a name never ends within a character.
        for end in (1..=self.longest.min(text.len())).rev() {
            let Some(name) = text.get(..end) else { continue };
            if let Some(value) = self.values.get(name) {
                return Meaning::Column(name, value);
            }
            if self.parameters.contains(name) {
                return Meaning::Parameter;
            }
        }
        Meaning::Unknown
    }

    /// A text with its columns filled in; a `$` before anything else is left as it is.
    pub(super) fn fill(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((plain, behind)) = rest.split_once('$') {
            out.push_str(plain);
            match self.meaning(behind) {
                Meaning::Column(name, value) => {
                    out.push_str(&value.to_string());
                    rest = behind.get(name.len()..).unwrap_or_default();
                }
                Meaning::Parameter | Meaning::Unknown => {
                    out.push('$');
                    rest = behind;
                }
            }
        }
        out.push_str(rest);
        out
    }

    /// The first name behind a `$` that is neither a column nor a parameter.
    pub(super) fn unknown<'a>(&self, text: &'a str) -> Option<&'a str> {
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

    fn row() -> Row {
        let outside = Row::outside(["delivery-time".to_owned()].into());
        let columns: Vec<(Rc<str>, Value)> = vec![
            ("partner".into(), Value::Name("acme".to_owned())),
            ("partner-alias".into(), Value::Text("orders".to_owned())),
            ("delivery".into(), Value::Number(3)),
        ];
        outside.with(columns.iter().map(|(column, value)| (column, value)))
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
            assert_eq!(row().fill(text), filled);
        }
    }

    #[test]
    fn a_column_alone_is_of_its_kind() {
        let at = |text: &str| Spanned::new(text.to_owned(), Span::default());
        assert_eq!(row().term(&Term::Param(at("partner"))), Term::Word(at("acme")));
        assert_eq!(row().term(&Term::Param(at("partner-alias"))), Term::Text(at("orders")));
        assert_eq!(row().term(&Term::Param(at("delivery"))), Term::Number(Spanned::new(3, Span::default())));
        assert_eq!(row().term(&Term::Param(at("partner-key"))), Term::Word(at("acme-key")));
        assert_eq!(row().term(&Term::Param(at("delivery-time"))), Term::Param(at("delivery-time")));
    }

    #[test]
    fn what_is_unknown_is_found() {
        assert_eq!(row().unknown("a-$partner$x-y"), Some("x-y"));
        assert_eq!(row().unknown("a-$partner"), None);
        assert!(row().tells_apart("a-$partner", "partner"));
        assert!(!row().tells_apart("a-$partner-alias", "partner"));
    }
}
