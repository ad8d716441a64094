//! Where the names and aliases of a plan stand in its text: found by what the sentences mean, so that a
//! name is never taken for a word of the language that is spelt like it.

use std::collections::BTreeMap;

use crate::{
    action::{
        VOCABULARY,
        usage::{self, Slot},
    },
    condition::{CONDITIONS, known},
    invariant::promises,
    source::{Finding, Source, Span, Spanned},
    syntax::tree::{Block, FactDecl, InnerDecl, Item, Owned, Phrase, StepDecl, StepLine, SyntaxTree, Term},
};

use super::{
    fit::fit,
    lines::{FLOW_LINES, ISSUED, KEYSTORE_LINES, MEMBERS, RECEIVER_LINES, TYPED, WAIVERS},
    table::flat,
    vocabulary::Vocabulary,
};

/// What a mention names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Of {
    /// A role, group, key, keystore, receiver, flow, window or fact: they share one set of names.
    Thing,
    /// A step.
    Step,
    /// An alias that is written out, as its text between quotes.
    Alias,
    /// The plan itself.
    Plan,
}

/// A name where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    /// What it names.
    pub of: Of,
    /// The name, or the text of the alias, and its place: of a text with its quotes.
    pub name: Spanned<String>,
}

/// A thing where it is declared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declaration {
    /// `role`, `group`, `key`, `keystore`, `receiver`, `flow`, `window`, `fact` or `step`.
    pub kind: &'static str,
    /// Its name.
    pub name: Spanned<String>,
    /// What people call it.
    pub title: Option<Spanned<String>>,
    /// The role whose it is.
    pub owner: Option<String>,
}

/// Every name of a plan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mentions {
    /// Each place at which one stands, in no order.
    pub all: Vec<Mention>,
    /// What is declared, in the order of the text.
    pub declared: Vec<Declaration>,
}

impl Mentions {
    /// Those of a plan that was parsed. What is said for each row of a table is told once, with the columns in
    /// its names.
    ///
    /// # Errors
    /// Findings about the plan's own words.
    pub fn of(source: &Source, tree: &SyntaxTree) -> Result<Self, Vec<Finding>> {
        let words = Vocabulary::of(source, tree)?;
        let mut findings = Vec::new();
        let flat = flat(tree);
        let core = words.in_core_words(&flat, &mut findings);
        if !findings.is_empty() {
            return Err(findings);
        }
        let mut mentions = Self::default();
        core.items.iter().for_each(|line| mentions.item(&line.node));
        Ok(mentions)
    }

    /// The names in one sentence of a plan that is in the words of the core, by where they stand.
    pub(super) fn in_sentence(item: &Item) -> BTreeMap<Span, Of> {
        let mut mentions = Self::default();
        mentions.item(item);
        mentions.all.into_iter().map(|mention| (mention.name.span, mention.of)).collect()
    }

    fn item(&mut self, item: &Item) {
        match item {
            Item::Inner(inner) => self.inner(inner),
            Item::Plan(head) => self.add(Of::Plan, &head.name),
            Item::Ask(ask) => self.add(Of::Thing, &ask.role),
            Item::Role(titled) => self.declare("role", &titled.name, titled.title.as_ref()),
            Item::Group(group) => {
                self.declare("group", &group.name, None);
                self.phrase(std::iter::once(MEMBERS), &group.roles);
            }
            Item::Key(titled) => self.declare("key", &titled.name, titled.title.as_ref()),
            Item::Keystore(owned) => self.owned("keystore", owned, &KEYSTORE_LINES),
            Item::Receiver(owned) => self.owned("receiver", owned, &RECEIVER_LINES),
            Item::Flow(owned) => self.owned("flow", owned, &FLOW_LINES),
            Item::Window(window) => self.declare("window", &window.name, None),
            Item::Fact(fact) => self.fact(fact),
            Item::Step(step) => self.step(step),
            Item::Promise(words) => self.phrase(promises().map(|(usage, _)| usage), words),
            Item::Finally(words) => self.condition(words),
            Item::Waive(words) => self.phrase(WAIVERS.into_iter(), words),
            Item::Issued(words) => self.phrase(std::iter::once(ISSUED), words),
            Item::Typed(words) => self.phrase(std::iter::once(TYPED), words),
            _ => {}
        }
    }

