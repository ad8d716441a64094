//! `keyroll explain CODE`

use crate::{
    action::VOCABULARY,
    check,
    condition::CONDITIONS,
    explanation::Explanation,
    invariant::INVARIANTS,
    plan::{self, suggest::nearest},
    proof, run, syntax,
};

use super::{exit::Exit, keystore, screen::Screen};

/// Explain a finding by its code, or a verb, condition or promise of the language.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// A code such as keyroll::undrained, or a word such as exchange, drained or never; without one,
    /// all are listed
    code: Option<String>,
}

/// Every explanation there is.
#[must_use]
pub fn all() -> Vec<Explanation> {
    let mut all = syntax::EXPLANATIONS.to_vec();
    all.extend(plan::explanations());
    all.extend(check::explanations());
    all.extend(proof::refused::EXPLANATIONS);
    all.extend(run::site_fault::EXPLANATIONS);
    all.extend(keystore::explained::EXPLANATIONS);
    all.sort_by_key(|explanation| explanation.code);
    all
}

/// Does it.
pub fn run(arguments: &Arguments, screen: &mut Screen) -> Exit {
    let Some(asked) = &arguments.code else {
        list(screen);
        return Exit::Done;
    };
    let code = asked.strip_prefix("keyroll::").unwrap_or(asked);
    if let Some(found) = all().iter().find(|e| e.code == code) {
        screen.result(format_args!("keyroll::{}: {}\n\n{}", found.code, found.title, found.text.trim_end()));
        return Exit::Done;
    }
    if let Some(verb) = VOCABULARY.iter().find(|verb| verb.keyword == code) {
        screen.result(format_args!("{}\n\n{} {}", verb.usage, verb.keyword, verb.meaning));
        return Exit::Done;
    }
    let found: Vec<_> = forms().filter(|(usage, _)| words(usage).any(|word| word == code)).collect();
    if !found.is_empty() {
        let pages: Vec<String> =
            found.iter().map(|(usage, meaning)| format!("{usage}\n\n{meaning}")).collect();
        screen.result(pages.join("\n\n"));
        return Exit::Done;
    }
    let codes: Vec<&str> = all().iter().map(|e| e.code).collect();
    let verbs = VOCABULARY.iter().map(|verb| verb.keyword);
    let near =
        nearest(code, codes.into_iter().chain(verbs).chain(forms().flat_map(|(usage, _)| words(usage))));
    let hint = near.map_or_else(
        || "`keyroll explain` lists all codes and words".to_owned(),
        |near| format!("did you mean `{near}`?"),
    );
    screen.talk(format_args!("there is no code and no word `{}`: {hint}", crate::source::shown(code)));
    Exit::Usage
}

/// Every condition and promise: how it is written and what it means.
fn forms() -> impl Iterator<Item = (&'static str, &'static str)> {
    let conditions = CONDITIONS.iter().map(|form| (form.usage, form.meaning));
    conditions.chain(INVARIANTS.iter().map(|form| (form.usage, form.meaning)))
}

/// The words of a usage line that are written as they stand.
fn words(usage: &'static str) -> impl Iterator<Item = &'static str> {
    usage.split(' ').filter(|word| !word.starts_with('<'))
}

fn list(screen: &mut Screen) {
    screen.result("verbs (what a step does)");
    for verb in VOCABULARY {
        screen.result(format_args!("  {}", verb.usage));
    }
    screen.result("\nconditions (after `needs` and `finally`)");
    for form in CONDITIONS {
        screen.result(format_args!("  {:38} {}", form.usage, form.meaning));
    }
    screen.result("\npromises (after `promise`)");
    for form in INVARIANTS {
        screen.result(format_args!("  {:38} {}", form.usage, form.meaning));
    }
    screen.result("\nfindings");
    for explanation in all() {
        screen.result(format_args!("  {:24} {}", explanation.code, explanation.title));
    }
}
