//! Roles in a row, as people read them.

use crate::world::{id::RoleId, landscape::Landscape};

/// Names with commas between them; where roles stand in a row that are those of a group, its name.
#[must_use]
pub fn listed(landscape: &Landscape, roles: &[RoleId]) -> String {
    let (mut names, mut rest): (Vec<&str>, &[RoleId]) = (Vec::new(), roles);
    while let Some((first, more)) = rest.split_first() {
        let groups = landscape.groups.rows().filter(|group| group.roles.len() > 1);
        let longest = groups
            .filter_map(|group| Some((group, rest.strip_prefix(group.roles.as_slice())?)))
            .min_by_key(|(_, after)| after.len());
        let (name, after) = match longest {
            Some((group, after)) => (group.name.as_str(), after),
            None => (landscape.roles[*first].as_str(), more),
        };
        names.push(name);
        rest = after;
    }
    names.join(", ")
}
