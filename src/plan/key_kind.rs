//! What kind of pair a key is, where the plan says so, and which of them may be weak.

use std::collections::{BTreeMap, BTreeSet};

use miette::{Diagnostic, SourceSpan};
use thiserror::Error;

use crate::{
    action::usage::Arguments,
    explanation::Explanation,
    source::{Finding, Span, Spanned, shown},
    syntax::tree::Phrase,
    world::{effect::Effect, id::KeyId, key_kind::KeyKind},
};

use super::{
    Plan,
    declare::said_twice,
    lines::TYPED,
    resolve::Draft,
    suggest::{Help, nearest},
};

/// A word that stands for no kind of key pair.
#[derive(Debug, Diagnostic, Error)]
#[error("there is no key type `{word}`")]
#[diagnostic(code(keyroll::unknown_key_type))]
struct UnknownKeyType {
    word: String,
    #[help]
    help: String,
    #[label("not a key type")]
    at: SourceSpan,
}

/// What a plan says of the kinds of its keys.
#[derive(Clone, Debug, Default)]
pub struct KeyKinds {
    /// `type of new is rsa-3072`, by the key.
    pub said: BTreeMap<KeyId, (KeyKind, Span)>,
    /// `waive new weak because "..."`: the reason, by the key.
    pub waived: BTreeMap<KeyId, (String, Span)>,
}

impl Draft {
    /// Keeps that a key may be weak. What a part says alike of a key that it shares counts once.
    pub(super) fn may_be_weak(&mut self, key: KeyId, because: String, span: Span) {
        let (known, first) = self.declared.kinds.waived.entry(key).or_insert_with(|| (because.clone(), span));
        if *known != because {
            let what = format!("why `{}` may be weak", shown(&self.landscape.keys[key]));
            self.findings.push(said_twice(what, span, *first));
        }
    }
}

/// Reads `of <key> is <type>`.
pub(super) fn read(draft: &mut Draft, phrase: &Phrase) {
    let Some((_, arguments)) = draft.read("what is said of a key's type", &[TYPED], phrase) else { return };
    let (mut arguments, span) = (Arguments::new(arguments), phrase.span());
    if let (Some(key), Some(kind)) = (arguments.key(), arguments.key_kind()) {
        let (known, first) = *draft.declared.kinds.said.entry(key).or_insert((kind, span));
        if known != kind {
            let what = format!("the type of `{}`", shown(&draft.landscape.keys[key]));
            draft.findings.push(said_twice(what, span, first));
        }
    }
}

/// The kind that a word of a plan stands for.
///
/// # Errors
/// When it stands for none.
pub(super) fn named(word: &Spanned<String>) -> Result<KeyKind, Finding> {
    KeyKind::named(&word.value).ok_or_else(|| -> Finding {
        let words: Vec<String> = KeyKind::words().collect();
        let help = Help::or(nearest(&word.value, words.iter().map(String::as_str)), || {
            "write it as `rsa-3072`, `ec-p256`, `ec-p384`, `ec-p521`, `ed25519`, or `opaque` for what is no key pair".to_owned()
        });
        help.give(|help| Box::new(UnknownKeyType { word: shown(&word.value), help, at: word.span.into() }))
    })
}

impl Plan {
    /// What kind of pair a key is, where the plan says so.
    #[must_use]
    pub fn key_kind(&self, key: KeyId) -> Option<KeyKind> {
        self.declared.kinds.said.get(&key).map(|(kind, _)| *kind)
    }

    /// The keys that may be weak: those in use from the start that no step brings in, and those of which the
    /// author accepts it.
    #[must_use]
    pub fn may_be_weak(&self) -> BTreeSet<KeyId> {
        let mut found = self.in_use_from_the_start();
        found.extend(self.declared.kinds.waived.keys());
        found
    }

    /// The keys in use from the start that no step brings in.
    #[must_use]
    pub fn in_use_from_the_start(&self) -> BTreeSet<KeyId> {
        let mut found: BTreeSet<KeyId> = self.start.accepted.rows().flat_map(|set| set.iter()).collect();
        for step in self.steps.rows() {
            let action = &step.action.value;
            let put = action.effects().into_iter().find_map(|effect| match effect {
                Effect::Put { key, .. } => Some(key),
                _ => None,
            });
            for key in action.makes().into_iter().chain(put) {
                found.remove(&key);
            }
        }
        found.extend(self.places_in_use().map(|(_, key)| key));
        found
    }

    /// The keys that may be weak although they are new, each with the reason.
    #[must_use]
    pub fn waived_kinds(&self) -> Vec<String> {
        let one = |(key, (because, _)): (&KeyId, &(String, Span))| {
            format!("{} weak: {}", shown(&self.landscape.keys[*key]), shown(because))
        };
        self.declared.kinds.waived.iter().map(one).collect()
    }
}

/// What `explain` says.
pub const EXPLANATIONS: &[Explanation] = &[Explanation {
    code: "unknown_key_type",
    title: "a word that stands for no type of key",
    text: "\
`type of KEY is TYPE` says what kind of pair a key is. A type is rsa-2048, rsa-3072, rsa-4096 or
another size of RSA, ec-p256, ec-p384, ec-p521, ed25519, or opaque for what is no key pair. Those
that are too weak for a new key have names as well, for the key that is in use: rsa-1024,
dsa-1024, ec-p192, ec-p224.

Right:
  type of new is rsa-3072
",
}];
