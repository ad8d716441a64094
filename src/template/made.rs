//! Makes a plan of a template: renamed, written in its one form, checked and proved.

use std::collections::BTreeMap;

use crate::{
    check::{self, Family},
    plan::{
        given::Given,
        mention::{Declaration, Mentions, Of},
        parameter::ParameterValue,
        suggest::nearest,
    },
    proof::{
        by_row::prove_by_row,
        verdict::{BUDGET, NotProven, Proven, Refuted, Verdict, Why, prove},
    },
    repair::{Change, changed},
    source::{Finding, Refusal, Source, Span, shown},
    syntax::{
        format, parse, quoted, spelt,
        tree::{Item, ParamDecl, SyntaxTree},
    },
};

use super::{
    finding::{NameTaken, RefusedTemplate, UnknownRename, UnknownTemplate},
    renamed::{named, renamed},
    stock::{STOCK, Template},
    wish::Wishes,
};

/// A plan that was begun, and its proof.
#[derive(Debug)]
pub struct Made {
    /// The text, in canonical form.
    pub text: String,
    /// The plan, proved.
    pub proven: Box<Proven>,
}

/// Why there is none.
#[derive(Debug)]
pub enum Unmade {
    /// A wish, or what becomes of the plan with it, is refused.
    Refused(Refusal),
    /// The plan breaks a promise.
    Refuted(Source, Box<Refuted>),
    /// It could not be proved.
    NotProved(Box<NotProven>),
}

/// The plan of the library that is to be begun with.
///
/// # Errors
/// A refusal: there is none of that name, or it shows a hazard.
pub fn begun(name: &str) -> Result<&'static Template, Box<Refusal>> {
    let before = "--from ";
    let source = Source::new("<options>", format!("{before}{name}\n"));
    let at = Span::new(before.len(), before.len() + name.len()).into();
    let refused = |finding: Finding| Box::new(Refusal::new(source, vec![finding]));
    let Some(template) = Template::named(name) else {
        let last = name.rsplit('/').next().unwrap_or(name);
        let near = nearest(name, STOCK.iter().map(|template| template.name));
        // Who does not know the folder.
        let same = || STOCK.iter().map(|t| t.name).find(|known| known.rsplit('/').next() == Some(last));
        let help = match near.or_else(same) {
            Some(near) => format!("did you mean `{near}`? `keyroll new --list` lists them all"),
            None => "`keyroll new --list` lists them".to_owned(),
        };
        return Err(refused(Box::new(UnknownTemplate { name: shown(name), help, at })));
    };
    let Some((code, because)) = template.hazard() else { return Ok(template) };
    let safe = template.name.strip_suffix("-as-documented").and_then(Template::named);
    let help = match safe.filter(|safe| safe.hazard().is_none()) {
        Some(safe) => format!("begin with `{}`, which is safe", safe.name),
        None => "`keyroll new --list` lists the plans to begin with".to_owned(),
    };
    let (name, because) = (template.name.to_owned(), shown(&because));
    Err(refused(Box::new(RefusedTemplate { name, because, help, at, code: shown(&code) })))
}

/// The template with everything that is wished, proved; `name` is what the text is called in findings.
///
/// # Errors
/// Why there is no such plan.
pub fn make(template: &Template, wishes: &Wishes, name: &str) -> Result<Made, Unmade> {
    let source = template.source();
    let (tree, mentions) = read(&source)?;
    let mut findings = Vec::new();
    let mut changes = renamed(wishes, &source, &tree, &mentions, &mut findings);
    changes.extend(titled(wishes, &tree, &mentions, &mut findings));
    if !findings.is_empty() {
        return Err(Unmade::Refused(Refusal::new(wishes.source(), findings)));
    }
    changes.extend(valued(wishes, &source, &tree)?);
    let text = changed(&source.text, &changes).ok_or_else(|| Unmade::Refused(twice(wishes)))?;
    let (tree, findings) = parse(&Source::new(name, text.clone()));
    if !findings.is_empty() {
        return Err(Unmade::Refused(Refusal::new(Source::new(name, text), findings)));
    }
    judged(Source::new(name, format(&tree)))
}

/// Two wishes for one place: an alias that is renamed, and is a parameter that is given a value too.
fn twice(wishes: &Wishes) -> Refusal {
    let what = "two options change one place of the plan".to_owned();
    let help = "an alias is renamed together with what is made of it, and is one place with a parameter: leave one out".to_owned();
    let at =
        wishes.values.first().or(wishes.names.last()).map(|wish| wish.old.span).unwrap_or_default().into();
    Refusal::new(wishes.source(), vec![Box::new(NameTaken { what, help, at })])
}

