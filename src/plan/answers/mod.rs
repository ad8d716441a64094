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

pub use chosen::Variant;
pub use condition::without_condition;
pub use finding::{EXPLANATIONS, empty_variant, not_answered, unknown_given};
pub use question::{Answers, Question, written};
pub use survey::{MOST, Questions, questions};
pub use variant::{LeftOut, parts, steps};
