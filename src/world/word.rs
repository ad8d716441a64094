//! What is said of a moment, word by word. Where several words are said, all of them are true together.

use super::{
    id::{ChannelId, KeyId, StepId, WindowId},
    landscape::{Fact, Landscape, Transit, Value},
};

/// One word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    /// A fact has a value, or (where it says false) another one.
    Says((Fact, Value, bool)),
    /// The turn of a step has come: all that it comes after is done, and it is not.
    Turn(StepId),
    /// What was said so far is true of an earlier moment, or of this one: then a message was signed that is
    /// under way now.
    Later(ChannelId, KeyId),
    /// Everything is done.
    End,
}

impl Word {
    /// That a fact has another value than this one.
    #[must_use]
    pub const fn not(fact: Fact, value: Value) -> Self {
        Self::Says((fact, value, false))
    }

    /// That a flow runs, or that it does not.
    #[must_use]
    pub const fn runs(flow: ChannelId, is: bool) -> Self {
        Self::Says((Fact::Running(flow), Value::Is(is), true))
    }

    /// That a window has not begun.
    #[must_use]
    pub const fn shut(window: WindowId) -> Self {
        Self::not(Fact::Window(window), Value::Is(true))
    }
}

impl Landscape {
    /// That no alias which a flow lists names a key.
    pub fn names_none(&self, flow: ChannelId) -> impl Iterator<Item = Word> + use<> {
        let aliases = self.channels[flow].aliases();
        aliases.map(|place| Word::Says((Fact::Place(place), Value::Key(None), true)))
    }

    /// That a flow with one alias signs with a key.
    #[must_use]
    pub fn signs(&self, flow: ChannelId, key: KeyId) -> Vec<Word> {
        let alias = Fact::Place(self.channels[flow].stamps);
        vec![Word::runs(flow, true), Word::Says((alias, Value::Key(Some(key)), true))]
    }

    /// That a message of a flow with one alias may arrive that is signed with a key: it is signed now, or was
    /// at an earlier moment where messages may be under way.
    #[must_use]
    pub fn arrives(&self, flow: ChannelId, key: KeyId) -> Vec<Word> {
        let is_at_once = self.channels[flow].transit == Transit::Immediately;
        self.signs(flow, key).into_iter().chain((!is_at_once).then_some(Word::Later(flow, key))).collect()
    }
}
