//! What comes to a plan from outside of its text.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::{source::Finding, world::landscape::Transit};

use super::{Plan, parameter::unknown_given};

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

    /// Findings for values that no parameter of the plan takes: a slip that must not pass in
    /// silence. Who reads values from a site compares the two itself, and points at the site.
    #[must_use]
    pub fn in_vain(&self, plan: &Plan) -> Vec<Finding> {
        let declared: Vec<&str> = plan.parameters.iter().map(|p| p.name.as_str()).collect();
        let unknown = self.parameters.keys().filter(|name| !declared.contains(&name.as_str()));
        unknown.map(|name| unknown_given(name, &declared, plan.declared.head)).collect()
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
