//! The values of parameters in the place of their names.

use std::collections::BTreeMap;

use crate::{
    plan::{
        parameter::{self, ParameterValue, Parameters, fill},
        suggest::Patience,
    },
    source::{Finding, Span, Spanned},
    syntax::tree::{Item, SyntaxTree, Term},
};

use super::walk::{self, Change};

/// The parameters of a plan with their values.
///
/// # Errors
/// Each that has none, or one that it may not have.
pub(super) fn parameters(
    tree: &SyntaxTree,
    given: &BTreeMap<String, String>,
) -> Result<Parameters, Vec<Finding>> {
    let (mut all, mut findings) = (Parameters::default(), Vec::new());
    for line in &tree.items {
        let Item::Param(decl) = &line.node else { continue };
        match parameter::read(decl, given) {
            Ok((parameter, outside)) => {
                all.push(parameter);
                findings.extend(outside);
            }
            Err(finding) => findings.push(finding),
        }
    }
    if findings.is_empty() { Ok(all) } else { Err(findings) }
}

/// The tree with the values of its parameters filled in; what is wrong with them is told when it is read. A
/// part of a plan has none left: nothing of another plan can stand for one of its own.
#[must_use]
pub(in crate::plan) fn filled(mut tree: SyntaxTree, given: &BTreeMap<String, String>) -> SyntaxTree {
    if let Ok(parameters) = parameters(&tree, given) {
        let mut filling = Filling { parameters, patience: Patience::default() };
        tree.items.iter_mut().for_each(|line| walk::sentence(line, &mut filling));
    }
    tree
}

struct Filling {
    parameters: Parameters,
    patience: Patience,
}

impl Change for Filling {
    fn name(&mut self, _: &mut Spanned<String>) {}

    fn place(&mut self, _: &mut Span) {}

    fn term(&mut self, term: &mut Term) {
        match term {
            Term::Text(text) if text.value.contains('$') => {
                if let Ok(filled) = fill(text, &self.parameters, &self.patience) {
                    // It is read once more, with the parameters of the plan around it.
                    text.value = filled.replace('$', "$$");
                }
            }
            Term::Param(name) => {
                let Some(parameter) = self.parameters.named(&name.value) else { return };
                let at = name.span;
                *term = match &parameter.value {
                    ParameterValue::Alias(alias) => {
                        Term::Text(Spanned::new(alias.as_str().replace('$', "$$"), at))
                    }
                    ParameterValue::Duration(time) => Term::Duration(Spanned::new(*time, at)),
                    date @ ParameterValue::Date(_) => Term::Date(Spanned::new(date.to_string(), at)),
                };
            }
            Term::Place(place) => self.term(&mut place.value.alias),
            _ => {}
        }
    }
}
