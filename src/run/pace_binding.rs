//! What a site says of the pace of its partners.

use serde::{Deserialize, Serialize};

use crate::{
    plan::{Plan, suggest::did_you_mean},
    source::{Finding, Source, Span, shown},
};

use super::{
    partner::{coordinator, partners},
    site::Site,
    site_fault::{bad_binding, bound_to_nothing},
};

/// In which order partners come, how many at once, and after how many failures no further one is begun.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaceBinding {
    /// The partners that go first, by their roles: no step of another one is begun before theirs are done.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub first: Vec<String>,
    /// How many partners at most are under way at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_once: Option<Count>,
    /// With how many partners a step has failed when no further one is begun; without, the first failure ends
    /// the call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop_after: Option<Count>,
}

/// A number of partners: one or more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct Count(u32);

impl TryFrom<u32> for Count {
    type Error = &'static str;
    fn try_from(number: u32) -> Result<Self, Self::Error> {
        if number > 0 {
            Ok(Self(number))
        } else {
            Err("with none no partner could ever be begun: write 1 or more")
        }
    }
}

impl From<Count> for u32 {
    fn from(count: Count) -> Self {
        count.0
    }
}

impl Count {
    /// The number.
    #[must_use]
    pub fn number(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}

/// Who is named to go first and cannot: no role of the plan, no partner, or named twice.
pub(super) fn faults(plan: &Plan, site: &Site, text: &Source) -> Vec<Finding> {
    let Some(pace) = &site.partners else { return Vec::new() };
    let (roles, known) = (&plan.landscape.roles, partners(plan));
    let names: Vec<String> = known.iter().map(|role| roles[*role].clone()).collect();
    let mut found = Vec::new();
    let mut places = Places::of(text);
    for (number, name) in pace.first.iter().enumerate() {
        let at = places.next(name);
        let role = roles.find(|role| role == name);
        if pace.first.iter().take(number).any(|other| other == name) {
            let help = "each goes first once: leave one of them out".to_owned();
            found.push(bad_binding(format!("`{}` is named twice to go first", shown(name)), help, at));
        } else if role.is_none() {
            found.push(bound_to_nothing("partner", name, did_you_mean(name, "partner", &names).text, at));
        } else if role.is_some_and(|role| !known.contains(&role)) {
            let help = if names.is_empty() {
                let lead = shown(&roles[coordinator(plan)]);
                format!("no role but that of `{lead}`, who coordinates, owns a receiver or a flow")
            } else {
                format!("a partner owns a receiver or a flow: {}", shown(&names.join(", ")))
            };
            found.push(bad_binding(format!("`{}` is no partner of the plan", shown(name)), help, at));
        }
    }
    found
}

/// The places of the names in the text, in their order.
struct Places<'a> {
    text: &'a str,
    from: usize,
}

impl<'a> Places<'a> {
    fn of(source: &'a Source) -> Self {
        let text = source.text.as_str();
        Self { text, from: text.find("[partners]").or_else(|| text.find("partners")).unwrap_or(0) }
    }

    /// The next place of a name.
    fn next(&mut self, name: &str) -> Span {
        let rest = self.text.get(self.from..).unwrap_or_default();
        // One that is written with escapes stands somewhere behind the last one.
        let Some(at) = rest.find(name) else {
            let end = self.text.get(self.from..).and_then(|rest| rest.find('\n')).unwrap_or(rest.len());
            return Span::new(self.from, self.from + end);
        };
        let at = self.from + at;
        self.from = at + name.len();
        Span::new(at, self.from)
    }
}
