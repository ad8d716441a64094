//! What has been so up to a moment, for the promises that ask it.

use crate::{
    source::Spanned,
    world::{landscape::Landscape, state::World},
};

use super::stated::Stated;

/// Follows a row of moments: of each `... before ...`, whether its first condition has held.
#[derive(Clone, Debug)]
pub struct Been<'a> {
    landscape: &'a Landscape,
    statements: &'a [Spanned<Stated>],
    been: Vec<bool>,
}

impl<'a> Been<'a> {
    /// Before the first moment: nothing has been so.
    #[must_use]
    pub fn nothing(landscape: &'a Landscape, statements: &'a [Spanned<Stated>]) -> Self {
        Self { landscape, statements, been: vec![false; statements.len()] }
    }

    /// After moments up to which this has been so.
    #[must_use]
    pub const fn so_far(
        landscape: &'a Landscape,
        statements: &'a [Spanned<Stated>],
        been: Vec<bool>,
    ) -> Self {
        Self { landscape, statements, been }
    }

    /// What has been so.
    #[must_use]
    pub fn into_been(self) -> Vec<bool> {
        self.been
    }

    /// Whether there is anything to follow.
    #[must_use]
    pub fn is_asked(&self) -> bool {
        self.statements.iter().any(|stated| stated.value.is_before())
    }

    /// Takes the next moment; gives the statements, by number, that it breaks.
    pub fn enter(&mut self, world: &World) -> Vec<usize> {
        let mut broken = Vec::new();
        for (number, (stated, been)) in self.statements.iter().zip(&mut self.been).enumerate() {
            if stated.value.is_before() && !*been {
                *been = stated.value.what().holds(self.landscape, world);
                if !*been && stated.value.applies(self.landscape, world) {
                    broken.push(number);
                }
            }
        }
        broken
    }
}
