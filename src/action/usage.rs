//! Usage lines: how a verb or a condition is written, and how its words are read.
//!
//! A usage line is a row of keywords and slots: `create <key> in <keystore> as <alias>`.

use std::{borrow::Cow, time::Duration};

use crate::{
    name::Alias,
    world::{
        id::{AcceptorId, ChannelId, KeyId, OwnFactId, PlaceId, RoleId, StoreId, WindowId},
        key_kind::KeyKind,
        landscape::Fact,
    },
};

/// What may stand in a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Slot {
    /// A key's name.
    Key,
    /// A keystore's name.
    Keystore,
    /// `keystore[alias]`.
    Place,
    /// A receiver's name.
    Receiver,
    /// A flow's name.
    Flow,
    /// A window's name.
    Window,
    /// The name of a fact of the plan's own.
    Fact,
    /// A role's name.
    Role,
    /// One or more roles, with commas between.
    Roles,
    /// An alias: a text or a parameter.
    Alias,
    /// A duration: written out or a parameter.
    Duration,
    /// A whole number.
    Number,
    /// A text.
    Text,
    /// What kind of pair a key is: `rsa-3072`.
    Type,
    /// An act in the words of the vocabulary, to the end of the line.
    Act,
    /// A condition, to the word that follows in the usage line or to the end of the line.
    Condition,
}

impl Slot {
    /// The slot's name in a usage line, without the brackets.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::Keystore => "keystore",
            Self::Place => "keystore[alias]",
            Self::Receiver => "receiver",
            Self::Flow => "flow",
            Self::Window => "window",
            Self::Fact => "fact",
            Self::Role => "role",
            Self::Roles => "roles",
            Self::Alias => "alias",
            Self::Duration => "duration",
            Self::Number => "number",
            Self::Text => "text",
            Self::Type => "type",
            Self::Act => "act",
            Self::Condition => "condition",
        }
    }

    /// Every slot.
    pub const ALL: [Self; 16] = [
        Self::Key,
        Self::Keystore,
        Self::Place,
        Self::Receiver,
        Self::Flow,
        Self::Window,
        Self::Fact,
        Self::Role,
        Self::Roles,
        Self::Alias,
        Self::Duration,
        Self::Number,
        Self::Text,
        Self::Type,
        Self::Act,
        Self::Condition,
    ];
}

/// One word of a usage line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// A word that is written as it is.
    Keyword(Cow<'static, str>),
    /// A slot.
    Slot(Slot),
}

/// The words of a usage line, one after the other. A slot that is not known reads as a keyword, which
/// no plan can write, for `<` begins no word; a test walks all usage lines and refuses it.
pub fn words(usage: &'static str) -> impl Iterator<Item = Piece> + Clone {
    usage.split_whitespace().map(|word| {
        let slot = word.strip_prefix('<').and_then(|w| w.strip_suffix('>'));
        slot.and_then(|name| Slot::ALL.into_iter().find(|s| s.word() == name))
            .map_or(Piece::Keyword(word.into()), Piece::Slot)
    })
}

/// The words of a usage line.
#[must_use]
pub fn pieces(usage: &'static str) -> Vec<Piece> {
    words(usage).collect()
}

/// What an author wrote in a slot, its names resolved.
#[derive(Clone, Debug, PartialEq)]
pub enum Argument {
    /// A key.
    Key(KeyId),
    /// A keystore.
    Keystore(StoreId),
    /// A place, and how it was written.
    Place(PlaceId),
    /// A receiver.
    Receiver(AcceptorId),
    /// A flow.
    Flow(ChannelId),
    /// A window.
    Window(WindowId),
    /// A fact of the plan's own.
    Fact(OwnFactId),
    /// Roles.
    Roles(Vec<RoleId>),
    /// An alias.
    Alias(Alias),
    /// A duration.
    Duration(Duration),
    /// A number.
    Number(u64),
    /// A text.
    Text(String),
    /// A kind of key pair.
    Type(KeyKind),
    /// An act that a role is asked for.
    Act(Asked),
    /// A condition: its row of the list of conditions, and its own arguments.
    Condition(usize, Vec<Argument>),
}

/// An act that somebody is asked for, or allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// How it reads.
    pub sentence: String,
    /// The facts whose owner may do it.
    pub authority: Vec<Fact>,
}

/// The arguments of one phrase, in the order of its slots, and the places that its act needs.
#[derive(Clone, Debug, Default)]
pub struct Arguments {
    values: std::collections::VecDeque<Argument>,
}

macro_rules! takers {
    ($($(#[$doc:meta])* $name:ident: $variant:ident($kind:ty);)*) => {$(
        $(#[$doc])*
        pub fn $name(&mut self) -> Option<$kind> {
            match self.values.pop_front()? {
                Argument::$variant(value) => Some(value),
                _ => None,
            }
        }
    )*};
}

impl Arguments {
    /// The arguments in the order of the usage line's slots.
    #[must_use]
    pub fn new(values: Vec<Argument>) -> Self {
        Self { values: values.into() }
    }

    /// The next argument, a condition: its row of the list of conditions, and its own arguments.
    pub fn condition(&mut self) -> Option<(usize, Self)> {
        match self.values.pop_front()? {
            Argument::Condition(row, arguments) => Some((row, Self::new(arguments))),
            _ => None,
        }
    }

    takers! {
        /// The next argument, a key.
        key: Key(KeyId);
        /// The next argument, a keystore.
        keystore: Keystore(StoreId);
        /// The next argument, a place.
        place: Place(PlaceId);
        /// The next argument, a receiver.
        receiver: Receiver(AcceptorId);
        /// The next argument, a flow.
        flow: Flow(ChannelId);
        /// The next argument, a window.
        window: Window(WindowId);
        /// The next argument, a fact of the plan's own.
        fact: Fact(OwnFactId);
        /// The next argument, one role or several.
        roles: Roles(Vec<RoleId>);
        /// The next argument, an alias.
        alias: Alias(Alias);
        /// The next argument, a duration.
        duration: Duration(Duration);
        /// The next argument, a text.
        text: Text(String);
        /// The next argument, a kind of key pair.
        key_kind: Type(KeyKind);
        /// The next argument, an act that a role is asked for.
        act: Act(Asked);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_usage_line_is_keywords_and_slots() {
        assert_eq!(
            pieces("exchange <keystore[alias]> for <key>"),
            [
                Piece::Keyword("exchange".into()),
                Piece::Slot(Slot::Place),
                Piece::Keyword("for".into()),
                Piece::Slot(Slot::Key)
            ]
        );
    }
}
