//! What a plan asks, and whether what hangs on the answers can be so.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    plan::{duplicate, table::once},
    source::{Finding, Span},
    syntax::tree::{AskDecl, Block, Item, Line, Phrase, StepLine, SyntaxTree, Term},
};

use super::{
    Answers,
    condition::{Condition, has_condition, of_phrase, read},
    finding::{bad_only_if, in_no_variant, no_silence, too_many, unknown, unused},
};

/// The most questions of a plan.
pub const MOST: usize = 6;

/// The questions of a plan.
#[derive(Debug, Default)]
pub struct Questions<'t> {
    /// Each with what silence means, in the order of the text.
    pub all: Vec<(&'t AskDecl, bool)>,
    /// Whether the plan asks nothing and hangs on no answer.
    pub are_none: bool,
}

impl Questions<'_> {
    /// Those of a plan that asks nothing and hangs on no answer.
    #[must_use]
    pub const fn none() -> Self {
        Self { all: Vec::new(), are_none: true }
    }

    /// Every way to answer them that agrees with the answers that are given; yes comes first.
    #[must_use]
    pub fn ways(&self, given: &Answers) -> Vec<Answers> {
        let mut ways = vec![Answers::new()];
        for (ask, _) in &self.all {
            let name = &ask.name.value;
            let both = given.get(name).map_or_else(|| vec![true, false], |yes| vec![*yes]);
            let longer = |way: &Answers| -> Vec<Answers> {
                let with = |yes: &bool| way.clone().into_iter().chain([(name.clone(), *yes)]).collect();
                both.iter().map(with).collect()
            };
            ways = ways.iter().flat_map(longer).collect();
        }
        ways
    }

    /// Those that no given answer answers.
    pub fn open<'q>(&'q self, given: &'q Answers) -> impl Iterator<Item = &'q AskDecl> {
        self.all.iter().map(|(ask, _)| *ask).filter(|ask| !given.contains_key(&ask.name.value))
    }

    /// One way to answer them: what is given, and of each other question what `otherwise` says, which is told
    /// its name and what silence means.
    #[must_use]
    pub fn way(&self, given: &Answers, otherwise: impl Fn(&str, bool) -> bool) -> Answers {
        let one = |(ask, silence): &(&AskDecl, bool)| {
            let name = &ask.name.value;
            (name.clone(), given.get(name).copied().unwrap_or_else(|| otherwise(name, *silence)))
        };
        self.all.iter().map(one).collect()
    }

    /// The names.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        self.all.iter().map(|(ask, _)| ask.name.value.clone()).collect()
    }
}

/// Whether a tree asks nothing and hangs on no answer: most do.
pub(super) fn asks_nothing(lines: &[Line<Item>]) -> bool {
    let of_body =
        |body: &Option<&Block<Phrase>>| body.is_some_and(|b| b.lines.iter().any(|l| has_condition(&l.node)));
    !lines.iter().any(|line| match &line.node {
        Item::Ask(_) => true,
        Item::ForEach(each) => !asks_nothing(&each.body.lines),
        Item::Step(step) => step.body.lines.iter().any(|line| match &line.node {
            StepLine::OnlyIf(_) => true,
            StepLine::Needs(words) | StepLine::Act(words) => has_condition(words),
            _ => false,
        }),
        Item::Promise(words) | Item::Finally(words) | Item::Waive(words) => has_condition(words),
        item => of_body(&body(item)),
    })
}

/// The lines that are said of a thing.
pub(super) fn body(item: &Item) -> Option<&Block<Phrase>> {
    match item {
        Item::Keystore(owned) | Item::Receiver(owned) | Item::Flow(owned) => Some(&owned.body),
        Item::Thing(thing) => thing.owned.as_ref().map(|(_, body)| body),
        _ => None,
    }
}

