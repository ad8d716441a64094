//! Vocabularies: from pairs of the grammar to items of the tree.

use pest::iterators::Pair;

use super::grammar::Rule;
use super::lowering::Lowering;
use super::tree::{AskDecl, FactDecl, FactOf, KindDecl, SayDecl, Thing, UseDecl, VocabularyHead};
use crate::source::Spanned;

impl Lowering<'_, '_> {
    /// `vocabulary NAME version 1 "title"`
    pub(super) fn vocabulary(&mut self, pair: Pair<'_, Rule>) -> Option<VocabularyHead> {
        let (mut name, mut version, mut title, mut asides) = (None, None, None, Vec::new());
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::own_name => name = Some(self.words.word(&part)),
                Rule::version => version = self.version(part),
                Rule::text => title = Some(self.words.text(&part)),
                Rule::comment => self.aside(&mut asides, usize::from(title.is_some()), &part),
                _ => {}
            }
        }
        self.last_aside(&mut asides, usize::from(title.is_some()));
        Some(VocabularyHead { name: name?, version, title, asides })
    }

    /// `use "FILE" version 1`
    pub(super) fn using(&mut self, pair: Pair<'_, Rule>) -> Option<UseDecl> {
        let (mut file, mut version) = (None, None);
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::text => file = Some(self.words.text(&part)),
                Rule::version => version = self.version(part),
                _ => {}
            }
        }
        Some(UseDecl { file: file?, version })
    }

    /// `ask NAME of ROLE "question" answers within 14d holds for 730d silence means no`
    pub(super) fn ask(&mut self, pair: Pair<'_, Rule>) -> Option<AskDecl> {
        let (mut name, mut role, mut text, mut silence) = (None, None, None, None);
        let (mut within, mut holds) = (None, None);
        let (mut parts, mut asides) = (0, Vec::new());
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::own_name => name = Some(self.words.word(&part)),
                Rule::name => role = Some(self.words.word(&part)),
                Rule::text => {
                    parts += 1;
                    text = Some(self.words.text(&part));
                }
                Rule::within => {
                    parts += 1;
                    within = part.into_inner().find_map(|part| self.words.term(part));
                }
                Rule::holding => {
                    parts += 1;
                    holds = part.into_inner().find_map(|part| self.words.term(part));
                }
                Rule::silence => {
                    parts += 1;
                    let said = part.into_inner().find(|part| part.as_rule() == Rule::name);
                    silence = said.map(|said| self.words.word(&said));
                }
                Rule::comment => self.aside(&mut asides, parts, &part),
                _ => {}
            }
        }
        self.last_aside(&mut asides, parts);
        Some(AskDecl { name: name?, role: role?, text: text?, within, holds, silence, asides })
    }

    /// `kind NAME is KIND`
    pub(super) fn kind_of(&mut self, pair: Pair<'_, Rule>) -> Option<KindDecl> {
        let (mut name, mut of) = (None, None);
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::own_name => name = Some(self.words.word(&part)),
                Rule::name => of = Some(self.words.word(&part)),
                _ => {}
            }
        }
        Some(KindDecl { name: name?, of: of? })
    }

    /// `say "..." for "..." "title"`
    pub(super) fn saying(&mut self, pair: Pair<'_, Rule>) -> Option<SayDecl> {
        let (mut texts, mut asides) = (Vec::new(), Vec::new());
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::text => texts.push(self.words.text(&part)),
                // What is said stands on the first line.
                Rule::comment => self.aside(&mut asides, texts.len().saturating_sub(1), &part),
                _ => {}
            }
        }
        self.last_aside(&mut asides, texts.len().saturating_sub(1));
        let mut texts = texts.into_iter();
        Some(SayDecl { said: texts.next()?, means: texts.next()?, title: texts.next(), asides })
    }

    /// `KIND NAME`, perhaps with a title, or with an owner and lines between braces.
    pub(super) fn thing(&mut self, pair: Pair<'_, Rule>) -> Option<Thing> {
        let (mut kind, mut name, mut title, mut owner, mut body) = (None, None, None, None, None);
        let mut set = None;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::thing_word => kind = Some(self.words.word(&part)),
                Rule::own_name => name = Some(self.words.word(&part)),
                Rule::text => title = Some(self.words.text(&part)),
                Rule::name => owner = Some(self.words.word(&part)),
                Rule::block => body = Some(self.block(part, |this, p| Some(this.words.phrase(p)))?),
                Rule::set_word => set = Some(Spanned::new((), self.words.span(&part))),
                _ => {}
            }
        }
        let (owned, fact) = match (owner, body) {
            (Some(owner), Some(body)) => (Some((owner, body)), None),
            (owner, _) => (None, owner.map(|owner| Box::new(FactOf { owner, set }))),
        };
        Some(Thing { kind: kind?, name: name?, title, owned, fact })
    }

    /// `fact NAME of ROLE "what it says" set`
    pub(super) fn own_fact(&mut self, pair: Pair<'_, Rule>) -> Option<FactDecl> {
        let (mut name, mut owner, mut title, mut set) = (None, None, None, None);
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::own_name => name = Some(self.words.word(&part)),
                Rule::name => owner = Some(self.words.word(&part)),
                Rule::text => title = Some(self.words.text(&part)),
                Rule::set_word => set = Some(Spanned::new((), self.words.span(&part))),
                _ => {}
            }
        }
        Some(FactDecl { name: name?, owner: owner?, title, set })
    }

    pub(super) fn version(&mut self, pair: Pair<'_, Rule>) -> Option<Spanned<u64>> {
        let number = pair.into_inner().find(|part| part.as_rule() == Rule::number)?;
        Some(self.words.number(&number))
    }
}
