//! From the tree to the plan: names first, then what is said of them, then the steps.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use crate::{
    action::usage::Argument,
    source::{Finding, Source, Span},
    syntax::{
        NAME_LIMIT,
        tree::{Item, Line, Phrase, StepDecl, SyntaxTree, Term},
    },
    worker::give_back,
    world::{
        id::{RoleId, StepId, Table},
        landscape::Landscape,
        state::World,
    },
};

use super::{
    Declared, Plan, Step, alone,
    answers::{self, LeftOut, Variant},
    declare::{self, Body, Start},
    duplicate,
    expected::expected,
    given::Given,
    goal::Goals,
    group::groups,
    head::heads,
    inner::{Around, Shelf, filled, whole},
    issuer, key_kind, named,
    no_steps::with_steps,
    other_use::OtherUses,
    parameter,
    phrase::Reader,
    predecessors::predecessors,
    promise::Promises,
    scope::{Scope, Thing},
    settled, steps,
    table::{instances, once},
    vocabulary::Vocabulary,
    waiver,
};

/// A plan under construction.
#[derive(Debug, Default)]
pub struct Draft {
    /// Names.
    pub scope: Scope,
    /// Things.
    pub landscape: Landscape,
    /// Where they are declared.
    pub declared: Declared,
    /// Where things are at the start.
    pub start: Start,
    /// Who uses an alias beside the flows.
    pub other_uses: OtherUses,
    /// Everything that was found.
    pub findings: Vec<Finding>,
    /// Flows that have a finding and are therefore not declared: no second finding for them.
    pub lost: BTreeSet<String>,
    /// Parameters that have a finding, likewise.
    pub lost_parameters: BTreeSet<String>,
    role_titles: Table<RoleId, Option<String>>,
}

impl Draft {
    /// A reader over the names known so far.
    pub const fn reader(&mut self) -> Reader<'_> {
        Reader { scope: &self.scope, landscape: &mut self.landscape }
    }

    /// Keeps the findings of a reading.
    pub fn keep<T>(&mut self, read: Result<T, Vec<Finding>>) -> Option<T> {
        read.map_err(|findings| self.findings.extend(findings)).ok()
    }

    /// Whether a phrase names a flow or a parameter that already has a finding.
    #[must_use]
    pub fn speaks_of_lost(&self, phrase: &Phrase) -> bool {
        let nothing_lost = self.lost.is_empty() && self.lost_parameters.is_empty();
        !nothing_lost && phrase.terms.iter().any(|term| self.is_lost(term))
    }

    fn is_lost(&self, term: &Term) -> bool {
        match term {
            Term::Word(word) => self.lost.contains(&word.value),
            Term::Param(name) => self.lost_parameters.contains(&name.value),
            Term::Text(text) => self.speaks_of_lost_parameter(&text.value),
            Term::Place(place) => self.is_lost(&place.value.alias),
            _ => false,
        }
    }

    /// Whether a lost parameter's name stands behind a dollar sign.
    fn speaks_of_lost_parameter(&self, text: &str) -> bool {
        let lost = |after: &str| {
            let name = after.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-'));
            let longest = name.unwrap_or(after.len()).min(NAME_LIMIT);
            (1..=longest).any(|end| after.get(..end).is_some_and(|name| self.lost_parameters.contains(name)))
        };
        !self.lost_parameters.is_empty() && text.split('$').skip(1).any(lost)
    }

    /// Reads a phrase by one of several usage lines and keeps the findings.
    pub fn read(
        &mut self,
        what: &'static str,
        usages: &[&'static str],
        phrase: &Phrase,
    ) -> Option<(usize, Vec<Argument>)> {
        if self.speaks_of_lost(phrase) {
            return None;
        }
        let read = self.reader().read_any(what, usages, phrase);
        self.keep(read)
    }
}

/// Resolves all names of a tree. `given` is what comes from outside the plan: values for parameters, and
/// answers.
///
/// # Errors
/// Every finding at once.
pub fn resolve(source: &Source, tree: &SyntaxTree, given: &Given) -> Result<Plan, Vec<Finding>> {
    resolve_asked(source, tree, given, true)
}

/// The same where a tree was looked through already: `asks` is false where it asks nothing and hangs on no
/// answer. To look through a large one takes its time.
///
/// # Errors
/// Every finding at once.
pub fn resolve_asked(
    source: &Source,
    tree: &SyntaxTree,
    given: &Given,
    asks: bool,
) -> Result<Plan, Vec<Finding>> {
    let around = Around { level: 0, shelf: &Shelf::default() };
    let (plan, _) = read(source, tree, given, around, asks)?;
    with_steps(plan, tree)
}

