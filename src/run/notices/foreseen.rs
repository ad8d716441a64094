//! What a run of a plan would tell, and whom: nothing of it is told by looking.

use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    plan::Plan,
    run::{casting::Casting, site::Site},
    source::shown,
    transition::state::{State, Status},
    world::id::{RoleId, StepId},
};

use super::contact::Contact;

/// What somebody would be told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Foreseen {
    /// The role; nothing for whoever looks after the run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// By which channel of the site.
    pub channel: String,
    /// At which address, where the channel is one of mails.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// The steps for which the role would be asked.
    pub steps: Vec<String>,
}

impl Foreseen {
    /// In words.
    #[must_use]
    pub fn line(&self) -> String {
        let whom = self.role.as_deref().unwrap_or("whoever looks after the run");
        let at = self.address.as_ref().map_or_else(String::new, |address| format!(" at {}", shown(address)));
        let what = if self.role.is_none() {
            "when the run stops or is done".to_owned()
        } else {
            format!("of {}", shown(&self.steps.join(", ")))
        };
        format!("would tell {} by {}{at}: {what}", shown(whom), shown(&self.channel))
    }
}

/// Whom a run would ask, by which channels and for which steps, from where it stands.
#[must_use]
pub fn foreseen(plan: &Plan, site: &Site, under_way: Option<&State>) -> Vec<Foreseen> {
    let casting = Casting::of(plan, site);
    let is_open =
        |step: StepId| under_way.is_none_or(|state| !matches!(state.steps[step].status, Status::Done(_)));
    let asks = |step: StepId, role: RoleId| {
        let row = &plan.steps[step];
        let by_hand =
            row.role.value == role && (casting.is_by_hand(plan, step) || row.extra().two_people.is_some());
        let answers = plan.proposal(step).is_some_and(|(_, other)| other == role);
        let takes = plan.deliveries_of(step).any(|(_, to)| to == role);
        by_hand || ((answers || takes) && !casting.role(role).automatic)
    };
    let mut found = Vec::new();
    for (id, name) in plan.landscape.roles.iter() {
        let open = plan.steps.iter().filter(|(step, _)| is_open(*step) && asks(*step, id));
        let steps: Vec<String> = open.map(|(_, row)| row.name.value.clone()).collect();
        let role = site.role(name);
        if steps.is_empty() {
            continue;
        }
        for end in (Contact { notify: role.notify, mail: role.mail }).ends(site) {
            let address = Some(end.address).filter(|address| !address.is_empty());
            found.push(Foreseen {
                role: Some(name.clone()),
                channel: end.channel,
                address,
                steps: steps.clone(),
            });
        }
    }
    for end in site.coordinator.iter().flat_map(|contact| contact.ends(site)) {
        let address = Some(end.address).filter(|address| !address.is_empty());
        found.push(Foreseen { role: None, channel: end.channel, address, steps: Vec::new() });
    }
    found
}
