//! What is not declared, and so leaves a duration without a bound.

use jiff::Timestamp;

use crate::{
    plan::{Plan, date::in_utc},
    source::shown,
    world::id::{ChannelId, StepId, WindowId},
};

/// One thing that is not declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Undeclared {
    /// How long a step takes.
    Step(StepId),
    /// When a window opens.
    Window(WindowId),
    /// When the plan begins, where a step does not begin before a date.
    Date(StepId, Timestamp),
    /// Which step makes a need (by number) hold, and that nothing undoes it before.
    Need(StepId, usize),
    /// Who starts a flow again.
    Start(ChannelId),
    /// Which of the steps that stop and start a flow come first.
    Order(ChannelId),
    /// When an attempt of a step takes effect that may come late and stop a flow.
    Late(StepId, ChannelId),
    /// Nothing: the sum is longer than can be counted.
    TooLong,
}

impl Undeclared {
    /// As the end of "not bounded: ".
    #[must_use]
    pub fn sentence(self, plan: &Plan) -> String {
        let step = |step: StepId| shown(&plan.steps[step].name.value);
        let flow = |flow: ChannelId| shown(&plan.landscape.channels[flow].name);
        match self {
            Self::Step(id) => format!("`{}` does not say how long it takes", step(id)),
            Self::Window(window) => {
                format!("nothing says when `{}` opens", shown(&plan.landscape.windows[window].name))
            }
            Self::Date(id, at) => {
                format!(
                    "`{}` does not begin before {}, and nothing says when the plan begins",
                    step(id),
                    in_utc(at)
                )
            }
            Self::Need(id, number) => {
                let need = plan.steps[id].needs.get(number);
                let need = need.map(|need| need.value.sentence(&plan.landscape)).unwrap_or_default();
                format!("the order does not say from when on `{}` finds `{}`", step(id), shown(&need))
            }
            Self::Start(id) => format!("no step deploys `{}` again", flow(id)),
            Self::Order(id) => format!("the order of the steps that stop and start `{}` is open", flow(id)),
            Self::Late(id, stopped) => {
                format!(
                    "an attempt of `{}` may come late and stop `{}` at any moment",
                    step(id),
                    flow(stopped)
                )
            }
            Self::TooLong => "the sum is longer than can be counted".to_owned(),
        }
    }
}

/// Why something has no bound: the first thing that is not declared, and how many others there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unbounded {
    /// The first one, in the order of the steps.
    pub first: Undeclared,
    /// How many more.
    pub others: usize,
}

impl Unbounded {
    /// For one thing.
    #[must_use]
    pub const fn by(first: Undeclared) -> Self {
        Self { first, others: 0 }
    }

    /// One more, where there are some already.
    #[must_use]
    pub const fn and(found: Option<Self>, next: Undeclared) -> Self {
        match found {
            Some(found) => Self { others: found.others + 1, ..found },
            None => Self::by(next),
        }
    }

    /// As the end of "not bounded: ".
    #[must_use]
    pub fn sentence(&self, plan: &Plan) -> String {
        let first = self.first.sentence(plan);
        match self.others {
            0 => first,
            others => format!("{first}, and {others} more"),
        }
    }
}
