//! Questions of a plan, and what is only so under some answers.
//!
//! A plan with questions is a family of plans, one for each way to answer them: its variants. A tree that is
//! read for given answers becomes one without questions: what is meant for other answers is left out. What is
//! behind this room knows no questions; a place in the author's text stays as it is.

mod chosen;
mod condition;
mod finding;
mod question;
mod survey;
mod variant;
mod written_out;

pub use chosen::Variant;
pub use condition::{apart, without_condition};
pub use finding::{EXPLANATIONS, empty_variant, not_answered, too_many, unknown_given};
pub use question::{Answers, Question, few, written};
pub use survey::{MOST, Questions, questions};
pub use variant::{LeftOut, parts, steps};
pub use written_out::{WrittenOut, tables_that_ask, written_out};
