//! `keyroll explain CODE`

use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    action::VOCABULARY,
    certificate, check,
    condition::{CONDITIONS, known},
    explanation::Explanation,
    import, invariant,
    plan::{
        self,
        lines::{OF_FLOWS, OF_KEYSTORES, OF_RECEIVERS, OF_STEPS},
        suggest::nearest,
    },
    proof, run, syntax, synthesis, template,
};

use super::{
    exit::Exit,
    json::{Document, Format},
    keystore,
    screen::Screen,
    xml_explained,
};

/// Explain a finding by its code, or a sentence, line, verb, condition or promise of the language.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// A code such as keyroll::undrained, or a word such as fact, exchange, drained or never; without one,
    /// all are listed
    code: Option<String>,
    /// Text for people, or JSON
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
}

/// What is explained.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Explained {
    /// What was asked for, or everything.
    entries: Vec<Entry>,
}

/// A finding or a word of the language.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct Entry {
    /// What it is.
    kind: Kind,
    /// The code of a finding, or how the word is written.
    name: String,
    /// In a few words.
    meaning: String,
    /// More of a finding: why it matters, a wrong and a right example.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
}

/// What can be explained.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Kind {
    /// A finding.
    Finding,
    /// What begins a sentence of its own.
    Sentence,
    /// What is said between the braces of a keystore, receiver, flow or step.
    Line,
    /// What a step does.
    Verb,
    /// What a step needs, or what holds at the end.
    Condition,
    /// What the plan promises.
    Promise,
}

impl Document for Explained {
    const NAME: &'static str = "explain";
}

/// Every explanation there is.
#[must_use]
pub fn all() -> Vec<Explanation> {
    let mut all = syntax::EXPLANATIONS.to_vec();
    all.extend(plan::explanations());
    all.extend(check::explanations());
    all.extend_from_slice(certificate::EXPLANATIONS);
    all.extend(proof::refused::EXPLANATIONS);
    all.extend_from_slice(proof::story::refused::EXPLANATIONS);
    all.extend_from_slice(synthesis::EXPLANATIONS);
    all.extend_from_slice(import::EXPLANATIONS);
    all.extend_from_slice(template::EXPLANATIONS);
    all.extend(run::site_fault::EXPLANATIONS);
    all.extend_from_slice(run::calendar::EXPLANATIONS);
    all.extend_from_slice(run::substituted::EXPLANATIONS);
    all.extend_from_slice(run::notices::finding::EXPLANATIONS);
    all.extend(run::site_check::complaint::EXPLANATIONS);
    all.extend(keystore::explained::EXPLANATIONS);
    all.extend(xml_explained::explanations());
    all.sort_by_key(|explanation| explanation.code);
    all
}

/// Does it.
pub fn run(arguments: &Arguments, screen: &mut Screen) -> Exit {
    screen.speak(arguments.format);
    if arguments.format == Format::Json {
        let entries = entries(arguments.code.as_deref());
        if !entries.is_empty() {
            screen.document(&Explained { entries });
            return Exit::Done;
        }
    }
    let Some(asked) = &arguments.code else {
        list(screen);
        return Exit::Done;
    };
    let code = asked.strip_prefix("keyroll::").unwrap_or(asked);
    if let Some(found) = all().iter().find(|e| e.code == code) {
        screen.result(format_args!("keyroll::{}: {}\n\n{}", found.code, found.title, found.text.trim_end()));
        return Exit::Done;
    }
    let pages: Vec<String> = words_of(Some(code)).iter().map(Entry::page).collect();
    if !pages.is_empty() {
        screen.result(pages.join("\n\n"));
        return Exit::Done;
    }
    let codes: Vec<&str> = all().iter().map(|e| e.code).collect();
    let verbs = VOCABULARY.iter().map(|verb| verb.keyword);
    let sentences = syntax::sentences().map(|(word, ..)| word);
    let others = forms().map(|(_, usage, _)| usage).flat_map(words);
    let near = nearest(code, codes.into_iter().chain(verbs).chain(sentences).chain(others));
    let hint = near.map_or_else(
        || "`keyroll explain` lists all codes and words".to_owned(),
        |near| format!("did you mean `{near}`?"),
    );
    screen.talk(format_args!("there is no code and no word `{}`: {hint}", crate::source::shown(code)));
    Exit::Usage
}

