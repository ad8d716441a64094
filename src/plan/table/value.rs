//! What stands in a cell of a table.

use std::{fmt, time::Duration};

use crate::{
    name::{Alias, is_name},
    plan::{date::moment, parameter::duration},
    source::shown,
    syntax::{NAME_LIMIT, spelt, tree::Term},
};

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The name of a thing of the plan, or one of some words.
    Name,
    /// An alias of a keystore.
    Alias,
    /// A date.
    Date,
    /// A duration.
    Duration,
    /// A whole number.
    Number,
    /// A text for people.
    Text,
}

impl Kind {
    /// All of them, as an author writes them.
    pub const ALL: [(&'static str, Self); 6] = [
        ("alias", Self::Alias),
        ("date", Self::Date),
        ("duration", Self::Duration),
        ("name", Self::Name),
        ("number", Self::Number),
        ("text", Self::Text),
    ];

    /// The kind that is written so.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(name, _)| *name == word).map(|(_, kind)| *kind)
    }

    /// How a value of the kind is written between the braces of a table.
    #[must_use]
    pub const fn spelling(self) -> &'static str {
        match self {
            Self::Name => "a name, as in `acme`",
            Self::Alias => "an alias in quotes, as in `\"orders-acme\"`",
            Self::Date => "a date, as in `2026-12-01`",
            Self::Duration => "a duration, as in `24h` or `1h30m`",
            Self::Number => "a whole number, as in `2`",
            Self::Text => "a text in quotes, as in `\"Acme Ltd\"`",
        }
    }
}

/// What stands in one cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    /// A name.
    Name(String),
    /// An alias or a text.
    Text(String),
    /// A date, as it is written.
    Date(String),
    /// A duration.
    Duration(Duration),
    /// A number.
    Number(u64),
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(text) | Self::Text(text) | Self::Date(text) => f.write_str(text),
            Self::Duration(duration) => f.write_str(&spelt(*duration)),
            Self::Number(number) => number.fmt(f),
        }
    }
}

impl Value {
    /// Writes it behind a text.
    pub(super) fn write(&self, out: &mut String) {
        match self {
            Self::Name(text) | Self::Text(text) | Self::Date(text) => out.push_str(text),
            Self::Duration(_) | Self::Number(_) => out.push_str(&self.to_string()),
        }
    }

    /// Reads a cell between the braces of a table.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub(super) fn of_term(kind: Kind, term: &Term) -> Result<Self, String> {
        match (kind, term) {
            (Kind::Name, Term::Word(word)) => Self::of_text(kind, &word.value),
            (Kind::Alias | Kind::Text, Term::Text(text)) => Self::of_text(kind, &text.value),
            (Kind::Date, Term::Date(date)) => Self::of_text(kind, &date.value),
            (Kind::Duration, Term::Duration(duration)) => Ok(Self::Duration(duration.value)),
            (Kind::Number, Term::Number(number)) => Ok(Self::Number(number.value)),
            _ => Err("is of another kind".to_owned()),
        }
    }

    /// Reads a cell of a file.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub(super) fn of_text(kind: Kind, text: &str) -> Result<Self, String> {
        match kind {
            Kind::Name if !is_name(text) => Err("is no name".to_owned()),
            Kind::Name if text.len() > NAME_LIMIT => Err(format!("is longer than {NAME_LIMIT} characters")),
            Kind::Name => Ok(Self::Name(text.to_owned())),
            // What is put into a sentence is not read as one again.
            Kind::Alias | Kind::Text if text.contains('$') => Err("holds a `$`".to_owned()),
            Kind::Alias => Alias::new(text).map(|_| Self::Text(text.to_owned())).map_err(|e| e.to_string()),
            Kind::Text if shown(text) != text => Err("holds control or direction characters".to_owned()),
            Kind::Text => Ok(Self::Text(text.to_owned())),
            Kind::Date => {
                moment(text).map(|_| Self::Date(text.to_owned())).map_err(|(why, _)| why.to_owned())
            }
            Kind::Duration => duration(text).map(Self::Duration).ok_or_else(|| "is no duration".to_owned()),
            Kind::Number => text.parse().map(Self::Number).map_err(|_| "is no whole number".to_owned()),
        }
    }
}
