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
        tree::{Item, Phrase, SyntaxTree, Term},
    },
    worker::{both, workers},
    world::{
        id::{RoleId, StepId, Table},
        landscape::Landscape,
        state::World,
    },
};

use super::{
    Declared, Plan, Step, alone,
    answers::{self, LeftOut, Variant},
    declare::{self, Head, Start},
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
    settled,
    step_names::{StepNames, is_step},
    steps,
    table::{Extent, Instances, Sentences, instances, once, sentences},
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
    let written =
        if asks { answers::written_out(source, tree)? } else { answers::WrittenOut::as_it_is(tree) };
    let tree = &*written.tree;
    let vocabulary = Vocabulary::of(source, tree)?;
    let variant = Variant::of(tree, given, asks)?;
    let mut left_out = LeftOut::default();
    let meant = answers::parts(tree, &variant, &mut left_out);
    // Where no sentence has to do with another one before names are resolved, rows are said one after the other.
    let is_alone = around.level == 0 && variant.is_only_one() && vocabulary.is_empty();
    let alone = if is_alone { sentences(source, &meant)? } else { None };
    let (mut said, rows) = match alone {
        Some((rows, files)) => (Instances { tree: Cow::Borrowed(&*meant), files }, Some(rows)),
        None => (instances(source, &meant)?, None),
    };
    let is_said_by_row = said.has_rows() || rows.is_some() || written.is_by_row();
    let mut files = std::mem::take(&mut said.files);
    files.extend(vocabulary.files().clone());
    files.extend(written.files.clone());
    let mut draft = Draft::default();
    let outline = &*said.tree;
    let meant = answers::steps(outline, &variant, &mut left_out)?;
    let core = vocabulary.in_core_words(&meant, &mut draft.findings);
    if !draft.findings.is_empty() {
        return Err(said.once(draft.findings));
    }
    let is_within = around.level > 0;
    let core = if is_within { Cow::Owned(filled(core.into_owned(), &given.parameters)) } else { core };
    let whole = whole(source, core, (given, variant.answers()), vocabulary.wording(&meant), around)?;
    let has_rows = is_said_by_row || whole.has_rows;
    let told = |found| whole.source.placed(if has_rows { once(found) } else { found });
    draft.landscape.wording = whole.wording;
    let tree = whole.tree.as_ref();
    let mut said = rows.map_or(Sentences::Written(tree), Sentences::Rows);
    let head = heads(&mut draft, source, tree);
    let beside = said.beside();
    // The names of those that stand in the text are not worth a thread, which takes room for what it makes.
    let by_row = if is_said_by_row { said.count(is_step) } else { 0 };
    let (named_steps, questions) = both(
        workers(by_row),
        || StepNames::of(beside.beside()),
        || {
            names(&mut draft, &mut said, &given.parameters);
            groups(&mut draft, &mut said);
            for name in &whole.spoken {
                let _used = draft.scope.parameters.named(name);
            }
            let questions = variant.asked(&mut draft);
            let heads = owned(&mut draft, &mut said);
            declare::bodies(&mut draft, &mut said, heads);
            questions
        },
    );
    let mut steps = all_steps(&mut draft, &mut said, named_steps);
    settled::settle(&mut draft, &mut steps);
    let (mut promises, mut goals, mut waivers) = (Promises::default(), Goals::default(), Vec::new());
    said.each(Extent::Whole, is_claim, |item| match item {
        Item::Promise(phrase) => promises.add(&mut draft, phrase),
        Item::Finally(phrase) => goals.add(&mut draft, phrase),
        Item::Issued(phrase) => issuer::read(&mut draft, phrase),
        Item::Typed(phrase) => key_kind::read(&mut draft, phrase),
        Item::Waive(phrase) => drop(waiver::read(&mut draft, phrase, &mut waivers)),
        _ => {}
    });
    said.judged(source, outline)?;
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
    Ok((plan, within))
}

fn names(draft: &mut Draft, said: &mut Sentences<'_>, given: &BTreeMap<String, String>) {
    let mut params: BTreeMap<String, Span> = BTreeMap::new();
    let is_name = |item: &Item| matches!(item, Item::Param(_) | Item::Role(_) | Item::Key(_));
    draft.scope.reserve(said.count(|item| is_owned(item) || matches!(item, Item::Role(_) | Item::Key(_))));
    said.each(Extent::Head, is_name, |item| match item {
        Item::Param(decl) => {
            let first = *params.entry(decl.name.value.clone()).or_insert(decl.name.span);
            if first != decl.name.span {
                draft.findings.push(duplicate::twice(&decl.name, first));
                return;
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
    });
}

const fn is_owned(item: &Item) -> bool {
    matches!(item, Item::Window(_) | Item::Keystore(_) | Item::Receiver(_) | Item::Flow(_) | Item::Fact(_))
}

const fn is_claim(item: &Item) -> bool {
    matches!(item, Item::Promise(_) | Item::Finally(_) | Item::Issued(_) | Item::Typed(_) | Item::Waive(_))
}

/// Declares what roles own; what is said of it is read once every name is known.
fn owned(draft: &mut Draft, said: &mut Sentences<'_>) -> Vec<Head> {
    let mut heads = Vec::with_capacity(said.count(declare::has_body));
    said.each(Extent::Head, is_owned, |item| {
        let owner = match item {
            Item::Window(decl) => return declare::window(draft, decl),
            Item::Keystore(decl) | Item::Receiver(decl) | Item::Flow(decl) => &decl.owner,
            Item::Fact(decl) => &decl.owner,
            _ => return,
        };
        let owner = draft.reader().role(owner).map_err(|finding| vec![finding]);
        let owner = draft.keep(owner).unwrap_or_else(|| crate::world::id::Id::at(0));
        match item {
            Item::Keystore(decl) => heads.push(declare::keystore(draft, decl, owner)),
            Item::Receiver(decl) => heads.push(declare::receiver(draft, decl, owner)),
            Item::Flow(_) => heads.push(Head::Flow(owner)),
            Item::Fact(decl) => declare::fact(draft, decl, owner),
            _ => {}
        }
    });
    heads
}

fn all_steps(
    draft: &mut Draft,
    said: &mut Sentences<'_>,
    (names, findings): (StepNames, Vec<Finding>),
) -> Table<StepId, Step> {
    let mut steps = Table::with_capacity(said.count(is_step));
    draft.scope.declare_steps(names);
    draft.findings.extend(findings);
    said.each(Extent::Whole, is_step, |item| {
        let Item::Step(decl) = item else { return };
        let owner = draft.reader().role(&decl.role).map_err(|finding| vec![finding]);
        let role = draft.keep(owner);
        if let Some(step) = steps::read(draft, decl, role) {
            steps.push(step);
        }
    });
    steps
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
