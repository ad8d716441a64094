//! From a plan in the author's words to one in those of the core.

use std::borrow::Cow;

use crate::{
    action::usage::Slot,
    plan::{
        fit::fit,
        suggest::{Help, nearest},
    },
    source::{Finding, Spanned, shown},
    syntax::tree::{
        Block, FactDecl, FactOf, Item, Line, Owned, Phrase, StepLine, SyntaxTree, Term, Thing, Titled,
    },
    world::wording::Bit,
};

use super::{
    Vocabulary,
    finding::UnknownKind,
    saying::{Saying, Sort},
};

/// What stands between the conditions of a promise or an end.
const BETWEEN: [&str; 5] = ["always", "never", "while", "before", "known"];

impl Vocabulary {
    /// The tree in the words of the core; its places are the author's.
    #[must_use]
    pub fn in_core_words<'t>(
        &self,
        tree: &'t SyntaxTree,
        findings: &mut Vec<Finding>,
    ) -> Cow<'t, SyntaxTree> {
        let is_thing = |line: &Line<Item>| matches!(line.node, Item::Thing(_));
        if self.is_empty() && !tree.items.iter().any(is_thing) {
            return Cow::Borrowed(tree);
        }
        let mut tree = tree.clone();
        for line in &mut tree.items {
            self.item(&mut line.node, findings);
        }
        Cow::Owned(tree)
    }

    fn item(&self, item: &mut Item, findings: &mut Vec<Finding>) {
        if let Item::Thing(thing) = item {
            match self.thing(thing) {
                Ok(core) => *item = core,
                Err(finding) => return findings.push(finding),
            }
        }
        match item {
            Item::Keystore(owned) => self.lines(&mut owned.body, Slot::Keystore),
            Item::Receiver(owned) => self.lines(&mut owned.body, Slot::Receiver),
            Item::Flow(owned) => self.lines(&mut owned.body, Slot::Flow),
            Item::Step(step) => {
                for line in &mut step.body.lines {
                    match &mut line.node {
                        StepLine::Act(words) => self.act(words),
                        StepLine::Needs(words) => self.one(words, Sort::Condition),
                        _ => {}
                    }
                }
            }
            Item::Promise(words) => {
                self.one(words, Sort::Promise);
                self.conditions(words);
            }
            Item::Finally(words) => self.conditions(words),
            _ => {}
        }
    }

    fn thing(&self, thing: &Thing) -> Result<Item, Finding> {
        let Thing { kind, name, title, owned, fact } = thing;
        let word = shown(&kind.value);
        let wrong = |what: String, help: String| -> Finding {
            Box::new(UnknownKind { what, help, at: kind.span.into() })
        };
        let Some(core) = self.core_kind(thing) else {
            let near = nearest(&kind.value, self.kinds.keys().map(String::as_str));
            let help = Help::or(near, || format!("declare it, as in `kind {word} is key`"));
            return Err(help.give(|help| wrong(format!("there is no kind `{word}`"), help)));
        };
        let whole = owned.as_ref().map(|(owner, body)| Owned {
            name: name.clone(),
            owner: owner.clone(),
            body: body.clone(),
        });
        if let (Slot::Fact, Some(fact)) = (core, fact) {
            let (name, title, FactOf { owner, set }) = (name.clone(), title.clone(), (**fact).clone());
            return Ok(Item::Fact(Box::new(FactDecl { name, owner, title, set })));
        }
        match (core, whole.filter(|_| core != Slot::Fact)) {
            (Slot::Key, None) if fact.is_none() => {
                Ok(Item::Key(Titled { name: name.clone(), title: title.clone() }))
            }
            (Slot::Keystore, Some(owned)) => Ok(Item::Keystore(owned)),
            (Slot::Receiver, Some(owned)) => Ok(Item::Receiver(owned)),
            (Slot::Flow, Some(owned)) => Ok(Item::Flow(owned)),
            (Slot::Key, _) => Err(wrong(
                format!("a `{word}` is a key, and has no owner"),
                format!("write `{word} NAME`, perhaps with a title in quotes"),
            )),
            (Slot::Fact, _) => Err(wrong(
                format!("`{word}` is a kind of fact, and somebody owns it"),
                format!("write `{word} NAME of ROLE`, perhaps with what it says in quotes"),
            )),
            (core, _) => Err(wrong(
                format!("a `{word}` is a {}, and somebody owns it", core.word()),
                format!("write `{word} NAME of ROLE {{ ... }}`"),
            )),
        }
    }

    fn lines(&self, body: &mut Block<Phrase>, of: Slot) {
        for line in &mut body.lines {
            self.one(&mut line.node, Sort::Line(of));
        }
    }

    /// Puts a sentence into the words of the core, where it is one of these.
    fn one(&self, words: &mut Phrase, sort: Sort) {
        let rows = self.sayings.iter().filter(|saying| saying.sort == sort);
        if let Some(core) = rows.into_iter().find_map(|saying| said(saying, words)) {
            *words = core;
        }
    }

    /// The same for an act, and for the one that it asks for or allows.
    fn act(&self, words: &mut Phrase) {
        self.one(words, Sort::Act);
        let to = words.terms.iter().position(|term| matches!(term, Term::Word(word) if word.value == "to"));
        if let Some(to) = to {
            let mut asked = Phrase { terms: words.terms.split_off(to + 1) };
            if !asked.terms.is_empty() {
                self.one(&mut asked, Sort::Act);
            }
            words.terms.append(&mut asked.terms);
        }
    }

    /// The same for each condition in a promise or an end.
    fn conditions(&self, words: &mut Phrase) {
        if !self.sayings.iter().any(|saying| saying.sort == Sort::Condition) {
            return;
        }
        let mut out = Vec::with_capacity(words.terms.len());
        let mut part: Vec<Term> = Vec::new();
        let flush = |part: &mut Vec<Term>, out: &mut Vec<Term>| {
            let mut phrase = Phrase { terms: std::mem::take(part) };
            if !phrase.terms.is_empty() {
                self.one(&mut phrase, Sort::Condition);
            }
            out.extend(phrase.terms);
        };
        for term in &words.terms {
            if matches!(term, Term::Word(word) if BETWEEN.contains(&word.value.as_str())) {
                flush(&mut part, &mut out);
                out.push(term.clone());
            } else {
                part.push(term.clone());
            }
        }
        flush(&mut part, &mut out);
        words.terms = out;
    }
}

/// The sentence of the core that these words say, if they are of this saying.
fn said(saying: &Saying, words: &Phrase) -> Option<Phrase> {
    let fit = fit(saying.pieces.iter(), words).ok()?;
    let first = words.terms.first().map(Term::span).unwrap_or_default();
    let mut terms = Vec::new();
    for bit in &saying.core {
        match bit {
            Bit::Word(word) => terms.push(Term::Word(Spanned::new(word.clone(), first))),
            Bit::Slot(number) => terms.extend(fit.slots.get(*number)?.1.iter().cloned()),
        }
    }
    Some(Phrase { terms })
}