/// Reads the questions of a plan, and looks at every condition on their answers.
///
/// # Errors
/// Every finding about them.
pub fn questions(tree: &SyntaxTree) -> Result<Questions<'_>, Vec<Finding>> {
    if asks_nothing(&tree.items) {
        return Ok(Questions::none());
    }
    let mut look = Look::default();
    let mut places: BTreeMap<&str, Span> = BTreeMap::new();
    for line in &tree.items {
        let name = match &line.node {
            Item::Param(param) => &param.name,
            Item::Ask(ask) => &ask.name,
            _ => continue,
        };
        let first = *places.entry(name.value.as_str()).or_insert(name.span);
        let Item::Ask(ask) = &line.node else { continue };
        if first != name.span {
            look.findings.push(duplicate::twice(name, first));
            continue;
        }
        let silence = match ask.silence.as_ref().map(|said| said.value.as_str()) {
            Some("yes") => true,
            Some("no") => false,
            _ => {
                look.findings.push(no_silence(ask));
                false
            }
        };
        look.questions.all.push((ask, silence));
    }
    look.names = look.questions.names();
    // One that is asked for each row of a table stands in one place.
    let places: BTreeSet<Span> = look.questions.all.iter().map(|(ask, _)| ask.name.span).collect();
    let is_by_row = places.len() < look.questions.all.len();
    if let Some(at) = places.iter().nth(MOST) {
        look.findings.push(too_many(places.len(), *at));
    }
    look.items(&tree.items);
    // What is told already may be why nothing hangs on a question.
    let is_sound = look.findings.is_empty();
    for (ask, _) in &look.questions.all {
        if is_sound && !look.used.contains(&ask.name.value) {
            look.findings.push(unused(&ask.name));
        }
    }
    if look.findings.is_empty() {
        return Ok(look.questions);
    }
    Err(if is_by_row { once(look.findings) } else { look.findings })
}

/// What was seen so far.
#[derive(Default)]
struct Look<'t> {
    questions: Questions<'t>,
    names: Vec<String>,
    used: BTreeSet<String>,
    findings: Vec<Finding>,
}

impl Look<'_> {
    fn items(&mut self, lines: &[Line<Item>]) {
        let always = Condition::default();
        for line in lines {
            match &line.node {
                Item::ForEach(each) => self.items(&each.body.lines),
                // A part asks it in its own name.
                Item::Inner(inner) => inner.bindings().for_each(|binding| {
                    if let Term::Word(word) = &binding.value
                        && self.names.contains(&word.value)
                    {
                        self.used.insert(word.value.clone());
                    }
                }),
                Item::Step(step) => {
                    let around = self.step_condition(&step.body);
                    for line in &step.body.lines {
                        if let StepLine::Needs(words) | StepLine::Act(words) = &line.node {
                            self.phrase(words, &around);
                        }
                    }
                }
                Item::Promise(words) | Item::Finally(words) | Item::Waive(words) => {
                    self.phrase(words, &always);
                }
                item => body(item).iter().for_each(|body| {
                    body.lines.iter().for_each(|line| self.phrase(&line.node, &always));
                }),
            }
        }
    }

    /// The condition of a whole step. It says that in one line.
    fn step_condition(&mut self, body: &Block<StepLine>) -> Condition {
        let mut found: Option<Condition> = None;
        for line in &body.lines {
            let StepLine::OnlyIf(words) = &line.node else { continue };
            if found.is_some() {
                self.findings.push(bad_only_if(words.span()));
                continue;
            }
            let condition = read(&words.terms, words.span());
            found = self.condition(condition, &Condition::default());
        }
        found.unwrap_or_default()
    }

    fn phrase(&mut self, words: &Phrase, around: &Condition) {
        if has_condition(words) {
            self.condition(of_phrase(words), around);
        }
    }

    fn condition(&mut self, read: Result<Condition, Finding>, around: &Condition) -> Option<Condition> {
        let condition = match read {
            Ok(condition) => condition,
            Err(finding) => {
                self.findings.push(finding);
                return None;
            }
        };
        for (name, _) in &condition.all {
            if self.names.contains(&name.value) {
                self.used.insert(name.value.clone());
            } else {
                self.findings.push(unknown(name, &self.names));
            }
        }
        if let Some(name) = condition.contradicts(around) {
            self.findings.push(in_no_variant(name));
        }
        Some(condition.within(around))
    }
}
