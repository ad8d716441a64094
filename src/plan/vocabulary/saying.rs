//! One sentence of the author's own, and the sentence of the core that it stands for.

use std::collections::BTreeMap;

use crate::{
    action::{
        VOCABULARY,
        usage::{self, Piece, Slot, pieces},
    },
    condition::CONDITIONS,
    invariant::promises,
    plan::lines::{FLOW_LINES, KEYSTORE_LINES, RECEIVER_LINES},
    source::{Finding, Span, shown},
    syntax::tree::SayDecl,
    world::wording::{self, Bit},
};

use super::finding::{BadSaying, UnknownKind};

/// What a declared kind may be.
pub(super) const KINDS: [Slot; 5] = [Slot::Key, Slot::Keystore, Slot::Receiver, Slot::Flow, Slot::Fact];

/// Where a sentence stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    /// What a step does.
    Act,
    /// What is needed, or holds at the end.
    Condition,
    /// What is promised.
    Promise,
    /// What is said of a keystore, a receiver or a flow.
    Line(Slot),
}

/// A sentence of the author's own.
#[derive(Debug)]
pub(super) struct Saying {
    pub(super) sort: Sort,
    /// As it is declared.
    pub(super) said: String,
    /// What it means, as it is declared.
    pub(super) means: String,
    pub(super) title: Option<String>,
    /// How it is written.
    pub(super) pieces: Vec<Piece>,
    /// The pieces of the sentence of the core; a slot is the number of the one in `pieces`.
    pub(super) core: Vec<Bit>,
    own: Vec<Bit>,
    kinds: Vec<Option<String>>,
}

/// A slot as an author writes it.
struct Hole {
    name: String,
    slot: Slot,
    kind: Option<String>,
}

enum Token {
    Word(String),
    Hole(Hole),
}

impl Saying {
    /// Reads one.
    pub(super) fn read(say: &SayDecl, kinds: &BTreeMap<String, Slot>) -> Result<Self, Vec<Finding>> {
        let said = tokens(&say.said.value, say.said.span, kinds)?;
        let means = tokens(&say.means.value, say.means.span, kinds)?;
        let bad = |why: String, help: String, at: Span| -> Vec<Finding> {
            vec![Box::new(BadSaying { why, help, at: at.into() })]
        };
        let mut holes: Vec<&Hole> = Vec::new();
        for token in &said {
            let Token::Hole(hole) = token else { continue };
            if holes.iter().any(|other| other.name == hole.name) {
                let why = format!("`<{}>` stands twice in what is said", shown(&hole.name));
                let help = "give each place a name: `<old:key>` and `<new:key>`".to_owned();
                return Err(bad(why, help, say.said.span));
            }
            holes.push(hole);
        }
        let mut core = Vec::new();
        for token in &means {
            match token {
                Token::Word(word) => core.push(Bit::Word(word.clone())),
                Token::Hole(hole) => match holes.iter().position(|other| other.name == hole.name) {
                    Some(number) if !core.contains(&Bit::Slot(number)) => core.push(Bit::Slot(number)),
                    _ => {
                        let why = format!("`<{}>` stands once in each of the two", shown(&hole.name));
                        let help = "name the same places in what is said and in what it means".to_owned();
                        return Err(bad(why, help, say.means.span));
                    }
                },
            }
        }
        if let Some((_, lost)) =
            holes.iter().enumerate().find(|(number, _)| !core.contains(&Bit::Slot(*number)))
        {
            let why = format!("`<{}>` is said, and means nothing", shown(&lost.name));
            let help = "name the same places in what is said and in what it means".to_owned();
            return Err(bad(why, help, say.said.span));
        }
        let Some(sort) = sort(&means) else {
            let why = "what it means is no sentence of the core".to_owned();
            let help =
                "write it as the language has it, as in `create <key> in <keystore> as <alias>`".to_owned();
            return Err(bad(why, help, say.means.span));
        };
        let first = said.first();
        let begins = |word: &str| VOCABULARY.iter().any(|verb| verb.keyword == word) || ORDER.contains(&word);
        match (sort, first) {
            (_, None) => {
                return Err(bad("nothing is said".to_owned(), "write the words".to_owned(), say.said.span));
            }
            (Sort::Act, Some(Token::Hole(_))) => {
                let help = "begin it with a word of its own, as in `issue <key>`".to_owned();
                return Err(bad("an act begins with a verb".to_owned(), help, say.said.span));
            }
            (Sort::Act, Some(Token::Word(word))) if begins(word) => {
                let why = format!("`{}` is a word of the core", shown(word));
                return Err(bad(why, "begin it with another word".to_owned(), say.said.span));
            }
            _ => {}
        }
        let pieces = written(&said);
        if usages(sort).any(|usage| read_alike(&pieces, &usage::pieces(usage))) {
            let why = "the core says this already".to_owned();
            let help = "say it with words that are not the core's: what a plan promises must not mean \
                        something else than it says";
            return Err(bad(why, help.to_owned(), say.said.span));
        }
        let mut numbers = 0..;
        let own = said.iter().map(|token| match token {
            Token::Word(word) => Bit::Word(word.clone()),
            Token::Hole(_) => Bit::Slot(numbers.next().unwrap_or_default()),
        });
        Ok(Self {
            sort,
            said: say.said.value.clone(),
            means: say.means.value.clone(),
            title: say.title.as_ref().map(|title| title.value.clone()),
            pieces,
            core,
            own: own.collect(),
            kinds: holes.iter().map(|hole| hole.kind.clone()).collect(),
        })
    }

