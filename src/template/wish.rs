//! What is to be otherwise than in the template, as it was asked for: with places for findings to point at.

use crate::source::{Source, Span, Spanned};

/// `--rename OLD=NEW` and its like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    /// What is there.
    pub old: Spanned<String>,
    /// What it becomes.
    pub new: Spanned<String>,
}

/// Everything that was asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wishes {
    /// The wishes as they were written, one a line.
    text: String,
    /// The plan's own name.
    pub plan: Option<Spanned<String>>,
    /// Other names for roles, groups, keystores, receivers, flows, keys, windows, facts and steps, and other aliases.
    pub names: Vec<Wish>,
    /// Other titles.
    pub titles: Vec<Wish>,
    /// Other values of parameters.
    pub values: Vec<Wish>,
}

impl Wishes {
    /// What findings about wishes point into.
    #[must_use]
    pub fn source(&self) -> Source {
        Source::new("<options>", self.text.clone())
    }

    /// Asks for another name of the plan.
    pub fn call_plan(&mut self, name: &str) {
        self.plan = Some(self.line("--name ", name));
        self.text.push('\n');
    }

    /// Asks for another name or alias.
    pub fn rename(&mut self, old: &str, new: &str) {
        let wish = self.pair("--rename ", old, new);
        self.names.push(wish);
    }

    /// Asks for another title.
    pub fn title(&mut self, name: &str, title: &str) {
        let wish = self.pair("--title ", name, title);
        self.titles.push(wish);
    }

    /// Asks for another value of a parameter.
    pub fn set(&mut self, name: &str, value: &str) {
        let wish = self.pair("--set ", name, value);
        self.values.push(wish);
    }

    fn pair(&mut self, option: &str, old: &str, new: &str) -> Wish {
        let old = self.line(option, old);
        let new = self.line("=", new);
        self.text.push('\n');
        Wish { old, new }
    }

    fn line(&mut self, before: &str, said: &str) -> Spanned<String> {
        self.text.push_str(before);
        let start = self.text.len();
        self.text.push_str(said);
        Spanned::new(said.to_owned(), Span::new(start, self.text.len()))
    }
}
