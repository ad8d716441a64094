//! A group of roles as the author wrote it.

use pest::iterators::Pair;

use super::{grammar::Rule, lowering::Lowering, tree::Phrase};
use crate::source::Spanned;

/// `group NAME is ROLE, ROLE`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupDecl {
    /// The group's name.
    pub name: Spanned<String>,
    /// Its roles.
    pub roles: Phrase,
}

impl Lowering<'_, '_> {
    pub(super) fn group(&mut self, pair: Pair<'_, Rule>) -> Option<GroupDecl> {
        let (mut name, mut roles) = (None, None);
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::own_name => name = Some(self.words.word(&part)),
                Rule::phrase => roles = Some(self.words.phrase(part)),
                _ => {}
            }
        }
        Some(GroupDecl { name: name?, roles: roles? })
    }
}
