//! Reads a phrase by a usage line: the words must fit, then the names are looked up.

use foldhash::HashSet;
use miette::{Diagnostic, SourceSpan};
use thiserror::Error;

use crate::{
    action::{
        VOCABULARY,
        usage::{Argument, Asked, Slot, words},
    },
    condition::CONDITIONS,
    explanation::Explanation,
    name::Alias,
    source::{Finding, Span, Spanned, shown},
    syntax::tree::{Phrase, Term},
    world::{id::RoleId, landscape::Landscape},
};

use super::{
    fit::{Fit, fit},
    key_kind,
    parameter::{ParameterValue, fill, value},
    scope::{Scope, Thing},
    suggest::{Help, nearest},
    wrong_usage::WrongUsage,
};

/// A name that nobody declared.
#[derive(Debug, Diagnostic, Error)]
#[error("there is no {kind} `{name}`")]
#[diagnostic(code(keyroll::unknown_name))]
struct UnknownName {
    kind: &'static str,
    name: String,
    #[help]
    help: String,
    #[label("not declared")]
    at: SourceSpan,
}

/// A name of another kind than the sentence asks for.
#[derive(Debug, Diagnostic, Error)]
#[error("`{name}` is a {found}, and a {kind} belongs here")]
#[diagnostic(code(keyroll::wrong_kind))]
struct WrongKind {
    kind: &'static str,
    found: &'static str,
    name: String,
    #[help]
    help: String,
    #[label("a {kind} belongs here")]
    at: SourceSpan,
    #[label("declared as a {found}")]
    declared: SourceSpan,
}

/// A verb that does not exist.
#[derive(Debug, Diagnostic, Error)]
#[error("there is no verb `{verb}`")]
#[diagnostic(code(keyroll::unknown_verb))]
struct UnknownVerb {
    verb: String,
    #[help]
    help: String,
    #[label("not a verb")]
    at: SourceSpan,
}

/// An alias that no keystore can hold.
#[derive(Debug, Diagnostic, Error)]
#[error("{why}")]
#[diagnostic(code(keyroll::bad_alias))]
struct BadAlias {
    why: String,
    #[help]
    help: String,
    #[label("not an alias")]
    at: SourceSpan,
}

/// Whether a phrase begins as a usage line does, as far as that is a word: most lines are passed by it.
fn may_fit(usage: &str, phrase: &Phrase) -> bool {
    let keyword = usage.split(' ').next().filter(|word| !word.starts_with('<'));
    let begins = |keyword| matches!(phrase.terms.first(), Some(Term::Word(word)) if word.value == keyword);
    keyword.is_none_or(begins)
}

/// Everything that is needed to read a phrase.
#[derive(Debug)]
pub struct Reader<'a> {
    /// What names stand for.
    pub scope: &'a Scope,
    /// Where new aliases are entered.
    pub landscape: &'a mut Landscape,
}

