//! What the names and values of an inner plan are in the outer one.

use std::collections::BTreeMap;

use crate::{
    plan::{
        answers::Answers,
        given::Given,
        parameter::{Parameters, fill, from_text, value},
        suggest::{Help, Patience, nearest},
    },
    source::{Finding, Span, shown},
    syntax::{
        spelt,
        tree::{Binding, InnerDecl, Item, Line, ParamDecl, SyntaxTree, Term},
    },
};

use super::finding::{BadPart, NotBound};

/// The lines between the braces, read.
#[derive(Debug, Default)]
pub(super) struct Bound<'d> {
    /// Values and answers.
    pub(super) given: Given,
    /// What is said of things.
    pub(super) things: Vec<&'d Binding>,
    /// What is wrong.
    pub(super) findings: Vec<Finding>,
    /// What nothing is said of, each as it is written.
    open: Vec<(String, String)>,
}

/// Reads them, as far as that can be done before the inner plan is read.
pub(super) fn values<'d>(
    decl: &'d InnerDecl,
    inner: &SyntaxTree,
    (outer, answered): (&Parameters, &Answers),
) -> Bound<'d> {
    let (mut parameters, mut asks, mut roles) = (BTreeMap::new(), Vec::new(), Vec::new());
    for line in &inner.items {
        match &line.node {
            Item::Param(param) => drop(parameters.insert(param.name.value.as_str(), param)),
            Item::Ask(ask) => asks.push(ask.name.value.as_str()),
            // What is declared for each row of a table is known once the plan is read.
            Item::Role(role) if !role.name.value.contains('$') => roles.push(role.name.value.as_str()),
            _ => {}
        }
    }
    let mut bound = Bound::default();
    let mut answers = Answers::new();
    let mut seen: BTreeMap<(&str, bool), Span> = BTreeMap::new();
    for binding in decl.bindings() {
        let (name, at) = (binding.name.value.as_str(), binding.value.span());
        let is_ask = asks.contains(&name);
        let is_thing = matches!(binding.value, Term::Word(_)) && !is_ask;
        if seen.insert((name, is_thing), at).is_some() {
            bound.bad(format!("`{}` is said twice", shown(name)), Help::say("keep one of the two"), at);
            continue;
        }
        match (&binding.value, parameters.get(name)) {
            (Term::Word(word), _) if is_ask => match word.value.as_str() {
                "yes" => drop(answers.insert(name.to_owned(), true)),
                "no" => drop(answers.insert(name.to_owned(), false)),
                // It is passed on: whoever is asked here answers it too.
                ours => match answered.get(ours) {
                    Some(yes) => drop(answers.insert(name.to_owned(), *yes)),
                    None => bound.bad(is_question(name), answer_it(answered), at),
                },
            },
            (Term::Word(_), _) => bound.things.push(binding),
            (_, None) if is_ask => bound.bad(is_question(name), answer_it(answered), at),
            (_, None) => {
                let help = near(name, parameters.keys().copied(), "a value belongs to a parameter of it");
                let what = format!("`{}` has no parameter `{}`", shown(&decl.file.value), shown(name));
                bound.bad(what, help, binding.name.span);
            }
            (term, Some(param)) => match text_of(param, term, outer) {
                Ok(text) => drop(bound.given.parameters.insert(name.to_owned(), text)),
                Err(finding) => bound.findings.push(finding),
            },
        }
    }
    for role in roles {
        if !seen.contains_key(&(role, true)) {
            bound.open(role, "ROLE");
        }
    }
    for (name, param) in &parameters {
        if param.default.is_none() && !seen.contains_key(&(*name, false)) {
            bound.open(name, example(&param.kind.value));
        }
    }
    for ask in asks {
        if !seen.contains_key(&(ask, false)) {
            bound.open(ask, "yes");
        }
    }
    bound.given.answers = answers;
    bound
}

