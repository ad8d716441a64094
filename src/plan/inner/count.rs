//! How many sentences the plans within a plan make, counted before any is made.

use std::{collections::BTreeMap, path::Path};

use crate::{
    plan::table::{LIMIT, total},
    source::{Finding, Source, shown},
    syntax::tree::{InnerDecl, Item, Line, SyntaxTree},
};

use super::{
    DEPTH,
    finding::{InnerPlanCircle, InnerPlanDepth, InnerPlanSize},
    shelf::Shelf,
};

/// Refuses what would have no end, or take all memory.
///
/// # Errors
/// When a plan would be a part of itself, when too many stand in each other or make too many sentences, and
/// when a file cannot be read.
pub(super) fn judge(source: &Source, tree: &SyntaxTree, shelf: &Shelf) -> Result<(), Vec<Finding>> {
    let own = Path::new(&source.name).file_name().map(|name| name.to_string_lossy().into_owned());
    let chain = vec![own.unwrap_or_default()];
    let mut counting = Counting { shelf, sizes: BTreeMap::new(), chain };
    let count = counting.tree(source, tree)?.sentences;
    if count <= LIMIT {
        return Ok(());
    }
    let of = |decl: &&InnerDecl| counting.sentences(source, decl);
    let at = decls(&tree.items).into_iter().max_by_key(of).map(InnerDecl::head).unwrap_or_default();
    Err(vec![Box::new(InnerPlanSize { count, limit: LIMIT, at: at.into() })])
}

/// How much a plan is.
#[derive(Clone, Copy, Debug)]
struct Size {
    /// Sentences, at most.
    sentences: u64,
    /// How many plans stand in each other below it.
    height: usize,
}

struct Counting<'s> {
    shelf: &'s Shelf,
    /// Of each file.
    sizes: BTreeMap<String, Size>,
    /// The files around.
    chain: Vec<String>,
}

impl Counting<'_> {
    fn sentences(&self, source: &Source, decl: &InnerDecl) -> u64 {
        self.sizes.get(&source.key(&decl.file.value)).map_or(1, |size| size.sentences)
    }

    fn tree(&mut self, source: &Source, tree: &SyntaxTree) -> Result<Size, Vec<Finding>> {
        let mut findings = Vec::new();
        let mut height = 0;
        for decl in decls(&tree.items) {
            match self.file(source, decl) {
                Ok(size) => height = height.max(size.height + 1),
                Err(found) => findings.extend(found),
            }
        }
        if !findings.is_empty() {
            return Err(findings);
        }
        let sentences = total(source, tree, &|decl| self.sentences(source, decl))?;
        Ok(Size { sentences, height })
    }

    fn file(&mut self, source: &Source, decl: &InnerDecl) -> Result<Size, Vec<Finding>> {
        let book = self.shelf.open(source, decl)?;
        let at = decl.head().into();
        if let Some(from) = self.chain.iter().position(|other| *other == book.key) {
            let file = shown(&decl.file.value);
            return Err(vec![Box::new(InnerPlanCircle { file, chain: self.told(from, &book.key), at })]);
        }
        let deep = |chain| -> Vec<Finding> { vec![Box::new(InnerPlanDepth { most: DEPTH, chain, at })] };
        if self.chain.len() > DEPTH {
            return Err(deep(self.told(0, &book.key)));
        }
        let size = match self.sizes.get(&book.key) {
            Some(size) => *size,
            None => {
                self.chain.push(book.key.clone());
                let size = self.tree(&book.source, &book.tree);
                self.chain.pop();
                let told = |f| book.source.told_in(f, source, &decl.name.value, decl.head());
                let size = size.map_err(told)?;
                self.sizes.insert(book.key.clone(), size);
                size
            }
        };
        if self.chain.len() + size.height > DEPTH {
            return Err(deep(format!("{}, and {} below", self.told(0, &book.key), size.height)));
        }
        Ok(size)
    }

    /// Files, each in the one before it.
    fn told(&self, from: usize, last: &str) -> String {
        let names = self.chain.iter().skip(from).map(String::as_str).chain([last]);
        names.map(|name| format!("`{}`", shown(name))).collect::<Vec<_>>().join(", ")
    }
}

/// The plans within a plan, those that are said for each row of a table once.
fn decls(items: &[Line<Item>]) -> Vec<&InnerDecl> {
    let mut found = Vec::new();
    for line in items {
        match &line.node {
            Item::Inner(decl) => found.push(&**decl),
            Item::ForEach(each) => found.extend(decls(&each.body.lines)),
            _ => {}
        }
    }
    found
}
