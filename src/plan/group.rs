//! Groups of roles: a name that stands for all of them wherever roles are listed.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use miette::{Diagnostic, SourceSpan};
use thiserror::Error;

use crate::{
    action::usage::Arguments,
    explanation::Explanation,
    source::{Finding, shown},
    syntax::tree::{GroupDecl, Item, Term},
    world::landscape::Group,
};

use super::{
    duplicate,
    lines::MEMBERS,
    resolve::Draft,
    scope::Thing,
    table::{Extent, Sentences},
};

/// Groups that are members of each other.
#[derive(Debug, Diagnostic, Error)]
#[error("the group `{group}` would be a member of itself{by_way}")]
#[diagnostic(code(keyroll::group_circle), help("{help}"))]
struct GroupCircle {
    group: String,
    by_way: String,
    help: String,
    #[label("stands for nobody so")]
    at: SourceSpan,
}

/// Declares the groups of a tree whose roles are declared. One that is a member of another one comes before it.
pub(super) fn groups(draft: &mut Draft, said: &mut Sentences<'_>) {
    let mut decls: Vec<GroupDecl> = Vec::new();
    let is_group = |item: &Item| matches!(item, Item::Group(_));
    said.each(Extent::Whole, is_group, |item| {
        if let Item::Group(decl) = item {
            decls.push((**decl).clone());
        }
    });
    let mut numbers: BTreeMap<&str, usize> = BTreeMap::new();
    for (number, decl) in decls.iter().enumerate() {
        numbers.entry(decl.name.value.as_str()).or_insert(number);
    }
    let members: Vec<BTreeSet<usize>> = decls.iter().map(|decl| within(decl, &numbers)).collect();
    let (order, circles) = ordered(&members);
    for number in order {
        let Some(decl) = decls.get(number) else { continue };
        let roles = if circles.contains(&number) {
            draft.findings.push(circle(&decls, &members, (number, decl)));
            None
        } else {
            let arguments = draft.read("the roles of a group", &[MEMBERS], &decl.roles);
            arguments.and_then(|(_, arguments)| Arguments::new(arguments).roles())
        };
        let name = decl.name.value.clone();
        let group = draft.landscape.groups.push(Group { name, roles: roles.unwrap_or_default() });
        let finding = duplicate::declare(&mut draft.scope, &decl.name, Thing::Group(group));
        draft.findings.extend(finding);
    }
}

/// The groups that a group names.
fn within(decl: &GroupDecl, numbers: &BTreeMap<&str, usize>) -> BTreeSet<usize> {
    let named = decl.roles.terms.iter().filter_map(|term| match term {
        Term::Word(word) => numbers.get(word.value.as_str()).copied(),
        _ => None,
    });
    named.collect()
}

/// An order in which each group comes behind its members, as near to that of the text as it can be; and one group
/// of each circle, which comes before its members.
fn ordered(members: &[BTreeSet<usize>]) -> (Vec<usize>, BTreeSet<usize>) {
    let mut waits: Vec<usize> = members.iter().map(BTreeSet::len).collect();
    let mut users: Vec<Vec<usize>> = vec![Vec::new(); members.len()];
    for (number, named) in members.iter().enumerate() {
        for member in named {
            if let Some(users) = users.get_mut(*member) {
                users.push(number);
            }
        }
    }
    let mut ready: BTreeSet<usize> =
        waits.iter().enumerate().filter(|(_, waits)| **waits == 0).map(|(number, _)| number).collect();
    let (mut order, mut circles) = (Vec::with_capacity(members.len()), BTreeSet::new());
    let mut left: BTreeSet<usize> = (0..members.len()).collect();
    loop {
        while let Some(number) = ready.pop_first() {
            left.remove(&number);
            order.push(number);
            for user in users.get(number).into_iter().flatten() {
                if let Some(waits) = waits.get_mut(*user).filter(|waits| **waits > 0) {
                    *waits -= 1;
                    if *waits == 0 && left.contains(user) {
                        ready.insert(*user);
                    }
                }
            }
        }
        // What is left waits for a circle, or is in one: it is cut there, so that the rest is looked at too.
        let Some(first) = left.first().copied() else { return (order, circles) };
        let cut = on_circle(members, &left, first);
        circles.insert(cut);
        ready.insert(cut);
    }
}

/// The least group of a circle to which the members of a group lead.
fn on_circle(members: &[BTreeSet<usize>], left: &BTreeSet<usize>, first: usize) -> usize {
    let way = way(members, left, first);
    let from = way.last().and_then(|last| way.iter().position(|one| one == last)).unwrap_or_default();
    way.get(from..).and_then(|circle| circle.iter().min()).copied().unwrap_or(first)
}

/// From member to member until one comes for the second time.
fn way(members: &[BTreeSet<usize>], left: &BTreeSet<usize>, first: usize) -> Vec<usize> {
    let (mut way, mut seen) = (vec![first], BTreeSet::from([first]));
    let mut at = first;
    while let Some(next) = members.get(at).and_then(|named| named.iter().find(|one| left.contains(one))) {
        way.push(*next);
        if !seen.insert(*next) {
            break;
        }
        at = *next;
    }
    way
}

fn circle(decls: &[GroupDecl], members: &[BTreeSet<usize>], (number, decl): (usize, &GroupDecl)) -> Finding {
    let way = between(members, number);
    let names =
        way.iter().filter_map(|at| decls.get(*at)).map(|decl| format!("`{}`", shown(&decl.name.value)));
    let names: Vec<String> = names.collect();
    let by_way = if names.is_empty() { String::new() } else { format!(", by way of {}", names.join(", ")) };
    let group = shown(&decl.name.value);
    let help = match names.last() {
        Some(last) => format!("take `{group}` out of {last}"),
        None => format!("take `{group}` out of its own roles"),
    };
    Box::new(GroupCircle { group, by_way, help, at: decl.name.span.into() })
}

/// The groups between one and itself on the shortest way; none where it names itself.
fn between(members: &[BTreeSet<usize>], from: usize) -> Vec<usize> {
    let mut before: BTreeMap<usize, usize> = BTreeMap::new();
    let mut waiting = VecDeque::from([from]);
    while let Some(at) = waiting.pop_front() {
        for next in members.get(at).into_iter().flatten() {
            if *next == from {
                let mut way = Vec::new();
                let mut back = at;
                while back != from {
                    way.push(back);
                    back = before.get(&back).copied().unwrap_or(from);
                }
                way.reverse();
                return way;
            }
            if !before.contains_key(next) {
                before.insert(*next, at);
                waiting.push_back(*next);
            }
        }
    }
    Vec::new()
}

/// What `explain` says.
pub(super) const EXPLANATIONS: &[Explanation] = &[Explanation {
    code: "group_circle",
    title: "a group that is a member of itself",
    text: "\
A group stands for its roles, and those of the groups among its members. None of them can have it as
a member again: nobody could say who is in it.

Wrong:
  group partners is acme_admin, everybody
  group everybody is tenant_admin, partners

Right:
  group partners is acme_admin, bolt_admin
  group everybody is tenant_admin, partners
",
}];
