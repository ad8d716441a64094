//! Names that are missing, are none, or are too long.

use miette::{Diagnostic, SourceSpan};
use thiserror::Error;

use crate::explanation::Explanation;

/// The longest name, in characters.
pub const NAME_LIMIT: usize = 64;

/// A name should stand here.
#[derive(Debug, Diagnostic, Error)]
#[error("a name is missing after `{after}`")]
#[diagnostic(code(keyroll::missing_name), help("write {usage}"))]
pub struct MissingName {
    /// The word before the gap.
    pub after: String,
    /// How such a sentence is written.
    pub usage: &'static str,
    /// The gap.
    #[label("a name should stand here")]
    pub at: SourceSpan,
}

pub(super) const MISSING_NAME: Explanation = Explanation {
    code: "missing_name",
    title: "a name is missing",
    text: "\
Everything in a plan has a name, and every step and every thing names the role that it belongs to.
The words `by`, `of`, `at` and `source` join names, so they are no names themselves.

Wrong:
  step by tenant_admin {
    inform receiver_admin
  }

Right:
  step tell by tenant_admin {
    inform receiver_admin
  }
",
};

/// Something was written as a name that is none.
#[derive(Debug, Diagnostic, Error)]
#[error("`{written}` is not a name")]
#[diagnostic(
    code(keyroll::malformed_name),
    help(
        "a name begins with a letter a-z and goes on with letters, digits, `_` and `-`; free text stands in quotes"
    )
)]
pub struct MalformedName {
    /// What was written.
    pub written: String,
    /// Its place.
    #[label("not a name")]
    pub at: SourceSpan,
}

pub(super) const MALFORMED_NAME: Explanation = Explanation {
    code: "malformed_name",
    title: "a word is not a name",
    text: "\
Names and words begin with a letter (a to z, A to Z) and go on with letters, digits, `_` and `-`.
Other letters are kept out so that two names which look the same are the same. What people should
read stands in a title, in quotes, where every letter is welcome.

Wrong:
  role 2nd_admin
  role empfänger

Right:
  role second_admin
  role receiver_admin \"Empfänger\"
",
};

/// A name of more than 64 characters.
#[derive(Debug, Diagnostic, Error)]
#[error("the name `{written}` has {length} characters")]
#[diagnostic(
    code(keyroll::name_too_long),
    help("use at most {NAME_LIMIT} characters; a longer text can be the title, in quotes")
)]
pub struct NameTooLong {
    /// The name, cut.
    pub written: String,
    /// How long it is, in characters.
    pub length: usize,
    /// Its place.
    #[label("too long")]
    pub at: SourceSpan,
}

pub(super) const NAME_TOO_LONG: Explanation = Explanation {
    code: "name_too_long",
    title: "a name is too long",
    text: "\
A name has at most 64 characters, so that it fits into every report, task and table. What people
should read can be as long as it needs to be, in the title.

Wrong:
  key the_pair_that_signs_orders_from_the_first_of_january_until_the_end_of_the_year

Right:
  key new \"The pair that signs orders from January on\"
",
};