/// The entries of what is asked for; all of them when nothing is.
fn entries(asked: Option<&str>) -> Vec<Entry> {
    let asked = asked.map(|asked| asked.strip_prefix("keyroll::").unwrap_or(asked));
    let is_meant = |name: &str| asked.is_none_or(|asked| asked == name);
    let mut found = Vec::new();
    for finding in all().iter().filter(|e| is_meant(e.code)) {
        let name = format!("keyroll::{}", finding.code);
        let text = Some(finding.text.trim_end().to_owned());
        found.push(Entry { kind: Kind::Finding, name, meaning: finding.title.to_owned(), text });
    }
    found.extend(words_of(asked));
    found
}

/// The words of the language, or those that are asked for.
fn words_of(asked: Option<&str>) -> Vec<Entry> {
    let is_meant = |name: &str| asked.is_none_or(|asked| asked == name);
    let entry =
        |kind, name: &str, meaning: String| Entry { kind, name: name.to_owned(), meaning, text: None };
    let verbs = VOCABULARY.iter().filter(|verb| is_meant(verb.keyword));
    let verbs = verbs.map(|verb| entry(Kind::Verb, verb.usage, format!("{} {}", verb.keyword, verb.meaning)));
    let sentences = syntax::sentences().filter(|(word, ..)| is_meant(word));
    let sentences = sentences.map(|(_, usage, says)| entry(Kind::Sentence, usage, says.to_owned()));
    let others = forms().filter(|(_, usage, _)| words(usage).any(is_meant));
    let others = others.map(|(kind, usage, meaning)| entry(kind, usage, meaning.to_owned()));
    verbs.chain(sentences).chain(others).collect()
}

impl Entry {
    /// How it is written, and what it means.
    fn page(&self) -> String {
        format!("{}\n\n{}", self.name, self.meaning)
    }
}

/// A word: what it is, how it is written and what it means.
type Form = (Kind, &'static str, &'static str);

/// Every condition, promise and line.
fn forms() -> impl Iterator<Item = Form> {
    let conditions = conditions().map(|(usage, meaning)| (Kind::Condition, usage, meaning));
    let promises = invariant::promises().map(|(usage, meaning)| (Kind::Promise, usage, meaning));
    let lines = lines().into_iter().flat_map(|(_, rows)| rows);
    conditions.chain(promises).chain(lines.map(|(usage, meaning)| (Kind::Line, *usage, *meaning)))
}

/// What is said between braces, by what it is said of.
fn lines() -> [(&'static str, &'static [(&'static str, &'static str)]); 4] {
    [("keystore", &OF_KEYSTORES), ("receiver", &OF_RECEIVERS), ("flow", &OF_FLOWS), ("step", &OF_STEPS)]
}

fn conditions() -> impl Iterator<Item = (&'static str, &'static str)> {
    let conditions = CONDITIONS.iter().map(|form| (form.usage, form.meaning));
    conditions.chain([(known::USAGE, known::MEANING)])
}

/// The words of a usage line that are written as they stand.
fn words(usage: &'static str) -> impl Iterator<Item = &'static str> {
    usage.split(' ').filter(|word| !word.starts_with('<'))
}

fn list(screen: &mut Screen) {
    screen.result("sentences (outside of braces)");
    for (_, usage, _) in syntax::sentences() {
        screen.result(format_args!("  {usage}"));
    }
    for (kind, rows) in lines() {
        screen.result(format_args!("\nlines (between the braces of a {kind})"));
        for (usage, _) in rows {
            screen.result(format_args!("  {usage}"));
        }
    }
    screen.result("\nverbs (what a step does)");
    for verb in VOCABULARY {
        screen.result(format_args!("  {}", verb.usage));
    }
    screen.result("\nconditions (after `needs` and `finally`)");
    for (usage, meaning) in conditions() {
        screen.result(format_args!("  {usage:38} {meaning}"));
    }
    screen.result("\npromises (after `promise`)");
    for (usage, meaning) in invariant::promises() {
        screen.result(format_args!("  {usage:38} {meaning}"));
    }
    screen.result("\nfindings");
    for explanation in all() {
        screen.result(format_args!("  {:24} {}", explanation.code, explanation.title));
    }
}
