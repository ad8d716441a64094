//! `finally partner accepts only new known to tenant_admin`: what holds at the end, and who has
//! learned by then that it does.

use crate::world::id::RoleId;

/// How it is written.
pub const USAGE: &str = "<condition> known to <roles>";

/// What it means, for `explain`.
pub const MEANING: &str = "after `finally`: the condition holds at the end, and each of these roles has done what makes it so, or is told of it.";

/// Who is to know something at the end.
#[derive(Clone, Debug)]
pub struct Known {
    /// Which condition of the end, by number.
    pub what: usize,
    /// By whom.
    pub roles: Vec<RoleId>,
}
