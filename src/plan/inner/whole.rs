//! A plan with the sentences of the plans within it.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use crate::{
    plan::{
        answers::Answers, duplicate, given::Given, parameter::Parameters, resolve::read_within, vocabulary,
    },
    source::{Finding, Part, Source, Span, Spanned, shown},
    syntax::{
        NAME_LIMIT, NameTooLong,
        tree::{InnerDecl, Item, Line, SyntaxTree},
    },
    world::wording::Wording,
};

use super::{
    Around, DEPTH,
    bound::{self, declared},
    count,
    filled::parameters,
    finding::InnerPlanDepth,
    order::{Ends, after_plans, begin_after},
    renamed::Renaming,
    shared,
};

/// A tree in which no inner plan is left.
#[derive(Debug)]
pub(in crate::plan) struct Whole<'t> {
    /// The sentences.
    pub(in crate::plan) tree: Cow<'t, SyntaxTree>,
    /// The text, with those of the inner plans behind it.
    pub(in crate::plan) source: Source,
    /// The texts of the files that were read, by their paths from the folder of the outermost plan.
    pub(in crate::plan) files: BTreeMap<String, String>,
    /// Whether some of them say something for each row of a table.
    pub(in crate::plan) has_rows: bool,
    /// The words in which it is told.
    pub(in crate::plan) wording: Wording,
    /// The parameters whose values went to inner plans.
    pub(in crate::plan) spoken: BTreeSet<String>,
}

/// Says the sentences of the inner plans of a tree, which is in the words of the core, as its own.
///
/// # Errors
/// Every finding about the inner plans, told in their own texts.
pub(in crate::plan) fn whole<'t>(
    source: &Source,
    tree: Cow<'t, SyntaxTree>,
    (given, answers): (&Given, &Answers),
    wording: Wording,
    around: Around<'_>,
) -> Result<Whole<'t>, Vec<Finding>> {
    let mut whole = Whole {
        tree,
        source: source.clone(),
        files: BTreeMap::new(),
        has_rows: false,
        wording,
        spoken: BTreeSet::new(),
    };
    if !whole.tree.items.iter().any(|line| matches!(line.node, Item::Inner(_))) {
        return Ok(whole);
    }
    if around.level == 0 {
        count::judge(source, &whole.tree, around.shelf)?;
    }
    let mut making = Making {
        around,
        parameters: parameters(&whole.tree, &given.parameters)?,
        answers,
        items: Vec::new(),
        places: BTreeMap::new(),
        known: BTreeMap::new(),
        said: BTreeMap::new(),
        names: BTreeMap::new(),
        ends: BTreeMap::new(),
        parts: Vec::new(),
        reach: source.reach(),
        findings: Vec::new(),
    };
    // What the plan says itself is known to each of its parts, wherever they stand.
    let mut decls: Vec<(usize, InnerDecl)> = Vec::new();
    for (rank, line) in whole.tree.items.iter().enumerate() {
        match &line.node {
            Item::Inner(decl) => decls.push((rank, (**decl).clone())),
            _ => making.push(rank, line.clone()),
        }
    }
    let own = making.items.len();
    decls.iter().for_each(|(rank, decl)| making.add(*rank, decl, &mut whole));
    making.order(&decls, own);
    if !making.findings.is_empty() {
        return Err(making.findings);
    }
    let places = vec![Span::default(); making.parameters.count()];
    let unspoken: BTreeSet<String> =
        making.parameters.unused(&places).into_iter().map(|one| one.name).collect();
    let all = making.parameters.into_rows().into_iter().map(|one| one.name);
    whole.spoken = all.filter(|name| !unspoken.contains(name)).collect();
    whole.source = whole.source.with_parts(making.parts);
    let SyntaxTree { version, trailing, .. } = whole.tree.into_owned();
    // The sentences of a part stand where it is asked for.
    making.items.sort_by_key(|(rank, _)| *rank);
    let items = making.items.into_iter().map(|(_, line)| line).collect();
    whole.tree = Cow::Owned(SyntaxTree { version, items, trailing });
    Ok(whole)
}