    /// Whether a sentence could be read as either of the two.
    pub(super) fn reads_as(&self, other: &Self) -> bool {
        self.sort == other.sort && self.pieces == other.pieces
    }

    /// For telling it.
    pub(super) fn row(&self) -> wording::Saying {
        wording::Saying { core: self.core.clone(), own: self.own.clone(), kinds: self.kinds.clone() }
    }
}

/// What a line of a step begins with, beside verbs.
const ORDER: [&str; 7] = ["after", "needs", "takes", "waits", "not", "may", "two"];

fn tokens(text: &str, at: Span, kinds: &BTreeMap<String, Slot>) -> Result<Vec<Token>, Vec<Finding>> {
    text.split_whitespace().map(|word| token(word, at, kinds).map_err(|finding| vec![finding])).collect()
}

fn token(word: &str, at: Span, kinds: &BTreeMap<String, Slot>) -> Result<Token, Finding> {
    let Some(inner) = word.strip_prefix('<').and_then(|word| word.strip_suffix('>')) else {
        let is_word = word.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
            && word.starts_with(|c: char| c.is_ascii_alphabetic());
        let (why, help) =
            (format!("`{}` is no word", shown(word)), "write words, and places as in `<key>`".to_owned());
        return if is_word {
            Ok(Token::Word(word.to_owned()))
        } else {
            Err(Box::new(BadSaying { why, help, at: at.into() }))
        };
    };
    let (name, kind) = inner.split_once(':').unwrap_or((inner, inner));
    let (base, is_place) = kind.strip_suffix("[alias]").map_or((kind, false), |base| (base, true));
    let declared = kinds.get(base).copied();
    let core = Slot::ALL.into_iter().find(|slot| slot.word() == base);
    let slot = match (declared.or(core), is_place) {
        (Some(Slot::Keystore), true) => Some(Slot::Place),
        (slot, false) => slot,
        (_, true) => None,
    };
    let Some(slot) = slot else {
        let help = "name a kind that is declared, or one of the core: key, keystore, keystore[alias], receiver, flow, \
                    fact, window, role, roles, alias, duration, number, condition"
            .to_owned();
        let what = format!("there is no kind `{}`", shown(kind));
        return Err(Box::new(UnknownKind { what, help, at: at.into() }));
    };
    Ok(Token::Hole(Hole { name: name.to_owned(), slot, kind: declared.map(|_| base.to_owned()) }))
}

/// How the sentences of the core of a sort are written.
fn usages(sort: Sort) -> Box<dyn Iterator<Item = &'static str>> {
    match sort {
        Sort::Act => Box::new(VOCABULARY.iter().map(|verb| verb.usage)),
        Sort::Condition => Box::new(CONDITIONS.iter().map(|form| form.usage)),
        Sort::Promise => Box::new(promises().map(|(usage, _)| usage)),
        Sort::Line(Slot::Keystore) => Box::new(KEYSTORE_LINES.into_iter()),
        Sort::Line(Slot::Receiver) => Box::new(RECEIVER_LINES.into_iter()),
        Sort::Line(_) => Box::new(FLOW_LINES.into_iter()),
    }
}

/// Where the sentence of the core stands that these are the words of.
fn sort(tokens: &[Token]) -> Option<Sort> {
    let written = written(tokens);
    let lines = [Slot::Keystore, Slot::Receiver, Slot::Flow].map(Sort::Line);
    let mut sorts = [Sort::Act, Sort::Condition, Sort::Promise].into_iter().chain(lines);
    sorts.find(|sort| usages(*sort).any(|usage| pieces(usage) == written))
}

fn written(tokens: &[Token]) -> Vec<Piece> {
    let piece = |token: &Token| match token {
        Token::Word(word) => Piece::Keyword(word.clone().into()),
        Token::Hole(hole) => Piece::Slot(hole.slot),
    };
    tokens.iter().map(piece).collect()
}

/// Whether some words can be read by both, where a condition is any of the core's.
fn read_alike(one: &[Piece], other: &[Piece]) -> bool {
    let is_condition = |piece: &Piece| *piece == Piece::Slot(Slot::Condition);
    match (one.split_first(), other.split_first()) {
        (None, None) => true,
        (Some((first, rest)), Some((second, behind))) if first == second => read_alike(rest, behind),
        (Some((first, rest)), Some(_)) if is_condition(first) => {
            conditions(rest).any(|all| read_alike(&all, other))
        }
        (Some(_), Some((second, behind))) if is_condition(second) => {
            conditions(behind).any(|all| read_alike(one, &all))
        }
        _ => false,
    }
}

/// Each condition of the core, with what comes behind it.
fn conditions(behind: &[Piece]) -> impl Iterator<Item = Vec<Piece>> {
    CONDITIONS.iter().map(move |form| pieces(form.usage).into_iter().chain(behind.iter().cloned()).collect())
}
