//! By which messages word of a step reaches another one.

use std::cell::Cell;

use crate::{
    action::SpeechKind,
    certificate::News,
    check::Checked,
    world::id::{Id, RoleId, StepId, Table},
};

/// More looks at a message than a certificate is worth: a few seconds.
const LOOKS: usize = 50_000_000;

/// The messages of a plan.
pub(super) struct Chains<'a> {
    checked: &'a Checked,
    /// The steps that speak to each role, in the order of the plan.
    to: Table<RoleId, Vec<StepId>>,
    looks: Cell<usize>,
}

impl<'a> Chains<'a> {
    /// The messages of this plan.
    pub(super) fn of(checked: &'a Checked) -> Self {
        let plan = checked.plan();
        let mut to: Table<RoleId, Vec<StepId>> = Table::like(&plan.landscape.roles, Vec::new());
        for step in checked.order().sequence() {
            for role in plan.steps[*step].speech.iter().flat_map(|speech| &speech.to) {
                to[*role].push(*step);
            }
        }
        Self { checked, to, looks: Cell::new(0) }
    }

    /// The steps by which word of one step reaches another; nothing where it does not, or where it
    /// takes too long to find.
    pub(super) fn find(&self, news: News) -> Option<Vec<StepId>> {
        let (of, to) = (StepId::at(news.of as usize), StepId::at(news.to as usize));
        let plan = self.checked.plan();
        let role = |step: StepId| plan.steps[step].role.value;
        let (mut chain, mut at) = (vec![to], to);
        while at != of {
            let next = if at != to && role(at) == role(of) && self.is_before(of, at) {
                Some(of)
            } else {
                self.first(role(at), (of, at), |step| self.tells(step, of, news.window))
            };
            at = next?;
            chain.push(at);
        }
        chain.reverse();
        Some(chain)
    }

    /// The first step that speaks to a role, is `of` or comes after it, comes before `at` and tells
    /// of it.
    fn first(
        &self,
        role: RoleId,
        (of, at): (StepId, StepId),
        tells: impl Fn(StepId) -> bool,
    ) -> Option<StepId> {
        let order = self.checked.order();
        let spoken = &self.to[role];
        let begin = spoken.partition_point(|step| order.position(*step) < order.position(of));
        let later = spoken.get(begin..).unwrap_or_default().iter().copied();
        let mut within = later.take_while(|step| order.position(*step) < order.position(at));
        within.find(|step| self.look() && self.is_before(*step, at) && tells(*step))
    }

    /// Whether a message tells of a step.
    fn tells(&self, message: StepId, of: StepId, window: bool) -> bool {
        let speech = self.checked.plan().steps[message].speech.as_ref();
        let is_report = speech.is_some_and(|speech| speech.kind == SpeechKind::Report);
        let knowledge = self.checked.knowledge();
        message == of
            || if window {
                knowledge.has_heard_of(message, of)
            } else {
                is_report && knowledge.knows(message, of)
            }
    }

    fn is_before(&self, earlier: StepId, later: StepId) -> bool {
        self.checked.order().is_before(earlier, later)
    }

    fn look(&self) -> bool {
        self.looks.set(self.looks.get() + 1);
        self.looks.get() < LOOKS
    }
}
