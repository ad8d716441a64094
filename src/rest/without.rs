//! A plan without one of its steps.

use crate::{
    plan::Plan,
    source::Spanned,
    syntax::{
        format, parse,
        tree::{Item, StepLine, SyntaxTree},
    },
};

/// The text of a plan without a step: what came after it comes after what came before it. Nothing where the
/// step is said for the rows of a table, or stands in another plan.
#[must_use]
pub fn without(plan: &Plan, step: &str) -> Option<String> {
    let (mut tree, _) = parse(&plan.source);
    let before = earlier(&tree, step)?;
    tree.items.retain(|line| !matches!(&line.node, Item::Step(decl) if decl.name.value == step));
    for line in &mut tree.items {
        let Item::Step(decl) = &mut line.node else { continue };
        for line in &mut decl.body.lines {
            let StepLine::After(names) = &mut line.node else { continue };
            if !names.iter().any(|name| name.value == step) {
                continue;
            }
            names.retain(|name| name.value != step);
            for name in &before {
                if !names.iter().any(|other| other.value == name.value) {
                    names.push(name.clone());
                }
            }
        }
        decl.body.lines.retain(|line| !matches!(&line.node, StepLine::After(names) if names.is_empty()));
    }
    Some(format(&tree))
}

/// What a step says that comes before it.
fn earlier(tree: &SyntaxTree, step: &str) -> Option<Vec<Spanned<String>>> {
    let decl = tree.items.iter().find_map(|line| match &line.node {
        Item::Step(decl) if decl.name.value == step => Some(decl),
        _ => None,
    })?;
    let lines = decl.body.lines.iter().filter_map(|line| match &line.node {
        StepLine::After(names) => Some(names.clone()),
        _ => None,
    });
    Some(lines.flatten().collect())
}
