//! Groups of roles: a name that stands for all of them wherever roles are listed.

use std::collections::BTreeMap;

use crate::{
    action::usage::Arguments,
    source::{Finding, Span, Spanned},
    syntax::tree::{Item, SyntaxTree, Term},
    world::{id::RoleId, landscape::Group},
};

use super::{duplicate, lines::MEMBERS, phrase::group_in_group, resolve::Draft, scope::Thing};

/// Declares the groups of a tree whose roles are declared. None is a member of another one.
pub(super) fn groups(draft: &mut Draft, tree: &SyntaxTree) {
    let mut read: Vec<(Spanned<String>, Vec<RoleId>)> = Vec::new();
    let decls = || {
        tree.items
            .iter()
            .filter_map(|line| if let Item::Group(decl) = &line.node { Some(decl) } else { None })
    };
    let names: BTreeMap<&str, Span> =
        decls().map(|decl| (decl.name.value.as_str(), decl.name.span)).collect();
    for decl in decls() {
        let within = decl.roles.terms.iter().filter_map(|term| match term {
            Term::Word(word) => {
                names.get(word.value.as_str()).map(|declared| group_in_group(word, *declared))
            }
            _ => None,
        });
        let within: Vec<Finding> = within.collect();
        if !within.is_empty() {
            draft.findings.extend(within);
            read.push((decl.name.clone(), Vec::new()));
            continue;
        }
        let arguments = draft.read("the roles of a group", &[MEMBERS], &decl.roles);
        let roles = arguments.and_then(|(_, arguments)| Arguments::new(arguments).roles());
        read.push((decl.name.clone(), roles.unwrap_or_default()));
    }
    for (name, roles) in read {
        let group = draft.landscape.groups.push(Group { name: name.value.clone(), roles });
        let finding = duplicate::declare(&mut draft.scope, &name, Thing::Group(group));
        draft.findings.extend(finding);
    }
}
