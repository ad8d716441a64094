//! The generated parser. It is private: what leaves the room is the tree.

use pest_derive::Parser;

/// The grammar of `grammar/tokens.pest` and `grammar/plan.pest`.
#[derive(Parser)]
#[grammar = "../grammar/tokens.pest"]
#[grammar = "../grammar/plan.pest"]
pub(super) struct PlanGrammar;