    fn declare(&mut self, kind: &'static str, name: &Spanned<String>, title: Option<&Spanned<String>>) {
        self.add(if kind == "step" { Of::Step } else { Of::Thing }, name);
        self.declared.push(Declaration { kind, name: name.clone(), title: title.cloned(), owner: None });
    }

    fn owned(&mut self, kind: &'static str, owned: &Owned<Phrase>, lines: &[&'static str]) {
        self.add(Of::Thing, &owned.name);
        self.add(Of::Thing, &owned.owner);
        let owner = Some(owned.owner.value.clone());
        self.declared.push(Declaration { kind, name: owned.name.clone(), title: None, owner });
        let Block { lines: said, .. } = &owned.body;
        said.iter().for_each(|line| self.phrase(lines.iter().copied(), &line.node));
    }

    fn fact(&mut self, fact: &FactDecl) {
        self.add(Of::Thing, &fact.name);
        self.add(Of::Thing, &fact.owner);
        let (name, title, owner) = (fact.name.clone(), fact.title.clone(), Some(fact.owner.value.clone()));
        self.declared.push(Declaration { kind: "fact", name, title, owner });
    }

    fn step(&mut self, step: &StepDecl) {
        self.declare("step", &step.name, step.title.as_ref());
        self.add(Of::Thing, &step.role);
        for line in &step.body.lines {
            match &line.node {
                StepLine::After(steps) => steps.iter().for_each(|step| self.add(Of::Step, step)),
                StepLine::Needs(words) => self.condition(words),
                StepLine::Act(words) => self.act(words),
                StepLine::Waits(waits) => self.add(Of::Step, &waits.after),
                StepLine::AfterEach(_)
                | StepLine::Takes(_)
                | StepLine::NotBefore(_)
                | StepLine::NotAfter(_)
                | StepLine::MayComeLate(_)
                | StepLine::OnlyIf(_)
                | StepLine::TwoPeople(_) => {}
            }
        }
    }

    fn inner(&mut self, inner: &InnerDecl) {
        inner.after().for_each(|step| self.add(Of::Step, step));
        for binding in inner.bindings() {
            if let Term::Word(word) = &binding.value {
                self.add(Of::Thing, word);
            }
        }
    }

    fn act(&mut self, words: &Phrase) {
        self.phrase(VOCABULARY.iter().map(|verb| verb.usage), words);
    }

    fn condition(&mut self, words: &Phrase) {
        let conditions = CONDITIONS.iter().map(|form| form.usage);
        self.phrase(std::iter::once(known::USAGE).chain(conditions), words);
    }

    /// Takes the names of a sentence by the first of some usage lines that it fits.
    fn phrase(&mut self, usages: impl Iterator<Item = &'static str>, words: &Phrase) {
        for usage in usages {
            let Ok(fit) = fit(usage::words(usage), words) else { continue };
            for (slot, terms) in fit.slots {
                self.slot(slot, terms);
            }
            return;
        }
    }

    fn slot(&mut self, slot: Slot, terms: &[Term]) {
        match slot {
            Slot::Act => return self.act(&Phrase { terms: terms.to_vec() }),
            Slot::Condition => return self.condition(&Phrase { terms: terms.to_vec() }),
            // A word of the language, and no name of the plan.
            Slot::Type => return,
            _ => {}
        }
        for term in terms {
            match term {
                Term::Word(word) => self.add(Of::Thing, word),
                Term::Place(place) => {
                    self.add(Of::Thing, &place.value.store);
                    if let Term::Text(alias) = &*place.value.alias {
                        self.add(Of::Alias, alias);
                    }
                }
                Term::Text(alias) if slot == Slot::Alias => self.add(Of::Alias, alias),
                _ => {}
            }
        }
    }

    fn add(&mut self, of: Of, name: &Spanned<String>) {
        self.all.push(Mention { of, name: name.clone() });
    }
}
