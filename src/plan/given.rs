//! What comes to a plan from outside of its text.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::world::landscape::Transit;

use super::Plan;

/// Values from outside the plan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Given {
    /// Values of parameters.
    pub parameters: BTreeMap<String, String>,
    /// How long messages are under way, instead of what the flows declare.
    pub transit: Option<Duration>,
}

impl Given {
    /// Values of parameters, and nothing else.
    #[must_use]
    pub const fn parameters(parameters: BTreeMap<String, String>) -> Self {
        Self { parameters, transit: None }
    }

    /// The plan with what is given applied. A flow that delivers immediately goes on to do so.
    #[must_use]
    pub fn applied(&self, mut plan: Plan) -> Plan {
        for flow in plan.landscape.channels.ids() {
            let declared = &mut plan.landscape.channels[flow].transit;
            if let (Transit::Within(time), Some(given)) = (declared, self.transit) {
                *time = given;
            }
        }
        plan
    }
}
