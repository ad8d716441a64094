//! What a wish for another name means: of what, and where that stands.

use crate::{
    name::Alias,
    plan::{
        mention::{Mention, Mentions, Of},
        suggest::nearest,
    },
    repair::Change,
    source::{Finding, Span, shown},
    syntax::{
        quoted,
        tree::{Item, ParamDecl, SyntaxTree, Term},
    },
};

use super::{finding::UnknownRename, wish::Wish};

/// What is renamed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) of: Of,
    /// What it is called.
    pub(super) old: String,
}

/// The alias that a wish names: between quotes, it is never anything else.
fn alias_of(wish: &str) -> (&str, bool) {
    let inner = wish.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    inner.map_or((wish, false), |inner| (inner, true))
}

/// What a wish names in a plan.
///
/// # Errors
/// A finding: nothing.
pub(super) fn target(wish: &Wish, tree: &SyntaxTree, mentions: &Mentions) -> Result<Target, Finding> {
    let (name, is_alias) = alias_of(&wish.old.value);
    let is_declared = |step: bool| {
        let mut declared = mentions.declared.iter();
        declared.any(|thing| (thing.kind == "step") == step && thing.name.value == name)
    };
    let has_alias = mentions.all.iter().any(|mention| is_exactly(mention, name))
        || parameters(tree).any(|param| default(param) == Some(name));
    let of = match () {
        () if !is_alias && is_declared(false) => Of::Thing,
        () if !is_alias && is_declared(true) => Of::Step,
        () if has_alias => Of::Alias,
        () => return Err(unknown(name, wish, mentions)),
    };
    Ok(Target { of, old: name.to_owned() })
}

fn unknown(name: &str, wish: &Wish, mentions: &Mentions) -> Finding {
    let names = mentions.declared.iter().map(|thing| thing.name.value.as_str());
    let aliases = mentions.all.iter().filter(|m| m.of == Of::Alias).map(|m| m.name.value.as_str());
    let things = mentions.declared.iter().filter(|thing| thing.kind != "step");
    let things: Vec<String> = things.map(|thing| format!("`{}`", shown(&thing.name.value))).collect();
    let help = match nearest(name, names.chain(aliases)) {
        Some(near) => format!("did you mean `{}`?", shown(near)),
        None => format!("it has {}", things.join(", ")),
    };
    let what = format!("the plan has nothing that is called `{}`", shown(name));
    Box::new(UnknownRename { what, help, at: wish.old.span.into() })
}

/// The aliases that are parameters.
fn parameters(tree: &SyntaxTree) -> impl Iterator<Item = &ParamDecl> {
    let params = tree.items.iter().filter_map(|line| match &line.node {
        Item::Param(param) => Some(param),
        _ => None,
    });
    params.filter(|param| param.kind.value == "alias")
}

fn default(param: &ParamDecl) -> Option<&str> {
    match &param.default {
        Some(Term::Text(text)) => Some(&text.value),
        _ => None,
    }
}

fn is_exactly(mention: &Mention, alias: &str) -> bool {
    mention.of == Of::Alias && mention.name.value == alias
}

/// What stands behind an alias in one that is made of it: `-next` under which a new pair waits, or
/// `-backup` under which an exchange leaves the old one.
fn behind<'a>(text: &'a str, alias: &str) -> Option<&'a str> {
    text.strip_prefix(alias).filter(|rest| rest.is_empty() || ["-next", "-new", "-backup"].contains(rest))
}

/// What is to be written where.
pub(super) fn changes(target: &Target, new: &str, tree: &SyntaxTree, mentions: &Mentions) -> Vec<Change> {
    let change = |at: Span, text: String| Change { at, text };
    if target.of != Of::Alias {
        let mine = mentions.all.iter().filter(|m| m.of == target.of && m.name.value == target.old);
        return mine.map(|mention| change(mention.name.span, new.to_owned())).collect();
    }
    let written = mentions.all.iter().filter(|mention| mention.of == Of::Alias);
    let written = written.filter_map(|mention| {
        let rest = behind(&mention.name.value, &target.old)?;
        Some(change(mention.name.span, quoted(&format!("{new}{rest}"))))
    });
    let params = parameters(tree).filter(|param| default(param) == Some(&target.old));
    let params = params.filter_map(|param| param.default.as_ref());
    written.chain(params.map(|term| change(term.span(), quoted(new)))).collect()
}

/// The aliases of a plan other than the target and what is made of it.
pub(super) fn other_aliases<'a>(
    target: &'a Target,
    tree: &'a SyntaxTree,
    mentions: &'a Mentions,
) -> impl Iterator<Item = Alias> + 'a {
    let written = mentions.all.iter().filter(|m| m.of == Of::Alias).map(|m| m.name.value.as_str());
    let all = written.chain(parameters(tree).filter_map(default));
    all.filter(|text| behind(text, &target.old).is_none()).filter_map(|text| Alias::new(text).ok())
}