/// What is said so far.
struct Making<'s> {
    around: Around<'s>,
    parameters: Parameters,
    /// The answers to the questions of this plan.
    answers: &'s Answers,
    /// Each with the place in the text of the sentence that it comes from.
    items: Vec<(usize, Line<Item>)>,
    /// Which of them declares a thing.
    places: BTreeMap<String, usize>,
    /// What each thing is.
    known: BTreeMap<String, &'static str>,
    /// What is said of the things that inner plans share with this one.
    said: BTreeMap<usize, BTreeSet<String>>,
    /// The steps and the inner plans, and where they are named.
    names: BTreeMap<String, Span>,
    ends: BTreeMap<String, Ends>,
    parts: Vec<Part>,
    /// Where the next text begins.
    reach: usize,
    findings: Vec<Finding>,
}

impl Making<'_> {
    fn push(&mut self, rank: usize, line: Line<Item>) {
        if let Some((name, kind)) = declared(&line) {
            self.places.entry(name.to_owned()).or_insert(self.items.len());
            self.known.entry(name.to_owned()).or_insert(kind);
        }
        if let Item::Step(step) = &line.node {
            self.names.entry(step.name.value.clone()).or_insert(step.name.span);
        }
        self.items.push((rank, line));
    }

    /// Says the sentences of an inner plan.
    fn add(&mut self, rank: usize, decl: &InnerDecl, whole: &mut Whole<'_>) {
        let called = decl.name.value.as_str();
        if let Some(first) = self.names.get(called) {
            return self.findings.push(duplicate::twice(&decl.name, *first));
        }
        self.names.insert(called.to_owned(), decl.name.span);
        if let Err(findings) = self.make(rank, decl, whole) {
            self.findings.extend(findings);
        }
    }

    fn make(&mut self, rank: usize, decl: &InnerDecl, whole: &mut Whole<'_>) -> Result<(), Vec<Finding>> {
        let called = decl.name.value.as_str();
        // The circle was looked for before; this ends whatever it did not see.
        if self.around.level >= DEPTH {
            let (chain, at) = (format!("`{}`", shown(&decl.file.value)), decl.head().into());
            return Err(vec![Box::new(InnerPlanDepth { most: DEPTH, chain, at })]);
        }
        let book = self.around.shelf.open(&whole.source, decl)?;
        let mut bound = bound::values(decl, &book.tree, (&self.parameters, self.answers));
        if !bound.findings.is_empty() {
            return Err(bound.into_findings(decl));
        }
        let deeper = Around { level: self.around.level + 1, ..self.around };
        let read = read_within(&book.source, &book.tree, &bound.given, deeper);
        let told = |findings| book.source.told_in(findings, &whole.source, called, decl.head());
        let open = |findings: Vec<Finding>, bound: bound::Bound<'_>| -> Vec<Finding> {
            // What is left open is found in the file as well, where nobody can put it right.
            let own = bound.into_findings(decl);
            if own.is_empty() { told(findings) } else { own }
        };
        let (plan, tree) = match read {
            Ok(read) => read,
            Err(findings) => return Err(open(findings, bound)),
        };
        let names = bound.names(decl, &tree, &self.known);
        let found = bound.into_findings(decl);
        if !found.is_empty() {
            return Err(found);
        }
        let base = self.reach;
        let mut renaming = Renaming::new(called, &names, base);
        let taken = whole.wording.take(&plan.landscape.wording, |name| renaming.thing(name));
        taken.map_err(|said| vec![vocabulary::said_otherwise(&said, called, decl.file.span)])?;
        let mut long = None;
        for line in tree.items {
            let outer = declared(&line).and_then(|(name, _)| names.get(name));
            if let Some(place) = outer.and_then(|outer| self.places.get(outer).copied()) {
                let said = self.said.entry(place).or_default();
                let Some((_, item)) = self.items.get_mut(place) else { continue };
                let inner = renaming.line(line).node;
                let shared = shared::say(&mut item.node, inner, said, &self.parameters, decl.head());
                shared.map_err(|finding| vec![finding])?;
            } else if outer.is_none() && is_of_plans(&line.node) {
                let line = renaming.line(line);
                long = long.or_else(|| too_long(&line.node));
                self.push(rank, line);
            }
        }
        if let Some(name) = long {
            let (written, length, at) = (shown(&name), name.len(), decl.name.span.into());
            return Err(vec![Box::new(NameTooLong { written, length, at })]);
        }
        self.ends.insert(called.to_owned(), Ends::of(&plan, |name| renaming.step(name)));
        self.keep_texts(decl, (&book.source.name, &book.text), &plan.source);
        whole.has_rows |= plan.has_rows;
        whole.files.insert(book.key.clone(), book.raw.clone());
        whole.files.extend(plan.files);
        Ok(())
    }

    /// Puts the texts of an inner plan behind those that are there.
    fn keep_texts(&mut self, decl: &InnerDecl, (name, text): (&str, &std::sync::Arc<str>), inner: &Source) {
        let base = self.reach;
        let moved = |at: Span| Span::new(at.start + base, at.end + base);
        self.parts.push(Part {
            name: name.to_owned(),
            text: std::sync::Arc::clone(text),
            base,
            called: decl.name.value.clone(),
            asked: decl.head(),
        });
        let deeper = inner.parts().iter().cloned();
        self.parts.extend(deeper.map(|part| Part {
            base: part.base + base,
            called: format!("{}-{}", decl.name.value, part.called),
            asked: moved(part.asked),
            ..part
        }));
        self.reach = base + inner.reach();
    }

    /// Names steps wherever an inner plan is named as what comes before.
    fn order(&mut self, decls: &[(usize, InnerDecl)], own: usize) {
        let Some((mine, theirs)) = self.items.split_at_mut_checked(own) else { return };
        for (_, line) in mine {
            if let Item::Step(step) = &mut line.node {
                after_plans(&mut step.body, &self.ends);
            }
        }
        let mut first: BTreeMap<&str, &InnerDecl> = BTreeMap::new();
        for (_, decl) in decls.iter().filter(|(_, decl)| decl.after().next().is_some()) {
            let ends = self.ends.get(&decl.name.value).into_iter();
            first.extend(ends.flat_map(|ends| ends.first.iter().map(|name| (name.as_str(), decl))));
        }
        for (_, line) in theirs {
            let Item::Step(step) = &line.node else { continue };
            if let Some(decl) = first.get(step.name.value.as_str()) {
                begin_after(&mut line.node, decl.after(), &self.ends);
            }
        }
    }
}

/// Whether a sentence of an inner plan is one of the outer plan: its head and its values are its own.
const fn is_of_plans(item: &Item) -> bool {
    !matches!(
        item,
        Item::Plan(_)
            | Item::Param(_)
            | Item::Ask(_)
            | Item::Expect(_)
            | Item::Use(_)
            | Item::Kind(_)
            | Item::Say(_)
            | Item::Vocabulary(_)
            | Item::Table(_)
            | Item::Inner(_)
    )
}

/// The name that a sentence declares, where it is too long.
fn too_long(item: &Item) -> Option<String> {
    let name: &Spanned<String> = match item {
        Item::Role(titled) | Item::Key(titled) => &titled.name,
        Item::Keystore(owned) | Item::Receiver(owned) | Item::Flow(owned) => &owned.name,
        Item::Window(window) => &window.name,
        Item::Fact(fact) => &fact.name,
        Item::Group(group) => &group.name,
        Item::Step(step) => &step.name,
        _ => return None,
    };
    (name.value.len() > NAME_LIMIT).then(|| name.value.clone())
}
