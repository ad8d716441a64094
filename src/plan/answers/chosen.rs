//! Which variant of a plan is meant.

use crate::{
    plan::{given::Given, resolve::Draft, table::once, takes::duration},
    source::Finding,
    syntax::tree::{AskDecl, SyntaxTree, Term},
};

use super::{Answers, MOST, Question, Questions, not_answered, questions};

/// The questions of a plan, each with the answer that it is read for.
#[derive(Debug)]
pub struct Variant<'t> {
    /// Each with what silence means, and with whether its answer was given.
    asked: Vec<(&'t AskDecl, bool, bool)>,
    answers: Answers,
    are_none: bool,
}

impl<'t> Variant<'t> {
    /// The variant that is meant by what is given. Without `asks` the tree is known to ask nothing and to hang
    /// on no answer.
    ///
    /// # Errors
    /// What is wrong with the questions, or each question that has no answer.
    pub fn of(tree: &'t SyntaxTree, given: &Given, asks: bool) -> Result<Self, Vec<Finding>> {
        let (mut asked, mut answers, mut findings) = (Vec::new(), Answers::new(), Vec::new());
        let questions = if asks { questions(tree)? } else { Questions::none() };
        let are_none = questions.are_none;
        for (ask, silence) in questions.all {
            let name = &ask.name.value;
            let answer = given.answers.get(name).copied();
            if answer.is_none() && !given.silence {
                findings.push(not_answered(ask, silence));
            }
            asked.push((ask, silence, answer.is_some()));
            answers.insert(name.clone(), answer.unwrap_or(silence));
        }
        let findings = if findings.len() > MOST { once(findings) } else { findings };
        if findings.is_empty() { Ok(Self { asked, answers, are_none }) } else { Err(findings) }
    }

    /// The answers.
    #[must_use]
    pub const fn answers(&self) -> &Answers {
        &self.answers
    }

    /// Whether the plan asks nothing and hangs on no answer.
    #[must_use]
    pub const fn is_only_one(&self) -> bool {
        self.are_none
    }

    /// The questions, each with its role.
    pub fn asked(&self, draft: &mut Draft) -> Vec<Question> {
        let mut questions = Vec::new();
        for (ask, silence, given) in &self.asked {
            let role = draft.reader().role(&ask.role).map_err(|finding| vec![finding]);
            let Some(role) = draft.keep(role) else { continue };
            let mut time = |term: &Option<Term>| term.as_ref().and_then(|term| duration(draft, term));
            let (within, holds) = (time(&ask.within), time(&ask.holds));
            let yes = self.answers.get(&ask.name.value).copied().unwrap_or_default();
            let (name, text, silence, given) = (ask.name.clone(), ask.text.value.clone(), *silence, *given);
            questions.push(Question { name, role, text, within, holds, silence, yes, given });
        }
        questions
    }
}
