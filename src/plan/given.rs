//! What comes to a plan from outside of its text.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::{source::Finding, world::landscape::Transit};

use super::{
    Plan,
    answers::{self, Answers, Question},
    parameter::unknown_given,
};

/// Values from outside the plan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Given {
    /// Values of parameters.
    pub parameters: BTreeMap<String, String>,
    /// Answers to its questions.
    pub answers: Answers,
    /// Whether a question that has no answer is taken by what silence means. Otherwise it is a finding.
    pub silence: bool,
    /// How long messages are under way, instead of what the flows declare.
    pub transit: Option<Duration>,
}

impl Given {
    /// Values of parameters, and nothing else.
    #[must_use]
    pub const fn parameters(parameters: BTreeMap<String, String>) -> Self {
        Self { parameters, answers: Answers::new(), silence: false, transit: None }
    }

    /// What a run is read with: it begins whether all questions are answered or not.
    #[must_use]
    pub const fn at_site(parameters: BTreeMap<String, String>, answers: Answers) -> Self {
        Self { parameters, answers, silence: true, transit: None }
    }

    /// What a run was read with, from what is kept of it.
    #[must_use]
    pub fn kept(kept: &BTreeMap<String, String>) -> Self {
        // No question has the name of a parameter, so the values of these are answers to nothing.
        let answer = |(name, value): (&String, &String)| match value.as_str() {
            "yes" => Some((name.clone(), true)),
            "no" => Some((name.clone(), false)),
            _ => None,
        };
        Self::at_site(kept.clone(), kept.iter().filter_map(answer).collect())
    }

    /// What is kept of what a plan was read with: the values of its parameters that were given, and the answer
    /// to each question, `silence: no` where silence was taken for it.
    #[must_use]
    pub fn to_keep(&self, plan: &Plan) -> BTreeMap<String, String> {
        let told = |question: &Question| {
            let silence = if question.given { "" } else { "silence: " };
            (question.name.value.clone(), format!("{silence}{}", question.answer()))
        };
        self.parameters.clone().into_iter().chain(plan.questions.iter().map(told)).collect()
    }

    /// Findings for values that no parameter of the plan takes, and answers to no question of it: a slip that must not pass in
    /// silence. Who reads values from a site compares the two itself, and points at the site.
    #[must_use]
    pub fn in_vain(&self, plan: &Plan) -> Vec<Finding> {
        let declared: Vec<&str> = plan.parameters.iter().map(|p| p.name.as_str()).collect();
        let unknown = self.parameters.keys().filter(|name| !declared.contains(&name.as_str()));
        let asked: Vec<String> = plan.questions.iter().map(|q| q.name.value.clone()).collect();
        let unasked = self.answers.keys().filter(|name| !asked.contains(name));
        let values = unknown.map(|name| unknown_given(name, &declared, plan.declared.head));
        values.chain(unasked.map(|name| answers::unknown_given(name, &asked, plan.declared.head))).collect()
    }

    /// The plan with what is given applied. A flow whose messages take no time goes on to have such.
    #[must_use]
    pub fn applied(&self, mut plan: Plan) -> Plan {
        for flow in plan.landscape.channels.ids() {
            let declared = &mut plan.landscape.channels[flow].transit;
            if let (Transit::Within(time), Some(given)) = (declared, self.transit)
                && !time.is_zero()
            {
                *time = given;
            }
        }
        plan
    }
}