impl Reader<'_> {
    /// Reads a phrase by the one of several usage lines that fits; gives the row's number and the
    /// arguments.
    ///
    /// # Errors
    /// Findings when no line fits or a name is not known.
    pub fn read_any(
        &mut self,
        what: &'static str,
        usages: &[&'static str],
        phrase: &Phrase,
    ) -> Result<(usize, Vec<Argument>), Vec<Finding>> {
        for (row, usage) in usages.iter().enumerate().filter(|(_, usage)| may_fit(usage, phrase)) {
            if let Ok(fit) = fit(self.scope.usages.words(usage).iter(), phrase) {
                return self.resolve(&fit).map(|arguments| (row, arguments));
            }
        }
        let near = usages.iter().filter_map(|usage| Some((fit(words(usage), phrase).err()?, *usage)));
        Err(vec![self.wrong_usage(what, near.collect(), phrase)])
    }

    /// Reads the words of an act; gives the row of the vocabulary and the arguments.
    ///
    /// # Errors
    /// Findings when the verb is not known, its words do not fit or a name is not known.
    pub fn read_act(&mut self, phrase: &Phrase) -> Result<(usize, Vec<Argument>), Vec<Finding>> {
        let Some(Term::Word(word)) = phrase.terms.first() else {
            let at = phrase.terms.first().map_or(phrase.span(), Term::span).into();
            let help = verbs();
            return Err(vec![Box::new(WrongUsage {
                what: "an act",
                help,
                at,
                expected: "a verb expected".into(),
            })]);
        };
        let Some(row) = self.scope.usages.verb(&word.value) else {
            return Err(vec![unknown_verb(&word.value, word.span)]);
        };
        let usage = VOCABULARY.get(row).map_or("", |verb| verb.usage);
        self.read_any("an act", &[usage], phrase).map(|(_, arguments)| (row, arguments))
    }

    fn resolve(&mut self, fit: &Fit<'_>) -> Result<Vec<Argument>, Vec<Finding>> {
        let mut arguments = Vec::with_capacity(fit.slots.len());
        let mut findings = Vec::new();
        for (slot, terms) in &fit.slots {
            match self.argument(*slot, terms) {
                Ok(argument) => arguments.push(argument),
                Err(more) => findings.extend(more),
            }
        }
        if findings.is_empty() { Ok(arguments) } else { Err(findings) }
    }

    fn argument(&mut self, slot: Slot, terms: &[Term]) -> Result<Argument, Vec<Finding>> {
        if slot == Slot::Act {
            return self.act(terms);
        }
        if slot == Slot::Roles {
            return self.roles(terms);
        }
        if slot == Slot::Condition {
            let usages: Vec<&'static str> = CONDITIONS.iter().map(|form| form.usage).collect();
            let (row, arguments) =
                self.read_any("a condition", &usages, &Phrase { terms: terms.to_vec() })?;
            return Ok(Argument::Condition(row, arguments));
        }
        let one = |found: Result<Argument, Finding>| found.map_err(|finding| vec![finding]);
        match terms.first() {
            Some(Term::Word(word)) if slot == Slot::Type => one(key_kind::named(word).map(Argument::Type)),
            Some(Term::Word(name)) => one(self.thing(slot, name)),
            Some(Term::Place(place)) => {
                let alias = self.alias(&place.value.alias).map_err(|f| vec![f])?;
                match one(self.thing(Slot::Keystore, &place.value.store))? {
                    Argument::Keystore(store) => Ok(Argument::Place(self.landscape.place(store, &alias))),
                    other => Ok(other),
                }
            }
            Some(term) if slot == Slot::Alias => one(self.alias(term).map(Argument::Alias)),
            Some(Term::Duration(duration)) => Ok(Argument::Duration(duration.value)),
            Some(Term::Number(number)) => Ok(Argument::Number(number.value)),
            Some(Term::Text(text)) => {
                one(fill(text, &self.scope.parameters, &self.scope.patience).map(Argument::Text))
            }
            Some(Term::Param(name)) => one(self.parameter(slot, name)),
            Some(Term::Comma(_) | Term::Date(_)) | None => Err(Vec::new()),
        }
    }

    fn parameter(&self, slot: Slot, name: &Spanned<String>) -> Result<Argument, Finding> {
        match value(name, &self.scope.parameters, &self.scope.patience)? {
            ParameterValue::Duration(duration) if slot == Slot::Duration => Ok(Argument::Duration(*duration)),
            other => Err(Box::new(WrongUsage {
                what: "a duration",
                help: format!(
                    "`${}` is the {} `{}`: write a duration such as `4h`, or name a parameter of that kind",
                    shown(&name.value),
                    other.kind(),
                    shown(&other.to_string())
                ),
                at: name.span.into(),
                expected: format!("a {} belongs here", slot.word()),
            })),
        }
    }

    fn act(&mut self, terms: &[Term]) -> Result<Argument, Vec<Finding>> {
        let phrase = Phrase { terms: terms.to_vec() };
        let (row, arguments) = self.read_act(&phrase)?;
        let mut arguments = crate::action::usage::Arguments::new(arguments);
        let action = VOCABULARY.get(row).and_then(|verb| (verb.read)(&mut arguments, self.landscape));
        action
            .map(|act| {
                let (sentence, authority) = (act.sentence(self.landscape), act.authority());
                Argument::Act(Asked { sentence, authority })
            })
            .ok_or_else(|| vec![no_room_for_backup(phrase.span())])
    }

    fn roles(&self, terms: &[Term]) -> Result<Argument, Vec<Finding>> {
        let (mut roles, mut findings) = (Vec::new(), Vec::new());
        // A role that is named twice is told once.
        let mut named: HashSet<RoleId> = HashSet::default();
        for term in terms {
            let Term::Word(name) = term else { continue };
            if let Some((Thing::Group(group), _)) = self.scope.thing(&name.value) {
                let members = &self.landscape.groups[group].roles;
                roles.extend(members.iter().copied().filter(|role| named.insert(*role)));
                continue;
            }
            match self.role(name) {
                Ok(role) => roles.extend(named.insert(role).then_some(role)),
                Err(finding) => findings.push(finding),
            }
        }
        if findings.is_empty() { Ok(Argument::Roles(roles)) } else { Err(findings) }
    }

    /// Looks a role up.
    ///
    /// # Errors
    /// When it is not declared, or as something else.
    pub fn role(&self, name: &Spanned<String>) -> Result<RoleId, Finding> {
        match self.scope.thing(&name.value) {
            Some((Thing::Role(role), _)) => Ok(role),
            found => Err(self.amiss(Slot::Role, name, found)),
        }
    }

    /// Looks a name up as the kind of thing that a slot asks for.
    ///
    /// # Errors
    /// When it is not declared, or as something else.
    pub fn thing(&self, slot: Slot, name: &Spanned<String>) -> Result<Argument, Finding> {
        let found = self.scope.thing(&name.value);
        let Some((thing, _)) = found else { return Err(self.amiss(slot, name, found)) };
        match (slot, thing) {
            (Slot::Role, Thing::Role(role)) => Ok(Argument::Roles(vec![role])),
            (Slot::Key, Thing::Key(key)) => Ok(Argument::Key(key)),
            (Slot::Keystore, Thing::Keystore(store)) => Ok(Argument::Keystore(store)),
            (Slot::Receiver, Thing::Receiver(receiver)) => Ok(Argument::Receiver(receiver)),
            (Slot::Flow, Thing::Flow(flow)) => Ok(Argument::Flow(flow)),
            (Slot::Window, Thing::Window(window)) => Ok(Argument::Window(window)),
            (Slot::Fact, Thing::Fact(fact)) => Ok(Argument::Fact(fact)),
            _ => Err(self.amiss(slot, name, found)),
        }
    }

    /// The finding for a name that is not declared, or as something else than a slot asks for.
    fn amiss(&self, slot: Slot, name: &Spanned<String>, found: Option<(Thing, Span)>) -> Finding {
        let kind = slot.word();
        let help = self.scope.did_you_mean(&name.value, kind);
        let (name, at) = (shown(&name.value), name.span.into());
        match found {
            None => help.give(|help| Box::new(UnknownName { kind, name, help, at })),
            Some((thing, declared)) => help.give(|help| {
                let (found, declared) = (thing.kind(), declared.into());
                Box::new(WrongKind { kind, found, name, help, at, declared })
            }),
        }
    }

    fn alias(&self, term: &Term) -> Result<Alias, Finding> {
        let text = match term {
            Term::Text(text) => fill(text, &self.scope.parameters, &self.scope.patience)?,
            Term::Param(name) => match value(name, &self.scope.parameters, &self.scope.patience)? {
                ParameterValue::Alias(alias) => return Ok(alias.clone()),
                other => {
                    let name_shown = shown(&name.value);
                    let why = format!("`${name_shown}` is a {}, no alias", other.kind());
                    let help = format!("name a parameter that is declared as `param {name_shown} : alias`");
                    return Err(Box::new(BadAlias { why, help, at: name.span.into() }));
                }
            },
            other => {
                let why = "this is no alias".to_owned();
                let help = "write the alias in quotes or as a parameter".to_owned();
                return Err(Box::new(BadAlias { why, help, at: other.span().into() }));
            }
        };
        Alias::new(text).map_err(|e| -> Finding {
            let (why, help) = (e.to_string(), "choose another alias".to_owned());
            Box::new(BadAlias { why, help, at: term.span().into() })
        })
    }
}

