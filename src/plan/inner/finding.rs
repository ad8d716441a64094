//! What may be wrong with a plan within a plan.

use miette::{Diagnostic, SourceSpan};
use thiserror::Error;

use crate::explanation::Explanation;

/// A file that cannot be a part of a plan.
#[derive(Debug, Diagnostic, Error)]
#[error("the plan `{file}` {why}")]
#[diagnostic(code(keyroll::inner_plan_file), help("{help}"))]
pub(super) struct InnerPlanFile {
    pub(super) file: String,
    pub(super) why: String,
    pub(super) help: String,
    #[label("asked for here")]
    pub(super) at: SourceSpan,
}

/// A plan that would be a part of itself.
#[derive(Debug, Diagnostic, Error)]
#[error("the plan `{file}` would be a part of itself, by way of {chain}")]
#[diagnostic(code(keyroll::inner_plan_circle), help("let one of them do without the other"))]
pub(super) struct InnerPlanCircle {
    pub(super) file: String,
    pub(super) chain: String,
    #[label("asked for here")]
    pub(super) at: SourceSpan,
}

/// Too many plans in each other.
#[derive(Debug, Diagnostic, Error)]
#[error("more than {most} plans stand in each other here: {chain}")]
#[diagnostic(
    code(keyroll::inner_plan_depth),
    help("name the innermost ones in the plan itself, beside each other")
)]
pub(super) struct InnerPlanDepth {
    pub(super) most: usize,
    pub(super) chain: String,
    #[label("asked for here")]
    pub(super) at: SourceSpan,
}

/// More sentences than a plan may have.
#[derive(Debug, Diagnostic, Error)]
#[error("with the plans within it, this plan has {count} sentences, and a plan has at most {limit}")]
#[diagnostic(code(keyroll::inner_plan_size), help("split the plan: each part is proved and run by itself"))]
pub(super) struct InnerPlanSize {
    pub(super) count: u64,
    pub(super) limit: u64,
    #[label("this makes the most of them")]
    pub(super) at: SourceSpan,
}

/// Something that the inner plan leaves to the outer one, which says nothing of it.
#[derive(Debug, Diagnostic, Error)]
#[error("nothing is said of {names} of `{file}`")]
#[diagnostic(code(keyroll::not_bound), help("{help}"))]
pub(super) struct NotBound {
    pub(super) names: String,
    pub(super) file: String,
    pub(super) help: String,
    #[label("to be said between its braces")]
    pub(super) at: SourceSpan,
}

/// A line between the braces that cannot be meant so.
#[derive(Debug, Diagnostic, Error)]
#[error("{what}")]
#[diagnostic(code(keyroll::bad_part), help("{help}"))]
pub(super) struct BadPart {
    pub(super) what: String,
    pub(super) help: String,
    #[label("not so")]
    pub(super) at: SourceSpan,
}

/// What `explain` says.
pub const EXPLANATIONS: &[Explanation] = &[
    Explanation {
        code: "inner_plan_file",
        title: "a plan that cannot be a part of this one",
        text: "\
`plan NAME from \"FILE\"` makes another plan a part of this one. The file lies beside the plan, or in
a folder below it; `from \"std/NAME\"` is a plan that keyroll brings with it. `version 2` behind it
asks for that version and no other; the head of the file says which one it is, as in
`plan NAME version 2`.

Right:
  plan acme from \"std/xml-signature/two-keys\" {
    tenant_admin = admin
    receiver_admin = acme_admin
  }
",
    },
    Explanation {
        code: "inner_plan_circle",
        title: "a plan would be a part of itself",
        text: "A plan may have parts, and these may have parts. None of them can be the plan that it is a part of:\n\
               it would have no end.",
    },
    Explanation {
        code: "inner_plan_depth",
        title: "too many plans stand in each other",
        text: "A plan may have parts, and these may have parts, eight deep. Each puts its name in front of those\n\
               below it.",
    },
    Explanation {
        code: "inner_plan_size",
        title: "a plan is too large with its parts",
        text: "\
Each part brings its sentences with it, and those of its own parts. A plan may have two million
sentences in all. They are counted before any is made.
",
    },
    Explanation {
        code: "not_bound",
        title: "a part leaves something open",
        text: "\
Every role of a part is played by a role of the plan. A parameter without a default gets a value,
and a question an answer: `yes`, `no`, or that of a question of the plan, as in
`holds_two = acme_holds_two`.

Wrong:
  plan acme from \"partner.renewal\" {
  }

Right:
  plan acme from \"partner.renewal\" {
    tenant_admin = admin
    alias = \"acme-signer\"
    holds_two = yes
  }
",
    },
    Explanation {
        code: "bad_part",
        title: "a line about a part cannot be meant so",
        text: "\
In front of `=` stands a name of the part, each once: of a role, group, key, keystore, receiver,
flow, window or fact, of a parameter, or of a question. Behind it stands what it is here: something
of the same kind that this plan has, a value, or `yes`, `no` or a question of this plan. A group
of the part that is one of this plan has the same roles in both.

Right:
  plan acme from \"partner.renewal\" {
    tenant_admin = admin
    tenant = store
    alias = \"acme-signer\"
    delivery = 12h
  }
",
    },
];
