//! A plan as one text in the words of the core: what its questions leave of it, each row of its tables, the sentences of the
//! plans within it, and what its own words mean.

use std::collections::BTreeMap;

use crate::{
    source::Finding,
    syntax::{
        format, parse,
        tree::{Item, SyntaxTree, Trivia},
    },
};

use super::{
    Plan,
    answers::{self, LeftOut, Variant},
    given::Given,
    inner::{Around, Shelf, whole},
    table::instances,
    vocabulary::Vocabulary,
};

/// A plan that is written out.
#[derive(Clone, Debug)]
pub struct WrittenOut {
    /// Its sentences; their places are those of the author's texts.
    pub tree: SyntaxTree,
    /// The values of the parameters that it still has. It asks nothing.
    pub given: BTreeMap<String, String>,
}

impl Plan {
    /// Writes the plan out that was read with what is given. Read with the values of its parameters it is the same plan:
    /// the same steps, in the same order, from the same start to the same end, with the same promises.
    ///
    /// # Errors
    /// What was found wrong with it, which is nothing where the plan was read with the same.
    pub fn written_out(&self, given: &Given) -> Result<WrittenOut, Vec<Finding>> {
        // The texts of the plans within come behind the outermost one, as when it was read.
        let source = self.source.with_text(self.source.text.clone());
        let (tree, _) = parse(&source);
        let written = answers::written_out(&source, &tree)?;
        let tree = &*written.tree;
        let vocabulary = Vocabulary::of(&source, tree)?;
        let variant = Variant::of(tree, given, true)?;
        let mut left_out = LeftOut::default();
        let meant = answers::parts(tree, &variant, &mut left_out);
        let said = instances(&source, &meant)?;
        let meant = answers::steps(&said.tree, &variant, &mut left_out)?;
        let mut findings = Vec::new();
        let core = vocabulary.in_core_words(&meant, &mut findings);
        if !findings.is_empty() {
            return Err(findings);
        }
        let wording = vocabulary.wording(&meant);
        let around = Around { level: 0, shelf: &Shelf::default() };
        let whole = whole(&source, core, (given, variant.answers()), wording, around)?;
        let mut tree = whole.tree.into_owned();
        tree.items.retain(|line| !is_said_otherwise(&line.node));
        for line in &mut tree.items {
            // What is said of all rows, or of all who use a plan, is not said again of each.
            line.comment = None;
            line.before.retain(|trivia| matches!(trivia, Trivia::Blank));
        }
        Ok(without_idle_parameters(tree, given))
    }
}

/// Whether a sentence is one whose meaning stands in others by now.
const fn is_said_otherwise(item: &Item) -> bool {
    matches!(
        item,
        Item::Inner(_)
            | Item::Ask(_)
            | Item::Table(_)
            | Item::ForEach(_)
            | Item::Vocabulary(_)
            | Item::Use(_)
            | Item::Kind(_)
            | Item::Say(_)
            | Item::Thing(_)
    )
}

/// Parameters whose values went to plans within are those of nothing any more.
fn without_idle_parameters(mut tree: SyntaxTree, given: &Given) -> WrittenOut {
    let text = format(&tree);
    let mut kept = BTreeMap::new();
    tree.items.retain(|line| {
        let Item::Param(decl) = &line.node else { return true };
        let name = &decl.name.value;
        let is_used = text.contains(&format!("${name}"));
        if let Some(value) = given.parameters.get(name).filter(|_| is_used) {
            kept.insert(name.clone(), value.clone());
        }
        is_used
    });
    WrittenOut { tree, given: kept }
}