impl Bound<'_> {
    fn bad(&mut self, what: String, help: Help, at: Span) {
        self.findings.push(help.give(|help| Box::new(BadPart { what, help, at: at.into() })));
    }

    fn open(&mut self, name: &str, value: &str) {
        let one = (format!("`{}`", shown(name)), format!("`{} = {value}`", shown(name)));
        if !self.open.contains(&one) {
            self.open.push(one);
        }
    }

    /// What the things of the inner plan are in the outer one, where they are not made anew.
    pub(super) fn names(
        &mut self,
        decl: &InnerDecl,
        inner: &SyntaxTree,
        outer: &BTreeMap<String, &'static str>,
    ) -> BTreeMap<String, String> {
        let declared: BTreeMap<&str, &str> = inner.items.iter().filter_map(declared).collect();
        let mut names = BTreeMap::new();
        for binding in std::mem::take(&mut self.things) {
            let Term::Word(word) = &binding.value else { continue };
            let (name, here) = (binding.name.value.as_str(), word.value.as_str());
            let Some(kind) = declared.get(name) else {
                let help = near(name, declared.keys().copied(), "name something that it declares");
                let what =
                    format!("`{}` has nothing that is called `{}`", shown(&decl.file.value), shown(name));
                self.bad(what, help, binding.name.span);
                continue;
            };
            match outer.get(here) {
                Some(found) if found == kind => drop(names.insert(name.to_owned(), here.to_owned())),
                Some(found) => {
                    let what = format!("`{}` is a {found}, and `{}` is a {kind}", shown(here), shown(name));
                    self.bad(what, Help::say(format!("name a {kind} of this plan")), word.span);
                }
                None => {
                    let of_kind = outer.iter().filter(|(_, found)| *found == kind);
                    let members = if *kind == "group" { " is ROLE, ROLE" } else { "" };
                    let declare = format!("declare it, as in `{kind} {}{members}`", shown(here));
                    let help = near(here, of_kind.map(|(name, _)| name.as_str()), &declare);
                    self.bad(format!("there is no {kind} `{}`", shown(here)), help, word.span);
                }
            }
        }
        let bound: Vec<&str> = decl.bindings().map(|binding| binding.name.value.as_str()).collect();
        for (name, kind) in &declared {
            if *kind == "role" && !bound.contains(name) {
                self.open(name, "ROLE");
            }
        }
        names
    }

    /// Everything that is wrong, with what nothing is said of.
    pub(super) fn into_findings(mut self, decl: &InnerDecl) -> Vec<Finding> {
        if !self.open.is_empty() {
            let list = |all: Vec<&String>| match all.split_last() {
                Some((last, rest)) if !rest.is_empty() => {
                    let rest: Vec<&str> = rest.iter().map(|one| one.as_str()).collect();
                    format!("{} and {last}", rest.join(", "))
                }
                _ => all.first().map(|one| (*one).clone()).unwrap_or_default(),
            };
            let names = list(self.open.iter().map(|(name, _)| name).collect());
            let lines = list(self.open.iter().map(|(_, line)| line).collect());
            let (file, at) = (shown(&decl.file.value), decl.head().into());
            let help = format!("write {lines}");
            self.findings.push(Box::new(NotBound { names, file, help, at }));
        }
        self.findings
    }
}

/// What a sentence declares: its name, and what it is.
pub(super) fn declared(line: &Line<Item>) -> Option<(&str, &'static str)> {
    match &line.node {
        Item::Role(titled) => Some((&titled.name.value, "role")),
        Item::Group(group) => Some((&group.name.value, "group")),
        Item::Key(titled) => Some((&titled.name.value, "key")),
        Item::Keystore(owned) => Some((&owned.name.value, "keystore")),
        Item::Receiver(owned) => Some((&owned.name.value, "receiver")),
        Item::Flow(owned) => Some((&owned.name.value, "flow")),
        Item::Window(window) => Some((&window.name.value, "window")),
        Item::Fact(fact) => Some((&fact.name.value, "fact")),
        _ => None,
    }
}

fn is_question(name: &str) -> String {
    format!("`{}` is a question", shown(name))
}

/// What may stand behind a question of the part.
fn answer_it(answered: &Answers) -> Help {
    Help::say(match answered.keys().next() {
        Some(ours) => {
            format!("answer it with `yes` or `no`, or with a question of this plan, as `{}`", shown(ours))
        }
        None => "answer it with `yes` or `no`, or with a question that this plan asks".to_owned(),
    })
}

fn near<'n>(name: &str, known: impl Iterator<Item = &'n str>, otherwise: &str) -> Help {
    Help::or(nearest(name, known), || otherwise.to_owned())
}

fn example(kind: &str) -> &'static str {
    match kind {
        "alias" => "\"...\"",
        "date" => "2026-12-01",
        _ => "24h",
    }
}

/// The value of a parameter as it is given from outside.
fn text_of(param: &ParamDecl, term: &Term, outer: &Parameters) -> Result<String, Finding> {
    let patience = Patience::default();
    let kind = param.kind.value.as_str();
    let (found, text) = match term {
        Term::Param(name) => {
            let value = value(name, outer, &patience)?;
            (value.kind(), value.to_string())
        }
        Term::Text(text) if kind == "alias" => ("alias", fill(text, outer, &patience)?),
        Term::Text(_) => ("text", String::new()),
        Term::Duration(time) => ("duration", spelt(time.value)),
        Term::Date(date) => ("date", date.value.clone()),
        _ => ("number", String::new()),
    };
    if found == kind {
        return from_text(kind, &text).map(|_| text).map_err(|why| -> Finding {
            let what = format!("`{}` is no {kind}", shown(&param.name.value));
            Box::new(BadPart { what, help: why, at: term.span().into() })
        });
    }
    let article = if found == "alias" { "an" } else { "a" };
    let what = format!(
        "`{}` is a parameter of kind `{}`, and this is {article} {found}",
        shown(&param.name.value),
        shown(kind)
    );
    let help = format!("write it as `{} = {}`", shown(&param.name.value), example(kind));
    Err(Box::new(BadPart { what, help, at: term.span().into() }))
}