/// Resolves all names of a tree that may have no steps: a start and an end, without the way between.
///
/// # Errors
/// Every finding at once.
pub fn resolve_scenario(source: &Source, tree: &SyntaxTree, given: &Given) -> Result<Plan, Vec<Finding>> {
    let around = Around { level: 0, shelf: &Shelf::default() };
    read(source, tree, given, around, true).map(|(plan, _)| plan)
}

/// Resolves all names of a plan that stands in another one, and gives its sentences in the words of the core.
///
/// # Errors
/// Every finding at once.
pub(super) fn read_within(
    source: &Source,
    tree: &SyntaxTree,
    given: &Given,
    around: Around<'_>,
) -> Result<(Plan, SyntaxTree), Vec<Finding>> {
    let (plan, said) = read(source, tree, given, around, true)?;
    Ok((with_steps(plan, tree)?, said.unwrap_or_default()))
}

/// The plan, and its sentences where it stands in another one.
fn read(
    source: &Source,
    tree: &SyntaxTree,
    given: &Given,
    around: Around<'_>,
    asks: bool,
) -> Result<(Plan, Option<SyntaxTree>), Vec<Finding>> {
    let vocabulary = Vocabulary::of(source, tree)?;
    let variant = Variant::of(tree, given, asks)?;
    let mut left_out = LeftOut::default();
    let meant = answers::parts(tree, &variant, &mut left_out);
    let mut said = instances(source, &meant)?;
    let mut files = std::mem::take(&mut said.files);
    files.extend(vocabulary.files().clone());
    let mut draft = Draft::default();
    let meant = answers::steps(&said.tree, &variant, &mut left_out)?;
    let core = vocabulary.in_core_words(&meant, &mut draft.findings);
    if !draft.findings.is_empty() {
        return Err(said.once(draft.findings));
    }
    let is_within = around.level > 0;
    let core = if is_within { Cow::Owned(filled(core.into_owned(), &given.parameters)) } else { core };
    let whole = whole(source, core, (given, variant.answers()), vocabulary.wording(&meant), around)?;
    let has_rows = said.has_rows() || whole.has_rows;
    let told = |found| whole.source.placed(if has_rows { once(found) } else { found });
    draft.landscape.wording = whole.wording;
    let tree = whole.tree.as_ref();
    let head = heads(&mut draft, source, tree);
    names(&mut draft, tree, &given.parameters);
    groups(&mut draft, tree);
    for name in &whole.spoken {
        let _used = draft.scope.parameters.named(name);
    }
    let questions = variant.asked(&mut draft);
    let bodies = owned(&mut draft, tree);
    declare::bodies(&mut draft, bodies);
    let mut steps = all_steps(&mut draft, tree);
    settled::settle(&mut draft, &mut steps);
    let (mut promises, mut goals, mut waivers) = (Promises::default(), Goals::default(), Vec::new());
    for item in &tree.items {
        match &item.node {
            Item::Promise(phrase) => promises.add(&mut draft, phrase),
            Item::Finally(phrase) => goals.add(&mut draft, phrase),
            Item::Issued(phrase) => issuer::read(&mut draft, phrase),
            Item::Typed(phrase) => key_kind::read(&mut draft, phrase),
            Item::Waive(phrase) => drop(waiver::read(&mut draft, phrase, &mut waivers)),
            _ => {}
        }
    }
    let expected = expected(tree, &mut draft.findings);
    let Some(head) = head.filter(|_| draft.findings.is_empty()) else {
        return Err(told(draft.findings));
    };
    let deliveries: Table<_, _> = steps::deliveries(&steps).into_iter().collect();
    let start = start_world(&draft, steps.len(), deliveries.len());
    draft.landscape.pair_up(alone::pairs(&draft.landscape, &start, &steps));
    named::tell(&draft.landscape, (&start, &steps), (&promises.statements, &goals.finals));
    let predecessors = predecessors(&draft, &steps);
    draft.declared.head = head.name.span;
    let mut unused = draft.scope.unused();
    unused.extend(draft.scope.parameters.unused(&draft.declared.parameters));
    unused.retain(|one| !left_out.speaks_of(&one.name));
    let (names, parameters) = draft.scope.into_parts();
    let files = files.into_iter().map(|(name, text)| (source.key(&name), text)).chain(whole.files);
    let plan = Plan {
        questions,
        unused,
        source: whole.source,
        name: head.name.value,
        title: head.title.map(|t| t.value),
        document: head.source.map(|s| s.value),
        names,
        parameters: parameters.into_rows(),
        landscape: draft.landscape,
        declared: draft.declared,
        role_titles: draft.role_titles,
        start,
        steps,
        deliveries,
        promises: promises.of_flows,
        statements: promises.statements,
        limits: promises.limits,
        courses: promises.courses,
        finals: goals.finals,
        known: goals.known,
        waivers,
        other_uses: draft.other_uses,
        expected,
        has_rows,
        files: files.collect(),
        predecessors,
    };
    let within = is_within.then(|| whole.tree.into_owned());
    drop(meant);
    if let Cow::Owned(rows) = said.tree {
        give_back(rows.items.len(), rows);
    }
    Ok((plan, within))
}

