//! Reads what a plan declares, and the files that it uses.

use std::collections::{BTreeMap, btree_map::Entry};

use crate::{
    action::usage::Slot,
    plan::suggest::{Help, nearest},
    source::{Finding, Source, Span, shown},
    syntax::{
        parse,
        tree::{Item, KindDecl, SyntaxTree, UseDecl},
    },
};

use super::{
    Vocabulary,
    finding::{KindTwice, NotInVocabulary, SaidElsewhere, UnknownKind, VocabularyFile},
    saying::{KINDS, Saying},
    standard::{STANDARD, standard},
};

/// The head of a vocabulary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: Option<u64>,
    /// What it is about.
    pub title: Option<String>,
}

/// The head of a text that is a vocabulary, and no plan.
#[must_use]
pub fn head(tree: &SyntaxTree) -> Option<Head> {
    let is_plan = tree.items.iter().any(|line| matches!(line.node, Item::Plan(_)));
    let head = tree.items.iter().find_map(|line| match &line.node {
        Item::Vocabulary(head) => Some(head),
        _ => None,
    });
    head.filter(|_| !is_plan).map(|head| Head {
        name: head.name.value.clone(),
        version: head.version.as_ref().map(|version| version.value),
        title: head.title.as_ref().map(|title| title.value.clone()),
    })
}

/// Reads the words of a tree.
pub(super) fn read(source: &Source, tree: &SyntaxTree) -> Result<Vocabulary, Vec<Finding>> {
    let mut reading = Reading::default();
    reading.tree(source, tree, &mut Vec::new());
    if reading.findings.is_empty() { Ok(reading.words) } else { Err(reading.findings) }
}

#[derive(Default)]
struct Reading {
    words: Vocabulary,
    /// Where kinds were declared in this text.
    places: BTreeMap<String, Span>,
    findings: Vec<Finding>,
}

impl Reading {
    fn tree(&mut self, source: &Source, tree: &SyntaxTree, chain: &mut Vec<String>) {
        let is_vocabulary = head(tree).is_some();
        for line in &tree.items {
            match &line.node {
                Item::Use(used) => self.used(source, used, chain),
                Item::Kind(kind) => self.kind(kind),
                Item::Vocabulary(_) | Item::Say(_) => {}
                _ if is_vocabulary => {
                    self.findings.push(Box::new(NotInVocabulary { at: line.span.span.into() }));
                }
                _ => {}
            }
        }
        // A sentence may speak of kinds that are declared behind it.
        for line in &tree.items {
            let Item::Say(say) = &line.node else { continue };
            match Saying::read(say, &self.words.kinds) {
                Ok(saying) => self.say(saying, say.said.span),
                Err(findings) => self.findings.extend(findings),
            }
        }
    }

    fn kind(&mut self, kind: &KindDecl) {
        let slot = KINDS.into_iter().find(|slot| slot.word() == kind.of.value);
        let Some(slot) = slot else {
            let known: Vec<String> = KINDS.iter().map(|slot| format!("`{}`", slot.word())).collect();
            let near = nearest(&kind.of.value, KINDS.iter().map(|slot| slot.word()));
            let help = Help::or(near, || format!("each kind is one of {}", known.join(", ")));
            let what = format!("`{}` is none of the core's kinds", shown(&kind.of.value));
            let at = kind.of.span.into();
            self.findings.push(help.give(|help| Box::new(UnknownKind { what, help, at })));
            return;
        };
        let (name, at) = (shown(&kind.name.value), kind.name.span);
        let first = self.places.insert(kind.name.value.clone(), at);
        let is_core = Slot::ALL.iter().any(|slot| slot.word() == kind.name.value);
        match self.words.kinds.entry(kind.name.value.clone()) {
            Entry::Vacant(free) if !is_core => drop(free.insert(slot)),
            // The same said again, as by two vocabularies, is no contradiction.
            Entry::Occupied(there) if *there.get() == slot && first.is_none() => {}
            _ => self.findings.push(Box::new(KindTwice { kind: name, at: at.into() })),
        }
    }

    fn say(&mut self, saying: Saying, at: Span) {
        match self.words.sayings.iter().find(|other| other.reads_as(&saying)) {
            None => self.words.sayings.push(saying),
            Some(other) if other.means == saying.means && other.said == saying.said => {}
            Some(other) => {
                let (said, other) = (shown(&saying.said), format!("`{}`", shown(&other.means)));
                self.findings.push(Box::new(SaidElsewhere { said, other, at: at.into() }));
            }
        }
    }

    fn used(&mut self, source: &Source, used: &UseDecl, chain: &mut Vec<String>) {
        let file = &used.file.value;
        if let Err((why, help)) = self.file(source, used, chain) {
            self.findings.push(Box::new(VocabularyFile {
                file: shown(file),
                why,
                help,
                at: used.file.span.into(),
            }));
        }
    }

    /// Reads the words of a file into these.
    fn file(
        &mut self,
        source: &Source,
        used: &UseDecl,
        chain: &mut Vec<String>,
    ) -> Result<(), (String, String)> {
        let file = &used.file.value;
        if let Some(from) = chain.iter().position(|other| other == file) {
            let circle: Vec<String> = chain.iter().skip(from).map(|name| shown(name)).collect();
            let help = "let one of them do without the other".to_owned();
            return Err((format!("uses itself, by way of {}", circle.join(", ")), help));
        }
        // A run keeps the words with which it began, also those that this keyroll has otherwise.
        let known = source.kept(file).or_else(|| standard(file));
        let text = match known {
            Some(text) => text.to_owned(),
            None if file.starts_with("std/") => {
                let names: Vec<String> = STANDARD.iter().map(|(name, _)| format!("`std/{name}`")).collect();
                let help = format!("there are {}", names.join(", "));
                return Err(("is none of those that keyroll has".to_owned(), help));
            }
            None => source.beside(file).map_err(|(why, help)| (why, help.to_owned()))?,
        };
        self.words.files.insert(file.clone(), text.clone());
        let inner = source.of_file(file, text);
        let (tree, findings) = parse(&inner);
        self.told(&inner, &findings)?;
        let Some(head) = head(&tree) else {
            let help = "write `vocabulary NAME` in it, and no `plan`".to_owned();
            return Err(("is no vocabulary".to_owned(), help));
        };
        if let Some(wanted) = &used.version {
            let is = head.version.map_or("no version".to_owned(), |version| format!("version {version}"));
            if head.version != Some(wanted.value) {
                let help = format!(
                    "see what changed, then write `use \"{}\"` with the version that it has",
                    shown(file)
                );
                return Err((format!("is {is}, and {} is wanted", wanted.value), help));
            }
        }
        chain.push(file.clone());
        let mut reading = Self { words: std::mem::take(&mut self.words), ..Self::default() };
        reading.tree(&inner, &tree, chain);
        chain.pop();
        self.words = reading.words;
        self.told(&inner, &reading.findings)
    }

    /// The first fault of a file, told in one sentence.
    fn told(&self, inner: &Source, findings: &[Finding]) -> Result<(), (String, String)> {
        let Some(first) = findings.first() else { return Ok(()) };
        let at = first.labels().and_then(|mut labels| labels.next());
        let line = at.map(|at| inner.line_column(Span::new(at.offset(), at.offset())).0);
        let line = line.map(|line| format!(" in line {line}")).unwrap_or_default();
        let help = format!("`keyroll check {}` shows it in its place", shown(&inner.name));
        Err((format!("has a fault{line}: {first}"), help))
    }
}
