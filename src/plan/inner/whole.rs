//! A plan with the sentences of the plans within it.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use crate::{
    plan::{
        duplicate,
        given::Given,
        parameter::Parameters,
        resolve::read_within,
        vocabulary,
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
    renamed::{Renaming, at_start},
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
    given: &Given,
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
        items: Vec::new(),
        places: BTreeMap::new(),
        known: BTreeMap::new(),
        names: BTreeMap::new(),
        ends: BTreeMap::new(),
        parts: Vec::new(),
        reach: source.reach(),
        findings: Vec::new(),
    };
    let (inner, own): (Vec<_>, Vec<_>) =
        whole.tree.items.iter().cloned().partition(|line| matches!(line.node, Item::Inner(_)));
    own.into_iter().for_each(|line| making.push(line));
    let count = making.items.len();
    let decls: Vec<&InnerDecl> = inner
        .iter()
        .filter_map(|line| match &line.node {
            Item::Inner(decl) => Some(&**decl),
            _ => None,
        })
        .collect();
    decls.iter().for_each(|decl| making.add(decl, &mut whole));
    making.order(&decls, count);
    if !making.findings.is_empty() {
        return Err(making.findings);
    }
    let places = vec![Span::default(); making.parameters.count()];
    let unspoken: BTreeSet<String> = making.parameters.unused(&places).into_iter().map(|one| one.name).collect();
    let all = making.parameters.into_rows().into_iter().map(|one| one.name);
    whole.spoken = all.filter(|name| !unspoken.contains(name)).collect();
    whole.source = whole.source.with_parts(making.parts);
    let SyntaxTree { version, trailing, .. } = whole.tree.into_owned();
    whole.tree = Cow::Owned(SyntaxTree { version, items: making.items, trailing });
    Ok(whole)
}

/// What is said so far.
struct Making<'s> {
    around: Around<'s>,
    parameters: Parameters,
    items: Vec<Line<Item>>,
    /// Which of them declares a thing.
    places: BTreeMap<String, usize>,
    /// What each thing is.
    known: BTreeMap<String, &'static str>,
    /// The steps and the inner plans, and where they are named.
    names: BTreeMap<String, Span>,
    ends: BTreeMap<String, Ends>,
    parts: Vec<Part>,
    /// Where the next text begins.
    reach: usize,
    findings: Vec<Finding>,
}

impl Making<'_> {
    fn push(&mut self, line: Line<Item>) {
        if let Some((name, kind)) = declared(&line) {
            self.places.entry(name.to_owned()).or_insert(self.items.len());
            self.known.entry(name.to_owned()).or_insert(kind);
        }
        if let Item::Step(step) = &line.node {
            self.names.entry(step.name.value.clone()).or_insert(step.name.span);
        }
        self.items.push(line);
    }

    /// Says the sentences of an inner plan.
    fn add(&mut self, decl: &InnerDecl, whole: &mut Whole<'_>) {
        let called = decl.name.value.as_str();
        if let Some(first) = self.names.get(called) {
            return self.findings.push(duplicate::twice(&decl.name, *first));
        }
        self.names.insert(called.to_owned(), decl.name.span);
        if let Err(findings) = self.make(decl, whole) {
            self.findings.extend(findings);
        }
    }

    fn make(&mut self, decl: &InnerDecl, whole: &mut Whole<'_>) -> Result<(), Vec<Finding>> {
        let called = decl.name.value.as_str();
        // The circle was looked for before; this ends whatever it did not see.
        if self.around.level >= DEPTH {
            let (chain, at) = (format!("`{}`", shown(&decl.file.value)), decl.head().into());
            return Err(vec![Box::new(InnerPlanDepth { most: DEPTH, chain, at })]);
        }
        let book = self.around.shelf.open(&whole.source, decl)?;
        let mut bound = bound::values(decl, &book.tree, &self.parameters);
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
        let wording = whole.wording.with(&plan.landscape.wording, |name| renaming.thing(name));
        whole.wording =
            wording.map_err(|said| vec![vocabulary::said_otherwise(&said, called, decl.file.span)])?;
        let mut long = None;
        for line in tree.items {
            match declared(&line).and_then(|(name, _)| names.get(name)) {
                Some(outer) => self.say_of(&outer.clone(), &line, &mut renaming),
                None if is_of_plans(&line.node) => {
                    let line = renaming.line(line);
                    long = long.or_else(|| too_long(&line.node));
                    self.push(line);
                }
                None => {}
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

    /// Says of something of the outer plan how it is at the start.
    fn say_of(&mut self, outer: &str, line: &Line<Item>, renaming: &mut Renaming<'_>) {
        let lines = at_start(&renaming.line(line.clone()).node);
        let place = self.places.get(outer).copied();
        let item = place.and_then(|place| self.items.get_mut(place)).map(|line| &mut line.node);
        if let Some(Item::Keystore(owned) | Item::Receiver(owned)) = item {
            // Two inner plans may say the same of what they share.
            let new = lines.into_iter().filter(|line| !owned.body.lines.iter().any(|l| l.node == line.node));
            let new: Vec<_> = new.collect();
            owned.body.lines.extend(new);
        }
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
    fn order(&mut self, decls: &[&InnerDecl], own: usize) {
        let Some((mine, theirs)) = self.items.split_at_mut_checked(own) else { return };
        for line in mine {
            if let Item::Step(step) = &mut line.node {
                after_plans(&mut step.body, &self.ends);
            }
        }
        let mut first: BTreeMap<&str, &InnerDecl> = BTreeMap::new();
        for decl in decls.iter().filter(|decl| decl.after().next().is_some()) {
            let ends = self.ends.get(&decl.name.value).into_iter();
            first.extend(ends.flat_map(|ends| ends.first.iter().map(|name| (name.as_str(), *decl))));
        }
        for line in theirs {
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
        Item::Step(step) => &step.name,
        _ => return None,
    };
    (name.value.len() > NAME_LIMIT).then(|| name.value.clone())
}