fn names(draft: &mut Draft, tree: &SyntaxTree, given: &BTreeMap<String, String>) {
    let mut params: BTreeMap<&str, Span> = BTreeMap::new();
    for item in &tree.items {
        match &item.node {
            Item::Param(decl) => {
                let first = *params.entry(decl.name.value.as_str()).or_insert(decl.name.span);
                if first != decl.name.span {
                    draft.findings.push(duplicate::twice(&decl.name, first));
                    continue;
                }
                match parameter::read(decl, given) {
                    Ok((parameter, findings)) => {
                        draft.findings.extend(findings);
                        draft.scope.parameters.push(parameter);
                        draft.declared.parameters.push(decl.name.span);
                    }
                    Err(finding) => {
                        draft.findings.push(finding);
                        draft.lost_parameters.insert(decl.name.value.clone());
                    }
                }
            }
            Item::Role(decl) => {
                let role = draft.landscape.roles.push(decl.name.value.clone());
                draft.role_titles.push(decl.title.as_ref().map(|t| t.value.clone()));
                draft.declared.roles.push(decl.name.span);
                let finding = duplicate::declare(&mut draft.scope, &decl.name, Thing::Role(role));
                draft.findings.extend(finding);
            }
            Item::Key(decl) => {
                let key = draft.landscape.keys.push(decl.name.value.clone());
                draft.declared.keys.push(decl.name.span);
                let finding = duplicate::declare(&mut draft.scope, &decl.name, Thing::Key(key));
                draft.findings.extend(finding);
            }
            _ => {}
        }
    }
}

/// Declares what roles own; what is said of it is read once every name is known.
fn owned<'t>(draft: &mut Draft, tree: &'t SyntaxTree) -> Vec<Body<'t>> {
    let mut bodies = Vec::new();
    for item in &tree.items {
        let owner = match &item.node {
            Item::Window(decl) => {
                declare::window(draft, decl);
                continue;
            }
            Item::Keystore(decl) | Item::Receiver(decl) | Item::Flow(decl) => &decl.owner,
            Item::Fact(decl) => &decl.owner,
            _ => continue,
        };
        let owner = declare::owner(&draft.reader(), owner).map_err(|finding| vec![finding]);
        let owner = draft.keep(owner).unwrap_or_else(|| crate::world::id::Id::at(0));
        match &item.node {
            Item::Keystore(decl) => bodies.push(declare::keystore(draft, decl, owner)),
            Item::Receiver(decl) => bodies.push(declare::receiver(draft, decl, owner)),
            Item::Flow(decl) => bodies.push(Body::Flow(decl, owner)),
            Item::Fact(decl) => declare::fact(draft, decl, owner),
            _ => {}
        }
    }
    bodies
}

fn all_steps(draft: &mut Draft, tree: &SyntaxTree) -> Table<StepId, Step> {
    let decls: Vec<&StepDecl> = tree.items.iter().filter_map(step_decl).collect();
    draft.scope.reserve_steps(decls.len());
    for decl in &decls {
        let first = draft.scope.declare_step(&decl.name.value, decl.name.span);
        draft.findings.extend(first.map(|first| duplicate::twice(&decl.name, first)));
    }
    let mut steps = Table::new();
    for decl in decls {
        let owner = declare::owner(&draft.reader(), &decl.role).map_err(|finding| vec![finding]);
        let role = draft.keep(owner);
        if let Some(step) = steps::read(draft, decl, role) {
            steps.push(step);
        }
    }
    steps
}

fn step_decl(item: &Line<Item>) -> Option<&StepDecl> {
    match &item.node {
        Item::Step(decl) => Some(decl),
        _ => None,
    }
}

fn start_world(draft: &Draft, steps: usize, deliveries: usize) -> World {
    let mut world = World::empty(&draft.landscape, steps, deliveries);
    for (place, key, _) in &draft.start.places {
        world.places[*place] = Some(*key);
    }
    for (flow, own) in draft.landscape.repointed() {
        world.places[own] = world.places[draft.landscape.channels[flow].alias];
    }
    for (receiver, key) in &draft.start.accepted {
        world.accepted[*receiver].insert(*key);
    }
    for (flow, running) in draft.landscape.channels.ids().zip(&draft.start.running) {
        world.running[flow] = *running;
    }
    world.set.clone_from(&draft.start.set);
    world
}