/// The finding for an exchange of an alias that is too long for a backup alias beside it.
#[must_use]
pub fn no_room_for_backup(at: Span) -> Finding {
    let why = "the alias is too long to be exchanged".to_owned();
    let help = "the old pair is kept under the alias and `-backup`: shorten it by as much".to_owned();
    Box::new(BadAlias { why, help, at: at.into() })
}

fn verbs() -> String {
    let verbs: Vec<String> = VOCABULARY.iter().map(|verb| format!("`{}`", verb.keyword)).collect();
    format!("the verbs are {}", verbs.join(", "))
}

fn unknown_verb(word: &str, at: Span) -> Finding {
    let near = nearest(word, VOCABULARY.iter().map(|verb| verb.keyword));
    Help::or(near, verbs).give(|help| Box::new(UnknownVerb { verb: shown(word), help, at: at.into() }))
}

/// What `explain` says.
pub const EXPLANATIONS: &[Explanation] = &[
    Explanation {
        code: "unknown_name",
        title: "a name that nothing declares",
        text: "Every role, group, key, keystore, receiver, flow, window, fact and step is declared before a\n\
               sentence can speak of it; the order in the text does not matter.",
    },
    Explanation {
        code: "wrong_kind",
        title: "a name of another kind",
        text: "The sentence asks for one kind of thing and names another: `accept new at tenant` names a\n\
               keystore where a receiver belongs.",
    },
    Explanation {
        code: "wrong_usage",
        title: "the words of a sentence do not fit",
        text: "Each sentence is written in one way. The help shows it; `<...>` stands for a name or a value.",
    },
    Explanation {
        code: "unknown_verb",
        title: "a verb that does not exist",
        text: "A line of a step is `after ...`, `needs ...`, or one act that begins with a verb of the\n\
               vocabulary, as in `exchange tenant[$alias] for new`.",
    },
    Explanation {
        code: "bad_alias",
        title: "a text that no keystore takes as an alias",
        text: "An alias has 1 to 250 characters, none of which steer a terminal or turn the direction of a\n\
               line. Two aliases that differ only in case are the same entry.",
    },
];
