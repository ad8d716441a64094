//! A plan has steps.

use miette::{Diagnostic, SourceSpan};
use thiserror::Error;

use crate::{
    explanation::Explanation,
    source::Finding,
    syntax::tree::{Item, SyntaxTree},
};

use super::{Plan, answers::empty_variant};

/// A plan without steps.
#[derive(Debug, Diagnostic, Error)]
#[error("the plan has no steps")]
#[diagnostic(code(keyroll::no_steps), help("add a step, as in `step create_key by tenant_admin {{ ... }}`"))]
struct NoSteps {
    #[label("this plan")]
    at: SourceSpan,
}

/// The plan, if it has any.
pub(super) fn with_steps(plan: Plan, tree: &SyntaxTree) -> Result<Plan, Vec<Finding>> {
    if !plan.steps.is_empty() {
        return Ok(plan);
    }
    let at = plan.declared.head;
    let has_steps = tree.items.iter().any(|line| matches!(line.node, Item::Step(_)));
    Err(vec![if has_steps { empty_variant(at) } else { Box::new(NoSteps { at: at.into() }) }])
}

/// What `explain` says.
pub(super) const EXPLANATIONS: &[Explanation] = &[Explanation {
    code: "no_steps",
    title: "a plan without steps",
    text: "\
A plan is a procedure; without a step there is nothing to prove and nothing to run.

Right:
  step create_key by tenant_admin {
    create new in tenant as \"orders-signer-next\"
  }
",
}];
