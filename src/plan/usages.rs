//! The words of usage lines, read once for a plan: a long one is laid along a few of them many thousand times.

use std::{
    cell::{OnceCell, RefCell},
    rc::Rc,
};

use foldhash::HashMap;

use crate::action::{
    VOCABULARY,
    usage::{Piece, pieces},
};

/// What was read of usage lines.
#[derive(Debug, Default)]
pub(super) struct Usages {
    lines: RefCell<HashMap<&'static str, Rc<[Piece]>>>,
    verbs: OnceCell<HashMap<&'static str, usize>>,
}

impl Usages {
    /// The words of a line.
    pub(super) fn words(&self, usage: &'static str) -> Rc<[Piece]> {
        let mut lines = self.lines.borrow_mut();
        Rc::clone(lines.entry(usage).or_insert_with(|| pieces(usage).into()))
    }

    /// The row of a verb in the vocabulary.
    pub(super) fn verb(&self, keyword: &str) -> Option<usize> {
        let rows = || VOCABULARY.iter().enumerate().map(|(row, verb)| (verb.keyword, row));
        self.verbs.get_or_init(|| rows().rev().collect()).get(keyword).copied()
    }
}
