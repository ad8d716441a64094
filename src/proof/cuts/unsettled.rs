//! Why causal cuts do not prove a plan.

use crate::{
    moment::Long,
    plan::Plan,
    source::shown,
    world::id::{ChannelId, KeyId, StepId, WindowId},
};

/// Why causal cuts do not prove a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unsettled {
    /// The start is the middle of something: steps are done, or messages are under way.
    Begun,
    /// An attempt of this step may come late, and change something then.
    Late(StepId),
    /// This flow lists two aliases: what its messages carry is told by two facts at once.
    Doubled(ChannelId),
    /// This flow signs with another key than lies under the alias to which its steps led it.
    Strays(ChannelId),
    /// Two steps write the same thing in either order.
    Unordered(StepId, StepId),
    /// A need (by number) of a step may not hold when its turn has come.
    Guard(StepId, usize),
    /// A step may not fit the world in which it is done.
    Misfit(StepId),
    /// More ways to fill a receiver than are worth a look, before this step.
    Crowded(StepId),
    /// More comparisons than a proof is worth.
    Long,
    /// Some cut breaks what must hold.
    Broken(Broken),
    /// Whether something of this statement (by number) comes before another is not a matter of two steps.
    Before(usize),
    /// No cut is one that this statement (by number) speaks of.
    Vacuous(usize),
}

/// A moment that breaks what must hold: the steps that are done then.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Broken {
    /// These are done first, with all that they come after.
    pub first: Vec<StepId>,
    /// Then the flow sends a message that is signed with this key and stays under way.
    pub sent: Option<(ChannelId, KeyId)>,
    /// Then these, with all that they come after; all steps, where it is the end that is wrong.
    pub then: Vec<StepId>,
    /// And these windows have begun.
    pub open: Vec<WindowId>,
}

impl From<Long> for Unsettled {
    fn from(_: Long) -> Self {
        Self::Long
    }
}

impl Unsettled {
    /// As the end of a sentence that begins with "causal cuts cannot settle it:".
    #[must_use]
    pub fn sentence(&self, plan: &Plan) -> String {
        let name = |step: &StepId| shown(&plan.steps[*step].name.value);
        match self {
            Self::Begun => "it starts in the middle, with steps done or messages under way".to_owned(),
            Self::Late(step) => {
                format!("an attempt of {} may take effect late, and change something then", name(step))
            }
            Self::Doubled(flow) => {
                format!("{} lists two aliases", shown(&plan.landscape.channels[*flow].name))
            }
            Self::Strays(flow) => {
                let flow = shown(&plan.landscape.channels[*flow].name);
                format!("{flow} signs with another key than lies under the alias to which steps led it")
            }
            Self::Unordered(one, other) => {
                format!("{} and {} write the same thing in either order", name(one), name(other))
            }
            Self::Guard(step, need) => {
                let need = plan.steps[*step].needs.get(*need);
                let need = need.map_or_else(String::new, |need| shown(&need.value.sentence(&plan.landscape)));
                format!("{} may have to wait for more than the steps that it comes after: {need}", name(step))
            }
            Self::Misfit(step) => format!("{} may not fit the world in which it is done", name(step)),
            Self::Crowded(step) => {
                format!("too many keys may be accepted beside the one that {} brings", name(step))
            }
            Self::Long => "too much is stopped, started, accepted and retired again and again".to_owned(),
            Self::Before(number) => {
                let stated = plan.statements.get(*number);
                let stated = stated.map_or_else(String::new, |s| shown(&s.value.sentence(&plan.landscape)));
                format!("several things at once come before another: {stated}")
            }
            Self::Vacuous(number) => {
                let stated = plan.statements.get(*number);
                let stated = stated.map_or_else(String::new, |s| shown(&s.value.sentence(&plan.landscape)));
                format!("no moment is one that the plan speaks of: {stated}")
            }
            Self::Broken(_) => {
                "some moment breaks what must hold, and its story is too long to tell".to_owned()
            }
        }
    }
}
