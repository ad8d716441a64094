//! Groups of roles: a name that stands for all of them wherever roles are listed.

use crate::{
    action::usage::Arguments,
    source::Spanned,
    syntax::tree::{Item, SyntaxTree},
    world::{id::RoleId, landscape::Group},
};

use super::{duplicate, resolve::Draft, scope::Thing};

/// How the members of a group are written, behind its name and `is`.
pub(super) const MEMBERS: &str = "<roles>";

/// Declares the groups of a tree whose roles are declared. None is a member of another one.
pub(super) fn groups(draft: &mut Draft, tree: &SyntaxTree) {
    let mut read: Vec<(Spanned<String>, Vec<RoleId>)> = Vec::new();
    for line in &tree.items {
        let Item::Group(decl) = &line.node else { continue };
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
