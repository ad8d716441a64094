//! A plan that asks questions: each of its variants is checked, and what is found says under which answers.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    plan::{
        answers::{Answers, MOST, few, questions, written, written_out},
        given::Given,
        resolve::resolve_asked,
    },
    source::{Finding, Noted, Refusal, Source},
    syntax::{parse, tree::SyntaxTree},
    worker::give_back,
};

use super::{Checked, all, by_row, by_row::ByRow};

/// A plan for one way to answer its questions.
#[derive(Debug)]
pub struct Variant {
    /// The answers to all its questions; none where it asks nothing.
    pub answers: Answers,
    /// The plan.
    pub checked: Checked,
}

impl Variant {
    /// The answers, each as in `holds_two is yes`.
    #[must_use]
    pub fn told(&self) -> Vec<String> {
        let one = |(name, yes): (&String, &bool)| written(&Answers::from([(name.clone(), *yes)]));
        self.answers.iter().map(one).collect()
    }

    /// The answers as a clause; of very many, some.
    #[must_use]
    pub fn clause(&self) -> String {
        few(&self.answers)
    }

    /// Whether it is the plan of a run for which nobody answers anything.
    #[must_use]
    pub fn is_of_silence(&self) -> bool {
        self.checked.plan().questions.iter().all(|question| question.yes == question.silence)
    }
}

/// The most ways that are told one by one.
const TOLD: usize = 3;

/// The plans that a plan is.
#[derive(Debug)]
pub struct Family {
    /// Its variants; where it is judged row by row, some of them.
    pub variants: Vec<Variant>,
    /// Its rows, where it is judged row by row.
    pub rows: Option<ByRow>,
}

/// Checks a plan for every way to answer its questions that agrees with the answers that are given. Where more
/// than six questions are open and some of them are asked for each row of a table, it is checked row by row.
///
/// # Errors
/// What is wrong with the text, or with any of its variants.
pub fn family(source: &Source, given: &Given) -> Result<Family, Refusal> {
    judged(source, given, MOST)
}

/// The same, where more than so many open questions are judged row by row.
///
/// # Errors
/// What is wrong with the text, or with any of its variants.
pub fn judged(source: &Source, given: &Given, most: usize) -> Result<Family, Refusal> {
    let refuse = |findings| Refusal::new(source.clone(), findings);
    let (tree, findings) = parse(source);
    if !findings.is_empty() {
        return Err(refuse(findings));
    }
    let written = written_out(source, &tree).map_err(refuse)?;
    let asked = questions(&written.tree).map_err(refuse)?;
    if written.is_by_row() && asked.open(&given.answers).count() > most {
        return by_row::family(source, &tree, given);
    }
    let (asks, ways) = (!asked.are_none, asked.ways(&given.answers));
    drop(written);
    let variants = of_all(source, tree, given, (asks, &ways))?;
    Ok(Family { variants, rows: None })
}

/// Checks the variants for some ways to answer all questions of a plan that asks some.
///
/// # Errors
/// What is wrong with any of them.
pub(super) fn of_ways(
    source: &Source,
    tree: &SyntaxTree,
    given: &Given,
    ways: &[Answers],
) -> Result<Vec<Variant>, Refusal> {
    of_all(source, tree.clone(), given, (true, ways))
}

fn of_all(
    source: &Source,
    mut tree: SyntaxTree,
    given: &Given,
    (asks, ways): (bool, &[Answers]),
) -> Result<Vec<Variant>, Refusal> {
    let refuse = |findings| Refusal::new(source.clone(), findings);
    let mut found = Found::default();
    let mut checked = Vec::new();
    for (number, way) in ways.iter().enumerate() {
        // An answer to a question that is not asked stays, to be found in vain.
        let answers = given.answers.clone().into_iter().chain(way.clone()).collect();
        let given = Given { answers, ..given.clone() };
        let plan = resolve_asked(source, &tree, &given, asks).map_err(refuse);
        if number + 1 == ways.len() {
            give_back(tree.items.len(), std::mem::take(&mut tree));
        }
        match plan.and_then(|plan| all(given.applied(plan)).map_err(refuse)) {
            Ok(plan) => checked.push(Variant { answers: way.clone(), checked: plan }),
            Err(refusal) => found.add(way, refusal.findings),
        }
    }
    if found.is_empty() { Ok(checked) } else { Err(refuse(found.told(ways))) }
}

/// The advice on all variants, each piece once.
#[must_use]
pub fn advice(variants: &mut [Variant]) -> Vec<Finding> {
    let mut found = Found::default();
    for variant in variants.iter_mut() {
        let advice = variant.checked.take_advice();
        found.add(&variant.answers, advice);
    }
    let ways: Vec<Answers> = variants.iter().map(|variant| variant.answers.clone()).collect();
    found.told(&ways)
}

/// What makes two findings one: code, words and first place.
type Alike = (Option<String>, String, Option<(usize, usize)>);

/// Findings with the ways to answer under which each is made.
#[derive(Default)]
struct Found {
    places: BTreeMap<Alike, usize>,
    kept: Vec<(Finding, Vec<Answers>)>,
}

impl Found {
    const fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    fn add(&mut self, way: &Answers, findings: Vec<Finding>) {
        for finding in findings {
            let at = finding.labels().and_then(|mut labels| labels.next());
            let at = at.map(|label| (label.offset(), label.len()));
            let key = (finding.code().map(|code| code.to_string()), finding.to_string(), at);
            let place = *self.places.entry(key).or_insert(self.kept.len());
            match self.kept.get_mut(place) {
                Some((_, ways)) => ways.push(way.clone()),
                None => self.kept.push((finding, vec![way.clone()])),
            }
        }
    }

    /// The findings, those apart that are not made under all answers.
    fn told(self, ways: &[Answers]) -> Vec<Finding> {
        let one = |(first, under): (Finding, Vec<Answers>)| {
            let mut apart: Vec<&Answers> = under.iter().collect();
            apart.dedup();
            if apart.len() == ways.len() {
                return first;
            }
            Noted::with(first, format!("this is so where {}", told(&apart, ways)))
        };
        self.kept.into_iter().map(one).collect()
    }
}

/// Answers in few words: what all the ways have in common, where no other way has that; otherwise some of
/// them, one by one.
fn told(under: &[&Answers], ways: &[Answers]) -> String {
    let mut common = under.first().map_or_else(Answers::new, |first| (*first).clone());
    common.retain(|name, yes| under.iter().all(|way| way.get(name) == Some(yes)));
    let agrees = |way: &&Answers| common.iter().all(|(name, yes)| way.get(name) == Some(yes));
    if ways.iter().filter(agrees).count() == under.len() {
        return few(&common);
    }
    let each: BTreeSet<String> = under.iter().map(|way| few(way)).collect();
    let more = each.len().saturating_sub(TOLD);
    let some: Vec<String> = each.into_iter().take(TOLD).collect();
    let more = if more == 0 { String::new() } else { format!("; or {more} other ways") };
    format!("{}{more}", some.join("; or "))
}
