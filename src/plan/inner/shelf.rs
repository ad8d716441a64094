//! The files of the plans within a plan, each read once.

use std::{cell::RefCell, collections::BTreeMap, rc::Rc, sync::Arc};

use crate::{
    plan::{suggest::nearest, vocabulary},
    source::{Finding, Source, shown},
    syntax::{
        MARK, SIZE_LIMIT, parse,
        tree::{InnerDecl, Item, SyntaxTree},
    },
};

use super::{
    finding::InnerPlanFile,
    standard::{standard, standards},
};

/// A file with a plan.
#[derive(Debug)]
pub(super) struct Book {
    /// Under which name it is kept.
    pub(super) key: String,
    /// Its text.
    pub(super) source: Source,
    /// The same once more, for all that is made of it.
    pub(super) text: Arc<str>,
    /// As it was read from its file.
    pub(super) raw: String,
    /// What it says.
    pub(super) tree: SyntaxTree,
}

/// The files that were read.
#[derive(Debug, Default)]
pub(in crate::plan) struct Shelf {
    books: RefCell<BTreeMap<String, Rc<Book>>>,
}

impl Shelf {
    /// The file that a sentence names, in the version that it names.
    ///
    /// # Errors
    /// When it cannot be read, is no plan, is another version, or has faults: those are told in their own text.
    pub(super) fn open(&self, source: &Source, decl: &InnerDecl) -> Result<Rc<Book>, Vec<Finding>> {
        let book = self.book(source, decl)?;
        let Some(wanted) = &decl.version else { return Ok(book) };
        let is = book.tree.items.iter().find_map(|line| match &line.node {
            Item::Plan(head) => head.version.as_ref().map(|version| version.value),
            _ => None,
        });
        if is == Some(wanted.value) {
            return Ok(book);
        }
        let has = is.map_or("no version".to_owned(), |version| format!("version {version}"));
        let (file, at) = (shown(&decl.file.value), decl.file.span.to(wanted.span).into());
        let help = match is {
            Some(is) => format!("see what changed, then write `from \"{file}\" version {is}`"),
            None => format!("see what it says, and leave `version {}` out", wanted.value),
        };
        let why = format!("is {has}, and {} is wanted", wanted.value);
        Err(vec![Box::new(InnerPlanFile { file, why, help, at })])
    }

    fn book(&self, source: &Source, decl: &InnerDecl) -> Result<Rc<Book>, Vec<Finding>> {
        let name = decl.file.value.as_str();
        let key = source.key(name);
        if let Some(book) = self.books.borrow().get(&key) {
            return Ok(Rc::clone(book));
        }
        let wrong = |(why, help): (String, String)| -> Vec<Finding> {
            vec![Box::new(InnerPlanFile { file: shown(name), why, help, at: decl.file.span.into() })]
        };
        let raw = text(source, name).map_err(wrong)?;
        let plain = raw.strip_prefix(MARK).unwrap_or(&raw).to_owned();
        if plain.len() > SIZE_LIMIT {
            return Err(wrong(("is larger than 16 MiB".to_owned(), "split it".to_owned())));
        }
        let inner = source.of_neighbour(name, plain);
        let (tree, findings) = parse(&inner);
        if !findings.is_empty() {
            return Err(inner.told_in(findings, source, &decl.name.value, decl.head()));
        }
        if vocabulary::head(&tree).is_some() {
            let help = format!("take its words with `use \"{}\"`", shown(name));
            return Err(wrong(("is a vocabulary, and no plan".to_owned(), help)));
        }
        let text = Arc::from(inner.text.as_str());
        let book = Rc::new(Book { key: key.clone(), source: inner, text, raw, tree });
        self.books.borrow_mut().insert(key, Rc::clone(&book));
        Ok(book)
    }
}

fn text(source: &Source, name: &str) -> Result<String, (String, String)> {
    // A run keeps the plans with which it began, also those that this keyroll has otherwise.
    if let Some(known) = source.kept(name).or_else(|| standard(name)) {
        return Ok(known.to_owned());
    }
    if let Some(wanted) = name.strip_prefix("std/") {
        let near = nearest(wanted, standards().map(|plan| plan.name));
        let help = near.map_or_else(
            || {
                "`keyroll new` shows the plans that there are; some of them may be a part of another"
                    .to_owned()
            },
            |near| format!("did you mean `std/{near}`?"),
        );
        return Err(("is none of those that keyroll has".to_owned(), help));
    }
    source.beside(name).map_err(|(why, help)| (why, help.to_owned()))
}
