//! Reads `finally`: what holds when every step is done, and who knows it then.

use crate::{
    action::usage::Arguments,
    condition::{
        CONDITIONS, Condition,
        known::{self, Known},
        read,
    },
    source::Spanned,
    syntax::tree::Phrase,
};

use super::resolve::Draft;

/// What a plan says of its end.
#[derive(Debug, Default)]
pub(super) struct Goals {
    pub(super) finals: Vec<Spanned<Box<dyn Condition>>>,
    pub(super) known: Vec<Spanned<Known>>,
}

impl Goals {
    /// Reads one more.
    pub(super) fn add(&mut self, draft: &mut Draft, phrase: &Phrase) {
        let conditions = CONDITIONS.iter().map(|form| form.usage);
        let usages: Vec<&'static str> = std::iter::once(known::USAGE).chain(conditions).collect();
        let Some((row, arguments)) = draft.read("a condition", &usages, phrase) else { return };
        let mut arguments = Arguments::new(arguments);
        let (condition, roles) = match row.checked_sub(1) {
            None => (read(&mut arguments, &draft.landscape), arguments.roles()),
            Some(row) => {
                let form = CONDITIONS.get(row);
                (form.and_then(|form| (form.read)(&mut arguments, &draft.landscape)), None)
            }
        };
        let Some(condition) = condition else { return };
        if let Some(roles) = roles {
            self.known.push(Spanned::new(Known { what: self.finals.len(), roles }, phrase.span()));
        }
        self.finals.push(Spanned::new(condition, phrase.span()));
    }
}