fn judged(source: Source) -> Result<Made, Unmade> {
    let mut kept = None;
    let Family { variants, rows } = check::family(&source, &Given::default()).map_err(Unmade::Refused)?;
    for variant in variants {
        let is_of_silence = variant.is_of_silence();
        let start = variant.checked.plan().start.clone();
        match prove(variant.checked, &start, BUDGET) {
            // What is told of the plan is how it is where nobody answers.
            Verdict::Proven(proven) if is_of_silence => kept = Some(proven),
            Verdict::Proven(_) => {}
            Verdict::Refuted(refuted) => return Err(Unmade::Refuted(source, refuted)),
            Verdict::NotProven(open) => return Err(Unmade::NotProved(open)),
        }
    }
    if let Some(mut rows) = rows
        && let Err((number, why)) = prove_by_row(&rows)
        && number < rows.alone.len()
    {
        let checked = rows.alone.swap_remove(number).variant.checked;
        let why = Why::Unsettled(why);
        return Err(Unmade::NotProved(Box::new(NotProven { checked, states: 0, why })));
    }
    match kept {
        Some(proven) => Ok(Made { text: source.text, proven }),
        None => Err(Unmade::Refused(Refusal::new(source, Vec::new()))),
    }
}

fn read(source: &Source) -> Result<(SyntaxTree, Mentions), Unmade> {
    let (tree, findings) = parse(source);
    let refused = |findings| Unmade::Refused(Refusal::new(source.clone(), findings));
    if !findings.is_empty() {
        return Err(refused(findings));
    }
    let mentions = Mentions::of(source, &tree).map_err(refused)?;
    Ok((tree, mentions))
}

/// The titles that are asked for.
fn titled(
    wishes: &Wishes,
    tree: &SyntaxTree,
    mentions: &Mentions,
    findings: &mut Vec<Finding>,
) -> Vec<Change> {
    let head = tree.items.iter().find_map(|line| match &line.node {
        Item::Plan(head) => Some(head),
        _ => None,
    });
    let head = head.map(|head| {
        let last = head.version.as_ref().map_or(head.name.span, |version| version.span);
        (head.name.clone(), last, head.title.clone())
    });
    let mut changes: Vec<Change> = Vec::new();
    for wish in &wishes.titles {
        // That of a fact stands behind its owner, where it has one.
        let has_title = |thing: &&Declaration| {
            ["role", "key", "step"].contains(&thing.kind) || (thing.kind == "fact" && thing.title.is_some())
        };
        let things = mentions.declared.iter().filter(has_title);
        let things = things.map(|thing| (thing.name.clone(), thing.name.span, thing.title.clone()));
        let found = head.iter().cloned().chain(things).find(|(name, ..)| name.value == wish.old.value);
        let name = shown(&wish.old.value);
        let mut refuse = |what: String, help: &str| {
            findings.push(Box::new(UnknownRename { what, help: help.to_owned(), at: wish.old.span.into() }));
        };
        let Some((_, last, title)) = found else {
            let what = format!("the plan has nothing that is called `{name}` and has a title");
            refuse(
                what,
                "the plan, roles, keys, facts and steps have titles; say it by the name in the template",
            );
            continue;
        };
        let at = title.map_or(Span::new(last.end, last.end), |title| title.span);
        if changes.iter().any(|change| change.at == at) {
            refuse(format!("`{name}` is given two titles"), "give it one");
            continue;
        }
        let space = if at.start == at.end { " " } else { "" };
        changes.push(Change { at, text: format!("{space}{}", quoted(&wish.new.value)) });
    }
    changes
}

/// The values that are asked for, as the plan's own.
fn valued(wishes: &Wishes, source: &Source, tree: &SyntaxTree) -> Result<Vec<Change>, Unmade> {
    let mut values: BTreeMap<String, String> = BTreeMap::new();
    for wish in &wishes.values {
        values.insert(wish.old.value.clone(), wish.new.value.clone());
    }
    let given = Given { silence: true, ..Given::parameters(values.clone()) };
    let checked = check::read(source, &given).map_err(Unmade::Refused)?;
    let vain = given.in_vain(checked.plan());
    if !vain.is_empty() {
        return Err(Unmade::Refused(Refusal::new(source.clone(), vain)));
    }
    let mut changes = Vec::new();
    for line in &tree.items {
        let Item::Param(param) = &line.node else { continue };
        let mut parameters = checked.plan().parameters.iter();
        let Some(row) = parameters.find(|row| row.given && row.name == param.name.value) else { continue };
        let text = match &row.value {
            ParameterValue::Alias(alias) => quoted(alias.as_str()),
            ParameterValue::Duration(duration) => spelt(*duration),
            date @ ParameterValue::Date(_) => date.to_string(),
        };
        changes.push(value(param, &text));
    }
    Ok(changes)
}

fn value(param: &ParamDecl, text: &str) -> Change {
    match &param.default {
        Some(term) => Change { at: term.span(), text: text.to_owned() },
        None => {
            let end = param.kind.span.end;
            Change { at: Span::new(end, end), text: format!(" = {text}") }
        }
    }
}

/// The name of a template's plan, as it is declared.
#[must_use]
pub fn plan_name(mentions: &Mentions) -> Option<&str> {
    let mut all = mentions.all.iter();
    all.find(|mention| mention.of == Of::Plan).map(|mention| mention.name.value.as_str())
}

/// Why nothing is called so, for people; nothing where it can be.
#[must_use]
pub fn why_no_name(template: &Template, name: &str) -> Option<String> {
    let source = template.source();
    let (tree, _) = parse(&source);
    named(name, &source, &tree).err().map(|(what, _)| what)
}
